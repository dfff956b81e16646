"""Rows of the op table: images at another size, seen through grids, with pixels and channels in other places."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import numpy as np
from op_samples import Sample, call, row, x

# Another size ------------------------------------------------------------


def keys(t: float, a: float) -> float:
    """Keys's cubic kernel."""
    t = abs(t)
    if t < 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a if t < 2 else 0.0


def kernel(mode: str, antialias: bool) -> tuple[Any, int]:
    """The weight of an element at a distance, and how far it reaches."""
    if mode == "bicubic":
        return (lambda t: keys(t, -0.5 if antialias else -0.75)), 2
    if mode == "lanczos":
        return (lambda t: float(np.sinc(t) * np.sinc(t / 3)) if abs(t) < 3 else 0.0), 3
    return (lambda t: max(0.0, 1 - abs(t))), 1


def resizing(n: int, m: int, scale: float | None, mode: str, align_corners: bool, antialias: bool) -> Any:
    """The (m, n) matrix that takes a line to its new size."""
    matrix = np.zeros((m, n))
    ratio = 1 / scale if scale else n / m
    if align_corners:
        ratio = (n - 1) / (m - 1) if m > 1 else 0.0
    for j in range(m):
        if mode == "nearest":
            matrix[j, min(math.floor(j * ratio), n - 1)] = 1
        elif mode == "nearest-exact":
            matrix[j, min(math.floor((j + 0.5) * ratio), n - 1)] = 1
        elif mode == "area":
            start, stop = j * n // m, -(-(j + 1) * n // m)
            matrix[j, start:stop] = 1 / (stop - start)
        elif antialias:
            weight, _ = kernel(mode, True)
            centre, width = ratio * (j + 0.5) - 0.5, max(ratio, 1.0)
            line = np.array([weight((i - centre) / width) for i in range(n)])
            matrix[j] = line / line.sum()
        else:
            weight, reach = kernel(mode, False)
            centre = ratio * j if align_corners else ratio * (j + 0.5) - 0.5
            centre = centre if mode == "bicubic" else max(centre, 0.0)
            for i in range(math.floor(centre) - reach, math.floor(centre) + reach + 2):
                matrix[j, min(max(i, 0), n - 1)] += weight(i - centre)
    return matrix


def resized(
    a: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    dims = a.ndim - 2
    scales = [scale_factor] * dims if isinstance(scale_factor, (int, float)) else scale_factor
    if size is None:
        size = [int(n * s) for n, s in zip(a.shape[2:], scales, strict=True)]
    if scales is None or recompute_scale_factor:
        scales = [None] * dims
    sizes = [size] * dims if isinstance(size, int) else size
    for d, (m, s) in enumerate(zip(sizes, scales, strict=True)):
        matrix = resizing(a.shape[d + 2], m, s, mode, bool(align_corners), antialias)
        a = np.moveaxis(np.moveaxis(a, d + 2, -1) @ matrix.T, -1, d + 2)
    return a


def sizes_of(mode: str, dims: int) -> list[Sample]:
    shape = (5, 4, 3)[:dims]
    blends = mode not in ("nearest", "nearest-exact", "area")
    aligned = [call(x(1, 1, *shape), size=7, mode=mode, align_corners=True)] if blends else []
    return [
        call(x(1, 2, *shape), size=3, mode=mode),
        call(x(1, 1, *shape), scale_factor=2, mode=mode),
        *([] if mode == "area" else [call(x(1, 1, *shape), scale_factor=1.7, mode=mode)]),
        *(
            [call(x(1, 1, *shape), scale_factor=0.7, mode=mode, recompute_scale_factor=True)]
            if dims < 3
            else []
        ),
        *aligned,
    ]


row(
    "interpolate",
    resized,
    lambda: (
        [
            sample
            for mode, dims in [
                *itertools.product(("nearest", "nearest-exact", "area"), (1, 2, 3)),
                *(("linear", 1), ("bilinear", 2), ("bicubic", 2), ("trilinear", 3)),
            ]
            for sample in sizes_of(mode, dims)
        ]
        + [
            call(x(1, 1, 7, 9), size=(3, 4), mode=mode, antialias=True)
            for mode in ("bilinear", "bicubic", "lanczos")
        ]
        + [
            call(x(1, 1, 7, 5), scale_factor=(0.4, 1.5), mode="bicubic", antialias=True),
            call(x(0, 1, 3), size=5, mode="linear"),
            call(x(2, 1, 3, 3), size=(3, 1), mode="bilinear", align_corners=True),
        ]
    ),
    only_floats=True,
)


def quiet(name: str) -> Any:
    """PyTorch's function, without its warning that the name is an old one."""

    def function(*args: Any, **kwargs: Any) -> Any:
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(torch.nn.functional, name)(*args, **kwargs)

    return function


row(
    "upsample",
    resized,
    lambda: [call(x(1, 2, 3), 5), call(x(1, 1, 2, 3), scale_factor=2, mode="bilinear")],
    torch=quiet("upsample"),
    only_floats=True,
)
row(
    "upsample_nearest",
    lambda a, size=None, scale_factor=None: resized(a, size, scale_factor),
    lambda: [call(x(1, 2, 3), 5), call(x(1, 1, 2, 3), scale_factor=2)],
    torch=quiet("upsample_nearest"),
    only_floats=True,
)
row(
    "upsample_bilinear",
    lambda a, size=None, scale_factor=None: resized(a, size, scale_factor, "bilinear", True),
    lambda: [call(x(1, 2, 3, 2), 5), call(x(1, 1, 2, 3), scale_factor=2)],
    torch=quiet("upsample_bilinear"),
    only_floats=True,
)

# Through a grid ------------------------------------------------------------


def pixel(image: Any, place: tuple[int, ...], padding_mode: str, align_corners: bool) -> float:
    """A pixel, also outside of the image."""
    spot = []
    for p, n in zip(place, image.shape, strict=True):
        if padding_mode == "zeros" and not 0 <= p < n:
            return 0.0
        spot.append(int(brought_in(p, n, padding_mode, align_corners)))
    return float(image[tuple(spot)])


def brought_in(p: float, n: int, padding_mode: str, align_corners: bool) -> float:
    """A coordinate moved into the image."""
    if padding_mode == "reflection":
        low, high = (0.0, n - 1.0) if align_corners else (-0.5, n - 0.5)
        while not low <= p <= high and high > low:
            p = 2 * low - p if p < low else 2 * high - p
    return p if padding_mode == "zeros" else min(max(p, 0), n - 1)


def sampled(
    a: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    align, dims = bool(align_corners), a.ndim - 2
    y = np.zeros((*a.shape[:2], *grid.shape[1:-1]))
    reach = 2 if mode == "bicubic" else 1
    for n, c in np.ndindex(a.shape[:2]):
        for place in np.ndindex(grid.shape[1:-1]):
            point = []
            for p, m in zip(grid[(n, *place)][::-1], a.shape[2:], strict=True):
                p = (p + 1) / 2 * (m - 1) if align else ((p + 1) * m - 1) / 2
                point.append(p if mode == "bicubic" else brought_in(p, m, padding_mode, align))
            if mode == "nearest":
                y[(n, c, *place)] = pixel(a[n, c], tuple(round(p) for p in point), padding_mode, align)
                continue
            for step in itertools.product(range(1 - reach, reach + 1), repeat=dims):
                spot = tuple(math.floor(p) + s for p, s in zip(point, step, strict=True))
                weight = 1.0
                for p, s in zip(point, spot, strict=True):
                    weight *= keys(p - s, -0.75) if mode == "bicubic" else max(0.0, 1 - abs(p - s))
                y[(n, c, *place)] += weight * pixel(a[n, c], spot, padding_mode, align)
    return y


row(
    "grid_sample",
    sampled,
    lambda: (
        [
            call(x(2, 2, 3, 4), x(2, 2, 3, 2, low=-1.4, high=1.4), mode, padding, align)
            for mode in ("bilinear", "nearest", "bicubic")
            for padding in ("zeros", "border", "reflection")
            for align in (False, True)
        ]
        + [
            call(x(1, 2, 2, 3, 2), x(1, 2, 1, 2, 3, low=-1.4, high=1.4), mode, padding, align_corners=False)
            for mode in ("bilinear", "nearest")
            for padding in ("zeros", "border", "reflection")
        ]
        + [call(x(0, 1, 2, 2), x(0, 1, 2, 2), align_corners=False)]
    ),
    only_floats=True,
    half=False,
)


def affine(theta: Any, size: Any, align_corners: bool | None = None) -> Any:
    lines = [np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in size[2:]]
    if not align_corners:
        lines = [(2 * np.arange(n) + 1) / n - 1 for n in size[2:]]
    points = np.stack([*np.meshgrid(*lines, indexing="ij")[::-1], np.ones(size[2:])], -1)
    return np.einsum("...k,nik->n...i", points, theta)


row(
    "affine_grid",
    affine,
    lambda: [
        call(x(2, 2, 3), (2, 1, 3, 4), align_corners=False),
        call(x(2, 2, 3), (2, 3, 2, 3), align_corners=True),
        call(x(1, 3, 4), (1, 1, 2, 1, 3), align_corners=False),
    ],
    only_floats=True,
    half=False,
)

# Pixels and channels in other places ------------------------------------------------------------


def shuffled(a: Any, r: int) -> Any:
    channels, h, w = a.shape[-3:]
    y = np.zeros((*a.shape[:-3], channels // r**2, h * r, w * r), a.dtype)
    for c, i, j in np.ndindex(channels // r**2, r, r):
        y[..., c, i::r, j::r] = a[..., c * r**2 + i * r + j, :, :]
    return y


def unshuffled(a: Any, r: int) -> Any:
    squares = [a[..., c, i::r, j::r] for c, i, j in np.ndindex(a.shape[-3], r, r)]
    return np.stack(squares, -3)


def dealt(a: Any, groups: int) -> Any:
    hands = np.split(a, groups, 1)
    return np.stack([hand[:, i] for i in range(hands[0].shape[1]) for hand in hands], 1)


row(
    "pixel_shuffle",
    shuffled,
    lambda: [call(x(1, 8, 2, 3), 2), call(x(9, 1, 2), 3), call(x(2, 2, 4, 1, 1), 1)],
    complex=True,
    integers="same",
)
row(
    "pixel_unshuffle",
    unshuffled,
    lambda: [call(x(1, 2, 4, 2), 2), call(x(1, 3, 6), 3)],
    complex=True,
    integers="same",
)
for name in ("channel_shuffle", "native_channel_shuffle"):
    row(name, dealt, lambda: [call(x(1, 6, 2), 2), call(x(2, 6, 1, 2), 3)], integers="same")


def responses(a: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    y = np.zeros(a.shape)
    for c in range(a.shape[1]):
        near = a[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        y[:, c] = a[:, c] / (k + alpha / size * (near**2).sum(1)) ** beta
    return y


row(
    "local_response_norm",
    responses,
    lambda: [
        call(x(2, 5, 3), 3, alpha=0.5),
        call(x(1, 4, 2, 2), 2, 1.0, 0.5, 2.0),
        call(x(1, 3, 2, 1, 2), 5, 1.0),
        call(x(0, 3, 2), 2),
    ],
    only_floats=True,
)

# Random slopes and random channels ------------------------------------------------------------

row(
    "rrelu",
    None,
    lambda: [call(x(2, 5)), call(x(2, 5), 0.1, 0.3, True), call(x(2, 5), training=True), call(x(0, 2))],
    random=True,
)


def changed(a: Any, *args: Any, **kwargs: Any) -> Any:
    import minitorch

    return minitorch.nn.functional.rrelu_(a.clone(), *args, **kwargs)


def torch_changed(a: Any, *args: Any, **kwargs: Any) -> Any:
    import torch

    return torch.nn.functional.rrelu_(a.clone(), *args, **kwargs)


row(
    "rrelu_",
    None,
    lambda: [call(x(2, 5)), call(x(2, 5), 0.1, 0.3, True)],
    function=changed,
    torch=torch_changed,
    random=True,
)
row(
    "feature_alpha_dropout",
    None,
    lambda: [call(x(2, 3, 4)), call(x(2, 3, 4), 0.3, True), call(x(2, 5), 0.0, True)],
    random=True,
)
