"""Running results along a dim: sums, products, extremes, and sums of exponentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating, check_ordered, conj, looks_at, ndim_of, wrap_dim
from minitorch.ops.index import TakeAlong
from minitorch.ops.join import cat, narrow
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import abs, exp, log
from minitorch.ops.reduce import accumulator
from minitorch.ops.shape import flip
from minitorch.ops.where import where
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable

CummaxResult, CumminResult = named("cummax", "values", "indices"), named("cummin", "values", "indices")


class Cumsum(Op):
    """yᵢ = Σ xⱼ over j ≤ i along `dim`;   dxⱼ = Σ gᵢ over i ≥ j."""

    def forward(self, x: Array, *, dim: int, exact: bool = False) -> Array:
        self.dim = dim
        y = self.backend.cumsum(x, axis=dim, dtype=accumulator(x, exact))
        return y if x.dtype.char != "e" else y.astype(x.dtype)

    def backward(self, g: Array) -> Array:
        return from_the_end(Cumsum, g, self.dim)


class Cumprod(Op):
    """yᵢ = Π xⱼ over j ≤ i along `dim`;   dxⱼ = Π_{k<j} xₖ · sⱼ with sⱼ = gⱼ + xⱼ₊₁·sⱼ₊₁, right for zeros, too."""

    def forward(self, x: Array, *, dim: int, exact: bool = False) -> Array:
        self.dim = dim
        y = self.backend.cumprod(x, axis=dim, dtype=accumulator(x, exact))
        y = y if x.dtype.char != "e" else y.astype(x.dtype)
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, dim = conj(self.saved.x), self.dim
        n = x.shape[dim]
        if not n:
            return g
        one = narrow(x, dim, 0, 1) * 0 + 1
        before = cat([one, Cumprod.apply(narrow(x, dim, 0, n - 1), dim=dim)], dim)
        later = [narrow(g, dim, n - 1, 1)]
        for i in range(n - 1, 0, -1):
            later.append(narrow(g, dim, i - 1, 1) + narrow(x, dim, i, 1) * later[-1])
        return before * cat(later[::-1], dim)

    def fused_backward(self, g: Array) -> Array:
        x = self.saved.x
        if not (looks_at(x) and (x != 0).all()):
            return self.backward(g)
        return from_the_end(Cumsum, g * self.saved.output.conj(), self.dim) / x.conj()


class Cumarg(Op):
    """The index of the largest or smallest element so far along a dim, the last of equal ones; no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dim: int, kind: str) -> Array:
        check_ordered(kind, x)
        b = self.backend
        best = x == getattr(b, kind)(x, axis=dim)
        if x.dtype.kind in "fV":
            best = best | b.isnan(x)
        place = b.arange(0, x.shape[dim], 1, "int64").reshape([-1 if i == dim else 1 for i in range(x.ndim)])
        return b.cummax(b.where(best, place, 0), axis=dim)


class Logcumsumexp(Op):
    """yᵢ = ln Σ exp(xⱼ) over j ≤ i along `dim`;   dxⱼ = exp(xⱼ)·Σ gᵢ·exp(−yᵢ) over i ≥ j, in logarithms."""

    def forward(self, x: Array, *, dim: int) -> Array:
        self.dim = dim
        y = self.backend.logcumsumexp(x, dim)
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        if array_of(g).dtype.kind == "c":
            x, y = conj(x), conj(y)
            return exp(from_the_end(Logcumsumexp, log(g) - y, self.dim) + x)
        total = 0.0
        for sign in (1.0, -1.0):  # logarithms take one sign at a time
            here = array_of(g) * sign > 0
            parts = where(here, log(abs(where(here, g, 1.0))) - where(here, y, 0.0), -float("inf"))
            total = total + sign * exp(from_the_end(Logcumsumexp, parts, self.dim) + x)
        return total


def from_the_end(op: type[Op], x: Any, dim: int) -> Any:
    """A running operation that begins at the last element."""
    return flip(op.apply(flip(x, (dim,)), dim=dim), (dim,))


def along(op_name: str, input: Any, dim: int, run: Callable[[Any, int], Any]) -> Any:
    """Applies a running operation; a 0-d tensor counts as a vector of one element."""
    d = wrap_dim(op_name, dim, ndim_of(op_name, input))
    return run(input, d) if input.ndim else run(input.reshape(1), 0).reshape(())


@with_out
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Variable:
    """The running sum along `dim`; integers are summed as int64.

    >>> import minitorch
    >>> minitorch.cumsum(minitorch.tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])
    """
    exact = dtype is not None
    input = input.to(dtype) if exact else input
    return along("cumsum", input, dim, lambda x, d: Cumsum.apply(x, dim=d, exact=exact))


@with_out
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Variable:
    """The running product along `dim`; integers are multiplied as int64.

    >>> import minitorch
    >>> minitorch.cumprod(minitorch.tensor([1, 2, 3, 4]), 0)
    tensor([ 1,  2,  6, 24])
    """
    exact = dtype is not None
    input = input.to(dtype) if exact else input
    return along("cumprod", input, dim, lambda x, d: Cumprod.apply(x, dim=d, exact=exact))


@with_out
def logcumsumexp(input: Any, dim: int) -> Variable:
    """ln of the running sum of eˣ along `dim`, without overflow.

    >>> import minitorch
    >>> minitorch.logcumsumexp(minitorch.tensor([1000.0, 1000.0]), 0)
    tensor([1000.0000, 1000.6932])
    """
    check_floating("logcumsumexp", input.array)
    return along("logcumsumexp", input, dim, lambda x, d: Logcumsumexp.apply(x, dim=d))


@with_out
def cummax(input: Any, dim: int) -> Any:
    """The largest so far along `dim`, and where it stood: `.values` and `.indices`; of equal ones, the last.

    >>> import minitorch
    >>> values, indices = minitorch.cummax(minitorch.tensor([1.0, 3.0, 2.0, 3.0]), 0)
    >>> values, indices
    (tensor([1., 3., 3., 3.]), tensor([0, 1, 1, 3]))
    """
    return _running_extreme("cummax", input, dim, CummaxResult)


@with_out
def cummin(input: Any, dim: int) -> Any:
    """The smallest so far along `dim`, and where it stood: `.values` and `.indices`; of equal ones, the last.

    >>> import minitorch
    >>> minitorch.cummin(minitorch.tensor([3, 1, 2]), 0).values
    tensor([3, 1, 1])
    """
    return _running_extreme("cummin", input, dim, CumminResult)


def _running_extreme(kind: str, input: Any, dim: int, result: type[Any]) -> Any:
    d = wrap_dim(kind, dim, ndim_of(kind, input))
    if not input.ndim or not input.numel():
        return result(input.clone(), input.new_zeros(input.shape, dtype=dtypes.int64))
    indices = Cumarg.apply(input, dim=d, kind=kind)
    return result(TakeAlong.apply(input, indices=indices.array, dim=d), indices)
