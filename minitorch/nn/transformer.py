"""Transformers: stacks of encoder and decoder layers, and both together."""

from __future__ import annotations

import copy
import math
from typing import Any

from minitorch import dtypes, filled, ops
from minitorch.errors import ShapeError
from minitorch.modes import is_grad_enabled
from minitorch.nn import functional as F, init
from minitorch.nn.container import ModuleList
from minitorch.nn.layer_norm import LayerNorm
from minitorch.nn.module import Module
from minitorch.nn.rectifier import GELU, ReLU
from minitorch.nn.transformer_layer import (
    Activation,
    Mask,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from minitorch.ops.common import looks_at
from minitorch.variable import Variable


def is_causal_mask(mask: Mask, hint: bool | None, length: int) -> bool:
    """Whether a mask is the causal one, if no hint says so already."""
    if hint is not None or mask is None or tuple(mask.shape) != (length, length):
        return hint is True
    if not looks_at(mask):
        return False
    causal = Transformer.generate_square_subsequent_mask(length)
    if mask.is_floating_point():
        return bool((mask == causal).all())
    return mask.dtype is dtypes.bool_ and bool((mask == causal.bool()).all())


def length_of(x: Variable, batch_first: bool) -> int:
    """The number of places in the sequences of a batch, or in one sequence."""
    return x.shape[1 if x.ndim == 3 and batch_first else 0]


class TransformerEncoder(Module):
    """Encoder layers one after the other.

    Args:
        encoder_layer: the layer, of which copies are made: all start with the same values.
        num_layers: how many.
        norm: what comes last, if anything.
        enable_nested_tensor: see below.
        mask_check: see below.

    Shape: (S, N, d_model), unchanged; with `batch_first` layers (N, S, d_model).

    Where PyTorch leaves padding out of the computation, the results for it are zeros before the last norm. That is
    so in evaluation, without gradients, for `batch_first` layers as they come (post-norm, relu or gelu, an even
    number of heads) with a `src_key_padding_mask` alone that hides ends of sequences only (which is looked up
    unless `mask_check=False`); `enable_nested_tensor=False` switches it off. minitorch gives the same results,
    without leaving anything out.

    >>> import minitorch
    >>> from minitorch import nn
    >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), num_layers=2)
    >>> encoder(minitorch.randn(5, 3, 8)).shape
    minitorch.Size([5, 3, 8])
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check
        self.use_nested_tensor = enable_nested_tensor and is_plain(encoder_layer)

    def forward(
        self,
        src: Variable,
        mask: Mask = None,
        src_key_padding_mask: Mask = None,
        is_causal: bool | None = None,
    ) -> Variable:
        """The sequences after all layers.

        Args:
            src: the sequences.
            mask: as `attn_mask` of `MultiheadAttention`.
            src_key_padding_mask: as its `key_padding_mask`.
            is_causal: whether `mask` is the causal one; by default it is looked at.
        """
        first: Any = self.layers[0]
        causal = is_causal_mask(mask, is_causal, length_of(src, first.self_attn.batch_first))
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=causal, src_key_padding_mask=src_key_padding_mask)
        if src_key_padding_mask is not None and mask is None and self._leaves_out(src, src_key_padding_mask):
            hidden = hidden_places(src_key_padding_mask)
            output = output.masked_fill(hidden.unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _leaves_out(self, src: Variable, padding: Variable) -> bool:
        """Whether PyTorch would leave padding out here."""
        first: Any = self.layers[0]
        if not self.use_nested_tensor or first.training or src.ndim != 3:
            return False
        if is_grad_enabled() and (src.requires_grad or any(p.requires_grad for p in first.parameters())):
            return False
        hidden = hidden_places(padding)
        return not self.mask_check or bool((hidden[:, 1:] | ~hidden[:, :-1]).all())


def is_plain(layer: Any) -> bool:
    """Whether PyTorch has a kernel for a whole layer of this kind."""
    if not isinstance(layer, TransformerEncoderLayer) or layer.norm_first:
        return False
    attention, act = layer.self_attn, layer.activation
    return (
        attention.batch_first
        and attention._qkv_same_embed_dim
        and attention.in_proj_bias is not None
        and attention.num_heads % 2 == 0
        and layer.norm1.eps == layer.norm2.eps
        and (act is F.relu or act is F.gelu or isinstance(act, (ReLU, GELU)))
    )


def hidden_places(padding: Variable) -> Variable:
    """Booleans, True for padding."""
    return padding if not padding.is_floating_point() else padding != 0


class TransformerDecoder(Module):
    """Decoder layers one after the other; all look at the same memory.

    Args:
        decoder_layer: the layer, of which copies are made: all start with the same values.
        num_layers: how many.
        norm: what comes last, if anything.

    Shape: (T, N, d_model) and memory (S, N, d_model) → (T, N, d_model).

    >>> import minitorch
    >>> from minitorch import nn
    >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), num_layers=2)
    >>> decoder(minitorch.randn(4, 3, 8), minitorch.randn(5, 3, 8)).shape
    minitorch.Size([4, 3, 8])
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt: Variable,
        memory: Variable,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Variable:
        """The sequences after all layers; arguments as for a `TransformerDecoderLayer`."""
        first: Any = self.layers[0]
        causal = is_causal_mask(tgt_mask, tgt_is_causal, length_of(tgt, first.self_attn.batch_first))
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=causal,
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder reads one sequence, a decoder writes another one and looks at what the encoder made.

    Args:
        d_model: size of the features.
        nhead: heads of each attention.
        num_encoder_layers: layers of the encoder.
        num_decoder_layers: layers of the decoder.
        dim_feedforward: size of the hidden layers.
        dropout: probability of dropout.
        activation: `"relu"`, `"gelu"`, or a function.
        custom_encoder: a module instead of the encoder.
        custom_decoder: a module instead of the decoder.
        layer_norm_eps: eps of the norms.
        batch_first: sequences are (batch, time, d_model) instead of (time, batch, d_model).
        norm_first: normalise what goes into attention and network, not what comes out.
        bias: whether linear layers and norms learn biases.
        device, dtype: of the parameters.

    Shape: src (S, N, d_model), tgt (T, N, d_model), both without N for one sequence → (T, N, d_model).

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import minitorch
    >>> model = minitorch.nn.Transformer(8, 2, 1, 1, dim_feedforward=16)
    >>> model(minitorch.randn(5, 3, 8), minitorch.randn(4, 3, 8)).shape
    minitorch.Size([4, 3, 8])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        layer: tuple[Any, ...] = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        flags = {"batch_first": batch_first, "norm_first": norm_first, **made}
        if custom_encoder is None:
            norm = LayerNorm(d_model, layer_norm_eps, **made)
            custom_encoder = TransformerEncoder(
                TransformerEncoderLayer(*layer, **flags), num_encoder_layers, norm
            )
        if custom_decoder is None:
            norm = LayerNorm(d_model, layer_norm_eps, **made)
            custom_decoder = TransformerDecoder(
                TransformerDecoderLayer(*layer, **flags), num_decoder_layers, norm
            )
        self.encoder, self.decoder = custom_encoder, custom_decoder
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        """Draws all matrices anew, Xavier-uniform."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Variable,
        tgt: Variable,
        src_mask: Mask = None,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        src_key_padding_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Variable:
        """What the decoder makes of `tgt`, looking at what the encoder makes of `src`.

        Masks are those of `TransformerEncoder` and `TransformerDecoder`.

        Raises:
            ShapeError: if the sizes of src and tgt differ from each other, or from d_model.
        """
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[batch] != tgt.shape[batch]:
            raise ShapeError(
                f"Transformer: src {tuple(src.shape)} and tgt {tuple(tgt.shape)} have different batch sizes, "
                f"dim {batch}"
            )
        if not src.shape[-1] == tgt.shape[-1] == self.d_model:
            raise ShapeError(
                f"Transformer: the last size of src {tuple(src.shape)} and tgt {tuple(tgt.shape)} must be "
                f"d_model = {self.d_model}"
            )
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Variable:
        """The causal mask: −∞ above the diagonal, so that no place looks at later ones, else 0.

        >>> import minitorch
        >>> minitorch.nn.Transformer.generate_square_subsequent_mask(3)
        tensor([[0., -inf, -inf],
                [0., 0., -inf],
                [0., 0., 0.]])
        """
        return ops.triu(filled.full((sz, sz), -math.inf, dtype=dtype, device=device), 1)
