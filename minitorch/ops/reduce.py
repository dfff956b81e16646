"""Reductions to fewer dimensions: sum, mean, prod, var, logsumexp, all, any."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import (
    Dims,
    array_of,
    check_floating,
    conj,
    ensure_size,
    looks_at,
    ndim_of,
    reduced_dims,
    wrap_dim,
)
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import abs, sqrt
from minitorch.ops.shape import expand, flip
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Sum(Op):
    """y = Σ x over some dims;   dx = g, spread over them."""

    def forward(self, x: Array, *, dims: tuple[int, ...], exact: bool = False) -> Array:
        self.input_shape, self.dims = x.shape, dims
        y = self.backend.sum(x, axis=dims, dtype=accumulator(x, exact))
        return y if x.dtype.char != "e" else y.astype(x.dtype)

    def backward(self, g: Array) -> Array:
        return spread(g, self.dims, self.input_shape)


class Mean(Op):
    """y = Σ x / n over some dims, NaN of nothing;   dx = g / n, spread over them."""

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        self.input_shape, self.dims = x.shape, dims
        self.count = math.prod([x.shape[d] for d in dims])
        total = self.backend.sum(x, axis=dims)
        return total / self.count if self.count else total * math.nan

    def backward(self, g: Array) -> Array:
        return spread(g / max(self.count, 1), self.dims, self.input_shape)


class Prod(Op):
    """y = Π x along `dim`;   dx = g·Π of the others, right for zeros, too."""

    def forward(self, x: Array, *, dim: int, exact: bool = False) -> Array:
        self.dim = dim
        y = self.backend.prod(x, axis=dim, dtype=accumulator(x, exact))
        y = y if x.dtype.char != "e" else y.astype(x.dtype)
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        before = exclusive_product(x, self.dim)
        after = flip(exclusive_product(flip(x, (self.dim,)), self.dim), (self.dim,))
        return spread(g, (self.dim,), x.shape) * (before * after).conj()

    def fused_backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        if not (looks_at(x) and (x != 0).all()):
            return self.backward(g)
        return spread(g * y.conj(), (self.dim,), x.shape) / x.conj()


class Logsumexp(Op):
    """y = ln Σ eˣ over some dims;   dx = g·exp(x − y)*."""

    float_only = True

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        self.dims = dims
        y = self.backend.asarray(self.backend.logsumexp(x, dims))
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        from minitorch.ops.pointwise import exp

        x, y = self.saved.x, self.saved.output
        weights = exp(x - spread(y, self.dims, x.shape))
        return spread(g, self.dims, x.shape) * conj(where(array_of(x) == -math.inf, 0.0, weights))


class Truth(Op):
    """Whether all or any elements along dims are true; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dims: tuple[int, ...], kind: str) -> Array:
        y = getattr(self.backend, kind)(x, axis=dims)
        return y.astype(x.dtype) if x.dtype == "uint8" else y  # PyTorch's one exception


def accumulator(x: Array, exact: bool) -> Any:
    """The dtype in which elements are added up: int64 for integers (unless `exact`), float32 for float16."""
    if x.dtype.kind in "biu":
        return x.dtype if exact else "int64"
    return "float32" if x.dtype.char == "e" else None


def in_float32(function: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """A reduction of float16 computed in float32, since its sums would overflow and lose digits."""
    return function(input.to(dtypes.float32), *args, **kwargs).to(dtypes.float16)


def kept_shape(shape: tuple[int, ...], dims: tuple[int, ...]) -> tuple[int, ...]:
    """The shape with the reduced dims kept at size 1."""
    return tuple(1 if i in dims else n for i, n in enumerate(shape))


def spread(g: Any, dims: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Repeats a reduced value along the dims over which it was reduced."""
    return expand(g.reshape(kept_shape(shape, dims)), shape)


def exclusive_product(x: Any, dim: int) -> Any:
    """For each element the product of those before it along `dim`, by products only (no division)."""
    from minitorch.ops.join import cat, narrow

    n = x.shape[dim]
    if n == 0:
        return x
    parts = [narrow(x, dim, 0, 1) * 0 + 1]
    for i in range(n - 1):
        parts.append(parts[-1] * narrow(x, dim, i, 1))
    return cat(parts, dim)


def keep_dims(y: Any, x: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
    """The result, with the reduced dims kept at size 1 if so asked."""
    return y.reshape(kept_shape(tuple(x.shape), dims)) if keepdim else y


@with_out
def sum(
    input: Any,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    keepdims: bool = False,
) -> Variable:
    """Σ over all elements, or over one or several dims; integers are summed as int64.

    Args:
        input: what to sum.
        dim: one dim or several; None for all.
        keepdim: keep the reduced dims at size 1.
        keepdims: NumPy's name of the same.
        dtype: cast to this first.

    >>> import minitorch
    >>> minitorch.sum(minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
    tensor([4., 6.])
    """
    if dtype is not None:
        input = input.to(dtype)
    dims = reduced_dims("sum", dim, ndim_of("sum", input))
    total = Sum.apply(input, dims=dims, exact=dtype is not None)
    return keep_dims(total, input, dims, keepdim or keepdims)


@with_out
def mean(
    input: Any,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    keepdims: bool = False,
) -> Variable:
    """The average over all elements, or over one or several dims; NaN of nothing.

    Raises:
        DtypeError: for integers, whose mean is not an integer.

    >>> import minitorch
    >>> minitorch.mean(minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1, keepdim=True)
    tensor([[1.5000],
            [3.5000]])
    """
    if dtype is not None:
        input = input.to(dtype)
    ndim_of("mean", input)
    kind = array_of(input).dtype
    if kind.kind in "biu":
        raise DtypeError(f"mean: needs a floating-point or complex tensor, got {kind}; use x.float().mean()")
    if kind.char == "e":
        return in_float32(mean, input, dim, keepdim or keepdims)
    dims = reduced_dims("mean", dim, ndim_of("mean", input))
    return keep_dims(Mean.apply(input, dims=dims), input, dims, keepdim or keepdims)


@with_out
def prod(input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Variable:
    """The product of all elements, or of those along one dim; integers are multiplied as int64.

    >>> import minitorch
    >>> x = minitorch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> minitorch.prod(x), minitorch.prod(x, dim=0)
    (tensor(24.), tensor([3., 8.]))
    """
    if dtype is not None:
        input = input.to(dtype)
    exact = dtype is not None
    if dim is None:
        return Prod.apply(input.reshape(-1), dim=0, exact=exact)
    d = wrap_dim("prod", dim, ndim_of("prod", input))
    if not input.ndim:
        return Prod.apply(input.reshape(-1), dim=0, exact=exact)
    return keep_dims(Prod.apply(input, dim=d, exact=exact), input, (d,), keepdim)


@kernel
@with_out
def var(
    input: Any,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Variable:
    """The variance Σ (x − mean)² / (n − correction) over all elements, or over dims.

    Args:
        input: the values.
        dim: one dim or several; None for all.
        unbiased: True for a correction of 1 (Bessel's), False for 0.
        keepdim: keep the reduced dims at size 1.
        correction: the correction itself, in place of `unbiased`.

    >>> import minitorch
    >>> minitorch.var(minitorch.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
    """
    if isinstance(dim, bool):
        unbiased, dim = dim, None
    check_floating("var", input.array)
    if input.dtype is dtypes.float16:
        return in_float32(var, input, dim, unbiased, keepdim, correction=correction)
    dims = reduced_dims("var", dim, ndim_of("var", input))
    correction = (1 if unbiased else 0) if correction is None else correction
    count = math.prod(input.shape[d] for d in dims) - correction
    centred = abs(input - mean(input, dims, True)) if input.is_complex() else input - mean(input, dims, True)
    total = Sum.apply(centred * centred, dims=dims)
    scaled = total / count if count > 0 else total / total.new_zeros(())
    return keep_dims(scaled, input, dims, keepdim)


@kernel
@with_out
def std(
    input: Any,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Variable:
    """The standard deviation, the square root of `var`; the arguments are the same.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 3.0])
    >>> minitorch.std(x), minitorch.std(x, correction=0)  # √(2/(2 − 1)) and √(2/2)
    (tensor(1.4142), tensor(1.))
    """
    check_floating("std", input.array)
    if input.dtype is dtypes.float16:
        return in_float32(std, input, dim, unbiased, keepdim, correction=correction)
    spread = var(input, dim, unbiased, keepdim, correction=correction)
    constant = spread == 0  # there the slope of the root is infinite; PyTorch gives 0, too
    return sqrt(spread.masked_fill(constant, 1.0)).masked_fill(constant, 0.0)


@kernel
def var_mean(
    input: Any,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Variable, Variable]:
    """`var` and `mean` at once.

    >>> import minitorch
    >>> minitorch.var_mean(minitorch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    if isinstance(dim, bool):
        unbiased, dim = dim, None
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


@kernel
def std_mean(
    input: Any,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Variable, Variable]:
    """`std` and `mean` at once.

    >>> import minitorch
    >>> std, mean = minitorch.std_mean(minitorch.tensor([[1.0, 2.0, 3.0]]), dim=1, keepdim=True)
    >>> std, mean
    (tensor([[1.]]), tensor([[2.]]))
    """
    if isinstance(dim, bool):
        unbiased, dim = dim, None
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


@with_out
def logsumexp(input: Any, dim: Dims, keepdim: bool = False) -> Variable:
    """ln Σ eˣ over dims, without overflow.

    >>> import minitorch
    >>> x = minitorch.tensor([1000.0, 1000.0])
    >>> minitorch.logsumexp(x, dim=0), x.exp().sum().log()
    (tensor(1000.6932), tensor(inf))
    """
    if input.dtype is dtypes.float16:
        return in_float32(logsumexp, input, dim, keepdim)
    dims = reduced_dims("logsumexp", dim, ndim_of("logsumexp", input))
    return keep_dims(Logsumexp.apply(input, dims=dims), input, dims, keepdim)


@with_out
def all(input: Any, dim: Dims = None, keepdim: bool = False) -> Variable:
    """Whether all elements are true (not zero), over all dims or some.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 1], [0, 1]])
    >>> minitorch.all(x), minitorch.all(x, dim=1)
    (tensor(False), tensor([ True, False]))
    """
    dims = reduced_dims("all", dim, ndim_of("all", input))
    return keep_dims(Truth.apply(input, dims=dims, kind="all"), input, dims, keepdim)


@with_out
def any(input: Any, dim: Dims = None, keepdim: bool = False) -> Variable:
    """Whether any element is true (not zero), over all dims or some.

    >>> import minitorch
    >>> x = minitorch.tensor([[0, 0], [0, 1]])
    >>> minitorch.any(x), minitorch.any(x, dim=1)
    (tensor(True), tensor([False,  True]))
    """
    dims = reduced_dims("any", dim, ndim_of("any", input))
    return keep_dims(Truth.apply(input, dims=dims, kind="any"), input, dims, keepdim)


def sum_to_size(input: Any, *size: Any) -> Variable:
    """The sums that bring a tensor back to a shape that broadcasts to its own.

    Raises:
        ShapeError: if that shape does not broadcast to the tensor's.

    >>> import minitorch
    >>> minitorch.ones(2, 3).sum_to_size(1, 3)
    tensor([[2., 2., 2.]])
    """
    wanted, shape = ensure_size(size), tuple(input.shape)
    extra = len(shape) - len(wanted)
    unfit = [n for n, m in zip(wanted, shape[max(extra, 0) :], strict=False) if n not in (1, m)]
    if extra < 0 or unfit:
        raise ShapeError(f"sum_to_size: a tensor of shape {shape} cannot be summed to shape {wanted}")
    kept = [d for d, n in enumerate(wanted, extra) if n == 1 != shape[d]]
    dims = (*range(extra), *kept)
    return sum(input, dims, keepdim=True).reshape(wanted) if dims or not wanted else input
