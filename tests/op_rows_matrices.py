"""Rows of the op table: linear algebra."""

from __future__ import annotations

import importlib

import numpy as np
from op_samples import call, row, x

from minitorch import linalg


def regular(*shape):
    """Square matrices far from singular ones."""
    return x(*shape) / 4 + np.eye(shape[-1]) * 2


def pairs(*shape):
    """What is said of a function of regular matrices: one, a batch, empty ones."""
    return lambda: [call(regular(3, 3)), call(regular(2, 2, 2)), call(x(0, 0)), call(x(0, 2, 2))]


def adj(a):
    return np.conj(np.swapaxes(a, -1, -2))


def positive(a):
    """A positive definite matrix made of any."""
    return a @ adj(a) + np.eye(a.shape[-1], dtype=a.dtype)


def made(function, make):
    """The function of what `make` makes of its first tensor, which is any matrix."""
    return lambda a, *args, **settings: function(make(a), *args, **settings)


def ours_positive(a):
    return a @ a.mH + minitorch_eye(a)


def minitorch_eye(a):
    return a.new_ones(a.shape[-1]).diag()


def hermitian(a):
    return a + (a.mH if hasattr(a, "mH") and not isinstance(a, np.ndarray) else adj(a))


def in_torch(name):
    """PyTorch's function of this name, called later."""

    def function(*args, **settings):
        import torch

        found = torch
        for part in name.split("."):
            found = getattr(found, part)
        return found(*args, **settings)

    return function


PLAIN = {"complex": True, "half": False}

row("linalg.inv", np.linalg.inv, pairs(), **PLAIN)
row("linalg.inv_ex", None, lambda: [call(regular(2, 2))], **PLAIN)
row("linalg.det", np.linalg.det, pairs(), **PLAIN)
row("linalg.slogdet", lambda a: tuple(np.linalg.slogdet(a)), lambda: pairs()()[:2], **PLAIN)
row("logdet", lambda a: np.linalg.slogdet(a)[1], lambda: pairs()()[:2], half=False)
row(
    "linalg.solve",
    lambda a, b, left=True: np.linalg.solve(a, b) if left else adj(np.linalg.solve(adj(a), adj(b))),
    lambda: [
        call(regular(3, 3), x(3, 2)),
        call(regular(2, 3, 3), x(3, 2)),
        call(regular(3, 3), x(3)),
        call(regular(2, 2), x(3, 2), left=False),
        call(regular(2, 2), x(0, 2, 1)),
    ],
    **PLAIN,
)
row("linalg.solve_ex", None, lambda: [call(regular(2, 2), x(2, 1))], **PLAIN)
row(
    "linalg.solve_triangular",
    lambda a, b, upper, left=True, unitriangular=False: (
        np.linalg.solve((np.triu if upper else np.tril)(a), b)
        if left and not unitriangular
        else np.linalg.solve((np.triu if upper else np.tril)(a, 1 if upper else -1) + np.eye(len(a)), b)
        if left
        else adj(np.linalg.solve(adj((np.triu if upper else np.tril)(a)), adj(b)))
    ),
    lambda: [
        call(regular(3, 3), x(3, 2), upper=True),
        call(regular(2, 3, 3), x(3, 2), upper=False),
        call(regular(3, 3), x(2, 3), upper=True, left=False),
        call(regular(3, 3), x(3, 1), upper=False, unitriangular=True),
    ],
    **PLAIN,
)
row("linalg.tensorinv", np.linalg.tensorinv, lambda: [call(x(4, 2, 2), ind=1)], **PLAIN)
row("linalg.tensorsolve", np.linalg.tensorsolve, lambda: [call(x(2, 2, 4), x(2, 2))], **PLAIN)
row(
    "linalg.cholesky",
    made(np.linalg.cholesky, positive),
    lambda: [call(x(3, 3)), call(x(2, 2, 2)), call(x(0, 0))],
    function=made(linalg.cholesky, ours_positive),
    torch=made(
        in_torch("linalg.cholesky"), positive_torch := lambda a: a @ a.mH + a.new_ones(a.shape[-1]).diag()
    ),
    **PLAIN,
)
row(
    "linalg.cholesky_ex",
    None,
    lambda: [call(x(2, 2), upper=True)],
    function=made(linalg.cholesky_ex, ours_positive),
    torch=made(in_torch("linalg.cholesky_ex"), positive_torch),
    **PLAIN,
)
row(
    "linalg.lu_factor",
    None,
    lambda: [call(x(3, 3)), call(x(2, 4, 3)), call(x(2, 3)), call(x(0, 2))],
    **PLAIN,
)
row("linalg.lu_factor_ex", None, lambda: [call(x(2, 2))], **PLAIN)
row("linalg.lu", None, lambda: [call(x(3, 3)), call(x(2, 4, 3)), call(x(2, 3))], **PLAIN)
row(
    "linalg.lu_solve",
    lambda a, b, **_: np.linalg.solve(a, b),
    lambda: [call(regular(3, 3), x(3, 2)), call(regular(2, 2, 2), x(2, 2, 1))],
    function=lambda a, b: linalg.lu_solve(*linalg.lu_factor(a), b),
    torch=lambda a, b: in_torch("linalg.lu_solve")(*in_torch("linalg.lu_factor")(a), b),
    **PLAIN,
)
INDEFINITE = np.array([[0.0, 2.0, 1.0], [2.0, 0.0, 3.0], [1.0, 3.0, 4.0]])


def by_ldl(room):
    """The solution with INDEFINITE, in either library."""

    def solved(b):
        a = b.new_tensor(INDEFINITE.tolist())
        return room().ldl_solve(*room().ldl_factor(a), b)

    return solved


row(
    "linalg.ldl_solve",
    lambda b: np.linalg.solve(INDEFINITE, b),
    lambda: [call(x(3, 2)), call(x(2, 3, 1))],
    function=by_ldl(lambda: linalg),
    torch=by_ldl(lambda: importlib.import_module("torch").linalg),
    **PLAIN,
)
row(
    "linalg.qr",
    lambda a, mode="reduced": tuple(np.linalg.qr(a)),
    lambda: [call(x(3, 3)), call(x(2, 4, 2)), call(x(2, 3)), call(x(0, 2))],
    torch="linalg.qr",
    **PLAIN,
)
row(
    "linalg.householder_product",
    None,
    lambda: [call(x(4, 3), x(2)), call(x(2, 3, 2), x(2, 2)), call(x(3, 2), x(0))],
    **PLAIN,
)
row(
    "linalg.svd",
    lambda a: (np.linalg.svd(a)[1], *(lambda u, s, vh: (np.abs(u), np.abs(vh)))(*np.linalg.svd(a, False))),
    lambda: [call(x(3, 3)), call(x(2, 4, 2)), call(x(2, 3))],
    function=lambda a: (lambda u, s, vh: (s, u.abs(), vh.abs()))(*linalg.svd(a, False)),
    torch=lambda a: (lambda u, s, vh: (s, u.abs(), vh.abs()))(*in_torch("linalg.svd")(a, False)),
    **PLAIN,
)
row(
    "linalg.svdvals",
    lambda a: np.linalg.svd(a)[1],
    lambda: [call(x(3, 3)), call(x(2, 4, 2)), call(x(0, 2))],
    **PLAIN,
)
row(
    "linalg.eigh",
    lambda a, UPLO="L": (lambda w, v: (w, np.abs(v)))(*np.linalg.eigh(a + adj(a))),
    lambda: [call(x(3, 3)), call(x(2, 2, 2)), call(x(3, 3), UPLO="U")],
    function=lambda a, UPLO="L": (lambda w, v: (w, v.abs()))(*linalg.eigh(hermitian(a), UPLO)),
    torch=lambda a, UPLO="L": (lambda w, v: (w, v.abs()))(*in_torch("linalg.eigh")(a + a.mH, UPLO)),
    **PLAIN,
)
row(
    "linalg.eigvalsh",
    made(np.linalg.eigvalsh, hermitian),
    lambda: [call(x(3, 3)), call(x(2, 2, 2)), call(x(0, 0))],
    function=made(linalg.eigvalsh, hermitian),
    torch=made(in_torch("linalg.eigvalsh"), hermitian),
    **PLAIN,
)
DISTINCT = np.array([[1.0, 0.5, 0.2], [0.1, 3.0, 0.4], [0.3, 0.2, 6.0]])
row(
    "linalg.eig",
    lambda a: (lambda w, v: (w.astype(complex), np.abs(v)))(*np.linalg.eig(a)),
    lambda: [call(DISTINCT), call(np.stack([DISTINCT, DISTINCT.T * 2]))],
    function=lambda a: (lambda w, v: (w, v.abs()))(*linalg.eig(a)),
    torch=lambda a: (lambda w, v: (w, v.abs()))(*in_torch("linalg.eig")(a)),
    casts=True,
    **PLAIN,
)
row(
    "linalg.eigvals",
    lambda a: np.linalg.eigvals(a).astype(complex),
    lambda: [call(DISTINCT)],
    casts=True,
    **PLAIN,
)
row(
    "linalg.pinv",
    np.linalg.pinv,
    lambda: [call(x(3, 2)), call(x(2, 2, 3)), call(regular(3, 3)), call(x(0, 2))],
    **PLAIN,
)
row(
    "linalg.lstsq",
    lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0],
    lambda: [call(x(4, 2), x(4, 3)), call(x(2, 3), x(2, 1))],
    function=lambda a, b: linalg.lstsq(a, b).solution,
    torch=lambda a, b: in_torch("linalg.lstsq")(a, b).solution,
    **PLAIN,
)
row(
    "linalg.vector_norm",
    lambda a, ord=2, dim=None, keepdim=False: np.linalg.norm(
        a if dim is not None else a.ravel(), ord, dim, keepdims=keepdim and dim is not None
    ),
    lambda: [
        call(x(2, 3)),
        call(x(2, 3), 3, dim=1),
        call(x(2, 3), 1, dim=0, keepdim=True),
        call(x(4), float("inf")),
        call(x(4), 0),
        call(x(0)),
    ],
    complex=True,
)
row(
    "linalg.matrix_norm",
    lambda a, ord="fro", dim=(-2, -1), keepdim=False: np.linalg.norm(a, ord, dim, keepdim),
    lambda: [
        *[call(x(2, 3), o) for o in ("fro", "nuc", 2, -2, 1, -1, float("inf"), -float("inf"))],
        call(x(2, 3, 2), "nuc", dim=(0, 2)),
        call(x(2, 3, 2), 1, keepdim=True),
    ],
    **PLAIN,
)
row(
    "linalg.norm",
    lambda a, ord=None, dim=None, keepdim=False: np.linalg.norm(a, ord, dim, keepdim),
    lambda: [
        call(x(2, 3)),
        call(x(3), 3),
        call(x(2, 3), 2),
        call(x(2, 3, 2), 1, dim=(0, 1)),
        call(x(2, 3), dim=1),
    ],
    **PLAIN,
)
row(
    "linalg.cond",
    np.linalg.cond,
    lambda: [call(regular(3, 3)), call(regular(2, 2, 2), "fro"), call(regular(3, 3), 1), call(x(3, 2), -2)],
    torch_differentiates=False,  # an error of its own backward
    **PLAIN,
)
row(
    "linalg.matrix_exp",
    lambda a: __import__("scipy.linalg").linalg.expm(a) if a.size else a,
    lambda: [call(x(3, 3)), call(x(2, 2, 2) * 4), call(x(0, 0))],
    **PLAIN,
)
row(
    "linalg.cross",
    lambda a, b, dim=-1: np.cross(a, b, axis=dim),
    lambda: [call(x(2, 3), x(2, 3)), call(x(3, 2), x(3, 2), dim=0)],
    complex=True,
    integers="same",
)
row(
    "linalg.diagonal",
    lambda a: np.diagonal(a, 0, -2, -1),
    lambda: [call(x(2, 3, 3))],
    complex=True,
    integers="same",
)
row(
    "linalg.vander",
    lambda a, N=None: a[..., None] ** np.arange(a.shape[-1] if N is None else N),
    lambda: [call(x(3)), call(x(2, 2), N=4)],
    half=False,
    complex=True,
)
