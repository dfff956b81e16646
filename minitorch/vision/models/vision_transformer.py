"""The vision transformer: an image is a sequence of patches.

Source: A. Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale" (2021).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import partial
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.errors import ArgumentError, ShapeError
from minitorch.vision.models.parts import Layer, each
from minitorch.vision.models.weights import choose, fill, settle

norm = partial(nn.LayerNorm, eps=1e-6)


class MLPBlock(nn.Sequential):
    """Two linear layers with GELU in between, and dropout."""

    def __init__(self, in_dim: int, mlp_dim: int, dropout: float) -> None:
        super().__init__(
            nn.Linear(in_dim, mlp_dim), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(mlp_dim, in_dim), nn.Dropout(dropout),
        )  # fmt: skip
        for linear in (self[0], self[3]):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.normal_(linear.bias, std=1e-6)


class EncoderBlock(nn.Module):
    """x = x + attention(norm(x));  x = x + mlp(norm(x)).  Shape: (N, S, hidden_dim) → the same."""

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        mlp_dim: int,
        dropout: float,
        attention_dropout: float,
        norm_layer: Layer,
    ) -> None:
        super().__init__()
        self.ln_1 = norm_layer(hidden_dim)
        self.self_attention = nn.MultiheadAttention(
            hidden_dim, num_heads, dropout=attention_dropout, batch_first=True
        )
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = norm_layer(hidden_dim)
        self.mlp = MLPBlock(hidden_dim, mlp_dim, dropout)

    def forward(self, input: Tensor) -> Tensor:
        x = self.ln_1(input)
        x = input + self.dropout(self.self_attention(x, x, x, need_weights=False)[0])
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """Adds what stands for the places in the sequence, and goes through all blocks."""

    def __init__(
        self,
        seq_length: int,
        num_layers: int,
        hidden_dim: int,
        dropout: float,
        norm_layer: Layer,
        **block: Any,
    ) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(minitorch.empty(1, seq_length, hidden_dim).normal_(std=0.02))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(
            OrderedDict(
                (
                    f"encoder_layer_{i}",
                    EncoderBlock(hidden_dim=hidden_dim, dropout=dropout, norm_layer=norm_layer, **block),
                )
                for i in range(num_layers)
            )
        )
        self.ln = norm_layer(hidden_dim)

    def forward(self, input: Tensor) -> Tensor:
        return self.ln(self.layers(self.dropout(input + self.pos_embedding)))


class VisionTransformer(nn.Module):
    """A transformer over patches; the class is read off a token of its own that comes first.

    Args:
        image_size: height and width of the images.
        patch_size: height and width of a patch, which divides it.
        num_layers: how many blocks.
        num_heads: of attention.
        hidden_dim: numbers of a token.
        mlp_dim: numbers in between of an MLP.
        dropout: after the embedding, attention, and in the MLPs.
        attention_dropout: of attention's weights.
        num_classes: of the result.
        representation_size: numbers of a layer with tanh before the last; None leaves it out.
        norm_layer: makes a norm of a number of features.

    Shape: (N, 3, image_size, image_size) → (N, num_classes).

    Raises:
        ArgumentError: if patches do not fit.
        ShapeError: for images of another size.

    >>> net = VisionTransformer(image_size=8, patch_size=4, num_layers=1, num_heads=2, hidden_dim=4, mlp_dim=8)
    >>> net(minitorch.zeros(2, 3, 8, 8)).shape
    minitorch.Size([2, 1000])
    """

    def __init__(
        self,
        image_size: int,
        patch_size: int,
        num_layers: int,
        num_heads: int,
        hidden_dim: int,
        mlp_dim: int,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        num_classes: int = 1000,
        representation_size: int | None = None,
        norm_layer: Layer = norm,
    ) -> None:
        super().__init__()
        if image_size % patch_size:
            raise ArgumentError(
                f"VisionTransformer: patches of {patch_size} do not divide images of {image_size}"
            )
        self.image_size, self.patch_size, self.hidden_dim = image_size, patch_size, hidden_dim
        self.conv_proj = nn.Conv2d(3, hidden_dim, patch_size, patch_size)
        self.class_token = nn.Parameter(minitorch.zeros(1, 1, hidden_dim))
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = Encoder(
            self.seq_length, num_layers, hidden_dim, dropout, norm_layer,
            num_heads=num_heads, mlp_dim=mlp_dim, attention_dropout=attention_dropout,
        )  # fmt: skip
        heads: OrderedDict[str, nn.Module] = OrderedDict()
        if representation_size is not None:
            heads["pre_logits"] = nn.Linear(hidden_dim, representation_size)
            heads["act"] = nn.Tanh()
        heads["head"] = nn.Linear(representation_size or hidden_dim, num_classes)
        self.heads = nn.Sequential(heads)
        fan_in = 3 * patch_size**2
        nn.init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / fan_in))
        *first, last = each(self.heads, nn.Linear)
        for linear in first:
            nn.init.trunc_normal_(linear.weight, std=math.sqrt(1 / hidden_dim))
        for zero in [last.weight, *(layer.bias for layer in (*first, last, self.conv_proj))]:
            nn.init.zeros_(zero)

    def forward(self, x: Tensor) -> Tensor:
        n, size = x.shape[0], (self.image_size, self.image_size)
        if x.ndim != 4 or tuple(x.shape[2:]) != size:
            raise ShapeError(
                f"VisionTransformer: expected images of {size}, got {tuple(x.shape)}; resize them"
            )
        x = self.conv_proj(x).flatten(2).transpose(1, 2)  # (N, 3, H, W) → (N, hidden, h·w) → (N, h·w, hidden)
        x = self.encoder(minitorch.cat([self.class_token.expand(n, -1, -1), x], 1))  # (N, 1 + h·w, hidden)
        return self.heads(x[:, 0])


def _vit(
    name: str, patch: int, shape: tuple[int, int, int, int], weights: Any, progress: bool, settings: Any
) -> VisionTransformer:
    chosen = choose(name, weights, settings)
    layers, heads, hidden, mlp = shape
    if chosen is not None:  # the positions have weights, too
        settle(name, settings, "image_size", chosen.meta["min_size"][0])
    size = settings.pop("image_size", 224)
    return fill(VisionTransformer(size, patch, layers, heads, hidden, mlp, **settings), chosen, progress)


def vit_b_16(weights: Any = None, progress: bool = True, **kwargs: Any) -> VisionTransformer:
    """Base, patches of 16 × 16, 86.6 million parameters."""
    return _vit("vit_b_16", 16, (12, 12, 768, 3072), weights, progress, kwargs)


def vit_b_32(weights: Any = None, progress: bool = True, **kwargs: Any) -> VisionTransformer:
    """Base, patches of 32 × 32, 88.2 million parameters."""
    return _vit("vit_b_32", 32, (12, 12, 768, 3072), weights, progress, kwargs)


def vit_l_16(weights: Any = None, progress: bool = True, **kwargs: Any) -> VisionTransformer:
    """Large, patches of 16 × 16, 304 million parameters."""
    return _vit("vit_l_16", 16, (24, 16, 1024, 4096), weights, progress, kwargs)


def vit_l_32(weights: Any = None, progress: bool = True, **kwargs: Any) -> VisionTransformer:
    """Large, patches of 32 × 32, 307 million parameters."""
    return _vit("vit_l_32", 32, (24, 16, 1024, 4096), weights, progress, kwargs)


def vit_h_14(weights: Any = None, progress: bool = True, **kwargs: Any) -> VisionTransformer:
    """Huge, patches of 14 × 14, 632 million parameters."""
    return _vit("vit_h_14", 14, (32, 16, 1280, 5120), weights, progress, kwargs)
