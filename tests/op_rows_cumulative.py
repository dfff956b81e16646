"""Rows of the op table: running results, differences and integrals."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate
from op_samples import call, row, x


def running() -> list[Any]:
    return [call(x(2, 3), 0), call(x(2, 3, 2), dim=-2), call(x(), 0), call(x(0, 3), 0), call(x(3, 0), 1)]


row(
    "cumprod",
    lambda a, dim: np.cumprod(a, dim) if a.ndim else a,
    lambda: [*running(), call(np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 5.0, 0.0, 2.0]]), 1)],
    complex=True,
    integers="int64",
)
row(
    "logcumsumexp",
    lambda a, dim: np.logaddexp.accumulate(a, dim) if a.ndim else a,
    lambda: [*running(), call(x(2, 3) + 800, 1), call(np.array([-np.inf, 1.0, 2.0]), 0, kink=True)],
    half=False,
)


def running_extreme(largest: bool) -> Any:
    def best(a: Any, dim: int) -> Any:
        if not a.ndim:
            return a, np.array(0)
        values, indices = np.empty_like(a), np.empty(a.shape, int)
        for place in np.ndindex(*[1 if i == dim % a.ndim else n for i, n in enumerate(a.shape)]):
            at: Any = tuple(slice(None) if i == dim % a.ndim else p for i, p in enumerate(place))
            top = 0
            for i, v in enumerate(a[at]):
                if np.isnan(v) or (v >= a[at][top] if largest else v <= a[at][top]):
                    top = i
                values[at][i], indices[at][i] = a[at][top], top
        return values, indices

    return best


for name in ("cummax", "cummin"):
    row(
        name,
        running_extreme(name == "cummax"),
        lambda: [*running(), call(np.array([1.0, 3.0, 3.0, np.nan, 0.0]), 0, kink=True)],
        integers="same",
    )

row(
    "diff",
    lambda a, n=1, dim=-1, **k: np.diff(a, n, axis=dim, **k),
    lambda: [
        call(x(4)),
        call(x(3, 4), n=2),
        call(x(3, 4), dim=0),
        call(x(3, 4), 1, 1, prepend=x(3, 2), append=x(3, 1)),
        call(x(3, 4), 0),
        call(x(0, 3), 1, 0),
    ],
    complex=True,
)
row(
    "trapezoid",
    lambda y, x=None, dx=1.0, dim=-1: np.trapezoid(y, x, dx, dim),
    lambda: [
        call(x(4)),
        call(x(3, 4), x(4)),
        call(x(3, 4), x(3, 4)),
        call(x(3, 4), x(3), dim=0),
        call(x(3, 4), dx=0.3, dim=0),
        call(x(3, 1)),
    ],
    complex=True,
)
row(
    "cumulative_trapezoid",
    lambda y, x=None, dx=1.0, dim=-1: scipy.integrate.cumulative_trapezoid(y, x, dx, dim),
    lambda: [call(x(4)), call(x(3, 4), x(4)), call(x(3, 4), x(3), dim=0), call(x(3, 4), dx=0.3, dim=0)],
    complex=True,
)


def slopes(a: Any, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> Any:
    steps = spacing if isinstance(spacing, (list, tuple)) else [spacing]
    return np.gradient(a, *steps, axis=dim, edge_order=edge_order)


row(
    "gradient",
    slopes,
    lambda: [
        call(x(5)),
        call(x(4, 5)),
        call(x(4, 5), spacing=0.5, dim=1),
        call(x(4, 5), spacing=(2.0, 0.5), edge_order=2),
        call(x(4, 5), spacing=[np.array([0.0, 1.0, 3.0, 3.5]), np.array([0.0, 0.5, 1.5, 4.0, 5.0])]),
        call(x(4), spacing=[np.array([0.0, 1.0, 3.0, 3.5])], edge_order=2),
    ],
    half=False,
)
