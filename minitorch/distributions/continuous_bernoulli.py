"""The continuous Bernoulli distribution."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.bernoulli import binary_cross_entropy
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import (
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
)
from minitorch.errors import ArgumentError
from minitorch.sampling import rand

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ContinuousBernoulli(Distribution):
    """p(x) ∝ λ^x·(1 − λ)^(1 − x), for 0 ≤ x ≤ 1: what the Bernoulli loss means for grey pixels.

    Near λ = ½, where the formulas are 0/0, series in λ − ½ take their place.

    Args:
        probs: λ, which is no probability here.
        logits: log λ/(1 − λ), in its place.
        lims: between which λ series are used.
        validate_args: check parameters and values.

    Source: G. Loaiza-Ganem, J. Cunningham, The continuous Bernoulli, 2019.

    >>> import minitorch
    >>> from minitorch.distributions import ContinuousBernoulli
    >>> d = ContinuousBernoulli(0.25)
    >>> d.log_prob(minitorch.tensor(0.5)), d.mean
    (tensor(-0.0498), tensor(0.4102))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        if (probs is None) == (logits is None):
            raise ArgumentError("ContinuousBernoulli: give either probs or logits")
        if probs is not None:
            (self.probs,) = broadcast_all(probs)
            if validate_args is not False and not constraints.unit_interval.check(self.probs).all():
                raise ArgumentError(f"ContinuousBernoulli: probs must lie between 0 and 1, got {probs}")
            self.probs = clamp_probs(self.probs)
        else:
            (self.logits,) = broadcast_all(logits)
        self._lims = lims
        super().__init__((self.logits if probs is None else self.probs).shape, validate_args=validate_args)

    @lazy_property
    def logits(self) -> Variable:
        """log λ/(1 − λ)."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Variable:
        """λ."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self.probs.shape

    def _stable(self) -> tuple[Variable, Variable]:
        """Where λ is far from ½, and λ with another value in the other places."""
        far = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return far, ops.where(far, self.probs, self._lims[0])

    def _log_norm(self) -> Variable:
        """log(2·artanh(1 − 2λ)/(1 − 2λ))."""
        far, p = self._stable()
        x = (self.probs - 0.5) ** 2
        norm = ((-p).log1p() - p.log()).abs().log() - (1 - 2 * p).abs().log()
        return ops.where(far, norm, log(2.0) + (4 / 3 + 104 / 45 * x) * x)

    @property
    def mean(self) -> Variable:
        """λ/(2λ − 1) + 1/(2·artanh(1 − 2λ))."""
        far, p = self._stable()
        x = self.probs - 0.5
        mean = p / (2 * p - 1) + 1 / ((-p).log1p() - p.log())
        return ops.where(far, mean, 0.5 + (1 / 3 + 16 / 45 * x**2) * x)

    @property
    def variance(self) -> Variable:
        """λ·(λ − 1)/(1 − 2λ)² + 1/(2·artanh(1 − 2λ))²."""
        far, p = self._stable()
        x = (self.probs - 0.5) ** 2
        variance = p * (p - 1) / (1 - 2 * p) ** 2 + 1 / ((-p).log1p() - p.log()) ** 2
        return ops.where(far, variance, 1 / 12 - (1 / 15 - 128 / 945 * x) * x)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """The inverse of the distribution function at uniform numbers."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return self._log_norm() - binary_cross_entropy(logits, value)

    def cdf(self, value: Variable) -> Variable:
        """(λ^x·(1 − λ)^(1 − x) + λ − 1)/(2λ − 1)."""
        if self._validate_args:
            self._validate_sample(value)
        far, p = self._stable()
        inner = (p**value * (1 - p) ** (1 - value) + p - 1) / (2 * p - 1)
        return ops.where(value <= 0, 0.0, ops.where(value >= 1, 1.0, ops.where(far, inner, value)))

    def icdf(self, value: Variable) -> Variable:
        """(log(1 − λ + p·(2λ − 1)) − log(1 − λ))/log(λ/(1 − λ))."""
        far, p = self._stable()
        inner = ((-p + value * (2 * p - 1)).log1p() - (-p).log1p()) / (p.log() - (-p).log1p())
        return ops.where(far, inner, value)

    def entropy(self) -> Variable:
        """−E log p."""
        zero, one = (-self.probs).log1p(), self.probs.log()
        return self.mean * (zero - one) - self._log_norm() - zero
