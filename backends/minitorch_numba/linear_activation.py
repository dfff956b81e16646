"""Linear layers with the activation that follows: bias and activation in one pass over each thread's rows."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch_numba import jit, threads
from minitorch_numba.activation import gelu_at, gelu_tanh_at
from minitorch_numba.gemm import gemm, product_kernel
from minitorch_numba.jit import prange
from minitorch_numba.layout import in_order
from minitorch_numba.products import SHARED, SMALLEST, fitting, rows_of
from minitorch_numpy import NumpyBackend

LEAST_ROWS = 256  # below, a product in blocks of columns and one more pass take less time


@product_kernel(parallel_from=SHARED)
def linear_relu(x: Array, w: Array, transpose_w: bool, bias: Array, blocks: int, y: Array) -> None:
    """y = max(x·op(w) + bias, 0), in blocks of rows."""
    zero = y.dtype.type(0)
    step = (len(y) + blocks - 1) // blocks
    for block in prange(blocks):
        start, stop = min(block * step, len(y)), min(block * step + step, len(y))
        part = y[start:stop]
        gemm(1, x[start:stop], False, w, transpose_w, 0, part)
        for i in range(len(part)):
            for j in range(part.shape[1]):
                z = part[i, j] + bias[j]
                part[i, j] = zero if z < zero else z


@product_kernel(parallel_from=SHARED)
def linear_gelu(
    x: Array, w: Array, transpose_w: bool, bias: Array, tanh: bool, blocks: int, z: Array, y: Array
) -> None:
    """z = x·op(w) + bias and y = gelu(z), in blocks of rows."""
    step = (len(y) + blocks - 1) // blocks
    for block in prange(blocks):
        start, stop = min(block * step, len(y)), min(block * step + step, len(y))
        gemm(1, x[start:stop], False, w, transpose_w, 0, z[start:stop])
        for i in range(start, stop):
            before, after = z[i], y[i]
            for j in range(len(bias)):
                before[j] += bias[j]
            if tanh:
                for j in range(len(bias)):
                    after[j] = gelu_tanh_at(before[j])
            else:
                for j in range(len(bias)):
                    after[j] = gelu_at(before[j])


class NumbaLinearActivationKernels(NumpyBackend):
    """Linear layers with relu or gelu."""

    def linear_relu(self, x: Array, w: Array, b: Array | None) -> Array:
        if not served(x, w, b):
            return super().linear_relu(x, w, b)
        y = np.empty((len(x), len(w)), x.dtype)
        right, transposed = rows_of(w)
        linear_relu(x.size * len(w), x, right, not transposed, b, threads.get_num_threads(), y)
        return y

    def linear_gelu(
        self, x: Array, w: Array, b: Array | None, tanh: bool
    ) -> tuple[Array, Array, Array | None]:
        if not served(x, w, b):
            return super().linear_gelu(x, w, b, tanh)
        z, y = np.empty((len(x), len(w)), x.dtype), np.empty((len(x), len(w)), x.dtype)
        right, transposed = rows_of(w)
        linear_gelu(x.size * len(w), x, right, not transposed, b, tanh, threads.get_num_threads(), z, y)
        return y, z, None


def served(x: Array, w: Array, b: Array | None) -> bool:
    """Whether this is a layer for the kernels: with a bias, large, and with rows enough to share."""
    if b is None or len(x) < LEAST_ROWS * jit.threshold or x.size * len(w) < SMALLEST:
        return False
    return fitting(x, w.T) and in_order(x) and in_order(b)
