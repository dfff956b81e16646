"""Rows of the op table: sums of products by named dims."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import call, row, x


def einsum(*args: Any) -> Any:
    if len(args) == 2 and isinstance(args[1], list):
        args = (args[0], *args[1])
    return np.einsum(*args)


EQUATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 2), (2, 2, 4, 2)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("ij,ij->i", (2, 3), (2, 3)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("iij,jk->ik", (2, 2, 3), (3, 2)),
    ("iji->j", (2, 3, 2)),
    ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    ("...i,...i", (2, 3), (3,)),
    ("...i->i...", (2, 4, 3)),
    ("i...->...", (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
    ("ij,ik,il->jkl", (2, 2), (2, 3), (2, 2)),
    ("a,b,c->abc", (2,), (1,), (2,)),
    ("ij,kl->il", (2, 3), (3, 2)),
    ("ij, jk -> ki", (2, 3), (3, 2)),
    ("ij,jk->ik", (1, 3), (1, 2)),
    ("ij,ij->ij", (2, 1), (1, 3)),
    ("ij,jk->ik", (0, 3), (3, 2)),
    ("ij,jk->ik", (2, 0), (0, 2)),
    (",ij->ij", (), (2, 3)),
]
row(
    "einsum",
    einsum,
    lambda: [
        *[call(equation, *[x(*shape) for shape in shapes]) for equation, *shapes in EQUATIONS],
        call("ij,jk->ik", [x(2, 3), x(3, 2)]),
        call(x(2, 3), [0, 1], x(3, 2), [1, 2], [0, 2]),
        call(x(2, 3), [0, 1], x(3, 2), [1, 2]),
    ],
    complex=True,
)
row(
    "tensordot",
    lambda a, b, dims=2: np.tensordot(a, b, dims),
    lambda: [
        call(x(2, 3, 2), x(3, 2, 4)),
        call(x(2, 3), x(3, 4), 1),
        call(x(2), x(3), dims=0),
        call(x(2, 3, 4), x(4, 2), dims=([0, 2], [1, 0])),
        call(x(2, 3, 4), x(4, 3), dims=((-1, 1), (0, 1))),
        call(x(2, 3), x(2, 3), dims=2),
    ],
    complex=True,
)
