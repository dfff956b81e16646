"""The categorical distribution."""

from __future__ import annotations

from math import nan, prod
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import enumerated
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import lazy_property, logits_to_probs, probs_to_logits
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError
from minitorch.ranges import arange
from minitorch.sampling import multinomial

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Categorical(Distribution):
    """One of n classes, 0, …, n − 1.

    Args:
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Categorical
    >>> d = Categorical(minitorch.tensor([1.0, 1.0, 2.0]))
    >>> d.probs, d.log_prob(minitorch.tensor(2)), d.entropy()
    (tensor([0.2500, 0.2500, 0.5000]), tensor(-0.6931), tensor(1.0397))
    """

    has_enumerate_support = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("Categorical: give either probs or logits")
        given = logits if probs is None else probs
        if given.ndim < 1:
            raise ArgumentError(
                "Categorical: probs or logits must have at least one dim, that of the classes"
            )
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = logits - ops.logsumexp(logits, -1, keepdim=True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0, …, n − 1."""
        return constraints.integer_interval(0, self._num_events - 1)

    @lazy_property
    def logits(self) -> Variable:
        """Logarithms of the probabilities."""
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Variable:
        """The probabilities."""
        return logits_to_probs(self.logits)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self.probs.shape

    @property
    def mean(self) -> Variable:
        """Classes have none: NaN."""
        return self.probs.new_full(self._extended_shape(), nan)

    @property
    def mode(self) -> Variable:
        """The most probable class."""
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Variable:
        """Classes have none: NaN."""
        return self.probs.new_full(self._extended_shape(), nan)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Classes."""
        rows = self.probs.detach().reshape(-1, self._num_events)
        drawn = multinomial(rows, prod(sample_shape), True).T
        return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        value = value.long().unsqueeze(-1)
        shape = ops.broadcast_shapes(tuple(value.shape), (*self._batch_shape, 1))
        logits = self.logits.expand(*shape[:-1], self._num_events)
        return logits.gather(-1, value.expand(shape)).squeeze(-1)

    def entropy(self) -> Variable:
        """−Σ p·log p."""
        return -(self.logits.clamp(min=finfo(self.logits.dtype).min) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Variable:
        """0, …, n − 1."""
        return enumerated(arange(self._num_events), self._batch_shape, expand)
