"""Hooks: functions of the user that see, and may change, gradients on their way.

Hooks on an inner value belong to the node that made it, hooks on a leaf to the leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import ref

from minitorch.errors import GradientError

if TYPE_CHECKING:
    from minitorch.variable import Variable


class AccumulateGrad:
    """How a leaf appears among `next_functions`.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> (x * 2).grad_fn.next_functions[0]
    (<AccumulateGrad>, 0)
    """

    def __init__(self, leaf: Variable) -> None:
        self.variable = leaf
        self.next_functions: tuple[Any, ...] = ()
        self.metadata: dict[Any, Any] = {}

    def name(self) -> str:
        """Always `torch::autograd::AccumulateGrad`, as programs that look for leaves expect."""
        return "torch::autograd::AccumulateGrad"

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook((grad,))` before the gradient is added to the leaf; a tuple that it returns replaces it."""

        def before(g: Any) -> Any:
            changed = hook((g,))
            return None if changed is None else changed[0]

        return register_hook(self.variable, before)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook((), (grad,))` after the gradient was added to the leaf."""
        arrived: list[Any] = []
        first = register_hook(self.variable, arrived.append)
        after = register_post_hook(self.variable, lambda _: hook((), (arrived.pop(),)))
        return BothHandles(first, after)

    def __repr__(self) -> str:
        return "<AccumulateGrad>"


def accumulator(leaf: Variable) -> AccumulateGrad:
    """The AccumulateGrad of a leaf: the same one for as long as somebody holds it."""
    known = leaf.__dict__.get("_accumulator")
    node = known() if known is not None else None
    if node is None:
        node = AccumulateGrad(leaf)
        leaf.__dict__["_accumulator"] = ref(node)
    return node


class NodeHooks:
    """The hooks of one node: on the gradients of its outputs, before it, and after it."""

    def __init__(self) -> None:
        self.table: dict[int, tuple[str, int, Callable[..., Any]]] = {}

    def add(self, when: str, output: int, hook: Callable[..., Any]) -> RemovableHandle:
        """Registers a hook; `when` is "output", "retain", "before" or "after"."""
        handle = RemovableHandle(self.table)
        self.table[handle.id] = (when, output, hook)
        return handle

    def of(self, when: str) -> list[tuple[int, Callable[..., Any]]]:
        """The hooks of one kind, in the order in which they were registered."""
        return [(output, hook) for at, output, hook in self.table.values() if at == when]


class RemovableHandle:
    """Takes a hook away again, by `remove()` or as a context manager.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with x.register_hook(lambda g: g * 10):
    ...     x.sum().backward()
    >>> x.sum().backward()
    >>> x.grad
    tensor([11., 11.])
    """

    _ids = count()

    def __init__(self, table: dict[int, Any]) -> None:
        self.id = next(self._ids)
        self._table = table

    def remove(self) -> None:
        """Takes the hook away; doing so twice is harmless."""
        self._table.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: Any) -> None:
        self.remove()


class BothHandles(RemovableHandle):
    """Takes two hooks away at once."""

    def __init__(self, *handles: RemovableHandle) -> None:
        self.handles = handles
        self.id = handles[0].id

    def remove(self) -> None:
        """Takes both hooks away."""
        for handle in self.handles:
            handle.remove()


def register_hook(x: Variable, hook: Callable[[Any], Any]) -> RemovableHandle:
    """Calls `hook(grad)` when the gradient of `x` is known; what it returns, if anything, replaces it.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> handle = x.register_hook(lambda g: g * 10)
    >>> x.sum().backward()
    >>> x.grad
    tensor([10., 10.])
    """
    if not x._requires_grad:
        raise GradientError("register_hook: the tensor does not require grad")
    if x.grad_fn is not None:
        return x.grad_fn.node_hooks().add("output", x._output_nr, hook)
    if x._leaf_hooks is None:
        x._leaf_hooks = {}
    handle = RemovableHandle(x._leaf_hooks)
    x._leaf_hooks[handle.id] = hook
    return handle


def retain_grad(x: Variable) -> None:
    """Makes the walk store the gradient of an inner value in its `.grad`, too.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> y = x * 3
    >>> y.retain_grad()
    >>> (y**2).sum().backward()
    >>> y.grad
    tensor([6., 6.])
    """
    if not x._requires_grad:
        raise GradientError("retain_grad: the tensor does not require grad")
    if x.grad_fn is not None and not getattr(x, "retains_grad", False):
        x.grad_fn.node_hooks().add("retain", x._output_nr, ref(x))
        x.retains_grad = True


def register_post_hook(x: Variable, hook: Callable[[Any], Any]) -> RemovableHandle:
    """Calls `hook(x)` after a walk has added to the `.grad` of a leaf.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> handle = x.register_post_accumulate_grad_hook(lambda x: print("gradient:", x.grad))
    >>> x.sum().backward()
    gradient: tensor([1., 1.])
    """
    if not x._requires_grad or x.grad_fn is not None:
        raise GradientError("register_post_accumulate_grad_hook: only leaves that require grad accumulate")
    if x._post_hooks is None:
        x._post_hooks = {}
    handle = RemovableHandle(x._post_hooks)
    x._post_hooks[handle.id] = hook
    return handle
