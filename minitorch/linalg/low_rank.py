"""Singular values and principal components of large matrices, approximately: svd_lowrank, pca_lowrank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import sampling
from minitorch.errors import ArgumentError
from minitorch.linalg.common import check_matrices
from minitorch.linalg.qr import qr
from minitorch.linalg.spectral import SVD
from minitorch.ops.linalg import matmul

if TYPE_CHECKING:
    from minitorch.variable import Variable


def svd_lowrank(
    A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None
) -> tuple[Variable, Variable, Variable]:
    """An approximation U·diag(S)·Vᴴ of A, from its products with a few random vectors.

    Args:
        A: (…, m, n).
        q: how many vectors: somewhat more than the rank.
        niter: how often they are multiplied by A·Aᴴ, which sharpens the result.
        M: is subtracted from A; it broadcasts.

    Returns:
        U (…, m, q), S (…, q) and V (…, n, q).

    Source: N. Halko, P. Martinsson, J. Tropp, "Finding Structure with Randomness" (2009), algorithms 4.4 and 5.1.

    >>> import minitorch
    >>> u, s, v = minitorch.svd_lowrank(minitorch.ones(4, 3), q=2)
    >>> s[0]
    tensor(3.4641)
    """
    check_matrices("svd_lowrank", A=A)
    q = 6 if q is None else q
    x = A if M is None else A - M
    wide = x.shape[-2] < x.shape[-1]
    if wide:
        x = x.mT.conj()
    xh = x.mT.conj()
    basis = qr(matmul(x, sampling.randn(x.shape[-1], q).to(x.dtype))).Q
    for _ in range(2 if niter is None else niter):
        basis = qr(matmul(x, qr(matmul(xh, basis)).Q)).Q
    u, s, vh = SVD.apply(matmul(basis.mT.conj(), x), full=False)
    u, v = matmul(basis, u), vh.mT.conj()
    return (v, s, u) if wide else (u, s, v)


def pca_lowrank(
    A: Any, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Variable, Variable, Variable]:
    """Principal components of the rows of A, approximately: `svd_lowrank` of A without its column means.

    Args:
        A: (…, m, n): m observations of n variables.
        q: how many components; min(6, m, n) by default.
        center: subtract the means.
        niter: as for `svd_lowrank`.

    Returns:
        U, S and V; the columns of V are the principal directions.

    >>> import minitorch
    >>> u, s, v = minitorch.pca_lowrank(minitorch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), q=1)
    >>> v.abs()
    tensor([[0.7071],
            [0.7071]])
    """
    check_matrices("pca_lowrank", A=A)
    m, n = A.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ArgumentError(f"pca_lowrank: q must lie between 0 and {min(m, n)}, got {q}")
    if niter < 0:
        raise ArgumentError(f"pca_lowrank: niter must not be negative, got {niter}")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
