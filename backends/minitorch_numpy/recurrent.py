"""Recurrent kernels that work in memory allotted once per layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend_recurrent import RecurrentKernels, delayed, split_gates, steps_of

Array = Any


class NumpyRecurrentKernels(RecurrentKernels):
    """The steps of `minitorch.backend_recurrent.RecurrentKernels`, in place."""

    def rnn_forward(self, gates: Array, h: Array, w: Array, relu: bool, reverse: bool) -> Array:
        states, work, wt = np.empty_like(gates), np.empty_like(gates[0]), transposed(w)
        for t in steps_of(len(gates), reverse):
            self.matmul(h, wt, out=work)
            work += gates[t]
            h = np.maximum(work, 0, out=states[t]) if relu else np.tanh(work, out=states[t])
        return states

    def rnn_backward(
        self, g: Array, states: Array, w: Array, relu: bool, reverse: bool
    ) -> tuple[Array, Array]:
        if relu:
            dgates = (states > 0).astype(states.dtype)
        else:
            dgates = states * states
            np.subtract(1, dgates, out=dgates)
        dh = np.zeros_like(states[0])
        for t in steps_of(len(g), not reverse):
            dh += g[t]
            dgates[t] *= dh
            self.matmul(dgates[t], w, out=dh)
        return dgates, dh

    def lstm_forward(
        self, gates: Array, h: Array, c: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        # σ(a) = (1 + tanh(a/2)) / 2: with the rows of three gates halved, one tanh serves all four.
        scale, shift = affine(w)
        kept, wt = gates * scale, transposed(w * scale[:, None])
        states = np.empty((*gates.shape[:2], h.shape[1]), gates.dtype)
        cells = np.empty_like(states)
        sums, product = np.empty_like(kept[0]), np.empty_like(states[0])
        for t in steps_of(len(gates), reverse):
            a = kept[t]
            a += self.matmul(h, wt, out=sums)
            np.tanh(a, out=a)
            a *= scale
            a += shift
            i, f, g, o = split_gates(a, 4)
            c = np.multiply(f, c, out=cells[t])
            c += np.multiply(i, g, out=product)
            h = np.multiply(o, np.tanh(c, out=product), out=states[t])
        return states, cells, kept

    def lstm_backward(
        self, gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        before = delayed(c, cells, reverse, np.concatenate)
        dgates = np.empty_like(kept)
        dh, dc, top, work = (np.zeros_like(c) for _ in range(4))
        for t in steps_of(len(kept), not reverse):
            i, f, g, o = split_gates(kept[t], 4)
            da = dgates[t]
            di, df, dg, do = split_gates(da, 4)
            np.tanh(cells[t], out=top)
            if gh is not None:
                dh += gh[t]
            if gc is not None:
                dc += gc[t]
            np.multiply(top, top, out=work)
            np.subtract(1, work, out=work)
            work *= o
            work *= dh
            dc += work
            slopes(kept[t], out=da)
            di *= np.multiply(dc, g, out=work)
            df *= np.multiply(dc, before[t], out=work)
            np.multiply(g, g, out=dg)
            np.subtract(1, dg, out=dg)
            dg *= np.multiply(dc, i, out=work)
            do *= np.multiply(dh, top, out=work)
            self.matmul(da, w, out=dh)
            dc *= f
        return dgates, dh, dc

    def gru_forward(self, gates: Array, h: Array, w: Array, b: Array, reverse: bool) -> tuple[Array, Array]:
        n_hidden = h.shape[1]
        wt = transposed(w)
        states = np.empty((*gates.shape[:2], n_hidden), gates.dtype)
        kept = np.empty((*gates.shape[:2], 4 * n_hidden), gates.dtype)
        sums, difference = np.empty_like(gates[0]), np.empty_like(states[0])
        for t in steps_of(len(gates), reverse):
            self.matmul(h, wt, out=sums)
            sums += b
            rz, sn = kept[t][:, : 2 * n_hidden], sums[:, 2 * n_hidden :]
            r, z, n, kept_sn = split_gates(kept[t], 4)
            np.add(gates[t][:, : 2 * n_hidden], sums[:, : 2 * n_hidden], out=rz)
            rz *= 0.5
            np.tanh(rz, out=rz)
            rz *= 0.5
            rz += 0.5
            kept_sn[...] = sn
            np.multiply(r, sn, out=n)
            n += gates[t][:, 2 * n_hidden :]
            np.tanh(n, out=n)
            np.subtract(h, n, out=difference)
            difference *= z
            h = np.add(n, difference, out=states[t])
        return states, kept

    def gru_backward(
        self, g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        n_hidden = h.shape[1]
        before = delayed(h, states, reverse, np.concatenate)
        dgates = np.empty((*g.shape[:2], 3 * n_hidden), g.dtype)
        dsums = np.empty_like(dgates)
        dh, work = np.zeros_like(h), np.empty_like(h)
        product = np.empty_like(h)
        for t in steps_of(len(g), not reverse):
            r, z, n, sn = split_gates(kept[t], 4)
            dr, dz, dn = split_gates(dgates[t], 3)
            dh += g[t]
            slopes(kept[t][:, : 2 * n_hidden], out=dgates[t][:, : 2 * n_hidden])
            np.subtract(before[t], n, out=work)
            work *= dh
            dz *= work
            np.multiply(n, n, out=dn)
            np.subtract(1, dn, out=dn)
            np.subtract(1, z, out=work)
            work *= dh
            dn *= work
            dr *= np.multiply(dn, sn, out=work)
            dsums[t] = dgates[t]
            dsums[t][:, 2 * n_hidden :] *= r
            self.matmul(dsums[t], w, out=product)
            dh *= z
            dh += product
        return dgates, dsums, dh


def transposed(w: Array) -> Array:
    """wᵀ in memory of its own: worth it, since every step multiplies by it."""
    return np.ascontiguousarray(w.T)


def affine(w: Array) -> tuple[Array, Array]:
    """Scale and shift that turn tanh into σ for the gates i, f and o, and leave g alone."""
    n = w.shape[0] // 4
    scale = np.full(4 * n, 0.5, w.dtype)
    scale[2 * n : 3 * n] = 1
    return scale, 1 - scale


def slopes(y: Array, out: Array) -> Array:
    """σ′ in terms of σ: y·(1 − y)."""
    np.subtract(1, y, out=out)
    out *= y
    return out
