"""What describes many numbers: medians, quantiles, the mode, and sums that leave out NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.op import Op
from minitorch.ops.binary import lerp
from minitorch.ops.common import (
    Dims,
    array_of,
    check_floating,
    check_ordered,
    check_real,
    ndim_of,
    wrap_dim,
)
from minitorch.ops.extremes import amax, amin, check_not_empty
from minitorch.ops.finite import isnan
from minitorch.ops.index import AddAlong, TakeAlong
from minitorch.ops.out import with_out
from minitorch.ops.reduce import sum
from minitorch.ops.sort import pick
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

AminmaxResult = named("aminmax", "min", "max")
MedianResult, NanmedianResult, ModeResult = (
    named(name, "values", "indices") for name in ("median", "nanmedian", "mode")
)


class Middle(Op):
    """The index of the median along `dim`, the first one of equals; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dim: int, skip: bool) -> Array:
        b, last = self.backend, x.shape[dim] - 1
        place = b.full([1 if i == dim else n for i, n in enumerate(x.shape)], last // 2, "int64")
        if x.dtype.kind in "fV":  # in order, NaN stand last
            missing = b.sum(b.isnan(x), axis=dim, keepdims=True)
            place = b.maximum((last - missing) // 2, 0) if skip else b.where(missing > 0, last, place)
        value = b.take_along_axis(b.sort(x, axis=dim), place, dim)
        return b.argmax((x == value) | (x != x) & (value != value), axis=dim)


class Commonest(Op):
    """The last index of the most frequent element along `dim`, of several the smallest; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dim: int) -> Array:
        b, n = self.backend, x.shape[dim]
        ordered = b.sort(x, axis=dim).swapaxes(0, dim)
        place = b.arange(n).reshape(-1, *[1] * (x.ndim - 1))
        begins = b.concatenate([b.full(ordered[:1].shape, True, bool), ordered[1:] != ordered[:-1]], axis=0)
        length = place - b.cummax(b.where(begins, place, 0), axis=0)  # of each run of equals, up to here
        longest = b.expand_dims(b.argmax(length, axis=0), 0)
        value = b.take_along_axis(ordered, longest, 0).swapaxes(0, dim)
        return n - 1 - b.argmax(b.flip(x == value, dim), axis=dim)


class InOrder(Op):
    """y = x in ascending order along `dim`;   dx = g, put back where x stood."""

    def forward(self, x: Array, *, dim: int) -> Array:
        if not self.recording:
            return self.backend.sort(x, axis=dim)
        self.dim, order = dim, self.backend.argsort(x, axis=dim)
        self.keep(order=order)
        return self.backend.take_along_axis(x, order, dim)

    def backward(self, g: Array) -> Array:
        return AddAlong.apply(g, indices=self.saved.order, dim=self.dim, shape=g.shape)


@with_out
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element, of all or along a dim: `.min` and `.max`.

    >>> import minitorch
    >>> low, high = minitorch.aminmax(minitorch.tensor([3, 1, 2]))
    >>> low, high
    (tensor(1), tensor(3))
    """
    dims = () if dim is None else dim
    return AminmaxResult(amin(input, dims, keepdim), amax(input, dims, keepdim))


def count_nonzero(input: Any, dim: Dims = None) -> Variable:
    """How many elements are not zero, of all or along dims.

    >>> import minitorch
    >>> minitorch.count_nonzero(minitorch.tensor([[0, 1], [2, 3]]), dim=0)
    tensor([1, 2])
    """
    return sum(input != 0, dim)


@kernel
@with_out
def nansum(input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Variable:
    """Σ over all elements, or over dims, of those that are not NaN.

    >>> import minitorch
    >>> minitorch.nansum(minitorch.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)
    """
    check_real("nansum", input.array)
    return sum(where(isnan(input), input.new_zeros(()), input), dim, keepdim, dtype=dtype)


@with_out
def nanmean(input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Variable:
    """The average of the elements that are not NaN, over all dims or some; NaN if there are none.

    >>> import minitorch
    >>> minitorch.nanmean(minitorch.tensor([1.0, float("nan"), 2.0]))
    tensor(1.5000)
    """
    check_floating("nanmean", input.array)
    check_real("nanmean", input.array)
    missing = isnan(input)
    total = sum(where(missing, input.new_zeros(()), input), dim, keepdim, dtype=dtype)
    return total / sum(~missing, dim, keepdim)


@kernel
@with_out
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element, of an even number the lower one; with `dim` also where it stood.

    It is NaN where there is a NaN.  Without `dim`, equal medians share the gradient.

    >>> import minitorch
    >>> minitorch.median(minitorch.tensor([4.0, 1.0, 3.0, 2.0]))
    tensor(2.)
    """
    return _median("median", input, dim, keepdim, MedianResult)


@kernel
@with_out
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle one of the elements that are not NaN, of an even number the lower one.

    >>> import minitorch
    >>> minitorch.nanmedian(minitorch.tensor([4.0, float("nan"), 3.0]))
    tensor(3.)
    """
    return _median("nanmedian", input, dim, keepdim, NanmedianResult)


def _median(name: str, input: Any, dim: int | None, keepdim: bool, result: type[Any]) -> Any:
    if dim is None:
        if not input.numel():
            check_floating(name, input.array)
            return input.new_full((), math.nan)
        middle = _median(name, input.detach().reshape(-1), 0, False, result).values
        if not input.is_floating_point():
            return middle
        hit = (input == middle) | isnan(input) & isnan(middle)
        return where(hit, input, input.new_zeros(())).sum() / hit.sum()
    return _chosen(
        name, input, dim, keepdim, result, lambda x, d: Middle.apply(x, dim=d, skip=name == "nanmedian")
    )


def _chosen(
    name: str, input: Any, dim: int, keepdim: bool, result: type[Any], choose: Callable[[Any, int], Any]
) -> Any:
    """One element along a dim, and its index."""
    d = wrap_dim(name, dim, ndim_of(name, input))
    check_ordered(name, input.array)
    if not input.ndim:
        return result(input.clone(), input.new_zeros((), dtype=dtypes.int64))
    check_not_empty(name, input, (d,))
    indices = choose(input, d).unsqueeze(d)
    values = pick(input, indices, d)
    return result(*((values, indices) if keepdim else (values.squeeze(d), indices.squeeze(d))))


@with_out
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along `dim`, and the last place where it stood; of equally frequent ones the smallest.

    >>> import minitorch
    >>> minitorch.mode(minitorch.tensor([3, 1, 2, 2, 1])).values
    tensor(1)
    """
    return _chosen("mode", input, dim, keepdim, ModeResult, lambda x, d: Commonest.apply(x, dim=d))


@kernel
@with_out
def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Variable:
    """The value below which a share `q` of the elements lies; NaN where there is a NaN.

    In order, the elements stand at the places 0, …, n − 1; the result is the one at q·(n − 1), or between two.

    Args:
        input: float32 or float64.
        q: a number between 0 and 1, or a vector of them, whose results then stand along a new first dim.
        dim: along which; all elements without it.
        keepdim: keep the reduced dim at size 1.
        interpolation: what lies between two places: "linear", the "lower" or "higher" of both, their "midpoint",
            or the "nearest".

    Raises:
        DtypeError: for other dtypes, or a `q` of another dtype than `input`.
        ArgumentError: if `q` is not between 0 and 1, or the interpolation is unknown.

    >>> import minitorch
    >>> x = minitorch.tensor([0.0, 1.0, 2.0, 3.0])
    >>> minitorch.quantile(x, 0.5), minitorch.quantile(x, 0.5, interpolation="lower")
    (tensor(1.5000), tensor(1.))
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


@kernel
@with_out
def nanquantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Variable:
    """As `quantile`, of the elements that are not NaN.

    >>> import minitorch
    >>> minitorch.nanquantile(minitorch.tensor([1.0, float("nan"), 2.0]), 0.5)
    tensor(1.5000)
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(name: str, input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str) -> Any:
    q = _check_quantile(name, input, q, interpolation)
    d = 0 if dim is None else wrap_dim(name, dim, ndim_of(name, input))
    x = input.reshape(-1) if dim is None or not input.ndim else input.movedim(d, -1)
    if not x.numel():
        raise IndexRangeError(f"{name}: nothing to choose from in a tensor of shape {tuple(input.shape)}")
    ordered = InOrder.apply(x, dim=x.ndim - 1)  # (…, n), NaN last
    missing = isnan(ordered).sum(-1, keepdim=True)
    last = x.shape[-1] - 1
    ranks = q.reshape(-1) * (last - (missing if name == "nanquantile" else 0))
    fixed = missing > (last if name == "nanquantile" else 0)  # where the result is NaN
    ranks = where(fixed, ranks.new_full((), last), ranks)
    round_to = {"lower": "floor", "higher": "ceil", "nearest": "round"}.get(interpolation)
    ranks = getattr(ranks, round_to)() if round_to else ranks
    places = ranks.array.astype("int64")
    result = TakeAlong.apply(ordered, indices=places, dim=x.ndim - 1)
    if interpolation in ("linear", "midpoint"):
        above = backend_of(places).ceil(ranks.array).astype("int64")
        weight = 0.5 if interpolation == "midpoint" else ranks - wrap(places.astype(ranks.array.dtype))
        result = lerp(result, TakeAlong.apply(ordered, indices=above, dim=x.ndim - 1), weight)
    result = result.movedim(-1, 0)  # (…, q) → (q, …)
    if keepdim and input.ndim:
        result = result.reshape(-1, *[1] * input.ndim) if dim is None else result.unsqueeze(d + 1)
    return result if q.ndim else result.squeeze(0)


def _check_quantile(name: str, input: Any, q: Any, interpolation: str) -> Any:
    """`q` as a tensor, after checking everything."""
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise DtypeError(f"{name}: the input must be float32 or float64, got {input.dtype}; use x.float()")
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise ArgumentError(
            f"{name}: interpolation must be linear, lower, higher, midpoint or nearest, got {interpolation!r}"
        )
    q = q if isinstance(q, Value) else input.new_tensor(q)
    if q.dtype is not input.dtype:
        raise DtypeError(f"{name}: q is {q.dtype} and the input {input.dtype}; both must be the same")
    if q.ndim > 1:
        raise ShapeError(f"{name}: q must be a number or a vector, got shape {tuple(q.shape)}")
    inside = (array_of(q) >= 0) & (array_of(q) <= 1)
    if not inside.all():
        raise ArgumentError(f"{name}: q must lie between 0 and 1")
    return q
