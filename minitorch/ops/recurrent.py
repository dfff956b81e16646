"""Recurrent layers: each op takes all time steps of one layer in one direction.

What the inputs contribute to the gates, W·x + b, is computed before, in one product for all steps; here only
the part that has to wait for the previous step is left.  The formulas of `backward` are those of
backpropagation through time; gates are computed anew from what went in and came out, so that they can be
differentiated again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.backend_recurrent import delayed, split_gates, steps_of
from minitorch.op import Op
from minitorch.ops.activation import sigmoid
from minitorch.ops.common import array_of
from minitorch.ops.join import Cat, Stack
from minitorch.ops.linalg import Matmul
from minitorch.ops.trigonometric import tanh

if TYPE_CHECKING:
    from minitorch.variable import Variable


def cat(xs: Any, axis: int) -> Any:
    """Arrays or Variables joined along a dim."""
    return Cat.apply(*xs, dim=axis % xs[0].ndim)


def recurrent_terms(before: Any, w: Any) -> Any:
    """W·h of all steps in one product: (T, B, H) → (T, B, k·H)."""
    steps, batch, hidden = before.shape
    rows = Matmul.apply(before.reshape(steps * batch, hidden), w.swapaxes(0, 1))
    return rows.reshape(steps, batch, w.shape[0])


def weight_gradient(dsums: Any, before: Any) -> Any:
    """The gradient of W, summed over all steps: (T, B, k·H), (T, B, H) → (k·H, H)."""
    count = dsums.shape[0] * dsums.shape[1]
    return Matmul.apply(
        dsums.reshape(count, dsums.shape[2]).swapaxes(0, 1), before.reshape(count, before.shape[2])
    )


class Rnn(Op):
    """hₜ = act(aₜ + W·hₜ₋₁);   daₜ = act′·(gₜ + Wᵀ·daₜ₊₁),  dW = Σ daₜ·hₜ₋₁ᵀ,  dh₀ = Wᵀ·da₁."""

    def forward(self, a: Array, h0: Array, w: Array, *, relu: bool, reverse: bool) -> Array:
        self.relu, self.reverse = relu, reverse
        h = self.backend.rnn_forward(a, h0, w, relu, reverse)
        self.save(h0=h0, w=w, output=h)
        return h

    def backward(self, g: Array) -> tuple[Any, ...]:
        h0, w, h = self.saved.h0, self.saved.w, self.saved.output
        slope = array_of(h) > 0 if self.relu else 1 - h * h
        da: list[Any] = [None] * len(g)
        dh = h0 * 0
        for t in steps_of(len(g), not self.reverse):
            da[t] = (g[t] + dh) * slope[t]
            dh = Matmul.apply(da[t], w)
        da_all = Stack.apply(*da, dim=0)
        return da_all, dh, weight_gradient(da_all, delayed(h0, h, self.reverse, cat))

    def fused_backward(self, g: Array) -> tuple[Any, ...]:
        h0, w, h = self.saved.h0, self.saved.w, self.saved.output
        da, dh = self.backend.rnn_backward(g, h, w, self.relu, self.reverse)
        return da, dh, weight_gradient(da, delayed(h0, h, self.reverse, cat))


class Lstm(Op):
    """i, f, o = σ(aₜ + W·hₜ₋₁), g = tanh(aₜ + W·hₜ₋₁);  cₜ = f·cₜ₋₁ + i·g;  hₜ = o·tanh(cₜ).

    With dhₜ = Gₜ + Wᵀ·daₜ₊₁ and dcₜ = f·dcₜ₊₁ + dhₜ·o·(1 − tanh²cₜ):
    daₜ = (dc·g·i·(1−i), dc·cₜ₋₁·f·(1−f), dc·i·(1−g²), dh·tanh(cₜ)·o·(1−o)),  dW = Σ daₜ·hₜ₋₁ᵀ.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; forget gate: Gers et al., 2000.
    """

    materialize = False

    def forward(self, a: Array, h0: Array, c0: Array, w: Array, *, reverse: bool) -> tuple[Array, Array]:
        self.reverse = reverse
        h, c, kept = self.backend.lstm_forward(a, h0, c0, w, reverse)
        self.save(a=a, h0=h0, c0=c0, w=w, h=h, c=c)
        self.keep(kept=kept)
        return h, c

    def backward(self, gh: Array | None, gc: Array | None) -> tuple[Any, ...]:
        saved, reverse = self.saved, self.reverse
        before_h = delayed(saved.h0, saved.h, reverse, cat)
        before_c = delayed(saved.c0, saved.c, reverse, cat)
        i, f, g, o = split_gates(saved.a + recurrent_terms(before_h, saved.w), 4)
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        top = tanh(saved.c)
        by_top, by_i, by_f, by_g, by_o = (
            o * (1 - top * top),
            g * i * (1 - i),
            before_c * f * (1 - f),
            i * (1 - g * g),
            top * o * (1 - o),
        )
        da: list[Any] = [None] * len(top)
        dh, dc = saved.h0 * 0, saved.c0 * 0
        for t in steps_of(len(da), not reverse):
            dh = dh if gh is None else dh + gh[t]
            dc = (dc if gc is None else dc + gc[t]) + dh * by_top[t]
            da[t] = cat((dc * by_i[t], dc * by_f[t], dc * by_g[t], dh * by_o[t]), -1)
            dh, dc = Matmul.apply(da[t], saved.w), dc * f[t]
        da_all = Stack.apply(*da, dim=0)
        return da_all, dh, dc, weight_gradient(da_all, before_h)

    def fused_backward(self, gh: Array | None, gc: Array | None) -> tuple[Any, ...]:
        s = self.saved
        da, dh, dc = self.backend.lstm_backward(gh, gc, s.kept, s.c0, s.c, s.w, self.reverse)
        return da, dh, dc, weight_gradient(da, delayed(s.h0, s.h, self.reverse, cat))


class Gru(Op):
    """With s = W·hₜ₋₁ + b: r, z = σ(aₜ + s);  n = tanh(aₜ + r·s);  hₜ = n + z·(hₜ₋₁ − n).

    With dhₜ = Gₜ + z·dhₜ₊₁ + Wᵀ·dsₜ₊₁:  dn = dh·(1−z)·(1−n²),  dz = dh·(hₜ₋₁−n)·z·(1−z),  dr = dn·sₙ·r·(1−r);
    da = (dr, dz, dn),  ds = (dr, dz, dn·r),  dW = Σ dsₜ·hₜ₋₁ᵀ,  db = Σ dsₜ.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014.
    """

    def forward(self, a: Array, h0: Array, w: Array, b: Array, *, reverse: bool) -> Array:
        self.reverse = reverse
        h, kept = self.backend.gru_forward(a, h0, w, b, reverse)
        self.save(a=a, h0=h0, w=w, b=b, output=h)
        self.keep(kept=kept)
        return h

    def backward(self, g: Array) -> tuple[Any, ...]:
        saved, reverse = self.saved, self.reverse
        before = delayed(saved.h0, saved.output, reverse, cat)
        ar, az, an = split_gates(saved.a, 3)
        sr, sz, sn = split_gates(recurrent_terms(before, saved.w) + saved.b, 3)
        r, z = sigmoid(ar + sr), sigmoid(az + sz)
        n = tanh(an + r * sn)
        by_n, by_z, by_r = (1 - z) * (1 - n * n), (before - n) * z * (1 - z), sn * r * (1 - r)
        da: list[Any] = [None] * len(g)
        ds: list[Any] = [None] * len(g)
        dh = saved.h0 * 0
        for t in steps_of(len(g), not reverse):
            dh = dh + g[t]
            dn, dz = dh * by_n[t], dh * by_z[t]
            dr = dn * by_r[t]
            da[t], ds[t] = cat((dr, dz, dn), -1), cat((dr, dz, dn * r[t]), -1)
            dh = dh * z[t] + Matmul.apply(ds[t], saved.w)
        da_all, ds_all = Stack.apply(*da, dim=0), Stack.apply(*ds, dim=0)
        return da_all, dh, weight_gradient(ds_all, before), ds_all.sum((0, 1))

    def fused_backward(self, g: Array) -> tuple[Any, ...]:
        s = self.saved
        da, ds, dh = self.backend.gru_backward(g, s.kept, s.h0, s.output, s.w, self.reverse)
        before = delayed(s.h0, s.output, self.reverse, cat)
        return da, dh, weight_gradient(ds, before), ds.sum((0, 1))


def rnn_layer(
    gates: Any, h0: Any, weight: Any, nonlinearity: str = "tanh", reverse: bool = False
) -> Variable:
    """All states of a simple recurrent layer.

    Args:
        gates: what the inputs contribute, W·x + b.
        h0: the first state.
        weight: by which the previous state is multiplied.
        nonlinearity: `"tanh"` or `"relu"`.
        reverse: take the steps from the last to the first.

    Shape: gates (T, B, H), h0 (B, H), weight (H, H) → (T, B, H).
    """
    return Rnn.apply(gates, h0, weight, relu=nonlinearity == "relu", reverse=reverse)


def lstm_layer(gates: Any, h0: Any, c0: Any, weight: Any, reverse: bool = False) -> tuple[Variable, Variable]:
    """All states and cells of an LSTM layer; arguments as for `rnn_layer`.

    Shape: gates (T, B, 4H), h0 and c0 (B, H), weight (4H, H) → twice (T, B, H).
    """
    return Lstm.apply(gates, h0, c0, weight, reverse=reverse)


def gru_layer(gates: Any, h0: Any, weight: Any, bias: Any, reverse: bool = False) -> Variable:
    """All states of a GRU layer; arguments as for `rnn_layer`, with the bias of the recurrent part.

    Shape: gates (T, B, 3H), h0 (B, H), weight (3H, H), bias (3H) → (T, B, H).
    """
    return Gru.apply(gates, h0, weight, bias, reverse=reverse)
