"""Convolution as a product that is never written down: windows are copied straight into the strips of tiles.

The three products of `LayerKernels`, y = w·P, w = y·Pᵀ and (as a convolution of y with the kernel turned around) x,
where column q of P holds window q. Elsewhere P is a matrix in memory, many times as large as the input; here a few
hundred rows of a few dozen columns exist at a time, in the form in which `multiply_tile` reads them.

Source: K. Chellapilla, S. Puri, P. Simard, "High Performance Convolutional Neural Networks for Document Processing"
(2006), for convolution as a product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba.gemm import gemm, product_kernel
from minitorch_numba.jit import kernel, part, prange
from minitorch_numba.tile import ROWS, columns_of, multiply_tile

DEPTH = 384  # rows of P at a time: as many as let a strip of them stay in the first cache
STRIPS = 4  # of columns of P at a time
SHARED = 1 << 20  # multiplications from which on two threads are faster than one


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
        first: window; they are counted through all images.
        last: the window after the last one.
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
    w: Array, outputs: Array, elements: Array, bias: Array | None,
    y: Array, ends: Array, y_steps: Any, images: int,
) -> None:  # fmt: skip
    """y = w·P + bias.

    Shape: x padded images, flat, with offsets (groups, C/groups·elements) and the rest as in `pack_windows`;
    w flat, with outputs (groups, O/groups) and elements (C/groups·elements) as in `pack_weight`;
    y flat, with the results of window q at ends[q] and so many steps from one image, output and place to the next.
    """
    groups, many = outputs.shape
    rows, windows, columns = len(elements), len(ends), columns_of(y)
    last, high, steps = images * windows, (many + ROWS - 1) // ROWS, (rows + DEPTH - 1) // DEPTH
    one_by_one = ends[windows - 1] - ends[0] == windows - 1
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
            beside = windows - place if one_by_one else width - place % width
            run, to = min(beside, end - t), image * y_steps[0] + ends[place]
            for o in range(many):
                source, at = of_y[o, t - begin :], to + (group * many + o) * y_steps[1]
                shift = y.dtype.type(0) if bias is None else bias[group * many + o]
                if one_by_one:
                    row = y[at : at + run]
                    for s in range(len(row)):
                        row[s] = source[s] + shift
                else:
                    for s in range(run):
                        y[at + s * y_steps[-1]] = source[s] + shift
            t += run


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


@kernel(parallel_from=SHARED)
def conv_weight(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int, y: Array, blocks: int,
    order: Array, w: Array,
) -> None:  # fmt: skip
    """w[part] = Σ y·Pᵀ over a part of the images.

    Shape: x padded images, flat, with offsets (groups, elements·C/groups) and the rest as in `pack_places`; y (N, O,
    windows); w (parts, groups, O/groups, C/groups·elements), each part in so many blocks of columns; order: for each
    column of `offsets` the place in w.
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
