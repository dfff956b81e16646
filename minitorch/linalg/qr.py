"""The QR factorization, and matrices that are given by Householder reflectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, GradientError, NotSupportedError, ShapeError
from minitorch.linalg.common import (
    adj,
    check_matrices,
    check_same,
    diagonal_matrix,
    diagonal_of,
    lower,
    mm,
    real_of,
    upper,
)
from minitorch.linalg.solve import SolveTriangular
from minitorch.op import Op
from minitorch.ops.common import require_tensors
from minitorch.ops.join import cat
from minitorch.ops.linalg import matmul
from minitorch.ops.out import with_out
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class QRFactors(Op):
    """X = Q·R with m ≥ n and R square;   dX = [G_Q + Q·S(triu(G_R·Rᴴ − Qᴴ·G_Q))]·R⁻ᴴ.

    S(M) = M + Mᴴ with the real part of M's diagonal, once, on the diagonal.

    Source: S. F. Walter, L. Lehmann, "Algorithmic Differentiation of Linear Algebra Functions" (2010), section
    3.1; M. Seeger et al., "Auto-Differentiating Linear Algebra" (2017), section 3.1.
    """

    def forward(self, x: Array) -> tuple[Array, Array]:
        q, r = self.backend.qr(x, False)
        self.save(q=q, r=r)
        return q, r

    def backward(self, g_q: Array, g_r: Array) -> Array:
        q, r = self.saved.q, self.saved.r
        p = upper(mm(g_r, adj(r)) - mm(adj(q), g_q))
        s = p + adj(p) - diagonal_matrix(real_of(diagonal_of(p)))
        return adj(SolveTriangular.apply(r, adj(g_q + mm(q, s)), upper=True, unit=False))


class AllQR(Op):
    """X = Q·R with all m columns of Q, or R alone: without a gradient, as they are not determined by X."""

    def forward(self, x: Array, *, complete: bool) -> tuple[Array, Array]:
        q, r = self.backend.qr(x, complete)
        return q, r

    def backward(self, *g: Array) -> Array:
        raise GradientError(
            "linalg.qr: mode='r', and mode='complete' for more rows than columns, have no gradient; "
            "use mode='reduced'"
        )


class Reflectors(Op):
    """R with the vectors of the reflectors below it, and their factors; without a gradient."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        h, tau = self.backend.geqrf(x)
        return h, tau

    def backward(self, *g: Array) -> Array:
        raise NotSupportedError("geqrf: no gradient; use linalg.qr")


@kernel
@with_out
def qr(A: Any, mode: str = "reduced") -> Any:
    """The factorization A = Q·R into orthonormal columns and an upper triangle.

    Args:
        A: (…, m, n).
        mode: "reduced" gives min(m, n) columns of Q, "complete" all m, "r" none, but R.

    Returns:
        `Q` and `R`; for "r" an empty `Q`.

    >>> import minitorch
    >>> q, r = minitorch.linalg.qr(minitorch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> r.abs()
    tensor([[5.0000, 2.2000],
            [0.0000, 0.4000]])
    """
    check_matrices("linalg.qr", A=A)
    if mode not in ("reduced", "complete", "r"):
        raise ArgumentError(f"linalg.qr: mode must be 'reduced', 'complete' or 'r', got {mode!r}")
    result = named("linalg_qr", "Q", "R")
    m, n = A.shape[-2:]
    if mode == "r" or (mode == "complete" and m > n):
        q, r = AllQR.apply(A, complete=mode == "complete")
        return result(A.new_empty(0) if mode == "r" else q, r)
    if m >= n:
        return result(*QRFactors.apply(A))
    q, r = QRFactors.apply(A[..., :m])  # the other columns follow: Qᴴ·A₂
    return result(q, cat([r, matmul(q.mT.conj(), A[..., m:])], -1))


@kernel
@with_out
def geqrf(input: Any) -> Any:
    """The QR factorization as LAPACK leaves it: R, with the reflectors that make up Q below it, and their factors.

    Returns:
        `a` and `tau`, for `ormqr` and `linalg.householder_product`.

    >>> import minitorch
    >>> minitorch.geqrf(minitorch.tensor([[3.0], [4.0]])).a[0].abs()
    tensor([5.])
    """
    check_matrices("geqrf", input=input)
    return named("geqrf", "a", "tau")(*Reflectors.apply(input))


def check_reflectors(op_name: str, A: Any, tau: Any) -> None:
    """Refuses vectors and factors that do not fit."""
    check_matrices(op_name, input=A)
    require_tensors(op_name, tau=tau)
    check_same(op_name, A, tau)
    m, n = A.shape[-2:]
    if n > m and op_name != "ormqr":
        raise ShapeError(f"{op_name}: input must not have more columns than rows, got shape {tuple(A.shape)}")
    if tau.ndim != A.ndim - 1 or tuple(tau.shape[:-1]) != tuple(A.shape[:-2]) or tau.shape[-1] > min(m, n):
        raise ShapeError(
            f"{op_name}: tau of shape {tuple(tau.shape)} does not fit an input of shape {tuple(A.shape)}"
        )


def reflect(A: Any, tau: Any, x: Any, backwards: bool, adjoint: bool) -> Any:
    """H₁·H₂·…·X, or its reverse …·H₂·H₁·X, with Hᵢ = 1 − τᵢ·vᵢ·vᵢᴴ, or Hᵢᴴ."""
    rows = A.shape[-2]
    v = lower(A, -1) + wrap(backend_of(A.array).eye(rows, A.shape[-1], A.array.dtype))
    tau = tau.conj() if adjoint else tau
    order = range(tau.shape[-1])
    for i in order if backwards else reversed(order):
        column = v[..., :, i : i + 1]
        x = x - tau[..., i, None, None] * matmul(column, matmul(column.mT.conj(), x))
    return x


@kernel
@with_out
def householder_product(A: Any, tau: Any) -> Variable:
    """The first n columns of H₁·H₂·…, a product of Householder reflectors Hᵢ = 1 − τᵢ·vᵢ·vᵢᴴ.

    Args:
        A: (…, m, n), with vᵢ below the diagonal of column i; a 1 on the diagonal is understood.
        tau: (…, k) with k ≤ n.

    Shape: (…, m, n).

    >>> import minitorch
    >>> minitorch.linalg.householder_product(minitorch.tensor([[0.0], [0.0]]), minitorch.tensor([2.0]))
    tensor([[-1.],
            [ 0.]])
    """
    check_reflectors("linalg.householder_product", A, tau)
    m, n = A.shape[-2:]
    one = wrap(backend_of(A.array).eye(m, n, A.array.dtype)).expand(*A.shape)
    return reflect(A, tau, one, False, False) if tau.shape[-1] else one.clone()


@kernel
@with_out
def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Variable:
    """Q·C, or C·Q, for the Q that reflectors make up.

    Args:
        input: the vectors of the reflectors, as `geqrf` gives them.
        tau: their factors.
        other: C.
        left: False for C·Q.
        transpose: Qᴴ in the place of Q.

    >>> import minitorch
    >>> a, tau = minitorch.geqrf(minitorch.tensor([[3.0], [4.0]]))
    >>> minitorch.ormqr(a, tau, minitorch.tensor([[3.0], [4.0]]), transpose=True).abs().round()
    tensor([[5.],
            [0.]])
    """
    check_reflectors("ormqr", input, tau)
    check_matrices("ormqr", other=other)
    check_same("ormqr", input, other)
    if other.ndim != input.ndim or tuple(other.shape[:-2]) != tuple(input.shape[:-2]):
        raise ShapeError(f"ormqr: the batches of {tuple(input.shape)} and {tuple(other.shape)} differ")
    if other.shape[-2 if left else -1] != input.shape[-2]:
        raise ShapeError(
            f"ormqr: reflectors of shape {tuple(input.shape)} do not fit other of shape {tuple(other.shape)}"
        )
    if left:
        y = reflect(input, tau, other, transpose, transpose)
    else:  # C·Q = (Qᴴ·Cᴴ)ᴴ
        y = reflect(input, tau, other.mT.conj(), not transpose, not transpose).mT.conj()
    return y if tau.shape[-1] else other.clone()
