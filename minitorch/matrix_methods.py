"""The methods of a Variable that see matrices in it: products, and linear algebra, which is loaded when first used."""

from __future__ import annotations

from minitorch import inplace, ops
from minitorch.rooms import later

_in_place = inplace.method


class ProductMethods:
    """Products of matrices and vectors."""

    matmul, mm, bmm, mv, dot, outer = ops.matmul, ops.mm, ops.bmm, ops.mv, ops.dot, ops.outer
    vdot, inner, ger, kron, cross = ops.vdot, ops.inner, ops.outer, ops.kron, ops.cross
    addmm, addmv, addr, addbmm, baddbmm = ops.addmm, ops.addmv, ops.addr, ops.addbmm, ops.baddbmm
    matrix_power, dist, renorm, cov, corrcoef = (
        ops.matrix_power,
        later("dist"),
        later("renorm"),
        later("cov"),
        later("corrcoef"),
    )

    addmm_, addmv_, addr_ = (
        _in_place(ops.addmm, "addmm_"),
        _in_place(ops.addmv, "addmv_"),
        _in_place(ops.addr, "addr_"),
    )
    addbmm_, baddbmm_ = _in_place(ops.addbmm, "addbmm_"), _in_place(ops.baddbmm, "baddbmm_")
    renorm_ = _in_place(later("renorm"), "renorm_")


class MatrixMethods:
    """Decompositions, solutions and spectra."""

    det, logdet, slogdet, inverse, pinverse = map(later, ("det", "logdet", "slogdet", "inverse", "pinverse"))
    cholesky, cholesky_inverse, cholesky_solve = map(
        later, ("cholesky", "cholesky_inverse", "cholesky_solve")
    )
    qr, geqrf, ormqr, orgqr = map(later, ("qr", "geqrf", "ormqr", "orgqr"))
    lu, lu_solve, triangular_solve, svd = map(later, ("lu", "lu_solve", "triangular_solve", "svd"))
    matrix_exp = later("matrix_exp")
    stft, istft = map(later, ("stft", "istft"))
