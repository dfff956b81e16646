"""Transforms of vectors and matrices: shapes, probabilities, factors of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, prod
from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.transform import Shape, Transform
from minitorch.distributions.utils import (
    clipped_sigmoid,
    tril_matrix_to_vec,
    vec_to_tril_matrix,
)
from minitorch.dtypes import finfo
from minitorch.errors import ShapeError
from minitorch.filled import eye
from minitorch.ops.activation import softplus

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ReshapeTransform(Transform):
    """The last dims in another shape.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import ReshapeTransform
    >>> ReshapeTransform((4,), (2, 2))(minitorch.arange(4))
    tensor([[0, 1],
            [2, 3]])
    """

    bijective = True

    def __init__(self, in_shape: Sequence[int], out_shape: Sequence[int], cache_size: int = 0) -> None:
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if prod(self.in_shape) != prod(self.out_shape):
            raise ShapeError(
                f"ReshapeTransform: {self.in_shape} and {self.out_shape} have different numbers of elements"
            )
        super().__init__(cache_size)

    @property
    def domain(self) -> Any:
        """Tensors of the one shape."""
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        """Tensors of the other shape."""
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Variable) -> Variable:
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y: Variable) -> Variable:
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """0: nothing is stretched."""
        return x.new_zeros(x.shape[: x.ndim - len(self.in_shape)])

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return reshaped(tuple(shape), self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return reshaped(tuple(shape), self.out_shape, self.in_shape)


def reshaped(shape: Shape, old: Shape, new: Shape) -> Shape:
    """A shape with other last dims."""
    cut = len(shape) - len(old)
    if cut < 0 or shape[cut:] != old:
        raise ShapeError(f"ReshapeTransform: the last dims must be {old}, got shape {shape}")
    return (*shape[:cut], *new)


class SoftmaxTransform(Transform):
    """y = softmax(x) over the last dim; the inverse gives one of many x, log y."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SoftmaxTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        return ops.softmax(x, -1)

    def _inverse(self, y: Variable) -> Variable:
        return y.log()

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return last_dim(self, shape, 0)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return last_dim(self, shape, 0)


class StickBreakingTransform(Transform):
    """n numbers to n + 1 probabilities: each says how much is broken off from what is left of a stick.

        zₖ = σ(xₖ − log(n + 1 − k)),   yₖ = zₖ · (1 − z₁) · … · (1 − zₖ₋₁)

    >>> import minitorch
    >>> from minitorch.distributions.transforms import StickBreakingTransform
    >>> StickBreakingTransform()(minitorch.zeros(3))
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    bijective = True
    domain = constraints.real_vector
    codomain = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StickBreakingTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        z = clipped_sigmoid(x - pieces(x).log())
        whole = x.new_ones((*x.shape[:-1], 1))
        left = ops.cat([whole, (1 - z).cumprod(-1)], -1)
        return ops.cat([z, whole], -1) * left

    def _inverse(self, y: Variable) -> Variable:
        y = y[..., :-1]
        left = (1 - y.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return y.log() - left.log() + pieces(y).log()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Σ log(∂yₖ/∂xₖ): the Jacobian is triangular."""
        x = x - pieces(x).log()
        return (-x - softplus(-x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """One more in the last dim."""
        return last_dim(self, shape, 1)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """One less in the last dim."""
        return last_dim(self, shape, -1)


class LowerCholeskyTransform(Transform):
    """Square matrices to lower triangular ones with a positive diagonal: exp of the diagonal, 0 above it."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LowerCholeskyTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        return x.tril(-1) + ops.diag_embed(x.diagonal(0, -2, -1).exp())

    def _inverse(self, y: Variable) -> Variable:
        return y.tril(-1) + ops.diag_embed(y.diagonal(0, -2, -1).log())


class PositiveDefiniteTransform(Transform):
    """Square matrices to positive definite ones: L·Lᵀ, with L from `LowerCholeskyTransform`."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PositiveDefiniteTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        x = LowerCholeskyTransform()(x)
        return x @ x.mT

    def _inverse(self, y: Variable) -> Variable:
        from minitorch import linalg

        return LowerCholeskyTransform().inv(linalg.cholesky(y))


def pieces(x: Variable) -> Variable:
    """n, n − 1, …, 1 for the n elements along the last dim, plus one."""
    n = x.shape[-1]
    return x.new_full((n,), n + 1) - x.new_ones((n,)).cumsum(-1)


def last_dim(transform: Transform, shape: Sequence[int], change: int) -> Shape:
    """A shape with a longer or shorter last dim."""
    if not len(shape):
        raise ShapeError(f"{type(transform).__name__}: needs at least one dim")
    return (*shape[:-1], shape[-1] + change)


class CorrCholeskyTransform(Transform):
    """n·(n − 1)/2 numbers to the Cholesky factor of a correlation matrix: rows of length 1.

    The hyperbolic tangents of the numbers fill a triangle row by row; each says how much of what is left of
    the row's length its element takes.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import CorrCholeskyTransform
    >>> y = CorrCholeskyTransform()(minitorch.tensor([0.5, -1.0, 0.3]))
    >>> (y**2).sum(-1)
    tensor([1., 1., 1.])
    """

    bijective = True
    domain = constraints.real_vector
    codomain = constraints.corr_cholesky

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CorrCholeskyTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = shifted((1 - r**2).sqrt().cumprod(-1))
        return (r + eye(r.shape[-1], dtype=r.dtype)) * left

    def _inverse(self, y: Variable) -> Variable:
        left = shifted(1 - (y * y).cumsum(-1))
        return (tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(left, diag=-1).sqrt()).atanh()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """As of the elements below the diagonal."""
        left = tril_matrix_to_vec(1 - (y * y).cumsum(-1), diag=-2)
        return 0.5 * left.log().sum(-1) - 2 * (x + softplus(-2 * x) - log(2.0)).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        count = last_dim(self, shape, 0)[-1]
        n = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != count:
            raise ShapeError(f"CorrCholeskyTransform: {count} numbers do not fill a triangle")
        return (*shape[:-1], n, n)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        if len(shape) < 2 or shape[-2] != shape[-1]:
            raise ShapeError(f"CorrCholeskyTransform: expected square matrices, got shape {tuple(shape)}")
        return (*shape[:-2], shape[-1] * (shape[-1] - 1) // 2)


def shifted(x: Variable) -> Variable:
    """The elements moved on by one along the last dim, after a 1."""
    return ops.cat([x.new_ones((*x.shape[:-1], 1)), x[..., :-1]], -1)
