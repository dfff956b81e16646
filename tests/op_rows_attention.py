"""Rows of the op table: attention, and bags of embeddings."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from op_samples import call, ints, public, row, x

TRIANGLE = np.tri(3, 5, dtype=bool)
HIDDEN_ROW = np.array([[True, False, True], [False, False, False], [False, True, True]])


def weights_of(q: Any, k: Any, mask: Any, causal: bool, scale: float | None) -> Any:
    """The softmax of the scores; rows that see nothing are zero."""
    scores = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    p = np.exp(scores - np.maximum(scores.max(-1, keepdims=True, initial=-1e300), -1e300))
    return p / np.maximum(p.sum(-1, keepdims=True), 1e-300)


def sdpa(
    q: Any,
    k: Any,
    v: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    if enable_gqa:
        k, v = (np.repeat(a, q.shape[-3] // a.shape[-3], -3) for a in (k, v))
    return weights_of(q, k, attn_mask, is_causal, scale) @ v


row(
    "scaled_dot_product_attention",
    sdpa,
    lambda: [
        call(x(3, 4), x(5, 4), x(5, 2)),
        call(x(2, 3, 4), x(2, 5, 4), x(2, 5, 4), is_causal=True),
        call(x(2, 2, 3, 4), x(2, 2, 5, 4), x(2, 2, 5, 4), TRIANGLE),
        call(x(1, 2, 3, 4), x(1, 2, 3, 4), x(1, 2, 3, 4), HIDDEN_ROW),
        call(x(2, 1, 3, 4), x(1, 2, 5, 4), x(1, 2, 5, 3), x(3, 5)),
        call(x(2, 3, 4), x(2, 5, 4), x(2, 5, 4), x(1, 3, 1), scale=0.3),
        call(x(4, 3, 4), x(2, 5, 4), x(2, 5, 4), enable_gqa=True),
        call(x(2, 0, 4), x(2, 3, 4), x(2, 3, 4)),
        call(x(2, 3, 4), x(2, 0, 4), x(2, 0, 4)),
        call(x(0, 3, 4), x(0, 3, 4), x(0, 3, 4), is_causal=True),
    ],
)


def heads_of(a: Any, heads: int) -> Any:
    """(T, N, E) → (N, H, T, E/H)."""
    t, n, e = a.shape
    return a.reshape(t, n, heads, e // heads).transpose(1, 2, 0, 3)


def multihead(
    q: Any, k: Any, v: Any, size: int, heads: int, w: Any, b: Any, bias_k: Any, bias_v: Any, zero: bool,
    p: float, w_out: Any, b_out: Any, training: bool = True, key_padding_mask: Any = None,
    need_weights: bool = True, attn_mask: Any = None, use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None, k_proj_weight: Any = None, v_proj_weight: Any = None,
    static_k: Any = None, static_v: Any = None, average_attn_weights: bool = True, is_causal: bool = False,
) -> Any:  # fmt: skip
    batched = q.ndim == 3
    q, k, v = (a if batched else a[:, None] for a in (q, k, v))
    n = q.shape[1]
    ws = [q_proj_weight, k_proj_weight, v_proj_weight] if use_separate_proj_weight else np.split(w, 3)
    bs = np.zeros((3, size)) if b is None else np.split(b, 3)
    q, k, v = (a @ m.T + c for a, m, c in zip((q, k, v), ws, bs, strict=True))
    extra = 0
    if bias_k is not None:
        k, v = (np.concatenate([a, np.repeat(c, n, 1)]) for a, c in ((k, bias_k), (v, bias_v)))
        extra += 1
    k = heads_of(k, heads) if static_k is None else static_k.reshape(n, heads, -1, size // heads)
    v = heads_of(v, heads) if static_v is None else static_v.reshape(n, heads, -1, size // heads)
    if zero:
        k, v = (np.concatenate([a, 0 * a[:, :, :1]], 2) for a in (k, v))
        extra += 1
    total = np.zeros((n, heads, q.shape[0], k.shape[2]))
    for mask, shape in (
        (attn_mask, (-1, heads) if np.ndim(attn_mask) == 3 else (1, 1)),
        (key_padding_mask, None),
    ):
        if mask is not None:
            numbers = np.where(mask, -np.inf, 0.0) if mask.dtype == bool else mask
            numbers = (
                numbers.reshape(n, 1, 1, -1) if shape is None else numbers.reshape(*shape, *mask.shape[-2:])
            )
            total[..., : total.shape[-1] - extra] += numbers
    weights = weights_of(heads_of(q, heads), k, total, False, None)
    y = (weights @ v).transpose(2, 0, 1, 3).reshape(q.shape[0], n, size) @ w_out.T
    y = y if b_out is None else y + b_out
    y = y if batched else y[:, 0]
    if not need_weights:
        return y
    weights = weights.mean(1) if average_attn_weights else weights
    return y, weights if batched else weights[0]


def first(*args: Any, **kwargs: Any) -> Any:
    """The function without the None that it returns in place of weights."""
    y, weights = public("multi_head_attention_forward")(*args, **kwargs)
    return y if weights is None else (y, weights)


def first_of_torch(*args: Any, **kwargs: Any) -> Any:
    from torch.nn.functional import multi_head_attention_forward

    y, weights = multi_head_attention_forward(*args, **kwargs)
    return y if weights is None else (y, weights)


def packed(bias: bool = True) -> list[Any]:
    """What comes after the sequences: two heads of size 2."""
    return [4, 2, x(12, 4), x(12) if bias else None]


def outwards(bias: bool = True) -> list[Any]:
    return [0.0, x(4, 4), x(4) if bias else None]


PADDING = np.array([[False, False, True], [False, True, True]])

row(
    "multi_head_attention_forward",
    multihead,
    lambda: [
        call(x(3, 2, 4), x(3, 2, 4), x(3, 2, 4), *packed(), None, None, False, *outwards()),
        call(
            x(5, 2, 4), x(3, 2, 4), x(3, 2, 4), *packed(), None, None, False, *outwards(),
            key_padding_mask=PADDING, average_attn_weights=False,
        ),
        call(
            x(3, 2, 4), x(3, 2, 4), x(3, 2, 4), *packed(False), None, None, True, *outwards(False),
            attn_mask=np.tri(3, dtype=bool).T & ~np.eye(3, dtype=bool), need_weights=False,
        ),
        call(
            x(2, 2, 4), x(3, 2, 4), x(3, 2, 4), *packed(), x(1, 1, 4), x(1, 1, 4), True, *outwards(),
            attn_mask=x(4, 2, 3), key_padding_mask=x(2, 3),
        ),
        call(
            x(2, 4), x(3, 5), x(3, 2), 4, 2, None, x(12), None, None, False, *outwards(),
            use_separate_proj_weight=True, q_proj_weight=x(4, 4), k_proj_weight=x(4, 5), v_proj_weight=x(4, 2),
        ),
        call(
            x(2, 1, 4), x(3, 1, 4), x(3, 1, 4), *packed(), None, None, False, *outwards(),
            static_k=x(2, 3, 2), static_v=x(2, 3, 2),
        ),
    ],
    function=first,
    torch=first_of_torch,
    half=False,
)  # fmt: skip


def embedding_bag(
    indices: Any,
    w: Any,
    offsets: Any = None,
    mode: str = "mean",
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    scale = np.ones(indices.shape) if per_sample_weights is None else per_sample_weights
    if offsets is None:
        bags, scales = list(indices), list(scale)
    else:
        begins = [*offsets.tolist(), *([] if include_last_offset else [len(indices)])]
        cuts = [slice(a, b) for a, b in itertools.pairwise(begins)]
        bags, scales = [indices[c] for c in cuts], [scale[c] for c in cuts]
    result = []
    for bag, s in zip(bags, scales, strict=True):
        kept = bag != (None if padding_idx is None else padding_idx % len(w))
        rows = w[bag[kept]] * s[kept][:, None]
        reduce = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
        result.append(reduce(rows, 0) if len(rows) else np.zeros(w.shape[1]))
    return np.array(result, w.dtype).reshape(len(bags), w.shape[1])


BEGINS = np.array([0, 2, 2, 5])

row(
    "embedding_bag",
    embedding_bag,
    lambda: [
        *[call(ints(2, 3, high=4), x(4, 3), mode=mode) for mode in ("sum", "mean", "max")],
        *[call(ints(6, high=4), x(4, 3), BEGINS, mode=mode) for mode in ("sum", "mean", "max")],
        *[
            call(np.array([1, 3, 3, 0, 3]), x(4, 3), BEGINS, mode=mode, padding_idx=-1)
            for mode in ("sum", "mean", "max")
        ],
        call(ints(5, high=4), x(4, 3), BEGINS, mode="sum", include_last_offset=True),
        call(ints(2, 3, high=4), x(4, 3), mode="sum", per_sample_weights=x(2, 3), padding_idx=1),
        call(ints(0, high=4), x(4, 3), np.array([0, 0]), mode="max"),
        call(ints(0, 3, high=4), x(4, 3)),
    ],
)
