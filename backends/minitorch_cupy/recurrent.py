"""Recurrent layers: for each time step a product by cuBLAS, and one kernel for all gates."""

from __future__ import annotations

from typing import Any

from minitorch.backend import Array
from minitorch.backend_recurrent import RecurrentKernels, steps_of
from minitorch_cupy.launch import Launches, elements


class CupyRecurrentKernels(Launches, RecurrentKernels):
    """Kernels write each step's results where they stay: nothing is stacked or concatenated."""

    matmul: Any

    def _step(self, kernel: str, n: int, dtype: Any, *args: Any) -> None:
        self.launch("recurrent", kernel, dtype, elements(n), *args)

    def rnn_forward(self, gates: Array, h: Array, w: Array, relu: bool, reverse: bool) -> Array:
        if not self.serves(gates, h, w):
            return super().rnn_forward(gates, h, w, relu, reverse)
        gates, h = self.ready(gates), self.ready(h)
        states = self.empty((len(gates), *h.shape), h.dtype)
        for t in steps_of(len(gates), reverse):
            sums = self.matmul(h, w.T)
            h = states[t]
            self._step("rnn_step", h.size, h.dtype, gates[t], sums, int(relu), h.size, h)
        return states

    def rnn_backward(
        self, g: Array, states: Array, w: Array, relu: bool, reverse: bool
    ) -> tuple[Array, Array]:
        if not self.serves(g, states, w):
            return super().rnn_backward(g, states, w, relu, reverse)
        g, states = self.ready(g), self.ready(states)
        dgates = self.empty(g.shape, g.dtype)
        dh = None
        n = states[0].size
        for t in steps_of(len(g), not reverse):
            arguments = g[t], dh, states[t], int(relu), n, dgates[t]
            self._step("rnn_step_backward", n, g.dtype, *arguments)
            dh = self.matmul(dgates[t], w)
        return dgates, dh

    def lstm_forward(
        self, gates: Array, h: Array, c: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not self.serves(gates, h, c, w):
            return super().lstm_forward(gates, h, c, w, reverse)
        gates, h, c = self.ready(gates), self.ready(h), self.ready(c)
        states, cells = (self.empty((len(gates), *h.shape), h.dtype) for _ in range(2))
        kept = self.empty(gates.shape, h.dtype)
        n, hidden = h.size, h.shape[-1]
        for t in steps_of(len(gates), reverse):
            sums = self.matmul(h, w.T)
            arguments = gates[t], sums, c, hidden, n, states[t], cells[t], kept[t]
            self._step("lstm_step", n, h.dtype, *arguments)
            h, c = states[t], cells[t]
        return states, cells, kept

    def lstm_backward(
        self, gh: Array, gc: Array, kept: Array, c: Array, cells: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not self.serves(kept, gh, gc, c, cells, w):
            return super().lstm_backward(gh, gc, kept, c, cells, w, reverse)
        gh, gc, kept, c, cells = map(self.optional, (gh, gc, kept, c, cells))
        dgates, dc = self.empty(kept.shape, kept.dtype), self.empty(c.shape, c.dtype)
        dh = None
        n, hidden = c.size, c.shape[-1]
        order = steps_of(len(kept), not reverse)
        for t in order:
            before = c if t == order[-1] else cells[t + order.step]
            of_h, of_c = (None if g is None else g[t] for g in (gh, gc))
            arguments = (
                of_h,
                of_c,
                dh,
                kept[t],
                before,
                cells[t],
                int(t == order[0]),
                hidden,
                n,
                dc,
                dgates[t],
            )
            self._step("lstm_step_backward", n, c.dtype, *arguments)
            dh = self.matmul(dgates[t], w)
        return dgates, dh, dc

    def gru_forward(self, gates: Array, h: Array, w: Array, b: Array, reverse: bool) -> tuple[Array, Array]:
        if not self.serves(gates, h, w, b):
            return super().gru_forward(gates, h, w, b, reverse)
        gates, h, b = self.ready(gates), self.ready(h), self.ready(b)
        n, hidden = h.size, h.shape[-1]
        states = self.empty((len(gates), *h.shape), h.dtype)
        kept = self.empty((*gates.shape[:2], 4 * hidden), h.dtype)
        for t in steps_of(len(gates), reverse):
            sums = self.matmul(h, w.T)
            arguments = gates[t], sums, b, h, hidden, n, states[t], kept[t]
            self._step("gru_step", n, h.dtype, *arguments)
            h = states[t]
        return states, kept

    def gru_backward(
        self, g: Array, kept: Array, h: Array, states: Array, w: Array, reverse: bool
    ) -> tuple[Array, Array, Array]:
        if not self.serves(g, kept, h, states, w):
            return super().gru_backward(g, kept, h, states, w, reverse)
        g, kept, h, states = map(self.ready, (g, kept, h, states))
        n, hidden = h.size, h.shape[-1]
        dgates, dsums = (self.empty((*g.shape[:2], 3 * hidden), g.dtype) for _ in range(2))
        direct = self.empty(h.shape, h.dtype)
        dh = None
        order = steps_of(len(g), not reverse)
        for t in order:
            before = h if t == order[-1] else states[t + order.step]
            first = int(t == order[0])
            arguments = g[t], dh, kept[t], before, first, hidden, n, direct, dgates[t], dsums[t]
            self._step("gru_step_backward", n, g.dtype, *arguments)
            dh = self.matmul(dsums[t], w)
        return dgates, dsums, direct + dh
