"""The binomial distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import enumerated
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits
from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.ops.activation import softplus
from minitorch.ranges import arange
from minitorch.sampling import binomial
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Binomial(Distribution):
    """The number of successes among `total_count` trials: (n over k)·p^k·(1 − p)^(n − k).

    Args:
        total_count: n.
        probs: p.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Binomial
    >>> d = Binomial(4, 0.5)
    >>> d.log_prob(minitorch.tensor(2.0)), d.mean, d.variance
    (tensor(-0.9808), tensor(2.), tensor(1.))
    """

    has_enumerate_support = True
    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("Binomial: give either probs or logits")
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

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0, …, n."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self.probs.shape

    @property
    def mean(self) -> Variable:
        """n·p."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Variable:
        """⌊(n + 1)·p⌋, at most n."""
        return ops.minimum(((self.total_count + 1) * self.probs).floor(), self.total_count)

    @property
    def variance(self) -> Variable:
        """n·p·(1 − p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Counts."""
        shape = self._extended_shape(sample_shape)
        return binomial(self.total_count.expand(shape), self.probs.detach().expand(shape))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        ways = lgamma(n + 1) - lgamma(value + 1) - lgamma(n - value + 1)
        return ways + value * self.logits - n * softplus(self.logits)

    def _only_count(self, what: str) -> int:
        count = int(self.total_count.max())
        if not (self.total_count == count).all():
            raise NotSupportedError(f"Binomial.{what}: total_count must be the same for the whole batch")
        return count

    def entropy(self) -> Variable:
        """The sum over all counts."""
        self._only_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Variable:
        """0, …, n."""
        count = self._only_count("enumerate_support")
        values = arange(1 + count, dtype=self.total_count.dtype)
        return enumerated(values, self._batch_shape, expand)
