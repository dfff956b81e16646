"""Student's t distribution."""

from __future__ import annotations

from math import inf, log, nan, pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.ops.gamma_draws import standard_gamma
from minitorch.sampling import randn
from minitorch.special.gamma import digamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class StudentT(Distribution):
    """p(x) ∝ (1 + z²/df)^(−(df + 1)/2)/scale with z = (x − loc)/scale: like Normal, with heavier tails.

    Args:
        df: degrees of freedom.
        loc: the median.
        scale: how wide it is.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import StudentT
    >>> d = StudentT(3.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.variance
    (tensor(-1.5763), tensor(3.))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """Loc, NaN for df ≤ 1."""
        return ops.where(self.df > 1, self.loc, nan)

    @property
    def mode(self) -> Variable:
        """Loc."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """Scale²·df/(df − 2), infinite for df ≤ 2, NaN for df ≤ 1."""
        finite = self.scale**2 * self.df / (self.df - 2)
        return ops.where(self.df > 1, ops.where(self.df > 2, finite, inf), nan)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """A normal number divided by the root of a χ² number over df."""
        shape = self._extended_shape(sample_shape)
        half = self.df.expand(shape) / 2
        square = standard_gamma(half).clamp(min=finfo(half.dtype).tiny) / half
        return self.loc + self.scale * randn(shape, dtype=half.dtype) * square.rsqrt()

    def _log_norm(self) -> Variable:
        """log B(df/2, ½) + ½·log df."""
        half = 0.5 * self.df
        return lgamma(half) + 0.5 * log(pi) - lgamma(half + 0.5) + 0.5 * self.df.log()

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        return -0.5 * (self.df + 1) * (z**2 / self.df).log1p() - self.scale.log() - self._log_norm()

    def entropy(self) -> Variable:
        """log scale + ½(df + 1)·(ψ(½(df + 1)) − ψ(½df)) + log B(½df, ½) + ½·log df."""
        more = 0.5 * (self.df + 1)
        return self.scale.log() + more * (digamma(more) - digamma(0.5 * self.df)) + self._log_norm()
