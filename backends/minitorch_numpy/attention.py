"""Attention with the scores computed in one piece of memory from beginning to end."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend_attention import AttentionKernels

Array = Any


class NumpyAttentionKernels(AttentionKernels):
    """The products and the softmax of `minitorch.backend_attention.AttentionKernels`, in place."""

    def attention(
        self, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> tuple[Array, Array]:
        p = self.matmul(q * q.dtype.type(scale), k.swapaxes(-1, -2))
        if mask is not None:
            p = np.add(p, mask, out=p if np.broadcast_shapes(p.shape, mask.shape) == p.shape else None)
        if causal:
            np.copyto(p, -np.inf, where=np.tri(*p.shape[-2:]) == 0)
        if p.shape[-1]:
            top = p.max(-1, keepdims=True)
            np.copyto(top, 0, where=top == -np.inf)
            p -= top
            np.exp(p, out=p)
            total = p.sum(-1, keepdims=True)
            np.copyto(total, 1, where=total == 0)
            p /= total
        return self.matmul(p, v), p

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
        ds = self.matmul(g, v.swapaxes(-1, -2))
        if ds.shape != kept.shape:
            ds = ds + np.zeros_like(kept)
        ds -= (g * y).sum(-1, keepdims=True)
        ds *= kept
        by_scale = ds.dtype.type(scale)
        dq, dk = self.matmul(ds, k), self.matmul(ds.swapaxes(-1, -2), q)
        dq *= by_scale
        dk *= by_scale
        return dq, dk, self.matmul(kept.swapaxes(-1, -2), g), ds if of_mask else None
