"""The Cholesky factorization A = L·Lᴴ of positive definite matrices, and what is computed from L."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ShapeError
from minitorch.linalg.common import (
    adj,
    check_info,
    check_matrices,
    check_same,
    eye_like,
    lower,
    mm,
)
from minitorch.linalg.solve import SolveTriangular
from minitorch.op import Op
from minitorch.ops.out import with_out
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable

INDEFINITE = "is not positive definite: its leading minor of order {} is not; see linalg.eigvalsh"


class CholeskyFactor(Op):
    """L of A = L·Lᴴ, and info;   dA = L⁻ᴴ·S·L⁻¹ with S = (T + tril₋₁(T)ᴴ)/2 and T = tril(Lᴴ·G).

    With `upper`, A is read from its upper triangle.

    Source: I. Murray, "Differentiation of the Cholesky Decomposition" (2016), equation 10.
    """

    materialize = False

    def forward(self, x: Array, *, upper: bool) -> tuple[Array, Array]:
        y, info = self.backend.cholesky(adj(x) if upper else x)
        self.save(output=y)
        return y, info

    def backward(self, g: Array, _: None) -> Array:
        y = self.saved.output
        yh = adj(y)
        p = mm(yh, g)
        inner = (lower(p) + adj(lower(p, -1))) / 2
        left = SolveTriangular.apply(yh, inner, upper=True, unit=False)  # L⁻ᴴ·S
        return adj(SolveTriangular.apply(yh, adj(left), upper=True, unit=False))


class CholeskySolve(Op):
    """X = (L·Lᴴ)⁻¹·B;   dB = (L·Lᴴ)⁻¹·G,  dL = −(dB·Xᴴ + X·dBᴴ)·L, as if the other triangle of L counted, too."""

    broadcasts = True

    def forward(self, b: Array, y: Array) -> Array:
        half = self.backend.solve_triangular(y, b, False, False)
        x = self.backend.solve_triangular(adj(y), half, True, False)
        self.save(y=y, output=x)
        return x

    def backward(self, g: Array) -> tuple[Array, Array | None]:
        y = self.saved.y
        db = CholeskySolve.apply(g, y)
        if not self.needs_input_grad[1]:
            return db, None
        p = mm(db, adj(self.saved.output))
        return db, -mm(p + adj(p), lower(y))


@kernel
@with_out
def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> Any:
    """The Cholesky factors, and a number for each matrix that tells whether it has one.

    Args:
        A: (…, n, n), Hermitian; one triangle is read.
        upper: give Lᴴ, and read the upper triangle.
        check_errors: raise an error for a matrix that is not positive definite.

    Returns:
        `L`, with NaN where there is none, and `info`: 0, or the order of the first leading minor that is not
        positive definite.

    >>> import minitorch
    >>> minitorch.linalg.cholesky_ex(-minitorch.eye(2)).info
    tensor(1, dtype=minitorch.int32)
    """
    return factor("linalg.cholesky_ex", A, upper, check_errors)


def factor(op_name: str, A: Any, upper: bool, check_errors: bool) -> Any:
    """The factors and infos, under the name of the function that asks."""
    check_matrices(op_name, square=True, A=A)
    y, info = CholeskyFactor.apply(A, upper=upper)
    if check_errors:
        check_info(op_name, info.array, INDEFINITE)
    return named("linalg_cholesky_ex", "L", "info")(y.mT.conj() if upper else y, info)


@kernel
@with_out
def cholesky(A: Any, *, upper: bool = False) -> Variable:
    """The lower triangle L with A = L·Lᴴ, of positive definite matrices.

    Args:
        A: (…, n, n), symmetric or Hermitian; one triangle is read.
        upper: give Lᴴ, and read the upper triangle.

    Raises:
        LinAlgError: for a matrix that is not positive definite.

    >>> import minitorch
    >>> minitorch.linalg.cholesky(minitorch.tensor([[4.0, 2.0], [2.0, 2.0]]))
    tensor([[2., 0.],
            [1., 1.]])
    """
    return factor("linalg.cholesky", A, upper, True).L


@kernel
@with_out
def cholesky_solve(B: Any, L: Any, upper: bool = False) -> Variable:
    """The solution X of A·X = B, with the Cholesky factor of A.

    Args:
        B: (…, n, k).
        L: (…, n, n); its other triangle is not looked at.
        upper: whether L is an upper triangle.

    >>> import minitorch
    >>> minitorch.cholesky_solve(minitorch.tensor([[4.0]]), minitorch.tensor([[2.0]]))
    tensor([[1.]])
    """
    check_matrices("cholesky_solve", B=B)
    check_matrices("cholesky_solve", square=True, L=L)
    check_same("cholesky_solve", B, L)
    if B.shape[-2] != L.shape[-1]:
        raise ShapeError(
            f"cholesky_solve: L of shape {tuple(L.shape)} does not fit B of shape {tuple(B.shape)}"
        )
    return CholeskySolve.apply(B, L.mT.conj() if upper else L)


@kernel
@with_out
def cholesky_inverse(L: Any, upper: bool = False) -> Variable:
    """The inverse of A, from its Cholesky factor.

    >>> import minitorch
    >>> minitorch.cholesky_inverse(minitorch.tensor([[2.0]]))
    tensor([[0.2500]])
    """
    check_matrices("cholesky_inverse", square=True, L=L)
    return cholesky_solve(eye_like(L), L, upper=upper) if L.numel() else L.clone()
