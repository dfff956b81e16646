"""The geometric distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import binary_cross_entropy
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError
from minitorch.modes import no_grad
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Geometric(Distribution):
    """The number of failures before the first success: p·(1 − p)^k.

    Args:
        probs: p, the probability of success.
        logits: log p/(1 − p), in its place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Geometric
    >>> d = Geometric(0.25)
    >>> d.log_prob(minitorch.tensor(2.0)), d.mean
    (tensor(-1.9617), tensor(3.))
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("Geometric: give either probs or logits")
        if probs is not None:
            (self.probs,) = broadcast_all(probs)
        else:
            (self.logits,) = broadcast_all(logits)
        super().__init__((self.logits if probs is None else self.probs).shape, validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ArgumentError(f"Geometric: probs must be greater than 0, got {probs}")

    @lazy_property
    def logits(self) -> Variable:
        """log p/(1 − p)."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Variable:
        """σ(logits)."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def mean(self) -> Variable:
        """1/p − 1."""
        return 1 / self.probs - 1

    @property
    def mode(self) -> Variable:
        """0."""
        return self.probs.new_zeros(self.probs.shape)

    @property
    def variance(self) -> Variable:
        """(1/p − 1)/p."""
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """⌊log u/log(1 − p)⌋."""
        with no_grad():
            u = rand(self._extended_shape(sample_shape), dtype=self.probs.dtype)
            return (u.clamp(min=finfo(u.dtype).tiny).log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        certain = (probs == 1) & (value == 0)
        return value * (-ops.where(certain, 0.0, probs)).log1p() + self.probs.log()

    def entropy(self) -> Variable:
        """−log p − (1 − p)/p·log(1 − p)."""
        return binary_cross_entropy(self.logits, self.probs) / self.probs
