"""The Kumaraswamy distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.gumbel import EULER
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.sampling import rand
from minitorch.special.gamma import digamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Kumaraswamy(Distribution):
    """p(x) = a·b·x^(a − 1)·(1 − x^a)^(b − 1) for 0 < x < 1: much like Beta, with a simple inverse.

    Args:
        concentration1: a.
        concentration0: b.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Kumaraswamy
    >>> d = Kumaraswamy(2.0, 3.0)
    >>> d.log_prob(minitorch.tensor(0.5)), d.mean
    (tensor(0.5232), tensor(0.4571))
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

    def _moment(self, n: int) -> Variable:
        """E xⁿ = b·B(1 + n/a, b)."""
        first, b = 1 + n / self.concentration1, self.concentration0
        return b * (lgamma(first) + lgamma(b) - lgamma(first + b)).exp()

    @property
    def mean(self) -> Variable:
        """b·B(1 + 1/a, b)."""
        return self._moment(1)

    @property
    def mode(self) -> Variable:
        """((a − 1)/(a·b − 1))^(1/a), NaN where a or b is less than 1."""
        a, b = self.concentration1, self.concentration0
        inside = (a >= 1) & (b >= 1)
        top = ((-(1 / a)).log1p() - (-(1 / (a * b))).log1p() - b.log()) / a
        return ops.where(inside & ~((a == 1) & (b == 1)), top.exp(), float("nan"))

    @property
    def variance(self) -> Variable:
        """The second moment, less the square of the mean."""
        return self._moment(2) - self.mean**2

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """(1 − (1 − u)^(1/b))^(1/a)."""
        u = rand(self._extended_shape(sample_shape), dtype=self.concentration1.dtype)
        limits = finfo(u.dtype)
        x = self.icdf(u.clamp(min=limits.tiny))
        return x.clamp(min=limits.tiny, max=1 - limits.eps / 2)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        a, b = self.concentration1, self.concentration0
        return (a * b).log() + (a - 1) * value.log() + (b - 1) * (-(value**a)).log1p()

    def cdf(self, value: Variable) -> Variable:
        """1 − (1 − x^a)^b."""
        if self._validate_args:
            self._validate_sample(value)
        return -(self.concentration0 * (-(value**self.concentration1)).log1p()).expm1()

    def icdf(self, value: Variable) -> Variable:
        """(1 − (1 − p)^(1/b))^(1/a)."""
        return (-((-value).log1p() / self.concentration0).expm1()) ** (1 / self.concentration1)

    def entropy(self) -> Variable:
        """(1 − 1/b) + (1 − 1/a)·(ψ(b + 1) + γ) − log(a·b)."""
        a, b = self.concentration1, self.concentration0
        return (1 - 1 / b) + (1 - 1 / a) * (digamma(b + 1) + EULER) - (a * b).log()
