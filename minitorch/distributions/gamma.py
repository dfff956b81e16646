"""The gamma distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.ops.gamma_draws import standard_gamma
from minitorch.special.gamma import digamma, igamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Gamma(Distribution):
    """p(x) = rate^c·x^(c − 1)·exp(−rate·x)/Γ(c) with c = concentration, for x > 0.

    Args:
        concentration: the shape.
        rate: one over the unit of x.
        validate_args: check parameters and values.

    Source: for the gradients of draws M. Figurnov, S. Mohamed, A. Mnih, Implicit Reparameterization Gradients,
    2018.

    >>> import minitorch
    >>> from minitorch.distributions import Gamma
    >>> d = Gamma(2.0, 0.5)
    >>> d.log_prob(minitorch.tensor(3.0)), d.mean, d.entropy()
    (tensor(-1.7877), tensor(4.), tensor(2.2704))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """c/rate."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Variable:
        """(c − 1)/rate, 0 for c < 1."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Variable:
        """c/rate²."""
        return self.concentration / self.rate**2

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Gamma numbers with rate 1, divided by rate; differentiable in both parameters."""
        c = self.concentration.expand(self._extended_shape(sample_shape))
        return (standard_gamma(c) / self.rate).clamp(min=finfo(c.dtype).tiny)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        c = self.concentration
        return ops.xlogy(c, self.rate) + ops.xlogy(c - 1, value) - self.rate * value - lgamma(c)

    def cdf(self, value: Variable) -> Variable:
        """P(c, rate·x), the regularised lower incomplete gamma function."""
        if self._validate_args:
            self._validate_sample(value)
        return igamma(self.concentration, self.rate * value)

    def entropy(self) -> Variable:
        """c − log rate + log Γ(c) + (1 − c)·ψ(c)."""
        c = self.concentration
        return c - self.rate.log() + lgamma(c) + (1 - c) * digamma(c)
