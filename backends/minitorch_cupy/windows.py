"""Windows as kernels take them, pools, and the arguments that convolutions share."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels
from minitorch.windows import Windows
from minitorch_cupy.launch import ByValue, Launches, elements

DIMS = 3  # kernels know no more
LAYOUT = np.dtype([("rows", np.int64, (6, DIMS))])


def by_value(windows: Windows) -> ByValue:
    """The structure of kernels/windows.cuh; dims of size 1 stand in front of those that there are.

    >>> lies = Windows(size=(5,), kernel=(3,), stride=(2,), before=(1,), dilation=(1,), counts=(3,))
    >>> by_value(lies).values["rows"][1].tolist()
    [1, 1, 3]
    """
    missing = DIMS - len(windows.size)
    blank = (1, 1, 1, 0, 1, 1)  # size, kernel, stride, before, dilation, counts
    rows = [(one,) * missing + along for one, along in zip(blank, windows, strict=True)]
    values = np.zeros((), LAYOUT)
    values["rows"] = rows
    return ByValue(values)


class CupyPoolKernels(Launches, LayerKernels):
    """Pools over up to three dims."""

    def max_pool(self, x: Array, windows: Windows) -> Array:
        if not self._serves_windows(windows, x):
            return super().max_pool(x, windows)
        return self._of_windows("max_pool", x, (*x.shape[:2], *windows.counts), windows)

    def max_pool_indices(self, x: Array, y: Array, windows: Windows) -> Array:
        if not self._serves_windows(windows, x, y):
            return super().max_pool_indices(x, y, windows)
        indices = self.empty(y.shape, np.dtype(np.int64))
        arguments = self.ready(x), self.ready(y), by_value(windows), y.size, indices
        self.launch("pool", "max_pool_indices", x.dtype, elements(y.size), *arguments)
        return indices

    def max_pool_backward(self, x: Array, y: Array, g: Array, windows: Windows) -> Array:
        if not self._serves_windows(windows, x, y, g):
            return super().max_pool_backward(x, y, g, windows)
        dx = self.empty(x.shape, g.dtype)
        arguments = self.ready(x), self.ready(y), self.ready(g), by_value(windows), x.size, dx
        self.launch("pool", "max_pool_backward", x.dtype, elements(x.size), *arguments)
        return dx

    def sum_pool(self, x: Array, windows: Windows) -> Array:
        if not self._serves_windows(windows, x):
            return super().sum_pool(x, windows)
        return self._of_windows("sum_pool", x, (*x.shape[:2], *windows.counts), windows)

    def sum_pool_backward(self, g: Array, windows: Windows) -> Array:
        if not self._serves_windows(windows, g):
            return super().sum_pool_backward(g, windows)
        return self._of_windows("sum_pool_backward", g, (*g.shape[:2], *windows.size), windows)

    def _of_windows(self, kernel: str, x: Array, shape: Any, windows: Windows) -> Array:
        y = self.empty(shape, x.dtype)
        arguments = self.ready(x), by_value(windows), y.size, y
        self.launch("pool", kernel, x.dtype, elements(y.size), *arguments)
        return y

    def _serves_windows(self, windows: Windows, *arrays: Array) -> bool:
        some = prod(windows.counts) * prod(windows.size) > 0
        return some and len(windows.size) <= DIMS and self.serves(*arrays)
