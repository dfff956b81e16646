"""The graph as a user may look at it: nodes, edges, hooks on several gradients, hooks on what ops save."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from minitorch.engine import running_walk
from minitorch.errors import ArgumentError, GradientError
from minitorch.gradients import GradientEdge as GradientEdge
from minitorch.hooks import AccumulateGrad, BothHandles, RemovableHandle, accumulator, register_hook
from minitorch.op import Op
from minitorch.saving import (
    allow_mutation_on_saved_tensors as allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks as disable_saved_tensors_hooks,
    save_on_cpu as save_on_cpu,
    saved_tensors_hooks as saved_tensors_hooks,
)
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Node(ABC):  # noqa: B024 (ops are registered below, not derived)
    """What every node of the graph is: `isinstance(x.grad_fn, Node)`.

    A node has `name()`, `next_functions`, `metadata`, `register_hook` and `register_prehook`.

    >>> import minitorch
    >>> y = minitorch.ones(2, requires_grad=True) * 2
    >>> isinstance(y.grad_fn, minitorch.autograd.graph.Node), y.grad_fn.name()
    (True, 'MulBackward0')
    """


Node.register(Op)
Node.register(AccumulateGrad)


def get_gradient_edge(tensor: Variable) -> GradientEdge:
    """The place in the graph at which the gradient of a tensor arrives: its node, and which output it is.

    `autograd.grad` and `autograd.backward` take such an edge in the place of a tensor; the tensor itself, and its
    memory, may be gone by then.

    Raises:
        GradientError: if the tensor does not require grad.

    >>> import minitorch
    >>> x = minitorch.tensor(3.0, requires_grad=True)
    >>> edge = minitorch.autograd.graph.get_gradient_edge(x * x)
    >>> minitorch.autograd.grad(edge, x)
    (tensor(6.),)
    """
    if not tensor.requires_grad:
        raise GradientError(
            f"get_gradient_edge: the tensor of shape {tuple(tensor.shape)} does not require grad, "
            f"so it has no place in a graph"
        )
    return GradientEdge(tensor.grad_fn or accumulator(tensor), tensor._output_nr)


def increment_version(tensor: Variable | Sequence[Variable]) -> None:
    """Counts a change in place that went unnoticed, such as one through the array itself.

    >>> import minitorch
    >>> x = minitorch.ones(2)
    >>> x.numpy()[0] = 5.0
    >>> minitorch.autograd.graph.increment_version(x)
    >>> x._version
    1
    """
    for x in (tensor,) if isinstance(tensor, Value) else tensor:
        x._version_counter().value += 1


class MultiHook:
    """A hook that waits for the gradients of several tensors in one walk."""

    def __init__(self, count: int, function: Callable[..., Any]) -> None:
        self.count, self.function = count, function
        self.lock = Lock()
        self.walk: Any = None
        self.gradients: list[Any] = []
        self.missing = 0

    def arrive(self, i: int, g: Any, targets: Sequence[Any]) -> None:
        """Notes one gradient; calls the function after the last that this walk will bring."""
        with self.lock:
            walk = running_walk.get()
            if walk is not self.walk:
                self.walk, self.gradients = walk, [None] * self.count
                self.missing = walk.will_reach(targets)
            self.gradients[i] = g
            self.missing -= 1
            done = not self.missing
            gradients = self.gradients
            if done:
                self.walk = None
        if done:
            self.function(gradients)


class AnyHook(MultiHook):
    """A hook that is called for the first of several gradients in each walk."""

    def arrive(self, i: int, g: Any, targets: Sequence[Any]) -> None:
        """Calls the function unless this walk has brought a gradient before."""
        with self.lock:
            walk = running_walk.get()
            first = walk is not self.walk
            self.walk = walk
        if first:
            self.function(g)


def register_multi_grad_hook(
    tensors: Sequence[Variable], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Calls a function when the gradients of several tensors are known.

    Args:
        tensors: whose gradients.
        fn: with mode "all", gets the list of gradients in each walk, None for tensors that the walk does not
            reach; with mode "any", gets the first gradient of each walk.
        mode: "all" or "any".

    Raises:
        ArgumentError: for another mode.
        GradientError: if a tensor does not require grad.

    >>> import minitorch
    >>> x, y = minitorch.ones(2, requires_grad=True), minitorch.ones(2, requires_grad=True)
    >>> hook = lambda gradients: print([g.tolist() for g in gradients])
    >>> handle = minitorch.autograd.graph.register_multi_grad_hook((x, y), hook)
    >>> (x + 2 * y).sum().backward()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    if mode not in ("all", "any"):
        raise ArgumentError(f"register_multi_grad_hook: mode must be 'all' or 'any', got {mode!r}")
    targets = [(x.grad_fn or x, x._output_nr) for x in tensors]
    hook = (MultiHook if mode == "all" else AnyHook)(len(tensors), fn)

    def waiting(i: int) -> Callable[[Any], None]:
        return lambda g: hook.arrive(i, g, targets)

    return BothHandles(*(register_hook(x, waiting(i)) for i, x in enumerate(tensors)))
