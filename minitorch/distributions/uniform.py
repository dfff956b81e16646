"""The uniform distribution."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.errors import ArgumentError
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Uniform(Distribution):
    """p(x) = 1/(high − low), for low ≤ x < high.

    Args:
        low: the lower bound.
        high: the upper bound.
        validate_args: check parameters and values.

    Raises:
        ArgumentError: unless low < high.

    >>> import minitorch
    >>> from minitorch.distributions import Uniform
    >>> d = Uniform(1.0, 3.0)
    >>> d.log_prob(minitorch.tensor(2.0)), d.cdf(minitorch.tensor(2.5)), d.mean
    (tensor(-0.6931), tensor(0.7500), tensor(2.))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "low": constraints.dependent(is_discrete=False, event_dim=0),
        "high": constraints.dependent(is_discrete=False, event_dim=0),
    }

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)
        if self._validate_args and not (self.low < self.high).all():
            raise ArgumentError(f"Uniform: low must be less than high, got {low} and {high}")

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From low to high."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Variable:
        """The middle."""
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Variable:
        """No value is more probable than others: NaN."""
        return nan * self.high

    @property
    def stddev(self) -> Variable:
        """(high − low)/√12."""
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Variable:
        """(high − low)²/12."""
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Low + u·(high − low)."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.low.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density, −∞ outside."""
        if self._validate_args:
            self._validate_sample(value)
        inside = (self.low <= value) & (self.high > value)
        return inside.to(self.low.dtype).log() - (self.high - self.low).log()

    def cdf(self, value: Variable) -> Variable:
        """(x − low)/(high − low), from 0 to 1."""
        if self._validate_args:
            self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Variable) -> Variable:
        """Low + p·(high − low)."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Variable:
        """log(high − low)."""
        return (self.high - self.low).log()
