"""The norm of a vector: the length of all elements, or of those along some dims."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.op import Op
from minitorch.ops.common import Dims, array_of, check_floating, ndim_of, reduced_dims
from minitorch.ops.extremes import Amax, Amin
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import abs, sgn
from minitorch.ops.reduce import Sum, in_float32, keep_dims, spread
from minitorch.ops.rounding import sign
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Norm2(Op):
    """y = √Σ |x|² over dims;   dx = g·x/y, and 0 where y = 0."""

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        self.dims = dims
        b = self.backend
        y = b.asarray(b.sqrt(b.sum(b.square(b.abs(x)), axis=dims)))
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        zero = array_of(y) == 0
        scale = where(zero, 0.0, g / where(zero, 1.0, y))
        return x * spread(scale, self.dims, x.shape)


class NormP(Op):
    """y = (Σ |x|ᵖ)^(1/p) over dims;   dx = g·sgn x·(|x|/y)ᵖ⁻¹, and 0 where x = 0 or y = 0."""

    def forward(self, x: Array, *, dims: tuple[int, ...], p: float) -> Array:
        self.dims, self.p = dims, p
        b = self.backend
        y = b.asarray(b.sum(b.abs(x) ** p, axis=dims) ** (1 / p))
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        total = spread(y, self.dims, x.shape)
        flat = (array_of(x) == 0) | (array_of(total) == 0)
        ratio = where(flat, 1.0, abs(x)) / where(flat, 1.0, total)
        slope = where(flat, 0.0, ratio ** (self.p - 1))
        return spread(g, self.dims, x.shape) * slope * sgn(x)


@with_out
def norm(input: Any, p: Any = "fro", dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Variable:
    """The p-norm (Σ |x|ᵖ)^(1/p) over all elements, or over dims.

    Args:
        input: the values.
        p: a number, `inf`, `-inf`, 0 for the number of elements that are not 0, `"fro"` for 2, or `"nuc"` for the
            sum of the singular values of matrices.
        dim: one dim or several; None for all.
        keepdim: keep the reduced dims at size 1.
        dtype: cast to this first.

    Raises:
        DtypeError: for integers.

    >>> import minitorch
    >>> minitorch.norm(minitorch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    if dtype is not None:
        input = input.to(dtype)
    check_floating("norm", input.array)
    if input.dtype is dtypes.float16:
        return in_float32(norm, input, p, dim, keepdim)
    if p == "nuc":
        from minitorch.linalg import matrix_norm

        return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)
    dims = reduced_dims("norm", dim, ndim_of("norm", input))
    if p in ("fro", 2):
        y: Any = Norm2.apply(input, dims=dims)
    elif p == math.inf:
        y = Amax.apply(abs(input), dims=dims)
    elif p == -math.inf:
        y = Amin.apply(abs(input), dims=dims)
    elif p == 0:
        y = Sum.apply(sign(abs(input)), dims=dims)
    elif p == 1:
        y = Sum.apply(abs(input), dims=dims)
    elif isinstance(p, (int, float)):
        y = NormP.apply(input, dims=dims, p=p)
    else:
        raise ArgumentError(f"norm: p must be a number, inf, -inf, 'fro' or 'nuc', got {p!r}")
    return keep_dims(y, input, dims, keepdim)
