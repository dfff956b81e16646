"""Mixtures of distributions of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.errors import ArgumentError

if TYPE_CHECKING:
    from minitorch.variable import Variable


class MixtureSameFamily(Distribution):
    """A draw from one of several distributions, which is chosen at random: p(x) = Σ wₖ·pₖ(x).

    Args:
        mixture_distribution: chooses the component.
        component_distribution: the components, along the last dim of its batch.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Categorical, MixtureSameFamily, Normal
    >>> weights = Categorical(minitorch.tensor([0.5, 0.5]))
    >>> d = MixtureSameFamily(weights, Normal(minitorch.tensor([-1.0, 1.0]), 1.0))
    >>> d.log_prob(minitorch.tensor(0.0)), d.mean, d.variance
    (tensor(-1.4189), tensor(0.), tensor(2.))
    """

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        if not isinstance(mixture_distribution, Categorical):
            raise ArgumentError("MixtureSameFamily: the mixture distribution must be a Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ArgumentError("MixtureSameFamily: the component distribution must be a Distribution")
        batch, chosen = component_distribution.batch_shape, mixture_distribution.batch_shape
        for i, j in zip(reversed(chosen), reversed(batch[:-1]), strict=False):
            if i != 1 != j and i != j:
                raise ArgumentError(
                    f"MixtureSameFamily: a batch {tuple(chosen)} of mixtures does not go with a batch "
                    f"{tuple(batch)} of components"
                )
        count = mixture_distribution.param_shape[-1]
        if not batch or batch[-1] != count:
            raise ArgumentError(
                f"MixtureSameFamily: there are {count} weights, and components with a batch of {tuple(batch)}; "
                f"its last dim must be that of the components"
            )
        self._num_component = count
        super().__init__(batch[:-1], component_distribution.event_shape, validate_args)
        self._event_ndims = len(self._event_shape)

    def _inner_batch(self, name: str, batch_shape: Shape) -> Shape:
        components = name == "_component_distribution"
        return (*batch_shape, self._num_component) if components else tuple(batch_shape)

    @property
    def mixture_distribution(self) -> Categorical:
        """What chooses the component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components."""
        return self._component_distribution

    @constraints.dependent_property
    def support(self) -> Any:
        """Where draws of all components lie."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    def _weights(self) -> Variable:
        probs = self.mixture_distribution.probs
        return probs.reshape(*probs.shape, *(1,) * self._event_ndims)

    @property
    def mean(self) -> Variable:
        """Σ wₖ·meanₖ."""
        return (self._weights() * self.component_distribution.mean).sum(-1 - self._event_ndims)

    @property
    def variance(self) -> Variable:
        """Σ wₖ·varianceₖ + Σ wₖ·(meanₖ − mean)²."""
        dim, weights, parts = -1 - self._event_ndims, self._weights(), self.component_distribution
        away = parts.mean - self.mean.unsqueeze(dim)
        return (weights * parts.variance).sum(dim) + (weights * away**2).sum(dim)

    def _padded(self, x: Variable) -> Variable:
        return x.unsqueeze(-1 - self._event_ndims)

    def cdf(self, value: Variable) -> Variable:
        """Σ wₖ·Fₖ(x)."""
        return (self.component_distribution.cdf(self._padded(value)) * self.mixture_distribution.probs).sum(
            -1
        )

    def log_prob(self, value: Variable) -> Variable:
        """log Σ wₖ·pₖ(x)."""
        if self._validate_args:
            self._validate_sample(value)
        each = self.component_distribution.log_prob(self._padded(value))
        return ops.logsumexp(each + ops.log_softmax(self.mixture_distribution.logits, -1), -1)

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """A draw of each component, of which one is chosen."""
        chosen = self.mixture_distribution.expand(self._batch_shape).sample(sample_shape)
        drawn = self.component_distribution.sample(sample_shape)
        index = chosen.reshape(*chosen.shape, 1, *(1,) * self._event_ndims)
        index = index.expand(*chosen.shape, 1, *self._event_shape)
        return drawn.gather(len(chosen.shape), index).squeeze(len(chosen.shape))

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
