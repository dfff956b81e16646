"""A continuous relaxation of the Bernoulli distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import SigmoidTransform
from minitorch.distributions.utils import (
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
)
from minitorch.errors import ArgumentError
from minitorch.ops.activation import softplus
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LogitRelaxedBernoulli(Distribution):
    """The logit of a relaxed Bernoulli number: (logits + log u − log(1 − u))/temperature.

    Args:
        temperature: the lower, the closer to 0 and 1.
        probs: p.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    Source: C. Maddison, A. Mnih, Y. W. Teh, The Concrete Distribution, 2017.

    >>> import minitorch
    >>> from minitorch.distributions.relaxed_bernoulli import LogitRelaxedBernoulli
    >>> d = LogitRelaxedBernoulli(minitorch.tensor(0.5), probs=minitorch.tensor(0.5))
    >>> d.log_prob(minitorch.tensor(0.0))
    tensor(-2.0794)
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        if (probs is None) == (logits is None):
            raise ArgumentError("LogitRelaxedBernoulli: give either probs or logits")
        if probs is not None:
            (self.probs,) = broadcast_all(probs)
        else:
            (self.logits,) = broadcast_all(logits)
        super().__init__((self.logits if probs is None else self.probs).shape, validate_args=validate_args)

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

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Logits, differentiable in the parameters."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(rand(shape, dtype=probs.dtype))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        away = logits - value * self.temperature
        return ops.log(as_tensor(self.temperature, away)) + away - 2 * softplus(away)


class RelaxedBernoulli(TransformedDistribution):
    """Numbers between 0 and 1 that tend to Bernoulli's as the temperature falls; draws have gradients.

    Args:
        temperature: the lower, the closer to 0 and 1.
        probs: p.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    Source: C. Maddison, A. Mnih, Y. W. Teh, The Concrete Distribution, 2017.

    >>> import minitorch
    >>> from minitorch.distributions import RelaxedBernoulli
    >>> d = RelaxedBernoulli(minitorch.tensor(0.5), probs=minitorch.tensor(0.5))
    >>> d.log_prob(minitorch.tensor(0.5))
    tensor(-0.6931)
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    base_dist: LogitRelaxedBernoulli

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def probs(self) -> Variable:
        """p."""
        return self.base_dist.probs

    @property
    def logits(self) -> Variable:
        """log p/(1 − p)."""
        return self.base_dist.logits


def as_tensor(x: Any, like: Variable) -> Variable:
    """A number as a tensor of the same dtype; a tensor as it is."""
    return like.new_full((), x) if isinstance(x, (int, float)) else x
