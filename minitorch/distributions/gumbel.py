"""The Gumbel distribution."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.sampling import rand

EULER = 0.57721566490153286

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Gumbel(Distribution):
    """p(x) = exp(−z − exp(−z))/scale with z = (x − loc)/scale: what the largest of many draws tends to.

    Args:
        loc: the mode.
        scale: how wide it is.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Gumbel
    >>> d = Gumbel(0.0, 2.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(0.0)), d.mean
    (tensor(-1.7997), tensor(0.3679), tensor(1.1544))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """Loc + scale·γ."""
        return self.loc + self.scale * EULER

    @property
    def mode(self) -> Variable:
        """Loc."""
        return self.loc

    @property
    def stddev(self) -> Variable:
        """Scale·π/√6."""
        return pi / 6**0.5 * self.scale

    @property
    def variance(self) -> Variable:
        """Scale²·π²/6."""
        return self.stddev**2

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Loc − scale·log(−log u)."""
        u = rand(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        limits = finfo(u.dtype)
        return self.icdf(u.clamp(min=limits.tiny, max=1 - limits.eps))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        return -z - (-z).exp() - self.scale.log()

    def cdf(self, value: Variable) -> Variable:
        """exp(−exp(−z))."""
        if self._validate_args:
            self._validate_sample(value)
        return (-(-(value - self.loc) / self.scale).exp()).exp()

    def icdf(self, value: Variable) -> Variable:
        """Loc − scale·log(−log p)."""
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self) -> Variable:
        """log scale + 1 + γ."""
        return self.scale.log() + (1 + EULER)
