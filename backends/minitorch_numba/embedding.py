"""Rows of tables, looked up and added up, and sums at places that an index names, some of them more than once.

No two threads ever write to one place: each has columns of its own, or rows of its own. So every sum is added up in
the order of the index, whatever the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba import jit, threads
from minitorch_numba.jit import kernel, prange
from minitorch_numba.layout import flat, in_order
from minitorch_numpy import NumpyBackend
from minitorch_numpy.backend import index_add

LARGE = 65536  # elements of a result from which on two threads copy rows faster than one
LINE = 16  # numbers that lie together in the cache: two threads never write to one line


@kernel(parallel_from=1 << 16)
def take_rows(w: Array, indices: Array, y: Array) -> None:
    """y[i] = w[indices[i]]."""
    for i in prange(len(indices)):
        row, own = w[indices[i]], y[i]
        for j in range(len(own)):
            own[j] = row[j]


@kernel(parallel_from=1 << 16)
def add_rows(x: Array, indices: Array, pieces: int, w: Array) -> None:
    """w[indices[i]] += x[i]; each piece is some of the columns."""
    width = x.shape[1]
    step = ((width + pieces - 1) // pieces + LINE - 1) // LINE * LINE
    for piece in prange(pieces):
        start, stop = piece * step, min(piece * step + step, width)
        for i in range(len(indices)):
            row, own = w[indices[i], start:stop], x[i, start:stop]
            for j in range(len(own)):
                row[j] += own[j]


@kernel(parallel_from=1 << 15)
def add_along_rows(x: Array, indices: Array, values: Array) -> None:
    """x[i, indices[i, j, k], k] += values[i, j, k]."""
    for i in prange(len(x)):
        for j in range(indices.shape[1]):
            for k in range(indices.shape[2]):
                x[i, indices[i, j, k], k] += values[i, j, k]


def within(indices: Any, count: int) -> bool:
    """Whether all are numbers of rows, counted from the first one."""
    right = indices.__class__ is np.ndarray and indices.dtype == np.int64 and indices.flags.c_contiguous
    return bool(right and indices.size and indices.min() >= 0 and indices.max() < count)


def worth(x: Any, count: int) -> bool:
    """Whether an array is for a kernel: of real numbers, in order, and large enough."""
    large = x.__class__ is np.ndarray and x.size >= count * jit.threshold and x.size > 0
    return bool(large and x.dtype.char in "fd" and x.flags.c_contiguous)


class NumbaEmbeddingKernels(NumpyBackend):
    """Rows of tables, and sums at places."""

    def take_rows(self, w: Array, indices: Array) -> Array:
        if indices.size * w.shape[-1] < LARGE * jit.threshold or w.ndim != 2:
            return np.take(w, indices, axis=0)
        if not worth(w, 1) or not within(indices, len(w)):
            return np.take(w, indices, axis=0)
        y = np.empty((*indices.shape, w.shape[1]), w.dtype)
        take_rows(y.size, w, flat(indices), y.reshape(-1, w.shape[1]))
        return y

    def add_rows(self, x: Array, indices: Array, rows: int) -> Array:
        if not worth(x, 64) or not within(indices, rows):
            return super().add_rows(x, indices, rows)
        w = np.zeros((rows, x.shape[-1]), x.dtype)
        add_rows(x.size, x.reshape(-1, x.shape[-1]), flat(indices), threads.get_num_threads(), w)
        return w

    def index_add(self, x: Array, index: Any, values: Any) -> None:
        if worth(values, 64) and x.ndim and in_order(x) and x.flags.writeable and x.dtype is values.dtype:
            key = index[0] if index.__class__ is tuple and len(index) == 1 else index
            if within(key, len(x)) and values.shape == (*key.shape, *x.shape[1:]):
                width = values.size // key.size
                pieces = threads.get_num_threads()
                add_rows(values.size, values.reshape(-1, width), flat(key), pieces, x.reshape(-1, width))
                return
        index_add(x, index, values)

    def add_along_axis(self, x: Array, indices: Array, values: Array, axis: int) -> None:
        if worth(values, 64) and in_order(x) and x.flags.writeable and x.dtype is values.dtype:
            axis %= x.ndim
            around = [(*a.shape[:axis], *a.shape[axis + 1 :]) for a in (x, indices)]
            if around[0] == around[1] and values.shape == indices.shape and within(indices, x.shape[axis]):
                inner = int(np.prod(x.shape[axis + 1 :], dtype=np.int64))
                a, b, c = (
                    y.reshape(-1, n, inner)
                    for y, n in (
                        (x, x.shape[axis]),
                        (indices, indices.shape[axis]),
                        (values, values.shape[axis]),
                    )
                )
                add_along_rows(values.size, a, b, c)
                return
        super().add_along_axis(x, indices, values, axis)
