"""Rows of the op table: order."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import call, first_of_equals, row, x


def ordered(a: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    if not a.ndim:
        return a, np.array(0)
    index = np.argsort(-a if descending else a, axis=dim, kind="stable")
    return np.take_along_axis(a, index, dim), index


def best(a: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    if not a.ndim:
        return a, np.array(0)
    return tuple(np.take(v, range(k), dim) for v in ordered(a, dim, largest))


def kth(a: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    if not a.ndim:
        return a, np.array(0)
    return tuple(np.take(v, [k - 1] if keepdim else k - 1, dim) for v in ordered(a, dim))


def middle(a: Any, dim: Any = None, keepdim: bool = False) -> Any:
    if dim is None:
        return np.nan if np.isnan(a).any() else np.sort(a.reshape(-1))[(a.size - 1) // 2]
    return kth(a, (a.shape[dim] + 1) // 2 if a.ndim else 1, dim, keepdim)


row(
    "sort",
    ordered,
    lambda: [
        call(x(3, 4)),
        call(x(3, 4), 0),
        call(x(3, 4), dim=-1, descending=True),
        call(x(2, 3, 2), 1, True),
        call(x()),
        call(x(0, 3), 0),
        call(np.array([2.0, 1.0, 2.0, 1.0]), stable=True, dim=0, descending=True, kink=True),
        call(np.array([2.0, np.nan, 1.0]), kink=True),
    ],
)

row("msort", lambda a: np.sort(a, axis=0), lambda: [call(x(3, 4)), call(x(3)), call(x(0, 3))])


def torch_topk(a: Any, k: int, dim: int = -1, largest: bool = True) -> Any:
    """PyTorch's own gives any of the indices of equal elements."""
    found = a.sort(dim=dim, descending=largest, stable=True)
    return [v.narrow(dim, 0, k) if a.ndim else v for v in found]


row(
    "topk",
    best,
    lambda: [
        call(x(3, 4), 2),
        call(x(3, 4), 2, 0),
        call(x(3, 4), 3, dim=-1, largest=False),
        call(x(3, 4), 0),
        call(x(), 1),
    ],
    torch=torch_topk,
)


def torch_kthvalue(a: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """PyTorch's own gives any of the indices of equal elements."""
    found = [v.narrow(dim, k - 1, 1) if a.ndim else v for v in a.sort(dim=dim, stable=True)]
    return found if keepdim or not a.ndim else [v.squeeze(dim) for v in found]


row(
    "kthvalue",
    kth,
    lambda: [call(x(3, 4), 2), call(x(3, 4), 3, 0), call(x(3, 4), 1, dim=1, keepdim=True), call(x(), 1)],
    torch=torch_kthvalue,
)
row(
    "median",
    middle,
    lambda: [
        call(x(3, 4)),
        call(x(5)),
        call(x(3, 4), 0),
        call(x(3, 4), dim=-1, keepdim=True),
        call(x()),
        call(x(), 0),
        call(np.array([1.0, 2.0, 2.0, 3.0]), kink=True),
        call(np.array([1.0, np.nan, 2.0]), kink=True),
    ],
    torch=first_of_equals("median"),
)
