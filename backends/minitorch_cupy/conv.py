"""Convolution as products of matrices, some images at a time; with one channel in each group, by kernels of its own."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels
from minitorch.windows import Windows
from minitorch_cupy.launch import Launches, Shape, blocks, elements, rows
from minitorch_cupy.windows import DIMS, by_value

SCRATCH = 1 << 28  # bytes of columns at a time: windows overlap, and take many times the memory of the images


class CupyConvKernels(Launches, LayerKernels):
    """The three products of `LayerKernels`."""

    matmul: Any

    def windows_to_columns(self, x: Array, windows: Windows) -> Array:
        if not self._serves_conv(windows, x):
            return super().windows_to_columns(x, windows)
        columns = self.empty((*x.shape[:2], *windows.kernel, *windows.counts), x.dtype)
        arguments = self.ready(x), by_value(windows), columns.size, columns
        self.launch("conv", "windows_to_columns", x.dtype, elements(columns.size), *arguments)
        return columns

    def columns_to_windows(self, columns: Array, windows: Windows) -> Array:
        if not self._serves_conv(windows, columns):
            return super().columns_to_windows(columns, windows)
        return self._gathered(columns, None, windows)

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if not self._serves_conv(windows, x, w, b):
            return super().conv(x, w, b, windows, groups)
        x, w = self.ready(x), self.ready(w)
        n, o = x.shape[0], w.shape[0]
        y = self.empty((n, o, *windows.counts), x.dtype)
        if groups > 1 and w.shape[1] == 1:
            arguments = x, w, self.optional(b), by_value(windows), groups, o // groups, y.size, y
            self.launch("conv", "depthwise", x.dtype, elements(y.size), *arguments)
            return y
        matrices = w.reshape(groups, o // groups, -1)
        for images, columns in self._columns_of(x, windows, groups):
            y[images] = self.matmul(matrices, columns).reshape(-1, o, *windows.counts)
        return y if b is None else self._with_bias_of_channels(y, b)

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if not self._serves_conv(windows, y, w, b):
            return super().conv_transpose(y, w, b, windows, groups)
        y, w, b = self.ready(y), self.ready(w), self.optional(b)
        n, o, c = y.shape[0], w.shape[0], w.shape[1] * groups
        x = self.empty((n, c, *windows.size), y.dtype)
        if groups > 1 and w.shape[1] == 1:
            arguments = y, w, b, by_value(windows), groups, o // groups, x.size, x
            self.launch("conv", "depthwise_transpose", y.dtype, elements(x.size), *arguments)
            return x
        turned = w.reshape(groups, o // groups, -1).swapaxes(1, 2)
        y = y.reshape(n, groups, o // groups, -1)
        for images in some_images(n, c * windows.elements * prod(windows.counts) * y.itemsize):
            columns = self.matmul(turned, y[images])
            shape = (columns.shape[0], c, *windows.kernel, *windows.counts)
            x[images] = self._gathered(columns.reshape(shape), b, windows)
        return x

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        if not self._serves_conv(windows, x, y):
            return super().conv_weight(x, y, windows, groups)
        x, y = self.ready(x), self.ready(y)
        n, c, o = x.shape[0], x.shape[1], y.shape[1]
        if groups > 1 and c == groups:
            w = self.empty((o, 1, *windows.kernel), x.dtype)
            launch = Shape(blocks(w.size), rows(1, n * prod(windows.counts)).threads)
            arguments = x, y, by_value(windows), n, c, o // c, w
            self.launch("conv", "depthwise_weight", x.dtype, launch, *arguments)
            return w
        y = y.reshape(n, groups, o // groups, -1)
        w = 0
        for images, columns in self._columns_of(x, windows, groups):
            w = w + self.matmul(joined(y[images]), joined(columns).swapaxes(1, 2))
        return w.reshape(o, c // groups, *windows.kernel)

    def _columns_of(self, x: Array, windows: Windows, groups: int) -> Iterator[tuple[slice, Array]]:
        """The windows of some images at a time.

        Shape: (N, C, *size) → (n, groups, C/groups·elements, windows).
        """
        shape = (groups, x.shape[1] // groups * windows.elements, prod(windows.counts))
        if windows.trivial:
            yield slice(None), x.reshape(-1, *shape)
            return
        for images in some_images(len(x), prod(shape) * x.itemsize):
            columns = self.windows_to_columns(x[images], windows)
            yield images, columns.reshape(-1, *shape)

    def _gathered(self, columns: Array, b: Array | None, windows: Windows) -> Array:
        """`columns_to_windows`, with a number added to each channel."""
        n, c = columns.shape[:2]
        x = self.empty((n, c, *windows.size), columns.dtype)
        arguments = self.ready(columns), b, by_value(windows), c, x.size, x
        self.launch("conv", "columns_to_windows", x.dtype, elements(x.size), *arguments)
        return x

    def _with_bias_of_channels(self, y: Array, b: Array) -> Array:
        """y + b, in y's memory."""
        channels, places = y.shape[1], prod(y.shape[2:])
        arguments = y, None, None, None, self.precise(b, y), channels, places, y.size, y
        self.launch("batch_norm", "scale_channels", y.dtype, elements(y.size), *arguments)
        return y

    def _serves_conv(self, windows: Windows, *arrays: Array | None) -> bool:
        first, *others = arrays
        assert first is not None
        some = prod(windows.counts) * prod(windows.size) > 0
        return some and len(windows.size) <= DIMS and self.serves(first, *others)


def joined(matrices: Array) -> Array:
    """The matrices of all images side by side, so that one product takes the sum over images, too.

    Shape: (n, groups, rows, windows) → (groups, rows, n·windows).
    """
    n, groups, rows, windows = matrices.shape
    return matrices.transpose(1, 2, 0, 3).reshape(groups, rows, n * windows)


def some_images(n: int, size: int) -> Iterator[slice]:
    """Slices of n images whose columns, `size` bytes for each, fit into the scratch memory.

    >>> list(some_images(5, SCRATCH // 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)]
    """
    count = max(SCRATCH // size, 1)
    for start in range(0, n, count):
        yield slice(start, start + count)
