"""A continuous relaxation of the categorical distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.relaxed_bernoulli import as_tensor
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.transforms import ExpTransform
from minitorch.distributions.utils import clamp_probs
from minitorch.sampling import rand
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ExpRelaxedCategorical(Distribution):
    """The logarithms of a relaxed one-hot vector: log softmax((logits + Gumbel noise)/temperature).

    Args:
        temperature: the lower, the closer to unit vectors.
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    Source: C. Maddison, A. Mnih, Y. W. Teh, The Concrete Distribution, 2017.

    >>> import minitorch
    >>> from minitorch.distributions.relaxed_categorical import ExpRelaxedCategorical
    >>> d = ExpRelaxedCategorical(minitorch.tensor(1.0), probs=minitorch.tensor([0.5, 0.5]))
    >>> d.log_prob(minitorch.tensor([0.5, 0.5]).log())
    tensor(-1.3863)
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector  # of which the exponentials add up to 1

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical, self.temperature = Categorical(probs, logits), temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self._categorical.param_shape

    @property
    def probs(self) -> Variable:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Variable:
        """Logarithms of the probabilities."""
        return self._categorical.logits

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Logarithms of relaxed vectors, differentiable in the parameters."""
        u = clamp_probs(rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        return ops.log_softmax((self.logits - (-u.log()).log()) / self.temperature, -1)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        n = self.event_shape[0]
        scores = self.logits - value * self.temperature
        total = (scores - ops.logsumexp(scores, -1, keepdim=True)).sum(-1)
        return total + lgamma(scores.new_full((), n)) + (n - 1) * as_tensor(self.temperature, scores).log()


class RelaxedOneHotCategorical(TransformedDistribution):
    """Probabilities that tend to unit vectors as the temperature falls; draws have gradients (Gumbel softmax).

    Args:
        temperature: the lower, the closer to unit vectors.
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    Source: E. Jang, S. Gu, B. Poole, Categorical Reparameterization with Gumbel-Softmax, 2017.

    >>> import minitorch
    >>> from minitorch.distributions import RelaxedOneHotCategorical
    >>> d = RelaxedOneHotCategorical(minitorch.tensor(0.5), probs=minitorch.tensor([0.2, 0.8]))
    >>> d.rsample().sum().round(decimals=4)
    tensor(1.)
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    base_dist: ExpRelaxedCategorical

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def probs(self) -> Variable:
        """The probabilities."""
        return self.base_dist.probs

    @property
    def logits(self) -> Variable:
        """Logarithms of the probabilities."""
        return self.base_dist.logits
