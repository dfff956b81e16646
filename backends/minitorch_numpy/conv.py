"""Convolution as products of matrices, a few images at a time.

The windows of a few images are copied side by side into one scratch matrix that stays in the cache, and BLAS
does the rest.  Copying all images first would need a matrix many times as large as the input, and most of the
time would go into moving it through memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels, with_bias
from minitorch.windows import Windows
from minitorch_numpy import depthwise

BLOCK = 1 << 20  # bytes of scratch: what a level-2 cache holds
NARROW = 64  # windows of one image: fewer are too few for a product of their own


class NumpyConvKernels(LayerKernels):
    """The three products of `LayerKernels`, and the windows as columns, blocked for the cache."""

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if x.dtype == np.float16:  # BLAS has no half precision
            bias = None if b is None else single(b)
            return half(self.conv(single(x), single(w), bias, windows, groups))
        n, o = x.shape[0], w.shape[0]
        if groups > 1 and w.shape[1] == 1:
            return with_bias(depthwise.conv(x, w, windows), b)
        columns = prod(windows.counts)
        y = np.empty((n, o, columns), x.dtype)
        if groups == 1 and columns < NARROW:
            rows = w.reshape(o, -1)
            for images, side_by_side in columns_joined(x, windows):
                y[images] = self.matmul(rows, side_by_side).reshape(o, -1, columns).swapaxes(0, 1)
        else:
            grouped = y.reshape(n, groups, o // groups, columns)
            w = w.reshape(groups, o // groups, -1)
            for images, unfolded in columns_of(x, windows, groups):
                self.matmul(w, unfolded, out=grouped[images])
        return with_bias(y.reshape(n, o, *windows.counts), b)

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if y.dtype == np.float16:
            bias = None if b is None else single(b)
            return half(self.conv_transpose(single(y), single(w), bias, windows, groups))
        n, o, c = y.shape[0], w.shape[0], w.shape[1] * groups
        if groups > 1 and w.shape[1] == 1:
            return with_bias(depthwise.conv_transpose(y, w, windows, groups), b)
        rows, columns = w.shape[1] * windows.elements, prod(windows.counts)
        turned = np.ascontiguousarray(w.reshape(groups, o // groups, rows).swapaxes(1, 2))
        y = y.reshape(n, groups, o // groups, columns)
        if windows.trivial:
            return with_bias(self.matmul(turned, y).reshape(n, c, *windows.size), b)
        x: Array = np.zeros((n, c, *windows.size), y.dtype)
        if groups == 1 and columns < NARROW:
            return with_bias(self._scatter_joined(y.reshape(n, o, columns), turned[0], x, windows), b)
        size = block_of(n, groups * rows * columns * x.itemsize)
        scratch = np.empty((size, groups, rows, columns), y.dtype)
        places = list(windows.places())
        for start in range(0, n, size):
            part = x[start : start + size]
            unfolded: Array = self.matmul(turned, y[start : start + size], out=scratch[: len(part)])
            unfolded = unfolded.reshape(len(part), c, *windows.kernel, *windows.counts)
            for place, inputs, outputs in places:
                part[(..., *inputs)] += unfolded[(slice(None), slice(None), *place, *outputs)]
        return with_bias(x, b)

    def _scatter_joined(self, y: Array, turned: Array, x: Array, windows: Windows) -> Array:
        """`conv_transpose` for many small images at a time, side by side in one matrix."""
        n, o, columns = y.shape
        y = np.ascontiguousarray(y.swapaxes(0, 1))  # (O, N, windows)
        size = block_of(n, turned.shape[0] * columns * x.itemsize // 4)
        for start in range(0, n, size):
            part = x[start : start + size]
            unfolded = self.matmul(turned, y[:, start : start + size].reshape(o, -1))
            unfolded = unfolded.reshape(x.shape[1], *windows.kernel, len(part), *windows.counts)
            for place, inputs, outputs in windows.places():
                added = unfolded[(slice(None), *place, slice(None), *outputs)]
                part[(..., *inputs)] += added.swapaxes(0, 1)
        return x

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        if x.dtype == np.float16:
            return half(self.conv_weight(single(x), single(y), windows, groups))
        n, o, c = x.shape[0], y.shape[1], x.shape[1] // groups
        if c == 1 and groups > 1:
            return depthwise.conv_weight(x, y, windows)
        columns = prod(windows.counts)
        shape = (groups, o // groups, c * windows.elements)
        w = np.zeros(shape, x.dtype)
        if groups == 1 and columns < NARROW:
            y = np.ascontiguousarray(y.reshape(n, o, columns).swapaxes(0, 1))  # (O, N, windows)
            for images, side_by_side in columns_joined(x, windows):
                w += self.matmul(y[:, images].reshape(o, -1), side_by_side.T)
        else:
            y = y.reshape(n, groups, o // groups, columns)
            for images, unfolded in columns_of(x, windows, groups):
                w += np.add.reduce(self.matmul(y[images], unfolded.swapaxes(2, 3)), axis=0)
        return w.reshape(o, c, *windows.kernel)

    def windows_to_columns(self, x: Array, windows: Windows) -> Array:
        columns: Array = np.empty((*x.shape[:2], *windows.kernel, *windows.counts), x.dtype)
        for images, padded in padded_blocks(x, windows, max(x.shape[0], 1)):
            np.copyto(columns[images], windows_of(padded, windows))
        return columns


# Windows -------------------------------------------------------------------------------------------------


def windows_of(x: Array, windows: Windows) -> Array:
    """All windows of a padded input, as a view.

    Shape: (N, C, *padded) → (N, C, *kernel, *counts).
    """
    steps = x.strides[2:]
    return as_strided(
        x,
        (*x.shape[:2], *windows.kernel, *windows.counts),
        (
            *x.strides[:2],
            *(step * d for step, d in zip(steps, windows.dilation, strict=True)),
            *(step * s for step, s in zip(steps, windows.stride, strict=True)),
        ),
        writeable=False,
    )


def block_of(n: int, size: int) -> int:
    """How many of `n` images of `size` bytes to take at a time."""
    return min(max(BLOCK // max(size, 1), 1), max(n, 1))


def padded_blocks(x: Array, windows: Windows, size: int) -> Iterator[tuple[slice, Array]]:
    """`size` images at a time with their padding, in scratch that is written over in the next round."""
    n, c = x.shape[:2]
    if all(before == 0 >= after for before, after in windows.padding):
        for start in range(0, n, size):
            yield slice(start, start + size), x[start : start + size]
        return
    padded: Array = np.zeros((size, c, *windows.extent), x.dtype)
    inner = padded[(..., *(slice(b, b + m) for b, m in zip(windows.before, windows.size, strict=True)))]
    x = x[(..., *(slice(0, m) for m in inner.shape[2:]))]  # what no window reaches is cut off
    for start in range(0, n, size):
        count = min(size, n - start)
        inner[:count] = x[start : start + count]
        yield slice(start, start + count), padded[:count]


def columns_of(x: Array, windows: Windows, groups: int) -> Iterator[tuple[slice, Array]]:
    """The windows of a few images at a time, one matrix for each image and group, in scratch.

    Shape: (N, C, *size) → (n, groups, C/groups·elements, windows).
    """
    n, c = x.shape[:2]
    shape = (groups, c // groups * windows.elements, prod(windows.counts))
    if windows.trivial:
        yield slice(0, n), x.reshape(n, *shape)
        return
    size = block_of(n, prod(shape) * x.itemsize)
    scratch = np.empty((size, c, *windows.kernel, *windows.counts), x.dtype)
    for images, padded in padded_blocks(x, windows, size):
        filled = scratch[: len(padded)]
        np.copyto(filled, windows_of(padded, windows))
        yield images, filled.reshape(len(padded), *shape)


def columns_joined(x: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """The windows of many small images at a time, side by side in one matrix.

    Shape: (N, C, *size) → (C·elements, n·windows).
    """
    n, c = x.shape[:2]
    rows, columns = c * windows.elements, prod(windows.counts)
    size = block_of(n, rows * columns * x.itemsize // 4)
    for images, padded in padded_blocks(x, windows, size):
        view = np.moveaxis(windows_of(padded, windows), 0, 1 + len(windows.size))
        yield images, view.reshape(rows, len(padded) * columns)


def single(x: Array) -> Array:
    """In single precision."""
    return x.astype(np.float32)


def half(x: Array) -> Array:
    """In half precision."""
    return x.astype(np.float16)
