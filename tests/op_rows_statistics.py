"""Rows of the op table: what describes many numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats
from op_samples import call, first_of_equals, reductions, row, x

HOLES = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan, np.nan, 0.5, 4.0]])


def over(function: Any) -> Any:
    return lambda a, dim=None, keepdim=False: function(a, axis=dim, keepdims=keepdim)


row(
    "aminmax",
    lambda a, dim=None, keepdim=False: (np.min(a, dim, keepdims=keepdim), np.max(a, dim, keepdims=keepdim)),
    lambda: [call(x(2, 3)), call(x(2, 3, 2), dim=1), call(x(2, 3, 2), dim=-1, keepdim=True), call(x())],
    integers="same",
)
row(
    "nansum",
    over(np.nansum),
    lambda: [*reductions()(), call(HOLES, dim=1, kink=True)],
    integers="int64",
)
row(
    "nanmean",
    over(np.nanmean),
    lambda: [*reductions()()[:-1], call(HOLES, dim=1, kink=True), call(HOLES, kink=True)],
)


def nan_middle(a: Any, dim: Any = None, keepdim: bool = False) -> Any:
    order = np.argsort(a, axis=dim, kind="stable")
    place = (np.sum(~np.isnan(a), axis=dim, keepdims=dim is not None) - 1) // 2
    if dim is None:
        return a.reshape(-1)[order.reshape(-1)[place]]
    index = np.take_along_axis(order, place, dim)
    value = np.take_along_axis(a, index, dim)
    return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))


row(
    "nanmedian",
    nan_middle,
    lambda: [
        call(x(3, 4), dim=0),
        call(x(3, 4), dim=-1, keepdim=True),
        call(x(5)),
        call(HOLES, dim=1, kink=True),
    ],
    torch=first_of_equals("nanmedian"),
)


def shares(name: str) -> Any:
    def quantile(
        a: Any, q: Any, dim: Any = None, keepdim: bool = False, interpolation: str = "linear"
    ) -> Any:
        return getattr(np, name)(a, q, axis=dim, keepdims=keepdim, method=interpolation)

    return quantile


for name in ("quantile", "nanquantile"):
    row(
        name,
        shares(name),
        lambda: [
            call(x(3, 4), 0.3),
            call(x(3, 4), 0.3, dim=1),
            call(x(3, 4, 2), 0.8, dim=1, keepdim=True),
            call(x(3, 4), np.array([0.1, 0.5, 1.0]), dim=0, kink=True),
            call(x(3, 4), np.array([0.1, 0.55]), kink=True),
            *[
                call(x(3, 4), 0.4, dim=0, interpolation=way)
                for way in ("lower", "higher", "nearest", "midpoint")
            ],
            call(x(4), np.array([[0.1]])[0], keepdim=True, kink=True),
            call(HOLES, 0.4, dim=1, kink=True),
        ],
        half=False,
    )


def most_frequent(a: Any, dim: int = -1, keepdim: bool = False) -> Any:
    value = scipy.stats.mode(a, axis=dim, keepdims=True).mode
    n = a.shape[dim]
    index = n - 1 - np.argmax(np.flip(a == value, dim), axis=dim, keepdims=True)
    return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))


row(
    "mode",
    most_frequent,
    lambda: [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1, keepdim=True),
        call(np.array([[3.0, 1.0, 3.0, 1.0, 2.0], [5.0, 2.0, 2.0, 2.0, 5.0]]), kink=True),
    ],
)
