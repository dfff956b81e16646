"""Forward mode, as PyTorch offers it: numbers with a tangent.

There are no rules of forward mode behind it.  A dual tensor is an entry into a graph, and the tangent of a result
is its derivative along the tangents of all entries, by two walks back: see `func.jvp`.  So results have to be
recorded: under `no_grad` there are no tangents.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch.errors import ArgumentError, GradientError
from minitorch.func.enter import Inside
from minitorch.func.transforms import Linear
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class UnpackedDualTensor(NamedTuple):
    """A value and its tangent, None if it has none."""

    primal: Any
    tangent: Any


class Level:
    """One open level: its entries, each with its tangent."""

    def __init__(self) -> None:
        self.inside = Inside("forward_ad")
        self.tangents: list[Any] = []


_levels: list[Level] = []


def enter_dual_level() -> int:
    """Opens a level; `dual_level` does so for a block. Returns its number."""
    if _levels:
        raise GradientError("forward_ad: a level is open already; levels inside of levels are not supported")
    _levels.append(Level())
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Closes the level; its dual tensors become ordinary ones.

    Raises:
        GradientError: if none is open.
    """
    if not _levels:
        raise GradientError("exit_dual_level: no level is open")
    _levels.pop().inside.close()


class dual_level:
    """A block inside of which there may be dual tensors.

    >>> import minitorch
    >>> import minitorch.autograd.forward_ad as fwAD
    >>> x, t = minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 0.0])
    >>> with fwAD.dual_level():
    ...     y = fwAD.make_dual(x, t) ** 2
    ...     fwAD.unpack_dual(y).tangent
    tensor([2., 0.])
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        exit_dual_level()


def open_level(name: str) -> Level:
    """The level that is open.

    Raises:
        GradientError: if there is none.
    """
    if not _levels:
        raise GradientError(f"{name}: no level is open; do this inside of `with forward_ad.dual_level():`")
    return _levels[-1]


def make_dual(tensor: Variable, tangent: Variable, *, level: int | None = None) -> Variable:
    """A tensor with a tangent: results computed from it have tangents, too.

    Raises:
        ArgumentError: unless both have the same shape and dtype.
        GradientError: outside of a level.
    """
    current = open_level("make_dual")
    for x in (tensor, tangent):
        if not isinstance(x, Value):
            raise ArgumentError(f"make_dual: expected a tensor and its tangent, got a {type(x).__name__}")
    if tensor.array.shape != tangent.array.shape or tensor.array.dtype != tangent.array.dtype:
        raise ArgumentError(
            f"make_dual: a tangent of shape {tuple(tangent.shape)} and {tangent.dtype} does not belong to a tensor of "
            f"shape {tuple(tensor.shape)} and {tensor.dtype}"
        )
    current.tangents.append(tangent)
    return current.inside.enter(tensor)


def unpack_dual(tensor: Variable, *, level: int | None = None) -> UnpackedDualTensor:
    """The value of a tensor, and its tangent or None."""
    if not _levels:
        return UnpackedDualTensor(tensor, None)
    current = _levels[-1]
    goals = {x.grad_fn for x in current.inside.entries}
    if not tensor.requires_grad or not leads_to(tensor, goals):
        return UnpackedDualTensor(tensor, None)
    current.inside.close()  # neither value nor tangent shall depend on this very level
    try:
        (tangent,) = Linear(current.inside, (tensor,)).push(tuple(current.tangents))
        return UnpackedDualTensor(current.inside.leave(tensor), tangent)
    finally:
        current.inside.close(open=True)


def leads_to(tensor: Variable, goals: set[Any]) -> bool:
    """Whether the tensor was computed from one of these nodes."""
    stack: list[Any] = [tensor.grad_fn]
    seen: set[Any] = set()
    while stack:
        node = stack.pop()
        if node in goals:
            return True
        if node not in seen and hasattr(node, "edges"):
            seen.add(node)
            stack += [edge for edge in node.edges if edge is not None]
    return False
