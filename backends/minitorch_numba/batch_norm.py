"""Batch norm: a channel at a time, so that it is still in the cache when its numbers are read again.

Sums are taken over stretches of at most STRETCH numbers, and what these add up to in double precision. So neither
many numbers nor a mean far from zero make single precision lose digits.

Source: T. Chan, G. Golub, R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances"
(1979).
"""

from __future__ import annotations

import math

import numpy as np

from minitorch.backend import Array
from minitorch_numba import jit
from minitorch_numba.buffers import empty
from minitorch_numba.jit import kernel, prange
from minitorch_numba.layout import alike, enough, in_order
from minitorch_numpy import NumpyBackend

SUMS = "contract reassoc"
STRETCH = 4096
SHORTEST = 8  # numbers of a channel in one image: below, NumPy does all channels side by side


@kernel(math=SUMS, parallel_from=1 << 15)
def batch_norm(
    x: Array,
    w: Array | None,
    b: Array | None,
    eps: float,
    y: Array,
    means: Array,
    variances: Array,
    invs: Array,
) -> None:
    """y = (x − mean)·inv·w + b with inv = 1/√(var + eps) for each channel; w and b may be None."""
    real = x.dtype.type
    for c in prange(x.shape[1]):
        count, total, square = 0, 0.0, 0.0
        for i in range(len(x)):
            row = x[i, c]
            for start in range(0, len(row), STRETCH):
                part = row[start : start + STRETCH]
                s, q = real(0), real(0)
                for j in range(len(part)):
                    s += part[j]
                mean = s / real(len(part))
                for j in range(len(part)):
                    centred = part[j] - mean
                    q += centred * centred
                if count:  # the squares about the mean of both are larger than those about the mean of each
                    apart = np.float64(mean) - total / count
                    square += apart * apart * (count * len(part) / (count + len(part)))
                count += len(part)
                total += s
                square += q
        mean = real(total / count)
        variance = real(square / count)
        inv = real(1) / np.sqrt(variance + real(eps))
        means[c], variances[c], invs[c] = mean, variance, inv
        scale = inv * w[c] if w is not None else inv
        shift = b[c] if b is not None else real(0)
        for i in range(len(x)):
            row, out = x[i, c], y[i, c]
            for j in range(len(row)):
                out[j] = (row[j] - mean) * scale + shift


@kernel(math=SUMS, parallel_from=1 << 15)
def batch_norm_backward(
    x: Array, w: Array | None, means: Array, invs: Array, g: Array, dx: Array, dw: Array, db: Array
) -> None:
    """db = Σ g,   dw = Σ g·x̂,   dx = w·inv·(g − db/n − x̂·dw/n)."""
    real = x.dtype.type
    for c in prange(x.shape[1]):
        mean, inv = means[c], invs[c]
        total, along = 0.0, 0.0
        for i in range(len(x)):
            row, up = x[i, c], g[i, c]
            for start in range(0, len(row), STRETCH):
                part, steep = row[start : start + STRETCH], up[start : start + STRETCH]
                s, q = real(0), real(0)
                for j in range(len(part)):
                    s += steep[j]
                    q += steep[j] * (part[j] - mean)
                total += s
                along += q
        along *= inv
        dw[c], db[c] = along, total
        n = len(x) * x.shape[2]
        scale = inv * w[c] if w is not None else inv
        middle, slope = real(total / n), real(along / n) * inv
        for i in range(len(x)):
            row, up, out = x[i, c], g[i, c], dx[i, c]
            for j in range(len(row)):
                out[j] = (up[j] - (middle + (row[j] - mean) * slope)) * scale


@kernel(parallel_from=1 << 16)
def scale_channels(x: Array, w: Array | None, b: Array | None, y: Array) -> None:
    """y = x·w + b; w and b may be None."""
    real = x.dtype.type
    for c in prange(x.shape[1]):
        scale = w[c] if w is not None else real(1)
        shift = b[c] if b is not None else real(0)
        for i in range(len(x)):
            row, out = x[i, c], y[i, c]
            for j in range(len(row)):
                out[j] = row[j] * scale + shift


def planes(x: Array) -> Array:
    """All dims after the channels as one."""
    return x.reshape(*x.shape[:2], math.prod(x.shape[2:]))


def wide(x: Array, count: int = 64) -> bool:
    """Whether there are enough numbers, and those of a channel lie in long enough rows, for a kernel."""
    return enough(x, count) and x.ndim > 2 and math.prod(x.shape[2:]) >= SHORTEST * jit.threshold


class NumbaBatchNormKernels(NumpyBackend):
    """Batch norm, and the scaling of channels."""

    def batch_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array, Array]:
        if not wide(x) or not in_order(x, w, b):
            return super().batch_norm(x, w, b, eps)
        y, shape = empty(x.shape, x.dtype), (1, x.shape[1], *(1,) * (x.ndim - 2))
        mean, var, inv = np.empty((3, x.shape[1]), x.dtype)
        batch_norm(x.size, planes(x), w, b, eps, planes(y), mean, var, inv)
        return y, mean.reshape(shape), var.reshape(shape), inv.reshape(shape)

    def batch_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        if not wide(x) or not alike(x, g) or not in_order(w, mean, inv):
            return super().batch_norm_backward(x, w, mean, inv, g)
        dx = empty(x.shape, x.dtype)
        dw, db = np.empty((2, x.shape[1]), x.dtype)
        args = mean.reshape(-1), inv.reshape(-1), planes(g), planes(dx), dw, db
        batch_norm_backward(x.size, planes(x), w, *args)
        return dx, dw, db

    def scale_channels(self, x: Array, w: Array | None, b: Array | None) -> Array:
        if not wide(x, 16000) or not in_order(x, w, b):
            return super().scale_channels(x, w, b)
        y = empty(x.shape, x.dtype)
        scale_channels(x.size, planes(x), w, b, planes(y))
        return y
