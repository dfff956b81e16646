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
from minitorch_numba.tile import ROWS, columns_of, multiply_tile, pack

POINTS = 36
SHARED = 1 << 20  # multiplications from which on two threads are faster than one
DEPTH = 128  # tiles at a time for weight gradients


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


# Of both dims of a tile, for many tiles side by side: x[(6·i + j)·lanes + t] is element (i, j) of tile t ---


@inlined
def evaluate_input(x: Array, z: Array) -> None:
    """x ← Bᵀ·x·B; z is room for as much."""
    lanes = columns_of(x)
    for j in range(6):
        for t in range(lanes):
            input_points(x, j * lanes + t, 6 * lanes, z)
    for i in range(6):
        for t in range(lanes):
            input_points(z, 6 * i * lanes + t, lanes, x)


@inlined
def interpolate(x: Array, z: Array) -> None:
    """x ← Aᵀ·x·A, which has four rows and columns."""
    lanes = columns_of(x)
    for j in range(6):
        for t in range(lanes):
            results(x, j * lanes + t, 6 * lanes, z)
    for i in range(4):
        for t in range(lanes):
            results(z, 6 * i * lanes + t, lanes, x)


@inlined
def evaluate_results(x: Array, z: Array) -> None:
    """x ← A·x·Aᵀ, where x has four rows and columns."""
    lanes = columns_of(x)
    for j in range(4):
        for t in range(lanes):
            result_points(x, j * lanes + t, 6 * lanes, z)
    for i in range(6):
        for t in range(lanes):
            result_points(z, 6 * i * lanes + t, lanes, x)


@inlined
def evaluate_kernel(x: Array, z: Array) -> None:
    """x ← G·x·Gᵀ, where x has three rows and columns."""
    lanes = columns_of(x)
    for j in range(3):
        for t in range(lanes):
            kernel_points(x, j * lanes + t, 6 * lanes, z)
    for i in range(6):
        for t in range(lanes):
            kernel_points(z, 6 * i * lanes + t, lanes, x)


@inlined
def interpolate_kernel(x: Array, z: Array) -> None:
    """x ← Gᵀ·x·G, which has three rows and columns."""
    lanes = columns_of(x)
    for j in range(6):
        for t in range(lanes):
            kernel_taps(x, j * lanes + t, 6 * lanes, z)
    for i in range(3):
        for t in range(lanes):
            kernel_taps(z, 6 * i * lanes + t, lanes, x)


@inlined
def copy(x: Array, y: Array) -> None:
    """y = the first numbers of x.

    Places in memory whose distance is a high power of two share a few lines of the cache, so the 36 rows that one tile
    is copied to or from should not be that far apart.
    """
    for t in range(len(y)):
        y[t] = x[t]


# The products ---


@part
def pack_kernels(w: Array, outputs: Array, channels: Array, places: Array, strip: Array) -> None:
    """strip[point][c, i] = the values of G·w·Gᵀ for output i and channel c.

    Args:
        w: the weight, flat.
        outputs: where in it the numbers stand, as sums of one of these,
        channels: one of these,
        places: and one of these.
        strip: (POINTS, C, ROWS).
    """
    columns, c = columns_of(w), len(channels)
    some, room = np.zeros(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
    for i in range(ROWS):
        for start in range(0, c, columns):
            count = min(columns, c - start)
            if i < len(outputs):
                for t in range(count):
                    at = outputs[i] + channels[start + t]
                    for k in range(9):
                        some[(k // 3 * 6 + k % 3) * columns + t] = w[at + places[k]]
                evaluate_kernel(some, room)
            else:
                some[:] = 0
            for point in range(POINTS):
                for t in range(count):
                    strip[point, start + t, i] = some[point * columns + t]


@kernel(parallel_from=SHARED)
def winograd_forward(
    x: Array,
    before: Any,
    w: Array,
    outputs: Array,
    channels: Array,
    places: Array,
    bias: Array | None,
    y: Array,
) -> bool:
    """y = the convolution of x with w, and bias.

    Shape: x (N, C, …) with `before` rows and columns of zeros to be thought before it, y (N, O, H, W), and w,
    outputs, channels and places as in `pack_kernels`.

    Returns:
        Whether all is finite. If not, much of it is wrong: what is infinite in one place of a tile becomes NaN in all.
    """
    c, (n, many, height, width), columns = x.shape[1], y.shape, columns_of(y)
    down, across = (height + 3) // 4, (width + 3) // 4
    high, of_image, wide = (many + ROWS - 1) // ROWS, down * across, 4 * across + 2
    of_w = np.empty((high, POINTS, c, ROWS), y.dtype)
    for p in prange(high):
        pack_kernels(w, outputs[p * ROWS : min((p + 1) * ROWS, many)], channels, places, of_w[p])
    result = y.reshape(-1)
    left, right = max(before[1], 0), min(before[1] + x.shape[3], wide)
    tasks = (n * of_image + columns - 1) // columns
    doubts = np.zeros((tasks, columns), y.dtype)  # stay zero as long as what they are told is finite
    for q in prange(tasks):
        of_x = np.empty((POINTS, c + 1, columns), y.dtype)  # + 1: see `copy`
        of_y = np.empty((POINTS, high * ROWS + 1, columns), y.dtype)
        some, room = np.zeros(POINTS * columns, y.dtype), np.empty(POINTS * columns, y.dtype)
        first, last = q * columns, min((q + 1) * columns, n * of_image)
        # The rows that these tiles see, of one channel at a time, with zeros around them; and where tiles begin
        one, other = first // of_image, (last - 1) // of_image
        top = first % of_image // across * 4
        seen = (4 * down + 2) * (other - one) + (last - 1) % of_image // across * 4 + 6 - top
        rows, starts, ends = (
            np.zeros(seen * wide, y.dtype),
            np.empty(columns, np.int64),
            np.empty(columns, np.int64),
        )
        for t in range(last - first):
            image, place = (first + t) // of_image, (first + t) % of_image
            row, column = place // across * 4, place % across * 4
            starts[t] = ((image - one) * (4 * down + 2) + row - top) * wide + column
            ends[t] = (image * many * height + row) * width + column
        for channel in range(c):
            for i in range(seen):
                image, row = one + (top + i) // (4 * down + 2), (top + i) % (4 * down + 2) - before[0]
                if 0 <= row < x.shape[2]:
                    copy(x[image, channel, row, left - before[1] :], rows[i * wide + left : i * wide + right])
            for t in range(last - first):
                start = starts[t]
                for i in range(6):
                    for j in range(6):
                        some[(6 * i + j) * columns + t] = rows[start + i * wide + j]
            evaluate_input(some, room)
            for point in range(POINTS):
                copy(some[point * columns :], of_x[point, channel])
        for p in range(high):
            for point in range(POINTS):
                multiply_tile(of_w[p, point], of_x[point], c, of_y[point, p * ROWS :], False)
        for o in range(many):
            for point in range(POINTS):
                copy(of_y[point, o], some[point * columns : (point + 1) * columns])
            interpolate(some, room)
            for k in range(16):
                line = some[(k // 4 * 6 + k % 4) * columns : (k // 4 * 6 + k % 4 + 1) * columns]
                for t in range(columns):
                    doubts[q, t] += line[t] * 0
            shift = y.dtype.type(0) if bias is None else bias[o]
            for t in range(last - first):
                place, end = (first + t) % of_image, ends[t] + o * height * width
                under, beside = height - place // across * 4, width - place % across * 4
                if under >= 4 and beside >= 4:
                    for i in range(4):
                        for j in range(4):
                            result[end + i * width + j] = some[(6 * i + j) * columns + t] + shift
                else:
                    for i in range(min(under, 4)):
                        for j in range(min(beside, 4)):
                            result[end + i * width + j] = some[(6 * i + j) * columns + t] + shift
    return bool(doubts.sum() == 0)


@kernel(parallel_from=SHARED)
def winograd_weight(x: Array, y: Array, w: Array) -> None:
    """w = the gradient of the kernel for inputs x and gradients y of the results.

    A part of the tiles at a time: their values at the points by tile, then the products by point.

    Shape: x (N, 4·down + 2, 4·across + 2, C) padded, channels last, y (N, 4·down, 4·across, O) the same, w (O, C, 9).
    """
    outputs, c, columns = len(w), w.shape[1], columns_of(w)
    down, across = y.shape[1] // 4, y.shape[2] // 4
    wide, high, tiles = (c + columns - 1) // columns, (outputs + ROWS - 1) // ROWS, len(x) * down * across
    of_x = np.empty((POINTS, wide, DEPTH + 1, columns), w.dtype)  # + 1: see `copy`
    of_y = np.empty((POINTS, DEPTH + 1, outputs), w.dtype)
    sums = np.zeros((POINTS, high * ROWS, wide * columns), w.dtype)
    for first in range(0, tiles, DEPTH):
        depth = min(DEPTH, tiles - first)
        for t in prange(depth):
            some, room = np.zeros(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
            image, place = (first + t) // (down * across), (first + t) % (down * across)
            top, left = place // across * 4, place % across * 4
            for q in range(wide):
                channel, count = q * columns, min(columns, c - q * columns)
                for point in range(POINTS):
                    source = x[image, top + point // 6, left + point % 6]
                    copy(source[channel:], some[point * columns : point * columns + count])
                    some[point * columns + count : (point + 1) * columns] = 0
                evaluate_input(some, room)
                for point in range(POINTS):
                    copy(some[point * columns :], of_x[point, q, t])
            for start in range(0, outputs, columns):
                count = min(columns, outputs - start)
                for k in range(16):
                    point = k // 4 * 6 + k % 4
                    source = y[image, top + k // 4, left + k % 4]
                    copy(source[start:], some[point * columns : point * columns + count])
                evaluate_results(some, room)
                for point in range(POINTS):
                    copy(some[point * columns :], of_y[point, t, start : start + count])
        for point in prange(POINTS):
            strips = np.empty((high, DEPTH, ROWS), w.dtype)
            pack(of_y[point], False, 0, outputs, 0, depth, ROWS, strips)
            for q in range(wide):
                for p in range(high):
                    multiply_tile(
                        strips[p], of_x[point, q], depth, sums[point, p * ROWS :, q * columns :], True
                    )
    for o in prange(outputs):
        some, room = np.empty(POINTS * columns, w.dtype), np.empty(POINTS * columns, w.dtype)
        for start in range(0, c, columns):
            for point in range(POINTS):
                copy(sums[point, o, start:], some[point * columns : (point + 1) * columns])
            interpolate_kernel(some, room)
            for t in range(min(columns, c - start)):
                for k in range(9):
                    w[o, start + t, k] = some[(k // 3 * 6 + k % 3) * columns + t]
