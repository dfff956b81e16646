"""Rows of the op table: reductions and norms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special
from op_samples import call, reductions, row, x


def reducing(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
    """A NumPy reduction that takes `dim` and `keepdim`."""

    def reduce(a: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return function(a, axis=dim or None if dim != 0 else 0, keepdims=keepdim, **settings)

    return reduce


row("sum", reducing(np.sum), reductions(), complex=True, integers="int64")
row("mean", reducing(np.mean), lambda: reductions()()[:-1], complex=True)
row(
    "prod",
    lambda a, dim=None, keepdim=False: np.prod(a, axis=dim, keepdims=keepdim),
    lambda: [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=-1, keepdim=True),
        call(x()),
        call(x(2, 0, 3), dim=1),
        call(x(0)),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0]]), 1),
    ],
    complex=True,
    integers="int64",
)


def variance(
    a: Any, dim: Any = None, keepdim: bool = False, correction: int = 1, unbiased: Any = None
) -> Any:
    if unbiased is not None:
        correction = int(unbiased)
    return np.var(a, axis=dim, ddof=correction, keepdims=keepdim)


def spreads() -> list[Any]:
    return [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=(0, -1), keepdim=True),
        call(x(2, 3), dim=1, correction=0),
        call(x(2, 3), dim=1, unbiased=False),
        call(x(2, 3), dim=0, correction=1),
        call(x(0, 3), dim=1),
    ]


row("var", variance, spreads, complex=True)
row("std", lambda *a, **k: np.sqrt(variance(*a, **k)), spreads, complex=True)


def with_mean(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, dim=None, keepdim=False, **k: (
        function(a, dim, keepdim, **k),
        np.mean(a, axis=dim, keepdims=keepdim),
    )


row("var_mean", with_mean(variance), spreads, complex=True)
row("std_mean", with_mean(lambda *a, **k: np.sqrt(variance(*a, **k))), spreads, complex=True)
row(
    "cumsum",
    lambda a, dim: np.cumsum(a, dim) if a.ndim else a,
    lambda: [call(x(2, 3), 0), call(x(2, 3, 2), dim=-2), call(x(), 0), call(x(0, 3), 0)],
    complex=True,
    integers="int64",
)
row(
    "logsumexp",
    lambda a, dim, keepdim=False: scipy.special.logsumexp(a, axis=dim, keepdims=keepdim),
    lambda: [
        call(x(2, 3), 0),
        call(x(2, 3, 2), dim=(0, -1), keepdim=True),
        call(x(2, 3) + 800, 1),
        call(x(), 0),
        call(x(3, 0), 0),
        call(np.array([[-np.inf, 1.0], [0.0, -np.inf]]), 1, kink=True),
    ],
    integers="float",
    half=False,
)


def extremes(*, several: bool) -> list[Any]:
    samples = [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=-1, keepdim=True),
        call(x()),
        call(x(0, 3), dim=1),
        call(np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]]), kink=True),
        call(np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]]), dim=1, kink=True),
        call(np.array([1.0, np.nan, 2.0]), dim=0, kink=True),
    ]
    return [*samples, call(x(2, 3, 2), dim=(0, 2))] if several else samples


for name in ("amax", "amin"):
    row(
        name,
        reducing(getattr(np, name[1:])),
        lambda: extremes(several=True),
        integers="same",
    )


def best(name: str) -> Callable[..., Any]:
    def extreme(a: Any, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
        if dim is None:
            return getattr(np, name)(a)
        index = getattr(np, f"arg{name}")(a, axis=dim, keepdims=True)
        value = np.take_along_axis(a, index, dim)
        return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))

    return extreme


for name in ("max", "min"):
    row(name, best(name), lambda: extremes(several=False), integers="same")


def norm(a: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    size, power = np.abs(a), 2 if p == "fro" else p
    if power in (np.inf, -np.inf):
        return (np.max if power > 0 else np.min)(size, axis=dim, keepdims=keepdim)
    if power == 0:
        return np.sum((size != 0).astype(size.dtype), axis=dim, keepdims=keepdim)
    return np.sum(size**power, axis=dim, keepdims=keepdim) ** (1 / power)


row(
    "norm",
    norm,
    lambda: [
        call(x(2, 3)),
        call(x(2, 3), 2, dim=1),
        *[call(x(2, 3, 2), p, dim=(0, 2), keepdim=True) for p in (1, 3, 0.5, np.inf, -np.inf, 0, -1)],
        call(x()),
        call(x(2, 0), dim=1),
        *[call(np.zeros((2, 2)), p, dim=0, kink=True) for p in (1, 2, 3)],
        call(np.array([[3.0, -3.0], [1.0, 2.0]]), np.inf, dim=1, kink=True),
    ],
    complex=True,
)
