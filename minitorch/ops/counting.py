"""Different elements, how often they occur, and where numbers belong: unique, bincount, histograms, searchsorted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.ops.common import check_floating, check_ordered, ndim_of, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.shape import movedim
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

HistogramResult = named("histogram", "hist", "bin_edges")
HistogramddResult = named("histogramdd", "hist", "bin_edges")


# Different elements ----------------------------------------------------------------------------------------


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements in order, each of them once; or the different slices along `dim`.

    Args:
        input: any shape.
        sorted: accepted for PyTorch's sake; results are always in order.
        return_inverse: also return for each element (or slice) its place in the result.
        return_counts: also return how often each one occurs.
        dim: along which slices are compared; without it, single elements are.

    >>> import minitorch
    >>> values, counts = minitorch.unique(minitorch.tensor([3, 1, 3]), return_counts=True)
    >>> values, counts
    (tensor([1, 3]), tensor([1, 2]))
    """
    check_ordered("unique", input.array)
    b = backend_of(input.array)
    if dim is None and not return_inverse:  # where they stood does not matter
        ordered = b.sort(input.array.reshape(-1), axis=0)
        return distinct(b, ordered, slice(None), ordered.shape, None, False, return_counts)
    rows, shape = as_rows("unique", input, dim)
    order = b.argsort(rows, axis=0) if dim is None else b.lexsort(rows)
    return distinct(b, rows, order, shape, dim, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Of equal neighbours one; arguments as for `unique`.

    >>> import minitorch
    >>> minitorch.unique_consecutive(minitorch.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    b = backend_of(input.array)
    rows, shape = as_rows("unique_consecutive", input, dim)
    return distinct(b, rows, slice(None), shape, dim, return_inverse, return_counts)


def as_rows(op_name: str, input: Any, dim: int | None) -> tuple[Array, tuple[int, ...]]:
    """What is compared: single elements as a vector, or slices as the rows of a matrix; and their shape."""
    ndim = ndim_of(op_name, input)
    if dim is None:
        return input.array.reshape(-1), tuple(input.shape)
    d = wrap_dim(op_name, dim, ndim)
    if not ndim:
        raise ShapeError(f"{op_name}: a tensor of one number has no dims to go along")
    moved = backend_of(input.array).transpose(input.array, (d, *[i for i in range(ndim) if i != d]))
    if any(n == 0 for n in moved.shape[1:]):
        raise ShapeError(
            f"{op_name}: the slices along dim {d} of shape {tuple(input.shape)} have no elements"
        )
    return moved.reshape(moved.shape[0], math.prod(moved.shape[1:])), tuple(moved.shape)


def beginnings(b: Backend, rows: Array) -> Array:
    """Booleans: which rows differ from the one before."""
    differ = rows[1:] != rows[:-1]
    if rows.ndim > 1:
        differ = b.any(differ, axis=1)
    return b.concatenate([b.full(rows.shape[:1], True, bool)[:1], differ], axis=0)


def distinct(
    b: Backend,
    rows: Array,
    order: Array | slice,
    shape: tuple[int, ...],
    dim: int | None,
    return_inverse: bool,
    return_counts: bool,
) -> Any:
    """The results of `unique`, of rows whose equal ones are neighbours in some order."""
    ordered = rows[order]
    begins = beginnings(b, ordered)
    found = ordered[begins]
    values = wrap(found if dim is None else found.reshape(found.shape[0], *shape[1:]))
    if dim is not None:
        values = movedim(values, 0, dim)
    if not (return_inverse or return_counts):
        return values
    extra = []
    group = b.cumsum(begins, axis=0, dtype="int64") - 1
    if return_inverse:
        inverse = b.empty(group.shape, "int64")
        inverse[order] = group
        extra.append(wrap(inverse.reshape(shape) if dim is None else inverse))
    if return_counts:
        extra.append(wrap(b.bincount(group, None, found.shape[0]).astype("int64")))
    return (values, *extra)


# Counts ----------------------------------------------------------------------------------------------------


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Variable:
    """How often each of 0, 1, 2, … occurs in a vector of integers; with `weights`, the sum of those where it does.

    Args:
        input: a vector of integers that are not negative.
        weights: a vector of the same length.
        minlength: the result has at least as many elements.

    >>> import minitorch
    >>> minitorch.bincount(minitorch.tensor([0, 2, 2, 3]))
    tensor([1, 0, 2, 1])
    """
    x = input.array
    b = backend_of(x)
    if x.ndim != 1 or x.dtype.kind not in "iu":
        raise ShapeError(
            f"bincount: needs a vector of integers, got {input.dtype} of shape {tuple(input.shape)}"
        )
    if minlength < 0 or (x.size and int(b.min(x, axis=None)) < 0):
        raise ArgumentError("bincount: the integers to count and minlength must not be negative")
    if weights is not None and tuple(weights.shape) != tuple(input.shape):
        raise ShapeError(
            f"bincount: there are {tuple(weights.shape)} weights for {tuple(input.shape)} integers; give one for each"
        )
    length = max(minlength, int(b.max(x, axis=None)) + 1 if x.size else 0)
    w = None
    if weights is not None:
        w = weights.array if weights.array.dtype == "float32" else weights.array.astype("float64")
    return wrap(b.bincount(x.astype("int64"), w, length))


def outer_edges(op_name: str, x: Array, low: float, high: float, widen: float) -> tuple[float, float]:
    """Where the first bin begins and the last one ends: where the elements do, unless given."""
    b = backend_of(x)
    if low == high and x.size:
        low, high = float(b.min(x, axis=None)), float(b.max(x, axis=None))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ArgumentError(f"{op_name}: the range of the bins must be finite, got {low} to {high}")
    if low > high:
        raise ArgumentError(f"{op_name}: the first edge {low} lies above the last one {high}")
    return (low - widen, high + widen) if low == high else (low, high)


def places(b: Backend, x: Array, edges: Array) -> tuple[Array, Array]:
    """For each element its bin, and whether it lies in any; the last bin contains its right edge."""
    inside = (x >= edges[0]) & (x <= edges[-1])
    return b.clip(b.searchsorted(edges, x, True) - 1, 0, len(edges) - 2), inside


@with_out
def histc(input: Any, bins: int = 100, min: Any = 0, max: Any = 0) -> Variable:
    """How many elements lie in each of `bins` bins of equal width between `min` and `max`, as numbers of its dtype.

    Where `min` equals `max`, the smallest and the largest element take their place.

    >>> import minitorch
    >>> minitorch.histc(minitorch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    check_floating("histc", input.array)
    check_ordered("histc", input.array)
    if bins <= 0:
        raise ArgumentError(f"histc: bins must be positive, got {bins}")
    x = input.array.reshape(-1)
    b = backend_of(x)
    low, high = outer_edges("histc", x, min, max, 1.0)
    inside = (x >= low) & (x <= high)
    kept = x[inside]
    bin_of = ((kept - low) * bins / (high - low)).astype("int64")
    return wrap(b.bincount(b.minimum(bin_of, bins - 1), None, bins).astype(x.dtype))


@with_out
def histogram(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """How many elements lie in each bin, `.hist`, and the edges of the bins, `.bin_edges`.

    Args:
        input: the elements, float32 or float64.
        bins: how many bins of equal width, or a vector of their ascending edges.
        range: where the first bin begins and the last one ends; without it, where the elements do.
        weight: what each element counts; 1 without it.
        density: divide by the total and the widths, so that the integral is 1.

    >>> import minitorch
    >>> minitorch.histogram(minitorch.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0)).hist
    tensor([0., 2., 1., 0.])
    """
    hist, edges = _histogram("histogram", input.reshape(-1, 1), [bins], range, weight, density)
    return HistogramResult(hist, edges[0])


def histogramdd(
    input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
) -> Any:
    """How many points lie in each bin of a grid, `.hist`, and the edges of the bins along each axis, `.bin_edges`.

    Args:
        input: (…, D): points of D coordinates, float32 or float64.
        bins: how many along each axis: one number or D; or D vectors of ascending edges.
        range: 2·D numbers: where the bins begin and end along each axis.
        weight: (…): what each point counts; 1 without it.
        density: divide by the total and the volumes, so that the integral is 1.

    >>> import minitorch
    >>> x = minitorch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
    >>> minitorch.histogramdd(x, bins=[3, 3]).hist
    tensor([[0., 1., 0.],
            [1., 0., 0.],
            [1., 0., 1.]])
    """
    if ndim_of("histogramdd", input) < 2:
        raise ShapeError(f"histogramdd: needs points of shape (…, D), got {tuple(input.shape)}")
    d = input.shape[-1]
    each = [bins] * d if isinstance(bins, int) else list(bins)
    if len(each) != d:
        raise ArgumentError(f"histogramdd: bins must be given for {d} axes, got {len(each)}")
    hist, edges = _histogram("histogramdd", input.reshape(-1, d), each, range, weight, density)
    return HistogramddResult(hist, tuple(edges))


def _histogram(
    op_name: str, points: Any, bins: list[Any], range: Any, weight: Any, density: bool
) -> tuple[Any, list[Any]]:
    x, d = points.array, len(bins)
    b = backend_of(x)
    if x.dtype.name not in ("float32", "float64"):
        raise DtypeError(f"{op_name}: needs float32 or float64, got {points.dtype}; use x.float()")
    if weight is not None and (weight.numel() != x.shape[0] or weight.dtype is not points.dtype):
        raise ShapeError(
            f"{op_name}: expected {x.shape[0]} weights of {points.dtype}, got {weight.numel()} of {weight.dtype}"
        )
    if range is not None and len(range) != 2 * d:
        raise ArgumentError(f"{op_name}: range must be {2 * d} numbers, got {len(range)}")
    edges = [
        _edges(op_name, x[:, i], bins[i], None if range is None else range[2 * i : 2 * i + 2])
        for i in _upto(d)
    ]
    place, inside = b.full(x.shape[:1], 0, "int64"), b.full(x.shape[:1], True, bool)
    for i, e in enumerate(edges):
        bin_of, within = places(b, x[:, i], e)
        place, inside = place * (len(e) - 1) + bin_of, inside & within
    shape = [len(e) - 1 for e in edges]
    w = b.full(x.shape[:1], 1, x.dtype) if weight is None else weight.array.reshape(-1)
    hist = b.bincount(place[inside], w[inside], math.prod(shape)).reshape(shape)
    if density:
        hist = hist / b.sum(hist, axis=None)
        for i, e in enumerate(edges):
            hist = hist / (e[1:] - e[:-1]).reshape([-1 if j == i else 1 for j in _upto(d)])
    return wrap(hist.astype(x.dtype)), [wrap(e) for e in edges]


def _edges(op_name: str, x: Array, bins: Any, range: Sequence[float] | None) -> Array:
    """The edges of the bins along one axis."""
    if isinstance(bins, Value):
        if bins.array.dtype != x.dtype or bins.array.ndim != 1 or bins.array.size < 2:
            raise DtypeError(
                f"{op_name}: edges of bins must be a vector of at least two numbers of the input's dtype, got "
                f"{dtypes.of(bins)} of shape {tuple(bins.array.shape)}"
            )
        return bins.array
    if bins <= 0:
        raise ArgumentError(f"{op_name}: the number of bins must be positive, got {bins}")
    low, high = (0.0, 0.0) if range is None else range
    if range is None and not x.size:
        low, high = 0.0, 1.0
    low, high = outer_edges(op_name, x, low, high, 0.5)
    return backend_of(x).linspace(low, high, bins + 1, dtype=x.dtype)


_upto = range


# Where numbers belong ----------------------------------------------------------------------------------------


@with_out
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Variable:
    """Where each number of `input` must be inserted so that `sorted_sequence` stays in ascending order.

    Args:
        sorted_sequence: (n), or (…, n), with a row for each row of `input`.
        input: numbers of any shape, or (…, m) for several rows.
        out_int32: give int32 in place of int64.
        right: behind equal elements, not before them.
        side: "left" or "right", the same in words.
        sorter: the indices that sort `sorted_sequence`, where it is not in order.

    >>> import minitorch
    >>> minitorch.searchsorted(minitorch.tensor([1, 3, 5]), minitorch.tensor([3, 6]))
    tensor([1, 3])
    """
    edges = sorted_sequence.array
    b = backend_of(edges)
    if side not in (None, "left", "right") or (side == "left" and right):
        raise ArgumentError(
            f"searchsorted: side must be left or right and agree with right={right}, got {side!r}"
        )
    if edges.ndim == 0:
        raise ShapeError("searchsorted: the sorted sequence must have at least one dimension, got one number")
    x = input.array if isinstance(input, Value) else b.asarray(input)
    if not isinstance(input, Value) and edges.ndim != 1:
        raise ShapeError("searchsorted: a number can only be looked up in a vector")
    if isinstance(input, Value) and x.dtype != edges.dtype:
        raise DtypeError(
            f"searchsorted: the sequence is {sorted_sequence.dtype} and the input {dtypes.of(input)}; "
            f"both must be the same"
        )
    if edges.ndim > 1 and edges.shape[:-1] != x.shape[:-1]:
        raise ShapeError(
            f"searchsorted: needs a vector, or a sequence with the leading dims of the input; got "
            f"{tuple(edges.shape)} and {tuple(x.shape)}"
        )
    if sorter is not None:
        if sorter.array.shape != edges.shape or sorter.dtype is not dtypes.int64:
            raise ShapeError(
                f"searchsorted: sorter must be int64 of shape {tuple(edges.shape)}, got {sorter.dtype} of shape "
                f"{tuple(sorter.array.shape)}"
            )
        if sorter.array.size and not (
            int(sorter.array.min()) >= 0 and int(sorter.array.max()) < edges.shape[-1]
        ):
            raise ArgumentError(f"searchsorted: sorter must hold indices below {edges.shape[-1]}")
        edges = b.take_along_axis(edges, sorter.array, -1)
    found = b.searchsorted(edges, x, right or side == "right")
    return wrap(b.asarray(found).astype("int32" if out_int32 else "int64"))


@with_out
def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Variable:
    """The bucket that each number lies in: how many `boundaries` are less than it (or equal, if `right`).

    >>> import minitorch
    >>> minitorch.bucketize(minitorch.tensor([[3, 6], [0, 1]]), minitorch.tensor([1, 3, 5]))
    tensor([[1, 3],
            [0, 0]])
    """
    if boundaries.ndim != 1:
        raise ShapeError(f"bucketize: boundaries must be a vector, got shape {tuple(boundaries.shape)}")
    found: Variable = searchsorted(boundaries, input, out_int32=out_int32, right=right)
    return found
