"""Rows of the op table: gather, scatter, and selections by masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import Sample, call, ints, mask, row, x


def places(index: Any, dim: int) -> tuple[Any, ...]:
    """For each element of an index array its place in the input."""
    grid = list(np.indices(index.shape))
    grid[dim] = index
    return tuple(grid)


def gathered(a: Any, dim: int, index: Any) -> Any:
    return np.reshape(np.atleast_1d(a)[places(np.atleast_1d(index), dim)], index.shape)


row(
    "gather",
    gathered,
    lambda: [
        call(x(3, 4), 0, ints(2, 4, high=3)),
        call(x(3, 4), 1, ints(3, 6, high=4)),
        call(x(3, 4), dim=-1, index=ints(2, 2, high=4)),
        call(x(3, 4, 2), 1, ints(1, 5, 2, high=4)),
        call(x(4), 0, np.array([1, 1, 3])),
        call(x(), 0, np.array(0)),
        call(x(3, 4), 0, np.zeros((0, 4), np.int64)),
    ],
    complex=True,
    integers="same",
)


def scattered(a: Any, dim: int, index: Any, src: Any = None, value: Any = None, reduce: Any = None) -> Any:
    a, index = np.array(np.atleast_1d(a)), np.atleast_1d(index)
    v = np.broadcast_to(value if src is None else src, np.shape(src) or index.shape)
    v = v[tuple(slice(n) for n in index.shape)]
    change = {"add": np.add, "multiply": np.multiply}.get(reduce)
    if change is None:
        a[places(index, dim)] = v
    else:
        change.at(a, places(index, dim), v)
    return a


UNIQUE = np.array([[2, 0, 1, 3], [0, 3, 2, 1]])


def scatters(**settings: Any) -> list[Sample]:
    return [
        call(x(3, 4), 1, UNIQUE, x(2, 4), **settings),
        call(x(5, 4), 0, UNIQUE[:1], x(1, 4), **settings),
        call(x(3, 4), -1, UNIQUE[:, :2], x(2, 2), **settings),
        call(x(4), 0, np.array([3, 1]), x(2), **settings),
        call(x(3, 4), 0, np.zeros((0, 4), np.int64), x(0, 4), **settings),
    ]


row(
    "scatter",
    scattered,
    lambda: [
        *scatters(),
        call(x(3, 4), 1, UNIQUE, 2.5),
        call(x(3, 4), 1, UNIQUE, value=2.5),
        call(x(3, 4), 1, ints(2, 4, high=2), -1.0),
        call(x(3, 4), 1, ints(2, 4, high=2), value=0.5, reduce="add"),
    ],
    complex=True,
)
row(
    "scatter_add",
    lambda a, dim, index, src: scattered(a, dim, index, src, reduce="add"),
    lambda: [*scatters(), call(x(3, 4), 1, ints(2, 6, high=2), x(2, 6))],
    complex=True,
)


def along(a: Any, dim: int, index: Any) -> tuple[Any, Any]:
    a = np.array(a)
    return a, (slice(None),) * (dim % max(a.ndim, 1)) + (index,)


def index_added(a: Any, dim: int, index: Any, source: Any, alpha: float = 1) -> Any:
    y, key = along(a, dim, index)
    np.add.at(y, key, alpha * source)
    return y


def index_set(a: Any, dim: int, index: Any, value: Any) -> Any:
    y, key = along(a, dim, index)
    y[key] = value
    return y


PICKED = np.array([2, 0])
row(
    "index_add",
    index_added,
    lambda: [
        call(x(3, 4), 0, PICKED, x(2, 4)),
        call(x(3, 4), -1, np.array([1, 1, 0]), x(3, 3)),
        call(x(3, 4), 0, PICKED, x(2, 4), alpha=-2),
        call(x(3, 4), 1, np.zeros(0, np.int64), x(3, 0)),
    ],
    complex=True,
)
row(
    "index_copy",
    index_set,
    lambda: [
        call(x(3, 4), 0, PICKED, x(2, 4)),
        call(x(3, 4, 2), -2, np.array([1, 3]), x(3, 2, 2)),
        call(x(3), 0, np.zeros(0, np.int64), x(0)),
    ],
    complex=True,
)
row(
    "index_fill",
    index_set,
    lambda: [
        call(x(3, 4), 0, PICKED, 1.5),
        call(x(3, 4), 1, np.array([-1, 0, 0]), 2.0),
        call(x(3, 4), 1, np.array([1, 0]), x()),
        call(x(3, 4), -1, np.zeros(0, np.int64), 0.0),
    ],
    complex=True,
)
HALF = np.array([True, False, True, True])
row(
    "masked_select",
    lambda a, mask: np.broadcast_arrays(a, mask)[0][np.broadcast_arrays(a, mask)[1]],
    lambda: [
        call(x(3, 4), mask(3, 4)),
        call(x(3, 4), HALF),
        call(x(4), mask(3, 4)),
        call(x(3, 4), np.zeros((3, 4), bool)),
        call(x(), np.array(True)),
    ],
    complex=True,
    integers="same",
)


def mask_scattered(a: Any, mask: Any, source: Any) -> Any:
    y, mask = np.array(a), np.broadcast_to(mask, a.shape)
    y[mask] = source.reshape(-1)[: mask.sum()]
    return y


row(
    "masked_scatter",
    mask_scattered,
    lambda: [
        call(x(3, 4), mask(3, 4), x(12)),
        call(x(3, 4), HALF, x(3, 4)),
        call(x(2, 3), np.zeros((2, 3), bool), x(0)),
    ],
    complex=True,
)
row(
    "take",
    lambda a, index: a.reshape(-1)[index],
    lambda: [
        call(x(3, 4), ints(2, 3, high=12)),
        call(x(3, 4), np.array([-1, 0, -1])),
        call(x(3, 4), np.array(5)),
    ],
    complex=True,
    integers="same",
)


def put(a: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    flat = np.array(a).reshape(-1)
    if accumulate:
        np.add.at(flat, index, source)
    else:
        flat[index] = source
    return flat.reshape(a.shape)


row(
    "put",
    put,
    lambda: [
        call(x(3, 4), np.array([5, -1]), x(2)),
        call(x(3, 4), np.array([[5, 5], [0, 1]]), x(2, 2), accumulate=True),
    ],
    complex=True,
)
