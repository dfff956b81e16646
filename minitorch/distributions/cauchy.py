"""The Cauchy distribution."""

from __future__ import annotations

from math import inf, nan, pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Cauchy(Distribution):
    """p(x) = 1 / (π·scale·(1 + ((x − loc)/scale)²)), whose tails are so heavy that there is no mean.

    Args:
        loc: the median.
        scale: how wide it is.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Cauchy
    >>> d = Cauchy(0.0, 1.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(1.0)), d.entropy()
    (tensor(-1.8379), tensor(0.7500), tensor(2.5310))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """There is none: NaN."""
        return self.loc.new_full(self._extended_shape(), nan)

    @property
    def mode(self) -> Variable:
        """The median."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """Infinite."""
        return self.loc.new_full(self._extended_shape(), inf)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Loc + scale·tan(π·(u − ½))."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        return -(pi * self.scale).log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value: Variable) -> Variable:
        """½ + atan((x − loc)/scale)/π."""
        if self._validate_args:
            self._validate_sample(value)
        return ((value - self.loc) / self.scale).atan() / pi + 0.5

    def icdf(self, value: Variable) -> Variable:
        """Loc + scale·tan(π·(p − ½))."""
        return (pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Variable:
        """log(4π·scale)."""
        return (4 * pi * self.scale).log()
