"""Rows of the op table: indices and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_samples import call, ints, mask, row, x


def items() -> list[Any]:
    rows_, columns = np.array([0, 2, 2]), np.array([1, 0, 0])
    return [
        (x(3, 4), 1),
        (x(3, 4), (slice(None), -1)),
        (x(3, 4), (slice(0, 3, 2), None, slice(1, None))),
        (x(3, 4), (..., 2)),
        (x(), ()),
        (x(2, 3, 2), (..., None, 0)),
        (x(3, 4), rows_),
        (x(3, 4), (rows_, columns)),
        (x(3, 4), (slice(None), rows_)),
        (x(3, 4, 2), (rows_[:, None], columns)),
        (x(3, 4), (slice(1, 3), np.array([-1, 0]))),
        (x(3, 4), mask(3, 4)),
        (x(3, 4), np.array([True, False, True])),
        (x(3, 4), np.zeros((0,), np.int64)),
        (x(3, 4), slice(2, 2)),
    ]


row(
    "getitem",
    lambda a, index: a[index],
    lambda: [call(a, index) for a, index in items()],
    torch=lambda a, index: a[index],
    complex=True,
    integers="same",
)


def assigned(a: Any, index: Any, value: Any) -> Any:
    """The index assignment on a copy, in NumPy, minitorch and PyTorch alike."""
    a = a.copy() if isinstance(a, np.ndarray) else a.clone()
    a[index] = value
    return a


def assignments() -> list[Any]:
    unique = [item for item in items() if "2, 2]" not in repr(item[1]) and "[2]" not in repr(item[1])]
    filled = [call(a, index, x(*a[index].shape)) for a, index in unique]
    return [
        *filled,
        call(x(3, 4), (slice(None), 1), 2.5),
        call(x(3, 4), 0, x(4)),
        call(x(2, 3), 1, x()),
    ]


row("setitem", assigned, assignments, function=assigned, torch=assigned, complex=True)
row(
    "index_select",
    lambda a, dim, index: np.take(a, index, dim),
    lambda: [
        call(x(3, 4), 0, np.array([2, 0, 2])),
        call(x(3, 4), dim=-1, index=np.array([1])),
        call(x(3, 4), 1, np.zeros((0,), np.int64)),
    ],
    complex=True,
    integers="same",
)


def taken(a: Any, indices: Any, dim: Any = None) -> Any:
    if dim is None:
        return np.take_along_axis(a.reshape(-1), indices.reshape(-1), 0)
    return np.take_along_axis(a, indices, dim)


row(
    "take_along_dim",
    taken,
    lambda: [
        call(x(3, 4), ints(2, 4, high=3), 0),
        call(x(3, 4), ints(3, 6, high=4), dim=-1),
        call(x(3, 4), ints(1, 2, high=4), dim=1),
        call(x(3, 4), ints(5, high=12)),
    ],
    complex=True,
    integers="same",
)
row(
    "masked_fill",
    lambda a, mask, value: np.where(mask, value, a),
    lambda: [
        call(x(2, 3), mask(2, 3), 1.5),
        call(x(2, 3), mask(3), 0.0),
        call(x(2, 3), mask(2, 1), x()),
        call(x(0, 3), mask(3), -1.0),
    ],
    complex=True,
)
row(
    "where",
    np.where,
    lambda: [
        call(mask(2, 3), x(2, 3), x(2, 3)),
        call(mask(3), x(2, 1), x()),
        call(mask(2, 3), x(2, 3), 0.5),
        call(mask(2, 3), -1.5, x(3)),
        call(mask(0, 3), x(3), x(3)),
        call(np.array(True), x(2), x(2)),
    ],
    complex=True,
    integers="same",
)


def put(a: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    a = a.copy()
    if accumulate:
        np.add.at(a, tuple(indices), values)
    else:
        a[tuple(indices)] = values
    return a


def puts() -> list[Any]:
    twice, once = np.array([0, 2, 2]), np.array([2, 0, 1])
    return [
        call(x(3, 4), (once,), x(3, 4)),
        call(x(3, 4), (once, twice), x(3)),
        call(x(3, 4), (twice,), x(4), accumulate=True),
        call(x(3, 4), (twice, once * 0), x(3), True),
        call(x(3, 4), (mask(3, 4),), x()),
    ]


row("index_put", put, puts)
row(
    "index_put_",
    put,
    puts,
    function=lambda a, *args, **kwargs: a.clone().index_put_(*args, **kwargs),
    torch=lambda a, *args, **kwargs: a.clone().index_put_(*args, **kwargs),
)
