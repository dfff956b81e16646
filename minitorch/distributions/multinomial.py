"""The multinomial distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.binomial import Binomial
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.errors import ArgumentError
from minitorch.nn.functional import one_hot
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Multinomial(Distribution):
    """How often each of the classes occurs in `total_count` draws of `Categorical`.

    Args:
        total_count: the number of draws.
        probs: probabilities along the last dim, or weights in proportion to them.
        logits: logarithms of such weights, in their place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Multinomial
    >>> d = Multinomial(3, minitorch.tensor([0.5, 0.5]))
    >>> d.log_prob(minitorch.tensor([1.0, 2.0])), d.mean
    (tensor(-0.9808), tensor([1.5000, 1.5000]))
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(
        self,
        total_count: int = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise ArgumentError("Multinomial: total_count must be one number for the whole batch")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts whose sum is `total_count`."""
        return constraints.multinomial(self.total_count)

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
        """n·p."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Variable:
        """n·p·(1 − p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Counts."""
        drawn = self._categorical.sample((self.total_count, *sample_shape))
        return one_hot(drawn, self.event_shape[0]).sum(0).to(self.probs.dtype)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the probability."""
        if self._validate_args:
            self._validate_sample(value)
        ways = lgamma(value.sum(-1) + 1) - lgamma(value + 1).sum(-1)
        never = (value == 0) & (self.logits == float("-inf"))
        return ways + (ops.where(never, 0.0, self.logits) * value).sum(-1)

    def entropy(self) -> Variable:
        """n·H − log n! + Σ E log k!, with H the entropy of one draw, and k binomial for each class."""
        n = self.probs.new_full((), self.total_count)
        each = Binomial(self.total_count, probs=self.probs)
        counts = each.enumerate_support(expand=False)[1:]
        expected = (each.log_prob(counts).exp() * lgamma(counts + 1)).sum((0, -1))
        return n * self._categorical.entropy() - lgamma(n + 1) + expected
