"""MultiheadAttention: each place of a sequence looks at the places of another one."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F, init
from minitorch.nn.linear import Linear
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable


class NonDynamicallyQuantizableLinear(Linear):
    """`Linear`, under the name by which PyTorch shows the last projection of an attention layer."""


class MultiheadAttention(Module):
    """W_out · (head₁, …, head_H) + b with headᵢ = softmax(qᵢ·kᵢᵀ/√(E/H))·vᵢ, q, k, v = W·query, W′·key, W″·value.

    Args:
        embed_dim: E, the size of queries and outputs.
        num_heads: H, which divides E.
        dropout: the probability with which weights are dropped in training.
        bias: whether the projections have biases.
        add_bias_kv: learn one more key and value.
        add_zero_attn: one more key and value, which are zero.
        kdim: size of the keys, by default E.
        vdim: size of the values, by default E.
        batch_first: sequences are (batch, time, size) instead of (time, batch, size).
        device, dtype: of the parameters.

    Shape: query (L, N, E), key (S, N, kdim), value (S, N, vdim), all without N for one sequence
        → output (L, N, E), and the weights (N, L, S), or (N, H, L, S) for each head.

    Attributes:
        in_proj_weight: (3E, E), initially Xavier-uniform; or, if kdim or vdim are given, q_proj_weight (E, E),
            k_proj_weight (E, kdim) and v_proj_weight (E, vdim).
        in_proj_bias: (3E), initially zero; or None.
        out_proj: a Linear layer, whose bias is zero at first.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import minitorch
    >>> attention = minitorch.nn.MultiheadAttention(8, num_heads=2, batch_first=True)
    >>> x = minitorch.randn(3, 5, 8)
    >>> output, weights = attention(x, x, x)
    >>> output.shape, weights.shape
    (minitorch.Size([3, 5, 8]), minitorch.Size([3, 5, 5]))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ArgumentError(
                f"MultiheadAttention: embed_dim and num_heads must be positive, got {embed_dim} and {num_heads}"
            )
        if embed_dim % num_heads:
            raise ArgumentError(f"MultiheadAttention: {num_heads} heads do not divide embed_dim {embed_dim}")
        super().__init__()
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        same = self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        shapes = {
            "in_proj_weight": (3 * embed_dim, embed_dim) if same else None,
            "q_proj_weight": None if same else (embed_dim, embed_dim),
            "k_proj_weight": None if same else (embed_dim, self.kdim),
            "v_proj_weight": None if same else (embed_dim, self.vdim),
            "in_proj_bias": (3 * embed_dim,) if bias else None,
            "bias_k": (1, 1, embed_dim) if add_bias_kv else None,
            "bias_v": (1, 1, embed_dim) if add_bias_kv else None,
        }
        for name, shape in shapes.items():
            made = None if shape is None else empty_parameter(*shape, device=device, dtype=dtype)
            self.register_parameter(name, made)
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, device=device, dtype=dtype
        )
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draws the initial values anew, except for the weight of `out_proj`."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Variable,
        key: Variable,
        value: Variable,
        key_padding_mask: Variable | None = None,
        need_weights: bool = True,
        attn_mask: Variable | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Variable, Variable | None]:
        """What each place of the query found in the values, and, if needed, the weights by which it looked.

        Args:
            query: sequences that ask.
            key: sequences that are asked.
            value: what they answer.
            key_padding_mask: (N, S), True for keys that nothing looks at; or numbers added to the scores.
            need_weights: return the weights, which takes more time.
            attn_mask: (L, S) or (N·H, L, S), True where a query must not look; or numbers added to the scores.
            average_attn_weights: the mean of the weights over heads, instead of those of each.
            is_causal: says that `attn_mask` is the causal one, so that it need not be looked at.
        """
        turned = self.batch_first and query.ndim == 3
        if turned:  # (N, T, E) → (T, N, E); the same tensor stays the same, so that it is projected once
            same_key, same_value = key is query, value is key
            query = query.transpose(0, 1)
            key = query if same_key else key.transpose(0, 1)
            value = key if same_value else value.transpose(0, 1)
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(0, 1) if turned else output, weights
