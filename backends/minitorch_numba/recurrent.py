"""Recurrent layers: each thread takes some sequences of the batch through all time steps, and waits for nobody.

A step is a product with the recurrent weight, whose rows are then still in the cache when the gates are computed
from them. For all steps the weight is packed once, into the strips that tiles read. Loops over a row have few arrays
each, as many as a compiler bothers to prove apart.
"""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch_numba import simd, threads
from minitorch_numba.gemm import AVAILABLE, gemm, product_kernel
from minitorch_numba.jit import inlined, kernel, part, prange
from minitorch_numba.layout import enough
from minitorch_numba.tile import LOW, columns_of, multiply_low
from minitorch_numpy import NumpyBackend

SMALLEST = 1 << 9  # elements of all gates; shorter sequences are NumPy's
SHARED = 1 << 20  # multiplications from which on two threads are faster than one
MOST = 64  # sequences of a block: of more, the products with W leave the cache before gates are made of them


@inlined
def add(x: Array, y: Array) -> None:
    """x = x + y."""
    for j in range(len(x)):
        x[j] += y[j]


@inlined
def sigmoid_of_sum(x: Array, y: Array, z: Array) -> None:
    """z = σ(x + y)."""
    for j in range(len(z)):
        z[j] = simd.sigmoid(x[j] + y[j])


@inlined
def tanh_of_sum(x: Array, y: Array, z: Array) -> None:
    """z = tanh(x + y)."""
    for j in range(len(z)):
        z[j] = simd.tanh(x[j] + y[j])


@part
def multiply(x: Array, w: Array, turned: bool, strips: Array, sums: Array) -> None:
    """The first columns of sums = x·op(w): with strips of op(w) in tiles, without them by BLAS."""
    if len(strips):
        multiply_low(x, strips, sums)
    else:
        gemm(1, x, False, w, turned, 0, sums)


@kernel
def pack_weight(w: Array, lines: bool, strips: Array) -> None:
    """Strips of Wᵀ, of which rows of W are the lines, or of W: strips[q, t, i] = number t of line q·columns + i.

    Zeros stand for the lines that are missing in the last strip.
    """
    columns, many = strips.shape[2], len(w) if lines else w.shape[1]
    for q in prange(len(strips)):
        strip, first = strips[q], q * columns
        there = min(columns, many - first)
        if lines:
            for i in range(there):
                row = w[first + i]
                for t in range(len(row)):
                    strip[t, i] = row[t]
        else:
            for t in range(len(w)):
                row, to = w[t, first : first + there], strip[t]
                for i in range(len(row)):
                    to[i] = row[i]
        for t in range(strips.shape[1]):
            for i in range(there, columns):
                strip[t, i] = 0


# RNN ------------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def rnn_forward(
    gates: Array, h: Array, w: Array, strips: Array, relu: bool, reverse: bool, count: int, states: Array
) -> None:
    """h = act(gates + W·h)."""
    steps, batch, hidden = states.shape
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(states), hidden)), states.dtype)
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            before = h if s == 0 else states[t + 1 if reverse else t - 1]
            multiply(before[start:stop], w, True, strips, sums)
            for i in range(len(sums)):
                a, b, y = gates[t, start + i], sums[i], states[t, start + i]
                if relu:
                    for j in range(hidden):
                        x = a[j] + b[j]
                        y[j] = states.dtype.type(0) if x < 0 else x  # NaN is not less, and stays
                else:
                    tanh_of_sum(a, b, y)


@product_kernel(parallel_from=SHARED)
def rnn_backward(
    g: Array,
    states: Array,
    w: Array,
    strips: Array,
    relu: bool,
    reverse: bool,
    count: int,
    dgates: Array,
    dh: Array,
) -> None:
    """dgates = act′·(g + dh),  dh = dgates·W of the step after."""
    steps, batch, hidden = states.shape
    one, zero = states.dtype.type(1), states.dtype.type(0)
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(states), hidden)), states.dtype)
        sums[:] = 0
        for s in range(steps if start < stop else 0):
            t = s if reverse else steps - 1 - s
            for i in range(start, stop):
                y, da, dy = states[t, i], dgates[t, i], sums[i - start, :hidden]
                add(dy, g[t, i])
                for j in range(hidden):
                    slope = (one if y[j] > 0 else zero) if relu else one - y[j] * y[j]
                    da[j] = dy[j] * slope
            multiply(dgates[t, start:stop], w, False, strips, sums)
        for i in range(start, stop):
            dh[i] = sums[i - start, :hidden]


# LSTM -----------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def lstm_forward(
    gates: Array, h: Array, c: Array, w: Array, strips: Array, reverse: bool, count: int,
    states: Array, cells: Array, kept: Array,
) -> None:  # fmt: skip
    """i, f, o = σ(…), g = tanh(gates + W·h);  c = f·c + i·g;  h = o·tanh(c).  Shape: gates, kept (T, B, 4, H)."""
    steps, batch, hidden = states.shape
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(states), 4 * hidden)), states.dtype)
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            last = t + 1 if reverse else t - 1
            multiply((h if s == 0 else states[last])[start:stop], w, True, strips, sums)
            for i in range(len(sums)):
                b = start + i
                a, x, y = gates[t, b], sums[i, : 4 * hidden].reshape((4, hidden)), kept[t, b]
                before = c[b] if s == 0 else cells[last, b]
                sigmoid_of_sum(a[0], x[0], y[0])
                sigmoid_of_sum(a[1], x[1], y[1])
                tanh_of_sum(a[2], x[2], y[2])
                sigmoid_of_sum(a[3], x[3], y[3])
                cell, state = cells[t, b], states[t, b]
                for j in range(hidden):
                    cell[j] = y[1, j] * before[j] + y[0, j] * y[2, j]
                for j in range(hidden):
                    state[j] = y[3, j] * simd.tanh(cell[j])


@product_kernel(parallel_from=SHARED)
def lstm_backward(
    gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, strips: Array, reverse: bool, count: int,
    dgates: Array, dh: Array, dc: Array,
) -> None:  # fmt: skip
    """The gradients of the gates, of the first state and of the first cell; gh and gc may be empty."""
    steps, batch, hidden = cells.shape
    one = cells.dtype.type(1)
    flat = dgates.reshape((steps, batch, 4 * hidden))
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(cells), hidden)), cells.dtype)
        sums[:] = 0
        dc[start:stop] = 0
        for s in range(steps if start < stop else 0):
            t = s if reverse else steps - 1 - s
            last = t + 1 if reverse else t - 1
            for i in range(start, stop):
                y, cell, da, dcell = kept[t, i], cells[t, i], dgates[t, i], dc[i]
                dstate = sums[i - start, :hidden]
                before = c[i] if s == steps - 1 else cells[last, i]
                if len(gh):
                    add(dstate, gh[t, i])
                if len(gc):
                    add(dcell, gc[t, i])
                for j in range(hidden):
                    o, top = y[3, j], simd.tanh(cell[j])
                    by_top = dstate[j] * o
                    dcell[j] += by_top * (one - top * top)
                    da[3, j] = by_top * top * (one - o)
                for j in range(hidden):
                    by_i = dcell[j] * y[0, j]
                    da[0, j] = by_i * y[2, j] * (one - y[0, j])
                    da[2, j] = by_i * (one - y[2, j] * y[2, j])
                for j in range(hidden):
                    by_f = dcell[j] * y[1, j]
                    da[1, j] = by_f * before[j] * (one - y[1, j])
                    dcell[j] = by_f
            multiply(flat[t, start:stop], w, False, strips, sums)
        for i in range(start, stop):
            dh[i] = sums[i - start, :hidden]


# GRU ------------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def gru_forward(
    gates: Array, h: Array, w: Array, strips: Array, bias: Array, reverse: bool, count: int,
    states: Array, kept: Array,
) -> None:  # fmt: skip
    """With s = W·h + b: r, z = σ(gates + s);  n = tanh(gates + r·s);  h = n + z·(h − n).  Kept: r, z, n, s of n."""
    steps, batch, hidden = states.shape
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(states), 3 * hidden)), states.dtype)
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            last = t + 1 if reverse else t - 1
            multiply((h if s == 0 else states[last])[start:stop], w, True, strips, sums)
            for i in range(len(sums)):
                b = start + i
                whole = sums[i, : 3 * hidden]
                add(whole, bias)
                a, x, y, state = gates[t, b], whole.reshape((3, hidden)), kept[t, b], states[t, b]
                before = h[b] if s == 0 else states[last, b]
                sigmoid_of_sum(a[0], x[0], y[0])
                sigmoid_of_sum(a[1], x[1], y[1])
                for j in range(hidden):
                    y[3, j] = x[2, j]
                    y[2, j] = simd.tanh(a[2, j] + y[0, j] * x[2, j])
                for j in range(hidden):
                    state[j] = y[2, j] + y[1, j] * (before[j] - y[2, j])


@product_kernel(parallel_from=SHARED)
def gru_backward(
    g: Array, kept: Array, h: Array, states: Array, w: Array, strips: Array, reverse: bool, count: int,
    dgates: Array, dsums: Array, dh: Array,
) -> None:  # fmt: skip
    """The gradients of the gates, of s = W·h + b, and of the first state."""
    steps, batch, hidden = states.shape
    one = states.dtype.type(1)
    flat = dsums.reshape((steps, batch, 3 * hidden))
    for block in prange(count):
        start, stop = batch * block // count, batch * (block + 1) // count
        sums = np.empty((stop - start, max(len(strips) * columns_of(states), hidden)), states.dtype)
        dh[start:stop] = 0
        for s in range(steps if start < stop else 0):
            t = s if reverse else steps - 1 - s
            last = t + 1 if reverse else t - 1
            for i in range(start, stop):
                y, da, ds, dstate = kept[t, i], dgates[t, i], dsums[t, i], dh[i]
                before = h[i] if s == steps - 1 else states[last, i]
                add(dstate, g[t, i])
                for j in range(hidden):
                    n, z = y[2, j], y[1, j]
                    by_z = dstate[j] * (one - z)
                    da[1, j] = by_z * z * (before[j] - n)
                    da[2, j] = by_z * (one - n * n)
                for j in range(hidden):
                    dn, r = da[2, j], y[0, j]
                    ds[2, j] = dn * r
                    da[0, j] = dn * r * y[3, j] * (one - r)
                for j in range(hidden):
                    dstate[j] *= y[1, j]
                ds[:2] = da[:2]
            multiply(flat[t, start:stop], w, False, strips, sums)
            for i in range(start, stop):
                add(dh[i], sums[i - start, :hidden])


# ----------------------------------------------------------------------------------------------------------------


def served(gates: Array, *others: Array | None) -> bool:
    """Whether these are arrays for a kernel, all of one dtype."""
    return (
        AVAILABLE
        and enough(gates, SMALLEST)
        and all(
            x is None or (x.__class__ is np.ndarray and x.dtype is gates.dtype and x.size) for x in others
        )
    )


def in_parts(x: Array, count: int) -> Array:
    """The last dim in two: (T, B, k·H) → (T, B, k, H)."""
    steps, batch, size = x.shape
    return np.ascontiguousarray(x).reshape(steps, batch, count, size // count)


def factor(w: Array, gates: Array, forward: bool) -> tuple[Array, Array]:
    """W, and strips of Wᵀ forward, of W backward: for all steps it is packed once, unless there is little to gain."""
    w = np.ascontiguousarray(w)
    columns = columns_of(w)
    if len(gates) == 1 or gates.shape[1] < LOW:
        return w, np.empty((0, 0, columns), w.dtype)
    many, depth = w.shape if forward else w.shape[::-1]
    strips = np.empty((-(-many // columns), depth, columns), w.dtype)
    pack_weight(w.size, w, forward, strips)
    return w, strips


def blocks(batch: int) -> int:
    """In how many blocks the batch is taken: each of some tiles, and so few that its sums stay in the cache."""
    return max(1, min(max(threads.get_num_threads(), -(-batch // MOST)), batch // LOW))


def work(gates: Array, w: Array) -> int:
    """Multiplications of all steps; one block leaves nothing to share."""
    return gates.size * w.shape[1] if blocks(gates.shape[1]) > 1 else 0


class NumbaRecurrentKernels(NumpyBackend):
    """All time steps of a recurrent layer in one direction."""

    def rnn_forward(self, gates: Array, h: Array, w: Array, relu: bool, reverse: bool) -> Array:
        if not served(gates, h, w):
            return super().rnn_forward(gates, h, w, relu, reverse)
        gates, h = map(np.ascontiguousarray, (gates, h))
        states = np.empty(gates.shape, gates.dtype)
        rnn_forward(work(gates, w), gates, h, *factor(w, gates, True), relu, reverse, blocks(len(h)), states)
        return states

    def rnn_backward(
        self, g: Array, states: Array, w: Array, relu: bool, reverse: bool
    ) -> tuple[Array, Array]:
        if not served(g, states, w):
            return super().rnn_backward(g, states, w, relu, reverse)
        g, states = map(np.ascontiguousarray, (g, states))
        dgates, dh = np.empty(g.shape, g.dtype), np.empty(g.shape[1:], g.dtype)
        rnn_backward(work(g, w), g, states, *factor(w, g, False), relu, reverse, blocks(len(dh)), dgates, dh)
        return dgates, dh

    def lstm_forward(
        self, gates: Array, h: Array, c: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not served(gates, h, c, w):
            return super().lstm_forward(gates, h, c, w, reverse)
        h, c = map(np.ascontiguousarray, (h, c))
        states, cells = (np.empty((len(gates), *h.shape), gates.dtype) for _ in range(2))
        kept = np.empty(gates.shape, gates.dtype)
        lstm_forward(
            work(gates, w), in_parts(gates, 4), h, c, *factor(w, gates, True), reverse, blocks(len(h)),
            states, cells, in_parts(kept, 4),
        )  # fmt: skip
        return states, cells, kept

    def lstm_backward(
        self, gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not served(kept, gh, gc, c, cells, w):
            return super().lstm_backward(gh, gc, kept, c, cells, w, reverse)
        nothing = np.empty((0, 0, 0), kept.dtype)
        gh, gc, c, cells = (nothing if x is None else np.ascontiguousarray(x) for x in (gh, gc, c, cells))
        dgates = np.empty(kept.shape, kept.dtype)
        dh, dc = np.empty(c.shape, c.dtype), np.empty(c.shape, c.dtype)
        lstm_backward(
            work(kept, w), gh, gc, in_parts(kept, 4), c, cells, *factor(w, kept, False), reverse, blocks(len(c)),
            in_parts(dgates, 4), dh, dc,
        )  # fmt: skip
        return dgates, dh, dc

    def gru_forward(self, gates: Array, h: Array, w: Array, b: Array, reverse: bool) -> tuple[Array, Array]:
        if not served(gates, h, w, b):
            return super().gru_forward(gates, h, w, b, reverse)
        h, b = map(np.ascontiguousarray, (h, b))
        states = np.empty((len(gates), *h.shape), gates.dtype)
        kept = np.empty((len(gates), len(h), 4, h.shape[1]), gates.dtype)
        gru_forward(
            work(gates, w),
            in_parts(gates, 3),
            h,
            *factor(w, gates, True),
            b,
            reverse,
            blocks(len(h)),
            states,
            kept,
        )
        return states, kept.reshape(len(gates), len(h), -1)

    def gru_backward(
        self, g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not served(kept, g, h, states, w):
            return super().gru_backward(g, kept, h, states, w, reverse)
        g, h, states = map(np.ascontiguousarray, (g, h, states))
        dgates, dsums = (np.empty((*g.shape[:2], 3 * h.shape[1]), g.dtype) for _ in range(2))
        dh = np.empty(h.shape, h.dtype)
        gru_backward(
            work(dgates, w), g, in_parts(kept, 4), h, states, *factor(w, kept, False), reverse, blocks(len(h)),
            in_parts(dgates, 3), in_parts(dsums, 3), dh,
        )  # fmt: skip
        return dgates, dsums, dh
