"""Sums, products and the like of large arrays, shared among threads; NumPy uses one.

Below `LARGE` elements two threads are no faster, and the question which it is must cost next to nothing: so it is
the first that each method asks. `tests/benchmarks/crossover.py` measures the size.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba.jit import Kernel, kernel, prange, threshold
from minitorch_numba.layout import alike, flat
from minitorch_numpy import NumpyBackend
from minitorch_numpy.backend import power

LARGE = int(131072 * threshold)
ROWS = 128  # rows of a matrix that are added up in their own precision; their sums are in float64
WIDE = 16384  # elements of a large array that one thread adds up before it takes others
FEW = 32  # rows or columns for which other kernels would be needed


@kernel
def add(x: Array, y: Array, z: Array) -> None:
    """z = x + y."""
    for i in prange(len(x)):
        z[i] = x[i] + y[i]


@kernel
def add_number(x: Array, c: float, z: Array) -> None:
    """z = x + c."""
    c = x.dtype.type(c)
    for i in prange(len(x)):
        z[i] = x[i] + c


@kernel
def subtract(x: Array, y: Array, z: Array) -> None:
    """z = x − y."""
    for i in prange(len(x)):
        z[i] = x[i] - y[i]


@kernel
def multiply(x: Array, y: Array, z: Array) -> None:
    """z = x·y."""
    for i in prange(len(x)):
        z[i] = x[i] * y[i]


@kernel
def multiply_number(x: Array, c: float, z: Array) -> None:
    """z = c·x."""
    c = x.dtype.type(c)
    for i in prange(len(x)):
        z[i] = x[i] * c


@kernel
def divide(x: Array, y: Array, z: Array) -> None:
    """z = x/y."""
    for i in prange(len(x)):
        z[i] = x[i] / y[i]


@kernel
def divide_number(x: Array, c: float, z: Array) -> None:
    """z = x/c."""
    c = x.dtype.type(c)
    for i in prange(len(x)):
        z[i] = x[i] / c


@kernel(math="contract reassoc", parallel_from=1 << 16)
def sum_of_rows(x: Array, y: Array) -> None:
    """y[i] = Σⱼ x[i, j], in float64: memory is slower than that."""
    for i in prange(len(x)):
        row = x[i]
        total = 0.0
        for j in range(len(row)):
            total += np.float64(row[j])
        y[i] = total


@kernel(parallel_from=1 << 16)
def sums_of_columns(x: Array, parts: Array) -> None:
    """parts[i] = the sum of the i-th `ROWS` rows."""
    for i in prange(len(parts)):
        part, start = parts[i], i * ROWS
        part[:] = x[start]
        for k in range(start + 1, min(start + ROWS, len(x))):
            row = x[k]
            for j in range(len(part)):
                part[j] += row[j]


def number(y: Any, x: Array) -> float | None:
    """The number that y stands for beside x: itself, or an array in which there is but one, repeated."""
    kind = y.__class__
    if kind is float or kind is int:
        return float(y)
    if (
        kind is np.ndarray
        and y.dtype is x.dtype
        and (y.ndim == 0 or (y.shape == x.shape and not any(y.strides)))
    ):
        return float(y.flat[0])
    return None


def shared(pair: Kernel, single: Kernel | None, x: Array, y: Any, out: Array | None) -> Array | None:
    """What a kernel makes of two large arrays, or of one and a number; None if they are not for kernels."""
    if x.dtype.char not in "fd" or not x.flags.c_contiguous or not (out is None or fits(out, x)):
        return None
    if alike(x, y):
        z = np.empty(x.shape, x.dtype) if out is None else out
        pair(x.size, flat(x), flat(y), flat(z))
        return z
    if single is None or (c := number(y, x)) is None:
        return None
    z = np.empty(x.shape, x.dtype) if out is None else out
    single(x.size, flat(x), c, flat(z))
    return z


def commuting(ufunc: Any, pair: Kernel, single: Kernel, x: Array, y: Any, out: Array | None) -> Array:
    """The same where the order does not matter, so that the first may be the number; by NumPy if not by a kernel."""
    z = shared(pair, single, x, y, out)
    if z is None and y.__class__ is np.ndarray:
        z = shared(pair, single, y, x, out)
    return ufunc(x, y, out) if z is None else z


def fits(out: Array, x: Array) -> bool:
    """Whether results can be written to an array."""
    return alike(x, out) and out.flags.carray


class NumbaArithmeticKernels(NumpyBackend):
    """Arithmetic and sums."""

    def add(self, x: Any, y: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            return commuting(np.add, add, add_number, x, y, out)
        return np.add(x, y, out)

    def subtract(self, x: Any, y: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            z = shared(subtract, None, x, y, out)
            return np.subtract(x, y, out) if z is None else z
        return np.subtract(x, y, out)

    def multiply(self, x: Any, y: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            return commuting(np.multiply, multiply, multiply_number, x, y, out)
        return np.multiply(x, y, out)

    def divide(self, x: Any, y: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            z = shared(divide, divide_number, x, y, out)
            return np.true_divide(x, y, out) if z is None else z
        return np.true_divide(x, y, out)

    def negative(self, x: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            z = shared(multiply, multiply_number, x, -1, out)
            return np.negative(x, out) if z is None else z
        return np.negative(x, out)

    def square(self, x: Any, out: Array | None = None) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE:
            z = shared(multiply, None, x, x, out)
            return np.square(x, out) if z is None else z
        return np.square(x, out)

    def power(self, x: Any, y: Any) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE and y.__class__ is int and y == 2:
            return self.square(x)
        return power(x, y)

    def add_into(self, x: Array, y: Array) -> None:
        self.add(x, y, x)

    def sum(  # type: ignore[override]
        self, x: Array, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Array:
        if x.__class__ is np.ndarray and x.size >= LARGE and x.dtype.char in "fd" and x.flags.c_contiguous:
            plain = out is None and (dtype is None or dtype == x.dtype)
            if plain and (y := sum_over(x, dims := dims_of(x, axis))) is not None:
                return y.reshape([1 if d in dims else n for d, n in enumerate(x.shape)]) if keepdims else y
        return np.add.reduce(x, axis=axis, dtype=dtype, out=out, keepdims=keepdims)


def dims_of(x: Array, axis: Any) -> list[int]:
    """The dims that an axis stands for, in order; none if one of them is not there, or there twice."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    dims = {d % x.ndim for d in axes if -x.ndim <= d < x.ndim}
    return sorted(dims) if len(dims) == len(axes) else []


def sum_over(x: Array, dims: list[int]) -> Array | None:
    """Sums over all dims, over the last, the first, or all but the second; None for others."""
    count, ndim = len(dims), x.ndim
    if not count:
        return None
    if count == ndim:
        rows = x.size // WIDE
        y = np.empty(rows)
        sum_of_rows(x.size, x.reshape(-1)[: rows * WIDE].reshape(rows, WIDE), y)
        return x.dtype.type(y.sum() + float(np.add.reduce(x.reshape(-1)[rows * WIDE :])))
    if dims == [0, *range(2, ndim)] and ndim > 2:  # of each channel
        y = np.empty(x.shape[0] * x.shape[1])
        sum_of_rows(x.size, x.reshape(len(y), math.prod(x.shape[2:])), y)
        return y.reshape(x.shape[:2]).sum(0).astype(x.dtype)
    if dims[0] == ndim - count:
        rest = x.shape[:-count]
        y = np.empty(math.prod(rest))
        if len(y) < FEW:
            return None
        sum_of_rows(x.size, x.reshape(len(y), -1), y)
        return y.astype(x.dtype).reshape(rest)
    if dims[-1] == count - 1:
        rest = x.shape[count:]
        columns = math.prod(rest)
        if columns < FEW or x.size // columns < 2 * ROWS:
            return None
        parts = np.empty((-(-x.size // columns // ROWS), columns), x.dtype)
        sums_of_columns(x.size, x.reshape(-1, columns), parts)
        return np.add.reduce(parts, 0, np.float64).astype(x.dtype).reshape(rest)
    return None
