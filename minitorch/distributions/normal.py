"""The normal distribution."""

from __future__ import annotations

from math import log, pi, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import randn

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Normal(Distribution):
    """p(x) = exp(−½·((x − loc)/scale)²) / (scale·√(2π)).

    Args:
        loc: the mean.
        scale: the standard deviation.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Normal
    >>> d = Normal(0.0, 2.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(0.0)), d.entropy()
    (tensor(-1.7371), tensor(0.5000), tensor(2.1121))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """The mean."""
        return self.loc

    @property
    def mode(self) -> Variable:
        """The mean."""
        return self.loc

    @property
    def stddev(self) -> Variable:
        """The standard deviation."""
        return self.scale

    @property
    def variance(self) -> Variable:
        """The square of the standard deviation."""
        return self.scale**2

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Loc + scale·ε, with ε of the standard normal distribution."""
        shape = self._extended_shape(sample_shape)
        return self.loc + randn(shape, dtype=self.loc.dtype) * self.scale

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        return -0.5 * z**2 - self.scale.log() - 0.5 * log(2 * pi)

    def cdf(self, value: Variable) -> Variable:
        """½ + ½·erf((x − loc)/(scale·√2))."""
        if self._validate_args:
            self._validate_sample(value)
        return 0.5 * (1 + ((value - self.loc) / (self.scale * sqrt(2))).erf())

    def icdf(self, value: Variable) -> Variable:
        """Loc + scale·√2·erf⁻¹(2p − 1)."""
        return self.loc + self.scale * (2 * value - 1).erfinv() * sqrt(2)

    def entropy(self) -> Variable:
        """½ + ½·log(2π) + log scale."""
        return 0.5 + 0.5 * log(2 * pi) + self.scale.log()
