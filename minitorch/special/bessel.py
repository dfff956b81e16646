"""Bessel functions: ordinary, modified, scaled, spherical; and Airy's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from minitorch.backend import Array
from minitorch.errors import GradientError
from minitorch.ops.common import array_of, check_real
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import Smooth, sgn
from minitorch.ops.trigonometric import sin
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Bessel(Smooth):
    """y = f(x), where `kind` is the backend's name of f;   dx = g·f′(x)."""

    def forward(self, x: Array, *, kind: str) -> Array:
        check_real(kind, x)
        self.kind = kind
        self.save(x=x)
        return getattr(self.backend, kind)(x)

    def backward(self, g: Array) -> Array:
        return g * DERIVATIVES[self.kind](self.saved.x)


def f(kind: str, x: Any) -> Any:
    """A Bessel function by name."""
    return Bessel.apply(x, kind=kind)


def over(y: Any, x: Any) -> Any:
    """y/x for a function that is x/2 near 0."""
    zero = array_of(x) == 0
    return where(zero, 0.5, y / where(zero, 1.0, x))


# Source: DLMF 10.6.3 for J and Y, 10.29.3 for I and K; the product rule for the scaled ones.
DERIVATIVES: dict[str, Callable[[Any], Any]] = {
    "bessel_j0": lambda x: -f("bessel_j1", x),
    "bessel_j1": lambda x: f("bessel_j0", x) - over(f("bessel_j1", x), x),
    "bessel_y0": lambda x: -f("bessel_y1", x),
    "bessel_y1": lambda x: f("bessel_y0", x) - f("bessel_y1", x) / x,
    "i0": lambda x: f("i1", x),
    "i0e": lambda x: f("i1e", x) - sgn(x) * f("i0e", x),
    "i1": lambda x: f("i0", x) - over(f("i1", x), x),
    "i1e": lambda x: f("i0e", x) - sgn(x) * f("i1e", x) - over(f("i1e", x), x),
    "k0": lambda x: -f("k1", x),
    "k0e": lambda x: f("k0e", x) - f("k1e", x),
    "k1": lambda x: -f("k0", x) - f("k1", x) / x,
    "k1e": lambda x: f("k1e", x) - f("k0e", x) - f("k1e", x) / x,
}


class AiryAi(Smooth):
    """y = Ai(x); its derivative is another function, which is not offered."""

    def forward(self, x: Array) -> Array:
        check_real("airy_ai", x)
        return self.backend.airy_ai(x)

    def backward(self, g: Array) -> NoReturn:
        raise GradientError("airy_ai: its derivative is not offered; call it under minitorch.no_grad()")


@with_out
def bessel_j0(input: Any) -> Variable:
    """J₀(x), the Bessel function of the first kind, elementwise.

    >>> import minitorch
    >>> minitorch.special.bessel_j0(minitorch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.7652])
    """
    return Bessel.apply(input, kind="bessel_j0")


@with_out
def bessel_j1(input: Any) -> Variable:
    """J₁(x), the Bessel function of the first kind of order 1, elementwise.

    >>> import minitorch
    >>> minitorch.special.bessel_j1(minitorch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.4401])
    """
    return Bessel.apply(input, kind="bessel_j1")


@with_out
def bessel_y0(input: Any) -> Variable:
    """Y₀(x), the Bessel function of the second kind, elementwise; −∞ at 0, NaN below.

    >>> import minitorch
    >>> minitorch.special.bessel_y0(minitorch.tensor([0.0, 1.0]))
    tensor([  -inf, 0.0883])
    """
    return Bessel.apply(input, kind="bessel_y0")


@with_out
def bessel_y1(input: Any) -> Variable:
    """Y₁(x), the Bessel function of the second kind of order 1, elementwise; −∞ at 0, NaN below.

    >>> import minitorch
    >>> minitorch.special.bessel_y1(minitorch.tensor([1.0]))
    tensor([-0.7812])
    """
    return Bessel.apply(input, kind="bessel_y1")


@with_out
def i0(input: Any) -> Variable:
    """I₀(x), the modified Bessel function of the first kind, elementwise.

    >>> import minitorch
    >>> minitorch.i0(minitorch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])
    """
    return Bessel.apply(input, kind="i0")


@with_out
def i0e(input: Any) -> Variable:
    """exp(−|x|)·I₀(x), which does not overflow, elementwise.

    >>> import minitorch
    >>> minitorch.special.i0e(minitorch.tensor([0.0, 1000.0]))
    tensor([1.0000, 0.0126])
    """
    return Bessel.apply(input, kind="i0e")


@with_out
def i1(input: Any) -> Variable:
    """I₁(x), the modified Bessel function of the first kind of order 1, elementwise.

    >>> import minitorch
    >>> minitorch.special.i1(minitorch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.5652])
    """
    return Bessel.apply(input, kind="i1")


@with_out
def i1e(input: Any) -> Variable:
    """exp(−|x|)·I₁(x), which does not overflow, elementwise.

    >>> import minitorch
    >>> minitorch.special.i1e(minitorch.tensor([0.0, 1000.0]))
    tensor([0.0000, 0.0126])
    """
    return Bessel.apply(input, kind="i1e")


@with_out
def modified_bessel_i0(input: Any) -> Variable:
    """I₀(x), as `i0`.

    >>> import minitorch
    >>> minitorch.special.modified_bessel_i0(minitorch.tensor([1.0]))
    tensor([1.2661])
    """
    return Bessel.apply(input, kind="i0")


@with_out
def modified_bessel_i1(input: Any) -> Variable:
    """I₁(x), as `i1`.

    >>> import minitorch
    >>> minitorch.special.modified_bessel_i1(minitorch.tensor([1.0]))
    tensor([0.5652])
    """
    return Bessel.apply(input, kind="i1")


@with_out
def modified_bessel_k0(input: Any) -> Variable:
    """K₀(x), the modified Bessel function of the second kind, elementwise; infinite at 0, NaN below.

    >>> import minitorch
    >>> minitorch.special.modified_bessel_k0(minitorch.tensor([0.0, 1.0]))
    tensor([   inf, 0.4210])
    """
    return Bessel.apply(input, kind="k0")


@with_out
def modified_bessel_k1(input: Any) -> Variable:
    """K₁(x), the modified Bessel function of the second kind of order 1, elementwise; infinite at 0, NaN below.

    >>> import minitorch
    >>> minitorch.special.modified_bessel_k1(minitorch.tensor([1.0]))
    tensor([0.6019])
    """
    return Bessel.apply(input, kind="k1")


@with_out
def scaled_modified_bessel_k0(x: Any) -> Variable:
    """exp(x)·K₀(x), which does not underflow, elementwise.

    >>> import minitorch
    >>> minitorch.special.scaled_modified_bessel_k0(minitorch.tensor([1000.0]))
    tensor([0.0396])
    """
    return Bessel.apply(x, kind="k0e")


@with_out
def scaled_modified_bessel_k1(x: Any) -> Variable:
    """exp(x)·K₁(x), which does not underflow, elementwise.

    >>> import minitorch
    >>> minitorch.special.scaled_modified_bessel_k1(minitorch.tensor([1000.0]))
    tensor([0.0396])
    """
    return Bessel.apply(x, kind="k1e")


@with_out
def spherical_bessel_j0(x: Any) -> Variable:
    """sin(x)/x, 1 at 0 and 0 at infinity, elementwise.

    >>> import minitorch
    >>> minitorch.special.spherical_bessel_j0(minitorch.tensor([0.0, 1.0, minitorch.inf]))
    tensor([1.0000, 0.8415, 0.0000])
    """
    check_real("spherical_bessel_j0", array_of(x))
    zero, infinite = array_of(x) == 0, abs(array_of(x)) == float("inf")
    safe = where(zero | infinite, 1.0, x)
    return where(infinite, 0.0, where(zero, 1.0, sin(safe) / safe))


@with_out
def airy_ai(x: Any) -> Variable:
    """Ai(x), the solution of y″ = x·y that decays for positive x, elementwise.

    >>> import minitorch
    >>> minitorch.special.airy_ai(minitorch.tensor([0.0, 1.0, -2.0]))
    tensor([0.3550, 0.1353, 0.2274])
    """
    return AiryAi.apply(x)
