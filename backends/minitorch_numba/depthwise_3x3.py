"""The depthwise convolution that most networks have: 3 × 3, with padding 1, stride 1 and without gaps.

An image is taken as one long vector, in which the neighbours of every pixel lie at the same nine distances; so there
are no rows to begin and to end, nor copies. For the first and the last column some of the nine belong to another row:
these pixels are computed anew.
"""

from __future__ import annotations

from minitorch.backend import Array
from minitorch_numba.jit import inlined, kernel, prange


@inlined
def inner_rows(x: Array, w: Array, b: float, width: int, y: Array) -> None:
    """The pixels that have three rows to see, right but for the first and last column.

    A function of its own for each number of rows, in which the weights stay in registers.
    """
    above, here, below = x, x[width:], x[2 * width :]
    w0, w1, w2, w3, w4, w5, w6, w7, w8 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
    for q in range(len(x) - 2 * width - 2):
        first = b + (above[q] * w0 + above[q + 1] * w1 + above[q + 2] * w2)
        second = here[q] * w3 + here[q + 1] * w4 + here[q + 2] * w5
        y[q] = first + second + (below[q] * w6 + below[q + 1] * w7 + below[q + 2] * w8)


@inlined
def outer_row(x: Array, w: Array, b: float, width: int, y: Array) -> None:
    """The same for the pixels of a row that have two rows to see; w are the six weights of these."""
    above, below = x, x[width:]
    w0, w1, w2, w3, w4, w5 = w[0], w[1], w[2], w[3], w[4], w[5]
    for q in range(width - 2):
        first = b + (above[q] * w0 + above[q + 1] * w1 + above[q + 2] * w2)
        y[q] = first + (below[q] * w3 + below[q + 1] * w4 + below[q + 2] * w5)


@inlined
def outer_columns(x: Array, w: Array, b: float, width: int, y: Array) -> None:
    """The first and the last column, of all rows."""
    last = len(x) - width
    for here in range(0, len(x), width):
        end = here + width - 1
        left, right = b + (x[here] * w[4] + x[here + 1] * w[5]), b + (x[end - 1] * w[3] + x[end] * w[4])
        if here > 0:
            left += x[here - width] * w[1] + x[here - width + 1] * w[2]
            right += x[end - width - 1] * w[0] + x[end - width] * w[1]
        if here < last:
            left += x[here + width] * w[7] + x[here + width + 1] * w[8]
            right += x[end + width - 1] * w[6] + x[end + width] * w[7]
        y[here], y[end] = left, right


@kernel(parallel_from=1 << 17)
def three_by_three(x: Array, w: Array, b: Array | None, width: int, y: Array) -> None:
    """y[i, c] = b[c] + Σ of the nine neighbours of each pixel of x[i, c], times w[c].

    Shape: x and y (N, C, H·width) with H and width at least 2, w (C, 9).
    """
    real = x.dtype.type
    for c in prange(x.shape[1]):
        weights = w[c]
        shift = b[c] if b is not None else real(0)
        for i in range(len(x)):
            image, out = x[i, c], y[i, c]
            last = len(image) - width
            inner_rows(image, weights, shift, width, out[width + 1 :])
            outer_row(image, weights[3:], shift, width, out[1:])
            outer_row(image[last - width :], weights, shift, width, out[last + 1 :])
            outer_columns(image, weights, shift, width, out)
