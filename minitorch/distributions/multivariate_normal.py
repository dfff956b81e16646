"""The multivariate normal distribution."""

from __future__ import annotations

from math import log, pi
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.distributions.utils import lazy_property
from minitorch.errors import ArgumentError
from minitorch.sampling import randn

if TYPE_CHECKING:
    from minitorch.variable import Variable


class MultivariateNormal(Distribution):
    """p(x) = exp(−½·(x − loc)ᵀ·Σ⁻¹·(x − loc)) / √((2π)ⁿ·det Σ).

    Args:
        loc: the mean.
        covariance_matrix: Σ.
        precision_matrix: Σ⁻¹, in its place.
        scale_tril: L with Σ = L·Lᵀ, lower triangular with a positive diagonal, in its place.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import MultivariateNormal
    >>> d = MultivariateNormal(minitorch.zeros(2), minitorch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    >>> d.log_prob(minitorch.tensor([1.0, 0.0])), d.entropy()
    (tensor(-2.7205), tensor(3.3872))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector

    def __init__(
        self,
        loc: Variable,
        covariance_matrix: Variable | None = None,
        precision_matrix: Variable | None = None,
        scale_tril: Variable | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = {
            "covariance_matrix": covariance_matrix,
            "scale_tril": scale_tril,
            "precision_matrix": precision_matrix,
        }
        matrices = {name: value for name, value in given.items() if value is not None}
        if loc.ndim < 1:
            raise ArgumentError("MultivariateNormal: loc must have at least one dim")
        if len(matrices) != 1:
            raise ArgumentError(
                "MultivariateNormal: give exactly one of covariance_matrix, precision_matrix and scale_tril"
            )
        ((name, matrix),) = matrices.items()
        if matrix.ndim < 2:
            raise ArgumentError(f"MultivariateNormal: {name} must be a matrix, or a batch of matrices")
        batch = ops.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(loc.shape[:-1]))
        setattr(self, name, matrix.expand(*batch, *matrix.shape[-2:]))
        self.loc = loc.expand(*batch, loc.shape[-1])
        super().__init__(batch, self.loc.shape[-1:], validate_args)

    @lazy_property
    def scale_tril(self) -> Variable:
        """L with Σ = L·Lᵀ."""
        return self._factor.expand(*self._batch_shape, *self._event_shape, *self._event_shape)

    @lazy_property
    def _factor(self) -> Variable:
        # Apart from scale_tril, which counts as a parameter, and is printed, once it was asked for.
        from minitorch import linalg

        if "scale_tril" in self.__dict__:
            return self.__dict__["scale_tril"]
        if "covariance_matrix" in self.__dict__:
            return linalg.cholesky(self.covariance_matrix)
        return linalg.cholesky(linalg.inv(self.precision_matrix))

    @lazy_property
    def covariance_matrix(self) -> Variable:
        """Σ."""
        return self._factor @ self._factor.mT

    @lazy_property
    def precision_matrix(self) -> Variable:
        """Σ⁻¹."""
        from minitorch import linalg

        return linalg.inv(self.covariance_matrix)

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
        return (self._factor**2).sum(-1)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Loc + L·ε, with ε of the standard normal distribution."""
        noise = randn(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self._factor @ noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        square = mahalanobis(self._factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * log(2 * pi) + square) - half_log_det(self._factor)

    def entropy(self) -> Variable:
        """½·n·(1 + log 2π) + ½·log det Σ."""
        return 0.5 * self._event_shape[0] * (1.0 + log(2 * pi)) + half_log_det(self._factor)


def half_log_det(scale_tril: Variable) -> Variable:
    """log det L, which is half of log det(L·Lᵀ)."""
    return scale_tril.diagonal(0, -2, -1).log().sum(-1)


def mahalanobis(scale_tril: Variable, x: Variable) -> Variable:
    """xᵀ·(L·Lᵀ)⁻¹·x."""
    from minitorch import linalg

    batch = ops.broadcast_shapes(tuple(scale_tril.shape[:-2]), tuple(x.shape[:-1]))
    matrix = scale_tril.expand(*batch, *scale_tril.shape[-2:])
    solved = linalg.solve_triangular(matrix, x.expand(*batch, x.shape[-1]).unsqueeze(-1), upper=False)
    return (solved**2).sum((-2, -1))
