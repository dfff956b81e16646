"""Functions of one value, elementwise: negation, size, exponentials, logarithms, roots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import DtypeError
from minitorch.op import Op
from minitorch.ops.common import array_of, check_not_bool, check_real, conj as conjugate
from minitorch.ops.out import with_out
from minitorch.ops.rounding import Sign
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Neg(Op):
    """y = −x;   dx = −g."""

    takes_scalars = True

    def forward(self, x: Array) -> Array:
        if x.dtype.kind == "b":
            raise DtypeError("neg: −bool is not defined; use ~x")
        return self.backend.negative(x) if x.shape else -x

    def backward(self, g: Array) -> Array:
        return -g

    def fused_backward(self, g: Array) -> Array:
        return self.backend.negative(g)


class Abs(Op):
    """y = |x|;   dx = g·sgn(x), 0 at 0."""

    def forward(self, x: Array) -> Array:
        check_not_bool("abs", x)
        self.save(x=x)
        return self.backend.abs(x)

    def backward(self, g: Array) -> Array:
        return g * sgn(self.saved.x)


class Smooth(Op):
    """Base of smooth functions: integers are computed in the default floating-point dtype."""

    float_only = True


class Exp(Smooth):
    """y = eˣ;   dx = g·y."""

    takes_scalars = True

    def forward(self, x: Array) -> Array:
        y = self.backend.exp(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g * conjugate(self.saved.output)


class Exp2(Smooth):
    """y = 2ˣ;   dx = g·y·ln 2."""

    def forward(self, x: Array) -> Array:
        y = self.backend.exp2(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g * conjugate(self.saved.output) * math.log(2)


class Expm1(Smooth):
    """y = eˣ − 1, exact near 0;   dx = g·(y + 1)."""

    def forward(self, x: Array) -> Array:
        y = self.backend.expm1(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g * conjugate(self.saved.output + 1)


class Log(Smooth):
    """y = ln x;   dx = g/x."""

    takes_scalars = True

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.log(x)

    def backward(self, g: Array) -> Array:
        return g / conjugate(self.saved.x)


class Log2(Smooth):
    """y = log₂ x;   dx = g/(x·ln 2)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.log2(x)

    def backward(self, g: Array) -> Array:
        return g / conjugate(self.saved.x * math.log(2))


class Log10(Smooth):
    """y = log₁₀ x;   dx = g/(x·ln 10)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.log10(x)

    def backward(self, g: Array) -> Array:
        return g / conjugate(self.saved.x * math.log(10))


class Log1p(Smooth):
    """y = ln(1 + x), exact near 0;   dx = g/(1 + x)."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.log1p(x)

    def backward(self, g: Array) -> Array:
        return g / conjugate(self.saved.x + 1)


class Sqrt(Smooth):
    """y = √x;   dx = g/(2y)."""

    def forward(self, x: Array) -> Array:
        y = self.backend.sqrt(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g / conjugate(self.saved.output * 2)


class Erf(Smooth):
    """y = 2/√π ∫₀ˣ exp(−t²) dt;   dx = g·2/√π·exp(−x²)."""

    def forward(self, x: Array) -> Array:
        check_real("erf", x)
        self.save(x=x)
        return self.backend.erf(x)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        return g * exp(-x * x) * (2 / math.sqrt(math.pi))


@with_out
def neg(input: Variable) -> Variable:
    """−x, elementwise.

    Raises:
        DtypeError: for booleans; `~x` negates them.

    >>> import minitorch
    >>> minitorch.neg(minitorch.tensor([1.0, -2.0]))
    tensor([-1.,  2.])
    """
    return Neg.apply(input)


@with_out
def abs(input: Variable) -> Variable:
    """|x|, elementwise; real for complex numbers.

    >>> import minitorch
    >>> minitorch.abs(minitorch.tensor([-1.0, 2.0]))
    tensor([1., 2.])
    """
    return Abs.apply(input)


@with_out
def sgn(input: Any) -> Variable:
    """The sign; of a complex number x/|x|, and 0 of 0.

    >>> import minitorch
    >>> minitorch.sgn(minitorch.tensor([3 + 4j, 0j]))
    tensor([0.6000+0.8000j, 0.0000+0.0000j])
    """
    if array_of(input).dtype.kind != "c":
        return Sign.apply(input)
    size = abs(input)
    zero = array_of(size) == 0
    return where(zero, 0.0, input / where(zero, 1.0, size))


@with_out
def exp(input: Any) -> Variable:
    """eˣ, elementwise.

    >>> import minitorch
    >>> minitorch.exp(minitorch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """
    return Exp.apply(input)


@with_out
def exp2(input: Variable) -> Variable:
    """2ˣ, elementwise.

    >>> import minitorch
    >>> minitorch.exp2(minitorch.tensor([-1.0, 0.0, 3.0]))
    tensor([0.5000, 1.0000, 8.0000])
    """
    return Exp2.apply(input)


@with_out
def expm1(input: Variable) -> Variable:
    """eˣ − 1, exact for small x, elementwise.

    >>> import minitorch
    >>> x = minitorch.tensor([1e-10])
    >>> minitorch.expm1(x), minitorch.exp(x) - 1  # the difference loses every digit
    (tensor([1.0000e-10]), tensor([0.]))
    """
    return Expm1.apply(input)


@with_out
def log(input: Any) -> Variable:
    """The natural logarithm, elementwise; −inf at 0 and NaN below.

    >>> import minitorch
    >>> minitorch.log(minitorch.tensor([1.0, 0.0]))
    tensor([0., -inf])
    """
    return Log.apply(input)


@with_out
def log2(input: Variable) -> Variable:
    """The logarithm to base 2, elementwise.

    >>> import minitorch
    >>> minitorch.log2(minitorch.tensor([0.5, 1.0, 8.0]))
    tensor([-1.,  0.,  3.])
    """
    return Log2.apply(input)


@with_out
def log10(input: Variable) -> Variable:
    """The logarithm to base 10, elementwise.

    >>> import minitorch
    >>> minitorch.log10(minitorch.tensor([1.0, 1000.0, 0.0]))
    tensor([0.0000, 3.0000,   -inf])
    """
    return Log10.apply(input)


@with_out
def log1p(input: Any) -> Variable:
    """ln(1 + x), exact for small x, elementwise.

    >>> import minitorch
    >>> x = minitorch.tensor([1e-10])
    >>> minitorch.log1p(x), minitorch.log(1 + x)  # the sum loses every digit
    (tensor([1.0000e-10]), tensor([0.]))
    """
    return Log1p.apply(input)


@with_out
def sqrt(input: Any) -> Variable:
    """The square root, elementwise; NaN below 0.

    >>> import minitorch
    >>> minitorch.sqrt(minitorch.tensor([9.0, 0.0, -1.0]))
    tensor([3., 0., nan])
    """
    return Sqrt.apply(input)


@with_out
def rsqrt(input: Variable) -> Variable:
    """1/√x, elementwise.

    >>> import minitorch
    >>> minitorch.rsqrt(minitorch.tensor([4.0, 0.0]))
    tensor([0.5000,    inf])
    """
    return input**-0.5 if array_of(input).dtype.kind in "fcV" else 1 / sqrt(input)


@with_out
def square(input: Variable) -> Variable:
    """x², elementwise.

    >>> import minitorch
    >>> minitorch.square(minitorch.tensor([-3, 2]))
    tensor([9, 4])
    """
    return input**2 if array_of(input).dtype.kind == "b" else input * input


@kernel
@with_out
def reciprocal(input: Variable) -> Variable:
    """1/x, elementwise.

    >>> import minitorch
    >>> minitorch.reciprocal(minitorch.tensor([4.0, 0.0]))
    tensor([0.2500,    inf])
    """
    return 1 / input


@with_out
def erf(input: Any) -> Variable:
    """The error function, elementwise.

    >>> import minitorch
    >>> minitorch.erf(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.8427,  0.0000,  0.8427])
    """
    return Erf.apply(input)


def positive(input: Variable) -> Variable:
    """+x: the tensor as it is.

    Raises:
        DtypeError: for booleans.

    >>> import minitorch
    >>> +minitorch.tensor([1.0, -2.0])
    tensor([ 1., -2.])
    """
    if array_of(input).dtype.kind == "b":
        raise DtypeError("positive: +bool is not defined; convert it with .int()")
    return input
