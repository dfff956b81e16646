"""Arithmetic of two values: add, sub, mul, div, pow, remainder, atan2.

Gradients of complex values follow PyTorch's convention, the conjugate Wirtinger derivative: where a real
formula multiplies by a derivative, the complex one multiplies by its conjugate.
"""

from __future__ import annotations

from operator import mul as times
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError
from minitorch.ops.common import Binary, array_of, check_number, conj, is_bool, looks_at, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import log
from minitorch.ops.rounding import trunc
from minitorch.ops.where import where
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable

NUMBER = (int, float, complex)


class Operator(Binary):
    """Base of what Python's operators compute, for arrays and for single numbers."""

    takes_scalars = True

    def of_arrays(self, x: Any, y: Any) -> bool:
        """Whether an array takes part: the backend may share its work among threads. Numbers are faster without."""
        kind = self.backend.array_type
        return x.__class__ is kind or y.__class__ is kind


class Add(Operator):
    """z = x + y;   dx = g,  dy = g."""

    def forward(self, x: Array, y: Array) -> Array:
        return self.backend.add(x, y) if self.of_arrays(x, y) else x + y

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g, g


class Sub(Operator):
    """z = x − y;   dx = g,  dy = −g."""

    def forward(self, x: Array, y: Array) -> Array:
        if (x if hasattr(x, "dtype") else y).dtype.kind == "b":
            refuse_bool("sub")
        return self.backend.subtract(x, y) if self.of_arrays(x, y) else x - y

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        return g, -g if self.edges[1] is not None else None

    def fused_backward(self, g: Array) -> tuple[Array, Array | None]:
        if self.edges[1] is None:
            return g, None
        return g, self.backend.negative(g) if g.shape else -g


class Mul(Operator):
    """z = x·y;   dx = g·y*,  dy = g·x*."""

    def forward(self, x: Array, y: Array) -> Array:
        if self.recording:
            to_x, to_y = self.edges
            self.save(x=None if to_y is None else x, y=None if to_x is None else y)
        return self.backend.multiply(x, y) if self.of_arrays(x, y) else x * y

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        x, y = self.saved.x, self.saved.y
        return None if y is None else g * conj(y), None if x is None else g * conj(x)

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None]:
        saved = self.saved
        x, y = saved.x, saved.y
        if g.dtype.kind == "c":
            return self.backward(g)
        product = self.backend.multiply if g.shape else times  # numbers have a faster product of their own
        return None if y is None else product(g, y), None if x is None else product(g, x)


class Div(Operator):
    """z = x/y;   dx = g/y*,  dy = −g·(z/y)*."""

    float_only = True

    def forward(self, x: Array, y: Array) -> Array:
        z = self.backend.divide(x, y) if self.of_arrays(x, y) else x / y
        self.save(y=y, output=z)
        return z

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_y = self.needs_input_grad
        gx = g / conj(self.saved.y)
        return gx if need_x else None, -gx * conj(self.saved.output) if need_y else None


class Pow(Binary):
    """z = xʸ;   dx = g·y·xʸ⁻¹,  dy = g·z·ln x  (0 where y = 0, and where x = 0 ≤ y)."""

    def forward(self, x: Array, y: Array) -> Array:
        if hasattr(y, "dtype") and y.dtype.kind == "i" and (y < 0).any():
            return self.integer_power(x, y)
        z = self.backend.power(x, y)
        if (x if hasattr(x, "dtype") else y).dtype.kind == "b":
            z = self.power_of_booleans(x, y, z)
        if self.recording:
            self.save(x=x, y=y, output=None if self.edges[1] is None else z)
        return z

    def power_of_booleans(self, x: Array, y: Array, z: Array) -> Array:
        """Booleans to the power of True or False are booleans; other powers of them are not defined."""
        if isinstance(y, bool):
            return z.astype(bool)
        if z.dtype.char == "b":
            raise DtypeError("pow: bool to the power of bool is not defined; convert them with .int()")
        return z

    def integer_power(self, x: Array, y: Array) -> Array:
        """Integers to negative powers: rounded towards zero, so only powers of ±1 are left."""
        b = self.backend
        of_one = b.where(b.abs(x) == 1, b.power(x, y & 1), 0)
        return b.where(y < 0, of_one, b.power(x, b.maximum(y, 0)))

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_y = self.needs_input_grad
        x, y = self.saved.x, self.saved.y
        gx = gy = None
        if need_x and isinstance(y, (int, float, complex)):
            gx = g * conj(y * x ** (y - 1)) if y != 0 else g * 0
        elif need_x:
            base = array_of(x)
            flat = (array_of(y) == 0) & (
                (base == 0) | (base != base)
            )  # elsewhere y·xʸ⁻¹ says it, also to d²z/dxdy
            gx = where(flat, 0.0, g * conj(y * x ** where(flat, 1.0, y - 1)))
        if need_y:
            base, exponent = self.backend.asarray(array_of(x)), array_of(y)
            flat = self.backend.logical_and(base == 0, exponent.real >= 0)
            if isinstance(x, (int, float, complex)):
                x = self.backend.asarray(x, exponent.dtype)
            gy = where(flat, 0.0, g * conj(self.saved.output * log(where(flat, 1.0, x))))
        return gx, gy

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None]:
        x, y = self.saved.x, self.saved.y
        if y.__class__ in (int, float) and y != 0 and g.dtype.kind != "c":
            b = self.backend
            return b.multiply(g, b.multiply(x if y == 2 else b.power(x, y - 1), y)), None
        return self.backward(g)


class FloorDiv(Binary):
    """z = ⌊x/y⌋; its derivative is zero almost everywhere."""

    def forward(self, x: Array, y: Array) -> Array:
        check_divisor("floor_divide", x, y)
        return self.backend.floor_divide(x, y)

    def backward(self, g: Array) -> tuple[Array, Array]:
        return g * 0, g * 0


class Remainder(Binary):
    """z = x − ⌊x/y⌋·y, with the sign of y;   dx = g,  dy = −g·⌊x/y⌋."""

    def forward(self, x: Array, y: Array) -> Array:
        check_divisor("remainder", x, y)
        self.save(x=x, y=y)
        return self.backend.remainder(x, y)

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        if not self.needs_input_grad[1]:
            return g, None
        return g, -g * floor_divide(self.saved.x, self.saved.y)


class Fmod(Binary):
    """z = x − trunc(x/y)·y, with the sign of x;   dx = g,  dy = −g·trunc(x/y)."""

    def forward(self, x: Array, y: Array) -> Array:
        check_divisor("fmod", x, y)
        self.save(x=x, y=y)
        return self.backend.fmod(x, y)

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        if not self.needs_input_grad[1]:
            return g, None
        return g, -g * trunc(self.saved.x / self.saved.y)


class Atan2(Binary):
    """z = the angle of the point (x, y), y comes first;   dy = g·x/(x² + y²),  dx = −g·y/(x² + y²), 0 at 0."""

    float_only = True

    def forward(self, y: Array, x: Array) -> Array:
        self.save(y=y, x=x)
        return self.backend.atan2(y, x)

    def backward(self, g: Array) -> tuple[Array, Array]:
        y, x = self.saved.y, self.saved.x
        square = x * x + y * y
        origin = array_of(square) == 0
        scaled = where(origin, 0.0, g / where(origin, 1.0, square))
        return scaled * x, -scaled * y


def check_divisor(name: str, x: Any, y: Any) -> None:
    """Refuses complex numbers and booleans, and integer division by zero; floats give infinities."""
    kind = (x if hasattr(x, "dtype") else y).dtype.kind
    if kind == "b" and int in (x.__class__, y.__class__):
        kind = "i"  # booleans and a number give int64
    if kind in "bc":
        what = "booleans" if kind == "b" else "complex numbers"
        raise DtypeError(f"{name}: not defined for {what}; convert them first")
    if kind in "iu" and not ((not looks_at(y) or y.all()) if hasattr(y, "dtype") else y):
        raise ArgumentError(f"{name}: integer division by zero; convert to a floating-point dtype first")


def refuse_bool(op_name: str) -> None:
    """Raises the error for a subtraction with booleans."""
    raise DtypeError(f"{op_name}: a difference with booleans is not defined; use x ^ y, or ~x for 1 − x")


@with_out
def add(input: Any, other: Any, *, alpha: Any = 1) -> Variable:
    """`input + alpha · other`, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.add(minitorch.tensor([1.0, 2.0]), 10, alpha=2)
    tensor([21., 22.])
    """
    return Add.apply(input, other if alpha == 1 else scaled("add", input, other, alpha))


@with_out
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Variable:
    """`input − alpha · other`, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.sub(minitorch.tensor([1.0, 2.0]), 1)
    tensor([0., 1.])
    """
    if is_bool(input) or is_bool(other):
        refuse_bool("sub")
    return Sub.apply(input, other if alpha == 1 else scaled("sub", input, other, alpha))


def scaled(op_name: str, x: Any, y: Any, alpha: Any, called: str = "alpha") -> Any:
    """`alpha · y`, which integers must not turn into fractions."""
    if dtypes.result_type(x, y).category < dtypes.of(alpha).category:
        kind = dtypes.result_type(x, y)
        raise DtypeError(f"{op_name}: {called}={alpha} does not suit tensors of {kind}; convert them first")
    return mul(y, alpha)


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Variable:
    """`other − alpha · input`.

    Args:
        input: what is subtracted.
        other: what it is subtracted from.
        alpha: a factor of `input`.

    >>> import minitorch
    >>> minitorch.rsub(minitorch.tensor([1.0, 2.0]), 10, alpha=2)
    tensor([8., 6.])
    """
    refuse_numbers("rsub", input=input)
    if is_bool(input) or is_bool(other):
        refuse_bool("rsub")
    return Sub.apply(other, input if alpha == 1 else scaled("rsub", other, input, alpha))


@with_out
def mul(input: Any, other: Any) -> Any:
    """`input · other`, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.mul(minitorch.tensor([1.0, 2.0]), minitorch.tensor([3.0, 4.0]))
    tensor([3., 8.])
    """
    if not isinstance(input, Value) and isinstance(input, NUMBER) and isinstance(other, NUMBER):
        return input * other
    return Mul.apply(input, other)


@with_out
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Variable:
    """`input / other`, elementwise, broadcast; integers give the default floating-point dtype.

    Args:
        input: the dividend.
        other: the divisor.
        rounding_mode: None, `"trunc"` (towards zero) or `"floor"` (down).

    >>> import minitorch
    >>> minitorch.div(minitorch.tensor([5, -5]), 2, rounding_mode="trunc")
    tensor([ 2, -2])
    """
    if rounding_mode is None:
        return Div.apply(input, other)
    if rounding_mode == "floor":
        return FloorDiv.apply(input, other)
    if rounding_mode == "trunc":
        kind = dtypes.result_type(input, other)
        if kind.is_floating_point:
            return trunc(Div.apply(input, other))
        remainder_ = Fmod.apply(input, other)
        return FloorDiv.apply(Sub.apply(input, remainder_), other)
    raise ArgumentError(f"div: rounding_mode must be None, 'trunc' or 'floor', got {rounding_mode!r}")


def rdiv(input: Any, other: Any) -> Variable:
    """`other / input`.

    >>> import minitorch
    >>> 1 / minitorch.tensor([2.0, 4.0])  # calls rdiv
    tensor([0.5000, 0.2500])
    """
    return Div.apply(other, input)


@with_out
def floor_divide(input: Any, other: Any) -> Variable:
    """`⌊input / other⌋`, elementwise.

    Raises:
        ArgumentError: for integers divided by zero; floats give infinities.

    >>> import minitorch
    >>> minitorch.floor_divide(minitorch.tensor([7, -7]), 2)
    tensor([ 3, -4])
    """
    return FloorDiv.apply(input, other)


def rfloor_divide(input: Any, other: Any) -> Variable:
    """`⌊other / input⌋`, elementwise.

    >>> import minitorch
    >>> 7 // minitorch.tensor([2, -2])  # calls rfloor_divide
    tensor([ 3, -4])
    """
    return FloorDiv.apply(other, input)


@with_out
def remainder(input: Any, other: Any) -> Variable:
    """The remainder of division, with the sign of the divisor, as Python's `%`.

    >>> import minitorch
    >>> minitorch.remainder(minitorch.tensor([-3.0, 3.0]), 2)
    tensor([1., 1.])
    """
    return Remainder.apply(input, other)


def rremainder(input: Any, other: Any) -> Variable:
    """`other % input`.

    >>> import minitorch
    >>> 7 % minitorch.tensor([4, -4])  # calls rremainder: the sign is that of the divisor
    tensor([ 3, -1])
    """
    return Remainder.apply(other, input)


@with_out
def fmod(input: Any, other: Any) -> Variable:
    """The remainder of division, with the sign of the dividend, as C's `fmod`.

    >>> import minitorch
    >>> minitorch.fmod(minitorch.tensor([5, -5]), 3)
    tensor([ 2, -2])
    >>> minitorch.remainder(minitorch.tensor([5, -5]), 3)  # has the sign of the divisor
    tensor([2, 1])
    """
    refuse_numbers("fmod", input=input)
    return Fmod.apply(input, other)


@with_out
def pow(input: Any, exponent: Any) -> Variable:
    """`input` to the power of `exponent`, elementwise, broadcast.

    >>> import minitorch
    >>> minitorch.pow(minitorch.tensor([1.0, 2.0, 3.0]), 2)
    tensor([1., 4., 9.])
    """
    negative = isinstance(exponent, int) and exponent < 0
    if negative and not (dtypes.of(input).is_floating_point or dtypes.of(input).is_complex):
        raise ArgumentError(
            f"pow: integers to the negative power {exponent} are not integers; use x.float() first"
        )
    if type(exponent) is int and dtypes.of(input).category == dtypes.INTEGER:
        check_number("pow", exponent, dtypes.of(input))
    return Pow.apply(input, exponent)


def rpow(input: Any, other: Any) -> Variable:
    """`other` to the power of `input`.

    >>> import minitorch
    >>> 2 ** minitorch.tensor([1.0, 3.0])  # calls rpow
    tensor([2., 8.])
    """
    return Pow.apply(other, input)


@with_out
def atan2(input: Any, other: Any) -> Variable:
    """The angle, in radians between −π and π, of the point with ordinate `input` and abscissa `other`.

    Shape: both broadcast to one shape.

    >>> import minitorch
    >>> y, x = minitorch.tensor([1.0, 1.0]), minitorch.tensor([1.0, -1.0])
    >>> minitorch.atan2(y, x)  # π/4 and 3π/4; y/x alone would not tell these quadrants apart
    tensor([0.7854, 2.3562])
    """
    refuse_numbers("atan2", input=input, other=other)
    return Atan2.apply(input, other)
