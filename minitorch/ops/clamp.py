"""The larger, the smaller, and what lies between: maximum, minimum, clamp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.ops.common import Binary, array_of, check_number, check_ordered, promoted, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Extremum(Binary):
    """The larger or smaller of two;   the gradient goes to it, and half to each where they are equal."""

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_y = self.needs_input_grad
        first, tie = self.saved.first, self.saved.tie
        half = g * tie * 0.5
        return (
            g * first + half if need_x else None,
            g * self.backend.logical_not(first | tie) + half if need_y else None,
        )


class Maximum(Extremum):
    """z = max(x, y), NaN if either is."""

    def forward(self, x: Array, y: Array) -> Array:
        check_ordered("maximum", x, y)
        if self.recording:
            self.keep(first=self.backend.greater(x, y), tie=self.backend.equal(x, y))
        return self.backend.maximum(x, y)


class Minimum(Extremum):
    """z = min(x, y), NaN if either is."""

    def forward(self, x: Array, y: Array) -> Array:
        check_ordered("minimum", x, y)
        if self.recording:
            self.keep(first=self.backend.less(x, y), tie=self.backend.equal(x, y))
        return self.backend.minimum(x, y)


class Clamp(Binary):
    """y = min(max(x, low), high);   dx = g where low ≤ x ≤ high,  dlow and dhigh = g where they are y."""

    optional = True

    def forward(self, x: Array, low: Any, high: Any) -> Array:
        check_ordered("clamp", x, low, high)
        if self.recording:
            b = self.backend
            inside = b.full((), True, bool)
            if low is not None:
                inside = inside & (x >= low)
            if high is not None:
                inside = inside & (x <= high)
            self.keep(inside=inside)
            if hasattr(low, "dtype"):
                self.keep(below=(x < low) & (True if high is None else b.less(low, high)))
            if hasattr(high, "dtype"):
                self.keep(above=(x > high) | (False if low is None else b.less(high, low)))
        return self.backend.clip(x, low, high)

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        need_x, need_low, need_high = self.needs_input_grad
        return (
            g * self.saved.inside if need_x else None,
            g * self.saved.below if need_low else None,
            g * self.saved.above if need_high else None,
        )


@with_out
def maximum(input: Any, other: Any) -> Variable:
    """The larger of two, elementwise; NaN if either is.

    >>> import minitorch
    >>> minitorch.maximum(minitorch.tensor([1.0, 5.0]), minitorch.tensor([3.0, 4.0]))
    tensor([3., 5.])
    """
    refuse_numbers("maximum", input=input, other=other)
    return Maximum.apply(input, other)


@with_out
def minimum(input: Any, other: Any) -> Variable:
    """The smaller of two, elementwise; NaN if either is.

    >>> import minitorch
    >>> minitorch.minimum(minitorch.tensor([1, 5]), minitorch.tensor([3, 2]))
    tensor([1, 2])
    """
    refuse_numbers("minimum", input=input, other=other)
    return Minimum.apply(input, other)


@with_out
def fmax(input: Any, other: Any) -> Variable:
    """The larger of two, elementwise; of a number and NaN the number.  Where they are equal, `input` has the gradient.

    >>> import minitorch
    >>> minitorch.fmax(minitorch.tensor([1.0, minitorch.nan]), minitorch.tensor([3.0, 4.0]))
    tensor([3., 4.])
    """
    refuse_numbers("fmax", input=input, other=other)
    input, other = promoted(input, other)
    check_ordered("fmax", array_of(input), array_of(other))
    x, y = array_of(input), array_of(other)
    return where((x >= y) | (y != y), input, other)


@with_out
def fmin(input: Any, other: Any) -> Variable:
    """The smaller of two, elementwise; of a number and NaN the number.  Where they are equal, `input` has the gradient.

    >>> import minitorch
    >>> minitorch.fmin(minitorch.tensor([1.0, minitorch.nan]), minitorch.tensor([3.0, 4.0]))
    tensor([1., 4.])
    """
    refuse_numbers("fmin", input=input, other=other)
    input, other = promoted(input, other)
    check_ordered("fmin", array_of(input), array_of(other))
    x, y = array_of(input), array_of(other)
    return where((x <= y) | (y != y), input, other)


@with_out
def clamp_min(input: Variable, min: Any) -> Variable:
    """max(x, `min`), elementwise; the bound is a number or a tensor.

    >>> import minitorch
    >>> minitorch.clamp_min(minitorch.tensor([-2.0, 0.5]), 0)
    tensor([0.0000, 0.5000])
    """
    return clamp(input, min=min)


@with_out
def clamp_max(input: Variable, max: Any) -> Variable:
    """min(x, `max`), elementwise; the bound is a number or a tensor.

    >>> import minitorch
    >>> minitorch.clamp_max(minitorch.tensor([-2.0, 0.5]), 0)
    tensor([-2.,  0.])
    """
    return clamp(input, max=max)


@with_out
def clamp(input: Variable, min: Any = None, max: Any = None) -> Variable:
    """min(max(x, `min`), `max`), elementwise; bounds are numbers or tensors, and one may be left out.

    >>> import minitorch
    >>> minitorch.clamp(minitorch.tensor([-2.0, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    refuse_numbers("clamp", input=input)
    if min is None and max is None:
        raise ArgumentError("clamp: give at least one of min and max")
    kind = dtypes.of(input)
    for bound in (min, max):
        if type(bound) is int and kind.category == dtypes.INTEGER:
            check_number("clamp", bound, kind)
    return Clamp.apply(input, min, max)
