"""Images with zeros around them, and with their channels last: what the kernels of convolution read."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch.windows import Windows
from minitorch_numba.jit import kernel, prange
from minitorch_numba.tile import lanes_of
from minitorch_numba.vectors import transpose


@kernel(parallel_from=1 << 16)
def pad(x: Array, top: int, left: int, y: Array) -> None:
    """y = x with zeros around it: its element (0, 0) stands at (top, left). What does not fit is cut off."""
    n, c, height, width = y.shape
    first = min(max(left, 0), width)
    last = max(first, min(left + x.shape[3], width))
    for k in prange(n * c):
        image, channel = k // c, k % c
        for i in range(height):
            row = y[image, channel, i]
            if top <= i < top + x.shape[2]:
                source = x[image, channel, i - top]
                for j in range(first):
                    row[j] = 0
                for j in range(first, last):
                    row[j] = source[j - left]
                for j in range(last, width):
                    row[j] = 0
            else:
                for j in range(width):
                    row[j] = 0


@kernel(parallel_from=1 << 16)
def channels_last(x: Array, top: int, left: int, y: Array) -> None:
    """y[n, top + i, left + j, c] = x[n, c, i, j], and zeros around it."""
    n, height, width, c = y.shape
    lanes = lanes_of(x)
    blocks = (c + lanes - 1) // lanes
    first, last = max(0, left), min(left + x.shape[3], width)
    flat_x, flat_y, of_channel = x.reshape(-1), y.reshape(-1), x.shape[2] * x.shape[3]
    for task in prange(n * blocks):
        image, start = task // blocks, task % blocks * lanes
        stop = min(start + lanes, c)
        for i in range(height):
            line, inside = y[image, i], top <= i < top + x.shape[2]
            if not inside or first > 0 or last < width:
                line[:, start:stop] = 0
            if inside:
                done = first
                if stop - start == lanes:
                    at = (image * c + start) * of_channel + (i - top) * x.shape[3] - left
                    to = (image * height + i) * width * c + start
                    for j in range(first, last - lanes + 1, lanes):
                        transpose(flat_x, at + j, of_channel, flat_y, to + j * c, c)
                        done = j + lanes
                for channel in range(start, stop):
                    source = x[image, channel, i - top]
                    for j in range(done, last):
                        line[j, channel] = source[j - left]


def padded(x: Array, windows: Windows) -> Array:
    """The input with zeros around it, as far as windows reach."""
    if not any(before or after for before, after in windows.padding):
        return np.ascontiguousarray(x)
    y = np.empty((*x.shape[:2], *windows.extent), x.dtype)
    if x.ndim <= 4:
        pad(y.size, as_images(x), windows.before[0] if x.ndim == 4 else 0, windows.before[-1], as_images(y))
        return y
    y.fill(0)
    into, out = zip(
        *(overlap(*sizes) for sizes in zip(windows.before, x.shape[2:], y.shape[2:], strict=True)),
        strict=True,
    )
    y[(..., *into)] = x[(..., *out)]
    return y


def padded_channels_last(x: Array, windows: Windows) -> Array:
    """The same with the channels as the last dim."""
    if x.ndim > 4:
        return np.ascontiguousarray(np.moveaxis(padded(x, windows), 1, -1))
    y = np.empty((len(x), *windows.extent, x.shape[1]), x.dtype)
    images = y if x.ndim == 4 else y[:, None]
    channels_last(y.size, as_images(x), windows.before[0] if x.ndim == 4 else 0, windows.before[-1], images)
    return y


def as_images(x: Array) -> Array:
    """Sequences as images of height one."""
    x = np.ascontiguousarray(x)
    return x if x.ndim == 4 else x[:, :, None]


def overlap(before: int, inner: int, outer: int) -> tuple[slice, slice]:
    """Where an input lies in its padded form, and which part of it: a negative padding cuts off."""
    first, last = max(before, 0), min(before + inner, outer)
    return slice(first, max(first, last)), slice(first - before, max(first, last) - before)
