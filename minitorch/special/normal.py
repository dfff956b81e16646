"""The error function's family, the normal distribution, and logarithms that know what 0·ln 0 is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.ops.binary import as_array
from minitorch.ops.clamp import clamp
from minitorch.ops.common import Binary, array_of, check_real
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import Smooth, exp, log, log1p
from minitorch.ops.trigonometric import sin
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Erfc(Smooth):
    """y = 1 − erf(x);   dx = −g·2/√π·exp(−x²)."""

    def forward(self, x: Array) -> Array:
        check_real("erfc", x)
        self.save(x=x)
        return self.backend.erfc(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g * exp(-x * x) * (-2 / math.sqrt(math.pi))


class Erfcx(Smooth):
    """y = exp(x²)·erfc(x);   dx = g·(2·x·y − 2/√π)."""

    def forward(self, x: Array) -> Array:
        check_real("erfcx", x)
        y = self.backend.erfcx(x)
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g * (self.saved.x * self.saved.output * 2 - 2 / math.sqrt(math.pi))


class Erfinv(Smooth):
    """y with erf(y) = x;   dx = g·√π/2·exp(y²)."""

    def forward(self, x: Array) -> Array:
        check_real("erfinv", x)
        y = self.backend.erfinv(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return g * exp(y * y) * (math.sqrt(math.pi) / 2)


class Ndtri(Smooth):
    """y with Φ(y) = x;   dx = g·√(2π)·exp(y²/2)."""

    def forward(self, x: Array) -> Array:
        check_real("ndtri", x)
        y = self.backend.ndtri(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return g * exp(y * y / 2) * math.sqrt(2 * math.pi)


class LogNdtr(Smooth):
    """y = ln Φ(x);   dx = g·√(2/π)/erfcx(−x/√2)."""

    def forward(self, x: Array) -> Array:
        check_real("log_ndtr", x)
        self.save(x=x)
        return self.backend.log_ndtr(x)

    def backward(self, g: Array) -> Array:
        return g / Erfcx.apply(self.saved.x * -math.sqrt(0.5)) * math.sqrt(2 / math.pi)


class Entr(Smooth):
    """y = −x·ln x, 0 at 0, −∞ below;   dx = −g·(ln x + 1)."""

    def forward(self, x: Array) -> Array:
        check_real("entr", x)
        self.save(x=x)
        b = self.backend
        y = b.where(x == 0, x.dtype.type(0), -x * b.log(x))
        return b.where(x < 0, x.dtype.type(-math.inf), y)

    def backward(self, g: Array) -> Array:
        return -g * (log(self.saved.x) + 1)


class Logit(Smooth):
    """y = ln(x/(1 − x)), NaN outside of [0, 1];   dx = g/(x·(1 − x)), likewise."""

    def forward(self, x: Array) -> Array:
        b = self.backend
        y = b.log(x) - b.log1p(-x)
        self.save(x=x)
        return y

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        values = array_of(x)
        return where((values < 0) | (values > 1), math.nan, g / (x * (1 - x)))


class Xlog1py(Binary):
    """z = x·ln(1 + y), 0 where x = 0;   dx = g·ln(1 + y) (0 where x = 0 and y ≤ −1),  dy = g·x/(1 + y)."""

    float_only = True

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x=x, y=y)
        b = self.backend
        dtype = (x if hasattr(x, "dtype") else y).dtype
        x, y = b.asarray(x, dtype), b.asarray(y, dtype)
        return b.where((x == 0) & ~b.isnan(y), dtype.type(0), x * b.log1p(y))

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_y = self.needs_input_grad
        x, y = self.saved.x, self.saved.y
        zero = (array_of(x) == 0) & (array_of(y) <= -1)
        return (
            where(zero, 0.0, g * log1p(where(zero, 0.0, as_array(self, y)))) if need_x else None,
            g * x / (y + 1) if need_y else None,
        )


@with_out
def erfc(input: Any) -> Variable:
    """1 − erf(x), exact where erf(x) is almost 1, elementwise.

    >>> import minitorch
    >>> minitorch.erfc(minitorch.tensor([0.0, 5.0]))
    tensor([1.0000e+00, 1.5375e-12])
    """
    return Erfc.apply(input)


@with_out
def erfcx(input: Any) -> Variable:
    """exp(x²)·erfc(x), which does not underflow for large x, elementwise.

    >>> import minitorch
    >>> minitorch.special.erfcx(minitorch.tensor([0.0, 100.0]))
    tensor([1.0000, 0.0056])
    """
    return Erfcx.apply(input)


@with_out
def erfinv(input: Any) -> Variable:
    """The y with erf(y) = x, elementwise; infinite at ±1, NaN beyond.

    >>> import minitorch
    >>> minitorch.erfinv(minitorch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.4769,    inf])
    """
    return Erfinv.apply(input)


@with_out
def ndtr(input: Any) -> Variable:
    """Φ(x), the probability that a standard normal variable is at most x, elementwise.

    >>> import minitorch
    >>> minitorch.special.ndtr(minitorch.tensor([0.0, 1.6449]))
    tensor([0.5000, 0.9500])
    """
    return Erfc.apply(input * -math.sqrt(0.5)) / 2


@with_out
def log_ndtr(input: Any) -> Variable:
    """ln Φ(x), which does not underflow, elementwise.

    >>> import minitorch
    >>> minitorch.special.log_ndtr(minitorch.tensor([0.0, -100.0]))
    tensor([-6.9315e-01, -5.0055e+03])
    """
    return LogNdtr.apply(input)


@with_out
def ndtri(input: Any) -> Variable:
    """The y with Φ(y) = x, elementwise; infinite at 0 and 1, NaN beyond.

    >>> import minitorch
    >>> minitorch.special.ndtri(minitorch.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])
    """
    return Ndtri.apply(input)


@with_out
def entr(input: Any) -> Variable:
    """−x·ln x, the contribution of a probability to the entropy; 0 at 0, −∞ below, elementwise.

    >>> import minitorch
    >>> minitorch.special.entr(minitorch.tensor([0.0, 0.5, -1.0]))
    tensor([0.0000, 0.3466,   -inf])
    """
    return Entr.apply(input)


@with_out
def logit(input: Any, eps: float | None = None) -> Variable:
    """ln(x/(1 − x)), the inverse of the sigmoid, elementwise.

    Args:
        input: probabilities.
        eps: if given, x is first clamped to [eps, 1 − eps].

    >>> import minitorch
    >>> minitorch.logit(minitorch.tensor([0.5, 0.9, 1.0])), minitorch.logit(minitorch.tensor([1.0]), eps=0.1)
    (tensor([0.0000, 2.1972,    inf]), tensor([2.1972]))
    """
    check_real("logit", array_of(input))
    if eps is not None:
        whole = array_of(input).dtype.kind in "biu"
        input = clamp(input.to(dtypes.get_default_dtype()) if whole else input, eps, 1 - eps)
    return Logit.apply(input)


@with_out
def xlog1py(input: Any, other: Any) -> Variable:
    """`input · ln(1 + other)`, 0 where `input` is 0, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.special.xlog1py(minitorch.tensor([0.0, 2.0]), minitorch.tensor([-1.0, 1.0]))
    tensor([0.0000, 1.3863])
    """
    return Xlog1py.apply(input, other)


@with_out
def sinc(input: Any) -> Variable:
    """sin(πx)/(πx), 1 at 0, elementwise.

    >>> import minitorch
    >>> minitorch.sinc(minitorch.tensor([0.0, 0.5, 1.5]))
    tensor([ 1.0000,  0.6366, -0.2122])
    """
    zero = array_of(input) == 0
    angle = where(zero, 1.0, input * math.pi)
    return where(zero, 1.0, sin(angle) / angle)
