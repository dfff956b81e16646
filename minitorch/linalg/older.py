"""Linear algebra under the names of `minitorch` itself, which are older than those of `minitorch.linalg`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ShapeError
from minitorch.linalg.cholesky import (
    cholesky as cholesky,
    cholesky_inverse as cholesky_inverse,
    cholesky_solve as cholesky_solve,
)
from minitorch.linalg.common import check_matrices, check_same
from minitorch.linalg.determinants import det as det, logdet as logdet, slogdet as slogdet
from minitorch.linalg.exponential import matrix_exp as matrix_exp
from minitorch.linalg.low_rank import pca_lowrank as pca_lowrank, svd_lowrank as svd_lowrank
from minitorch.linalg.lu import lu_factor_ex, lu_solve as solve_with_lu, lu_unpack as lu_unpack
from minitorch.linalg.norms import matrix_norm, vector_norm
from minitorch.linalg.pseudo import pinv
from minitorch.linalg.qr import (
    geqrf as geqrf,
    householder_product as orgqr,  # noqa: F401
    ormqr as ormqr,
    qr as factor_qr,
)
from minitorch.linalg.solve import SolveTriangular, inv as inverse  # noqa: F401
from minitorch.linalg.spectral import SVD, svdvals
from minitorch.ops.out import with_out
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable


@kernel
@with_out
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """The singular value decomposition X = U·diag(S)·Vᴴ; `linalg.svd` is newer, and gives Vᴴ.

    Args:
        input: (…, m, n).
        some: only min(m, n) columns of U and V.
        compute_uv: False gives zeros for U and V.

    >>> import minitorch
    >>> minitorch.svd(minitorch.tensor([[0.0, 2.0], [1.0, 0.0]])).S
    tensor([2., 1.])
    """
    check_matrices("svd", input=input)
    result = named("svd", "U", "S", "V")
    if not compute_uv:
        *batch, m, n = input.shape
        return result(input.new_zeros(*batch, m, m), svdvals(input), input.new_zeros(*batch, n, n))
    u, s, vh = SVD.apply(input, full=not some)
    return result(u, s, vh.mT.conj())


@kernel
@with_out
def qr(input: Any, some: bool = True) -> Any:
    """The factorization X = Q·R; `linalg.qr` is newer.

    Args:
        input: (…, m, n).
        some: min(m, n) columns of Q, or all m.

    >>> import minitorch
    >>> minitorch.qr(minitorch.eye(2)).R.abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    return named("qr", "Q", "R")(*factor_qr(input, "reduced" if some else "complete"))


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """The LU factorization in compact form; `linalg.lu_factor` is newer.

    Args:
        A: (…, m, n).
        pivot: exchange rows; there is no factorization without that here.
        get_infos: also give, for each matrix, 0 or which pivot is zero.
        out: where to put the results.

    >>> import minitorch
    >>> compact, pivots = minitorch.lu(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    >>> pivots
    tensor([2, 2], dtype=minitorch.int32)
    """
    result = lu_factor_ex(A, pivot=pivot, check_errors=not get_infos)
    wanted = tuple(result) if get_infos else tuple(result)[:2]
    if out is None:
        return wanted
    for target, y in zip(out, wanted, strict=True):
        target.copy_(y)
    return out


@kernel
@with_out
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Variable:
    """The solution X of A·X = b, with the LU factorization of A; `linalg.lu_solve` is newer.

    >>> import minitorch
    >>> compact = minitorch.linalg.lu_factor(minitorch.eye(2) * 2)
    >>> minitorch.lu_solve(minitorch.ones(2, 1), *compact)
    tensor([[0.5000],
            [0.5000]])
    """
    return solve_with_lu(LU_data, LU_pivots, b)


@kernel
@with_out
def triangular_solve(
    b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """The solution X of A·X = b for a triangular A; `linalg.solve_triangular` is newer.

    Args:
        b: (…, n, k).
        A: (…, n, n); leading dims broadcast.
        upper: whether A is an upper triangle.
        transpose: solve with Aᵀ in the place of A.
        unitriangular: take the diagonal of A for ones.

    Returns:
        `solution`, and a copy of A as `cloned_coefficient`.

    >>> import minitorch
    >>> minitorch.triangular_solve(minitorch.tensor([[4.0]]), minitorch.tensor([[2.0]])).solution
    tensor([[2.]])
    """
    check_matrices("triangular_solve", square=True, A=A)
    check_matrices("triangular_solve", b=b)
    check_same("triangular_solve", b, A)
    if A.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"triangular_solve: A of shape {tuple(A.shape)} does not fit b of shape {tuple(b.shape)}"
        )
    matrix = A.mT if transpose else A
    x = SolveTriangular.apply(matrix, b, upper=upper is not transpose, unit=unitriangular)
    return named("triangular_solve", "solution", "cloned_coefficient")(x, A.clone())


@kernel
def pinverse(input: Any, rcond: float = 1e-15) -> Variable:
    """The pseudoinverse; `linalg.pinv` is newer.

    >>> import minitorch
    >>> minitorch.pinverse(minitorch.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])
    """
    return pinv(input, rcond=rcond)


@with_out
def frobenius_norm(input: Any, dim: Sequence[int], keepdim: bool = False) -> Variable:
    """√Σ |x|² over dims.

    >>> import minitorch
    >>> minitorch.frobenius_norm(minitorch.tensor([[3.0, 4.0]]), (0, 1))
    tensor(5.)
    """
    return vector_norm(input, 2, dim or None, keepdim)


@with_out
def nuclear_norm(input: Any, dim: Sequence[int] = (-2, -1), keepdim: bool = False) -> Variable:
    """The sum of the singular values of matrices.

    >>> import minitorch
    >>> minitorch.nuclear_norm(minitorch.eye(3))
    tensor(3.)
    """
    return matrix_norm(input, "nuc", dim, keepdim)
