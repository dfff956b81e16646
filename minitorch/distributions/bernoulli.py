"""The Bernoulli distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits
from minitorch.errors import ArgumentError
from minitorch.ops.loss import binary_cross_entropy_with_logits
from minitorch.ranges import arange
from minitorch.sampling import bernoulli

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Bernoulli(Distribution):
    """1 with probability p, else 0.

    Args:
        probs: p.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Bernoulli
    >>> d = Bernoulli(minitorch.tensor([0.25, 0.5]))
    >>> d.log_prob(minitorch.tensor([1.0, 0.0])), d.entropy()
    (tensor([-1.3863, -0.6931]), tensor([0.5623, 0.6931]))
    """

    has_enumerate_support = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("Bernoulli: give either probs or logits")
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

    @property
    def mean(self) -> Variable:
        """p."""
        return self.probs

    @property
    def mode(self) -> Variable:
        """The more probable one; NaN for p = ½."""
        mode = (self.probs >= 0.5).to(self.probs.dtype)
        return ops.where(self.probs == 0.5, float("nan"), mode)

    @property
    def variance(self) -> Variable:
        """p·(1 − p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Zeros and ones."""
        return bernoulli(self.probs.detach().expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy(logits, value)

    def entropy(self) -> Variable:
        """−p·log p − (1 − p)·log(1 − p)."""
        return binary_cross_entropy(self.logits, self.probs)

    def enumerate_support(self, expand: bool = True) -> Variable:
        """0 and 1."""
        return enumerated(arange(2, dtype=self.probs.dtype), self._batch_shape, expand)


def binary_cross_entropy(logits: Variable, probs: Variable) -> Variable:
    """−p·log σ(logits) − (1 − p)·log σ(−logits)."""
    return binary_cross_entropy_with_logits(logits, probs, reduction="none")


def enumerated(values: Variable, batch_shape: Any, expand: bool) -> Variable:
    """Values along a first dim, before those of the batch."""
    values = values.reshape(-1, *(1,) * len(batch_shape))
    return values.expand(-1, *batch_shape) if expand else values
