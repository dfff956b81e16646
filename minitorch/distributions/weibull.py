"""The Weibull distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.gumbel import EULER
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.sampling import rand
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Weibull(Distribution):
    """p(x) = k/scale · (x/scale)^(k − 1) · exp(−(x/scale)^k) with k = concentration, for x > 0.

    Args:
        scale: the unit of x.
        concentration: 1 for the exponential distribution, larger for fewer small values.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Weibull
    >>> d = Weibull(2.0, 2.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(1.0)), d.mean
    (tensor(-0.9431), tensor(0.2212), tensor(1.7725))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """Scale·Γ(1 + 1/k)."""
        return self.scale * lgamma(1 + 1 / self.concentration).exp()

    @property
    def mode(self) -> Variable:
        """Scale·((k − 1)/k)^(1/k)."""
        return self.scale * ((self.concentration - 1) / self.concentration) ** (1 / self.concentration)

    @property
    def variance(self) -> Variable:
        """Scale²·(Γ(1 + 2/k) − Γ(1 + 1/k)²)."""
        first = lgamma(1 + 1 / self.concentration)
        return self.scale**2 * (lgamma(1 + 2 / self.concentration).exp() - (2 * first).exp())

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Scale·(−log(1 − u))^(1/k)."""
        u = rand(self._extended_shape(sample_shape), dtype=self.scale.dtype)
        return self.icdf(u.clamp(min=finfo(u.dtype).tiny))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        k, z = self.concentration, value / self.scale
        return (k / self.scale).log() + (k - 1) * z.log() - z**k

    def cdf(self, value: Variable) -> Variable:
        """1 − exp(−(x/scale)^k)."""
        if self._validate_args:
            self._validate_sample(value)
        return -(-((value / self.scale) ** self.concentration)).expm1()

    def icdf(self, value: Variable) -> Variable:
        """Scale·(−log(1 − p))^(1/k)."""
        return self.scale * (-(-value).log1p()) ** (1 / self.concentration)

    def entropy(self) -> Variable:
        """γ·(1 − 1/k) + log(scale/k) + 1."""
        k = self.concentration
        return EULER * (1 - 1 / k) + (self.scale / k).log() + 1
