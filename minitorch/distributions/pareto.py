"""The Pareto distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Pareto(Distribution):
    """p(x) = alpha·scale^alpha / x^(alpha + 1), for x ≥ scale.

    Args:
        scale: the least value.
        alpha: how fast the tail falls.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Pareto
    >>> d = Pareto(1.0, 3.0)
    >>> d.log_prob(minitorch.tensor(2.0)), d.cdf(minitorch.tensor(2.0)), d.mean
    (tensor(-1.6740), tensor(0.8750), tensor(1.5000))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"alpha": constraints.positive, "scale": constraints.positive}

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From scale on."""
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Variable:
        """Alpha·scale/(alpha − 1), infinite for alpha ≤ 1."""
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Variable:
        """Scale."""
        return self.scale

    @property
    def variance(self) -> Variable:
        """Scale²·alpha/((alpha − 1)²·(alpha − 2)), infinite for alpha ≤ 2."""
        a = self.alpha.clamp(min=2)
        return self.scale**2 * a / ((a - 1) ** 2 * (a - 2))

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Scale·(1 − u)^(−1/alpha)."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.scale.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        return self.alpha.log() + self.alpha * self.scale.log() - (self.alpha + 1) * value.log()

    def cdf(self, value: Variable) -> Variable:
        """1 − (scale/x)^alpha."""
        if self._validate_args:
            self._validate_sample(value)
        return 1 - (self.scale / value) ** self.alpha

    def icdf(self, value: Variable) -> Variable:
        """Scale·(1 − p)^(−1/alpha)."""
        return self.scale * (-(-value).log1p() / self.alpha).exp()

    def entropy(self) -> Variable:
        """log(scale/alpha) + 1 + 1/alpha."""
        return (self.scale / self.alpha).log() + (1 + 1 / self.alpha)
