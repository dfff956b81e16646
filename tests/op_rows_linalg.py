"""Rows of the op table: products."""

from __future__ import annotations

import numpy as np
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
