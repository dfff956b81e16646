"""Attention without the matrix of scores, by the kernels of kernels/attention.cu."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_attention import AttentionKernels
from minitorch_cupy.launch import ByValue, Launches, Shape, accumulator, blocks, ceil_div, rows

WIDEST = 128  # of what is compiled
TEAM = 8  # threads of a row

LAYOUT = np.dtype(
    [
        ("arrays", np.uint64, (4,)),
        ("mask_strides", np.int64, (4,)),
        ("sizes", np.int64, (6,)),  # batch, heads, rows, columns, E, D
        ("scale", np.float64),
        ("causal", np.int64),
    ]
)


class CupyAttentionKernels(Launches, AttentionKernels):
    """Forward in one kernel, backward in three; what is kept is one number for each query."""

    address: Any
    broadcast_to: Any

    def attention(
        self, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> tuple[Array, Array]:
        if not self._serves_attention(q, k, v, mask):
            return super().attention(q, k, v, mask, scale, causal)
        scores = Scores(self, q, k, v, mask, scale, causal)
        y = self.empty((*scores.lead, scores.rows, v.shape[-1]), q.dtype)
        kept = self.empty((*scores.lead, scores.rows, 1), accumulator(q.dtype))
        shape = scores.launch(scores.rows, forward_tile(q.dtype))
        self.launch("attention", f"attention_{scores.width}", q.dtype, shape, scores.by_value, y, kept)
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
        if not self._serves_attention(q, k, v, mask):
            return super().attention_backward(g, q, k, v, mask, y, kept, scale, causal, of_mask)
        if of_mask:  # a number for each score is asked for
            _, p = super().attention(q, k, v, mask, scale, causal)
            return super().attention_backward(g, q, k, v, mask, y, p, scale, causal, of_mask)
        scores, dtype = Scores(self, q, k, v, mask, scale, causal), q.dtype
        g, y, kept = self.ready(g.astype(dtype, copy=False)), self.ready(y), self.ready(kept)
        count, d = prod(y.shape[:-1]), y.shape[-1]
        alongs = self.empty(kept.shape, kept.dtype)
        self.launch("attention", "attention_along", dtype, rows(count, d), g, y, count, d, alongs)
        dq, dk, dv = (self.empty(x.shape, dtype) for x in scores.arrays[:3])
        tile = backward_tile(dtype)
        common = scores.by_value, g, kept, alongs
        by_rows, by_columns = scores.launch(scores.rows, tile), scores.launch(scores.columns, tile)
        self.launch("attention", f"attention_rows_{scores.width}", dtype, by_rows, *common, dq)
        self.launch("attention", f"attention_columns_{scores.width}", dtype, by_columns, *common, dk, dv)
        return dq, dk, dv, None

    def _serves_attention(self, q: Array, k: Array, v: Array, mask: Array | None) -> bool:
        narrow = 0 < q.shape[-1] <= WIDEST and 0 < v.shape[-1] <= WIDEST
        return narrow and k.size > 0 and v.size > 0 and self.serves(q, k, v, mask)


class Scores:
    """The structure of that name in kernels/attention.cu, and how to launch kernels with it.

    Attributes:
        arrays: q, k, v and mask, contiguous but for the mask; they live as long as this.
        lead: the dims in front, broadcast.
        width: of the tiles.
    """

    def __init__(
        self, backend: Any, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> None:
        shapes = [x.shape[:-2] for x in (q, k, v)]
        if mask is not None:
            shapes.append(mask.shape[:-2])
        self.lead = np.broadcast_shapes(*shapes)
        self.rows, self.columns = q.shape[-2], k.shape[-2]
        q, k, v = (backend.ready(backend.broadcast_to(x, (*self.lead, *x.shape[-2:]))) for x in (q, k, v))
        heads = self.lead[-1] if self.lead else 1
        strides: tuple[int, ...] = (0, 0, 0, 0)
        if mask is not None:
            mask = backend.broadcast_to(mask, (*self.lead, self.rows, self.columns))
            if len(self.lead) > 2:
                mask = backend.ready(mask)
                heads = prod(self.lead)  # as if all were heads of one
            strides = strides_of(mask)
        self.arrays = q, k, v, mask
        self.width = 64 if max(q.shape[-1], v.shape[-1]) <= 64 else WIDEST
        self.batch = prod(self.lead)
        table = np.zeros((), LAYOUT)
        table["arrays"] = [0 if x is None else backend.address(x) for x in self.arrays]
        table["mask_strides"] = strides
        table["sizes"] = self.batch, heads, self.rows, self.columns, q.shape[-1], v.shape[-1]
        table["scale"], table["causal"] = scale, causal
        self.by_value = ByValue(table)

    def launch(self, count: int, tile: int) -> Shape:
        """A block for each tile of rows or columns."""
        return Shape(blocks(self.batch * ceil_div(count, tile)), tile * TEAM)


def strides_of(mask: Array) -> tuple[int, ...]:
    """Of a mask's last four dims, in elements; more than two dims in front are contiguous, and count as one."""
    steps = [stride // mask.itemsize for stride in mask.strides]
    if mask.ndim > 4:
        return 0, mask.shape[-2] * mask.shape[-1], *steps[-2:]
    return (0,) * (4 - len(steps)) + tuple(steps)


def forward_tile(dtype: Any) -> int:
    """Rows of a tile, as in kernels/attention.cu.

    >>> forward_tile(np.dtype("float32")), forward_tile(np.dtype("float64"))
    (32, 16)
    """
    return 16 if dtype == np.float64 else 32


def backward_tile(dtype: Any) -> int:
    """The same for the backward pass, which needs more memory."""
    return forward_tile(dtype) // 2
