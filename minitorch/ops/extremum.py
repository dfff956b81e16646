"""The larger, the smaller, and what lies between: maximum, minimum, clamp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.op import Op
from minitorch.ops.common import Binary

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
        if self.recording:
            self.keep(first=self.backend.greater(x, y), tie=self.backend.equal(x, y))
        return self.backend.maximum(x, y)


class Minimum(Extremum):
    """z = min(x, y), NaN if either is."""

    def forward(self, x: Array, y: Array) -> Array:
        if self.recording:
            self.keep(first=self.backend.less(x, y), tie=self.backend.equal(x, y))
        return self.backend.minimum(x, y)


class Clamp(Op):
    """y = min(max(x, low), high);   dx = g where low ≤ x ≤ high, else 0."""

    def forward(self, x: Array, *, low: Any, high: Any) -> Array:
        if self.recording:
            inside = self.backend.full((), True, bool)
            if low is not None:
                inside = inside & (x >= low)
            if high is not None:
                inside = inside & (x <= high)
            self.keep(inside=inside)
        return self.backend.clip(x, low, high)

    def backward(self, g: Array) -> Array:
        return g * self.saved.inside


def maximum(input: Any, other: Any) -> Variable:
    """The larger of two, elementwise; NaN if either is.

    >>> import minitorch
    >>> minitorch.maximum(minitorch.tensor([1.0, 5.0]), minitorch.tensor([3.0, 4.0]))
    tensor([3., 5.])
    """
    return Maximum.apply(input, other)


def minimum(input: Any, other: Any) -> Variable:
    """The smaller of two, elementwise; NaN if either is."""
    return Minimum.apply(input, other)


def clamp(input: Variable, min: Any = None, max: Any = None) -> Variable:
    """min(max(x, `min`), `max`), elementwise; bounds are numbers or tensors, and one may be left out.

    >>> import minitorch
    >>> minitorch.clamp(minitorch.tensor([-2.0, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise ArgumentError("clamp: give at least one of min and max")
    if hasattr(min, "dtype") or hasattr(max, "dtype"):
        y = input if min is None else maximum(input, min)
        return y if max is None else minimum(y, max)
    return Clamp.apply(input, low=min, high=max)
