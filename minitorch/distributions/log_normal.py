"""The log-normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.normal import Normal
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import ExpTransform

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LogNormal(TransformedDistribution):
    """exp(x), for x normal.

    Args:
        loc: the mean of x.
        scale: the standard deviation of x.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import LogNormal
    >>> d = LogNormal(0.0, 1.0)
    >>> d.log_prob(minitorch.tensor(2.0)), d.mean
    (tensor(-1.8523), tensor(1.6487))
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True
    base_dist: Normal

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(loc, scale, validate_args), ExpTransform(), validate_args)

    @property
    def loc(self) -> Variable:
        """The mean of the logarithm."""
        return self.base_dist.loc

    @property
    def scale(self) -> Variable:
        """The standard deviation of the logarithm."""
        return self.base_dist.scale

    @property
    def mean(self) -> Variable:
        """exp(loc + scale²/2)."""
        return (self.loc + self.scale**2 / 2).exp()

    @property
    def mode(self) -> Variable:
        """exp(loc − scale²)."""
        return (self.loc - self.scale**2).exp()

    @property
    def variance(self) -> Variable:
        """(exp(scale²) − 1)·exp(2·loc + scale²)."""
        square = self.scale**2
        return square.expm1() * (2 * self.loc + square).exp()

    def entropy(self) -> Variable:
        """That of x, plus loc."""
        return self.base_dist.entropy() + self.loc
