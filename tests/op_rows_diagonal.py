"""Rows of the op table: diagonals and triangles."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import call, row, x

row(
    "diagonal",
    lambda a, offset=0, dim1=0, dim2=1: np.diagonal(a, offset, dim1, dim2),
    lambda: [
        call(x(3, 4)),
        call(x(3, 4), 1),
        call(x(4, 3), -2),
        call(x(3, 4), 7),
        call(x(2, 3, 4), 1, dim1=-1, dim2=0),
        call(x(0, 3)),
    ],
    complex=True,
    integers="same",
)


def embedded(a: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    n = a.shape[-1] + abs(offset)
    y = np.zeros((*a.shape[:-1], n, n), a.dtype)
    i = np.arange(a.shape[-1])
    y[..., i + max(-offset, 0), i + max(offset, 0)] = a
    return np.moveaxis(y, (-2, -1), (dim1, dim2))


row(
    "diag_embed",
    embedded,
    lambda: [call(x(3)), call(x(2, 3), 1), call(x(2, 3), offset=-2, dim1=0, dim2=2), call(x(0))],
    complex=True,
)
row(
    "diag",
    lambda a, diagonal=0: np.diag(a, diagonal),
    lambda: [call(x(3)), call(x(3), -1), call(x(3, 4)), call(x(3, 4), 2), call(x(0))],
    complex=True,
)
row("trace", np.trace, lambda: [call(x(3, 3)), call(x(2, 4)), call(x(0, 2))], complex=True, integers="int64")
for name in ("tril", "triu"):
    row(
        name,
        lambda a, diagonal=0, name=name: getattr(np, name)(a, diagonal),
        lambda: [call(x(3, 4)), call(x(2, 3, 3), 1), call(x(4, 3), diagonal=-1), call(x(0, 3))],
        complex=True,
        integers="same",
    )
