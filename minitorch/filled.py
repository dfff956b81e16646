"""New tensors of a given shape: empty, or filled with one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.creation import filler, finish, numpy_dtype, shape_of
from minitorch.device import new_backend
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.layout import creates, order_of
from minitorch.ops.common import ensure_size

if TYPE_CHECKING:
    from minitorch.variable import Variable


def empty_array(shape: tuple[int, ...], order: tuple[int, ...] | None, dtype: Any) -> Any:
    """An array with arbitrary elements and its dims in the given order in memory."""
    backend = new_backend()
    if order is None or order == tuple(range(len(shape))):
        return backend.empty(shape, dtype)
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return backend.transpose(backend.empty(tuple(shape[d] for d in order), dtype), inverse)


@creates
def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Variable:
    """A tensor of this shape with arbitrary elements.

    >>> import minitorch
    >>> x = minitorch.empty(2, 3, dtype=minitorch.int32)
    >>> x.shape, x.dtype
    (minitorch.Size([2, 3]), minitorch.int32)
    """
    shape = shape_of("empty", sizes, size)
    order = order_of("empty", memory_format, len(shape))
    return finish(empty_array(shape, order, numpy_dtype(dtype)), device, requires_grad)


@creates
def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """A tensor of zeros.

    >>> import minitorch
    >>> minitorch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    array = new_backend().zeros(shape_of("zeros", sizes, size), numpy_dtype(dtype))
    return finish(array, device, requires_grad)


@creates
def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """A tensor of ones.

    >>> import minitorch
    >>> minitorch.ones(2, 3)
    tensor([[1., 1., 1.],
            [1., 1., 1.]])
    """
    array = new_backend().full(shape_of("ones", sizes, size), 1, numpy_dtype(dtype))
    return finish(array, device, requires_grad)


@creates
def full(
    size: Sequence[int],
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """A tensor with `fill_value` in every element, whose type gives the dtype if none is given.

    Raises:
        ArgumentTypeError: unless `size` is a sequence.

    >>> import minitorch
    >>> minitorch.full((2,), 7), minitorch.full((2,), 7.0)
    (tensor([7, 7]), tensor([7., 7.]))
    """
    if isinstance(size, int):
        raise ArgumentTypeError(f"full: size must be a sequence of integers, got {size}; write ({size},)")
    kind = dtypes.of(fill_value) if dtype is None else dtypes.as_dtype(dtype)
    value = filler("full", fill_value, kind)
    return finish(new_backend().full(shape_of("full", (size,)), value, kind.dtype), device, requires_grad)


@creates
def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """An n × m matrix with ones on the diagonal.

    >>> import minitorch
    >>> minitorch.eye(2, 3)
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    shape = shape_of("eye", (n, n if m is None else m))
    return finish(new_backend().eye(*shape, numpy_dtype(dtype)), device, requires_grad)


@creates
def empty_permuted(
    size: Any, physical_layout: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Variable:
    """Arbitrary elements, with the dims in memory in the order of `physical_layout`, the slowest first.

    >>> import minitorch
    >>> minitorch.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
    (12, 1, 3)
    """
    shape, order = shape_of("empty_permuted", (size,)), ensure_size((physical_layout,))
    if sorted(order) != list(range(len(shape))):
        raise ArgumentError(f"empty_permuted: physical_layout {order} must name each dim of {shape} once")
    return finish(empty_array(shape, order, numpy_dtype(dtype)), device, requires_grad)


@creates
def empty_strided(
    size: Any, stride: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Variable:
    """Arbitrary elements, with the given strides, counted in elements.

    >>> import minitorch
    >>> minitorch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    shape, steps = shape_of("empty_strided", (size,)), ensure_size((stride,))
    if len(shape) != len(steps):
        raise ArgumentError(f"empty_strided: size {shape} and stride {steps} need equally many numbers")
    backend = new_backend()
    length = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, steps, strict=True))
    memory = backend.empty(length, numpy_dtype(dtype))
    return finish(backend.as_strided(memory, shape, steps), device, requires_grad)


@creates
def scalar_tensor(s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Variable:
    """The number s as a 0-d tensor of the default dtype, unless another is given.

    >>> import minitorch
    >>> minitorch.scalar_tensor(3)
    tensor(3.)
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    return full((), s, dtype=kind, device=device, requires_grad=requires_grad)
