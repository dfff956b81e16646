"""Functions of two or three values beyond arithmetic: fused steps, interpolation, exponents, signs, divisors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, return_types
from minitorch.backend import Array
from minitorch.errors import DtypeError
from minitorch.op import Op
from minitorch.ops.arithmetic import div, mul, pow, scaled
from minitorch.ops.common import Binary, array_of, check_real, conj, promoted, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import abs, exp, log
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Hypot(Binary):
    """z = √(x² + y²), without overflow;   dx = g·x/z,  dy = g·y/z."""

    def forward(self, x: Array, y: Array) -> Array:
        refuse_integers("hypot", x, y)
        z = self.backend.hypot(x, y)
        self.save(x=x, y=y, output=z)
        return z

    def backward(self, g: Array) -> tuple[Array, Array]:
        x, y, z = self.saved.x, self.saved.y, self.saved.output
        return g * (x / z), g * (y / z)


class Copysign(Binary):
    """z = |x| with the sign of y;   dx = ±g, 0 at 0;  dy = 0."""

    float_only = True

    def forward(self, x: Array, y: Array) -> Array:
        z = self.backend.copysign(x, y)
        if self.recording:
            self.keep(slope=self.backend.sign(x) * self.backend.sign(z))
        return z

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g * self.saved.slope, g * 0


class Nextafter(Binary):
    """z = the number next to x in the direction of y, which is almost x;   dx = g,  dy = 0."""

    def forward(self, x: Array, y: Array) -> Array:
        refuse_integers("nextafter", x, y)
        return self.backend.nextafter(x, y)

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g, g * 0


class Frexp(Op):
    """x = m·2ᵉ with ½ ≤ |m| < 1 and a whole e;   dx = g·2⁻ᵉ."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        refuse_integers("frexp", x)
        mantissa, exponent = self.backend.frexp(x)
        if self.recording:
            self.keep(scale=self.backend.exp2(-exponent.astype(x.dtype)))
        return mantissa, exponent

    def backward(self, g: Array, _: Any) -> Array:
        return g * self.saved.scale


class Logaddexp(Binary):
    """z = ln(eˣ + eʸ), without overflow;   dx = g/(1 + eʸ⁻ˣ),  dy = g/(1 + eˣ⁻ʸ)."""

    def forward(self, x: Array, y: Array) -> Array:
        refuse_integers("logaddexp", x, y)
        self.save(x=x, y=y)
        b = self.backend
        if b.asarray(x).dtype.kind != "c":
            return b.logaddexp(x, y)
        first = x.real >= y.real
        big, small = b.where(first, x, y), b.where(first, y, x)
        equal = b.isinf(x) & (x == y)
        return b.where(equal, x, big + b.log1p(b.exp(small - big)))

    def backward(self, g: Array) -> tuple[Array, Array]:
        x, y = self.saved.x, self.saved.y
        return g / conj(exp(y - x) + 1), g / conj(exp(x - y) + 1)


class Logaddexp2(Binary):
    """z = log₂(2ˣ + 2ʸ), without overflow;   dx = g/(1 + 2ʸ⁻ˣ),  dy = g/(1 + 2ˣ⁻ʸ)."""

    def forward(self, x: Array, y: Array) -> Array:
        refuse_integers("logaddexp2", x, y)
        self.save(x=x, y=y)
        return self.backend.logaddexp2(x, y)

    def backward(self, g: Array) -> tuple[Array, Array]:
        x, y = self.saved.x, self.saved.y
        return g / (2.0 ** (y - x) + 1), g / (2.0 ** (x - y) + 1)


class Xlogy(Binary):
    """z = x·ln y, 0 where x = 0;   dx = g·ln y (0 where x = 0 and y ≤ 0),  dy = g·x/y."""

    float_only = True

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x=x, y=y)
        b = self.backend
        dtype = (x if hasattr(x, "dtype") else y).dtype
        check_real("xlogy", dtype.type(0))
        x, y = b.asarray(x, dtype), b.asarray(y, dtype)
        return b.where((x == 0) & ~b.isnan(y), dtype.type(0), x * b.log(y))

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_y = self.needs_input_grad
        x, y = self.saved.x, self.saved.y
        zero = (array_of(x) == 0) & (array_of(y) <= 0)
        return (
            where(zero, 0.0, g * log(where(zero, 1.0, as_array(self, y)))) if need_x else None,
            g * x / y if need_y else None,
        )


class Heaviside(Binary):
    """z = 0 for x < 0, y for x = 0, 1 for x > 0; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, y: Array) -> Array:
        check_real("heaviside", x)
        return self.backend.where(x == 0, y, (x > 0).astype(x.dtype))


class Divisor(Binary):
    """The greatest common divisor or the least common multiple of integers; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, y: Array, *, kind: str) -> Array:
        if (x if hasattr(x, "dtype") else y).dtype.kind not in "iu":
            raise DtypeError(f"{kind}: needs integers, got {x.dtype}; convert the tensors with .long()")
        return getattr(self.backend, kind)(x, y)


def as_array(op: Op, x: Any) -> Any:
    """A number as an array of no dims, for functions that need one."""
    return op.backend.asarray(x, op.dtype) if isinstance(x, (int, float)) else x


def refuse_integers(op_name: str, *inputs: Any) -> None:
    """Refuses tensors of integers and booleans."""
    for x in inputs:
        if hasattr(x, "dtype") and x.dtype.kind in "biu":
            raise DtypeError(
                f"{op_name}: not defined for {x.dtype}, needs floating-point numbers; use x.float()"
            )


@with_out
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Variable:
    """`input + value · tensor1 · tensor2`, elementwise, broadcast.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.addcmul(x, x, x, value=0.5)
    tensor([1.5000, 4.0000])
    """
    refuse_numbers("addcmul", input=input, tensor1=tensor1, tensor2=tensor2)
    input, tensor1, tensor2 = promoted(input, tensor1, tensor2)
    product = tensor1 * tensor2
    return input + (product if value == 1 else scaled("addcmul", input, product, value, "value"))


@with_out
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Variable:
    """`input + value · tensor1 / tensor2`, elementwise, broadcast.

    Raises:
        DtypeError: for integers.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.addcdiv(x, x, x, value=0.5)
    tensor([1.5000, 2.5000])
    """
    refuse_numbers("addcdiv", input=input, tensor1=tensor1, tensor2=tensor2)
    if dtypes.result_type(tensor1, tensor2).category < dtypes.FLOATING:
        raise DtypeError(
            "addcdiv: not defined for integers; write input + value * (tensor1 / tensor2), or convert with .float()"
        )
    input, tensor1, tensor2 = promoted(input, tensor1, tensor2)
    return input + mul(value, div(tensor1, tensor2))


@with_out
def lerp(input: Any, end: Any, weight: Any) -> Variable:
    """`input + weight · (end − input)`, exact at both ends, elementwise, broadcast.

    Args:
        input: the value at weight 0.
        end: the value at weight 1, of the same dtype.
        weight: a number, or a tensor of the same dtype.

    >>> import minitorch
    >>> minitorch.lerp(minitorch.tensor([1.0, 2.0]), minitorch.tensor([3.0, 10.0]), 0.25)
    tensor([1.5000, 4.0000])
    """
    refuse_numbers("lerp", input=input, end=end)
    kinds = {x.dtype for x in (input, end, weight) if hasattr(x, "dtype")}
    if len(kinds) > 1 or dtypes.of(input).category < dtypes.FLOATING:
        names = ", ".join(sorted(map(str, kinds)))
        raise DtypeError(
            f"lerp: expected floating-point tensors of one dtype, got {names}; convert them with .to()"
        )
    if not hasattr(weight, "dtype"):
        near = math.hypot(weight.real, weight.imag) < 0.5
        return input + weight * (end - input) if near else end + (weight - 1) * (end - input)
    near = array_of(abs(weight.detach())) < 0.5
    return where(near, input, end) + where(near, weight, weight - 1) * (end - input)


@with_out
def hypot(input: Any, other: Any) -> Variable:
    """√(input² + other²), without overflow, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.hypot(minitorch.tensor([3.0]), minitorch.tensor([4.0]))
    tensor([5.])
    """
    refuse_numbers("hypot", input=input, other=other)
    return Hypot.apply(input, other)


@with_out
def copysign(input: Any, other: Any) -> Variable:
    """|input| with the sign of `other`, elementwise, broadcast; integers give the default floating-point dtype.

    >>> import minitorch
    >>> minitorch.copysign(minitorch.tensor([1.0, -2.0]), minitorch.tensor([-0.0, 3.0]))
    tensor([-1.,  2.])
    """
    refuse_numbers("copysign", input=input)
    return Copysign.apply(input, other)


@with_out
def nextafter(input: Any, other: Any) -> Variable:
    """The floating-point number next to `input` in the direction of `other`, elementwise.

    >>> import minitorch
    >>> one = minitorch.tensor([1.0])
    >>> minitorch.nextafter(one, one + 1) - one == minitorch.finfo(minitorch.float32).eps
    tensor([True])
    """
    refuse_numbers("nextafter", input=input, other=other)
    return Nextafter.apply(input, other)


@with_out
def ldexp(input: Any, other: Any) -> Variable:
    """`input` · 2 to the power of `other`, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.ldexp(minitorch.tensor([1.0, 1.5]), minitorch.tensor([3, -1]))
    tensor([8.0000, 0.7500])
    """
    refuse_numbers("ldexp", input=input, other=other)
    if other.dtype.category < dtypes.FLOATING <= input.dtype.category:
        other = other.to(input.dtype)
    return mul(input, pow(2.0, other))


@with_out
def frexp(input: Any) -> Any:
    """The mantissa m, ½ ≤ |m| < 1, and the exponent e with input = m·2ᵉ, elementwise.

    >>> import minitorch
    >>> mantissa, exponent = minitorch.frexp(minitorch.tensor([1.0, 10.0]))
    >>> mantissa, exponent
    (tensor([0.5000, 0.6250]), tensor([1, 4], dtype=minitorch.int32))
    """
    return return_types.named("frexp", "mantissa", "exponent")(*Frexp.apply(input))


@with_out
def float_power(input: Any, exponent: Any) -> Variable:
    """`input` to the power of `exponent` in double precision: the result is float64 or complex128.

    >>> import minitorch
    >>> minitorch.float_power(minitorch.tensor([2, 3]), -1)
    tensor([0.5000, 0.3333], dtype=minitorch.float64)
    """
    wide = dtypes.complex128 if dtypes.result_type(input, exponent).is_complex else dtypes.float64
    base, exponent = (x.to(wide) if hasattr(x, "array") else x for x in (input, exponent))
    return pow(base, exponent)


@with_out
def logaddexp(input: Any, other: Any) -> Variable:
    """ln(exp(input) + exp(other)), without overflow, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.logaddexp(minitorch.tensor([1000.0]), minitorch.tensor([1000.0]))
    tensor([1000.6932])
    """
    refuse_numbers("logaddexp", input=input, other=other)
    return Logaddexp.apply(input, other)


@with_out
def logaddexp2(input: Any, other: Any) -> Variable:
    """log₂(2^input + 2^other), without overflow, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.logaddexp2(minitorch.tensor([1000.0]), minitorch.tensor([1000.0]))
    tensor([1001.])
    """
    refuse_numbers("logaddexp2", input=input, other=other)
    return Logaddexp2.apply(input, other)


@with_out
def xlogy(input: Any, other: Any) -> Variable:
    """`input · ln other`, 0 where `input` is 0, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.xlogy(minitorch.tensor([0.0, 2.0]), minitorch.tensor([0.0, minitorch.e]))
    tensor([0., 2.])
    """
    return Xlogy.apply(input, other)


@with_out
def heaviside(input: Any, values: Any) -> Variable:
    """The step function: 0 below zero, 1 above, and `values` at zero.

    Raises:
        DtypeError: for complex tensors, and unless both have one dtype.

    >>> import minitorch
    >>> minitorch.heaviside(minitorch.tensor([-1.5, 0.0, 2.0]), minitorch.tensor([0.5]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    refuse_numbers("heaviside", input=input, values=values)
    if input.dtype is not values.dtype:
        raise DtypeError(
            f"heaviside: expected one dtype, got {input.dtype} and {values.dtype}; convert one with .to()"
        )
    return Heaviside.apply(input, values)


@with_out
def gcd(input: Any, other: Any) -> Variable:
    """The greatest common divisor of integers, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.gcd(minitorch.tensor([12, 5]), minitorch.tensor([18, 10]))
    tensor([6, 5])
    """
    refuse_numbers("gcd", input=input, other=other)
    return Divisor.apply(input, other, kind="gcd")


@with_out
def lcm(input: Any, other: Any) -> Variable:
    """The least common multiple of integers, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.lcm(minitorch.tensor([4, 5]), minitorch.tensor([6, 10]))
    tensor([12, 10])
    """
    refuse_numbers("lcm", input=input, other=other)
    return Divisor.apply(input, other, kind="lcm")
