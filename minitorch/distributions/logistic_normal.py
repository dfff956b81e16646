"""The logistic-normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from minitorch.distributions import constraints
from minitorch.distributions.normal import Normal
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import StickBreakingTransform

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LogisticNormal(TransformedDistribution):
    """Probabilities: normal numbers after `StickBreakingTransform`.

    Args:
        loc: the means of n normal numbers.
        scale: their standard deviations.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import LogisticNormal
    >>> LogisticNormal(minitorch.zeros(3), minitorch.ones(3)).sample().sum().round(decimals=4)
    tensor(1.)
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex
    has_rsample = True
    base_dist: Any

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand((1,))
        super().__init__(base, StickBreakingTransform(), validate_args)

    def _normal(self) -> Normal:
        return cast("Normal", getattr(self.base_dist, "base_dist", self.base_dist))

    @property
    def loc(self) -> Variable:
        """The means of the normal numbers."""
        return self._normal().loc

    @property
    def scale(self) -> Variable:
        """The standard deviations of the normal numbers."""
        return self._normal().scale
