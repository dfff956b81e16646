"""The generalized Pareto distribution."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import broadcast_all
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class GeneralizedPareto(Distribution):
    """p(x) = (1 + c·z)^(−1/c − 1)/scale with z = (x − loc)/scale and c = concentration: what tails look like.

    c = 0 is the exponential distribution, c > 0 has Pareto's tail, c < 0 ends at loc − scale/c.

    Args:
        loc: the least value.
        scale: the unit of x.
        concentration: c.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import GeneralizedPareto
    >>> d = GeneralizedPareto(0.0, 1.0, 0.5)
    >>> d.log_prob(minitorch.tensor(1.0)), d.mean
    (tensor(-1.2164), tensor(2.))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From loc on; up to loc − scale/c for c < 0."""
        end = ops.where(self.concentration < 0, self.loc - self.scale / self.concentration, inf)
        return constraints.interval(self.loc, end)

    def _zero(self) -> tuple[Variable, Variable]:
        """Where c is nearly 0, and c with 1 in these places."""
        zero = self.concentration.abs() <= 1e-8
        return zero, ops.where(zero, 1.0, self.concentration)

    @property
    def mean(self) -> Variable:
        """Loc + scale/(1 − c), NaN for c ≥ 1."""
        return ops.where(self.concentration < 1, self.loc + self.scale / (1 - self.concentration), nan)

    @property
    def mode(self) -> Variable:
        """Loc."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """Scale²/((1 − c)²·(1 − 2c)), NaN for c ≥ ½."""
        c = self.concentration
        return ops.where(c < 0.5, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), nan)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """The inverse of the distribution function at uniform numbers."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        z, (zero, c) = (value - self.loc) / self.scale, self._zero()
        power = 1 / c + 1
        bent = ops.where(power == 0, 0.0, power * (c * z).log1p())
        return -self.scale.log() - ops.where(zero, z, bent)

    def log_survival_function(self, value: Variable) -> Variable:
        """The logarithm of the probability of a draw above `value`."""
        if self._validate_args:
            self._validate_sample(value)
        z, (zero, c) = (value - self.loc) / self.scale, self._zero()
        return ops.where(zero, -z, -(c * z).log1p() / c)

    def log_cdf(self, value: Variable) -> Variable:
        """The logarithm of the probability of a draw of at most `value`."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Variable) -> Variable:
        """1 − (1 + c·z)^(−1/c)."""
        return -self.log_survival_function(value).expm1()

    def icdf(self, value: Variable) -> Variable:
        """Loc + scale·((1 − p)^(−c) − 1)/c."""
        left, (zero, c) = (-value).log1p(), self._zero()
        return self.loc + self.scale * ops.where(zero, -left, (-c * left).expm1() / c)

    def entropy(self) -> Variable:
        """log scale + c + 1."""
        return self.scale.log() + self.concentration + 1
