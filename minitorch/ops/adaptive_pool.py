"""Pools that choose their windows by the size of the result."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.ops.common import array_of
from minitorch.ops.index import TakeAlong
from minitorch.ops.pool import MaxPool, SumPool, max_indices
from minitorch.ops.sizes import batched
from minitorch.registry import backend_of
from minitorch.value import wrap
from minitorch.windows import Sizes, Windows

if TYPE_CHECKING:
    from minitorch.variable import Variable


def bounds(n: int, count: int) -> list[tuple[int, int]]:
    """`count` windows that cover `n` elements: window j goes from ⌊j·n/count⌋ to ⌈(j + 1)·n/count⌉."""
    return [(j * n // count, -(-(j + 1) * n // count)) for j in range(count)]


def even_windows(size: Sizes, counts: Sizes) -> Windows | None:
    """The windows if they are equally large and lie side by side, else None."""
    if any(n % count or not n for n, count in zip(size, counts, strict=True)):
        return None
    kernel = tuple(n // count for n, count in zip(size, counts, strict=True))
    dims = len(size)
    return Windows(size, kernel, kernel, (0,) * dims, (1,) * dims, counts)


def prepare(op_name: str, input: Any, output_size: Any, dims: int) -> tuple[Any, Sizes]:
    """The input with a batch dim, and the size of the result with every None filled in.

    Raises:
        ShapeError: if there is nothing to pool.
        ArgumentError: for sizes that are not positive, or too many of them.
    """
    x, _ = batched(op_name, input, dims)
    size = tuple(x.shape[2:])
    wanted = output_size if isinstance(output_size, Sequence) else (output_size,) * dims
    if len(wanted) == 1:
        wanted = tuple(wanted) * dims
    if len(wanted) != dims or any(n is not None and n < 0 for n in wanted):
        raise ArgumentError(f"{op_name}: output_size must be one int ≥ 0 or {dims}, got {output_size!r}")
    if not prod(size):
        raise ShapeError(f"{op_name}: an input of shape {tuple(input.shape)} has nothing to pool")
    return x, tuple(own if n is None else n for n, own in zip(wanted, size, strict=True))


def _adaptive_avg_pool(dims: int, input: Any, output_size: Any) -> Any:
    name = f"adaptive_avg_pool{dims}d"
    x, counts = prepare(name, input, output_size, dims)
    if array_of(x).dtype.kind in "biu":
        raise DtypeError(f"{name}: needs floating-point numbers, got {array_of(x).dtype}; use x.float()")
    size = tuple(x.shape[2:])
    if not prod(counts):
        return nothing(input, counts)
    windows = even_windows(size, counts)
    if prod(counts) == 1:
        y = x.sum(tuple(range(2, dims + 2)), keepdim=True) / prod(size)
    elif windows is not None:
        y = SumPool.apply(x, windows=windows) / windows.elements
    else:
        y = x
        for d, (n, count) in enumerate(zip(size, counts, strict=True)):
            y = (y.movedim(d + 2, -1) @ averaging_matrix(array_of(x), n, count)).movedim(-1, d + 2)
    return y if input.ndim == dims + 2 else y.squeeze(0)


def nothing(x: Any, counts: Sizes) -> Any:
    """The result of no windows: empty, and still part of the graph."""
    dims = len(counts)
    return x.sum(tuple(range(-dims, 0)), keepdim=True).expand(*x.shape[:-dims], *counts)


def averaging_matrix(x: Any, n: int, count: int) -> Any:
    """(n, count): column j averages over the j-th window."""
    matrix = backend_of(x).zeros((n, count), x.dtype)
    for j, (start, stop) in enumerate(bounds(n, count)):
        matrix[start:stop, j] = 1 / (stop - start)
    return wrap(matrix)


def _adaptive_max_pool(dims: int, input: Any, output_size: Any, return_indices: bool) -> Any:
    x, counts = prepare(f"adaptive_max_pool{dims}d", input, output_size, dims)
    size = tuple(x.shape[2:])
    if not prod(counts):
        y = nothing(input, counts)
        return (y, y.to(dtypes.int64)) if return_indices else y
    windows = even_windows(size, counts)
    if windows is not None:
        y = MaxPool.apply(x, windows=windows)
        y = y if input.ndim == dims + 2 else y.squeeze(0)
        return (y, max_indices(input, y, windows)) if return_indices else y
    places = uneven_places(array_of(x), size, counts)
    flat = x.reshape(*x.shape[:2], prod(size))
    candidates = array_of(flat)[:, :, places]  # (N, C, windows, elements)
    backend = backend_of(candidates)
    chosen = backend.argmax(candidates, axis=-1)
    indices = places[backend.arange(prod(counts)), chosen]
    shape = (*input.shape[:-dims], *counts)
    y = TakeAlong.apply(flat, indices=indices, dim=2).reshape(shape)
    return (y, wrap(indices.reshape(shape))) if return_indices else y


def uneven_places(x: Any, size: Sizes, counts: Sizes) -> Any:
    """For each window its elements' places in the flattened input; smaller windows repeat their last one.

    Shape: (windows, elements of the largest window).
    """
    places: Any = 0
    dims = len(size)
    for d, (n, count) in enumerate(zip(size, counts, strict=True)):
        windows = bounds(n, count)
        longest = max(stop - start for start, stop in windows)
        line = backend_of(x).asarray(
            [[min(start + i, stop - 1) for i in range(longest)] for start, stop in windows], "int64"
        )
        shape = [1] * (2 * dims)
        shape[d], shape[dims + d] = count, longest
        places = places * n + line.reshape(shape)
    return places.reshape(prod(counts), -1)


@kernel
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Variable:
    """The averages of `output_size` windows that cover a sequence; see `adaptive_avg_pool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, output_size) or (C, output_size).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_avg_pool1d(minitorch.tensor([[1.0, 2.0, 6.0]]), 2)
    tensor([[1.5000, 4.0000]])
    """
    return _adaptive_avg_pool(1, input, output_size)


@kernel
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Variable:
    """The averages of windows that cover an image, chosen so that the result has `output_size`.

    Along a dim of size n, window j of m goes from ⌊j·n/m⌋ to ⌈(j + 1)·n/m⌉.

    Args:
        input: the images.
        output_size: (H′, W′), or one number for both; None keeps the input's size.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_avg_pool2d(minitorch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[4.5000, 6.5000]]])
    """
    return _adaptive_avg_pool(2, input, output_size)


@kernel
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Variable:
    """The averages of windows that cover a volume; see `adaptive_avg_pool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_avg_pool3d(minitorch.arange(16.0).reshape(1, 2, 2, 4), (1, None, 1))
    tensor([[[[5.5000],
              [9.5000]]]])
    """
    return _adaptive_avg_pool(3, input, output_size)


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of `output_size` windows that cover a sequence; see `adaptive_max_pool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, output_size) or (C, output_size).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool1d(minitorch.tensor([[1.0, 2.0, 6.0]]), 2)
    tensor([[2., 6.]])
    """
    return _adaptive_max_pool(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of windows that cover an image; windows are those of `adaptive_avg_pool2d`.

    Args:
        input: the images.
        output_size: (H′, W′), or one number for both; None keeps the input's size.
        return_indices: also return where in the flattened image each element stood.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool2d(minitorch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[ 9., 11.]]])
    """
    return _adaptive_max_pool(2, input, output_size, return_indices)


@kernel
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest elements of windows that cover a volume; see `adaptive_max_pool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.adaptive_max_pool3d(minitorch.arange(16.0).reshape(1, 2, 2, 4), (1, None, 1))
    tensor([[[[11.],
              [15.]]]])
    """
    return _adaptive_max_pool(3, input, output_size, return_indices)
