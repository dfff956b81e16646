"""Softmax, its logarithm, and cross-entropy, along rows that lie one after the other in memory.

A row is read from memory once: where its largest element, its sum and its results are computed, it is still in
the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba import simd
from minitorch_numba.buffers import empty
from minitorch_numba.jit import inlined, kernel, prange
from minitorch_numba.layout import alike, enough, in_order
from minitorch_numpy import NumpyBackend

SUMS = "contract reassoc"


@inlined
def largest(x: Array) -> Any:
    """The largest element of a vector; NaN counts for more than infinity, or for less, by its sign.

    Floats with their lower bits flipped where they are negative are ordered as integers are, whose maximum a processor
    finds for many at a time; for floats it would have to ask about NaN each time.
    """
    best = simd.order(x[0])
    for j in range(1, len(x)):
        best = max(best, simd.order(x[j]))
    return simd.from_order(best, x[0])


@kernel(math=SUMS, parallel_from=1 << 14)
def softmax(x: Array, y: Array) -> None:
    """y = eˣ / Σ eˣ for each row."""
    for i in prange(len(x)):
        top = largest(x[i])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            e = simd.exp(x[i, j] - top)
            y[i, j] = e
            total += e
        scale = x.dtype.type(1) / total
        for j in range(x.shape[1]):
            y[i, j] *= scale


@kernel(math=SUMS, parallel_from=1 << 16)
def softmax_backward(y: Array, g: Array, dx: Array) -> None:
    """dx = y·(g − Σ g·y)."""
    for i in prange(len(y)):
        total = y.dtype.type(0)
        for j in range(y.shape[1]):
            total += g[i, j] * y[i, j]
        for j in range(y.shape[1]):
            dx[i, j] = y[i, j] * (g[i, j] - total)


@kernel(math=SUMS, parallel_from=1 << 14)
def log_softmax(x: Array, y: Array) -> None:
    """y = x − log Σ eˣ."""
    for i in prange(len(x)):
        top = largest(x[i])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += simd.exp(x[i, j] - top)
        log_total = simd.log(total)
        for j in range(x.shape[1]):
            shifted = x[i, j] - top
            y[i, j] = shifted - log_total


@kernel(math=SUMS, parallel_from=1 << 14)
def log_softmax_backward(y: Array, g: Array, dx: Array) -> None:
    """dx = g − eʸ·Σ g."""
    for i in prange(len(y)):
        total = y.dtype.type(0)
        for j in range(y.shape[1]):
            total += g[i, j]
        for j in range(y.shape[1]):
            dx[i, j] = g[i, j] - simd.exp(y[i, j]) * total


@kernel(math=SUMS, parallel_from=1 << 14)
def cross_entropy(x: Array, target: Array, losses: Array, kept: Array) -> None:
    """losses = log Σ exp(x − top) − (x[target] − top); kept are top and the sum."""
    for i in prange(len(x)):
        top = largest(x[i])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += simd.exp(x[i, j] - top)
        losses[i] = simd.log(total) - (x[i, target[i]] - top)
        kept[i, 0, 0], kept[i, 0, 1] = top, total


@kernel(parallel_from=1 << 14)
def cross_entropy_backward(x: Array, kept: Array, target: Array, scale: Array, dx: Array) -> None:
    """dx = (softmax(x) − onehot(target))·scale; a scale for each row, or one for all."""
    for i in prange(len(x)):
        each = scale[i] if len(scale) > 1 else scale[0]
        top, factor = kept[i, 0, 0], each / kept[i, 0, 1]
        for j in range(x.shape[1]):
            dx[i, j] = simd.exp(x[i, j] - top) * factor
        dx[i, target[i]] -= each


def rows(x: Array) -> Array:
    """All dims but the last as one."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


class NumbaSoftmaxKernels(NumpyBackend):
    """Softmax and cross-entropy along the last dim."""

    def softmax(self, x: Array, axis: int) -> Array:
        if axis not in (-1, x.ndim - 1) or not enough(x, 64) or not alike(x):
            return super().softmax(x, axis)
        y = empty(x.shape, x.dtype)
        softmax(x.size, rows(x), rows(y))
        return y

    def softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        if axis not in (-1, y.ndim - 1) or not enough(y, 64) or not alike(y, g):
            return super().softmax_backward(y, g, axis)
        dx = empty(y.shape, y.dtype)
        softmax_backward(y.size, rows(y), rows(g), rows(dx))
        return dx

    def log_softmax(self, x: Array, axis: int) -> Array:
        if axis not in (-1, x.ndim - 1) or not enough(x, 64) or not alike(x):
            return super().log_softmax(x, axis)
        y = empty(x.shape, x.dtype)
        log_softmax(x.size, rows(x), rows(y))
        return y

    def log_softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        if axis not in (-1, y.ndim - 1) or not enough(y, 64) or not alike(y, g):
            return super().log_softmax_backward(y, g, axis)
        dx = empty(y.shape, y.dtype)
        log_softmax_backward(y.size, rows(y), rows(g), rows(dx))
        return dx

    def cross_entropy(self, x: Array, target: Array) -> tuple[Array, Array]:
        if not enough(x, 1) or not alike(x) or not in_order(target) or target.dtype != np.int64:
            return super().cross_entropy(x, target)
        losses, kept = np.empty(len(x), x.dtype), np.empty((len(x), 1, 2), x.dtype)
        cross_entropy(x.size, x, target, losses, kept)
        return losses, kept

    def cross_entropy_backward(self, x: Array, kept: Array, target: Array, scale: Array) -> Array:
        if kept.ndim == 2:  # the probabilities that NumPy's cross_entropy kept
            return super().cross_entropy_backward(x, kept, target, scale)
        if not in_order(x, target) or not isinstance(scale, (np.ndarray, np.generic)):
            return super().cross_entropy_backward(x, self.softmax(x, 1), target, scale)
        dx = empty(x.shape, x.dtype)
        each = np.ascontiguousarray(scale, x.dtype).reshape(-1)
        cross_entropy_backward(x.size, x, kept, target, each, dx)
        return dx
