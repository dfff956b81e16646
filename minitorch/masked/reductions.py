"""Reductions of the elements that a mask lets through; what does not count is replaced by a neutral value first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes, ops
from minitorch.creation import tensor
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.filled import ones
from minitorch.ops import cumulative
from minitorch.ops.common import Dims, reduced_dims, wrap_dim
from minitorch.ops.statistics import nanmedian
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


def filled(op_name: str, input: Any, mask: Any, value: float) -> Any:
    """The input with `value` where the mask is False, ±∞ being the least and the largest number of an integer dtype.

    Raises:
        ShapeError: if the mask has more dims than the input, or does not broadcast to its shape.
        DtypeError: if the dtype has no such value.
    """
    if mask is None:
        return input
    return where(whole(op_name, input, mask), input, neutral(op_name, input.dtype, value))


def whole(op_name: str, input: Any, mask: Any) -> Any:
    """The mask as booleans in the shape of the input."""
    if mask.ndim > input.ndim:
        raise ShapeError(
            f"masked.{op_name}: a mask of shape {tuple(mask.shape)} has more dims than the input, {tuple(input.shape)}"
        )
    return ops.broadcast_to(mask.bool(), input.shape)


def neutral(op_name: str, kind: dtypes.dtype, value: float) -> Any:
    """The neutral value as a tensor of a dtype."""
    if kind.category < dtypes.FLOATING and value in (float("inf"), -float("inf")):
        if kind is dtypes.bool_:
            raise DtypeError(f"masked.{op_name}: booleans have no value that changes nothing; use x.int()")
        value = dtypes.iinfo(kind).max if value > 0 else dtypes.iinfo(kind).min
    return tensor(value, dtype=kind)


def sum(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """Σ over dims of the elements that count; 0 where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.sum(x, mask=mask)
    tensor(5.)
    """
    return ops.sum(filled("sum", input, mask, 0), dim, keepdim, dtype=dtype)


def prod(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """Π over dims of the elements that count; 1 where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.prod(x, mask=mask)
    tensor(4.)
    """
    result = filled("prod", input, mask, 1)
    dims = reduced_dims("masked.prod", dim, input.ndim)
    for d in sorted(dims, reverse=True):
        result = ops.prod(result, d, keepdim, dtype=dtype)
    return result if dims else ops.prod(result, dtype=dtype)


def cumsum(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Variable:
    """The running sum of the elements that count.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.cumsum(x, 0, mask=mask)
    tensor([1., 1., 5.])
    """
    return cumulative.cumsum(filled("cumsum", input, mask, 0), dim, dtype=dtype).to(dtype or input.dtype)


def cumprod(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Variable:
    """The running product of the elements that count.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.cumprod(x, 0, mask=mask)
    tensor([1., 1., 4.])
    """
    return cumulative.cumprod(filled("cumprod", input, mask, 1), dim, dtype=dtype).to(dtype or input.dtype)


def amax(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The largest of the elements that count; −∞ (or the least integer) where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 4.0, 2.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.amax(x, mask=mask)
    tensor(2.)
    """
    dims = reduced_dims("masked.amax", dim, input.ndim)
    return ops.amax(filled("amax", input, mask, -float("inf")), dims, keepdim).to(dtype or input.dtype)


def amin(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The smallest of the elements that count; ∞ (or the largest integer) where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 4.0, 2.0]), minitorch.tensor([False, True, True])
    >>> minitorch.masked.amin(x, mask=mask)
    tensor(2.)
    """
    dims = reduced_dims("masked.amin", dim, input.ndim)
    return ops.amin(filled("amin", input, mask, float("inf")), dims, keepdim).to(dtype or input.dtype)


def argmax(
    input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The index of the largest element that counts, in the dtype of the input, as in PyTorch, unless another is given.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 4.0, 2.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.argmax(x, mask=mask, dtype=minitorch.int64)
    tensor(2)
    """
    return ops.argmax(filled("argmax", input, mask, -float("inf")), dim, keepdim).to(dtype or input.dtype)


def argmin(
    input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The index of the smallest element that counts, in the dtype of the input, as in PyTorch, unless another is given.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 4.0, 2.0]), minitorch.tensor([False, True, True])
    >>> minitorch.masked.argmin(x, mask=mask, dtype=minitorch.int64)
    tensor(2)
    """
    return ops.argmin(filled("argmin", input, mask, float("inf")), dim, keepdim).to(dtype or input.dtype)


def mean(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The average of the elements that count; NaN where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.mean(x, mask=mask)
    tensor(2.5000)
    """
    kind = dtypes.as_dtype(dtype or input.dtype)
    if kind.category < dtypes.FLOATING:
        raise DtypeError(f"masked.mean: the mean of {kind} is no integer; pass dtype=minitorch.float32")
    return sum(input, dim, keepdim=keepdim, dtype=kind, mask=mask) / count(input, dim, keepdim, mask)


def count(input: Any, dim: Dims, keepdim: bool, mask: Any) -> Any:
    """How many elements count."""
    counting = ones(input.shape, dtype=dtypes.bool_) if mask is None else whole("mean", input, mask)
    return ops.sum(counting, dim, keepdim)


def median(
    input: Any, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """The middle one of the elements that count, of an even number the lower one; NaN where none does.

    Raises:
        ArgumentError: for integers, where none counts.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 9.0, 4.0]), minitorch.tensor([True, True, False])
    >>> minitorch.masked.median(x, mask=mask)
    tensor(1.)
    """
    d = wrap_dim("masked.median", dim, input.ndim)
    if input.is_floating_point():
        middle: Variable = nanmedian(filled("median", input, mask, float("nan")), d, keepdim).values
        return middle
    middle = nanmedian(filled("median", input.float(), mask, float("nan")), d, keepdim).values
    if bool(ops.any(ops.isnan(middle))):
        raise ArgumentError(
            "masked.median: some rows have no element that counts, and integers cannot be NaN"
        )
    return middle.to(dtype or input.dtype)


def var(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Variable:
    """Σ (x − mean)² / (n − correction) over the n elements that count; NaN where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 9.0, 3.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.var(x, mask=mask)
    tensor(2.)
    """
    if unbiased is not None and correction is not None:
        raise ArgumentError("masked.var: give unbiased or correction, not both")
    less = correction if correction is not None else 1 if unbiased in (None, True) else 0
    kind = dtypes.as_dtype(
        dtype or (input.dtype if input.dtype.category >= dtypes.FLOATING else dtypes.float32)
    )
    exact = kind if kind.category >= dtypes.FLOATING else dtypes.float32
    total = sum(input, dim, keepdim=True, dtype=kind, mask=mask)
    centred = input - total / count(input, dim, True, mask)
    squares = sum(centred * centred.conj(), dim, keepdim=keepdim, dtype=exact, mask=mask)
    n = count(input, dim, keepdim, mask)
    return (squares / (n - less).clamp(min=0)).to(kind)


def std(
    input: Any,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Variable:
    """The square root of `var`.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([1.0, 9.0, 3.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.std(x, mask=mask, correction=0)
    tensor(1.)
    """
    return ops.sqrt(var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask))


def norm(
    input: Any,
    ord: float = 2.0,
    dim: Dims = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Variable:
    """The norm (Σ |x|ᵖ)^(1/p), p = `ord`, of the elements that count.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([3.0, 1.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.norm(x, mask=mask)
    tensor(5.)
    """
    from minitorch.linalg import vector_norm

    absent = float("inf") if ord == -float("inf") else 0
    dims = reduced_dims("masked.norm", dim, input.ndim)
    size: Variable = vector_norm(filled("norm", input, mask, absent), ord, dims, keepdim, dtype=dtype)
    return size


def logsumexp(
    input: Any, dim: Dims = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Variable:
    """ln Σ eˣ over dims of the elements that count; −∞ where none does.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([0.0, 5.0, 0.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.logsumexp(x, mask=mask)
    tensor(0.6931)
    """
    return ops.logsumexp(filled("logsumexp", input, mask, -float("inf")), dim, keepdim).to(
        dtype or input.dtype
    )


def logaddexp(
    input: Any, other: Any, *, dtype: Any = None, input_mask: Any = None, other_mask: Any = None
) -> Variable:
    """ln(eˣ + eʸ), where elements that do not count are −∞.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([0.0, 3.0]), minitorch.tensor([True, False])
    >>> minitorch.masked.logaddexp(x, minitorch.zeros(2), input_mask=mask)
    tensor([0.6931, 0.0000])
    """
    x = filled("logaddexp", input, input_mask, -float("inf"))
    return ops.logaddexp(x, filled("logaddexp", other, other_mask, -float("inf"))).to(dtype or input.dtype)
