"""Pools, one place of the window at a time, writing into memory that is there already."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels, lowest
from minitorch.windows import Windows


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
        rest = g.copy()  # what was given to the first of equal elements is not there for the next
        scratch: Array = np.empty(g.shape, g.dtype)
        for _, inputs, outputs in windows.places():
            there, left = gx[(..., *inputs)], rest[(..., *outputs)]
            share = there if windows.disjoint else scratch[(..., *outputs)]
            np.multiply(left, x[(..., *inputs)] == y[(..., *outputs)], out=share)
            left -= share
            if not windows.disjoint:
                there += share
        return gx

    def sum_pool_backward(self, g: Array, windows: Windows) -> Array:
        if not windows.disjoint:
            return super().sum_pool_backward(g, windows)
        x: Array = np.zeros((*g.shape[:2], *windows.size), g.dtype)
        for _, inputs, outputs in windows.places():
            x[(..., *inputs)] = g[(..., *outputs)]
        return x
