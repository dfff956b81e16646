"""How the elements of a tensor lie in memory: `layout` (always strided here) and `memory_format`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from minitorch.device import require
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.ops.out import with_out

R = TypeVar("R")


class layout:
    """Whether all elements are stored, each where its indices and the strides say; minitorch has no other layout."""

    def __repr__(self) -> str:
        return "minitorch.strided"

    def __reduce__(self) -> str:
        return "strided"


class memory_format:
    """The order of the dims in memory: `contiguous_format`, `preserve_format`, `channels_last`, `channels_last_3d`.

    >>> import minitorch
    >>> x = minitorch.ones(1, 3, 4, 4).to(memory_format=minitorch.channels_last)
    >>> x.shape, x.stride(), x.is_contiguous(memory_format=minitorch.channels_last)
    (minitorch.Size([1, 3, 4, 4]), (48, 1, 12, 3), True)
    """

    def __init__(self, name: str, ndim: int | None = None) -> None:
        self.name, self.ndim = name, ndim

    def __repr__(self) -> str:
        return f"minitorch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


strided = layout()
contiguous_format, preserve_format = memory_format("contiguous_format"), memory_format("preserve_format")
channels_last, channels_last_3d = memory_format("channels_last", 4), memory_format("channels_last_3d", 5)


def order_of(op_name: str, wanted: Any, ndim: int) -> tuple[int, ...] | None:
    """The dims in the order of memory that a format asks for, the slowest first; None where it does not say.

    Raises:
        ShapeError: for a format that needs another number of dims.
        ArgumentTypeError: for anything but a memory_format.
    """
    if wanted is None or wanted is preserve_format:
        return None
    if not isinstance(wanted, memory_format):
        raise ArgumentTypeError(f"{op_name}: expected a memory_format, got {wanted!r}")
    if wanted.ndim is None:
        return tuple(range(ndim))
    if ndim != wanted.ndim:
        raise ShapeError(f"{op_name}: {wanted} needs {wanted.ndim} dimensions, got a tensor of {ndim}")
    return (0, *range(2, ndim), 1)


def creates(function: Callable[..., R]) -> Callable[..., R]:
    """Gives a function that makes new tensors the keywords that all of them take: `out`, `layout` and `pin_memory`."""
    inner = with_out(function)

    @functools.wraps(function)
    def call(
        *args: Any, layout: Any = None, pin_memory: bool = False, names: Any = None, **keywords: Any
    ) -> R:
        if layout is not None and layout is not strided:
            raise ArgumentError(f"{function.__name__}: layout must be minitorch.strided, got {layout!r}")
        if names is not None:
            raise ArgumentError(f"{function.__name__}: named dims are not supported; leave names away")
        if keywords.get("device") is not None:
            with require(keywords["device"]):
                result = inner(*args, **keywords)
        else:
            result = inner(*args, **keywords)
        return result.pin_memory() if pin_memory else result  # type: ignore[attr-defined]

    return call
