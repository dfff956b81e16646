"""Layer norm and RMS norm: each row is read from memory once, forward and backward."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch_numba.buffers import empty
from minitorch_numba.jit import kernel, prange
from minitorch_numba.layout import alike, enough, in_order
from minitorch_numpy import NumpyBackend

SUMS = "contract reassoc"
BLOCKS = 16  # in which gradients of the parameters are added up, before the blocks are


@kernel(math=SUMS, parallel_from=1 << 15)
def layer_norm(
    x: Array, w: Array | None, b: Array | None, eps: float, y: Array, means: Array, invs: Array
) -> None:
    """y = (x − mean)·inv·w + b with inv = 1/√(var + eps); w and b may be None."""
    real = x.dtype.type
    n = real(x.shape[1])
    for i in prange(len(x)):
        total = real(0)
        for j in range(x.shape[1]):
            total += x[i, j]
        mean = total / n
        square = real(0)
        for j in range(x.shape[1]):
            centred = x[i, j] - mean
            square += centred * centred
        inv = real(1) / np.sqrt(square / n + real(eps))
        means[i, 0], invs[i, 0] = mean, inv
        for j in range(x.shape[1]):
            normed = (x[i, j] - mean) * inv
            if w is not None:
                normed *= w[j]
            if b is not None:
                normed += b[j]
            y[i, j] = normed


@kernel(math=SUMS, parallel_from=1 << 15)
def layer_norm_backward(
    x: Array, w: Array | None, means: Array, invs: Array, g: Array, dx: Array, dw: Array, db: Array
) -> None:
    """dx = inv·(h − Σh/D − x̂·Σ(h·x̂)/D) with h = g·w;   dw and db: for each block of rows Σ g·x̂ and Σ g."""
    real = x.dtype.type
    n, blocks = real(x.shape[1]), len(dw)
    rows = (len(x) + blocks - 1) // blocks
    for block in prange(blocks):
        dw[block], db[block] = 0, 0
        for i in range(block * rows, min(len(x), (block + 1) * rows)):
            mean, inv = means[i, 0], invs[i, 0]
            along, total = real(0), real(0)
            for j in range(x.shape[1]):
                normed = (x[i, j] - mean) * inv
                dw[block, j] += g[i, j] * normed
                db[block, j] += g[i, j]
                h = g[i, j] * w[j] if w is not None else g[i, j]
                along += h * normed
                total += h
            along /= n
            total /= n
            for j in range(x.shape[1]):
                h = g[i, j] * w[j] if w is not None else g[i, j]
                dx[i, j] = (h - (total + (x[i, j] - mean) * inv * along)) * inv


@kernel(math=SUMS, parallel_from=1 << 15)
def rms_norm(x: Array, w: Array | None, eps: float, y: Array, invs: Array) -> None:
    """y = x·inv·w with inv = 1/√(Σx²/D + eps); w may be None."""
    real = x.dtype.type
    for i in prange(len(x)):
        square = real(0)
        for j in range(x.shape[1]):
            square += x[i, j] * x[i, j]
        inv = real(1) / np.sqrt(square / real(x.shape[1]) + real(eps))
        invs[i, 0] = inv
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * inv * w[j] if w is not None else x[i, j] * inv


@kernel(math=SUMS, parallel_from=1 << 15)
def rms_norm_backward(x: Array, w: Array | None, invs: Array, g: Array, dx: Array, dw: Array) -> None:
    """dx = inv·(h − x̂·Σ(h·x̂)/D) with x̂ = x·inv and h = g·w;   dw: for each block of rows Σ g·x̂."""
    real = x.dtype.type
    n, blocks = real(x.shape[1]), len(dw)
    rows = (len(x) + blocks - 1) // blocks
    for block in prange(blocks):
        dw[block] = 0
        for i in range(block * rows, min(len(x), (block + 1) * rows)):
            inv, along = invs[i, 0], real(0)
            for j in range(x.shape[1]):
                product = g[i, j] * (x[i, j] * inv)
                dw[block, j] += product
                along += product * w[j] if w is not None else product
            along /= n
            for j in range(x.shape[1]):
                h = g[i, j] * w[j] if w is not None else g[i, j]
                dx[i, j] = (h - x[i, j] * inv * along) * inv


class NumbaNormKernels(NumpyBackend):
    """Layer norm, and the norm by root mean square."""

    def layer_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array]:
        if not enough(x, 64) or not in_order(x, w, b):
            return super().layer_norm(x, w, b, eps)
        y, mean, inv = (
            empty(x.shape, x.dtype),
            np.empty((len(x), 1), x.dtype),
            np.empty((len(x), 1), x.dtype),
        )
        layer_norm(x.size, x, w, b, eps, y, mean, inv)
        return y, mean, inv

    def layer_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        if not enough(x, 64) or not in_order(w, mean, inv) or not alike(x, g):
            return super().layer_norm_backward(x, w, mean, inv, g)
        blocks = min(BLOCKS, len(x))
        dx = empty(x.shape, x.dtype)
        dw, db = np.empty((2, blocks, x.shape[1]), x.dtype)
        layer_norm_backward(x.size, x, w, mean, inv, g, dx, dw, db)
        return dx, np.add.reduce(dw, axis=0), np.add.reduce(db, axis=0)

    def rms_norm(self, x: Array, w: Array | None, eps: float) -> tuple[Array, Array]:
        if not enough(x, 64) or not in_order(x, w):
            return super().rms_norm(x, w, eps)
        y, inv = empty(x.shape, x.dtype), np.empty((len(x), 1), x.dtype)
        rms_norm(x.size, x, w, eps, y, inv)
        return y, inv

    def rms_norm_backward(self, x: Array, w: Array | None, inv: Array, g: Array) -> tuple[Array, Array]:
        if not enough(x, 64) or not in_order(w, inv) or not alike(x, g):
            return super().rms_norm_backward(x, w, inv, g)
        dx, dw = empty(x.shape, x.dtype), np.empty((min(BLOCKS, len(x)), x.shape[1]), x.dtype)
        rms_norm_backward(x.size, x, w, inv, g, dx, dw)
        return dx, np.add.reduce(dw, axis=0)
