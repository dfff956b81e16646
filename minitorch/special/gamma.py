"""The gamma function's family: its logarithm, the derivatives of that, and the incomplete gamma functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError
from minitorch.ops.binary import refuse_integers
from minitorch.ops.common import Binary, array_of, check_real, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import Smooth, exp, log

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Lgamma(Smooth):
    """y = ln |Γ(x)|;   dx = g·ψ(x)."""

    def forward(self, x: Array) -> Array:
        check_real("lgamma", x)
        self.save(x=x)
        return self.backend.lgamma(x)

    def backward(self, g: Array) -> Array:
        return g * Digamma.apply(self.saved.x)


class Digamma(Smooth):
    """y = ψ(x) = d/dx ln Γ(x);   dx = g·ψ′(x)."""

    def forward(self, x: Array) -> Array:
        check_real("digamma", x)
        self.save(x=x)
        return self.backend.digamma(x)

    def backward(self, g: Array) -> Array:
        return g * Zeta.apply(2.0, self.saved.x)


class Zeta(Binary):
    """z = Σ 1/(k + q)ˢ over k ≥ 0;   dq = −g·s·ζ(s + 1, q).  The derivative to s is not known here."""

    float_only = True

    def forward(self, s: Array, q: Array) -> Array:
        self.save(s=s, q=q)
        return self.backend.zeta(s, q)

    def backward(self, g: Array) -> tuple[None, Array]:
        if self.needs_input_grad[0]:
            raise GradientError("zeta: its derivative with respect to the exponent is not known; detach() it")
        s, q = self.saved.s, self.saved.q
        return None, -g * s * Zeta.apply(s + 1, q)


class Igamma(Binary):
    """P = 1/Γ(a) ∫₀ˣ tᵃ⁻¹·exp(−t) dt, or 1 − P;   dx = ±g·xᵃ⁻¹·exp(−x)/Γ(a).  That to a is not known here."""

    def forward(self, a: Array, x: Array, *, upper: bool) -> Array:
        refuse_integers("igammac" if upper else "igamma", a, x)
        self.upper = upper
        self.save(a=a, x=x)
        return self.backend.igammac(a, x) if upper else self.backend.igamma(a, x)

    def backward(self, g: Array) -> tuple[None, Array]:
        if self.needs_input_grad[0]:
            raise GradientError(
                "igamma: its derivative with respect to input, the order, is not known; detach() it"
            )
        a, x = self.saved.a, self.saved.x
        slope = exp((a - 1) * log(x) - x - Lgamma.apply(a))
        return None, -g * slope if self.upper else g * slope


@with_out
def lgamma(input: Any) -> Variable:
    """ln |Γ(x)|, elementwise; infinite at 0, −1, −2, ….

    >>> import minitorch
    >>> minitorch.lgamma(minitorch.tensor([1.0, 5.0, 0.0]))  # Γ(5) = 24
    tensor([0.0000, 3.1781,    inf])
    """
    return Lgamma.apply(input)


@with_out
def digamma(input: Any) -> Variable:
    """ψ(x), the derivative of ln Γ(x), elementwise.

    >>> import minitorch
    >>> minitorch.digamma(minitorch.tensor([1.0, 0.5]))
    tensor([-0.5772, -1.9635])
    """
    return Digamma.apply(input)


@with_out
def polygamma(n: int, input: Any) -> Variable:
    """The `n`-th derivative of ψ(x), elementwise.

        ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹·n!·ζ(n + 1, x)   for n ≥ 1

    Raises:
        ArgumentError: for negative n.

    >>> import minitorch
    >>> minitorch.polygamma(1, minitorch.tensor([1.0]))  # π²/6
    tensor([1.6449])
    """
    if not isinstance(n, int):
        raise ArgumentTypeError(
            f"polygamma: n must be an int, got {type(n).__name__}; the tensor comes second"
        )
    if n < 0:
        raise ArgumentError(f"polygamma: n must not be negative, got {n}")
    check_real("polygamma", array_of(input))
    return (
        digamma(input)
        if n == 0
        else Zeta.apply(n + 1.0, input) * ((-1) ** (n + 1) * float(math.factorial(n)))
    )


@with_out
def mvlgamma(input: Any, p: int) -> Variable:
    """ln Γₚ(x), the logarithm of the multivariate gamma function of dimension `p`, elementwise.

        ln Γₚ(x) = p·(p − 1)/4·ln π + Σ ln Γ(x − j/2) over j = 0 … p − 1

    Raises:
        ArgumentError: if p is not positive.

    >>> import minitorch
    >>> minitorch.mvlgamma(minitorch.tensor([2.0]), 2)
    tensor([0.4516])
    """
    if p < 1:
        raise ArgumentError(f"mvlgamma: p must be at least 1, got {p}")
    check_real("mvlgamma", array_of(input))
    total: Any = p * (p - 1) / 4 * math.log(math.pi)
    for j in range(p):
        total = Lgamma.apply(input - j / 2) + total
    return total


@with_out
def igamma(input: Any, other: Any) -> Variable:
    """P(a, x), the regularized lower incomplete gamma function, with a = `input` and x = `other`.

        P(a, x) = 1/Γ(a) ∫₀ˣ tᵃ⁻¹·exp(−t) dt

    >>> import minitorch
    >>> minitorch.special.gammainc(minitorch.tensor([1.0]), minitorch.tensor([2.0]))  # 1 − exp(−2)
    tensor([0.8647])
    """
    refuse_numbers("igamma", input=input, other=other)
    return Igamma.apply(input, other, upper=False)


@with_out
def igammac(input: Any, other: Any) -> Variable:
    """Q(a, x) = 1 − P(a, x), the regularized upper incomplete gamma function, with a = `input` and x = `other`.

    >>> import minitorch
    >>> minitorch.special.gammaincc(minitorch.tensor([1.0]), minitorch.tensor([2.0]))  # exp(−2)
    tensor([0.1353])
    """
    refuse_numbers("igammac", input=input, other=other)
    return Igamma.apply(input, other, upper=True)


@with_out
def zeta(input: Any, other: Any) -> Variable:
    """Hurwitz's ζ(s, q) with s = `input` > 1 and q = `other`, elementwise, broadcast.

        ζ(s, q) = Σ 1/(k + q)ˢ over k = 0, 1, 2, …

    >>> import minitorch
    >>> minitorch.special.zeta(minitorch.tensor([2.0]), 1)  # π²/6
    tensor([1.6449])
    """
    return Zeta.apply(input, other)
