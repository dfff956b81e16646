"""The Poisson distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import poisson
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Poisson(Distribution):
    """The number of rare events: rate^k·exp(−rate)/k!.

    Args:
        rate: the mean.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Poisson
    >>> Poisson(4.0).log_prob(minitorch.tensor(2.0))
    tensor(-1.9206)
    """

    arg_constraints: ClassVar[Any] = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """The rate."""
        return self.rate

    @property
    def mode(self) -> Variable:
        """⌊rate⌋."""
        return self.rate.floor()

    @property
    def variance(self) -> Variable:
        """The rate."""
        return self.rate

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Counts."""
        return poisson(self.rate.detach().expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        return ops.xlogy(value, self.rate) - self.rate - lgamma(value + 1)
