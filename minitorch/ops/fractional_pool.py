"""Max pools whose windows begin at random places, so that sizes shrink by a fraction: fractional_max_pool2d, 3d."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.common import array_of
from minitorch.ops.index import TakeAlong
from minitorch.ops.sizes import as_sizes, batched
from minitorch.registry import backend_of
from minitorch.sampling import rand
from minitorch.value import wrap
from minitorch.windows import Sizes


def _fractional_max_pool(
    dims: int, input: Any, kernel_size: Any, output_size: Any, output_ratio: Any, random_samples: Any
) -> tuple[Any, Any]:
    name = f"fractional_max_pool{dims}d"
    x, _ = batched(name, input, dims)
    size: Sizes = tuple(x.shape[2:])
    if not prod(x.shape[1:]):
        raise ShapeError(f"{name}: an input of shape {tuple(input.shape)} has nothing to pool")
    if output_size is None:
        if output_ratio is None:
            raise ArgumentError(f"{name}: needs either output_size or output_ratio")
        ratios = output_ratio if isinstance(output_ratio, Sequence) else (output_ratio,) * dims
        if len(ratios) != dims:
            raise ArgumentError(f"{name}: output_ratio must be one number or {dims}, got {output_ratio}")
        output_size = tuple(int(n * ratio) for n, ratio in zip(size, ratios, strict=True))
    kernel = as_sizes(name, "kernel_size", kernel_size, dims)
    counts = as_sizes(name, "output_size", output_size, dims)
    if any(count + k - 1 > n for n, k, count in zip(size, kernel, counts, strict=True)):
        raise ShapeError(
            f"{name}: {counts} windows of size {kernel} do not fit into an input of size {size}; "
            f"use smaller ones, or fewer"
        )
    samples = wanted_samples(name, x, random_samples, dims)
    flat = array_of(x).reshape(*x.shape[:2], prod(size))
    places = window_places(flat, samples, size, kernel, counts)
    backend = backend_of(flat)
    lead = flat.shape[:2]
    wide = places.reshape(*lead, prod(counts) * prod(kernel))
    candidates = backend.take_along_axis(flat, wide, 2).reshape(places.shape)
    chosen = backend.argmax(candidates, axis=-1)
    indices = backend.take_along_axis(places, chosen[..., None], -1)[..., 0]
    shape = (*input.shape[:-dims], *counts)
    y = TakeAlong.apply(x.reshape(flat.shape), indices=indices, dim=2)
    return y.reshape(shape), wrap(indices.reshape(shape))


def wanted_samples(op_name: str, x: Any, given: Any, dims: int) -> Array:
    """The random numbers that windows depend on: (N, C, dims), drawn anew unless given."""
    shape = (x.shape[0], x.shape[1], dims)
    if given is None:
        return array_of(rand(*shape, dtype=x.dtype))
    samples = array_of(given)
    if samples.ndim != 3 or samples.shape[0] < shape[0] or samples.shape[1:] != shape[1:]:
        raise ShapeError(f"{op_name}: _random_samples must have shape {shape}, got {tuple(samples.shape)}")
    if samples.dtype != array_of(x).dtype:
        raise ArgumentError(f"{op_name}: _random_samples must be {x.dtype} as the input, got {given.dtype}")
    return samples[: shape[0]]


def window_places(x: Array, samples: Array, size: Sizes, kernel: Sizes, counts: Sizes) -> Array:
    """For each window its elements' places in the flattened input.

    With u uniform on [0, 1) and α = (n − k)/(m − 1), window j of m begins at ⌊(j + u)·α⌋ − ⌊u·α⌋,
    the last one at n − k.

    Shape: (N, C, windows, elements of a window).
    """
    backend, dims = backend_of(x), len(size)
    places: Any = 0
    for d, (n, k, m) in enumerate(zip(size, kernel, counts, strict=True)):
        # For images the first number is that of the width, for volumes that of the depth.
        u = samples[..., dims - 1 - d if dims == 2 else d][..., None]
        steps = backend.arange(0, m, 1, x.dtype)
        alpha = x.dtype.type((n - k) / (m - 1) if m > 1 else 0)
        starts = (backend.trunc((steps + u) * alpha) - backend.trunc(u * alpha)).astype("int64")
        starts[..., -1] = n - k
        line = starts[..., None] + backend.arange(k)  # (N, C, m, k)
        shape = [1] * (2 * dims)
        shape[d], shape[dims + d] = m, k
        places = places * n + line.reshape(*line.shape[:2], *shape)
    return places.reshape(*x.shape[:2], prod(counts), prod(kernel))


def fractional_max_pool2d_with_indices(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool2d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 3.0], [5.0, 2.0]]])
    >>> minitorch.nn.functional.fractional_max_pool2d_with_indices(x, 2, 1)
    (tensor([[[5.]]]), tensor([[[2]]]))
    """
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, _random_samples)


@kernel
def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest element of windows at random places of an image, as many as the result has elements.

    Along a dim of size n, with windows of size k, m of them and u drawn uniformly for each image and channel,
    window j begins at ⌊(j + u)·α⌋ − ⌊u·α⌋ with α = (n − k)/(m − 1), and the last one at n − k.

    Args:
        input: the images.
        kernel_size: size of the windows.
        output_size: how many windows along each dim.
        output_ratio: the same as a share of the input's size.
        return_indices: also return where in the flattened image each element stood.
        _random_samples: the numbers u instead of random ones: (N, C, 2), first for the width, then for the height.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    Source: Graham, Fractional max-pooling, 2014.

    >>> import minitorch
    >>> minitorch.nn.functional.fractional_max_pool2d(minitorch.rand(8, 3, 10, 10), 2, output_ratio=0.7).shape
    minitorch.Size([8, 3, 7, 7])
    """
    y, indices = _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return (y, indices) if return_indices else y


def fractional_max_pool3d_with_indices(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool3d` with the places of the largest elements, whatever `return_indices` says.

    >>> import minitorch
    >>> x = minitorch.arange(8.0).reshape(1, 2, 2, 2)
    >>> minitorch.nn.functional.fractional_max_pool3d_with_indices(x, 2, 1)
    (tensor([[[[7.]]]]), tensor([[[[7]]]]))
    """
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, _random_samples)


@kernel
def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest element of windows at random places of a volume; see `fractional_max_pool2d`.

    The numbers of `_random_samples`, (N, C, 3), are those of depth, height and width.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.fractional_max_pool3d(minitorch.rand(1, 9, 9, 9), 3, (4, 5, 6)).shape
    minitorch.Size([1, 4, 5, 6])
    """
    y, indices = _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return (y, indices) if return_indices else y
