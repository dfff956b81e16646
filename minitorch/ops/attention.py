"""Attention: each row of a query looks up values, weighted by how well their keys fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.dtypes import as_dtype
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating, check_real, looks_at, require_tensors
from minitorch.ops.dropout import check_probability, dropout
from minitorch.ops.join import repeat_interleave
from minitorch.ops.linalg import Matmul
from minitorch.ops.shape import broadcast_shapes
from minitorch.ops.softmax import Softmax
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Attention(Op):
    """Y = P·V with P = softmax(S), S = scale·Q·Kᵀ + M;   dV = Pᵀ·G,  dS = P·(G·Vᵀ − Σ G·Y) = dM.

    dQ = scale·dS·K,  dK = scale·dSᵀ·Q.

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    optional = broadcasts = True

    def forward(
        self, q: Array, k: Array, v: Array, mask: Array | None, *, scale: float, causal: bool
    ) -> Array:
        self.scale, self.causal = scale, causal
        y, kept = self.backend.attention(q, k, v, mask, scale, causal)
        self.save(q=q, k=k, v=v, mask=mask, output=y)
        self.keep(kept=kept)
        return y

    def backward(self, g: Array) -> tuple[Array, Array, Array, Array]:
        q, k, v, y = self.saved.q, self.saved.k, self.saved.v, self.saved.output
        p = attention_weights(q, k, self.saved.mask, self.scale, self.causal)
        ds = p * (Matmul.apply(g, v.swapaxes(-1, -2)) - (g * y).sum(-1, keepdims=True))
        dq = Matmul.apply(ds, k) * self.scale
        dk = Matmul.apply(ds.swapaxes(-1, -2), q) * self.scale
        return dq, dk, Matmul.apply(p.swapaxes(-1, -2), g), ds

    def fused_backward(self, g: Array) -> tuple[Array, Array, Array, Array | None]:
        s, of_mask = self.saved, self.needs_input_grad[3]
        return self.backend.attention_backward(
            g, s.q, s.k, s.v, s.mask, s.output, s.kept, self.scale, self.causal, of_mask
        )


def attention_weights(q: Any, k: Any, mask: Any, scale: float, causal: bool) -> Any:
    """softmax(scale·q·kᵀ + mask) over each row; zeros for a row whose scores are all −∞."""
    scores = Matmul.apply(q * scale, k.swapaxes(-1, -2))
    if mask is not None:
        scores = scores + mask
    if causal:
        visible = backend_of(array_of(q)).causal_mask(*scores.shape[-2:])
        scores = where(visible, scores, -math.inf)
    hidden = (array_of(scores) == -math.inf).all(-1, keepdims=True)
    if looks_at(hidden) and not hidden.any():
        return Softmax.apply(scores, dim=scores.ndim - 1)
    return Softmax.apply(where(hidden, 0.0, scores), dim=scores.ndim - 1) * (hidden == 0)


def additive_mask(op_name: str, name: str, mask: Any, dtype: Any, hides: bool) -> Any:
    """A mask as numbers to add to scores: booleans become 0 and −∞.

    Args:
        op_name: the function that got it.
        name: its argument.
        mask: booleans or numbers; or None, which is returned.
        dtype: that of the scores.
        hides: True in the mask hides a place, False shows it; otherwise the other way round.

    Raises:
        DtypeError: for integers.
    """
    if mask is None:
        return None
    require_tensors(op_name, **{name: mask})
    array = mask.array
    if array.dtype.kind == "b":
        hidden = array if hides else array == 0
        return wrap(backend_of(array).where(hidden, dtype.type(-math.inf), dtype.type(0)))
    if array.dtype.kind not in "fV":
        raise DtypeError(
            f"{op_name}: {name} must hold booleans or floating-point numbers, got {array.dtype}; "
            f"use {name}.bool()"
        )
    return mask if array.dtype == dtype else mask.to(as_dtype(dtype))


@kernel
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Variable:
    """softmax(scale · query · keyᵀ + mask) · value: for each query a mean of the values whose keys fit.

    Args:
        query: what is asked, a vector at each place.
        key: what is compared with it.
        value: what is answered, one for each key.
        attn_mask: booleans, True where a query may look at a key; or numbers to be added to the scores.
            A query that may look at nothing gets zeros.
        dropout_p: the probability with which each weight is set to zero, always: pass 0.0 in evaluation.
        is_causal: query i looks at keys 0 … i only; not together with `attn_mask`.
        scale: 1/√E by default.
        enable_gqa: key and value may have fewer heads (dim −3) than the query; each is shared by
            neighbouring heads.

    Shape: query (…, L, E), key (…, S, E), value (…, S, D), mask broadcasting to (…, L, S) → (…, L, D).

    Raises:
        ShapeError: if the sizes do not fit together.
        DtypeError: for integers, or if dtypes differ.
        ArgumentError: for both a mask and `is_causal`, or a `dropout_p` that is no probability.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import minitorch
    >>> query, key = minitorch.tensor([[10.0, 0.0]]), minitorch.tensor([[9.0, 0.0], [0.0, 9.0]])
    >>> value = minitorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> minitorch.nn.functional.scaled_dot_product_attention(query, key, value)  # the first key fits
    tensor([[1., 2., 3.]])
    """
    name = "scaled_dot_product_attention"
    require_tensors(name, query=query, key=key, value=value)
    check_attention(name, query, key, value)
    check_probability(name, dropout_p)
    if is_causal and attn_mask is not None:
        raise ArgumentError(
            f"{name}: give either attn_mask or is_causal=True, not both; join them in the mask"
        )
    if enable_gqa:
        key, value = shared_heads(name, query, key), shared_heads(name, query, value)
    mask = additive_mask(name, "attn_mask", attn_mask, query.array.dtype, hides=False)
    try:
        shape = broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
        scores = (*shape, query.shape[-2], key.shape[-2])
        fits = mask is None or broadcast_shapes(mask.shape, scores)[-2:] == scores[-2:]
    except ShapeError:
        fits = False
    if not fits:
        masked = "" if mask is None else f", attn_mask {tuple(mask.shape)}"
        raise ShapeError(
            f"{name}: query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}{masked}: "
            f"leading dims must broadcast, and the mask to (…, {query.shape[-2]}, {key.shape[-2]})"
        )
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1]) if query.shape[-1] else 1.0
    if dropout_p:
        weights = dropout(attention_weights(query, key, mask, scale, is_causal), dropout_p)
        return Matmul.apply(weights, value)
    return Attention.apply(query, key, value, mask, scale=scale, causal=is_causal)


def check_attention(op_name: str, query: Any, key: Any, value: Any) -> None:
    """Refuses dtypes that differ, vectors, and sizes that do not belong together."""
    shapes = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ShapeError(f"{op_name}: {shapes}: each needs at least 2 dims, (…, length, size)")
    if not query.dtype is key.dtype is value.dtype:
        raise DtypeError(
            f"{op_name}: query, key and value must have one dtype, got {query.dtype}, {key.dtype} and {value.dtype}"
        )
    check_floating(op_name, query.array)
    check_real(op_name, query.array)
    if query.shape[-1] != key.shape[-1]:
        raise ShapeError(f"{op_name}: {shapes}: query and key must agree in their last size")
    if key.shape[-2] != value.shape[-2]:
        raise ShapeError(f"{op_name}: {shapes}: key and value must have the same length, their size −2")


def shared_heads(op_name: str, query: Any, x: Any) -> Any:
    """Keys or values with each head repeated, so that there are as many as in the query."""
    heads, own = query.shape[-3] if query.ndim > 2 else 1, x.shape[-3] if x.ndim > 2 else 1
    if heads == own:
        return x
    if not own or heads % own:
        raise ShapeError(
            f"{op_name}: {own} heads of key or value (dim -3) cannot be shared by {heads} of the query; "
            f"the one must divide the other"
        )
    return repeat_interleave(x, heads // own, -3)
