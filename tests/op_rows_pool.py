"""Rows of the op table: pools."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
from op_samples import Sample, call, row, x


def per_dim(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


def windows(n: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> list[list[int]]:
    """For each output the places (in the padded input) that its window covers."""
    steps = (n + 2 * p - d * (k - 1) - 1) / s
    count = (math.ceil(steps) if ceil_mode else math.floor(steps)) + 1
    if ceil_mode and (count - 1) * s >= n + p:
        count -= 1  # a window must not start in the padding at the end
    return [[i * s - p + j * d for j in range(k)] for i in range(count)]


def largest(
    dims: int,
) -> Any:
    def pool(
        a: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        kernel, pads = per_dim(kernel_size, dims), per_dim(padding, dims)
        steps = per_dim(kernel_size if stride is None else stride, dims)
        covered = [
            windows(n, k, s, p, d, ceil_mode)
            for n, k, s, p, d in zip(
                a.shape[-dims:], kernel, steps, pads, per_dim(dilation, dims), strict=True
            )
        ]
        values, indices = best_of(a, covered)
        return (values, indices) if return_indices else values

    return pool


def best_of(a: Any, covered: list[list[list[int]]]) -> tuple[Any, Any]:
    """The largest element of each window, and its place in the flattened image."""
    dims = len(covered)
    lead, sizes = a.shape[:-dims], a.shape[-dims:]
    rows = a.reshape(-1, *sizes)
    shape = (len(rows), *map(len, covered))
    values, indices = np.zeros(shape), np.zeros(shape, np.int64)
    for place in np.ndindex(shape):
        spots = product(*(c[i] for c, i in zip(covered, place[1:], strict=True)))
        inside = [s for s in spots if all(0 <= i < n for i, n in zip(s, sizes, strict=True))]
        best = max(inside, key=lambda spot: rows[(place[0], *spot)])
        values[place] = rows[(place[0], *best)]
        indices[place] = np.ravel_multi_index(best, sizes)
    return values.reshape(*lead, *shape[1:]), indices.reshape(*lead, *shape[1:])


def averaged(dims: int) -> Any:
    def pool(
        a: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Any:
        kernel, pads = per_dim(kernel_size, dims), per_dim(padding, dims)
        steps = per_dim(kernel_size if stride is None else stride, dims)
        sizes = a.shape[-dims:]
        covered = [
            windows(n, k, s, p, 1, ceil_mode) for n, k, s, p in zip(sizes, kernel, steps, pads, strict=True)
        ]
        y = np.zeros((*a.shape[:-dims], *map(len, covered)))
        for place in np.ndindex(y.shape[-dims:]):
            spots = list(product(*(c[i] for c, i in zip(covered, place, strict=True))))
            inside = [s for s in spots if all(0 <= i < n for i, n in zip(s, sizes, strict=True))]
            padded = [s for s in spots if all(i < n + p for i, n, p in zip(s, sizes, pads, strict=True))]
            count = divisor_override or len(padded if count_include_pad else inside)
            y[(..., *place)] = sum(a[(..., *spot)] for spot in inside) / count
        return y

    return pool


def adaptive(dims: int, *, mean: bool) -> Any:
    def pool(a: Any, output_size: Any, return_indices: bool = False) -> Any:
        sizes = a.shape[-dims:]
        wanted = (output_size,) * dims if isinstance(output_size, int) else output_size
        counts = [n if m is None else m for n, m in zip(sizes, wanted, strict=True)]
        covered = [
            [list(range(i * n // m, -(-(i + 1) * n // m))) for i in range(m)]
            for n, m in zip(sizes, counts, strict=True)
        ]
        if mean:
            y = np.zeros((*a.shape[:-dims], *counts))
            for place in np.ndindex(*counts):
                spots = list(product(*(c[i] for c, i in zip(covered, place, strict=True))))
                y[(..., *place)] = sum(a[(..., *spot)] for spot in spots) / len(spots)
            return y
        values, indices = best_of(a, covered)
        return (values, indices) if return_indices else values

    return pool


def images(dims: int) -> list[Sample]:
    """Calls that max and average pools have in common."""
    return [
        call(x(2, 2, *[4] * dims), 2),
        call(x(1, 1, *[5] * dims), 3, 2, 1),
        call(x(1, 2, *[5] * dims), 2, ceil_mode=True),
        call(x(1, 1, *[4] * dims), 3, stride=2, padding=1, ceil_mode=True),
        call(x(2, *[4] * dims), 2, 1),
        call(x(0, 1, *[4] * dims), 2),
    ]


for dims in (1, 2, 3):
    row(
        f"max_pool{dims}d",
        largest(dims),
        lambda dims=dims: [
            *images(dims),
            call(x(1, 1, *[5] * dims), 2, 1, dilation=2),
            call(x(1, 2, *[4] * dims), 2, return_indices=True),
            call(np.ones((1, 1, *[4] * dims)), 2, 1, kink=True),
        ],
        half=dims < 3,  # among many numbers some are equal in float16
    )
    row(
        f"avg_pool{dims}d",
        averaged(dims),
        only_floats=True,
        samples=lambda dims=dims: [
            *images(dims),
            call(x(1, 1, *[4] * dims), 3, 2, 1, count_include_pad=False),
            call(x(1, 1, *[5] * dims), 3, 2, 1, True, False),
            *([call(x(1, 1, 3, 5), (2, 3), (1, 2), (1, 0), divisor_override=5)] if dims == 2 else []),
        ],
    )
    for kind, mean in (("avg", True), ("max", False)):
        row(
            f"adaptive_{kind}_pool{dims}d",
            adaptive(dims, mean=mean),
            lambda dims=dims, mean=mean: [
                call(x(2, 1, *[5] * dims), 3),
                call(x(1, 2, *[4] * dims), 2),
                call(x(1, 1, *[3] * dims), 5),
                call(x(2, *[4] * dims), 1),
                *([call(x(1, 1, 4, 5), (2, None)), call(x(1, 1, 4, 5), (3, 2))] if dims == 2 else []),
                *([call(x(1, 1, 2, 3, 4), (2, None, 3))] if dims == 3 else []),
                *([] if mean else [call(x(1, 1, *[5] * dims), 2, return_indices=True)]),
            ],
        )

# The names that always give indices, and the way back ------------------------------------------------------------


def unpooled(dims: int) -> Any:
    def unpool(
        a: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> Any:
        kernel, pads = per_dim(kernel_size, dims), per_dim(padding, dims)
        steps = kernel if stride is None else per_dim(stride, dims)
        if output_size is None:
            counts = a.shape[-dims:]
            output_size = [
                (n - 1) * s + k - 2 * p for n, s, k, p in zip(counts, steps, kernel, pads, strict=True)
            ]
        size = tuple(output_size)[-dims:]
        y = np.zeros((*a.shape[:-dims], math.prod(size)))
        np.put_along_axis(y, indices.reshape(*a.shape[:-dims], -1), a.reshape(*a.shape[:-dims], -1), -1)
        return y.reshape(*a.shape[:-dims], *size)

    return unpool


def places(*shape: int, size: int) -> Any:
    """Different places in an image of `size` pixels, for each channel."""
    rng = np.random.default_rng(1)
    dims = 1 if len(shape) == 3 else len(shape) - 2
    count = math.prod(shape[-dims:])
    lines = [rng.permutation(size)[:count] for _ in range(math.prod(shape[:-dims]))]
    return np.stack(lines).reshape(shape)


for dims in (1, 2, 3):
    row(
        f"max_pool{dims}d_with_indices",
        lambda *args, dims=dims, **kwargs: largest(dims)(*args, **kwargs, return_indices=True),
        lambda dims=dims: [call(x(1, 2, *[4] * dims), 2), call(x(1, 1, *[4] * dims), 3, stride=2, padding=1)],
    )
    row(
        f"adaptive_max_pool{dims}d_with_indices",
        lambda *args, dims=dims: adaptive(dims, mean=False)(*args, return_indices=True),
        lambda dims=dims: [call(x(1, 2, *[4] * dims), 2), call(x(1, 1, *[5] * dims), 3)],
    )
    row(
        f"max_unpool{dims}d",
        unpooled(dims),
        lambda dims=dims: [
            call(x(2, 1, *[2] * dims), places(2, 1, *[2] * dims, size=4**dims), 2),
            call(
                x(1, 2, *[2] * dims),
                places(1, 2, *[2] * dims, size=4**dims),
                3,
                2,
                padding=(1,) * dims,
                output_size=(4,) * dims,
            ),
        ],
        only_floats=True,
    )

# p-norms ------------------------------------------------------------


def norms(dims: int) -> Any:
    def pool(a: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
        if math.isinf(norm_type):
            return largest(dims)(np.abs(a), kernel_size, stride, ceil_mode=ceil_mode)
        mean = averaged(dims)(a**norm_type, kernel_size, stride, ceil_mode=ceil_mode)
        return (mean * math.prod(per_dim(kernel_size, dims))) ** (1 / norm_type)

    return pool


for dims in (1, 2, 3):
    row(
        f"lp_pool{dims}d",
        norms(dims),
        lambda dims=dims: [
            call(x(2, 1, *[4] * dims), 2, 2),
            call(x(1, 1, *[5] * dims, low=0.3), 3, 2, ceil_mode=True),
            call(x(1, *[4] * dims, low=0.3), 1.5, 3, 1),
            call(x(1, 1, *[4] * dims), math.inf, 2),
        ],
        only_floats=True,
        half=False,
    )

# Windows at random places ------------------------------------------------------------


def fractional(dims: int) -> Any:
    def pool(
        a: Any,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> Any:
        sizes, kernel = a.shape[-dims:], per_dim(kernel_size, dims)
        counts = per_dim(output_size, dims) if output_size else [int(n * output_ratio) for n in sizes]
        rows = a.reshape(-1, 1, *sizes)
        results = []
        for image, u in zip(rows, _random_samples.reshape(-1, dims), strict=True):
            u = u[::-1] if dims == 2 else u
            covered = []
            for n, k, m, v in zip(sizes, kernel, counts, u, strict=True):
                alpha = (n - k) / (m - 1) if m > 1 else 0.0
                starts = [int((j + v) * alpha) - int(v * alpha) for j in range(m - 1)] + [n - k]
                covered.append([list(range(s, s + k)) for s in starts])
            results.append(best_of(image, covered))
        shape = (*a.shape[:-dims], *counts)
        values, indices = (np.stack(part).reshape(shape) for part in zip(*results, strict=True))
        return (values, indices) if return_indices else values

    return pool


for dims in (2, 3):

    def calls(dims: int = dims) -> list[Sample]:
        return [
            call(x(2, 2, *[5] * dims), 2, 3, _random_samples=x(2, 2, dims, low=0.0, high=1.0)),
            call(x(1, *[6] * dims), 3, output_ratio=0.5, _random_samples=x(1, 1, dims, low=0.0, high=1.0)),
            call(x(1, 1, *[4] * dims), 2, 1, _random_samples=x(1, 1, dims, low=0.0, high=1.0)),
        ]

    row(f"fractional_max_pool{dims}d", fractional(dims), calls, only_floats=True, half=False, random=True)
    row(
        f"fractional_max_pool{dims}d_with_indices",
        lambda *args, dims=dims, **kwargs: fractional(dims)(*args, **kwargs, return_indices=True),
        calls,
        only_floats=True,
        half=False,
        random=True,
    )
