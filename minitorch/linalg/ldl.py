"""The LDL factorization of symmetric matrices that need not be positive definite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.backend_linalg import broadcast
from minitorch.errors import DtypeError, NotSupportedError, ShapeError
from minitorch.linalg.common import check_info, check_matrices, check_same
from minitorch.op import Op
from minitorch.ops.common import require_tensors
from minitorch.ops.diagonal import triangle
from minitorch.ops.out import with_out
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LDLFactor(Op):
    """L and D of A = L·D·Lᵀ in one matrix, pivots, and info; without a gradient."""

    def forward(self, x: Array, *, hermitian: bool) -> tuple[Array, Array, Array]:
        b = self.backend
        *batch, n, _ = x.shape
        y = b.copy(x).reshape(-1, n, n) if x.size else b.zeros((0, n, n), x.dtype)
        pivots, info = b.zeros((*batch, n), "int32"), b.zeros(tuple(batch), "int32")
        for i in range(len(y)):
            y[i], pivots.reshape(-1, n)[i], info.reshape(-1)[i] = b.ldl(y[i], hermitian)
        y = y.reshape(x.shape)
        return b.where(triangle("ldl_factor", y, 0), y, y.dtype.type(0)), pivots, info

    def backward(self, *g: Array) -> Array:
        raise NotSupportedError("linalg.ldl_factor: no gradient; use linalg.solve or linalg.cholesky")


class LDLSolve(Op):
    """X with A·X = B, for a factored A;   dB = conj(A)⁻¹·G for symmetric A, A⁻¹·G for Hermitian ones."""

    broadcasts = True

    def forward(self, b: Array, y: Array, *, pivots: Array, hermitian: bool) -> Array:
        backend = self.backend
        self.pivots, self.hermitian = pivots, hermitian
        self.save(y=y)
        n, k = b.shape[-2:]
        batch = broadcast(y.shape[:-2], b.shape[:-2])
        if 0 in (*batch, n, k):
            return backend.zeros((*batch, n, k), b.dtype)
        factors = backend.broadcast_to(y, (*batch, n, n)).reshape(-1, n, n)
        swaps = backend.broadcast_to(pivots, (*batch, n)).reshape(-1, n)
        right = backend.broadcast_to(b, (*batch, n, k)).reshape(-1, n, k)
        solved = [
            backend.ldl_solve(a, p, x, hermitian) for a, p, x in zip(factors, swaps, right, strict=True)
        ]
        return backend.stack(solved, axis=0).reshape(*batch, n, k)

    def backward(self, g: Array) -> tuple[Array, None]:
        if self.needs_input_grad[1]:
            raise NotSupportedError("linalg.ldl_solve: no gradient for LD; use linalg.solve")
        y = self.saved.y if self.hermitian else self.saved.y.conj()
        return LDLSolve.apply(g, y, pivots=self.pivots, hermitian=self.hermitian), None


@with_out
def ldl_factor_ex(A: Any, *, hermitian: bool = False, check_errors: bool = False) -> Any:
    """The LDL factorization in compact form, and a number for each matrix that tells whether D is singular.

    Args:
        A: (…, n, n), symmetric; the lower triangle is read.
        hermitian: A is Hermitian instead, if it is complex.
        check_errors: raise an error for a singular D.

    Returns:
        `LD`, `pivots` and `info`, as LAPACK's sytrf gives them.

    >>> import minitorch
    >>> minitorch.linalg.ldl_factor_ex(minitorch.tensor([[0.0, 1.0], [1.0, 0.0]])).pivots
    tensor([-2, -2], dtype=minitorch.int32)
    """
    check_matrices("linalg.ldl_factor", square=True, A=A)
    y, pivots, info = LDLFactor.apply(A, hermitian=hermitian and A.is_complex())
    if check_errors:
        check_info(
            "linalg.ldl_factor", info.array, "has a zero pivot, number {}, so its D cannot be inverted"
        )
    return named("linalg_ldl_factor_ex", "LD", "pivots", "info")(y, pivots, info)


@with_out
def ldl_factor(A: Any, *, hermitian: bool = False) -> Any:
    """The factorization A = L·D·Lᵀ of symmetric matrices, with 1 × 1 and 2 × 2 blocks in D, for `ldl_solve`.

    Args:
        A: (…, n, n), symmetric; the lower triangle is read.
        hermitian: A is Hermitian instead, if it is complex.

    Returns:
        `LD` and `pivots`, as LAPACK's sytrf gives them.

    Raises:
        LinAlgError: if D is singular.

    Source: J. Bunch, L. Kaufman, "Some Stable Methods for Calculating Inertia and Solving Symmetric Linear Systems"
    (1977).

    >>> import minitorch
    >>> minitorch.linalg.ldl_factor(minitorch.tensor([[2.0, 1.0], [1.0, 2.0]])).LD
    tensor([[2.0000, 0.0000],
            [0.5000, 1.5000]])
    """
    y, pivots, _ = ldl_factor_ex(A, hermitian=hermitian, check_errors=True)
    return named("linalg_ldl_factor", "LD", "pivots")(y, pivots)


@with_out
def ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: bool = False) -> Variable:
    """The solution X of A·X = B, with the LDL factorization of A.

    Args:
        LD: (…, n, n), from `ldl_factor`.
        pivots: (…, n).
        B: (…, n, k); leading dims broadcast.
        hermitian: as for `ldl_factor`.

    >>> import minitorch
    >>> compact = minitorch.linalg.ldl_factor(minitorch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    >>> minitorch.linalg.ldl_solve(*compact, minitorch.tensor([[1.0], [2.0]]))
    tensor([[2.],
            [1.]])
    """
    check_matrices("linalg.ldl_solve", square=True, LD=LD)
    check_matrices("linalg.ldl_solve", B=B)
    require_tensors("linalg.ldl_solve", pivots=pivots)
    check_same("linalg.ldl_solve", LD, B)
    if pivots.dtype.category != dtypes.INTEGER:
        raise DtypeError(f"linalg.ldl_solve: pivots must be integers, got {pivots.dtype}")
    if tuple(pivots.shape) != tuple(LD.shape[:-1]) or B.shape[-2] != LD.shape[-1]:
        raise ShapeError(
            f"linalg.ldl_solve: LD of shape {tuple(LD.shape)} does not fit pivots of shape {tuple(pivots.shape)} and "
            f"B of shape {tuple(B.shape)}"
        )
    return LDLSolve.apply(B, LD, pivots=pivots.array, hermitian=hermitian and LD.is_complex())
