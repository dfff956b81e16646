"""The inverse gamma distribution."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import PowerTransform
from minitorch.special.gamma import digamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class InverseGamma(TransformedDistribution):
    """1/x, for x of a gamma distribution.

    Args:
        concentration: the shape.
        rate: the unit of 1/x.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import InverseGamma
    >>> d = InverseGamma(3.0, 2.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.mean
    (tensor(-0.6137), tensor(1.))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    base_dist: Gamma

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-1.0), validate_args=validate_args)

    @property
    def concentration(self) -> Variable:
        """The shape."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Variable:
        """The unit of 1/x."""
        return self.base_dist.rate

    @property
    def mean(self) -> Variable:
        """Rate/(c − 1), infinite for c ≤ 1."""
        c = self.concentration
        return ops.where(c > 1, self.rate / (c - 1), inf)

    @property
    def mode(self) -> Variable:
        """Rate/(c + 1)."""
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Variable:
        """Rate²/((c − 1)²·(c − 2)), infinite for c ≤ 2."""
        c = self.concentration
        return ops.where(c > 2, self.rate**2 / ((c - 1) ** 2 * (c - 2)), inf)

    def entropy(self) -> Variable:
        """c + log rate + log Γ(c) − (1 + c)·ψ(c)."""
        c = self.concentration
        return c + self.rate.log() + lgamma(c) - (1 + c) * digamma(c)
