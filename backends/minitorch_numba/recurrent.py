"""Recurrent layers: each thread takes some sequences of the batch through all time steps, and waits for nobody.

A step is a product with the recurrent weight, whose rows are then still in the cache when the gates are computed
from them. Loops over a row have few arrays each, as many as a compiler bothers to prove apart.
"""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch_numba import simd, threads
from minitorch_numba.gemm import AVAILABLE, gemm, product_kernel
from minitorch_numba.jit import inlined, prange
from minitorch_numba.layout import enough
from minitorch_numpy import NumpyBackend

SMALLEST = 1 << 9  # elements of all gates; shorter sequences are NumPy's
SHARED = 1 << 20  # multiplications from which on two threads are faster than one
ROWS = 4  # at least so many sequences for each thread: fewer, and it does little but read the weight
FEW, SMALL = (
    8,
    10**6,
)  # so many sequences at a time, if a step is then a product that BLAS computes without copies


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


# RNN ------------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def rnn_forward(
    gates: Array, h: Array, w: Array, turned: bool, relu: bool, reverse: bool, count: int, states: Array
) -> None:
    """h = act(gates + W·h)."""
    steps, batch, hidden = states.shape
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
        sums = np.empty((max(stop - start, 0), hidden), states.dtype)
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            before = h if s == 0 else states[t + 1 if reverse else t - 1]
            gemm(1, before[start:stop], False, w, turned, 0, sums)
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
    g: Array, states: Array, w: Array, relu: bool, reverse: bool, count: int, dgates: Array, dh: Array
) -> None:
    """dgates = act′·(g + dh),  dh = dgates·W of the step after."""
    steps, batch, hidden = states.shape
    one, zero = states.dtype.type(1), states.dtype.type(0)
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
        dh[start:stop] = 0
        for s in range(steps if start < stop else 0):
            t = s if reverse else steps - 1 - s
            for i in range(start, stop):
                y, da, dy = states[t, i], dgates[t, i], dh[i]
                add(dy, g[t, i])
                for j in range(hidden):
                    slope = (one if y[j] > 0 else zero) if relu else one - y[j] * y[j]
                    da[j] = dy[j] * slope
            gemm(1, dgates[t, start:stop], False, w, False, 0, dh[start:stop])


# LSTM -----------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def lstm_forward(
    gates: Array, h: Array, c: Array, w: Array, turned: bool, reverse: bool, count: int,
    states: Array, cells: Array, kept: Array,
) -> None:  # fmt: skip
    """i, f, o = σ(…), g = tanh(gates + W·h);  c = f·c + i·g;  h = o·tanh(c).  Shape: gates, kept (T, B, 4, H)."""
    steps, batch, hidden = states.shape
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
        sums = np.empty((max(stop - start, 0), 4 * hidden), states.dtype)
        parts = sums.reshape((len(sums), 4, hidden))
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            last = t + 1 if reverse else t - 1
            gemm(1, (h if s == 0 else states[last])[start:stop], False, w, turned, 0, sums)
            for i in range(len(sums)):
                b = start + i
                a, x, y = gates[t, b], parts[i], kept[t, b]
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
    gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool, count: int,
    dgates: Array, dh: Array, dc: Array,
) -> None:  # fmt: skip
    """The gradients of the gates, of the first state and of the first cell; gh and gc may be empty."""
    steps, batch, hidden = cells.shape
    one = cells.dtype.type(1)
    flat = dgates.reshape((steps, batch, 4 * hidden))
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
        dh[start:stop] = 0
        dc[start:stop] = 0
        for s in range(steps if start < stop else 0):
            t = s if reverse else steps - 1 - s
            last = t + 1 if reverse else t - 1
            for i in range(start, stop):
                y, cell, da, dstate, dcell = kept[t, i], cells[t, i], dgates[t, i], dh[i], dc[i]
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
            gemm(1, flat[t, start:stop], False, w, False, 0, dh[start:stop])


# GRU ------------------------------------------------------------------------------------------------------------


@product_kernel(parallel_from=SHARED)
def gru_forward(
    gates: Array, h: Array, w: Array, turned: bool, bias: Array, reverse: bool, count: int,
    states: Array, kept: Array,
) -> None:  # fmt: skip
    """With s = W·h + b: r, z = σ(gates + s);  n = tanh(gates + r·s);  h = n + z·(h − n).  Kept: r, z, n, s of n."""
    steps, batch, hidden = states.shape
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
        sums = np.empty((max(stop - start, 0), 3 * hidden), states.dtype)
        parts = sums.reshape((len(sums), 3, hidden))
        for s in range(steps if start < stop else 0):
            t = steps - 1 - s if reverse else s
            last = t + 1 if reverse else t - 1
            gemm(1, (h if s == 0 else states[last])[start:stop], False, w, turned, 0, sums)
            for i in range(len(sums)):
                b = start + i
                add(sums[i], bias)
                a, x, y, state = gates[t, b], parts[i], kept[t, b], states[t, b]
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
    g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool, count: int,
    dgates: Array, dsums: Array, dh: Array,
) -> None:  # fmt: skip
    """The gradients of the gates, of s = W·h + b, and of the first state."""
    steps, batch, hidden = states.shape
    one = states.dtype.type(1)
    flat = dsums.reshape((steps, batch, 3 * hidden))
    rows = (batch + count - 1) // count
    for block in prange(count):
        start, stop = block * rows, min(block * rows + rows, batch)
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
            gemm(1, flat[t, start:stop], False, w, False, 1, dh[start:stop])


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


def right(w: Array, gates: Array) -> tuple[Array, bool]:
    """W as the right factor of h·Wᵀ, and whether the product has to transpose it: for all steps it is done once."""
    if len(gates) == 1 or gates.shape[1] < ROWS:
        return np.ascontiguousarray(w), True
    return np.ascontiguousarray(w.T), False


def blocks(w: Array, batch: int) -> int:
    """In how many blocks the batch is taken."""
    small = -(-batch // FEW) if FEW * w.size <= SMALL else 1
    return max(small, min(threads.get_num_threads(), batch // ROWS), 1)


def work(gates: Array, w: Array) -> int:
    """Multiplications of all steps; one block leaves nothing to share."""
    return gates.size * w.shape[1] if blocks(w, gates.shape[1]) > 1 else 0


class NumbaRecurrentKernels(NumpyBackend):
    """All time steps of a recurrent layer in one direction."""

    def rnn_forward(self, gates: Array, h: Array, w: Array, relu: bool, reverse: bool) -> Array:
        if not served(gates, h, w):
            return super().rnn_forward(gates, h, w, relu, reverse)
        gates, h = map(np.ascontiguousarray, (gates, h))
        states = np.empty(gates.shape, gates.dtype)
        rnn_forward(work(gates, w), gates, h, *right(w, gates), relu, reverse, blocks(w, len(h)), states)
        return states

    def rnn_backward(
        self, g: Array, states: Array, w: Array, relu: bool, reverse: bool
    ) -> tuple[Array, Array]:
        if not served(g, states, w):
            return super().rnn_backward(g, states, w, relu, reverse)
        g, states, w = map(np.ascontiguousarray, (g, states, w))
        dgates, dh = np.empty(g.shape, g.dtype), np.empty(g.shape[1:], g.dtype)
        rnn_backward(work(g, w), g, states, w, relu, reverse, blocks(w, len(dh)), dgates, dh)
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
            work(gates, w), in_parts(gates, 4), h, c, *right(w, gates), reverse, blocks(w, len(h)),
            states, cells, in_parts(kept, 4),
        )  # fmt: skip
        return states, cells, kept

    def lstm_backward(
        self, gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not served(kept, gh, gc, c, cells, w):
            return super().lstm_backward(gh, gc, kept, c, cells, w, reverse)
        nothing = np.empty((0, 0, 0), kept.dtype)
        gh, gc, c, cells, w = (
            nothing if x is None else np.ascontiguousarray(x) for x in (gh, gc, c, cells, w)
        )
        dgates = np.empty(kept.shape, kept.dtype)
        dh, dc = np.empty(c.shape, c.dtype), np.empty(c.shape, c.dtype)
        lstm_backward(
            work(kept, w), gh, gc, in_parts(kept, 4), c, cells, w, reverse, blocks(w, len(c)),
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
            *right(w, gates),
            b,
            reverse,
            blocks(w, len(h)),
            states,
            kept,
        )
        return states, kept.reshape(len(gates), len(h), -1)

    def gru_backward(
        self, g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not served(kept, g, h, states, w):
            return super().gru_backward(g, kept, h, states, w, reverse)
        g, h, states, w = map(np.ascontiguousarray, (g, h, states, w))
        dgates, dsums = (np.empty((*g.shape[:2], 3 * h.shape[1]), g.dtype) for _ in range(2))
        dh = np.empty(h.shape, h.dtype)
        gru_backward(
            work(dgates, w), g, in_parts(kept, 4), h, states, w, reverse, blocks(w, len(h)),
            in_parts(dgates, 3), in_parts(dsums, 3), dh,
        )  # fmt: skip
        return dgates, dsums, dh
