"""Angles and hyperbolic functions, elementwise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.ops.common import array_of, check_real, conj as conjugate
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import Smooth, sqrt

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Sin(Smooth):
    """y = sin x;   dx = g·cos x."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.sin(x)

    def backward(self, g: Array) -> Array:
        return g * conjugate(cos(self.saved.x))


class Cos(Smooth):
    """y = cos x;   dx = −g·sin x."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.cos(x)

    def backward(self, g: Array) -> Array:
        return -g * conjugate(sin(self.saved.x))


class Tan(Smooth):
    """y = tan x;   dx = g·(1 + y²)."""

    def forward(self, x: Array) -> Array:
        y = self.backend.tan(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return g * conjugate(1 + y * y)


class Asin(Smooth):
    """y = arcsin x;   dx = g/√(1 − x²)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.asin(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g / conjugate(sqrt(1 - x * x))


class Acos(Smooth):
    """y = arccos x;   dx = −g/√(1 − x²)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.acos(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return -g / conjugate(sqrt(1 - x * x))


class Atan(Smooth):
    """y = arctan x;   dx = g/(1 + x²)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.atan(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g / conjugate(1 + x * x)


class Sinh(Smooth):
    """y = sinh x;   dx = g·cosh x."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.sinh(x)

    def backward(self, g: Array) -> Array:
        return g * conjugate(cosh(self.saved.x))


class Cosh(Smooth):
    """y = cosh x;   dx = g·sinh x."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.cosh(x)

    def backward(self, g: Array) -> Array:
        return g * conjugate(sinh(self.saved.x))


class Tanh(Smooth):
    """y = tanh x;   dx = g·(1 − y²)."""

    takes_scalars = True

    def forward(self, x: Array) -> Array:
        y = self.backend.tanh(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return g * conjugate(1 - y * y)

    def fused_backward(self, g: Array) -> Array:
        y = conjugate(self.saved.output)
        return self.backend.tanh_backward(y, g) if g.shape else g * (1 - y * y)


class Asinh(Smooth):
    """y = arsinh x;   dx = g/√(x² + 1)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.asinh(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g / conjugate(sqrt(x * x + 1))


class Acosh(Smooth):
    """y = arcosh x;   dx = g/√(x² − 1)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.acosh(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g / conjugate(sqrt(x - 1) * sqrt(x + 1))


class Atanh(Smooth):
    """y = artanh x;   dx = g/(1 − x²)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.atanh(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g / conjugate(1 - x * x)


@with_out
def sin(input: Any) -> Variable:
    """The sine of an angle in radians, elementwise.

    >>> import minitorch
    >>> minitorch.sin(minitorch.tensor([0.0, minitorch.pi / 6, minitorch.pi / 2]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return Sin.apply(input)


@with_out
def cos(input: Any) -> Variable:
    """The cosine of an angle in radians, elementwise.

    >>> import minitorch
    >>> minitorch.cos(minitorch.tensor([0.0, minitorch.pi / 3, minitorch.pi]))
    tensor([ 1.0000,  0.5000, -1.0000])
    """
    return Cos.apply(input)


@with_out
def tan(input: Variable) -> Variable:
    """The tangent of an angle in radians, elementwise.

    >>> import minitorch
    >>> minitorch.tan(minitorch.tensor([0.0, minitorch.pi / 4]))
    tensor([0., 1.])
    """
    return Tan.apply(input)


@with_out
def asin(input: Variable) -> Variable:
    """The inverse sine, in radians, elementwise.

    >>> import minitorch
    >>> minitorch.asin(minitorch.tensor([0.0, 1.0, 1.5]))  # defined on [−1, 1]
    tensor([0.0000, 1.5708,    nan])
    """
    return Asin.apply(input)


@with_out
def acos(input: Variable) -> Variable:
    """The inverse cosine, in radians, elementwise.

    >>> import minitorch
    >>> minitorch.acos(minitorch.tensor([1.0, 0.0, 1.5]))  # defined on [−1, 1]
    tensor([0.0000, 1.5708,    nan])
    """
    return Acos.apply(input)


@with_out
def atan(input: Variable) -> Variable:
    """The inverse tangent, in radians, elementwise.

    >>> import minitorch
    >>> minitorch.atan(minitorch.tensor([0.0, 1.0, minitorch.inf]))  # 0, π/4 and π/2
    tensor([0.0000, 0.7854, 1.5708])
    """
    return Atan.apply(input)


@with_out
def sinh(input: Any) -> Variable:
    """The hyperbolic sine, elementwise.

    >>> import minitorch
    >>> minitorch.sinh(minitorch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.1752])
    """
    return Sinh.apply(input)


@with_out
def cosh(input: Any) -> Variable:
    """The hyperbolic cosine, elementwise.

    >>> import minitorch
    >>> minitorch.cosh(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([1.5431, 1.0000, 1.5431])
    """
    return Cosh.apply(input)


@with_out
def tanh(input: Any) -> Variable:
    """The hyperbolic tangent, elementwise.

    >>> import minitorch
    >>> minitorch.tanh(minitorch.tensor([0.0, 1.0, 100.0]))
    tensor([0.0000, 0.7616, 1.0000])
    """
    return Tanh.apply(input)


@with_out
def asinh(input: Variable) -> Variable:
    """The inverse hyperbolic sine, elementwise.

    >>> import minitorch
    >>> minitorch.asinh(minitorch.sinh(minitorch.tensor([-2.0, 0.0, 2.0])))
    tensor([-2.,  0.,  2.])
    """
    return Asinh.apply(input)


@with_out
def acosh(input: Variable) -> Variable:
    """The inverse hyperbolic cosine, elementwise.

    >>> import minitorch
    >>> minitorch.acosh(minitorch.tensor([1.0, 2.0, 0.5]))  # defined from 1 on
    tensor([0.0000, 1.3170,    nan])
    """
    return Acosh.apply(input)


@with_out
def atanh(input: Variable) -> Variable:
    """The inverse hyperbolic tangent, elementwise.

    >>> import minitorch
    >>> minitorch.atanh(minitorch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.5493,    inf])
    """
    return Atanh.apply(input)


@with_out
def rad2deg(input: Any) -> Variable:
    """An angle in radians as one in degrees, elementwise.

    >>> import minitorch
    >>> minitorch.rad2deg(minitorch.tensor([minitorch.pi, minitorch.pi / 2]))
    tensor([180.,  90.])
    """
    check_real("rad2deg", array_of(input))
    return input * (180 / math.pi)


@with_out
def deg2rad(input: Any) -> Variable:
    """An angle in degrees as one in radians, elementwise.

    >>> import minitorch
    >>> minitorch.deg2rad(minitorch.tensor([180.0, 90.0]))
    tensor([3.1416, 1.5708])
    """
    check_real("deg2rad", array_of(input))
    return input * (math.pi / 180)
