"""Dropout: the random mask, and the product with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba.buffers import empty
from minitorch_numba.jit import kernel, prange
from minitorch_numba.layout import enough, flat, in_order
from minitorch_numpy import NumpyBackend
from minitorch_numpy.random import Generator

STEP = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ divided by the golden ratio, made odd


@kernel(parallel_from=1 << 15)
def keep_mask(start: Any, limit: Any, mask: Array) -> None:
    """mask[i] = whether the i-th number after `start` is less than `limit`.

    The numbers are those of SplitMix64: i times a constant, with its bits stirred until nothing shows where it came
    from. Each is computed from i alone, so that many can be at a time.

    Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators" (2014).
    """
    for i in prange(len(mask)):
        z = start + np.uint64(i) * STEP
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mask[i] = ((z ^ (z >> np.uint64(31))) >> np.uint64(32)) < limit


@kernel(parallel_from=1 << 17)
def dropout(x: Array, mask: Array, scale: Any, y: Array) -> None:
    """y = x·scale where the mask holds, else 0 (NaN for x that are not finite, as a product gives)."""
    scale, zero = x.dtype.type(scale), x.dtype.type(0)
    for i in prange(len(x)):
        y[i] = x[i] * (scale if mask[i] else zero)


class NumbaDropoutKernels(NumpyBackend):
    """Masks and their use."""

    def keep_mask(self, source: Any, shape: Any, keep: float) -> Array:
        mask = np.empty(shape, np.bool_)
        if not mask.size or source.__class__ is not Generator:
            return super().keep_mask(source, shape, keep)
        start = np.uint64(int(source.integers(0, 1 << 63, (), np.dtype(np.int64))))
        keep_mask(mask.size, start, np.uint64(round(keep * 2**32)), flat(mask))
        return mask

    def dropout(self, x: Array, mask: Array, p: float) -> Array:
        fits = enough(x, 512) and in_order(x, mask) and mask.shape == x.shape
        if not fits:
            return super().dropout(x, mask, p)
        y = empty(x.shape, x.dtype)
        dropout(x.size, flat(x), flat(mask), 1 / (1 - p) if p < 1 else 0.0, flat(y))
        return y
