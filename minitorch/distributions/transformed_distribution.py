"""`TransformedDistribution`: functions of draws of another distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.independent import Independent
from minitorch.distributions.transforms import ComposeTransform, Transform
from minitorch.distributions.utils import sum_rightmost
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.modes import no_grad

if TYPE_CHECKING:
    from minitorch.variable import Variable


class TransformedDistribution(Distribution):
    """The distribution of f(x), where x has another distribution.

        log p(y) = log p(x) − log |det ∂y/∂x|

    Args:
        base_distribution: of x.
        transforms: f, or functions that are applied one after the other.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import ExpTransform, Normal, TransformedDistribution
    >>> d = TransformedDistribution(Normal(0.0, 1.0), [ExpTransform()])
    >>> d.log_prob(minitorch.tensor(2.0))
    tensor(-1.8523)
    """

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | list[Transform],
        validate_args: bool | None = None,
    ) -> None:
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        for transform in self.transforms:
            if not isinstance(transform, Transform):
                raise ArgumentTypeError(
                    f"TransformedDistribution: expected transforms, got {type(transform).__name__}"
                )
        whole = ComposeTransform(self.transforms)
        base_shape = (*base_distribution.batch_shape, *base_distribution.event_shape)
        base_events = len(base_distribution.event_shape)
        before, after = whole.domain.event_dim, whole.codomain.event_dim
        if len(base_shape) < before:
            raise ArgumentError(
                f"TransformedDistribution: {whole} needs draws of at least {before} dims, "
                f"the base distribution has shape {base_shape}"
            )
        shape = whole.forward_shape(base_shape)
        expanded = whole.inverse_shape(shape)
        if base_shape != expanded:
            base_distribution = base_distribution.expand(expanded[: len(expanded) - base_events])
        if before > base_events:
            base_distribution = Independent(base_distribution, before - base_events)
        self.base_dist = base_distribution
        cut = len(shape) - max(after, base_events + after - before)
        super().__init__(shape[:cut], shape[cut:], validate_args)

    def _inner_batch(self, name: str, batch_shape: Shape) -> Shape:
        shape = ComposeTransform(self.transforms).inverse_shape((*batch_shape, *self._event_shape))
        return shape[: len(shape) - len(self.base_dist.event_shape)]

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """As the base distribution."""
        return self.base_dist.has_rsample

    @property
    def support(self) -> Any:
        """Where the last transform leads."""
        if not self.transforms:
            return self.base_dist.support
        support, events = self.transforms[-1].codomain, len(self._event_shape)
        extra = events - support.event_dim
        return constraints.independent(support, extra) if extra > 0 else support

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Draws without gradients."""
        with no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Draws that are differentiable functions of the parameters."""
        return self._forward(self.base_dist.rsample(sample_shape))

    def _forward(self, x: Variable) -> Variable:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Variable) -> Variable:
        """The density of x, divided by how much f stretches there."""
        if self._validate_args:
            self._validate_sample(value)
        event_dim, y = len(self.event_shape), value
        total: Any = 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            stretch = transform.log_abs_det_jacobian(x, y)
            total = total - sum_rightmost(stretch, event_dim - transform.domain.event_dim)
            y = x
        extra = event_dim - len(self.base_dist.event_shape)
        return cast("Variable", total + sum_rightmost(self.base_dist.log_prob(y), extra))

    def _mirrored(self, p: Variable) -> Variable:
        """P where f increases, 1 − p where it decreases."""
        sign: Any = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        return p if isinstance(sign, int) and sign == 1 else sign * (p - 0.5) + 0.5

    def cdf(self, value: Variable) -> Variable:
        """The probability of a draw of at most `value`, for monotonic transforms."""
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._mirrored(self.base_dist.cdf(value))

    def icdf(self, value: Variable) -> Variable:
        """The value below which draws lie with this probability, for monotonic transforms."""
        return self._forward(self.base_dist.icdf(self._mirrored(value)))
