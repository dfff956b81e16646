"""How a transform sees its arguments: as new values of the graph, by which it can differentiate.

A transform such as `grad` lets its function run on stand-ins for the arguments.  A stand-in shares memory with its
argument and has a node of its own; walks of this transform end there.  If the argument takes part in a graph
around it, that node leads on into that graph, so transforms inside of transforms just work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, DtypeError
from minitorch.func.tree import is_tensor, leaves, tree_map
from minitorch.gradients import grad
from minitorch.modes import enable_grad, is_grad_enabled
from minitorch.op import Op, serials
from minitorch.ops.memory import Alias
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.backend import Array
    from minitorch.variable import Variable

Tensors = tuple[Any, ...]


class Entry(Op):
    """y = x, where the graph begins.

    Attributes:
        open: the transform that made it is still running its function.
    """

    open: bool = True

    def forward(self, x: Array) -> Array:
        return x

    def backward(self, g: Array) -> tuple[()]:
        return ()


def enter(name: str, x: Any) -> Variable:
    """A stand-in for one argument.

    Raises:
        ArgumentError: if it is no tensor.
        DtypeError: if its dtype has no gradients.
    """
    if not isinstance(x, Value):
        raise ArgumentError(f"{name}: can only differentiate by tensors, got a {type(x).__name__}")
    if x.array.dtype.kind not in "fcV":
        raise DtypeError(
            f"{name}: only floating-point and complex tensors have gradients, got {x.array.dtype}"
        )
    if x.requires_grad and is_grad_enabled():  # type: ignore[attr-defined]
        return Alias.apply(x)
    y = wrap(x.array)
    y._counter = x._version_counter()
    node = Entry()
    node.backend, node.serial, node.shape, node.dtype = (
        backend_of(x.array), next(serials), x.array.shape, x.array.dtype,
    )  # fmt: skip
    y.grad_fn, y._requires_grad = node, True
    return y


class Inside:
    """One running transform.

    Attributes:
        name: which one.
        recorded: whether what it computes may become part of a graph around it.
    """

    def __init__(self, name: str) -> None:
        self.name, self.recorded = name, is_grad_enabled()
        self.entries: list[Any] = []

    def enter(self, tree: Any) -> Any:
        """Stand-ins for all leaves of an argument."""
        with enable_grad_if(self.recorded):
            entered = tree_map(lambda x: enter(self.name, x), tree)
        self.entries += leaves(entered)
        return entered

    def close(self, open: bool = False) -> None:
        """The function has returned: its stand-ins are constants for everybody else."""
        for x in self.entries:
            if isinstance(x.grad_fn, Entry):
                x.grad_fn.open = open

    def pull(
        self, outputs: Tensors, inputs: Tensors, starts: Tensors | None, create_graph: bool = False
    ) -> Tensors:
        """Gradients of outputs by inputs; zeros where there is no way from one to the other."""
        kept = [i for i, y in enumerate(outputs) if y.requires_grad]
        if not kept:
            return tuple(x.new_zeros(x.shape) for x in inputs)
        first = [] if starts is None else [starts[i] for i in kept]
        ends = [outputs[i] for i in kept]
        create_graph = create_graph or (self.recorded and part_of_a_graph([*ends, *first]))
        with enable_grad():
            return grad(
                ends,
                inputs,
                first or None,
                retain_graph=True,
                create_graph=create_graph,
                materialize_grads=True,
            )

    def leave(self, tree: Any) -> Any:
        """Results as the outside sees them: constants, unless they depend on a graph around the transform."""
        return tree_map(
            lambda y: (
                y.detach()
                if is_tensor(y) and y._requires_grad and not (self.recorded and part_of_a_graph([y]))
                else y
            ),
            tree,
        )


class enable_grad_if:
    """`enable_grad`, or nothing."""

    def __init__(self, condition: bool) -> None:
        self.mode = enable_grad() if condition else None

    def __enter__(self) -> None:
        if self.mode is not None:
            self.mode.__enter__()

    def __exit__(self, *_: Any) -> None:
        if self.mode is not None:
            self.mode.__exit__(None, None, None)


def part_of_a_graph(tensors: Iterable[Any]) -> bool:
    """Whether leaves that require grad, or stand-ins of running transforms, can be reached."""
    stack: list[Any] = [x.grad_fn or x for x in tensors if x._requires_grad]
    seen: set[Any] = set()
    while stack:
        node = stack.pop()
        if not isinstance(node, Op) or (isinstance(node, Entry) and node.open):
            return True
        if node not in seen:
            seen.add(node)
            stack += [edge for edge in node.edges if edge is not None]
    return False
