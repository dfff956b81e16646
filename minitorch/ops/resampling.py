"""Sequences, images and volumes at another size: interpolate, upsample."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, NotSupportedError, ShapeError
from minitorch.op import Op
from minitorch.ops.adaptive_pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from minitorch.ops.common import require_tensors

if TYPE_CHECKING:
    from minitorch.variable import Variable

AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
DIMS = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2, "lanczos": 2}  # of the modes that blend


class Taps(NamedTuple):
    """From which elements of a dim each element of the result is blended, and in which shares.

    Attributes:
        size: of the dim.
        places: for each tap and each element of the result a place in the dim.
        shares: likewise; they add up to 1.
    """

    size: int
    places: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]


class Resample(Op):
    """y[j] = Σₖ shares[k, j]·x[places[k, j]] along `dim`;   dx = for each element the shares of g that it had."""

    def forward(self, x: Array, *, taps: Taps, dim: int) -> Array:
        self.taps, self.dim = taps, dim
        backend, before, after = self.backend, (slice(None),) * dim, (1,) * (x.ndim - 1 - dim)
        y: Any = None
        for places, shares in zip(taps.places, taps.shares, strict=True):
            part = x[(*before, backend.asarray(places, "int64"))]
            if any(share != 1 for share in shares):
                part = part * backend.asarray(shares, x.dtype).reshape(-1, *after)
            y = part if y is None else y + part
        return y if y.flags.c_contiguous else backend.copy(y)

    def backward(self, g: Array) -> Array:
        return Resample.apply(g, taps=transposed(self.taps), dim=self.dim)


@lru_cache(maxsize=256)
def transposed(taps: Taps) -> Taps:
    """The taps of the gradient: for each element of the dim where it went, and in which shares."""
    uses: list[list[tuple[int, float]]] = [[] for _ in range(taps.size)]
    for places, shares in zip(taps.places, taps.shares, strict=True):
        for j, (place, share) in enumerate(zip(places, shares, strict=True)):
            if share:
                uses[place].append((j, share))
    return padded(len(taps.places[0]), uses)


def padded(size: int, uses: Sequence[list[tuple[int, Any]]]) -> Taps:
    """Taps from lists of (place, share), filled up to the longest with shares of 0."""
    longest = max(1, *map(len, uses))
    full = [use + [(use[0][0] if use else 0, 0)] * (longest - len(use)) for use in uses]
    return Taps(
        size,
        tuple(tuple(use[k][0] for use in full) for k in range(longest)),
        tuple(tuple(use[k][1] for use in full) for k in range(longest)),
    )


# Where elements come from ----------------------------------------------------------------------------------


def step_of(n: int, count: int, scale: float | None, align_corners: bool) -> float:
    """The distance in the input between neighbours of the result."""
    if align_corners:
        return (n - 1) / (count - 1) if count > 1 else 0.0
    return 1 / scale if scale else n / count


@lru_cache(maxsize=256)
def blended(n: int, count: int, scale: float | None, align_corners: bool, cubic: bool) -> Taps:
    """The two elements (cubic: four) around each point, with shares by their distance."""
    step = step_of(n, count, scale, align_corners)
    uses = []
    for j in range(count):
        point = step * j if align_corners else step * (j + 0.5) - 0.5
        if not cubic:
            point = max(point, 0.0)
        first = min(math.floor(point), n - 1)
        t = min(max(point - first, 0.0), 1.0)
        shares = cubic_shares(t) if cubic else (1 - t, t)
        start = first - 1 if cubic else first
        uses.append([(min(max(start + k, 0), n - 1), share) for k, share in enumerate(shares)])
    return padded(n, uses)


def cubic_shares(t: Any, a: float = -0.75) -> tuple[Any, Any, Any, Any]:
    """The shares of the four elements at −1, 0, 1 and 2 for a point at t in [0, 1): Keys's cubic convolution."""
    near, far = cubic_near, cubic_far
    return far(t + 1, a), near(t, a), near(1 - t, a), far(2 - t, a)


def cubic_near(d: Any, a: float) -> Any:
    """The share of an element at a distance of at most 1."""
    return ((a + 2) * d - (a + 3)) * d * d + 1


def cubic_far(d: Any, a: float) -> Any:
    """The share of an element at a distance between 1 and 2."""
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a


def triangle(d: float) -> float:
    """The filter of antialiased linear interpolation."""
    return max(0.0, 1 - abs(d))


def hermite(d: float) -> float:
    """The filter of antialiased cubic interpolation."""
    d = abs(d)
    return cubic_near(d, -0.5) if d < 1 else cubic_far(d, -0.5) if d < 2 else 0.0


def lanczos(d: float) -> float:
    """The filter of antialiased Lanczos interpolation: sinc(d)·sinc(d/3) for |d| < 3."""
    if not d:
        return 1.0
    x = math.pi * d
    return 3 * math.sin(x) * math.sin(x / 3) / x**2 if abs(d) < 3 else 0.0


FILTERS: dict[str, tuple[Callable[[float], float], int]] = {
    "bilinear": (triangle, 1),
    "bicubic": (hermite, 2),
    "lanczos": (lanczos, 3),
}


@lru_cache(maxsize=256)
def filtered(n: int, count: int, scale: float | None, align_corners: bool, mode: str) -> Taps:
    """All elements that a filter as wide as an element of the result (or of the input) sees."""
    step = step_of(n, count, scale, align_corners)
    kernel, reach = FILTERS[mode]
    width = max(step, 1.0)
    uses = []
    for j in range(count):
        centre = step * (j + 0.5)
        start = max(int(centre - reach * width + 0.5), 0)
        stop = min(int(centre + reach * width + 0.5), n)
        shares = [kernel((i - centre + 0.5) / width) for i in range(start, stop)]
        total = sum(shares) or 1.0
        uses.append([(i, share / total) for i, share in zip(range(start, stop), shares, strict=True)])
    return padded(n, uses)


@lru_cache(maxsize=256)
def nearest(n: int, count: int, scale: float | None, exact: bool) -> Taps:
    """The elements nearest to evenly spaced points (or, unless `exact`, to the left of them)."""
    step = single(1 / scale if scale else n / count)
    places = []
    for j in range(count):
        point = max(single(single((j + 0.5) * step) - 0.5), 0.0) + 0.5 if exact else j * step
        places.append(min(math.floor(single(point)), n - 1))
    return picked(n, tuple(places))


def picked(n: int, places: tuple[int, ...]) -> Taps:
    """Taps that take elements as they are."""
    return Taps(n, (places,), ((1,) * len(places),))


def single(x: float) -> float:
    """A number in single precision, in which PyTorch computes: rounding decides between neighbours."""
    return array("f", [x])[0]


# Arguments -------------------------------------------------------------------------------------------------


def new_size(x: Any, size: Any, scale_factor: Any, recompute: bool) -> tuple[list[int], list[float | None]]:
    """The sizes of the result, and the scales by which places are computed (None: by the sizes).

    Raises:
        ArgumentError: unless exactly one of `size` and `scale_factor` is given, with one number for each dim.
        ArgumentTypeError: for sizes that are not integers.
    """
    dims = x.ndim - 2
    if (size is None) == (scale_factor is None):
        raise ArgumentError("interpolate: needs either size or scale_factor, and not both")
    if recompute and size is not None:
        raise ArgumentError("interpolate: recompute_scale_factor needs a scale_factor, not a size")
    given = scale_factor if size is None else size
    each = list(given) if isinstance(given, Sequence) else [given] * dims
    if len(each) != dims:
        what = "scale_factor" if size is None else "size"
        raise ArgumentError(
            f"interpolate: {what} must be one number or {dims} for an input of shape {tuple(x.shape)} "
            f"(N, C and {dims} more dims), got {given}"
        )
    scales: list[float | None] = [None] * dims
    if size is not None:
        if not all(isinstance(n, int) for n in each):
            raise ArgumentTypeError(f"interpolate: size must be integers, got {size}")
        return each, scales
    sizes = [int(n * s) for n, s in zip(x.shape[2:], each, strict=True)]
    return sizes, scales if recompute else each


def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Variable:
    """Sequences, images or volumes at another size.

    Element j of a dim stems from the point (j + ½)·n/m − ½ of the input, which has n elements where the result has m.

    Args:
        input: (N, C, L), (N, C, H, W) or (N, C, D, H, W).
        size: of the result without N and C; one number stands for all dims.
        scale_factor: the same as multiples of the input's size.
        mode: `"nearest"` (the element to the left of j·n/m), `"nearest-exact"` (the nearest one), `"linear"`,
            `"bilinear"` or `"trilinear"` for 1, 2 or 3 dims, `"bicubic"`, `"area"` (means, see `adaptive_avg_pool2d`),
            or `"lanczos"` (only antialiased).
        align_corners: the first and last points are the first and last elements; only for modes that blend.
        recompute_scale_factor: compute places from the rounded sizes instead of `scale_factor`.
        antialias: when shrinking, blend all elements that an element of the result covers; for `"bilinear"`,
            `"bicubic"` and `"lanczos"`.

    Shape: (N, C, *old) → (N, C, *new).

    Raises:
        NotSupportedError: for a mode that does not go with the number of dims.

    Source: Keys, Cubic convolution interpolation for digital image processing, 1981.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0, 4.0]]])
    >>> minitorch.nn.functional.interpolate(x, scale_factor=2)
    tensor([[[1., 1., 2., 2., 4., 4.]]])
    >>> minitorch.nn.functional.interpolate(x, size=5, mode="linear", align_corners=True)
    tensor([[[1.0000, 1.5000, 2.0000, 3.0000, 4.0000]]])
    """
    require_tensors("interpolate", input=input)
    blends = mode in DIMS
    if align_corners is not None and not blends:
        raise ArgumentError(f"interpolate: align_corners does not go with mode {mode!r}; leave it out")
    if input.ndim not in (3, 4, 5) or (not blends and mode not in ("nearest", "nearest-exact", "area")):
        raise NotSupportedError(
            f"interpolate: expected an input of 3, 4 or 5 dims and a mode out of nearest, nearest-exact, area, "
            f"{', '.join(DIMS)}; got shape {tuple(input.shape)} and mode {mode!r}"
        )
    if blends and DIMS[mode] != input.ndim - 2:
        raise NotSupportedError(
            f"interpolate: mode {mode!r} needs {DIMS[mode] + 2} dims, got shape {tuple(input.shape)}"
        )
    if antialias and mode not in FILTERS:
        raise ArgumentError(f"interpolate: antialias goes with {', '.join(FILTERS)}, not with {mode!r}")
    if mode == "lanczos" and (align_corners or not antialias):
        raise ArgumentError("interpolate: mode 'lanczos' needs antialias=True and no align_corners")
    sizes, scales = new_size(
        input, size, scale_factor, bool(recompute_scale_factor) or (mode == "area" and size is None)
    )
    if mode != "area" and (min(sizes) < 1 or not all(input.shape[1:])):
        raise ShapeError(
            f"interpolate: input and result must not be empty, got {tuple(input.shape)} → (N, C, {str(sizes)[1:-1]})"
        )
    if mode == "area":
        return AREA[input.ndim - 2](input, sizes)
    if not blends:
        for dim, (count, scale) in enumerate(zip(sizes, scales, strict=True), 2):
            taps = nearest(input.shape[dim], count, scale, mode == "nearest-exact")
            input = Resample.apply(input, taps=taps, dim=dim)
        return input
    aligned = bool(align_corners)
    if input.dtype is dtypes.uint8 and input.ndim == 4:
        return blend_bytes(input, sizes, scales, mode, aligned, antialias)
    if not input.is_floating_point():
        raise DtypeError(
            f"interpolate: mode {mode!r} needs floating-point numbers, got {input.dtype}; use x.float()"
        )
    return blend(input, sizes, scales, mode, aligned, antialias)


def taps_of(n: int, count: int, scale: float | None, mode: str, align_corners: bool, antialias: bool) -> Taps:
    """The taps of a mode that blends elements, along one dim."""
    if antialias:
        return filtered(n, count, scale, align_corners, mode)
    return blended(n, count, scale, align_corners, mode == "bicubic")


def blend(
    x: Any, sizes: list[int], scales: list[float | None], mode: str, align_corners: bool, antialias: bool
) -> Any:
    """The modes that blend elements, one dim after the other."""
    for dim, (count, scale) in enumerate(zip(sizes, scales, strict=True), 2):
        x = Resample.apply(
            x, taps=taps_of(x.shape[dim], count, scale, mode, align_corners, antialias), dim=dim
        )
    return x


def blend_bytes(
    x: Any, sizes: list[int], scales: list[float | None], mode: str, align_corners: bool, antialias: bool
) -> Any:
    """As `blend` for images of bytes: width first, with shares of 16 bits, and rounded after each dim."""
    for dim in (3, 2):
        n = x.shape[dim]
        taps, bits = quantized(taps_of(n, sizes[dim - 2], scales[dim - 2], mode, align_corners, antialias))
        total = Resample.apply(x.to(dtypes.int32), taps=taps, dim=dim)
        x = ((total + (1 << (bits - 1))) >> bits).clamp(0, 255).to(dtypes.uint8)
    return x


@lru_cache(maxsize=256)
def quantized(taps: Taps) -> tuple[Taps, int]:
    """Taps with shares in units of 2^−bits, as many bits as keep the largest below 2¹⁵; and the number of bits."""
    columns: list[dict[int, float]] = [{} for _ in taps.places[0]]
    for places, shares in zip(taps.places, taps.shares, strict=True):
        for column, place, share in zip(columns, places, shares, strict=True):
            column[place] = column.get(place, 0.0) + share
    largest = max(share for column in columns for share in column.values())
    bits = 0
    while bits < 22 and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    whole = [
        [(place, int(share * (1 << bits) + (0.5 if share >= 0 else -0.5))) for place, share in column.items()]
        for column in columns
    ]
    return padded(taps.size, whole), bits


def upsample(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Variable:
    """The older name of `interpolate`.

    >>> import minitorch
    >>> minitorch.nn.functional.upsample(minitorch.tensor([[[1.0, 2.0]]]), 4)
    tensor([[[1., 1., 2., 2.]]])
    """
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Variable:
    """The older name of `interpolate` with the mode `"nearest"`.

    >>> import minitorch
    >>> minitorch.nn.functional.upsample_nearest(minitorch.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Variable:
    """The older name of `interpolate` with the mode `"bilinear"` and aligned corners.

    >>> import minitorch
    >>> minitorch.nn.functional.upsample_bilinear(minitorch.tensor([[[[1.0, 2.0]]]]), (1, 3))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])
    """
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)
