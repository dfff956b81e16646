"""Where the largest elements of windows stood, and how to put them back there: max_unpool1d, 2d, 3d."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.ops.adaptive_pool import adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d
from minitorch.ops.common import array_of, looks_at, require_tensors
from minitorch.ops.pool import max_pool1d, max_pool2d, max_pool3d
from minitorch.ops.scatter import Scatter
from minitorch.ops.sizes import as_sizes
from minitorch.windows import Sizes

if TYPE_CHECKING:
    from minitorch.variable import Variable


def _max_unpool(
    dims: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Any:
    name = f"max_unpool{dims}d"
    require_tensors(name, input=input, indices=indices)
    if indices.dtype is not dtypes.int64:
        raise DtypeError(f"{name}: indices must be int64, got {indices.dtype}")
    if input.ndim not in (dims + 1, dims + 2) or not prod(input.shape[1:]):
        raise ShapeError(
            f"{name}: expected (N, C, …) or (C, …) with {dims} more dims that are not empty, "
            f"got {tuple(input.shape)}"
        )
    if input.shape != indices.shape:
        raise ShapeError(
            f"{name}: input {tuple(input.shape)} and indices {tuple(indices.shape)} must have the same shape"
        )
    kernel = as_sizes(name, "kernel_size", kernel_size, dims)
    strides = kernel if stride is None else as_sizes(name, "stride", stride, dims)
    before = as_sizes(name, "padding", padding, dims, least=0)
    size = unpooled_size(name, tuple(input.shape[-dims:]), kernel, strides, before, output_size)
    lead, elements = tuple(input.shape[:-dims]), prod(size)
    count = prod(input.shape[-dims:])
    places = array_of(indices).reshape(*lead, count)
    if places.size and looks_at(places) and (int(places.min()) < 0 or int(places.max()) >= elements):
        raise IndexRangeError(
            f"{name}: indices must lie between 0 and {elements - 1} for a result of size {size}, got some between "
            f"{int(places.min())} and {int(places.max())}"
        )
    x = input.reshape(*lead, count)
    zeros = x.new_zeros((*lead, elements))
    return Scatter.apply(zeros, x, indices=places, dim=len(lead)).reshape(*lead, *size)


def unpooled_size(
    op_name: str, size: Sizes, kernel: Sizes, strides: Sizes, before: Sizes, wanted: Any
) -> Sizes:
    """The size before the pool: the smallest one that fits, or the one that is wanted.

    Raises:
        ArgumentError: if a pool could not have come from the size that is wanted.
    """
    smallest = tuple(
        (n - 1) * s + k - 2 * p for n, s, k, p in zip(size, strides, kernel, before, strict=True)
    )
    if wanted is None:
        result: Sizes = smallest
    else:
        result = tuple(wanted) if isinstance(wanted, Sequence) else (wanted,)
        result = result[2:] if len(result) == len(size) + 2 else result
        if len(result) != len(size) or any(
            not low - s < n < low + s for low, n, s in zip(smallest, result, strides, strict=True)
        ):
            raise ArgumentError(
                f"{op_name}: output_size must have {len(size)} sizes, each less than the stride {strides} away from "
                f"{smallest}, got {wanted}"
            )
    if min(result) < 0:
        raise ArgumentError(f"{op_name}: the size of the result would be {result}; use less padding")
    return result


@kernel
def max_unpool1d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Variable:
    """Puts the elements that `max_pool1d` kept back to their places, zeros elsewhere; see `max_unpool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> F = minitorch.nn.functional
    >>> y, indices = F.max_pool1d(minitorch.tensor([[1.0, 3.0, 5.0, 2.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(y, indices, 2)
    tensor([[0., 3., 5., 0.]])
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@kernel
def max_unpool2d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Variable:
    """Puts the elements that `max_pool2d` kept back to their places, zeros elsewhere.

    Args:
        input: what the pool kept.
        indices: where in the flattened image it stood, as `max_pool2d(…, return_indices=True)` says.
        kernel_size: as for the pool.
        stride: as for the pool.
        padding: as for the pool.
        output_size: the size of the image, where several come into question; with or without (N, C).

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′), with
        H′ = (H − 1)·stride − 2·padding + kernel_size.

    Raises:
        IndexRangeError: if an index points outside of the image.

    >>> import minitorch
    >>> F = minitorch.nn.functional
    >>> x = minitorch.tensor([[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]])
    >>> y, indices = F.max_pool2d(x, 2, return_indices=True)
    >>> F.max_unpool2d(y, indices, 2)
    tensor([[[0., 0., 0., 0.],
             [8., 0., 6., 0.]]])
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@kernel
def max_unpool3d(
    input: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Variable:
    """Puts the elements that `max_pool3d` kept back to their places, zeros elsewhere; see `max_unpool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> F = minitorch.nn.functional
    >>> y, indices = F.max_pool3d(minitorch.ones(1, 2, 2, 4), 2, return_indices=True)
    >>> F.max_unpool3d(y, indices, 2).sum((0, 1))
    tensor([[1., 0., 1., 0.],
            [0., 0., 0., 0.]])
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


# The names under which pools always give indices -----------------------------------------------------------


def max_pool1d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.max_pool1d_with_indices(minitorch.tensor([[1.0, 3.0, 5.0, 2.0]]), 2)
    (tensor([[3., 5.]]), tensor([[1, 2]]))
    """
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.max_pool2d_with_indices(minitorch.tensor([[[1.0, 3.0], [5.0, 2.0]]]), 2)
    (tensor([[[5.]]]), tensor([[[2]]]))
    """
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool3d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.max_pool3d_with_indices(minitorch.arange(8.0).reshape(1, 2, 2, 2), 2)
    (tensor([[[[7.]]]]), tensor([[[[7]]]]))
    """
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def adaptive_max_pool1d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool1d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool1d_with_indices(minitorch.tensor([[1.0, 3.0, 2.0]]), 1)
    (tensor([[3.]]), tensor([[1]]))
    """
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool2d_with_indices(minitorch.tensor([[[1.0, 3.0, 2.0]]]), 1)
    (tensor([[[3.]]]), tensor([[[1]]]))
    """
    return adaptive_max_pool2d(input, output_size, True)


def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool3d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool3d_with_indices(minitorch.ones(1, 1, 2, 2), 1)
    (tensor([[[[1.]]]]), tensor([[[[0]]]]))
    """
    return adaptive_max_pool3d(input, output_size, True)
