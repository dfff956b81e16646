"""The beta distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.dirichlet import Dirichlet, log_gamma
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.special.gamma import digamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Beta(Distribution):
    """p(x) = x^(a − 1)·(1 − x)^(b − 1)/B(a, b), for 0 < x < 1.

    Args:
        concentration1: a.
        concentration0: b.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Beta
    >>> d = Beta(2.0, 3.0)
    >>> d.log_prob(minitorch.tensor(0.5)), d.mean, d.entropy()
    (tensor(0.4055), tensor(0.4000), tensor(-0.2349))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """a/(a + b)."""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Variable:
        """(a − 1)/(a + b − 2), for a and b from 1 on; else a bound."""
        both = ops.stack([self.concentration1, self.concentration0], -1)
        return Dirichlet(both, validate_args=False).mode[..., 0]

    @property
    def variance(self) -> Variable:
        """a·b/((a + b)²·(a + b + 1))."""
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """x/(x + y), for gamma numbers x and y."""
        shape = self._extended_shape(sample_shape)
        x, y = log_gamma(self.concentration1.expand(shape)), log_gamma(self.concentration0.expand(shape))
        limits = finfo(x.dtype)
        return (x - y).sigmoid().clamp(min=limits.tiny, max=1 - limits.eps / 2)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        a, b = self.concentration1, self.concentration0
        return ops.xlogy(a - 1, value) + ops.xlogy(b - 1, 1 - value) + lgamma(a + b) - lgamma(a) - lgamma(b)

    def entropy(self) -> Variable:
        """log B(a, b) − (a − 1)·ψ(a) − (b − 1)·ψ(b) + (a + b − 2)·ψ(a + b)."""
        a, b = self.concentration1, self.concentration0
        spread = (a - 1) * digamma(a) + (b - 1) * digamma(b) - (a + b - 2) * digamma(a + b)
        return lgamma(a) + lgamma(b) - lgamma(a + b) - spread
