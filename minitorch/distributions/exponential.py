"""The exponential distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Exponential(Distribution):
    """p(x) = rate·exp(−rate·x), for x ≥ 0.

    Args:
        rate: one over the mean.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Exponential
    >>> d = Exponential(0.5)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(1.0)), d.entropy()
    (tensor(-1.1931), tensor(0.3935), tensor(1.6931))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"rate": constraints.positive}
    support = constraints.nonnegative

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """1/rate."""
        return 1 / self.rate

    @property
    def mode(self) -> Variable:
        """0."""
        return self.rate.new_zeros(self.rate.shape)

    @property
    def stddev(self) -> Variable:
        """1/rate."""
        return 1 / self.rate

    @property
    def variance(self) -> Variable:
        """1/rate²."""
        return 1 / self.rate**2

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """−log(1 − u)/rate."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.rate.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value: Variable) -> Variable:
        """1 − exp(−rate·x)."""
        if self._validate_args:
            self._validate_sample(value)
        return -(-self.rate * value).expm1()

    def icdf(self, value: Variable) -> Variable:
        """−log(1 − p)/rate."""
        return -(-value).log1p() / self.rate

    def entropy(self) -> Variable:
        """1 − log rate."""
        return 1 - self.rate.log()
