"""Questions about the kind of each value, NaN, infinite or finite, negative or real; and what stands for NaN."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.op import Op
from minitorch.ops.common import array_of, check_real
from minitorch.ops.out import with_out
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Test(Op):
    """A yes-or-no question about each element; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, test: str) -> Array:
        return getattr(self.backend, test)(x)


def isnan(input: Variable) -> Variable:
    """Whether each element is NaN.

    >>> import minitorch
    >>> minitorch.isnan(minitorch.tensor([1.0, minitorch.nan, minitorch.inf]))
    tensor([False,  True, False])
    """
    return Test.apply(input, test="isnan")


def isinf(input: Variable) -> Variable:
    """Whether each element is infinite.

    >>> import minitorch
    >>> minitorch.isinf(minitorch.tensor([1.0, minitorch.nan, -minitorch.inf]))
    tensor([False, False,  True])
    """
    return Test.apply(input, test="isinf")


def isfinite(input: Variable) -> Variable:
    """Whether each element is neither NaN nor infinite.

    >>> import minitorch
    >>> minitorch.isfinite(minitorch.tensor([1.0, minitorch.nan, minitorch.inf]))
    tensor([ True, False, False])
    """
    return Test.apply(input, test="isfinite")


@with_out
def isposinf(input: Variable) -> Variable:
    """Whether each element is +∞.

    >>> import minitorch
    >>> minitorch.isposinf(minitorch.tensor([1.0, minitorch.inf, -minitorch.inf]))
    tensor([False,  True, False])
    """
    check_real("isposinf", array_of(input))
    return input == math.inf


@with_out
def isneginf(input: Variable) -> Variable:
    """Whether each element is −∞.

    >>> import minitorch
    >>> minitorch.isneginf(minitorch.tensor([1.0, minitorch.inf, -minitorch.inf]))
    tensor([False, False,  True])
    """
    check_real("isneginf", array_of(input))
    return input == -math.inf


def isreal(input: Variable) -> Variable:
    """Whether the imaginary part of each element is 0.

    >>> import minitorch
    >>> minitorch.isreal(minitorch.tensor([1 + 0j, 1 + 2j]))
    tensor([ True, False])
    """
    if array_of(input).dtype.kind == "c":
        return input.imag == 0
    return input.new_ones(input.shape, dtype=dtypes.bool_)


@with_out
def signbit(input: Variable) -> Variable:
    """Whether the sign is minus, also of −0.

    >>> import minitorch
    >>> minitorch.signbit(minitorch.tensor([1.0, -0.0, -2.0]))
    tensor([False,  True,  True])
    """
    check_real("signbit", array_of(input))
    return Test.apply(input, test="signbit") if array_of(input).dtype.kind in "fV" else input < 0


@with_out
def nan_to_num(
    input: Any, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Variable:
    """x with finite numbers in the place of NaN and the infinities.

    Args:
        input: any shape; integers stay as they are, and of complex numbers both parts are treated.
        nan: what stands for NaN, 0 by default.
        posinf: what stands for +∞, the largest number of the dtype by default.
        neginf: what stands for −∞, the smallest number of the dtype by default.

    >>> import minitorch
    >>> minitorch.nan_to_num(minitorch.tensor([minitorch.nan, minitorch.inf, 1.0]), nan=-1.0, posinf=9.0)
    tensor([-1.,  9.,  1.])
    """
    array = array_of(input)
    if array.dtype.kind == "c":
        from minitorch.ops.complex_numbers import view_as_complex, view_as_real

        return view_as_complex(nan_to_num(view_as_real(input), nan, posinf, neginf))
    if array.dtype.kind not in "fV":
        return input.clone()
    limits = dtypes.finfo(dtypes.as_dtype(array.dtype))
    y = where(array == math.inf, limits.max if posinf is None else posinf, input)
    y = where(array == -math.inf, limits.min if neginf is None else neginf, y)
    return where(array != array, 0.0 if nan is None else nan, y)
