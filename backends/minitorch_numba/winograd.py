"""Convolution with a kernel of 3 × 3 by Winograd's algorithm F(4×4, 3×3): 36 multiplications where there were 144.

Four neighbouring results of a kernel of three are a product of two polynomials, and that can be had by evaluating both
at six points, multiplying the values, and interpolating. With the points 0, ±1, ±2 and ∞ the evaluations and the
interpolation are the small matrices Bᵀ, G and Aᵀ below. In two dims a tile of 4 × 4 results comes from 6 × 6 inputs:

    y = Aᵀ·[(G·w·Gᵀ) ⊙ (Bᵀ·x·B)]·A

and summed over channels the products at each of the 36 points are one product of matrices, of (outputs × channels) by
(channels × tiles). The weight gradient is the same read backwards: w = Gᵀ·[Σ (A·y·Aᵀ) ⊙ (Bᵀ·x·B)]·G over all tiles.

The results are those of the definition up to rounding, which the interpolation magnifies: of 256 channels of normally
distributed numbers in float32 the largest error is some 25 times that of the direct sum, about 1e-5 of the largest
result; the typical error is 9 times as large, and if all numbers are positive about as large as that of the direct sum.

Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2016); S. Winograd, "Arithmetic
Complexity of Computations" (1980).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba.jit import inlined, kernel, part, prange
from minitorch_numba.tile import ROWS, columns_of, multiply_tile
from minitorch_numba.vectors import move, put_fourths, take_every

POINTS = 36
SHARED = 1 << 20  # multiplications from which on two threads are faster than one
DEPTH = 64  # tiles at a time for weight gradients


# The transforms of one line: of numbers that lie `step` apart, from the one at `at` on ---


@inlined
def input_points(x: Array, at: int, step: int, z: Array) -> None:
    """z = Bᵀ·x: six numbers from six."""
    a, b, c = x[at], x[at + step], x[at + 2 * step]
    d, e, f = x[at + 3 * step], x[at + 4 * step], x[at + 5 * step]
    even, odd = e - 4 * c, d - 4 * b
    near, far = e - c, 2 * (d - b)
    z[at] = 4 * a - 5 * c + e
    z[at + step] = even + odd
    z[at + 2 * step] = even - odd
    z[at + 3 * step] = near + far
    z[at + 4 * step] = near - far
    z[at + 5 * step] = 4 * b - 5 * d + f


@inlined
def results(x: Array, at: int, step: int, z: Array) -> None:
    """z = Aᵀ·x: four numbers from six."""
    a, b, c = x[at], x[at + step], x[at + 2 * step]
    d, e, f = x[at + 3 * step], x[at + 4 * step], x[at + 5 * step]
    even, odd = b + c, b - c
    wide, steep = d + e, 2 * (d - e)
    z[at] = a + even + wide
    z[at + step] = odd + steep
    z[at + 2 * step] = even + 4 * wide
    z[at + 3 * step] = odd + 4 * steep + f


@inlined
def result_points(x: Array, at: int, step: int, z: Array) -> None:
    """z = A·x: six numbers from four."""
    a, b, c, d = x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]
    even, odd = a + c, b + d
    wide, steep = a + 4 * c, 2 * (b + 4 * d)
    z[at] = a
    z[at + step] = even + odd
    z[at + 2 * step] = even - odd
    z[at + 3 * step] = wide + steep
    z[at + 4 * step] = wide - steep
    z[at + 5 * step] = d


@inlined
def kernel_points(x: Array, at: int, step: int, z: Array) -> None:
    """z = G·x: six numbers from three."""
    quarter, sixth = x.dtype.type(1 / 4), x.dtype.type(1 / 6)
    a, b, c = x[at], x[at + step], x[at + 2 * step]
    even, odd = -sixth * (a + c), sixth * b
    wide, steep = sixth * (quarter * a + c), sixth * b / 2
    z[at] = quarter * a
    z[at + step] = even - odd
    z[at + 2 * step] = even + odd
    z[at + 3 * step] = wide + steep
    z[at + 4 * step] = wide - steep
    z[at + 5 * step] = c


@inlined
def kernel_taps(x: Array, at: int, step: int, z: Array) -> None:
    """z = Gᵀ·x: three numbers from six."""
    quarter, sixth = x.dtype.type(1 / 4), x.dtype.type(1 / 6)
    a, b, c = x[at], x[at + step], x[at + 2 * step]
    d, e, f = x[at + 3 * step], x[at + 4 * step], x[at + 5 * step]
    even, wide = -sixth * (b + c), sixth * (d + e)
    z[at] = quarter * (a + wide) + even
    z[at + step] = sixth * ((c - b) + (d - e) / 2)
    z[at + 2 * step] = even + wide + f


# Of both dims of a tile, for many tiles side by side: x[(6·i + j)·columns + t] is element (i, j) of tile t ---


@inlined
def evaluate_input(x: Array, z: Array) -> None:
    """x ← Bᵀ·x·B; z is room for as much."""
    columns = columns_of(x)
    for j in range(6):
        for t in range(columns):
            input_points(x, j * columns + t, 6 * columns, z)
    for i in range(6):
        for t in range(columns):
            input_points(z, 6 * i * columns + t, columns, x)


@inlined
def interpolate(x: Array, z: Array) -> None:
    """x ← Aᵀ·x·A, which has four rows and columns."""
    columns = columns_of(x)
    for j in range(6):
        for t in range(columns):
            results(x, j * columns + t, 6 * columns, z)
    for i in range(4):
        for t in range(columns):
            results(z, 6 * i * columns + t, columns, x)


@inlined
def evaluate_results(x: Array, z: Array) -> None:
    """x ← A·x·Aᵀ, where x has four rows and columns."""
    columns = columns_of(x)
    for j in range(4):
        for t in range(columns):
            result_points(x, j * columns + t, 6 * columns, z)
    for i in range(6):
        for t in range(columns):
            result_points(z, 6 * i * columns + t, columns, x)


@inlined
def evaluate_kernel(x: Array, z: Array) -> None:
    """x ← G·x·Gᵀ, where x has three rows and columns."""
    columns = columns_of(x)
    for j in range(3):
        for t in range(columns):
            kernel_points(x, j * columns + t, 6 * columns, z)
    for i in range(6):
        for t in range(columns):
            kernel_points(z, 6 * i * columns + t, columns, x)


@inlined
def interpolate_kernel(x: Array, z: Array) -> None:
    """x ← Gᵀ·x·G, which has three rows and columns."""
    columns = columns_of(x)
    for j in range(6):
        for t in range(columns):
            kernel_taps(x, j * columns + t, 6 * columns, z)
    for i in range(3):
        for t in range(columns):
            kernel_taps(z, 6 * i * columns + t, columns, x)


@inlined
def copy(x: Array, y: Array) -> None:
    """y = the first numbers of x."""
    for t in range(len(y)):
        y[t] = x[t]


# The products. Places in memory whose distance is a high power of two share a few lines of the cache, so the 36 rows
# that one tile is moved to or from should not be that far apart ---


@part
def pack_kernels(w: Array, outputs: Array, channels: Array, places: Array, strips: Array) -> None:
    """strips[point][c, i] = the values of G·w·Gᵀ for output i and channel c.

    Args:
        w: the weight, flat.
        outputs: where in it the numbers stand, as sums of one of these,
        channels: one of these,
        places: and one of these.
        strips: (POINTS, C + columns/ROWS + 1 or more, ROWS): what lies after C or the last output is of no use.
    """
    columns, count = columns_of(w), len(channels) * ROWS
    z, line = strips.reshape(-1), strips.shape[1] * ROWS
    some, room = np.empty(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
    starts = np.empty(columns, np.int64)
    for first in range(0, count, columns):
        for t in range(columns):
            k = min(first + t, count - 1)
            starts[t] = channels[k // ROWS] + outputs[min(k % ROWS, len(outputs) - 1)]
        for k in range(9):
            lane = (k // 3 * 6 + k % 3) * columns
            for t in range(columns):
                some[lane + t] = w[starts[t] + places[k]]
        evaluate_kernel(some, room)
        for point in range(POINTS):
            move(some, point * columns, z, point * line + first)


@inlined
def take_tiles(rows: Array, starts: Array, count: int, wide: int, beside: int, some: Array) -> None:
    """some[(6·i + j)·columns + t] = element (i, j) of tile t.

    Args:
        rows: of a picture, one after the other.
        starts: where in them each tile begins.
        count: how many tiles.
        wide: numbers of a row.
        beside: so many tiles at a time stand in a row, four numbers apart: a constant.
        some: (POINTS·columns).
    """
    columns = columns_of(some)
    for t in range(0, count, beside):
        for i in range(6):
            for j in range(6):
                take_every(rows, starts[t] + i * wide + j, 4, beside, some, (6 * i + j) * columns + t)


@inlined
def put_tiles(
    some: Array, ends: Array, under: Array, beyond: Array, count: int, beside: int, shift: Any, at: int, width: int,
    y: Array,
) -> None:  # fmt: skip
    """y[at + ends[t] + i·width + j] = result (i, j) of tile t, and shift.

    Args:
        some: (POINTS·columns), of which each tile takes four rows and columns.
        ends: where tiles go.
        under: how many of its four rows each has.
        beyond: how many columns of y there are from each on, those of its neighbours among them.
        count: how many tiles.
        beside: so many at a time stand in a row, four numbers apart: a constant.
        shift: is added.
        at: the number of y from which `ends` count.
        width: numbers of a row of y.
        y: flat.
    """
    columns = columns_of(some)
    for t in range(0, count, beside):
        if beyond[t] >= 4 * beside:
            for i in range(under[t]):
                put_fourths(some, 6 * i * columns + t, columns, shift, beside, y, at + ends[t] + i * width)
        else:
            for s in range(t, t + beside):
                for i in range(under[s]):
                    for j in range(min(beyond[s], 4)):
                        y[at + ends[s] + i * width + j] = some[(6 * i + j) * columns + s] + shift


@kernel(parallel_from=SHARED)
def winograd_forward(
    x: Array,
    before: Any,
    w: Array,
    outputs: Array,
    channels: Array,
    places: Array,
    bias: Array | None,
    parts: int,
    y: Array,
) -> bool:
    """y = the convolution of x with w, and bias.

    A task takes a strip of as many tiles as a tile of the product has columns, and one of several parts of the outputs.
    If that is the only strip, each kernel is packed just before it is used, and the cache still holds it; else all are
    packed before the tasks begin.

    Shape: x (N, C, …) with `before` rows and columns of zeros to be thought before it, y (N, O, H, W), and w,
    outputs, channels and places as in `pack_kernels`.

    Returns:
        Whether all is finite. If not, much of it is wrong: what is infinite in one place of a tile becomes NaN in all.
    """
    c, (n, many, height, width), columns = x.shape[1], y.shape, columns_of(y)
    down, across = (height + 3) // 4, (width + 3) // 4
    high, of_image, wide = (many + ROWS - 1) // ROWS, down * across, 4 * across + 2
    beside = min(columns, 8 if across % 8 == 0 else 4 if across % 4 == 0 else 2 if across % 2 == 0 else 1)
    strips, spare = (n * of_image + columns - 1) // columns, columns // ROWS + 1
    alone = strips == 1
    of_w = np.empty((0 if alone else high, POINTS, c + spare, ROWS), y.dtype)
    for p in prange(len(of_w)):
        pack_kernels(w, outputs[p * ROWS : min((p + 1) * ROWS, many)], channels, places, of_w[p])
    result, of_output = y.reshape(-1), height * width
    left, right = max(before[1], 0), min(before[1] + x.shape[3], wide)
    doubts = np.zeros((strips * parts, columns), y.dtype)  # stay zero as long as what they are told is finite
    for task in prange(strips * parts):
        strip, piece = task // parts, task % parts
        of_x = np.empty((POINTS, c + 1, columns), y.dtype)  # + 1: no power of two apart
        of_y = np.empty((POINTS, ROWS, columns), y.dtype)
        flat_x, flat_y = of_x.reshape(-1), of_y.reshape(-1)
        own = np.empty((POINTS, c + spare if alone else 0, ROWS), y.dtype)
        some, room = np.zeros(POINTS * columns, y.dtype), np.empty(POINTS * columns, y.dtype)
        first, last = strip * columns, min((strip + 1) * columns, n * of_image)
        # The rows that these tiles see, of one channel at a time, with zeros around them; and where tiles begin
        one, other = first // of_image, (last - 1) // of_image
        top = first % of_image // across * 4
        seen = (4 * down + 2) * (other - one) + (last - 1) % of_image // across * 4 + 6 - top
        rows = np.zeros(seen * wide + 3, y.dtype)  # `take_every` reads on to the end of the last four
        starts, ends = np.empty(columns, np.int64), np.empty(columns, np.int64)
        under, beyond = np.empty(columns, np.int64), np.empty(columns, np.int64)
        for t in range(last - first):
            image, place = (first + t) // of_image, (first + t) % of_image
            row, column = place // across * 4, place % across * 4
            starts[t] = ((image - one) * (4 * down + 2) + row - top) * wide + column
            ends[t] = (image * many * height + row) * width + column
            under[t], beyond[t] = min(height - row, 4), width - column
        for channel in range(c):
            for i in range(seen):
                image, row = one + (top + i) // (4 * down + 2), (top + i) % (4 * down + 2) - before[0]
                if 0 <= row < x.shape[2]:
                    copy(x[image, channel, row, left - before[1] :], rows[i * wide + left : i * wide + right])
            if beside == 8:
                take_tiles(rows, starts, last - first, wide, 8, some)
            elif beside == 4:
                take_tiles(rows, starts, last - first, wide, 4, some)
            elif beside == 2:
                take_tiles(rows, starts, last - first, wide, 2, some)
            else:
                take_tiles(rows, starts, last - first, wide, 1, some)
            evaluate_input(some, room)
            for point in range(POINTS):
                move(some, point * columns, flat_x, (point * (c + 1) + channel) * columns)
        for p in range(high * piece // parts, high * (piece + 1) // parts):
            begin, end = p * ROWS, min((p + 1) * ROWS, many)
            if alone:
                pack_kernels(w, outputs[begin:end], channels, places, own)
            values = own if alone else of_w[p]
            for point in range(POINTS):
                multiply_tile(values[point], of_x[point], c, of_y[point], False)
            for o in range(begin, end):
                for point in range(POINTS):
                    move(flat_y, (point * ROWS + o - begin) * columns, some, point * columns)
                interpolate(some, room)
                for k in range(16):
                    line = some[(k // 4 * 6 + k % 4) * columns : (k // 4 * 6 + k % 4 + 1) * columns]
                    for t in range(columns):
                        doubts[task, t] += line[t] * 0
                shift, at = y.dtype.type(0) if bias is None else bias[o], o * of_output
                if beside == 8:
                    put_tiles(some, ends, under, beyond, last - first, 8, shift, at, width, result)
                elif beside == 4:
                    put_tiles(some, ends, under, beyond, last - first, 4, shift, at, width, result)
                elif beside == 2:
                    put_tiles(some, ends, under, beyond, last - first, 2, shift, at, width, result)
                else:
                    put_tiles(some, ends, under, beyond, last - first, 1, shift, at, width, result)
    return bool(doubts.sum() == 0)


@inlined
def take_tile(x: Array, image: int, top: int, left: int, start: int, size: int, some: Array) -> None:
    """some[(6·i + j)·columns + t] = x[image, top + i, left + j, start + t] for i, j < size, a constant.

    After the last channel stays what was there: it is computed with, and not used.
    """
    columns, c = columns_of(x), x.shape[3]
    if start + columns <= c:
        flat = x.reshape(-1)
        for i in range(size):
            at = ((image * x.shape[1] + top + i) * x.shape[2] + left) * c + start
            for j in range(size):
                move(flat, at + j * c, some, (6 * i + j) * columns)
    else:
        for i in range(size):
            for j in range(size):
                at = (6 * i + j) * columns
                copy(x[image, top + i, left + j, start:], some[at : at + c - start])


def shape_of_sums(tiles: int, w: Array) -> tuple[int, ...]:
    """Of the room for sums that `winograd_weight` needs."""
    if tiles <= DEPTH:
        return 0, 0, 0, 0, 0
    columns = columns_of(w)
    return (len(w) + ROWS - 1) // ROWS, (w.shape[1] + columns - 1) // columns, POINTS, ROWS, columns


@kernel(parallel_from=SHARED)
def winograd_weight(x: Array, y: Array, sums: Array, w: Array) -> None:
    """w = the gradient of the kernel for inputs x and gradients y of the results.

    A part of the tiles at a time: their values at the points by tile, then a tile of the products at all points, which
    is added to what the parts before gave. The last part makes the gradient of it, while it is in the cache.

    Shape: x (N, 4·down + 2, 4·across + 2, C) padded, channels last, y (N, 4·down, 4·across, O) the same, w (O, C, 9);
    sums is room for (O/ROWS, C/columns, POINTS, ROWS, columns) where there are several parts, else it may be empty.
    """
    outputs, c, columns = len(w), w.shape[1], columns_of(w)
    down, across = y.shape[1] // 4, y.shape[2] // 4
    wide, high, tiles = (c + columns - 1) // columns, (outputs + ROWS - 1) // ROWS, len(x) * down * across
    many, padded = min(tiles, DEPTH), (outputs + columns - 1) // columns * columns + ROWS
    of_x = np.empty((POINTS, wide, many + 1, columns), w.dtype)  # + 1: no power of two apart
    of_y = np.empty((POINTS, many + 1, padded), w.dtype)
    flat_x, flat_y = of_x.reshape(-1), of_y.reshape(-1)
    of_y[:, :, outputs:] = 0  # what is computed with them is not used, but NaN and the like take time
    for first in range(0, tiles, DEPTH):
        depth = min(DEPTH, tiles - first)
        for t in prange(depth):
            some, room = np.zeros(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
            image, place = (first + t) // (down * across), (first + t) % (down * across)
            top, left = place // across * 4, place % across * 4
            for start in range(0, c, columns):
                take_tile(x, image, top, left, start, 6, some)
                evaluate_input(some, room)
                for point in range(POINTS):
                    at = (point * wide + start // columns) * (many + 1) + t
                    move(some, point * columns, flat_x, at * columns)
            for start in range(0, outputs, columns):
                take_tile(y, image, top, left, start, 4, some)
                evaluate_results(some, room)
                for point in range(POINTS):
                    move(some, point * columns, flat_y, (point * (many + 1) + t) * padded + start)
        for task in prange(high * wide):
            p, q = task // wide, task % wide
            own = np.empty((POINTS, ROWS, columns) if tiles <= DEPTH else (0, 0, 0), w.dtype)
            total = own if tiles <= DEPTH else sums[p, q]
            flat = total.reshape(-1)
            for point in range(POINTS):
                multiply_tile(of_y[point, :, p * ROWS :], of_x[point, q], depth, total[point], first > 0)
            if first + depth == tiles:
                some, room = np.empty(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
                for o in range(p * ROWS, min((p + 1) * ROWS, outputs)):
                    for point in range(POINTS):
                        move(flat, (point * ROWS + o - p * ROWS) * columns, some, point * columns)
                    interpolate_kernel(some, room)
                    for t in range(min(columns, c - q * columns)):
                        for k in range(9):
                            w[o, q * columns + t, k] = some[(k // 3 * 6 + k % 3) * columns + t]
