"""The categorical distribution, with classes as unit vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.filled import eye
from minitorch.nn.functional import one_hot

if TYPE_CHECKING:
    from minitorch.variable import Variable


class OneHotCategorical(Distribution):
    """One of n classes, as a vector with a single 1.

    Args:
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import OneHotCategorical
    >>> d = OneHotCategorical(minitorch.tensor([1.0, 1.0, 2.0]))
    >>> d.log_prob(minitorch.tensor([0.0, 0.0, 1.0])), d.mean
    (tensor(-0.6931), tensor([0.2500, 0.2500, 0.5000]))
    """

    has_enumerate_support = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def probs(self) -> Variable:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Variable:
        """Logarithms of the probabilities."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Variable:
        """The probabilities."""
        return self.probs

    @property
    def mode(self) -> Variable:
        """The most probable class."""
        return one_hot(self._categorical.mode, self.event_shape[0]).to(self.probs.dtype)

    @property
    def variance(self) -> Variable:
        """p·(1 − p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Unit vectors."""
        return one_hot(self._categorical.sample(sample_shape), self.event_shape[0]).to(self.probs.dtype)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Variable:
        """−Σ p·log p."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Variable:
        """All unit vectors."""
        n = self.event_shape[0]
        values = eye(n, dtype=self.probs.dtype).reshape(n, *(1,) * len(self._batch_shape), n)
        return values.expand(n, *self._batch_shape, n) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical`, whose draws pass gradients on to the probabilities as if they were these.

    Args:
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    Source: Y. Bengio, N. Léonard, A. Courville, Estimating or Propagating Gradients Through Stochastic
    Neurons, 2013.

    >>> import minitorch
    >>> from minitorch.distributions import OneHotCategoricalStraightThrough
    >>> p = minitorch.tensor([0.0, 1.0], requires_grad=True)
    >>> OneHotCategoricalStraightThrough(p).rsample().detach()
    tensor([0., 1.])
    """

    has_rsample = True

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Unit vectors with the gradients of the probabilities."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())
