"""Attention with several heads: each looks up values in projections of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.attention import additive_mask, scaled_dot_product_attention
from minitorch.ops.common import check_floating, require_tensors
from minitorch.ops.dropout import dropout
from minitorch.ops.join import cat, chunk
from minitorch.ops.linalg import linear, matmul
from minitorch.ops.pad import pad
from minitorch.ops.softmax import softmax
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

NAME = "multi_head_attention_forward"


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Variable, Variable | None]:
    """W_out · (head₁, …, head_H) + b with headᵢ = attention(Wᵢ·query, Wᵢ′·key, Wᵢ″·value).

    Args:
        query: sequences that ask, time first.
        key: sequences that are asked.
        value: what they answer.
        embed_dim_to_check: E, the size of the query.
        num_heads: H, which divides E.
        in_proj_weight: the projections of query, key and value, one below the other.
        in_proj_bias: their biases.
        bias_k: one more key, which is learned.
        bias_v: the value that belongs to it.
        add_zero_attn: one more key and value, which are zero.
        dropout_p: the probability with which a weight is dropped in training.
        out_proj_weight: the last projection.
        out_proj_bias: its bias.
        training: whether weights are dropped.
        key_padding_mask: True for keys that nothing looks at; or numbers to be added to the scores.
        need_weights: return the weights, too.
        attn_mask: True where a query must not look at a key; or numbers to be added.
        use_separate_proj_weight: take the three weights that follow instead of `in_proj_weight`.
        q_proj_weight: the projection of the query.
        k_proj_weight: the projection of the key.
        v_proj_weight: the projection of the value.
        static_k: keys that are projected already, instead of `key`.
        static_v: values that are projected already, instead of `value`.
        average_attn_weights: the mean of the weights over heads, instead of those of each.
        is_causal: says that `attn_mask` is the causal one, so that it need not be looked at.

    Shape: query (L, N, E), key (S, N, kdim), value (S, N, vdim), all without N for one sequence;
        key_padding_mask (N, S), attn_mask (L, S) or (N·H, L, S), static_k (N·H, S, E/H) → output (L, N, E)
        and weights (N, L, S), or (N, H, L, S) if not averaged.

    Raises:
        ShapeError: if shapes do not fit together.
        ArgumentError: for settings that contradict each other.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import minitorch
    >>> x, eye = minitorch.ones(3, 1, 2), minitorch.eye(2)
    >>> output, weights = minitorch.nn.functional.multi_head_attention_forward(
    ...     x, x, x, 2, 1, minitorch.cat([eye, eye, eye]), None, None, None, False, 0.0, eye, None
    ... )
    >>> weights[0, 0]
    tensor([0.3333, 0.3333, 0.3333])
    """
    require_tensors(NAME, query=query, key=key, value=value)
    check_floating(NAME, query.array)
    check_dims(query, key, value, key_padding_mask, attn_mask)
    batched = query.ndim == 3
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, size = query.shape
    if size != embed_dim_to_check:
        raise ShapeError(f"{NAME}: the query's size is {size}, expected embed_dim {embed_dim_to_check}")
    if size % num_heads:
        raise ArgumentError(f"{NAME}: {num_heads} heads do not divide embed_dim {size}")
    if is_causal and attn_mask is None:
        raise ArgumentError(
            f"{NAME}: is_causal=True says what kind of mask attn_mask is, so give the mask, too: "
            f"nn.Transformer.generate_square_subsequent_mask({length})"
        )
    dtype = query.array.dtype
    padding = additive_mask(NAME, "key_padding_mask", key_padding_mask, dtype, hides=True)
    causal = is_causal and padding is None and not need_weights
    mask = None if causal else additive_mask(NAME, "attn_mask", attn_mask, dtype, hides=True)
    check_masks(mask, padding, (batch, num_heads, length, key.shape[0]))

    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    if weights is None and key.shape != value.shape:
        raise ShapeError(f"{NAME}: key {tuple(key.shape)} and value {tuple(value.shape)} differ in shape")
    if key.shape[:2] != value.shape[:2]:
        raise ShapeError(
            f"{NAME}: key {tuple(key.shape)} and value {tuple(value.shape)} differ in length or batch size"
        )
    q, k, v = project(query, key, value, in_proj_weight, in_proj_bias, weights)
    extra = 0
    if bias_k is not None or bias_v is not None:
        if bias_k is None or bias_v is None or static_k is not None or static_v is not None:
            raise ArgumentError(f"{NAME}: bias_k and bias_v go together, and not with static_k or static_v")
        k, v = cat([k, bias_k.expand(1, batch, size)]), cat([v, bias_v.expand(1, batch, size)])
        extra += 1
    q = in_heads(q, num_heads)
    k = in_heads(k, num_heads) if static_k is None else given_heads("static_k", static_k, q)
    v = in_heads(v, num_heads) if static_v is None else given_heads("static_v", static_v, q)
    if add_zero_attn:
        none = wrap(backend_of(q.array).zeros((batch, num_heads, 1, size // num_heads), dtype))
        k, v = cat([k, none], 2), cat([v, none], 2)
        extra += 1
    mask = join_masks(mask, padding, batch, num_heads, extra)
    dropped = dropout_p if training else 0.0

    if need_weights:
        scores = matmul(q * math.sqrt(1 / q.shape[-1]), k.transpose(-2, -1))
        p = softmax(scores if mask is None else scores + mask.to(scores.dtype), -1)
        p = dropout(p, dropped) if dropped else p
        y = matmul(p, v)
    else:
        y = scaled_dot_product_attention(q, k, v, mask, dropped, causal)
    y = linear(y.permute(2, 0, 1, 3).reshape(length, batch, size), out_proj_weight, out_proj_bias)
    y = y if batched else y.squeeze(1)
    if not need_weights:
        return y, None
    p = p.mean(1) if average_attn_weights else p
    return y, p if batched else p.squeeze(0)


def check_dims(query: Any, key: Any, value: Any, padding: Any, mask: Any) -> None:
    """Refuses numbers of dims that do not go together."""
    if query.ndim not in (2, 3):
        raise ShapeError(
            f"{NAME}: the query must be (L, N, E), or (L, E) for one sequence, got {tuple(query.shape)}"
        )
    if not query.ndim == key.ndim == value.ndim:
        raise ShapeError(
            f"{NAME}: query, key and value must all have a batch dim or none, got shapes {tuple(query.shape)}, "
            f"{tuple(key.shape)} and {tuple(value.shape)}"
        )
    if padding is not None and padding.ndim != query.ndim - 1:
        raise ShapeError(
            f"{NAME}: key_padding_mask must be {'(N, S)' if query.ndim == 3 else '(S)'} here, "
            f"got {tuple(padding.shape)}"
        )
    if mask is not None and mask.ndim not in (2, 3):
        raise ShapeError(
            f"{NAME}: attn_mask must be (L, S) or (N * num_heads, L, S), got {tuple(mask.shape)}"
        )


def check_masks(mask: Any, padding: Any, sizes: tuple[int, int, int, int]) -> None:
    """Refuses masks of other sizes than the sequences."""
    batch, heads, length, source = sizes
    if mask is not None:
        expected = (length, source) if mask.ndim == 2 else (batch * heads, length, source)
        if tuple(mask.shape) != expected:
            raise ShapeError(f"{NAME}: attn_mask has shape {tuple(mask.shape)}, expected {expected}")
    if padding is not None and tuple(padding.shape) != (batch, source):
        raise ShapeError(
            f"{NAME}: key_padding_mask has shape {tuple(padding.shape)}, expected {(batch, source)}"
        )


def project(query: Any, key: Any, value: Any, weight: Any, bias: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Query, key and value times their weights, in as few products as there are different inputs."""
    if weights is not None:
        if any(w is None for w in weights):
            raise ArgumentError(
                f"{NAME}: use_separate_proj_weight=True needs q_proj_weight, k_proj_weight and v_proj_weight"
            )
        biases = (None,) * 3 if bias is None else chunk(bias, 3)
        q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
        return q, k, v
    if weight is None:
        raise ArgumentError(f"{NAME}: use_separate_proj_weight=False needs in_proj_weight")
    if query is key is value:
        q, k, v = chunk(linear(query, weight, bias), 3, -1)
        return q, k, v
    size = query.shape[-1]
    first, rest = weight[:size], weight[size:]
    bias_q, bias_kv = (None, None) if bias is None else (bias[:size], bias[size:])
    q = linear(query, first, bias_q)
    if key is value:
        k, v = chunk(linear(key, rest, bias_kv), 2, -1)
        return q, k, v
    bias_k, bias_v = (None, None) if bias is None else chunk(bias_kv, 2)
    return q, linear(key, rest[:size], bias_k), linear(value, rest[size:], bias_v)


def in_heads(x: Any, heads: int) -> Any:
    """Each head's share of the features.  Shape: (T, N, E) → (N, H, T, E/H)."""
    length, batch, size = x.shape
    return x.reshape(length, batch, heads, size // heads).permute(1, 2, 0, 3)


def given_heads(name: str, x: Any, q: Any) -> Any:
    """Keys or values that are projected already.  Shape: (N·H, S, E/H) → (N, H, S, E/H)."""
    batch, heads, _, size = q.shape
    if x.ndim != 3 or x.shape[0] != batch * heads or x.shape[2] != size:
        raise ShapeError(
            f"{NAME}: {name} must be (N * num_heads, S, head size) = ({batch * heads}, S, {size}), "
            f"got {tuple(x.shape)}"
        )
    return x.reshape(batch, heads, x.shape[1], size)


def join_masks(mask: Any, padding: Any, batch: int, heads: int, extra: int) -> Any:
    """Both masks in one that broadcasts to (N, H, L, S + extra): the extra keys are visible to all."""
    if mask is not None:
        mask = mask.reshape(*((1, 1) if mask.ndim == 2 else (batch, heads)), *mask.shape[-2:])
    if padding is not None:
        padding = padding.reshape(batch, 1, 1, padding.shape[1])
    both = mask if padding is None else padding if mask is None else mask + padding
    return pad(both, (0, extra)) if extra and both is not None else both
