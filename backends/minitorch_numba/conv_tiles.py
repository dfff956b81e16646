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
from minitorch_numba.jit import inlined, kernel, part, prange
from minitorch_numba.tile import ROWS, columns_of, lanes_of, multiply_tile
from minitorch_numba.vectors import move, take_every, transpose

DEPTH = 384  # rows of P at a time: as many as let a strip of them stay in the first cache
STRIPS = 4  # of columns of P at a time
SHARED = 1 << 20  # multiplications from which on two threads are faster than one


@inlined
def take_row(x: Array, at: int, step: int, run: int, z: Array, to: int) -> None:
    """z[to + s] = x[at + s·step] for s < run; the step is a constant."""
    done, safe = 0, min(run, (len(x) - at) // step)
    while done + 16 <= safe:
        take_every(x, at + step * done, step, 16, z, to + done)
        done += 16
    while done + 4 <= safe:
        take_every(x, at + step * done, step, 4, z, to + done)
        done += 4
    for s in range(done, run):
        z[to + s] = x[at + s * step]


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
    t, columns, flat = 0, columns_of(x), strip.reshape(-1)
    there = min(columns, last - first)
    while t < there:
        image, place = (first + t) // len(starts), (first + t) % len(starts)
        run = min(width - place % width, there - t)
        base = image * of_image + starts[place]
        for k in range(len(offsets)):
            at, to = base + offsets[k], k * columns + t
            if step == 1:
                take_row(x, at, 1, run, flat, to)
            elif step == 2:
                take_row(x, at, 2, run, flat, to)
            else:
                for s in range(run):
                    flat[to + s] = x[at + s * step]
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
def pack_outputs(y: Array, channel: int, channels: int, first: int, depth: int, some: Array) -> None:
    """some[t, i] = y of channel `channel` + i at window first + t, for i < channels."""
    of_image, width, lanes = y.shape[2], some.shape[1], lanes_of(y)
    source, to, t = y.reshape(-1), some.reshape(-1), 0
    while t < depth:
        image, place = (first + t) // of_image, (first + t) % of_image
        run, at = min(of_image - place, depth - t), (image * y.shape[1] + channel) * of_image + place
        whole, high = run - run % lanes, channels - channels % lanes
        for i in range(0, high, lanes):
            for k in range(0, whole, lanes):
                transpose(source, at + i * of_image + k, of_image, to, (t + k) * width + i, width)
        for i in range(channels):
            row = source[at + i * of_image : at + i * of_image + run]
            for k in range(whole if i < high else 0, run):
                some[t + k, i] = row[k]
        t += run


@part
def pack_places(
    x: Array, offsets: Array, starts: Array, of_image: int, width: int, step: int, first: int, depth: int,
    room: Array, strip: Array,
) -> None:  # fmt: skip
    """strip[t, i] = element i of window first + t, with zeros after the last element.

    Elements that stand side by side in memory are copied window by window, others one after the other, each for the
    windows of a row; `room` takes them before rows become columns.

    Args:
        x: padded images, flat.
        offsets: of each element of a window, from its first one; columns or fewer.
        starts: where the windows of an image begin.
        of_image: how many numbers an image has.
        width: how many windows stand beside each other in a row.
        step: from one of them to the next.
        first: the first window; they are counted through all images.
        depth: how many windows.
        room: (columns·columns).
        strip: (depth or more, columns).
    """
    count, t, columns, lanes, flat = len(offsets), 0, columns_of(x), lanes_of(x), strip.reshape(-1)
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
            done = 0
            if step == 1:
                # `move` takes twice as many numbers as a square has: those of the next one, which have to exist
                while done + lanes <= run and base + done + columns + offsets[count - 1] <= len(x):
                    for i in range(count):
                        move(x, base + done + offsets[i], room, i * columns)
                    for i in range(0, columns, lanes):
                        transpose(room, i * columns, columns, flat, (t + done) * columns + i, columns)
                    done += lanes
            for i in range(count):
                source = x[base + offsets[i] : base + offsets[i] + (run - 1) * step + 1]
                for s in range(done, run):
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
        of_y, of_x = np.empty((DEPTH, high * ROWS), y.dtype), np.empty((DEPTH, columns), y.dtype)
        room = np.empty(columns * columns, y.dtype)
        of_y[:, outputs:] = 0  # what is computed with them is not used, but NaN and the like take time
        of_w = np.zeros((high * ROWS, (end - begin) * columns), y.dtype)
        for start in range(first, last, DEPTH):
            depth = min(DEPTH, last - start)
            pack_outputs(y, group * outputs, outputs, start, depth, of_y)
            for q in range(begin, end):
                some = offsets[group, q * columns : min((q + 1) * columns, rows)]
                pack_places(x, some, starts, of_image, width, step, start, depth, room, of_x)
                for p in range(high):
                    multiply_tile(
                        of_y[:, p * ROWS :], of_x, depth, of_w[p * ROWS :, (q - begin) * columns :], True
                    )
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
