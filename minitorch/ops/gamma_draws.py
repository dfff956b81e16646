"""Gamma numbers, and their gradients."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Any

from minitorch import random
from minitorch.backend import Array, Backend
from minitorch.dtypes import as_dtype, finfo
from minitorch.errors import DtypeError, NotSupportedError
from minitorch.op import Op

if TYPE_CHECKING:
    from minitorch.variable import Variable


class StandardGamma(Op):
    """y with density y^(α−1)·exp(−y)/Γ(α), as a function of α for the same position in the distribution.

    dα = g · ∂y/∂α, where F(y; α), the probability of less than y, stays as it is: ∂y/∂α = −(∂F/∂α)/(∂F/∂y).

    Source: M. Figurnov, S. Mohamed, A. Mnih, Implicit Reparameterization Gradients, 2018.
    """

    def forward(self, concentration: Array, *, generator: Any) -> Array:
        y = random.draw(
            "gamma",
            concentration,
            dtype=as_dtype(concentration.dtype),
            generator=generator,
            like=concentration,
        )
        y = self.backend.maximum(y, finfo(as_dtype(concentration.dtype)).tiny)
        self.save(concentration=concentration, output=y)
        return y

    def backward(self, g: Any) -> Any:
        return g * StandardGammaGrad.apply(self.saved.concentration, self.saved.output)


class StandardGammaGrad(Op):
    """∂y/∂α for a gamma number y; see `gamma_slope`. It has no derivative here."""

    def forward(self, concentration: Array, y: Array) -> Array:
        return gamma_slope(self.backend, concentration, y)

    def backward(self, g: Any) -> Any:
        raise NotSupportedError("gamma draws have first derivatives only")


def standard_gamma(concentration: Variable, generator: Any = None) -> Variable:
    """Gamma numbers with rate 1, differentiable in the concentration.

    >>> import minitorch
    >>> from minitorch.ops.gamma_draws import standard_gamma
    >>> a = minitorch.full((1000,), 5.0, requires_grad=True)
    >>> y = standard_gamma(a)
    >>> y.sum().backward()  # the mean of y is the concentration
    >>> abs(y.mean().item() - 5) < 0.5, abs(a.grad.mean().item() - 1) < 0.1
    (True, True)
    """
    if not concentration.is_floating_point():
        raise DtypeError(f"standard_gamma: needs a floating-point tensor, got {concentration.dtype}")
    return StandardGamma.apply(concentration, generator=generator)


# Of the double exponential rule: exp(½π·sinh t) over these t.
STEP, FIRST, LAST = 0.06, -60, 31


def gamma_slope(backend: Backend, concentration: Array, y: Array) -> Array:
    """∂y/∂α of a gamma number, exact to about eight digits, as an integral over one side of y.

    From above (α ≤ y) and from below, with no term that changes its sign by more than rounding:

        ∂y/∂α = ∫₀^∞ exp(−s)·(1 + s/y)^(α−1) · (log(y + s) − ψ(α)) ds
        ∂y/∂α = y · ∫₀^∞ exp(y·(1 − exp(−r)) − α·r) · (ψ(α) − log y + r) dr

    Both integrands fall off as exp(−c·s) or exp(−c·s²), whichever is faster, so a double exponential rule on
    that scale serves all of them.

    Source: H. Takahasi, M. Mori, Double Exponential Formulas for Numerical Integration, 1974.
    """
    a, y, kind = backend.astype(concentration, "float64"), backend.astype(y, "float64"), y.dtype
    above = y >= a
    psi, log_y = backend.digamma(a), backend.log(y)
    slope = backend.where(above, 1 - (a - 1) / y, a - y)
    curve = backend.where(above, backend.sqrt(backend.abs(a - 1)) / y, backend.sqrt(y))
    scale = 1 / backend.maximum(backend.abs(slope), backend.maximum(curve, 1e-300))
    total = backend.zeros(a.shape, a.dtype)
    for k in range(FIRST, LAST + 1):
        t = backend.asarray(k * STEP, a.dtype)
        node = backend.exp(pi / 2 * backend.sinh(t))
        weight = STEP * pi / 2 * backend.cosh(t) * node
        s = node * scale
        up = backend.exp((a - 1) * backend.log1p(s / y) - s) * (backend.log(y + s) - psi)
        down = backend.exp(-y * backend.expm1(-s) - a * s) * (psi - log_y + s)
        total = total + weight * backend.where(above, up, down)
    return backend.astype(total * scale * backend.where(above, 1.0, y), kind)
