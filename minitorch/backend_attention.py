"""Composites of the backend interface for attention.

Shapes: q (…, L, E), k (…, S, E), v (…, S, D), mask anything that broadcasts to (…, L, S), y and g (…, L, D).
Leading dims broadcast. What `attention` returns last is kept for `attention_backward` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any


class AttentionKernels:
    """Attention, written once in terms of these primitives of a backend."""

    arange: Callable[..., Array]
    exp: Callable[..., Array]
    matmul: Callable[..., Array]
    max: Callable[..., Array]
    sum: Callable[..., Array]
    where: Callable[..., Array]

    def attention(
        self, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> tuple[Array, Array]:
        """y = p·v with p = softmax(scale·q·kᵀ + mask); a row whose scores are all −∞ gives zeros.

        With `causal`, row i sees columns 0 … i only.
        """
        scores = self.matmul(q * q.dtype.type(scale), k.swapaxes(-1, -2))
        if mask is not None:
            scores = scores + mask
        if causal:
            scores = self.where(
                self.causal_mask(*scores.shape[-2:]), scores, scores.dtype.type(-float("inf"))
            )
        if scores.shape[-1]:
            top = self.max(scores, axis=-1, keepdims=True)
            scores = self.exp(scores - self.where(top == -float("inf"), top.dtype.type(0), top))
            total = self.sum(scores, axis=-1, keepdims=True)
            scores = scores / self.where(total == 0, total.dtype.type(1), total)
        return self.matmul(scores, v), scores

    def attention_backward(
        self,
        g: Array,
        q: Array,
        k: Array,
        v: Array,
        mask: Array | None,
        y: Array,
        kept: Array,
        scale: float,
        causal: bool,
        of_mask: bool,
    ) -> tuple[Array, Array, Array, Array | None]:
        """dv = pᵀ·g,  ds = p·(g·vᵀ − Σ g·y),  dq = scale·ds·k,  dk = scale·dsᵀ·q; ds, that of the mask, or None."""
        along = self.sum(g * y, axis=-1, keepdims=True)
        ds = (self.matmul(g, v.swapaxes(-1, -2)) - along) * kept
        by_scale = ds.dtype.type(scale)
        dq = self.matmul(ds, k) * by_scale
        dk = self.matmul(ds.swapaxes(-1, -2), q) * by_scale
        return dq, dk, self.matmul(kept.swapaxes(-1, -2), g), ds if of_mask else None

    def causal_mask(self, rows: int, columns: int) -> Array:
        """True where the column is not after the row.  Shape: (rows, columns)."""
        return self.arange(columns) <= self.arange(rows)[:, None]
