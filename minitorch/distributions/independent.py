"""`Independent`: dims of the batch that become dims of the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import sum_rightmost
from minitorch.errors import ArgumentError

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Independent(Distribution):
    """Several independent draws taken for one: the last dims of the batch become dims of the event.

    Args:
        base_distribution: of a single one.
        reinterpreted_batch_ndims: how many dims.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Independent, Normal
    >>> d = Independent(Normal(minitorch.zeros(3), minitorch.ones(3)), 1)
    >>> d.event_shape, d.log_prob(minitorch.zeros(3))
    (minitorch.Size([3]), tensor(-2.7568))
    """

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        batch = base_distribution.batch_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ArgumentError(
                f"Independent: the base distribution has {len(batch)} dims in its batch, "
                f"{reinterpreted_batch_ndims} are needed"
            )
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        kept = len(batch) - reinterpreted_batch_ndims
        super().__init__(batch[:kept], (*batch[kept:], *base_distribution.event_shape), validate_args)

    def _inner_batch(self, name: str, batch_shape: Shape) -> Shape:
        return (*batch_shape, *self._event_shape[: self.reinterpreted_batch_ndims])

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """As the base distribution."""
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> bool:  # type: ignore[override]
        """As the base distribution, unless dims were taken."""
        return not self.reinterpreted_batch_ndims and self.base_dist.has_enumerate_support

    @property
    def support(self) -> Any:
        """That of the base distribution, for all elements of the event."""
        inner = self.base_dist.support
        extra = self.reinterpreted_batch_ndims
        return constraints.independent(inner, extra) if extra else inner

    @property
    def mean(self) -> Variable:
        """The mean."""
        return self.base_dist.mean

    @property
    def mode(self) -> Variable:
        """The most probable value."""
        return self.base_dist.mode

    @property
    def variance(self) -> Variable:
        """The variance of each element."""
        return self.base_dist.variance

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Draws without gradients."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Draws that are differentiable functions of the parameters."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Variable) -> Variable:
        """The sum over the elements of the event."""
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Variable:
        """The sum over the elements of the event."""
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Variable:
        """All values, where no dims were taken."""
        if self.reinterpreted_batch_ndims > 0:
            return cast("Variable", self._lacks("enumerate_support"))
        return self.base_dist.enumerate_support(expand)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"
