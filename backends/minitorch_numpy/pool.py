"""Pools, one place of the window at a time, writing into memory that is there already."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels, lowest
from minitorch.windows import Windows

BLOCK = 1 << 19  # bytes of input taken at a time, so that it stays in the cache


class NumpyPoolKernels(LayerKernels):
    """The pools of `LayerKernels` without temporary arrays."""

    def max_pool(self, x: Array, windows: Windows) -> Array:
        y: Array = np.full((*x.shape[:2], *windows.counts), lowest(x.dtype), x.dtype)
        for _, inputs, outputs in windows.places():
            part = y[(..., *outputs)]
            np.maximum(part, x[(..., *inputs)], out=part)
        return y

    def max_pool_backward(self, x: Array, y: Array, g: Array, windows: Windows) -> Array:
        gx: Array = np.zeros(x.shape, g.dtype)
        size = max(BLOCK // max(x[:1].nbytes, 1), 1)
        for start in range(0, len(x), size):
            images = slice(start, start + size)
            add_to_largest(gx[images], x[images], y[images], g[images], windows)
        return gx

    def sum_pool_backward(self, g: Array, windows: Windows) -> Array:
        if not windows.disjoint:
            return super().sum_pool_backward(g, windows)
        x: Array = np.zeros((*g.shape[:2], *windows.size), g.dtype)
        for _, inputs, outputs in windows.places():
            x[(..., *inputs)] = g[(..., *outputs)]
        return x


def add_to_largest(gx: Array, x: Array, y: Array, g: Array, windows: Windows) -> None:
    """Adds g to gx where the largest element of each window stands, the first of equal ones.

    The bits of g are masked, which is faster than multiplying by booleans, and lets no infinity through.
    """
    kind = f"i{g.itemsize}"
    bits: Array = np.ascontiguousarray(g).view(kind)
    free: Array = np.full(y.shape, -1, "i1")  # windows whose largest element is still to come
    for _, inputs, outputs in windows.places():
        left = free[(..., *outputs)]
        hit = np.equal(x[(..., *inputs)], y[(..., *outputs)]).view("i1")
        np.negative(hit, out=hit)  # all bits of a byte
        hit &= left
        left ^= hit
        share = (bits[(..., *outputs)] & hit.astype(kind)).view(g.dtype)
        there = gx[(..., *inputs)]
        if windows.disjoint:
            there[...] = share
        else:
            there += share
