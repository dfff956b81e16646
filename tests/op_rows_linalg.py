"""Rows of the op table: products."""

from __future__ import annotations

import numpy as np
import scipy.special
from op_samples import call, row, x

row(
    "matmul",
    np.matmul,
    lambda: [
        call(x(2, 3), x(3, 4)),
        call(x(3), x(3)),
        call(x(2, 3), x(3)),
        call(x(3), x(3, 2)),
        call(x(2, 2, 3), x(3, 4)),
        call(x(2, 2, 3), x(3)),
        call(x(3), x(2, 3, 2)),
        call(x(2, 1, 2, 3), x(2, 3, 2)),
        call(x(2, 3), x(2, 3, 2)),
        call(x(0, 3), x(3, 2)),
        call(x(2, 0), x(0, 3)),
        call(x(2, 0, 3), x(3, 2)),
        call(x(2, 2, 0), x(0, 2)),
    ],
    complex=True,
    integers="same",
)
row("rmatmul", lambda a, b: b @ a, lambda: [call(x(3, 4), x(2, 3))], torch=lambda a, b: b @ a)
row("mm", np.matmul, lambda: [call(x(2, 3), x(3, 4)), call(x(2, 0), x(0, 2))], complex=True)
row(
    "bmm",
    np.matmul,
    lambda: [call(x(2, 2, 3), x(2, 3, 2)), call(x(0, 2, 3), x(0, 3, 2))],
    complex=True,
)
row("mv", np.matmul, lambda: [call(x(2, 3), x(3)), call(x(2, 0), x(0))], complex=True)
row("dot", np.dot, lambda: [call(x(3), x(3)), call(x(0), x(0))], complex=True, integers="same")
row("outer", np.outer, lambda: [call(x(3), x(2)), call(x(0), x(2))], complex=True, integers="same")
row(
    "linear",
    lambda a, w, bias=None: a @ w.T + (0 if bias is None else bias),
    lambda: [
        call(x(4, 3), x(2, 3), x(2)),
        call(x(4, 3), x(2, 3)),
        call(x(3), x(2, 3), x(2)),
        call(x(2, 2, 3), x(2, 3), bias=x(2)),
        call(x(0, 3), x(2, 3), x(2)),
        call(x(4, 3), x(3)),
        call(x(2, 0), x(3, 0), x(3)),
    ],
    complex=True,
)
row(
    "bilinear",
    lambda a, b, w, bias=None: np.einsum("...i,oij,...j->...o", a, w, b) + (0 if bias is None else bias),
    lambda: [
        call(x(4, 3), x(4, 2), x(5, 3, 2), x(5)),
        call(x(4, 3), x(4, 2), x(5, 3, 2)),
        call(x(2, 2, 3), x(2, 2, 1), x(1, 3, 1), bias=x(1)),
        call(x(0, 3), x(0, 2), x(5, 3, 2), x(5)),
    ],
)


def weighted(product):
    """The reference of a product with something added."""
    return lambda c, a, b, beta=1, alpha=1: beta * c + alpha * product(a, b)


def activated(c, a, b, beta=1, alpha=1, use_gelu=False):
    z = beta * c + alpha * (a @ b)
    return z * scipy.special.ndtr(z) if use_gelu else np.maximum(z, 0)


row(
    "_addmm_activation",
    activated,
    lambda: [
        call(x(4), x(2, 3), x(3, 4)),
        call(x(4), x(2, 3), x(3, 4), use_gelu=True),
        call(x(2, 4), x(2, 3), x(3, 4), use_gelu=True),
        call(x(4), x(2, 3), x(3, 4), beta=0.5, alpha=2),
        call(x(2), x(0, 3), x(3, 2)),
        call(x(2), x(2, 0), x(0, 2), use_gelu=True),
    ],
)


row(
    "addmm",
    weighted(np.matmul),
    lambda: [
        call(x(2, 4), x(2, 3), x(3, 4)),
        call(x(4), x(2, 3), x(3, 4), beta=0.5, alpha=2),
        call(x(2, 2), x(2, 0), x(0, 2)),
    ],
    complex=True,
    integers="same",
)
row(
    "addmv",
    weighted(np.matmul),
    lambda: [call(x(2), x(2, 3), x(3)), call(x(), x(2, 3), x(3), beta=3, alpha=2)],
    complex=True,
    integers="same",
)
row(
    "addr",
    weighted(np.outer),
    lambda: [call(x(2, 3), x(2), x(3)), call(x(3), x(2), x(3), beta=3, alpha=2), call(x(0, 3), x(0), x(3))],
    complex=True,
    integers="same",
)
row(
    "addbmm",
    weighted(lambda a, b: np.matmul(a, b).sum(0)),
    lambda: [call(x(2, 2), x(4, 2, 3), x(4, 3, 2)), call(x(2), x(2, 2, 3), x(2, 3, 2), beta=3, alpha=2)],
    complex=True,
    integers="same",
)
row(
    "baddbmm",
    weighted(np.matmul),
    lambda: [call(x(4, 2, 2), x(4, 2, 3), x(4, 3, 2)), call(x(2), x(2, 2, 3), x(2, 3, 2), beta=3, alpha=2)],
    complex=True,
    integers="same",
)
row("vdot", np.vdot, lambda: [call(x(3), x(3)), call(x(0), x(0))], complex=True, integers="same")
row(
    "inner",
    np.inner,
    lambda: [call(x(3), x(3)), call(x(2, 3), x(4, 3)), call(x(2, 3), x()), call(x(2, 2, 3), x(3))],
    complex=True,
    integers="same",
)
row(
    "vecdot",
    lambda a, b, dim=-1: (a.conj() * b).sum(dim),
    lambda: [call(x(3), x(3)), call(x(2, 3), x(3)), call(x(3, 2), x(3, 2), dim=0)],
    torch="linalg.vecdot",
    complex=True,
)
row(
    "multi_dot",
    np.linalg.multi_dot,
    lambda: [call([x(2, 4), x(4, 1), x(1, 3)]), call([x(2), x(2, 3), x(3, 2), x(2)]), call([x(2, 3), x(3)])],
    torch="linalg.multi_dot",
    complex=True,
    integers="same",
)
row(
    "chain_matmul",
    lambda *factors: np.linalg.multi_dot(factors) if len(factors) > 1 else factors[0],
    lambda: [call(x(2, 4), x(4, 1), x(1, 3)), call(x(2, 3))],
    complex=True,
    integers="same",
)
row(
    "kron",
    np.kron,
    lambda: [call(x(2, 3), x(3, 2)), call(x(2, 3), x(2)), call(x(), x(2)), call(x(2, 1, 2), x(2, 2))],
    complex=True,
    integers="same",
)
row(
    "cross",
    lambda a, b, dim: np.cross(*np.broadcast_arrays(a, b), axis=dim),
    lambda: [call(x(3), x(3), 0), call(x(2, 3), x(1, 3), dim=-1), call(x(3, 2), x(3, 2), 0)],
    complex=True,
    integers="same",
)
row(
    "matrix_power",
    np.linalg.matrix_power,
    lambda: [call(x(2, 2), n) for n in (0, 1, 2, 3, 5)] + [call(np.eye(3) + x(2, 3, 3) / 9, -2, real=True)],
    complex=True,
    integers="same",
    half=False,
)
row(
    "block_diag",
    lambda *blocks: __import__("scipy.linalg").linalg.block_diag(*blocks),
    lambda: [call(x(2, 3), x(2), x()), call(x(1, 2))],
    complex=True,
    integers="same",
)
row(
    "vander",
    lambda a, N=None, increasing=False: np.vander(a, N, increasing),
    lambda: [call(x(3)), call(x(3), 2), call(x(2), N=4, increasing=True), call(x(3), 0), call(x(0))],
    torch_differentiates=False,  # an error of its own backward
    complex=True,
)
row(
    "dist",
    lambda a, b, p=2: np.linalg.norm((a - b).ravel(), p),
    lambda: [call(x(2, 3), x(2, 3)), call(x(2, 3), x(3), 1), call(x(3), x(2, 1), p=3.5)],
    complex=True,
)
row(
    "cdist",
    lambda a, b, p=2.0, compute_mode=None: np.linalg.norm(
        a[..., :, None, :] - b[..., None, :, :], p, axis=-1
    ),
    lambda: [
        call(x(2, 3), x(4, 3)),
        call(x(2, 2, 3), x(4, 3), 1.0),
        call(x(2, 3), x(4, 3), p=3.0),
        call(x(2, 3), x(4, 3), p=float("inf")),
        call(x(2, 3), x(3, 3), compute_mode="use_mm_for_euclid_dist"),
        call(x(27, 2), x(2, 2)),
        call(x(0, 3), x(2, 3)),
    ],
    half=False,
)
row(
    "renorm",
    lambda a, p, dim, maxnorm: np.stack(
        [
            s
            * min(
                1, maxnorm / (np.linalg.norm(s.ravel(), p) + 1e-7 * (np.linalg.norm(s.ravel(), p) > maxnorm))
            )
            for s in np.moveaxis(a, dim, 0)
        ],
        axis=dim,
    ),
    lambda: [call(x(3, 2), 2, 0, 1.5), call(x(2, 3, 2), 1, -1, 4.0), call(x(2, 3), 3.0, 1, 0.5)],
    complex=True,
)


def covariances(a, correction=1, fweights=None, aweights=None):
    """NumPy's, of a vector, too."""
    return np.cov(a, ddof=correction, fweights=fweights, aweights=aweights)


row(
    "cov",
    covariances,
    lambda: [
        call(x(3, 5)),
        call(x(5)),
        call(x(2, 5), correction=0),
        call(x(2, 4), fweights=np.array([1, 2, 1, 3])),
        call(x(2, 4), aweights=x(4, low=0.5)),
        call(x(2, 4), fweights=np.array([1, 2, 1, 3]), aweights=x(4, low=0.5), correction=2),
    ],
    half=False,
)
row("corrcoef", np.corrcoef, lambda: [call(x(3, 5)), call(x(2, 4))], complex=True, half=False, differences=0)
