"""The layers of a transformer: attention, and a small network at each place, with a way around both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F
from minitorch.nn.dropout import Dropout
from minitorch.nn.layer_norm import LayerNorm
from minitorch.nn.linear import Linear
from minitorch.nn.module import Module
from minitorch.nn.multihead import MultiheadAttention
from minitorch.ops.linear_activation import linear_activation
from minitorch.variable import Variable

Activation = str | Callable[[Any], Any]
Mask = Variable | None
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": F.relu, "gelu": F.gelu}
FUSED: dict[Any, str] = {F.relu: "relu", F.gelu: "gelu"}


def find_activation(owner: Module, activation: Activation) -> Callable[[Any], Any]:
    """An activation by name, or as it is."""
    if not isinstance(activation, str):
        return activation
    if activation not in ACTIVATIONS:
        raise ArgumentError(
            f"{type(owner).__name__}: activation must be 'relu', 'gelu' or a function, got {activation!r}"
        )
    return ACTIVATIONS[activation]


def activated(linear: Module, activation: Callable[[Any], Any], x: Variable) -> Variable:
    """`activation(linear(x))`, in one op where that is the same: a plain layer without hooks, and relu or gelu."""
    fused = FUSED.get(activation)
    if fused is None or type(linear) is not Linear or linear._hooks is not None:
        return activation(linear(x))
    return linear_activation(x, linear.weight, linear.bias, fused)


class TransformerEncoderLayer(Module):
    """y = norm₁(x + attention(x, x, x)), z = norm₂(y + W₂·act(W₁·y + b₁) + b₂), with dropout.

    With `norm_first`: y = x + attention(norm₁(x), …), z = y + W₂·act(W₁·norm₂(y) + b₁) + b₂.

    Args:
        d_model: size of the features.
        nhead: heads of the attention.
        dim_feedforward: size of the hidden layer.
        dropout: probability of dropout, of the weights of the attention as well.
        activation: `"relu"`, `"gelu"`, or a function.
        layer_norm_eps: eps of the norms.
        batch_first: sequences are (batch, time, d_model) instead of (time, batch, d_model).
        norm_first: normalise what goes into attention and network, not what comes out.
        bias: whether linear layers and norms learn biases.
        device, dtype: of the parameters.

    Shape: (S, N, d_model), or (S, d_model) for one sequence, unchanged.

    Source: Vaswani et al., "Attention is all you need", 2017; norm_first: Xiong et al., 2020.

    >>> import minitorch
    >>> layer = minitorch.nn.TransformerEncoderLayer(8, nhead=2, dim_feedforward=16)
    >>> layer(minitorch.randn(5, 3, 8)).shape
    minitorch.Size([5, 3, 8])
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **made)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, **made)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, **made)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = find_activation(self, activation)

    def forward(
        self, src: Variable, src_mask: Mask = None, src_key_padding_mask: Mask = None, is_causal: bool = False
    ) -> Variable:
        """The sequences after one layer.

        Args:
            src: the sequences.
            src_mask: as `attn_mask` of `MultiheadAttention`.
            src_key_padding_mask: as its `key_padding_mask`.
            is_causal: says that `src_mask` is the causal one.
        """
        masks = src_mask, src_key_padding_mask, is_causal
        if self.norm_first:
            y = src + self._sa_block(self.norm1(src), *masks)
            return y + self._ff_block(self.norm2(y))
        y = self.norm1(src + self._sa_block(src, *masks))
        return self.norm2(y + self._ff_block(y))

    def _sa_block(self, x: Variable, mask: Mask, padding: Mask, is_causal: bool = False) -> Variable:
        y, _ = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)
        return self.dropout1(y)

    def _ff_block(self, x: Variable) -> Variable:
        return self.dropout2(self.linear2(self.dropout(activated(self.linear1, self.activation, x))))


class TransformerDecoderLayer(Module):
    """As `TransformerEncoderLayer`, with a second attention in between: to `memory`, what an encoder made.

    Arguments and shapes are those of the encoder layer; memory is (S, N, d_model).

    >>> import minitorch
    >>> layer = minitorch.nn.TransformerDecoderLayer(8, nhead=2, dim_feedforward=16)
    >>> target, memory = minitorch.randn(4, 3, 8), minitorch.randn(5, 3, 8)
    >>> layer(target, memory).shape
    minitorch.Size([4, 3, 8])
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **made)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **made)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, **made)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, **made)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, **made)
        self.dropout1, self.dropout2, self.dropout3 = Dropout(dropout), Dropout(dropout), Dropout(dropout)
        self.activation = find_activation(self, activation)

    def forward(
        self,
        tgt: Variable,
        memory: Variable,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Variable:
        """The sequences after one layer.

        Args:
            tgt: the sequences.
            memory: what an encoder made of other ones.
            tgt_mask: `attn_mask` of the first attention.
            memory_mask: `attn_mask` of the second one.
            tgt_key_padding_mask: `key_padding_mask` of the first.
            memory_key_padding_mask: `key_padding_mask` of the second.
            tgt_is_causal: says that `tgt_mask` is the causal one.
            memory_is_causal: says so of `memory_mask`.
        """
        own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory, memory_mask, memory_key_padding_mask, memory_is_causal
        if self.norm_first:
            x = tgt + self._sa_block(self.norm1(tgt), *own)
            x = x + self._mha_block(self.norm2(x), *other)
            return x + self._ff_block(self.norm3(x))
        x = self.norm1(tgt + self._sa_block(tgt, *own))
        x = self.norm2(x + self._mha_block(x, *other))
        return self.norm3(x + self._ff_block(x))

    def _sa_block(self, x: Variable, mask: Mask, padding: Mask, is_causal: bool = False) -> Variable:
        y, _ = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)
        return self.dropout1(y)

    def _mha_block(
        self, x: Variable, memory: Variable, mask: Mask, padding: Mask, is_causal: bool = False
    ) -> Variable:
        y, _ = self.multihead_attn(
            x, memory, memory, padding, need_weights=False, attn_mask=mask, is_causal=is_causal
        )
        return self.dropout2(y)

    def _ff_block(self, x: Variable) -> Variable:
        return self.dropout3(self.linear2(self.dropout(activated(self.linear1, self.activation, x))))
