"""The LU factorization P·L·U of a matrix, and the solution of systems with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import DtypeError, NotSupportedError, ShapeError
from minitorch.linalg.common import (
    adj,
    check_info,
    check_matrices,
    check_same,
    lower,
    mm,
    upper,
)
from minitorch.linalg.solve import SolveTriangular
from minitorch.op import Op
from minitorch.ops.common import array_of, require_tensors
from minitorch.ops.join import cat
from minitorch.ops.linalg import matmul
from minitorch.ops.out import with_out
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.backend import Backend
    from minitorch.variable import Variable


class LUFactor(Op):
    """L below the diagonal and U above it with Pᵀ·X = L·U, pivots, and info.

    For square X, dX = P·L⁻ᴴ·[tril₋₁(Lᴴ·G_L) + triu(G_U·Uᴴ)]·U⁻ᴴ.  A wide one [X₁|X₂] has U₂ = L⁻¹·X₂ beside
    that, a tall one L₂ = X₂·U⁻¹ below: their gradients go to X₂, and through L and U into the brackets.

    Source: M. Giles (2008) for the method; S. F. Walter, L. Lehmann, "Algorithmic Differentiation of Linear
    Algebra Functions" (2010), section 3.
    """

    materialize = False

    def forward(self, x: Array) -> tuple[Array, Array, Array]:
        y, pivots, info = self.backend.lu(x)
        self.save(output=y)
        if self.recording:
            self.keep(p=permutation_matrix(self.backend, pivots, x.shape[-2], x.dtype))
        return y, pivots, info

    def backward(self, g: Array, *_: None) -> Array:
        y, p = self.saved.output, self.saved.p
        m, n = y.shape[-2:]
        k = min(m, n)
        square, g_square = y[..., :k, :k], g[..., :k, :k]
        one = self.backend.eye(k, k, array_of(y).dtype)
        lh, u = adj(lower(square, -1) + one), upper(square)
        low, high = mm(lh, lower(g_square, -1)), mm(upper(g_square), adj(u))
        if n > k:
            low = low - mm(g[..., :k, k:], adj(y[..., :k, k:]))
        if m > k:
            high = high - mm(adj(y[..., k:, :k]), g[..., k:, :k])
        dx = by_inverse(by_inverse_of_lower(lh, lower(low, -1) + upper(high)), u)
        if n > k:
            dx = cat([dx, by_inverse_of_lower(lh, g[..., :k, k:])], -1)
        if m > k:
            dx = cat([dx, by_inverse(g[..., k:, :k], u)], -2)
        return mm(p, dx)


def by_inverse_of_lower(lh: Any, x: Any) -> Any:
    """L⁻ᴴ·X."""
    return SolveTriangular.apply(lh, x, upper=True, unit=True)


def by_inverse(x: Any, u: Any) -> Any:
    """X·U⁻ᴴ."""
    return adj(SolveTriangular.apply(u, adj(x), upper=True, unit=False))


def permutation_matrix(backend: Backend, pivots: Array, rows: int, dtype: Any) -> Array:
    """P with P·L·U = A."""
    order = backend.permutation(pivots, rows)
    return (order[..., None, :] == backend.arange(rows)[:, None]).astype(dtype)


def check_pivot(op_name: str, pivot: bool) -> None:
    """Refuses factorizations without row exchanges, as PyTorch does on a CPU."""
    if not pivot:
        raise NotSupportedError(f"{op_name}: pivot=False is not supported on a CPU; leave it out")


@with_out
def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """The LU factorization in compact form, and a number for each matrix that tells whether U is singular.

    Args:
        A: (…, m, n).
        pivot: exchange rows; there is no factorization without that here.
        check_errors: raise an error for a U with a zero on its diagonal.

    Returns:
        `LU`, with L below the diagonal; `pivots`, from 1 on: which row each row was exchanged with, in order; and
        `info`: 0, or which pivot is zero.

    >>> import minitorch
    >>> minitorch.linalg.lu_factor_ex(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]])).pivots
    tensor([2, 2], dtype=minitorch.int32)
    """
    check_matrices("linalg.lu_factor", A=A)
    check_pivot("linalg.lu_factor", pivot)
    y, pivots, info = LUFactor.apply(A)
    if check_errors:
        check_info("linalg.lu_factor", info.array, "has a zero pivot, number {}, so its U cannot be inverted")
    return named("linalg_lu_factor_ex", "LU", "pivots", "info")(y, pivots, info)


@with_out
def lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """The LU factorization P·L·U with row exchanges, in compact form for `lu_solve`.

    Returns:
        `LU`, with L below the diagonal, and `pivots`, from 1 on: which row each row was exchanged with, in order.

    Raises:
        LinAlgError: if a pivot is zero.

    >>> import minitorch
    >>> minitorch.linalg.lu_factor(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]])).LU
    tensor([[2., 0.],
            [0., 1.]])
    """
    y, pivots, _ = lu_factor_ex(A, pivot=pivot, check_errors=True)
    return named("linalg_lu_factor", "LU", "pivots")(y, pivots)


@with_out
def lu(A: Any, *, pivot: bool = True) -> Any:
    """The factors P, L and U with A = P·L·U.

    Args:
        A: (…, m, n).
        pivot: exchange rows; there is no factorization without that here.

    Returns:
        `P`, a permutation (…, m, m); `L`, lower with ones on its diagonal; `U`, upper.

    >>> import minitorch
    >>> minitorch.linalg.lu(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]])).P
    tensor([[0., 1.],
            [1., 0.]])
    """
    y, pivots, _ = lu_factor_ex(A, pivot=pivot)
    return named("linalg_lu", "P", "L", "U")(*parts(y, pivots))


def parts(y: Any, pivots: Any) -> tuple[Variable, Variable, Variable]:
    """P, L and U of the compact form."""
    m, n = y.shape[-2:]
    k = min(m, n)
    p = permutation_matrix(backend_of(y.array), pivots.array, m, y.array.dtype)
    one = wrap(backend_of(y.array).eye(m, k, y.array.dtype))
    return wrap(p), lower(y[..., :k], -1) + one, upper(y[..., :k, :])


@with_out
def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """P, L and U of the compact form that `lu_factor` gives.

    Args:
        LU_data: (…, m, n), with L below the diagonal and U above.
        LU_pivots: (…, min(m, n)), int32.
        unpack_data: False gives empty tensors for L and U.
        unpack_pivots: False gives an empty tensor for P.

    >>> import minitorch
    >>> compact = minitorch.linalg.lu_factor(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    >>> minitorch.lu_unpack(*compact).U
    tensor([[2., 0.],
            [0., 1.]])
    """
    require_tensors("lu_unpack", LU_data=LU_data, LU_pivots=LU_pivots)
    if unpack_pivots and LU_pivots.dtype is not dtypes.int32:
        raise DtypeError(
            f"lu_unpack: LU_pivots must be int32, as lu_factor gives them, got {LU_pivots.dtype}"
        )
    p, low, up = parts(LU_data, LU_pivots)
    none = LU_data.new_empty(0)
    return named("lu_unpack", "P", "L", "U")(
        p if unpack_pivots else none, low if unpack_data else none, up if unpack_data else none
    )


@kernel
@with_out
def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Variable:
    """The solution X of A·X = B, with the LU factorization of A.

    Args:
        LU: (…, n, n), from `lu_factor`.
        pivots: (…, n).
        B: (…, n, k); leading dims broadcast.
        left: False for X·A = B.
        adjoint: solve with Aᴴ in the place of A.

    >>> import minitorch
    >>> compact = minitorch.linalg.lu_factor(minitorch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    >>> minitorch.linalg.lu_solve(*compact, minitorch.tensor([[1.0], [2.0]]))
    tensor([[1.],
            [1.]])
    """
    check_matrices("linalg.lu_solve", square=True, LU=LU)
    check_matrices("linalg.lu_solve", B=B)
    check_same("linalg.lu_solve", LU, B)
    if pivots.dtype is not dtypes.int32:
        raise DtypeError(
            f"linalg.lu_solve: pivots must be int32, as lu_factor gives them, got {pivots.dtype}"
        )
    if tuple(pivots.shape) != tuple(LU.shape[:-1]) or B.shape[-2 if left else -1] != LU.shape[-1]:
        raise ShapeError(
            f"linalg.lu_solve: LU of shape {tuple(LU.shape)} does not fit pivots of shape {tuple(pivots.shape)} and "
            f"B of shape {tuple(B.shape)}"
        )
    if not left:  # X·A = B is Aᴴ·Xᴴ = Bᴴ
        return lu_solve(LU, pivots, B.mT.conj(), adjoint=not adjoint).mT.conj()
    backend = backend_of(LU.array)
    p = wrap(permutation_matrix(backend, pivots.array, LU.shape[-1], LU.array.dtype))
    if adjoint:
        half = SolveTriangular.apply(LU.mT.conj(), B, upper=False, unit=False)
        return matmul(p, SolveTriangular.apply(LU.mT.conj(), half, upper=True, unit=True))
    half = SolveTriangular.apply(LU, matmul(p.mT, B), upper=False, unit=True)
    return SolveTriangular.apply(LU, half, upper=True, unit=False)
