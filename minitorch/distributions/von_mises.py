"""The von Mises distribution."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.modes import no_grad
from minitorch.sampling import rand
from minitorch.special.bessel import i0e, i1e

if TYPE_CHECKING:
    from minitorch.variable import Variable


class VonMises(Distribution):
    """p(x) = exp(c·cos(x − loc))/(2π·I₀(c)) with c = concentration: like Normal, for angles.

    Args:
        loc: the direction, in radians.
        concentration: one over the variance, where that is small.
        validate_args: check parameters and values.

    Source: D. Best, N. Fisher, Efficient Simulation of the von Mises Distribution, 1979.

    >>> import minitorch
    >>> from minitorch.distributions import VonMises
    >>> VonMises(0.0, 1.0).log_prob(minitorch.tensor(0.0))
    tensor(-1.0738)
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, (), validate_args)

    @property
    def mean(self) -> Variable:
        """The direction."""
        return self.loc

    @property
    def mode(self) -> Variable:
        """The direction."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """1 − I₁(c)/I₀(c), the variance of angles: from 0 to 1."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        away = (value - self.loc).cos() - 1  # I₀(c) = exp(c)·i0e(c)
        return self.concentration * away - log(2 * pi) - i0e(self.concentration).log()

    @no_grad()
    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Angles from −π to π, drawn from a wrapped Cauchy distribution until all are accepted."""
        shape = self._extended_shape(sample_shape)
        loc, c = self.loc.double().expand(shape), self.concentration.double().expand(shape)
        tau = 1 + (1 + 4 * c**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * c)
        r = ops.where(c < 1e-5, 1 / c + c, (1 + rho**2) / (2 * rho))
        x, done = loc * 0, loc != loc
        while not done.all():
            u1, u2, u3 = (rand(shape, dtype=loc.dtype) for _ in range(3))
            z = (pi * u1).cos()
            f = (1 + r * z) / (r + z)
            far = c * (r - f)
            accepted = (far * (2 - far) - u2 > 0) | ((far / u2).log() + 1 - far >= 0)
            x = ops.where(accepted & ~done, (u3 - 0.5).sign() * f.clamp(min=-1, max=1).acos(), x)
            done = done | accepted
        return ((x + pi + loc) % (2 * pi) - pi).to(self.loc.dtype)
