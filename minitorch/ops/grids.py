"""Images seen through a grid of points: grid_sample, affine_grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, NotSupportedError, ShapeError
from minitorch.ops.common import array_of, looks_at, require_tensors
from minitorch.ops.index import Take
from minitorch.ops.resampling import cubic_shares
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import wrap
from minitorch.windows import Sizes

if TYPE_CHECKING:
    from minitorch.variable import Variable

MODES = ("bilinear", "nearest", "bicubic")
PADDING_MODES = ("zeros", "border", "reflection")


@kernel
def grid_sample(
    input: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Variable:
    """What images (or volumes) show at the points of a grid, blended from the pixels around each point.

    A point (x, y) is given relative to the image: (−1, −1) is its upper left corner, (1, 1) its lower right one.

    Args:
        input: the images.
        grid: for each element of the result a point: x, y, and for volumes z.
        mode: `"bilinear"` (for volumes, too), `"nearest"` or `"bicubic"`.
        padding_mode: what is outside of the image: `"zeros"`, its `"border"`, or its `"reflection"`.
        align_corners: −1 and 1 are the centres of the outermost pixels rather than their outer edges.

    Shape: (N, C, H, W) and (N, H′, W′, 2) → (N, C, H′, W′), or
        (N, C, D, H, W) and (N, D′, H′, W′, 3) → (N, C, D′, H′, W′).

    Source: Jaderberg et al., Spatial transformer networks, NeurIPS 2015.

    >>> import minitorch
    >>> x = minitorch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> grid = minitorch.tensor([[[[0.0, 0.0], [1.0, -1.0]]]])
    >>> minitorch.nn.functional.grid_sample(x, grid, align_corners=True)
    tensor([[[[1.5000, 1.0000]]]])
    """
    check_grid(input, grid, mode, padding_mode)
    align, dims = bool(align_corners), input.ndim - 2
    size: Sizes = tuple(input.shape[2:])
    count = prod(grid.shape[1:-1])
    flat = input.reshape(*input.shape[:2], prod(size))
    # Points in units of pixels, in the order of the dims: the last number of the grid is that of the first dim.
    points = [pixels(grid[..., dims - 1 - d], n, align) for d, n in enumerate(size)]
    if mode != "bicubic":
        points = [inside(p, n, padding_mode, align) for p, n in zip(points, size, strict=True)]
    y: Any = None
    for places, shares in corners(points, mode):
        if mode == "bicubic":
            places = [
                array_of(inside(wrap(p), n, padding_mode, align)) for p, n in zip(places, size, strict=True)
            ]
        part = look_up(flat, places, size)
        share: Any = prod(shares)
        part = part if mode == "nearest" else part * share.reshape(share.shape[0], 1, count)
        y = part if y is None else y + part
    return y.reshape(*input.shape[:2], *grid.shape[1:-1])


def check_grid(input: Any, grid: Any, mode: str, padding_mode: str) -> None:
    """Refuses what does not fit.

    Raises:
        ArgumentError: for modes that do not exist.
        DtypeError: for integers, or different dtypes.
        ShapeError: for shapes that do not go together.
    """
    require_tensors("grid_sample", input=input, grid=grid)
    if mode not in MODES:
        raise ArgumentError(f"grid_sample: mode must be one of {', '.join(MODES)}, got {mode!r}")
    if padding_mode not in PADDING_MODES:
        raise ArgumentError(
            f"grid_sample: padding_mode must be one of {', '.join(PADDING_MODES)}, got {padding_mode!r}"
        )
    dims = input.ndim - 2
    if dims not in (2, 3) or grid.ndim != input.ndim or grid.shape[-1] != dims:
        raise ShapeError(
            f"grid_sample: expected images (N, C, H, W) with a grid (N, H′, W′, 2), or volumes (N, C, D, H, W) with a "
            f"grid (N, D′, H′, W′, 3), got {tuple(input.shape)} and {tuple(grid.shape)}"
        )
    if input.shape[0] != grid.shape[0]:
        raise ShapeError(f"grid_sample: {input.shape[0]} images, but {grid.shape[0]} grids")
    if not prod(input.shape[2:]):
        raise ShapeError(f"grid_sample: an input of shape {tuple(input.shape)} shows nothing")
    if mode == "bicubic" and dims == 3:
        raise NotSupportedError("grid_sample: mode 'bicubic' is for images only, not for volumes")
    if input.dtype is not grid.dtype or not input.is_floating_point():
        raise DtypeError(
            f"grid_sample: input and grid must have the same floating-point dtype, got {input.dtype} and {grid.dtype}"
        )


def pixels(x: Any, n: int, align: bool) -> Any:
    """Points from −1 to 1 in units of pixels."""
    return (x + 1) * ((n - 1) / 2) if align else ((x + 1) * n - 1) / 2


def inside(x: Any, n: int, padding_mode: str, align: bool) -> Any:
    """Points brought to where the image is, with the gradient that they have there."""
    if padding_mode == "reflection":
        x = reflected(x, 0, 2 * (n - 1)) if align else reflected(x, -1, 2 * n - 1)
    bare = array_of(x)
    backend = backend_of(bare)
    if padding_mode != "zeros":
        within = backend.logical_and(bare > 0, bare < n - 1)
        edge = (bare >= n - 1) * bare.dtype.type(n - 1)  # NaN goes to 0
        return where(wrap(within), x, wrap(edge))
    return x


def reflected(x: Any, twice_low: int, twice_high: int) -> Any:
    """Points reflected at two edges, given by their doubles, as often as it takes."""
    if twice_low == twice_high:
        return x * 0
    low, span = twice_low / 2, (twice_high - twice_low) / 2
    bare = array_of(x) - low
    backend = backend_of(bare)
    distance = backend.abs(bare)
    turns = backend.floor(distance / span)
    even = backend.remainder(turns, 2) == 0
    sign = backend.where(bare < 0, -1.0, 1.0).astype(bare.dtype)
    rest = (x - low) * wrap(sign) - wrap(turns * bare.dtype.type(span))
    return where(wrap(even), rest + low, span - rest + low)


def corners(points: list[Any], mode: str) -> list[tuple[list[Array], list[Any]]]:
    """The pixels that are blended for each point: their places along each dim, and the factors of their shares."""
    backend = backend_of(array_of(points[0]))
    if mode == "nearest":
        return [([backend.rint(array_of(p)) for p in points], [])]
    along = []
    for point in points:
        first = backend.floor(array_of(point))
        t = point - wrap(first)
        if mode == "bicubic":
            along.append([(first + (k - 1), share) for k, share in enumerate(cubic_shares(t))])
        else:
            along.append([(first, 1 - t), (first + 1, t)])
    return [([p for p, _ in choice], [s for _, s in choice]) for choice in product(*along)]


def look_up(flat: Any, places: list[Array], size: Sizes) -> Any:
    """The pixels at these places; 0 outside of the image.

    Shape: flat (N, C, pixels), places (N, …) → (N, C, points).
    """
    backend = backend_of(places[0])
    valid, index = backend.full((), True, bool), backend.zeros((), "int64")
    for p, n in zip(places, size, strict=True):
        here = backend.logical_and(p >= 0, p < n)
        valid = backend.logical_and(valid, here)
        index = index * n + backend.where(here, p, 0).astype("int64")
    n, c, pixels = flat.shape
    shape = (n, 1, prod(index.shape[1:]))
    offsets = (backend.arange(n * c) * pixels).reshape(n, c, 1)  # of each channel in memory
    part = Take.apply(flat.reshape(-1), index=((index.reshape(shape) + offsets).reshape(-1),)).reshape(
        n, c, shape[2]
    )
    return part if looks_at(valid) and valid.all() else where(wrap(valid.reshape(shape)), part, 0.0)


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Variable:
    """The grid for `grid_sample` that shows images through affine maps: points θ·(x, y, 1) for x and y from −1 to 1.

    Args:
        theta: the maps.
        size: of the images that are wanted: (N, C, H, W) or (N, C, D, H, W).
        align_corners: −1 and 1 are the centres of the outermost pixels rather than their outer edges.

    Shape: (N, 2, 3) → (N, H, W, 2), or (N, 3, 4) → (N, D, H, W, 3).

    >>> import minitorch
    >>> shift = minitorch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    >>> minitorch.nn.functional.affine_grid(shift, (1, 1, 1, 2), align_corners=False)
    tensor([[[[0., 0.],
              [1., 0.]]]])
    """
    require_tensors("affine_grid", theta=theta)
    if not theta.is_floating_point():
        raise DtypeError(
            f"affine_grid: theta must be floating-point numbers, got {theta.dtype}; use theta.float()"
        )
    dims = len(size) - 2
    if dims not in (2, 3):
        raise NotSupportedError(
            f"affine_grid: size must be (N, C, H, W) or (N, C, D, H, W), got {tuple(size)}"
        )
    if tuple(theta.shape) != (size[0], dims, dims + 1):
        raise ShapeError(
            f"affine_grid: theta must have shape {(size[0], dims, dims + 1)} for size {tuple(size)}, "
            f"got {tuple(theta.shape)}"
        )
    if min(size) < 1:
        raise ArgumentError(f"affine_grid: size must be positive, got {tuple(size)}")
    backend, dtype = backend_of(array_of(theta)), array_of(theta).dtype
    base = backend.full((*size[2:], dims + 1), 1, dtype)
    for d, n in enumerate(size[2:]):
        line = backend.linspace(-1, 1, n, dtype) if n > 1 else backend.zeros((1,), dtype)
        if not align_corners:
            line = line * dtype.type((n - 1) / n)
        base[..., dims - 1 - d] = line.reshape(-1, *(1,) * (dims - 1 - d))
    grid = wrap(base.reshape(-1, dims + 1)) @ theta.swapaxes(1, 2)
    return grid.reshape(size[0], *size[2:], dims)
