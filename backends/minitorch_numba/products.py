"""Products of matrices: blocks of the result, each by BLAS in one thread.

So no threads of BLAS are ever awake next to those of the other kernels; see `threads`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba import threads
from minitorch_numba.gemm import AVAILABLE, gemm, product_kernel
from minitorch_numba.jit import prange
from minitorch_numba.layout import enough, matrix
from minitorch_numpy import NumpyBackend

SMALLEST = 1 << 18  # multiplications; smaller products BLAS does in one thread by itself
SHARED = 1 << 20  # multiplications from which on two threads are faster than one


@product_kernel(parallel_from=SHARED)
def product(
    a: Array, transpose_a: bool, b: Array, transpose_b: bool, bias: Array | None, blocks: int, c: Array
) -> None:
    """c = op(a)·op(b) + bias, in blocks of rows where the result is high, else of columns; bias may be None."""
    m, n = c.shape
    high = m >= n
    step = ((m if high else n) + blocks - 1) // blocks
    for block in prange(blocks):
        start, stop = block * step, min(block * step + step, m if high else n)
        if start < stop:
            if high:
                part, right = c[start:stop], b
                left = a[:, start:stop] if transpose_a else a[start:stop]
            else:
                part, left = c[:, start:stop], a
                right = b[start:stop] if transpose_b else b[:, start:stop]
            gemm(1, left, transpose_a, right, transpose_b, 0, part)
            if bias is not None:
                shift = bias if high else bias[start:stop]
                for i in range(len(part)):
                    for j in range(part.shape[1]):
                        part[i, j] += shift[j]


@product_kernel(parallel_from=SHARED)
def products(a: Array, transpose_a: bool, b: Array, transpose_b: bool, c: Array) -> None:
    """c = op(a)·op(b) for each pair of matrices of two batches."""
    for i in prange(len(c)):
        gemm(1, a[i], transpose_a, b[i], transpose_b, 0, c[i])


def batch(x: Array) -> tuple[Array, bool] | None:
    """A batch of matrices as one dim and rows in order, and whether all are transposed; None for other layouts."""
    if x.__class__ is not np.ndarray:
        return None
    if x.flags.c_contiguous:
        return x.reshape(-1, *x.shape[-2:]), False
    swapped = x.swapaxes(-1, -2)
    if swapped.flags.c_contiguous:
        return swapped.reshape(-1, *swapped.shape[-2:]), True
    return None


class NumbaProductKernels(NumpyBackend):
    """Products of matrices, and of batches of them."""

    def matmul(self, x: Array, y: Array, *args: Any, **settings: Any) -> Array:  # type: ignore[override]
        plain = np.matmul
        if args or settings or not AVAILABLE or x.ndim < 2 or x.ndim != y.ndim or x.dtype is not y.dtype:
            return plain(x, y, *args, **settings)
        m, k, n = x.shape[-2], x.shape[-1], y.shape[-1]
        work = m * k * n
        if x.ndim == 2:
            if not enough(x, 1) or work < SMALLEST or k != len(y):
                return plain(x, y)
            left, right = matrix(x), matrix(y)
            if left is None or right is None:
                return plain(x, y)
            z = np.empty((m, n), x.dtype)
            product(work, *left, *right, None, threads.get_num_threads(), z)
            return z
        if not enough(x, 1) or x.shape[:-2] != y.shape[:-2] or k != y.shape[-2]:
            return plain(x, y)
        many = x.size // (m * k)
        if many * work < SMALLEST or not y.size:
            return plain(x, y)
        left, right = batch(x), batch(y)
        if left is None or right is None:
            return plain(x, y)
        z = np.empty((*x.shape[:-1], n), x.dtype)
        products(many * work, *left, *right, z.reshape(many, m, n))
        return z

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        work = x.size * len(w)
        if not AVAILABLE or work < SMALLEST or not enough(x, 1):
            return super().linear(x, w, b)
        left, right = matrix(x), matrix(w)
        if left is None or right is None or (b is not None and not b.flags.c_contiguous):
            return super().linear(x, w, b)
        y = np.empty((len(x), len(w)), x.dtype)
        product(work, *left, right[0], not right[1], b, threads.get_num_threads(), y)
        return y
