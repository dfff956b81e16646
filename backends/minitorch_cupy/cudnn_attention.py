"""Attention by cuDNN in half precision, where it has a plan; else by our own kernels.

Both keep log Σ exp(score) of each row in single precision, so either can carry on with what the other kept.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from minitorch.backend import Array
from minitorch_cupy import frontend
from minitorch_cupy.attention import CupyAttentionKernels

Sizes = tuple[int, ...]


class Key(NamedTuple):
    """What a plan is for; shapes have four dims: batch, heads, time and width."""

    kind: str  # "forward" or "backward"
    dtype: str
    q: Sizes
    k: Sizes
    v: Sizes
    scale: float
    causal: bool
    device: int


def build(key: Key) -> frontend.Plan | None:
    """The plan of attention, or of its gradients."""
    graph = frontend.Graph(key.dtype)
    of_y, of_rows = (*key.q[:3], key.v[3]), (*key.q[:3], 1)
    q, k, v = (graph.tensor(uid, shape) for uid, shape in enumerate((key.q, key.k, key.v), 1))
    settings = {"attn_scale": key.scale}
    if key.causal:
        settings["diagonal_alignment"] = frontend.library().diagonal_alignment.TOP_LEFT
        settings["diagonal_band_right_bound"] = 0
    if key.kind == "forward":
        y, kept = graph.graph.sdpa(q=q, k=k, v=v, generate_stats=True, **settings)
        graph.output(y, 4, of_y)
        graph.output(kept, 5, of_rows, single=True)
    else:
        y, g = graph.tensor(4, of_y), graph.tensor(5, of_y)
        kept = graph.tensor(6, of_rows, single=True)
        gradients = graph.graph.sdpa_backward(q=q, k=k, v=v, o=y, dO=g, stats=kept, **settings)
        for uid, (tensor, shape) in enumerate(zip(gradients, (key.q, key.k, key.v), strict=True), 7):
            graph.output(tensor, uid, shape)
    return graph.plan()


class CupyCudnnAttentionKernels(CupyAttentionKernels):
    """Without a mask, with heads of up to 128 numbers."""

    device_index: Any

    def attention(
        self, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> tuple[Array, Array]:
        plan = self._attention_plan("forward", q, k, v, mask, scale, causal)
        if plan is None:
            return super().attention(q, k, v, mask, scale, causal)
        y = self.empty((*q.shape[:-1], v.shape[-1]), q.dtype)
        kept = self.empty((*q.shape[:-1], 1), "float32")
        plan(self.ready(q), self.ready(k), self.ready(v), y, kept)
        return y, kept

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
        plan = None if of_mask else self._attention_plan("backward", q, k, v, mask, scale, causal)
        if plan is None:
            return super().attention_backward(g, q, k, v, mask, y, kept, scale, causal, of_mask)
        dq, dk, dv = (self.empty(x.shape, x.dtype) for x in (q, k, v))
        g = g.astype(q.dtype, copy=False)
        plan(*map(self.ready, (q, k, v, y, g, kept)), dq, dk, dv)
        return dq, dk, dv, None

    def _attention_plan(
        self, kind: str, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> frontend.Plan | None:
        one_lead = q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
        if mask is not None or q.dtype.itemsize != 2 or not one_lead or not frontend.serves(q):
            return None
        if not self._serves_attention(q, k, v, mask) or q.shape[-1] % 8 or v.shape[-1] % 8:
            return None
        key = Key(
            kind,
            q.dtype.name,
            in_four_dims(q.shape),
            in_four_dims(k.shape),
            in_four_dims(v.shape),
            float(scale),
            bool(causal),
            self.device_index(q),
        )
        found: frontend.Plan | None = frontend.plans.get(key, build)
        return found


def in_four_dims(shape: Sizes) -> Sizes:
    """A shape with two dims in front of the matrices.

    >>> in_four_dims((5, 6)), in_four_dims((2, 3, 4, 5, 6))
    ((1, 1, 5, 6), (2, 12, 5, 6))
    """
    *lead, rows, width = shape
    return (lead[0] if lead else 1), prod(lead[1:]), rows, width
