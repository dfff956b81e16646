"""What describes many numbers: medians, quantiles, the mode, and sums that leave out NaN."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.ops.common import (
    Dims,
    array_of,
    check_floating,
    check_real,
    ndim_of,
    wrap_dim,
)
from minitorch.ops.extremes import amax, amin, check_not_empty
from minitorch.ops.index import TakeAlong
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import isnan
from minitorch.ops.reduce import sum
from minitorch.ops.select import where
from minitorch.ops.sort import order, pick
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

AminmaxResult = named("aminmax", "min", "max")
MedianResult, NanmedianResult, ModeResult = (
    named(name, "values", "indices") for name in ("median", "nanmedian", "mode")
)


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


@with_out
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element, of an even number the lower one; with `dim` also where it stood.

    It is NaN where there is a NaN.  Without `dim`, equal medians share the gradient.

    >>> import minitorch
    >>> minitorch.median(minitorch.tensor([4.0, 1.0, 3.0, 2.0]))
    tensor(2.)
    """
    return _median("median", input, dim, keepdim, MedianResult)


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
    d = wrap_dim(name, dim, ndim_of(name, input))
    if not input.ndim:
        return result(input.clone(), input.new_zeros((), dtype=dtypes.int64))
    check_not_empty(name, input, (d,))
    ordered, n = order(name, input, d, False), input.shape[d]
    middle = input.new_full((1,) * input.ndim, (n - 1) // 2, dtype=dtypes.int64)
    if input.is_floating_point():  # in order, NaN stand last
        missing = isnan(input).sum(d, keepdim=True)
        middle = (
            where(missing > 0, n - 1, middle) if name == "median" else ((n - missing - 1) // 2).clamp(min=0)
        )
    places = backend_of(ordered.array).broadcast_to(
        middle.array, [1 if i == d else m for i, m in enumerate(ordered.shape)]
    )
    indices = TakeAlong.apply(ordered, indices=places, dim=d)
    values = pick(input, indices, d)
    return result(*((values, indices) if keepdim else (values.squeeze(d), indices.squeeze(d))))


@with_out
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along `dim`, and the last place where it stood; of equally frequent ones the smallest.

    >>> import minitorch
    >>> minitorch.mode(minitorch.tensor([3, 1, 2, 2, 1])).values
    tensor(1)
    """
    d = wrap_dim("mode", dim, ndim_of("mode", input))
    if not input.ndim:
        return ModeResult(input.clone(), input.new_zeros((), dtype=dtypes.int64))
    check_not_empty("mode", input, (d,))
    ordered = order("mode", input, d, False)
    b, rows = backend_of(input.array), pick(input.detach(), ordered, d).array.swapaxes(0, d)
    place = b.arange(len(rows)).reshape(-1, *[1] * (input.ndim - 1))
    begins = b.concatenate([b.full(rows[:1].shape, True, bool), rows[1:] != rows[:-1]], axis=0)
    length = place - b.cummax(
        b.where(begins, place, 0), axis=0
    )  # of the run so far, which ends at its last place
    longest = b.expand_dims(b.argmax(length, axis=0), 0).swapaxes(0, d)
    indices = TakeAlong.apply(ordered, indices=longest, dim=d)
    values = pick(input, indices, d)
    return ModeResult(*((values, indices) if keepdim else (values.squeeze(d), indices.squeeze(d))))


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
    x = input.reshape(-1) if dim is None else input.movedim(wrap_dim(name, dim, ndim_of(name, input)), -1)
    x = x if x.ndim else x.reshape(1)
    check_not_empty(name, x, (x.ndim - 1,))
    ordered = pick(x, order(name, x, x.ndim - 1, False), x.ndim - 1)  # (…, n), NaN last
    missing = isnan(ordered).sum(-1, keepdim=True)
    last = x.shape[-1] - 1
    ranks = q.reshape(-1) * (last - (missing if name == "nanquantile" else 0))
    ranks = where(missing > last, ranks.new_zeros(()), ranks) if name == "nanquantile" else where(
        missing > 0, ranks.new_full((), last), ranks
    )  # fmt: skip
    round_to = {"lower": "floor", "higher": "ceil", "nearest": "round"}.get(interpolation)
    ranks = getattr(ranks, round_to)() if round_to else ranks
    places = ranks.array.astype("int64")
    result = TakeAlong.apply(ordered, indices=places, dim=x.ndim - 1)
    if interpolation in ("linear", "midpoint"):
        above = backend_of(places).ceil(ranks.array).astype("int64")
        weight = 0.5 if interpolation == "midpoint" else ranks - wrap(places.astype(ranks.array.dtype))
        result = result + (TakeAlong.apply(ordered, indices=above, dim=x.ndim - 1) - result) * weight
    if keepdim:  # (…, q) → (q, …)
        kept = (1,) * input.ndim if dim is None else None
        result = result.unsqueeze(-2)
        result = result.movedim(-1, 0)
        result = (
            result.reshape(result.shape[0], *kept)
            if kept
            else result.movedim(-1, dim % max(input.ndim, 1) + 1)
        )
        result = result if input.ndim else result.reshape(result.shape[0])
    else:
        result = result.movedim(-1, 0)
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
