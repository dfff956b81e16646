"""A tensor brought to another shape in place: its memory is kept, and grows where it must."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.errors import GradientError, ShapeError
from minitorch.layout import order_of
from minitorch.ops.common import ensure_size
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable


def resize_(x: Variable, *sizes: Any, memory_format: Any = None) -> Variable:
    """Another shape for the same memory, in row-major order; new elements are arbitrary.

    Raises:
        GradientError: if the tensor requires grad.
        ShapeError: for negative sizes.

    >>> import minitorch
    >>> x = minitorch.arange(6)
    >>> x.resize_(2, 2)
    tensor([[0, 1],
            [2, 3]])
    """
    shape = ensure_size(sizes)
    if x.requires_grad:
        raise GradientError("resize_: the tensor requires grad; use reshape(), or resize x.data")
    if any(n < 0 for n in shape):
        raise ShapeError(f"resize_: sizes must not be negative, got {shape}")
    backend = backend_of(x.array)
    order = order_of("resize_", memory_format, len(shape)) or tuple(range(len(shape)))
    if shape == tuple(x.shape) and memory_format is None:
        return x
    memory, start = backend.memory_of(x.array)
    count = math.prod(shape)
    if start + count > memory.size:
        larger = backend.empty(start + count, memory.dtype)
        larger[: memory.size] = memory
        memory = larger
    stretch = memory[start : start + count].reshape([shape[d] for d in order])
    x.array = backend.transpose(stretch, sorted(range(len(order)), key=order.__getitem__))
    x._view = None
    x._version_counter().value += 1
    return x


def resize_as_(x: Variable, the_template: Variable, memory_format: Any = None) -> Variable:
    """The shape of another tensor for the same memory; see `resize_`.

    >>> import minitorch
    >>> minitorch.arange(6).resize_as_(minitorch.ones(3))
    tensor([0, 1, 2])
    """
    return resize_(x, *the_template.shape, memory_format=memory_format)
