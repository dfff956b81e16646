"""Convolution with one input channel in each group, an image of one channel at a time.

An image is copied into scratch that stays in the cache, row after row with its padding between them. There the
numbers that one place of the kernel sees lie at one distance from where the windows begin, for all windows of the
image: so a convolution is a sum of a few long vectors, each moved and multiplied by one weight. What it gives for
windows that would reach from one row into the next is left out of the result, and so are, for a stride, the windows
that lie between others.

    conv            x → scratch, Σ moved forward → y
    conv_transpose  y → scratch, Σ moved back → x
    conv_weight     x → scratch, y → scratch, products of one with the other moved

Some of these products have a padding zero in place of a number. Zero times infinity would be NaN, so if weights, or
what comes out as their gradient, are not finite, NumPy is asked, which leaves padding out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.windows import Windows
from minitorch_numba.buffers import empty
from minitorch_numba.depthwise_3x3 import three_by_three
from minitorch_numba.jit import inlined, kernel, prange, summing
from minitorch_numba.layout import enough, finite, in_order
from minitorch_numpy import NumpyBackend

SUMS = "contract reassoc"
AT_ONCE = 3  # places of the kernel for which a vector of sums is read and written once


@inlined
def copy_rows(image: Array, padded: Array, row: int, column: int, down: int, right: int) -> None:
    """padded[row + i·down, column + j·right] = image[i, j], as far as there is room."""
    first, left = max(0, -(row // down)), min(image.shape[1], max(0, -(column // right)))
    last = min(len(image), (len(padded) - 1 - row) // down + 1)
    end = max(left, min(image.shape[1], (padded.shape[1] - 1 - column) // right + 1))
    for i in range(first, last):
        source, target = image[i, left:end], padded[row + i * down, column + left * right :]
        if right == 1:
            for j in range(len(source)):
                target[j] = source[j]
        else:
            for j in range(len(source)):
                target[j * right] = source[j]


@inlined
def take_rows(padded: Array, image: Array, row: int, column: int, down: int, right: int, fill: Any) -> None:
    """image[i, j] = padded[row + i·down, column + j·right], and `fill` where there is none."""
    first, left = min(len(image), max(0, -(row // down))), min(image.shape[1], max(0, -(column // right)))
    last = max(first, min(len(image), (len(padded) - 1 - row) // down + 1))
    end = max(left, min(image.shape[1], (padded.shape[1] - 1 - column) // right + 1))
    if (last - first) * (end - left) < image.size:
        image[:] = fill
    for i in range(first, last):
        source, target = padded[row + i * down, column + left * right :], image[i, left:end]
        if right == 1:
            for j in range(len(target)):
                target[j] = source[j]
        else:
            for j in range(len(target)):
                target[j] = source[j * right]


@inlined
def add_moved(x: Array, w: Array, places: Array, y: Array) -> None:
    """y[q] += Σ x[q + places[k]]·w[k] over k; adding starts where y's numbers are, which must be set."""
    n, k = len(y), 0
    while k + AT_ONCE <= len(w):
        a, b, c = x[places[k] :], x[places[k + 1] :], x[places[k + 2] :]
        u, v, t = w[k], w[k + 1], w[k + 2]
        for q in range(n):
            y[q] += a[q] * u + b[q] * v + c[q] * t
        k += AT_ONCE
    for last in range(k, len(w)):
        a, u = x[places[last] :], w[last]
        for q in range(n):
            y[q] += a[q] * u


@kernel(parallel_from=1 << 17)
def moved_sums(
    x: Array,
    w: Array,
    b: Array | None,
    places: Array,
    padded: tuple[int, int],
    put: tuple[int, int, int, int],
    taken: tuple[int, int, int, int],
    y: Array,
) -> None:
    """For each image of y: the images of x that belong to it, put into scratch; Σ moved; what is taken from that.

    Shape: x (N, C·m, H, W), w (C·m, elements), y (N, C·l, H′, W′), where m or l is 1.
    """
    real = x.dtype.type
    inputs, outputs = x.shape[1], y.shape[1]
    groups = min(inputs, outputs)
    rows, columns = padded
    reach = rows * columns - places[-1]
    for c in prange(groups):
        scratch = np.zeros((inputs // groups, rows, columns), x.dtype)
        total = np.zeros(rows * columns, x.dtype)
        for i in range(len(x)):
            for m in range(inputs // groups):
                copy_rows(x[i, c * (inputs // groups) + m], scratch[m], put[0], put[1], put[2], put[3])
            for o in range(outputs // groups):
                out = c * (outputs // groups) + o
                start = b[out] if b is not None else real(0)
                for q in range(len(total)):
                    total[q] = start
                for m in range(inputs // groups):
                    which = max(out, c * (inputs // groups) + m)
                    add_moved(scratch[m].reshape(-1), w[which], places, total[:reach])
                take_rows(
                    total.reshape(rows, columns), y[i, out], taken[0], taken[1], taken[2], taken[3], start
                )


@summing
def add_products(x: Array, y: Array, places: Array, sums: Array) -> None:
    """sums[k] += Σ x[q + places[k]]·y[q] over q; for nine places at once, since nine sums fit into registers."""
    zero, k = y.dtype.type(0), 0
    while k + 9 <= len(places):
        a0, a1, a2 = x[places[k] :], x[places[k + 1] :], x[places[k + 2] :]
        a3, a4, a5 = x[places[k + 3] :], x[places[k + 4] :], x[places[k + 5] :]
        a6, a7, a8 = x[places[k + 6] :], x[places[k + 7] :], x[places[k + 8] :]
        s0, s1, s2, s3, s4, s5, s6, s7, s8 = zero, zero, zero, zero, zero, zero, zero, zero, zero
        for q in range(len(y)):
            s0 += a0[q] * y[q]
            s1 += a1[q] * y[q]
            s2 += a2[q] * y[q]
            s3 += a3[q] * y[q]
            s4 += a4[q] * y[q]
            s5 += a5[q] * y[q]
            s6 += a6[q] * y[q]
            s7 += a7[q] * y[q]
            s8 += a8[q] * y[q]
        for j, s in enumerate((s0, s1, s2, s3, s4, s5, s6, s7, s8)):
            sums[k + j] += s
        k += 9
    for last in range(k, len(places)):
        a, s = x[places[last] :], zero
        for q in range(len(y)):
            s += a[q] * y[q]
        sums[last] += s


@kernel(math=SUMS, parallel_from=1 << 17)
def moved_products(
    x: Array,
    y: Array,
    places: Array,
    padded: tuple[int, int],
    before: tuple[int, int],
    stride: tuple[int, int],
    w: Array,
) -> None:
    """w[o, k] = Σ x[q + places[k]]·y[q] over all images, in scratch."""
    multiple = y.shape[1] // x.shape[1]
    rows, columns = padded
    reach = rows * columns - places[-1]
    for o in prange(y.shape[1]):
        scratch, spread = np.zeros((rows, columns), x.dtype), np.zeros((rows, columns), x.dtype)
        sums = np.zeros(len(places), np.float64)
        left, right = scratch.reshape(-1), spread.reshape(-1)[:reach]
        for i in range(len(x)):
            copy_rows(x[i, o // multiple], scratch, before[0], before[1], 1, 1)
            copy_rows(y[i, o], spread, 0, 0, stride[0], stride[1])
            add_products(left, right, places, sums)
        for k in range(len(places)):
            w[o, k] = sums[k]


class Grid:
    """Where images of one channel lie in scratch, with two dims for one, and the places of the kernel there."""

    def __init__(self, windows: Windows, transposed: bool) -> None:
        self.size, self.counts = self.two(windows.size), self.two(windows.counts)
        self.before, self.stride = self.two(windows.before, 0), self.two(windows.stride)
        kernel, dilation, extent = map(self.two, (windows.kernel, windows.dilation, windows.extent))
        self.reach = tuple((k - 1) * d for k, d in zip(kernel, dilation, strict=True))
        room = self.reach if transposed else (0, 0)
        self.padded = extent[0] + room[0], extent[1] + room[1]
        down, right = np.arange(kernel[0]) * dilation[0], np.arange(kernel[1]) * dilation[1]
        self.places = (down[:, None] * self.padded[1] + right).reshape(-1)

    @staticmethod
    def two(sizes: tuple[int, ...], before: int = 1) -> tuple[int, int]:
        """Sizes along two dims, of which the first may be missing."""
        return (sizes[-2] if len(sizes) > 1 else before), sizes[-1]

    def images(self, x: Array, size: tuple[int, int]) -> Array:
        """(N, C, H, W) for sequences, too."""
        return x.reshape(*x.shape[:2], *size)


def served(windows: Windows, w_channels: int, groups: int, x: Array, *others: Array | None) -> bool:
    """Whether this is a convolution for the kernels."""
    if w_channels != 1 or groups == 1 or not 1 <= len(windows.size) <= 2 or not min(windows.size):
        return False
    return enough(x, 64) and in_order(x, *others) and all(v is None or v.dtype is x.dtype for v in others)


def common(windows: Windows) -> bool:
    """Whether `three_by_three` is for these windows."""
    size, *rest = windows
    return len(size) == 2 and min(size) > 1 and rest == [(3, 3), (1, 1), (1, 1), (1, 1), size]


def convolve_common(x: Array, w: Array, b: Array | None, y: Array) -> None:
    """What `three_by_three` makes of images, written to y."""
    flat = (*x.shape[:2], x.shape[2] * x.shape[3])
    weights = np.ascontiguousarray(w.reshape(len(w), 9))
    three_by_three(x.size * 9, x.reshape(flat), weights, b, x.shape[3], y.reshape(flat))


class NumbaDepthwiseKernels(NumpyBackend):
    """Convolution, where it is depthwise."""

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if not served(windows, w.shape[1], groups, x, w, b):
            return super().conv(x, w, b, windows, groups)
        if not finite(w):
            return NumpyBackend.conv(self, x, w, b, windows, groups)
        y = empty((x.shape[0], w.shape[0], *windows.counts), x.dtype)
        if common(windows) and x.shape == y.shape:
            convolve_common(x, w, b, y)
            return y
        grid = Grid(windows, False)
        image, result = grid.images(x, grid.size), grid.images(y, grid.counts)
        w = w.reshape(len(w), -1)
        put, taken = (*grid.before, 1, 1), (0, 0, *grid.stride)
        moved_sums(x.size * w.shape[1], image, w, b, grid.places, grid.padded, put, taken, result)
        return y

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if not served(windows, w.shape[1], groups, y, w, b):
            return super().conv_transpose(y, w, b, windows, groups)
        if not finite(w):
            return NumpyBackend.conv_transpose(self, y, w, b, windows, groups)
        x = empty((y.shape[0], groups, *windows.size), y.dtype)
        if common(windows) and x.shape == y.shape:
            convolve_common(y, w[:, :, ::-1, ::-1], b, x)
            return x
        grid = Grid(windows, True)
        image, result = grid.images(y, grid.counts), grid.images(x, grid.size)
        turned = np.ascontiguousarray(w.reshape(len(w), -1)[:, ::-1])
        put, taken = (*grid.reach, *grid.stride), (*grid.before, 1, 1)
        moved_sums(x.size * w.shape[1], image, turned, b, grid.places, grid.padded, put, taken, result)
        return x

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        if not served(windows, x.shape[1] // groups, groups, x, y) or not y.size:
            return super().conv_weight(x, y, windows, groups)
        grid = Grid(windows, False)
        w = np.empty((y.shape[1], 1, *windows.kernel), x.dtype)
        image, result = grid.images(x, grid.size), grid.images(y, grid.counts)
        flat = w.reshape(len(w), -1)
        moved_products(
            x.size * windows.elements, image, result, grid.places, grid.padded, grid.before, grid.stride, flat
        )
        return w if finite(w) else NumpyBackend.conv_weight(self, x, y, windows, groups)
