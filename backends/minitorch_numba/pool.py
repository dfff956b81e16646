"""Pools, an image of one channel at a time.

A row of the result is made from the rows of the image that its windows see. Along it the loop runs over windows,
side by side, or, where windows are wider than there are many, over what is in one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from minitorch.backend import Array
from minitorch.windows import Windows
from minitorch_numba import simd
from minitorch_numba.buffers import empty
from minitorch_numba.jit import inlined, kernel, prange, summing
from minitorch_numba.layout import enough, in_order
from minitorch_numpy import NumpyBackend

FEW = 4  # elements of a window: as few NumPy adds up as fast
Lies = tuple[int, ...]  # kernel, stride, padding before, dilation, along both dims each


@inlined
def largest_into(x: Array, stride: int, y: Array) -> None:
    """y[j] = max(y[j], x[j·stride]), NaN if either is; the two usual strides as constants."""
    if stride == 1:
        for j in range(len(y)):
            y[j] = y[j] if (y[j] >= x[j]) | (y[j] != y[j]) else x[j]
    elif stride == 2:
        for j in range(len(y)):
            y[j] = y[j] if (y[j] >= x[2 * j]) | (y[j] != y[j]) else x[2 * j]
    else:
        for j in range(len(y)):
            y[j] = y[j] if (y[j] >= x[stride * j]) | (y[j] != y[j]) else x[stride * j]


@inlined
def largest(x: Array) -> float:
    """The largest element of a vector, NaN if there is one."""
    best, missing = simd.order(x[0]), False
    for v in range(len(x)):
        best = max(best, simd.order(x[v]))
        missing = True if x[v] != x[v] else missing
    return x.dtype.type(np.nan) if missing else simd.from_order(best, x[0])


@kernel(parallel_from=1 << 15)
def max_pool(x: Array, lies: Lies, spans: Array, wide: bool, y: Array) -> None:
    """y = the largest element of each window, NaN if there is one; `wide` windows, without dilation, one by one."""
    for p in prange(len(x)):
        image, result = x[p], y[p]
        for i in range(len(result)):
            out = result[i]
            for j in range(len(out)):
                out[j] = -np.inf
            for u in range(lies[0]):
                r = i * lies[2] + u * lies[6] - lies[4]
                if 0 <= r < len(image):
                    for j in range(len(out) if wide else 0):
                        start = j * lies[3] - lies[5]
                        top = largest(image[r, max(0, start) : max(0, start + lies[1])])
                        out[j] = out[j] if (out[j] >= top) | (out[j] != out[j]) else top
                    for v in range(0 if wide else len(spans)):
                        start, first, end = spans[v]
                        largest_into(image[r, start:], lies[3], out[first:end])


@kernel(parallel_from=1 << 15)
def max_pool_indices(x: Array, y: Array, lies: Lies, indices: Array) -> None:
    """The place of y in its image: of equal elements the first, of several NaN the last."""
    for p in prange(len(x)):
        image = x[p]
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                found, place = False, 0
                for u in range(lies[0]):
                    r = i * lies[2] + u * lies[6] - lies[4]
                    for v in range(lies[1]):
                        c = j * lies[3] + v * lies[7] - lies[5]
                        if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]:
                            value = image[r, c]
                            if value != value or (value == y[p, i, j] and not found):
                                found, place = True, r * image.shape[1] + c
                indices[p, i, j] = place


@inlined
def place_of(image: Array, top: float, row: int, column: int, lies: Lies) -> tuple[int, int]:
    """Where in the window that begins at (row, column) the first element equal to `top` stands; (-1, -1) if none."""
    for u in range(lies[0]):
        r = row + u * lies[6]
        if 0 <= r < image.shape[0]:
            for v in range(lies[1]):
                c = column + v * lies[7]
                if 0 <= c < image.shape[1] and image[r, c] == top:
                    return r, c
    return -1, -1


@kernel(parallel_from=1 << 15)
def max_pool_backward(x: Array, y: Array, g: Array, lies: Lies, dx: Array) -> None:
    """dx = g, added at the place of the largest element of each window, the first of equal ones."""
    for p in prange(len(x)):
        image, out = x[p], dx[p]
        out[:] = 0
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                start = i * lies[2] - lies[4], j * lies[3] - lies[5]
                r, c = place_of(image, y[p, i, j], start[0], start[1], lies)
                if r >= 0:
                    out[r, c] += g[p, i, j]


@kernel(parallel_from=1 << 16)
def max_pool_quarters(x: Array, y: Array) -> None:
    """y = the largest element of windows of 2 × 2, side by side."""
    for p in prange(len(x)):
        for i in range(y.shape[1]):
            above, below, out = x[p, 2 * i], x[p, 2 * i + 1], y[p, i]
            for j in range(len(out)):
                a, b, c, d = above[2 * j], above[2 * j + 1], below[2 * j], below[2 * j + 1]
                left = a if (a >= c) | (a != a) else c
                right = b if (b >= d) | (b != b) else d
                out[j] = left if (left >= right) | (left != left) else right


@kernel(parallel_from=1 << 16)
def max_pool_quarters_backward(x: Array, y: Array, g: Array, dx: Array) -> None:
    """The gradient of `max_pool_quarters`; a last row or column that no window sees gets 0."""
    zero = x.dtype.type(0)
    for p in prange(len(x)):
        for i in range(y.shape[1]):
            above, below, top, up = x[p, 2 * i], x[p, 2 * i + 1], y[p, i], g[p, i]
            first, second = dx[p, 2 * i], dx[p, 2 * i + 1]
            for j in range(len(top)):
                rest = zero if above[2 * j] == top[j] else up[j]
                first[2 * j] = up[j] if above[2 * j] == top[j] else zero
                first[2 * j + 1] = rest if above[2 * j + 1] == top[j] else zero
            for j in range(
                len(top)
            ):  # a loop of its own: for more arrays at once LLVM does not make SIMD code
                rest = zero if (above[2 * j] == top[j]) | (above[2 * j + 1] == top[j]) else up[j]
                last = zero if below[2 * j] == top[j] else rest
                second[2 * j] = rest if below[2 * j] == top[j] else zero
                second[2 * j + 1] = last if below[2 * j + 1] == top[j] else zero
            if x.shape[2] % 2:
                first[x.shape[2] - 1] = second[x.shape[2] - 1] = zero
        if x.shape[1] % 2:
            for j in range(x.shape[2]):
                dx[p, x.shape[1] - 1, j] = zero


@inlined
def add_into(x: Array, stride: int, y: Array) -> None:
    """y[j] += x[j·stride]."""
    if stride == 1:
        for j in range(len(y)):
            y[j] += x[j]
    elif stride == 2:
        for j in range(len(y)):
            y[j] += x[2 * j]
    else:
        for j in range(len(y)):
            y[j] += x[stride * j]


@inlined
def spread_into(g: Array, stride: int, x: Array) -> None:
    """x[j·stride] += g[j]."""
    if stride == 1:
        for j in range(len(g)):
            x[j] += g[j]
    elif stride == 2:
        for j in range(len(g)):
            x[2 * j] += g[j]
    else:
        for j in range(len(g)):
            x[stride * j] += g[j]


@summing
def add_window(x: Array) -> float:
    """The sum of a vector."""
    total = x.dtype.type(0)
    for v in range(len(x)):
        total += x[v]
    return total


@kernel(parallel_from=1 << 15)
def sum_pool(x: Array, lies: Lies, spans: Array, wide: bool, y: Array) -> None:
    """y = the sum of each window; `wide` windows, without dilation, one after the other."""
    for p in prange(len(x)):
        image, result = x[p], y[p]
        for i in range(len(result)):
            out = result[i]
            for j in range(len(out)):
                out[j] = 0
            for u in range(lies[0]):
                r = i * lies[2] + u * lies[6] - lies[4]
                if 0 <= r < len(image):
                    for j in range(len(out) if wide else 0):
                        start = j * lies[3] - lies[5]
                        out[j] += add_window(image[r, max(0, start) : max(0, start + lies[1])])
                    for v in range(0 if wide else len(spans)):
                        start, first, end = spans[v]
                        add_into(image[r, start:], lies[3], out[first:end])


@kernel(parallel_from=1 << 15)
def sum_pool_backward(g: Array, lies: Lies, spans: Array, wide: bool, dx: Array) -> None:
    """dx = for each element the sum of g over the windows that see it."""
    for p in prange(len(dx)):
        image, up = dx[p], g[p]
        for i in range(len(image)):
            row = image[i]
            for j in range(len(row)):
                row[j] = 0
        for i in range(len(up)):
            for u in range(lies[0]):
                r = i * lies[2] + u * lies[6] - lies[4]
                if 0 <= r < len(image):
                    for j in range(up.shape[1] if wide else 0):
                        start, more = j * lies[3] - lies[5], up[i, j]
                        part = image[r, max(0, start) : max(0, start + lies[1])]
                        for v in range(len(part)):
                            part[v] += more
                    for v in range(0 if wide else len(spans)):
                        start, first, end = spans[v]
                        spread_into(up[i, first:end], lies[3], image[r, start:])


def lies_of(windows: Windows) -> Lies:
    """How windows lie over an image; over a sequence they do as over an image of one row."""
    missing = (1,) * (2 - len(windows.size)), (0,) * (2 - len(windows.size))
    fields = windows.kernel, windows.stride, windows.before, windows.dilation
    rests = missing[0], missing[0], missing[1], missing[0]
    return tuple(n for rest, field in zip(rests, fields, strict=True) for n in (*rest, *field))


@lru_cache(64)
def spans_of(windows: Windows) -> Array:
    """For each place along a row of a window: the first element there, and from which window to which that is.

    Places that no window has inside of the image are left out.
    """
    dim = len(windows.size) - 1
    along = (windows.along(dim, k) for k in range(windows.kernel[dim]))
    spans = [(start, first, first + count) for start, first, count in along if count]
    return np.array(spans, np.int64).reshape(-1, 3)


def images(x: Array, size: tuple[int, ...]) -> Array:
    """Images of all channels as one batch, sequences as images of one row."""
    return x.reshape(-1, size[0] if len(size) > 1 else 1, size[-1])


def quarters(windows: Windows) -> bool:
    """Whether windows of 2 × 2 lie side by side, without padding."""
    _, kernel, stride, before, dilation, counts = windows
    whole = all(2 * count <= n for count, n in zip(counts, windows.size, strict=True))
    return whole and (kernel, stride, before, dilation) == ((2, 2), (2, 2), (0, 0), (1, 1))


def served(windows: Windows, x: Array, *others: Array) -> bool:
    """Whether the kernels are for these windows and arrays."""
    if not 1 <= len(windows.size) <= 2 or not enough(x, 512) or not in_order(x, *others):
        return False
    return all(v.dtype is x.dtype and v.size for v in others)


def covered(windows: Windows) -> tuple[Windows, bool]:
    """The windows, or if the only one covers all of a sequence of the same numbers, that; and whether they are wide."""
    size, kernel, _, before, dilation, counts = windows
    if kernel == size and set(counts + dilation) == {1} and not any(before):
        n = windows.elements
        windows = Windows((n,), (n,), (1,), (0,), (1,), (1,))
    return windows, windows.kernel[-1] > windows.counts[-1] and windows.dilation[-1] == 1


class NumbaPoolKernels(NumpyBackend):
    """Pools over images and sequences."""

    def max_pool(self, x: Array, windows: Windows) -> Array:
        if not served(windows, x):
            return super().max_pool(x, windows)
        y = empty((*x.shape[:2], *windows.counts), x.dtype)
        if quarters(windows):
            max_pool_quarters(x.size, images(x, windows.size), images(y, windows.counts))
        else:
            lies, wide = covered(windows)
            args = lies_of(lies), spans_of(lies), wide, images(y, lies.counts)
            max_pool(y.size * windows.elements, images(x, lies.size), *args)
        return y

    def max_pool_indices(self, x: Array, y: Array, windows: Windows) -> Array:
        if not served(windows, x, y):
            return super().max_pool_indices(x, y, windows)
        indices = np.empty(y.shape, np.int64)
        work = 4 * y.size * windows.elements
        max_pool_indices(
            work,
            images(x, windows.size),
            images(y, windows.counts),
            lies_of(windows),
            images(indices, windows.counts),
        )
        return indices

    def max_pool_backward(self, x: Array, y: Array, g: Array, windows: Windows) -> Array:
        if not served(windows, x, y, g):
            return super().max_pool_backward(x, y, g, windows)
        dx = empty(x.shape, x.dtype)
        if quarters(windows):
            max_pool_quarters_backward(
                x.size,
                images(x, windows.size),
                images(y, windows.counts),
                images(g, windows.counts),
                images(dx, windows.size),
            )
        else:
            work = 4 * y.size * windows.elements
            max_pool_backward(
                work,
                images(x, windows.size),
                images(y, windows.counts),
                images(g, windows.counts),
                lies_of(windows),
                images(dx, windows.size),
            )
        return dx

    def sum_pool(self, x: Array, windows: Windows) -> Array:
        lies, wide = covered(windows)
        if not served(windows, x) or not (wide or windows.elements > FEW):
            return super().sum_pool(x, windows)
        y = empty((*x.shape[:2], *windows.counts), x.dtype)
        args = lies_of(lies), spans_of(lies), wide, images(y, lies.counts)
        sum_pool(y.size * windows.elements, images(x, lies.size), *args)
        return y

    def sum_pool_backward(self, g: Array, windows: Windows) -> Array:
        lies, wide = covered(windows)
        if not served(windows, g) or not (wide or windows.elements > FEW):
            return super().sum_pool_backward(g, windows)
        dx = empty((*g.shape[:2], *windows.size), g.dtype)
        args = lies_of(lies), spans_of(lies), wide, images(dx, lies.size)
        sum_pool_backward(g.size * windows.elements, images(g, lies.counts), *args)
        return dx
