"""The Laplace distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.dtypes import finfo
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Laplace(Distribution):
    """p(x) = exp(−|x − loc|/scale) / (2·scale).

    Args:
        loc: the mean.
        scale: how wide it is.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Laplace
    >>> d = Laplace(0.0, 2.0)
    >>> d.log_prob(minitorch.tensor(1.0)), d.cdf(minitorch.tensor(0.0)), d.entropy()
    (tensor(-1.8863), tensor(0.5000), tensor(2.3863))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Variable:
        """The mean."""
        return self.loc

    @property
    def mode(self) -> Variable:
        """The mean."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """2·scale²."""
        return 2 * self.scale**2

    @property
    def stddev(self) -> Variable:
        """√2·scale."""
        return self.scale * 2**0.5

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """The inverse of the distribution function at uniform numbers."""
        u = rand(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.icdf(u.clamp(min=finfo(u.dtype).eps / 2))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def cdf(self, value: Variable) -> Variable:
        """½ − ½·sign(x − loc)·(exp(−|x − loc|/scale) − 1)."""
        if self._validate_args:
            self._validate_sample(value)
        away = value - self.loc
        return 0.5 - 0.5 * away.sign() * (-away.abs() / self.scale).expm1()

    def icdf(self, value: Variable) -> Variable:
        """Loc − scale·sign(p − ½)·log(1 − 2·|p − ½|)."""
        away = value - 0.5
        return self.loc - self.scale * away.sign() * (-2 * away.abs()).log1p()

    def entropy(self) -> Variable:
        """1 + log(2·scale)."""
        return 1 + (2 * self.scale).log()
