"""The F distribution."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.ops.gamma_draws import standard_gamma
from minitorch.special.gamma import lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class FisherSnedecor(Distribution):
    """The ratio of two χ² numbers, each divided by its degrees of freedom.

    Args:
        df1: degrees of freedom above.
        df2: degrees of freedom below.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import FisherSnedecor
    >>> d = FisherSnedecor(2.0, 4.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.mean
    (tensor(-1.2164), tensor(2.))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """df2/(df2 − 2), NaN for df2 ≤ 2."""
        return ops.where(self.df2 > 2, self.df2 / (self.df2 - 2), nan)

    @property
    def mode(self) -> Variable:
        """(df1 − 2)/df1 · df2/(df2 + 2), NaN for df1 ≤ 2."""
        top = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return ops.where(self.df1 > 2, top, nan)

    @property
    def variance(self) -> Variable:
        """2·df2²·(df1 + df2 − 2)/(df1·(df2 − 2)²·(df2 − 4)), NaN for df2 ≤ 4."""
        m, n = self.df1, self.df2
        return ops.where(n > 4, 2 * n**2 * (m + n - 2) / (m * (n - 2) ** 2 * (n - 4)), nan)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """The ratio of two gamma numbers with mean 1."""
        shape = self._extended_shape(sample_shape)
        m, n = self.df1.expand(shape) / 2, self.df2.expand(shape) / 2
        tiny = finfo(m.dtype).tiny
        return (standard_gamma(m) / m / (standard_gamma(n) / n).clamp(min=tiny)).clamp(min=tiny)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        m, n = self.df1 / 2, self.df2 / 2
        ratio = self.df1 / self.df2
        norm = lgamma(m + n) - lgamma(m) - lgamma(n)
        return norm + m * ratio.log() + (m - 1) * value.log() - (m + n) * (ratio * value).log1p()
