"""The Cauchy distribution, folded at 0."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.cauchy import Cauchy
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all

if TYPE_CHECKING:
    from minitorch.variable import Variable


class HalfCauchy(Distribution):
    """|x| for x Cauchy with median 0: p(x) = 2·p₀(x) for x ≥ 0.

    Args:
        scale: how wide it is.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import HalfCauchy
    >>> d, x = HalfCauchy(2.0), minitorch.tensor(1.0)
    >>> d.log_prob(x), d.cdf(x)
    (tensor(-1.3679), tensor(0.2952))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"scale": constraints.positive}
    support = constraints.nonnegative

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        (self.scale,) = broadcast_all(scale)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def base_dist(self) -> Cauchy:
        """The distribution before folding."""
        return Cauchy(0.0, self.scale, validate_args=False)

    @property
    def mean(self) -> Variable:
        """The mean."""
        return self.scale.new_full(self._extended_shape(), inf)

    @property
    def mode(self) -> Variable:
        """0."""
        return self.scale.new_zeros(self.scale.shape)

    @property
    def variance(self) -> Variable:
        """The variance."""
        return self.scale.new_full(self._extended_shape(), inf)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Absolute values of draws before folding."""
        return self.base_dist.rsample(sample_shape).abs()

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density, −∞ below 0."""
        if self._validate_args:
            self._validate_sample(value)
        return ops.where(value >= 0, self.base_dist.log_prob(value) + log(2), -inf)

    def cdf(self, value: Variable) -> Variable:
        """2·F₀(x) − 1."""
        if self._validate_args:
            self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Variable) -> Variable:
        """F₀⁻¹((p + 1)/2)."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Variable:
        """That before folding, less log 2."""
        return self.base_dist.entropy() - log(2)
