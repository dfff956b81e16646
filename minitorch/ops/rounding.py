"""Signs and whole numbers: sign, round, floor, ceil, trunc, frac."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import DtypeError
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating, check_not_bool, check_real
from minitorch.ops.out import with_out

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Step(Op):
    """Base of functions that are constant between their jumps;   dx = 0."""

    def backward(self, g: Array) -> Array:
        return g * 0


class Sign(Step):
    """y = −1, 0 or 1, and 0 for NaN."""

    def forward(self, x: Array) -> Array:
        b = self.backend
        if x.dtype.kind == "b":
            return b.copy(x)
        y = b.sign(x)
        return b.where(b.isnan(x), y.dtype.type(0), y) if x.dtype.kind in "fV" else y


class Round(Step):
    """The nearest integer, halves to the even one."""

    def forward(self, x: Array) -> Array:
        check_real("round", x)
        check_not_bool("round", x)
        return self.backend.copy(x) if x.dtype.kind in "iu" else self.backend.rint(x)


class Floor(Step):
    """The largest integer not above x."""

    def forward(self, x: Array) -> Array:
        check_not_bool("floor", x)
        return self.backend.copy(x) if x.dtype.kind in "iu" else self.backend.floor(x)


class Ceil(Step):
    """The smallest integer not below x."""

    def forward(self, x: Array) -> Array:
        check_not_bool("ceil", x)
        return self.backend.copy(x) if x.dtype.kind in "iu" else self.backend.ceil(x)


class Trunc(Step):
    """The integer part."""

    def forward(self, x: Array) -> Array:
        check_not_bool("trunc", x)
        return self.backend.copy(x) if x.dtype.kind in "iu" else self.backend.trunc(x)


@with_out
def sign(input: Variable) -> Variable:
    """−1, 0 or 1 by the sign, elementwise.

    Raises:
        DtypeError: for complex numbers; `sgn` takes them.

    >>> import minitorch
    >>> minitorch.sign(minitorch.tensor([-3.0, 0.0, 0.5]))
    tensor([-1.,  0.,  1.])
    """
    if array_of(input).dtype.kind == "c":
        raise DtypeError("sign: not defined for complex tensors; use sgn")
    return Sign.apply(input)


@with_out
def round(input: Variable, *, decimals: int = 0) -> Variable:
    """The nearest integer, halves to the even one; with `decimals`, to that many digits after the point.

    >>> import minitorch
    >>> minitorch.round(minitorch.tensor([0.5, 1.5, -2.7]))
    tensor([ 0.,  2., -3.])
    """
    if decimals == 0:
        return Round.apply(input)
    scale = 10.0**decimals
    return Round.apply(input * scale) / scale


@with_out
def floor(input: Variable) -> Variable:
    """The largest integer not above x, elementwise.

    >>> import minitorch
    >>> minitorch.floor(minitorch.tensor([1.5, -1.5]))
    tensor([ 1., -2.])
    """
    return Floor.apply(input)


@with_out
def ceil(input: Variable) -> Variable:
    """The smallest integer not below x, elementwise.

    >>> import minitorch
    >>> minitorch.ceil(minitorch.tensor([1.5, -1.5]))
    tensor([ 2., -1.])
    """
    return Ceil.apply(input)


@with_out
def trunc(input: Any) -> Variable:
    """The integer part, elementwise.

    >>> import minitorch
    >>> minitorch.trunc(minitorch.tensor([1.5, -1.5]))  # towards zero
    tensor([ 1., -1.])
    """
    return Trunc.apply(input)


@with_out
def frac(input: Variable) -> Variable:
    """x − trunc(x), elementwise.

    >>> import minitorch
    >>> minitorch.frac(minitorch.tensor([1.5, -1.5]))  # keeps the sign
    tensor([ 0.5000, -0.5000])
    """
    check_floating("frac", array_of(input))
    return input - trunc(input)
