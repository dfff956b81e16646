"""Convolution as a product that is never written down: windows are copied straight into the strips of tiles.

The three products of `LayerKernels`, y = w·P, w = y·Pᵀ and (as a convolution of y with the kernel turned around) x,
where column q of P holds window q. Elsewhere P is a matrix in memory, many times as large as the input; here a few
hundred rows of a few dozen columns exist at a time, in the form in which `multiply_tile` reads them.

Source: K. Chellapilla, S. Puri, P. Simard, "High Performance Convolutional Neural Networks for Document Processing"
(2006), for convolution as a product.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import gcd, prod
from typing import NamedTuple

import numpy as np

from minitorch.backend import Array
from minitorch.windows import Windows
from minitorch_numba import threads
from minitorch_numba.gemm import AVAILABLE, gemm, product_kernel
from minitorch_numba.jit import kernel, part, prange
from minitorch_numba.layout import enough, flat, in_order
from minitorch_numba.tile import ROWS, WIDTH, columns_of, multiply_tile
from minitorch_numba.winograd import winograd_forward, winograd_weight
from minitorch_numpy import NumpyBackend

DEPTH = 384  # rows of P at a time: as many as let a strip of them stay in the first cache
STRIPS = 4  # of columns of P at a time
SHARED = 1 << 20  # multiplications from which on two threads are faster than one
CHANNELS, TILES = 16, 64  # from which on Winograd's algorithm is faster
PARTS = 4  # of the images, in which weight gradients with few columns are added up, before the parts are
FEW = 8  # strips that are few columns
LINE = 16  # channels whose numbers lie in one line of the cache


@kernel(parallel_from=1 << 16)
def pad(x: Array, top: int, left: int, y: Array) -> None:
    """y = x with zeros around it: its element (0, 0) stands at (top, left). What does not fit is cut off."""
    n, c, height, width = y.shape
    first, last = max(left, 0), min(left + x.shape[3], width)
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


@part
def pack_windows(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int, first: int, last: int,
    strip: Array,
) -> None:  # fmt: skip
    """A strip of P: strip[k, t] = element k of window first + t, and zeros from window `last` on.

    Args:
        x: padded images, flat.
        offsets: of each element of a window, from its first one.
        starts: where the windows of an image begin.
        of_image: how many numbers an image has.
        width: how many windows stand beside each other in a row.
        step: from one of them to the next.
        first, last: windows; they are counted through all images.
        strip: (elements or more, columns).
    """
    t, there = 0, min(strip.shape[1], last - first)
    while t < there:
        image, place = (first + t) // len(starts), (first + t) % len(starts)
        run = min(width - place % width, there - t)
        base = image * of_image + starts[place]
        for k in range(len(offsets)):
            at, to = base + offsets[k], strip[k, t : t + run]
            if step == 1:
                source = x[at : at + run]
                for s in range(run):
                    to[s] = source[s]
            else:
                for s in range(run):
                    to[s] = x[at + s * step]
        t += run
    for k in range(len(offsets)):
        for s in range(there, strip.shape[1]):
            strip[k, s] = 0


@part
def pack_weight(w: Array, outputs: Array, elements: Array, strip: Array) -> None:
    """strip[k, i] = w[outputs[i] + elements[k]]."""
    for i in range(ROWS):
        if i < len(outputs):
            row = w[outputs[i] :]
            for k in range(len(elements)):
                strip[k, i] = row[elements[k]]
        else:
            for k in range(len(elements)):
                strip[k, i] = 0


@kernel(parallel_from=SHARED)
def conv_forward(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int,
    w: Array, outputs: Array, elements: Array, bias: Array | None, y: Array,
) -> None:  # fmt: skip
    """y = w·P + bias.

    Shape: x padded images, flat, with offsets (groups, C/groups·elements) and the rest as in `pack_windows`; w flat, with
    outputs (groups, O/groups) and elements (C/groups·elements) as in `pack_weight`; y (N, O, windows).
    """
    groups, many = outputs.shape
    rows, windows, columns = len(elements), y.shape[2], columns_of(y)
    last, high, steps = len(y) * windows, (many + ROWS - 1) // ROWS, (rows + DEPTH - 1) // DEPTH
    blocks = (last + STRIPS * columns - 1) // (STRIPS * columns)
    of_w = np.empty((groups, high, rows, ROWS), y.dtype)
    for k in prange(groups * high):
        group, p = k // high, k % high
        pack_weight(w, outputs[group, p * ROWS : min((p + 1) * ROWS, many)], elements, of_w[group, p])
    for task in prange(groups * blocks):
        group, begin = task // blocks, task % blocks * STRIPS * columns
        end = min(begin + STRIPS * columns, last)
        strips = (end - begin + columns - 1) // columns
        of_x = np.empty((strips, (rows + steps - 1) // steps, columns), y.dtype)
        of_y = np.empty((high * ROWS, strips * columns), y.dtype)
        for piece in range(steps):
            low, high_end = rows * piece // steps, rows * (piece + 1) // steps
            for q in range(strips):
                first = begin + q * columns
                pack_windows(
                    x, offsets[group, low:high_end], starts, of_image, width, step, first, last, of_x[q]
                )
                for p in range(high):
                    multiply_tile(
                        of_w[group, p, low:],
                        of_x[q],
                        high_end - low,
                        of_y[p * ROWS :, q * columns :],
                        piece > 0,
                    )
        t = begin
        while t < end:
            image, place = t // windows, t % windows
            run = min(windows - place, end - t)
            for o in range(many):
                source, to = of_y[o, t - begin :], y[image, group * many + o, place : place + run]
                shift = y.dtype.type(0) if bias is None else bias[group * many + o]
                for s in range(len(to)):
                    to[s] = source[s] + shift
            t += run


@kernel(parallel_from=1 << 16)
def channels_last(x: Array, top: int, left: int, y: Array) -> None:
    """y[n, top + i, left + j, c] = x[n, c, i, j], and zeros around it."""
    n, height, width, c = y.shape
    blocks = (c + LINE - 1) // LINE
    first, last = max(0, left), min(left + x.shape[3], width)
    for task in prange(n * blocks):
        image, start = task // blocks, task % blocks * LINE
        stop = min(start + LINE, c)
        for i in range(height):
            line, inside = y[image, i], top <= i < top + x.shape[2]
            if not inside or first > 0 or last < width:
                line[:, start:stop] = 0
            if inside:
                for channel in range(start, stop):
                    source = x[image, channel, i - top]
                    for j in range(first, last):
                        line[j, channel] = source[j - left]


@kernel(parallel_from=SHARED)
def conv_weight(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int, y: Array, blocks: int,
    order: Array, w: Array,
) -> None:  # fmt: skip
    """w[part] = Σ y·Pᵀ over a part of the images.

    Shape: x padded images, flat, with offsets (groups, elements·C/groups) and the rest as in `pack_places`; y (N, O,
    windows); w (parts, groups, O/groups, C/groups·elements), each part in so many blocks of columns; order: for each column
    of `offsets` the place in w.
    """
    parts, groups, outputs, rows = w.shape
    n, columns, windows = len(y), columns_of(y), y.shape[2]
    wide, high = (rows + columns - 1) // columns, (outputs + ROWS - 1) // ROWS
    for task in prange(parts * groups * blocks):
        piece, group, block = task // (groups * blocks), task // blocks % groups, task % blocks
        first, last = n * piece // parts * windows, n * (piece + 1) // parts * windows
        begin, end = wide * block // blocks, wide * (block + 1) // blocks
        of_y, of_x = np.empty((high, DEPTH, ROWS), y.dtype), np.empty((DEPTH, columns), y.dtype)
        of_w = np.zeros((high * ROWS, (end - begin) * columns), y.dtype)
        for start in range(first, last, DEPTH):
            depth = min(DEPTH, last - start)
            pack_outputs(y, group * outputs, outputs, start, depth, of_y)
            for q in range(begin, end):
                some = offsets[group, q * columns : min((q + 1) * columns, rows)]
                pack_places(x, some, starts, of_image, width, step, start, depth, of_x)
                for p in range(high):
                    multiply_tile(of_y[p], of_x, depth, of_w[p * ROWS :, (q - begin) * columns :], True)
        for o in range(outputs):
            source, to = of_w[o], w[piece, group, o]
            for k in range(begin * columns, min(end * columns, rows)):
                to[order[k]] = source[k - begin * columns]


@part
def pack_outputs(y: Array, channel: int, channels: int, first: int, depth: int, strips: Array) -> None:
    """strips[s, t, i] = y of channel s·ROWS + i at window first + t."""
    of_image = y.shape[2]
    t = 0
    while t < depth:
        image, place = (first + t) // of_image, (first + t) % of_image
        run = min(of_image - place, depth - t)
        for s in range((channels + ROWS - 1) // ROWS):
            strip = strips[s]
            for i in range(ROWS):
                if s * ROWS + i < channels:
                    row = y[image, channel + s * ROWS + i]
                    for k in range(run):
                        strip[t + k, i] = row[place + k]
                else:
                    for k in range(run):
                        strip[t + k, i] = 0
        t += run


@part
def pack_places(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int, first: int, depth: int,
    strip: Array,
) -> None:  # fmt: skip
    """strip[t, i] = element i of window first + t, with zeros after the last element.

    Elements that stand side by side in memory are copied window by window, others one after the other, each for the
    windows of a row.

    Args:
        x: padded images, flat.
        offsets: of each element of a window, from its first one; columns or fewer.
        starts: where the windows of an image begin.
        of_image: how many numbers an image has.
        width: how many windows stand beside each other in a row.
        step: from one of them to the next.
        first: the first window; they are counted through all images.
        depth: how many windows.
        strip: (depth or more, columns).
    """
    count, t = len(offsets), 0
    together = offsets[count - 1] - offsets[0] == count - 1
    while t < depth:
        image, place = (first + t) // len(starts), (first + t) % len(starts)
        run, base = min(width - place % width, depth - t), image * of_image + starts[place]
        if together:
            for s in range(run):
                at, to = base + s * step + offsets[0], strip[t + s]
                source = x[at : at + count]
                for i in range(count):
                    to[i] = source[i]
        else:
            for i in range(count):
                source = x[base + offsets[i] : base + offsets[i] + (run - 1) * step + 1]
                for s in range(run):
                    strip[t + s, i] = source[s * step]
        t += run
    for t in range(depth):
        for i in range(count, strip.shape[1]):
            strip[t, i] = 0


@product_kernel(parallel_from=SHARED)
def point_weight(x: Array, y: Array, w: Array) -> None:
    """w[part] = Σ y·xᵀ over a part of the images, for windows of one element.

    Shape: x (N, groups, C/groups, P), y (N, groups, O/groups, P), w (parts, groups, O/groups, C/groups).
    """
    parts, groups = w.shape[:2]
    for task in prange(parts * groups):
        part, group = task // groups, task % groups
        for i in range(len(x) * part // parts, len(x) * (part + 1) // parts):
            beta = 0.0 if i == len(x) * part // parts else 1.0
            gemm(1, y[i, group], False, x[i, group], True, beta, w[part, group])


class Taps(NamedTuple):
    """A weight, or one turned around: the number for an output, a channel and a place is flat[their sum].

    Attributes:
        flat: all numbers.
        outputs: (groups, O/groups).
        channels: (C/groups).
        places: (elements).
    """

    flat: Array
    outputs: Array
    channels: Array
    places: Array


class NumbaConvKernels(NumpyBackend):
    """Convolution over any number of dims."""

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        if not suits(x, w, windows) or windows.trivial or not in_order(b):
            return super().conv(x, w, b, windows, groups)
        outputs, channels, places = (
            grid((count, step))
            for count, step in zip(
                (len(w), w.shape[1], windows.elements), (w[0].size, windows.elements, 1), strict=True
            )
        )
        taps = Taps(flat(np.ascontiguousarray(w)), outputs.reshape(groups, -1), channels, places)
        return self._conv(x, taps, b, windows)

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        """Inputs that are a stride apart are seen by the same elements of the windows: each such phase is a `conv`."""
        if not suits(y, w, windows) or windows.trivial or not in_order(b):
            return super().conv_transpose(y, w, b, windows, groups)
        o, c, size = len(w) // groups, w.shape[1], windows.elements
        outputs, channels = grid((groups, o * c * size), (c, size)), grid((o, c * size))
        numbers, places = flat(np.ascontiguousarray(w)), grid((size, 1)).reshape(windows.kernel)
        x: Array = np.empty((len(y), groups * c, *windows.size), y.dtype)
        for phase in product(*(range(s) for s in windows.stride)):
            parts = [along(windows, dim, r) for dim, r in enumerate(phase)]
            target = x[(..., *(slice(r, None, s) for r, s in zip(phase, windows.stride, strict=True)))]
            if any(elements is None for elements, _, _ in parts):
                target[...] = 0 if b is None else b.reshape(-1, *(1 for _ in phase))
            elif target.size:
                some = places[tuple(elements for elements, _, _ in parts)]  # from the last to the first
                taps = Taps(
                    numbers, outputs.reshape(groups, -1), channels, np.ascontiguousarray(some).reshape(-1)
                )
                seen = Windows(
                    size=y.shape[2:],
                    kernel=some.shape,
                    stride=(1,) * some.ndim,
                    before=tuple(before for _, before, _ in parts),
                    dilation=tuple(dilation for _, _, dilation in parts),
                    counts=target.shape[2:],
                )
                result = self._conv(y, taps, b, seen)
                if windows.stride == seen.stride:
                    return result
                target[...] = result
        return x

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        if not suits(x, y, windows):
            return super().conv_weight(x, y, windows, groups)
        if windows.trivial and AVAILABLE:
            return self._conv_weight_of_points(x, y, windows, groups)
        if groups == 1 and by_points(windows, x, y.shape[1]):
            return self._conv_weight_by_points(x, y, windows)
        o, c = y.shape[1], x.shape[1] // groups
        last = (
            c * x.itemsize >= WIDTH
        )  # then the elements of a strip stand side by side with their channels last
        x = padded_channels_last(x, windows) if last else padded(x, windows)
        strides = strides_of(x.shape[1:])
        strides = (1, *strides[:-1]) if last else strides
        elements, starts = offsets(strides, c * groups, groups, windows)
        order = grid((c * windows.elements, 1))
        if last:
            order = np.ascontiguousarray(order.reshape(c, -1).T).reshape(-1)
            elements = np.ascontiguousarray(elements[:, order])
        parts = min(PARTS, len(x)) if elements.size * x.itemsize < FEW * WIDTH else 1
        w = np.empty((parts, groups, o // groups, len(order)), x.dtype)
        y = np.ascontiguousarray(y).reshape(len(x), o, -1)
        conv_weight(
            y.size * len(order), flat(x), elements, starts, prod(x.shape[1:]), windows.counts[-1],
            windows.stride[-1] * strides[-1], y, threads.get_num_threads(), order, w,
        )  # fmt: skip
        total = w[0] if parts == 1 else np.add.reduce(w, axis=0)
        return total.reshape(o, c, *windows.kernel)

    def _conv(self, x: Array, taps: Taps, b: Array | None, windows: Windows) -> Array:
        """`conv` by the faster of two algorithms."""
        groups, outputs = len(taps.outputs), taps.outputs.size
        work = len(x) * outputs * prod(windows.counts) * len(taps.channels) * len(taps.places)
        if groups == 1 and by_points(windows, x, outputs):
            y = np.empty((len(x), outputs, *windows.counts), x.dtype)
            x, (w, all_outputs, channels, places) = np.ascontiguousarray(x), taps
            winograd_forward(work, x, windows.before, w, all_outputs[0], channels, places, b, y)
            return y
        x = padded(x, windows)
        elements, starts = offsets(strides_of(x.shape[1:]), x.shape[1], groups, windows)
        y = np.empty((len(x), outputs, len(starts)), x.dtype)
        conv_forward(
            work, flat(x), elements, starts, prod(x.shape[1:]), windows.counts[-1], windows.stride[-1],
            taps.flat, taps.outputs, np.add.outer(taps.channels, taps.places).reshape(-1), b, y,
        )  # fmt: skip
        return y.reshape(*y.shape[:2], *windows.counts)

    def _conv_weight_by_points(self, x: Array, y: Array, windows: Windows) -> Array:
        """`conv_weight` by Winograd's algorithm."""
        down, across = tiles_of(windows)
        images = np.empty((len(x), 4 * down + 2, 4 * across + 2, x.shape[1]), x.dtype)
        channels_last(images.size, np.ascontiguousarray(x), *windows.before, images)
        results = np.empty((len(y), 4 * down, 4 * across, y.shape[1]), x.dtype)
        channels_last(results.size, np.ascontiguousarray(y), 0, 0, results)
        w = np.empty((y.shape[1], x.shape[1], 9), x.dtype)
        winograd_weight(y.size * w[0].size, images, results, w)
        return w.reshape(*w.shape[:2], 3, 3)

    def _conv_weight_of_points(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        """`conv_weight` for windows of one element."""
        x, y = (np.ascontiguousarray(a).reshape(len(a), groups, a.shape[1] // groups, -1) for a in (x, y))
        w = np.empty((min(PARTS, len(x)), groups, y.shape[2], x.shape[2]), x.dtype)
        point_weight(y.size * x.shape[2], x, y, w)
        return np.add.reduce(w, axis=0).reshape(groups * y.shape[2], -1, *windows.kernel)


def suits(x: Array, w: Array, windows: Windows) -> bool:
    """Whether the kernels take these: real numbers of one dtype, and something to do."""
    return enough(x, 1) and enough(w, 1) and x.dtype is w.dtype and prod(windows.counts) > 0


def by_points(windows: Windows, x: Array, outputs: int) -> bool:
    """Whether Winograd's algorithm is faster: the transforms are worth while for many channels and many tiles."""
    if windows.kernel != (3, 3) or windows.stride != (1, 1) or windows.dilation != (1, 1):
        return False
    return min(x.shape[1], outputs) >= CHANNELS and len(x) * prod(tiles_of(windows)) >= TILES


def tiles_of(windows: Windows) -> tuple[int, int]:
    """How many tiles of 4 × 4 results there are along both dims."""
    height, width = windows.counts
    return (height + 3) // 4, (width + 3) // 4


def as_images(x: Array) -> Array:
    """Sequences as images of height one."""
    x = np.ascontiguousarray(x)
    return x if x.ndim == 4 else x[:, :, None]


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


def overlap(before: int, inner: int, outer: int) -> tuple[slice, slice]:
    """Where an input lies in its padded form, and which part of it: a negative padding cuts off."""
    first, last = max(before, 0), min(before + inner, outer)
    return slice(first, max(first, last)), slice(first - before, max(first, last) - before)


def strides_of(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """From one element to the next along each dim, for an array in order."""
    return tuple(prod(sizes[dim + 1 :]) for dim in range(len(sizes)))


@cache
def offsets(strides: tuple[int, ...], channels: int, groups: int, windows: Windows) -> tuple[Array, Array]:
    """Where the elements of a window stand, from its first one, and where the windows of an image begin.

    Shape: (groups, C/groups·elements), in the order (channel, *place), and (windows).
    """
    steps = zip(windows.kernel, windows.dilation, strides[1:], strict=True)
    elements = grid((channels, strides[0]), *((count, step * stride) for count, step, stride in steps))
    steps = zip(windows.counts, windows.stride, strides[1:], strict=True)
    return elements.reshape(groups, -1), grid(*((count, step * stride) for count, step, stride in steps))


def grid(*dims: tuple[int, int]) -> Array:
    """The sums of multiples of steps, in order, for (count, step) of each dim."""
    sums = np.zeros((), np.int64)
    for count, step in dims:
        sums = sums[..., None] + np.arange(count) * step
    return sums.reshape(-1)


def along(windows: Windows, dim: int, phase: int) -> tuple[slice | None, int, int]:
    """One dim of the windows that see the inputs phase, phase + stride, …: a convolution with stride one of its own.

    Window j sees input j·s + k·d − before at place k. Inputs phase + m·s are seen at those k for which
    k·d − before − phase is a multiple of s, by window m − (k·d − before − phase) / s.

    Returns:
        Which places, from the last to the first; the padding; the dilation.
    """
    s, d, before = windows.stride[dim], windows.dilation[dim], windows.before[dim]
    seen = [k for k in range(windows.kernel[dim]) if (k * d - before - phase) % s == 0]
    if not seen:
        return None, 0, 1
    step = s // gcd(s, d)
    back = slice(seen[-1], seen[0] - 1 if seen[0] else None, -step)
    return back, (seen[-1] * d - before - phase) // s, d // gcd(s, d)
