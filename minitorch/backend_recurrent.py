"""Composites of the backend interface for recurrent layers: all time steps of one layer in one direction.

`gates` is what the inputs contribute to the gates at each step, W·x + b, computed before in one product.
Shapes: gates (T, B, k·H), h and c (B, H), w (k·H, H), with k = 1 for RNN, 3 for GRU, 4 for LSTM.
With `reverse` the steps are taken from the last to the first.  What `…_forward` returns last is kept for
`…_backward` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any


def steps_of(count: int, reverse: bool) -> range:
    """The time steps in the order in which they are taken."""
    return range(count - 1, -1, -1) if reverse else range(count)


def split_gates(a: Array, count: int) -> tuple[Array, ...]:
    """The stretches of the last dim that belong to each gate, as views."""
    n = a.shape[-1] // count
    return tuple(a[..., i * n : (i + 1) * n] for i in range(count))


def delayed(start: Array, states: Array, reverse: bool, concatenate: Callable[..., Array]) -> Array:
    """For each step the state before it."""
    if reverse:
        return concatenate((states[1:], start[None]), axis=0)
    return concatenate((start[None], states[:-1]), axis=0)


class RecurrentKernels:
    """Recurrent layers, each written once in terms of these primitives of a backend."""

    concatenate: Callable[..., Array]
    matmul: Callable[..., Array]
    maximum: Callable[..., Array]
    sigmoid: Callable[..., Array]
    stack: Callable[..., Array]
    tanh: Callable[..., Array]

    def rnn_forward(self, gates: Array, h: Array, w: Array, relu: bool, reverse: bool) -> Array:
        """h = act(gates + W·h) at each step."""
        states = [h] * len(gates)
        for t in steps_of(len(gates), reverse):
            a = gates[t] + self.matmul(h, w.T)
            states[t] = h = self.maximum(a, 0) if relu else self.tanh(a)
        return self.stack(states, axis=0)

    def rnn_backward(
        self, g: Array, states: Array, w: Array, relu: bool, reverse: bool
    ) -> tuple[Array, Array]:
        """The gradients of the gates and of the first state."""
        slope = states > 0 if relu else 1 - states * states
        dgates: list[Array] = [None] * len(g)
        dh = g[0] * 0
        for t in steps_of(len(g), not reverse):
            dgates[t] = (g[t] + dh) * slope[t]
            dh = self.matmul(dgates[t], w)
        return self.stack(dgates, axis=0), dh

    def lstm_forward(
        self, gates: Array, h: Array, c: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        """i, f, o = σ(…), g = tanh(gates + W·h);  c = f·c + i·g;  h = o·tanh(c) at each step."""
        steps = len(gates)
        states, cells, kept = [h] * steps, [c] * steps, [gates] * steps
        for t in steps_of(steps, reverse):
            i, f, g, o = split_gates(gates[t] + self.matmul(h, w.T), 4)
            i, f, g, o = self.sigmoid(i), self.sigmoid(f), self.tanh(g), self.sigmoid(o)
            cells[t] = c = f * c + i * g
            states[t] = h = o * self.tanh(c)
            kept[t] = self.concatenate((i, f, g, o), axis=-1)
        return self.stack(states, axis=0), self.stack(cells, axis=0), self.stack(kept, axis=0)

    def lstm_backward(
        self, gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        """The gradients of the gates, the first state and the first cell.

        `gh` and `gc` are the gradients of all states and cells; either may be None.
        """
        i, f, g, o = split_gates(kept, 4)
        top = self.tanh(cells)
        before = delayed(c, cells, reverse, self.concatenate)
        dgates: list[Array] = [None] * len(kept)
        dh, dc = c * 0, c * 0
        for t in steps_of(len(kept), not reverse):
            dh = dh if gh is None else dh + gh[t]
            dc = dc if gc is None else dc + gc[t]
            dc = dc + dh * o[t] * (1 - top[t] * top[t])
            dgates[t] = self.concatenate(
                (
                    dc * g[t] * i[t] * (1 - i[t]),
                    dc * before[t] * f[t] * (1 - f[t]),
                    dc * i[t] * (1 - g[t] * g[t]),
                    dh * top[t] * o[t] * (1 - o[t]),
                ),
                axis=-1,
            )
            dh, dc = self.matmul(dgates[t], w), dc * f[t]
        return self.stack(dgates, axis=0), dh, dc

    def gru_forward(self, gates: Array, h: Array, w: Array, b: Array, reverse: bool) -> tuple[Array, Array]:
        """With a = gates and s = W·h + b: r, z = σ(a + s);  n = tanh(aₙ + r·sₙ);  h = n + z·(h − n)."""
        steps = len(gates)
        states, kept = [h] * steps, [gates] * steps
        for t in steps_of(steps, reverse):
            (ar, az, an), (sr, sz, sn) = split_gates(gates[t], 3), split_gates(self.matmul(h, w.T) + b, 3)
            r, z = self.sigmoid(ar + sr), self.sigmoid(az + sz)
            n = self.tanh(an + r * sn)
            states[t] = h = n + z * (h - n)
            kept[t] = self.concatenate((r, z, n, sn), axis=-1)
        return self.stack(states, axis=0), self.stack(kept, axis=0)

    def gru_backward(
        self, g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        """The gradients of the gates, of s = W·h + b, and of the first state."""
        r, z, n, sn = split_gates(kept, 4)
        before = delayed(h, states, reverse, self.concatenate)
        dgates: list[Array] = [None] * len(g)
        dsums: list[Array] = [None] * len(g)
        dh = h * 0
        for t in steps_of(len(g), not reverse):
            dh = dh + g[t]
            dn = dh * (1 - z[t]) * (1 - n[t] * n[t])
            dz = dh * (before[t] - n[t]) * z[t] * (1 - z[t])
            dr = dn * sn[t] * r[t] * (1 - r[t])
            dgates[t] = self.concatenate((dr, dz, dn), axis=-1)
            dsums[t] = self.concatenate((dr, dz, dn * r[t]), axis=-1)
            dh = dh * z[t] + self.matmul(dsums[t], w)
        return self.stack(dgates, axis=0), self.stack(dsums, axis=0), dh
