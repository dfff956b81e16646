"""The multivariate normal distribution with a covariance of low rank, plus a diagonal."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import linalg, ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.multivariate_normal import half_log_det, mahalanobis
from minitorch.distributions.utils import lazy_property
from minitorch.errors import ArgumentError, ShapeError
from minitorch.filled import eye
from minitorch.sampling import randn

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LowRankMultivariateNormal(Distribution):
    """`MultivariateNormal` with Σ = W·Wᵀ + D: W a matrix of few columns, D diagonal.

    With C = 1 + Wᵀ·D⁻¹·W, which is small, Σ⁻¹ = D⁻¹ − D⁻¹·W·C⁻¹·Wᵀ·D⁻¹ and det Σ = det C · det D.

    Args:
        loc: the mean.
        cov_factor: W.
        cov_diag: the diagonal of D.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import LowRankMultivariateNormal
    >>> d = LowRankMultivariateNormal(minitorch.zeros(2), minitorch.ones(2, 1), minitorch.ones(2))
    >>> d.log_prob(minitorch.tensor([1.0, 0.0])), d.covariance_matrix
    (tensor(-2.7205), tensor([[2., 1.],
            [1., 2.]]))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector

    def __init__(
        self,
        loc: Variable,
        cov_factor: Variable,
        cov_diag: Variable,
        validate_args: bool | None = None,
    ) -> None:
        n = loc.shape[-1] if loc.ndim else -1
        if cov_factor.ndim < 2 or cov_factor.shape[-2] != n or cov_diag.shape[-1:] != (n,):
            raise ArgumentError(
                f"LowRankMultivariateNormal: expected loc (…, n), cov_factor (…, n, rank) and cov_diag (…, n), "
                f"got {tuple(loc.shape)}, {tuple(cov_factor.shape)} and {tuple(cov_diag.shape)}"
            )
        try:
            batch = ops.broadcast_shapes(
                tuple(loc.shape[:-1]), tuple(cov_factor.shape[:-2]), tuple(cov_diag.shape[:-1])
            )
        except ShapeError as error:
            raise ArgumentError(f"LowRankMultivariateNormal: {error}") from None
        self.loc, self.cov_diag = loc.expand(*batch, n), cov_diag.expand(*batch, n)
        self.cov_factor = cov_factor.expand(*batch, *cov_factor.shape[-2:])
        super().__init__(batch, (n,), validate_args)

    def _capacitance_tril(self) -> Variable:
        """The Cholesky factor of C."""
        w = self.cov_factor
        small = w.mT @ (w / self.cov_diag.unsqueeze(-1))
        return linalg.cholesky(small + eye(w.shape[-1], dtype=w.dtype))

    @property
    def mean(self) -> Variable:
        """Loc."""
        return self.loc

    @property
    def mode(self) -> Variable:
        """Loc."""
        return self.loc

    @property
    def variance(self) -> Variable:
        """The diagonal of Σ."""
        return (self.cov_factor**2).sum(-1) + self.cov_diag

    @lazy_property
    def covariance_matrix(self) -> Variable:
        """Σ."""
        return self.cov_factor @ self.cov_factor.mT + ops.diag_embed(self.cov_diag)

    @lazy_property
    def scale_tril(self) -> Variable:
        """L with Σ = L·Lᵀ, by way of 1 + D^(−½)·W·Wᵀ·D^(−½), whose eigenvalues are at least 1."""
        root = self.cov_diag.sqrt().unsqueeze(-1)
        w = self.cov_factor / root
        return root * linalg.cholesky(w @ w.mT + eye(w.shape[-2], dtype=w.dtype))

    @lazy_property
    def precision_matrix(self) -> Variable:
        """Σ⁻¹."""
        w = self.cov_factor.mT / self.cov_diag.unsqueeze(-2)
        a = linalg.solve_triangular(self._capacitance_tril(), w, upper=False)
        return ops.diag_embed(1 / self.cov_diag) - a.mT @ a

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Loc + W·ε + √D·δ, with ε and δ of the standard normal distribution."""
        shape, kind = self._extended_shape(sample_shape), self.loc.dtype
        few = randn((*shape[:-1], self.cov_factor.shape[-1], 1), dtype=kind)
        return (
            self.loc + (self.cov_factor @ few).squeeze(-1) + self.cov_diag.sqrt() * randn(shape, dtype=kind)
        )

    def _half_log_det(self) -> Variable:
        return half_log_det(self._capacitance_tril()) + 0.5 * self.cov_diag.log().sum(-1)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        away = value - self.loc
        scaled = away / self.cov_diag
        seen = (self.cov_factor.mT @ scaled.unsqueeze(-1)).squeeze(-1)
        square = (away * scaled).sum(-1) - mahalanobis(self._capacitance_tril(), seen)
        return -0.5 * (self._event_shape[0] * log(2 * pi) + square) - self._half_log_det()

    def entropy(self) -> Variable:
        """½·n·(1 + log 2π) + ½·log det Σ."""
        return 0.5 * self._event_shape[0] * (1.0 + log(2 * pi)) + self._half_log_det()
