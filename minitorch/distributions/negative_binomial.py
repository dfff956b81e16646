"""The negative binomial distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits
from minitorch.errors import ArgumentError
from minitorch.modes import no_grad
from minitorch.ops.activation import softplus
from minitorch.ops.gamma_draws import standard_gamma
from minitorch.sampling import poisson
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class NegativeBinomial(Distribution):
    """The number of successes before `total_count` failures.

    Args:
        total_count: the number of failures, any number ≥ 0.
        probs: the probability of success, less than 1.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import NegativeBinomial
    >>> d = NegativeBinomial(3.0, 0.5)
    >>> d.log_prob(minitorch.tensor(2.0)), d.mean
    (tensor(-1.6740), tensor(3.))
    """

    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("NegativeBinomial: give either probs or logits")
        if probs is not None:
            self.total_count, self.probs = broadcast_all(total_count, probs)
        else:
            self.total_count, self.logits = broadcast_all(total_count, logits)
        self.total_count = self.total_count.to((self.logits if probs is None else self.probs).dtype)
        super().__init__(self.total_count.shape, validate_args=validate_args)

    @lazy_property
    def logits(self) -> Variable:
        """log p/(1 − p)."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Variable:
        """σ(logits)."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self.probs.shape

    @property
    def mean(self) -> Variable:
        """n·p/(1 − p)."""
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Variable:
        """⌊(n − 1)·p/(1 − p)⌋, at least 0."""
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Variable:
        """n·p/(1 − p)²."""
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Poisson numbers, whose rates are gamma numbers."""
        with no_grad():
            shape = self._extended_shape(sample_shape)
            rate = standard_gamma(self.total_count.expand(shape)) * self.logits.exp()
            return poisson(rate)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        weight = -n * softplus(self.logits) - value * softplus(-self.logits)
        norm = lgamma(1 + value) + lgamma(n) - lgamma(n + value)
        return weight - ops.where(n + value == 0, 0.0, norm)
