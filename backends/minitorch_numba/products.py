"""Products of matrices: blocks of the result, each by BLAS in one thread.

So no threads of BLAS are ever awake next to those of the other kernels; see `threads`.
"""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch_numba import threads
from minitorch_numba.gemm import AVAILABLE, gemm, get_threads, product_kernel, set_threads
from minitorch_numba.jit import prange
from minitorch_numba.layout import alike, enough, in_order
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
    """c = op(a)·op(b) for each pair of matrices; the shorter of two batches is gone through again and again."""
    for i in prange(len(c)):
        gemm(1, a[i % len(a)], transpose_a, b[i % len(b)], transpose_b, 0, c[i])


def rows_of(x: Array) -> tuple[Array, bool]:
    """Matrices as rows that lie one after the other, and whether they are transposed; copied for other layouts."""
    if x.flags.c_contiguous:
        return x, False
    turned = x.swapaxes(-1, -2)
    return (turned, True) if turned.flags.c_contiguous else (np.ascontiguousarray(x), False)


def batch(x: Array) -> tuple[Array, bool]:
    """The same with all dims of the batch as one."""
    rows, transposed = rows_of(x)
    return rows.reshape(-1, *rows.shape[-2:]), transposed


def fitting(x: Array, y: Array) -> bool:
    """Whether these are products for a kernel: large ones, of matrices of real numbers, as `products` pairs them."""
    if not AVAILABLE or not enough(x, 1) or not enough(y, 1) or x.dtype is not y.dtype:
        return False
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-2]:
        return False
    a, b = x.shape[:-2], y.shape[:-2]
    more, fewer = (a, b) if len(a) >= len(b) else (b, a)
    return more[len(more) - len(fewer) :] == fewer


def in_one_thread(x: Array, y: Array, out: Array | None) -> Array:
    """NumPy's product, which for large ones would wake the threads of BLAS."""
    if not AVAILABLE or x.size * y.shape[-1] < SMALLEST or get_threads() == 1:
        return np.matmul(x, y, out=out)
    before = get_threads()
    set_threads(1)
    try:
        return np.matmul(x, y, out=out)
    finally:
        set_threads(before)


class NumbaProductKernels(NumpyBackend):
    """Products of matrices, and of batches of them."""

    def matmul(self, x: Array, y: Array, out: Array | None = None) -> Array:
        work = x.size * (y.shape[-1] if y.ndim else 1) if x.ndim else 0
        if y.ndim > x.ndim > 1:
            work *= y.size // (y.shape[-1] * y.shape[-2] or 1)
        if work < SMALLEST:
            return np.matmul(x, y, out=out)
        if not fitting(x, y):
            return in_one_thread(x, y, out)
        lead = x.shape[:-2] if x.ndim >= y.ndim else y.shape[:-2]
        m, n = x.shape[-2], y.shape[-1]
        if out is not None and alike(out) and out.shape == (*lead, m, n) and out.dtype is x.dtype:
            z = out
        else:
            z = np.empty((*lead, m, n), x.dtype)
        if lead:
            products(work, *batch(x), *batch(y), z.reshape(-1, m, n))
        else:
            product(work, *rows_of(x), *rows_of(y), None, threads.get_num_threads(), z)
        if out is None or out is z:
            return z
        np.copyto(out, z)
        return out

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        work = x.size * len(w)
        if work < SMALLEST or not fitting(x, w.T) or not in_order(b):
            return super().linear(x, w, b)
        y = np.empty((len(x), len(w)), x.dtype)
        right, transposed = rows_of(w)
        product(work, *rows_of(x), right, not transposed, b, threads.get_num_threads(), y)
        return y
