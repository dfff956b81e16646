"""Attention in blocks of queries and keys: memory grows with the length of a sequence, not with its square.

The scores of a block are used while they are in the cache. A row's softmax needs the sum over all keys; as long as
it is not known, the sum so far and the largest score so far stand in for it, and when a larger one turns up, what was
added before is scaled down. For the way back the logarithm of each row's sum is kept, from which the weights of any
block can be computed anew.

Source: T. Dao et al., "FlashAttention" (2022); M. Rabe, C. Staats, "Self-attention does not need O(n²) memory" (2021).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba import simd
from minitorch_numba.gemm import AVAILABLE, gemm
from minitorch_numba.jit import inlined, prange
from minitorch_numba.layout import enough
from minitorch_numba.softmax import SUMS, largest
from minitorch_numba.strided import dense, in_rows, strided_kernel
from minitorch_numpy import NumpyBackend

SHARED = 1 << 18  # multiplications from which on two threads are faster than one
ROWS, COLUMNS, COLUMNS_BACK = 64, 128, 64  # of a block of scores
TASKS = 8  # into at least so many the way back is divided


@inlined
def add_mask(row: Array, mask: Array, b: int, h: int, i: int, start: int) -> None:
    """row += mask, of which dims of size 1 stand for all places; an empty one hides nothing."""
    if mask.size:
        b, h = b if mask.shape[0] > 1 else 0, h if mask.shape[1] > 1 else 0
        more = dense(mask[b, h, i if mask.shape[2] > 1 else 0])[start:]
        for j in range(len(row)):
            row[j] += more[j]


@inlined
def hide_later(row: Array, seen: int, what: Any) -> None:
    """Columns from `seen` on become `what`."""
    for j in range(max(seen, 0), len(row)):
        row[j] = what


@strided_kernel(SHARED, SUMS)
def attention(
    q: Array, k: Array, v: Array, mask: Array, scale: float, causal: bool, rows: int, columns: int,
    y: Array, sums: Array,
) -> None:  # fmt: skip
    """y = softmax(scale·q·kᵀ + mask)·v; sums are log Σ exp of each row, 0 for one that sees nothing."""
    batch, heads, length, _ = q.shape
    zero, one, hidden = q.dtype.type(0), q.dtype.type(1), q.dtype.type(-np.inf)
    tiles = (length + rows - 1) // rows
    count = batch * heads * tiles
    for n in prange(count):
        place = count - 1 - n // 2 if n % 2 else n // 2  # short rows and long ones in turn, for every thread
        pair, low = place // tiles, place % tiles * rows
        b, h, high = pair // heads, pair % heads, min(low + rows, length)
        stop = min(high, k.shape[2]) if causal else k.shape[2]
        scores = np.empty((high - low, min(columns, stop)), q.dtype)
        found = np.empty((high - low, v.shape[3]), q.dtype)
        tops, totals = np.full(high - low, hidden), np.zeros(high - low, q.dtype)
        for start in range(0, stop, columns):
            end = min(start + columns, stop)
            block = scores[:, : end - start]
            gemm(scale, q[b, h, low:high], False, k[b, h, start:end], True, 0, block)
            for i in range(high - low):
                row, sum_of = dense(block[i]), found[i]
                add_mask(row, mask, b, h, low + i, start)
                if causal:
                    hide_later(row, low + i + 1 - start, hidden)
                top = largest(row)
                top = tops[i] if tops[i] > top else top
                shift = zero if top == hidden else top
                total = zero
                for j in range(len(row)):
                    e = simd.exp(row[j] - shift)
                    row[j] = e
                    total += e
                if start:
                    factor = simd.exp(tops[i] - shift)
                    total += totals[i] * factor
                    for j in range(len(sum_of)):
                        sum_of[j] *= factor
                tops[i], totals[i] = top, total
            gemm(1, block, False, v[b, h, start:end], False, 1 if start else 0, found)
        for i in range(high - low):
            total = one if totals[i] == zero else totals[i]
            row, sum_of, factor = dense(y[b, h, low + i]), found[i], one / total
            sums[b, h, low + i] = (zero if tops[i] == hidden else tops[i]) + simd.log(total)
            for j in range(len(row)):
                row[j] = sum_of[j] * factor


@strided_kernel(SHARED, SUMS)
def attention_backward(
    g: Array, q: Array, k: Array, v: Array, mask: Array, y: Array, sums: Array, scale: float, causal: bool,
    rows: int, columns: int, dq: Array, dk: Array, dv: Array,
) -> None:  # fmt: skip
    """dv = pᵀ·g,  ds = p·(g·vᵀ − Σ g·y),  dq = scale·ds·k,  dk = scale·dsᵀ·q.

    dq is a sum over the keys; each part of it, along its first dim, takes some of their blocks.
    """
    _, heads, length, _ = q.shape
    zero, parts, pairs = q.dtype.type(0), len(dq), len(q) * heads
    for n in prange(parts * pairs):
        part, b, h = n // pairs, n % pairs // heads, n % heads
        along = np.empty(length, q.dtype)
        for i in range(length):
            total, left, right = zero, dense(g[b, h, i]), dense(y[b, h, i])
            for j in range(len(left)):
                total += left[j] * right[j]
            along[i] = total
        weights = np.empty((min(rows, length), min(columns, k.shape[2])), q.dtype)
        slopes = np.empty(weights.shape, q.dtype)
        if part:
            dq[part, b, h] = zero
        for start in range(part * columns, k.shape[2], parts * columns):
            end = min(start + columns, k.shape[2])
            first = start // rows * rows if causal else 0  # earlier queries do not see these keys
            if first >= length:
                dk[b, h, start:end] = zero
                dv[b, h, start:end] = zero
            for low in range(first, length, rows):
                high = min(low + rows, length)
                p, ds = weights[: high - low, : end - start], slopes[: high - low, : end - start]
                gemm(scale, q[b, h, low:high], False, k[b, h, start:end], True, 0, p)
                gemm(1, g[b, h, low:high], False, v[b, h, start:end], True, 0, ds)
                for i in range(high - low):
                    row, slope = dense(p[i]), dense(ds[i])
                    add_mask(row, mask, b, h, low + i, start)
                    seen = low + i + 1 - start if causal else len(row)
                    shift, mean = sums[b, h, low + i], along[low + i]
                    hide_later(row, seen, q.dtype.type(-np.inf))
                    for j in range(len(row)):
                        e = simd.exp(row[j] - shift)
                        row[j] = e
                        slope[j] = (slope[j] - mean) * e
                more = 0 if low == first else 1
                gemm(1, p, True, g[b, h, low:high], False, more, dv[b, h, start:end])
                gemm(scale, ds, True, q[b, h, low:high], False, more, dk[b, h, start:end])
                gemm(scale, ds, False, k[b, h, start:end], False, 1 if start else 0, dq[part, b, h, low:high])


# ----------------------------------------------------------------------------------------------------------------


def four(x: Array, ndim: int) -> Array:
    """Queries, keys or values of `ndim` dims, or what broadcasts to them, with two leading dims: (B, H, …, …)."""
    if ndim == 4 == x.ndim:
        return x
    shape = (*(1,) * (ndim - x.ndim), *x.shape)
    return x.reshape(*shape[:-2], *(1,) * (4 - ndim), *shape[-2:])


def room_like(x: Array, size: int) -> Array:
    """An empty array of x's shape, but for the last size; heads that lie side by side in x do so in it."""
    y = np.empty_like(x, shape=(*x.shape[:-1], size))
    return y if in_rows(y) is y else np.empty(y.shape, y.dtype)


def masks(mask: Array | None, q: Array, k: Array) -> Array | None:
    """A mask as the kernels take it: four dims, its rows whole; empty for no mask, None where they cannot take it."""
    if mask is None:
        return np.empty((0, 0, 0, 0), q.dtype)
    full = (*q.shape[:-1], k.shape[-2])
    if mask.__class__ is not np.ndarray or mask.dtype is not q.dtype or mask.ndim > q.ndim:
        return None
    if any(n not in (1, size) for n, size in zip(mask.shape[::-1], full[::-1], strict=False)):
        return None
    if not mask.ndim or mask.shape[-1] != full[-1] or mask.strides[-1] != mask.itemsize:
        mask = np.ascontiguousarray(np.broadcast_to(mask, (*mask.shape[:-1], full[-1])))
    return four(mask, q.ndim)


def served(q: Array, k: Array, v: Array) -> bool:
    """Whether these are arrays for a kernel: not empty, alike in dtype and leading dims, and these at most two."""
    return (
        AVAILABLE
        and k.__class__ is v.__class__ is np.ndarray
        and q.dtype is k.dtype is v.dtype
        and q.ndim <= 4
        and q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
        and enough(q, 1)
        and enough(k, 1)
        and enough(v, 1)
    )


class NumbaAttentionKernels(NumpyBackend):
    """Attention with up to two leading dims, the same ones for queries, keys and values."""

    def attention(
        self, q: Array, k: Array, v: Array, mask: Array | None, scale: float, causal: bool
    ) -> tuple[Array, Array]:
        hidden = masks(mask, q, k) if served(q, k, v) else None
        if hidden is None:
            return super().attention(q, k, v, mask, scale, causal)
        y = room_like(q, v.shape[-1])
        sums = np.empty(q.shape[:-1], q.dtype)
        attention(
            q.size * k.shape[-2], *(four(in_rows(x), q.ndim) for x in (q, k, v)), hidden, float(scale), causal,
            ROWS, COLUMNS, four(y, q.ndim), four(sums[..., None], q.ndim)[..., 0],
        )  # fmt: skip
        return y, sums

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
        if kept.ndim == y.ndim:  # the weights that NumPy's method kept
            return super().attention_backward(g, q, k, v, mask, y, kept, scale, causal, of_mask)
        hidden = masks(mask, q, k)
        if of_mask or hidden is None or g.__class__ is not np.ndarray or g.dtype is not q.dtype:
            y, kept = super().attention(q, k, v, mask, scale, causal)
            return super().attention_backward(g, q, k, v, mask, y, kept, scale, causal, of_mask)
        pairs, blocks = q.size // (q.shape[-2] * q.shape[-1]), -(-k.shape[-2] // COLUMNS_BACK)
        parts = max(1, min(TASKS // pairs, blocks))
        dq, dk, dv = (room_like(x, x.shape[-1]) for x in (q, k, v))
        sums = four(kept[..., None], q.ndim)[..., 0]
        into = four(dq, q.ndim)[None] if parts == 1 else np.empty((parts, *four(q, q.ndim).shape), q.dtype)
        attention_backward(
            q.size * k.shape[-2], *(four(in_rows(x), q.ndim) for x in (g, q, k, v)), hidden,
            four(in_rows(y), q.ndim), sums, float(scale), causal, ROWS, COLUMNS_BACK,
            into, four(dk, q.ndim), four(dv, q.ndim),
        )  # fmt: skip
        if parts > 1:
            np.add.reduce(into, axis=0, out=four(dq, q.ndim))
        return dq, dk, dv, None
