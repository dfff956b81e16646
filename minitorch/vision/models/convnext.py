"""ConvNeXt: a convolutional network built like a transformer.

Source: Z. Liu et al., "A ConvNet for the 2020s" (2022).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.vision.models.parts import StochasticDepth, each
from minitorch.vision.models.weights import choose, fill


class LayerNorm2d(nn.LayerNorm):
    """Layer norm of the channels of each pixel.  Shape: (N, C, H, W) → the same."""

    def forward(self, x: Tensor) -> Tensor:
        return (
            super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        )  # (N, C, H, W) → (N, H, W, C) and back


norm = partial(LayerNorm2d, eps=1e-6)


class Permute(nn.Module):
    """The dims in another order."""

    def __init__(self, dims: list[int]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)


class CNBlock(nn.Module):
    """y = x + scale·mlp(norm(7 × 7 on each channel(x))), with channels last from the norm on."""

    def __init__(self, dim: int, layer_scale: float, stochastic_depth_prob: float) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, 7, padding=3, groups=dim), Permute([0, 2, 3, 1]),  # (N, C, H, W) → (N, H, W, C)
            nn.LayerNorm(dim, eps=1e-6), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim),
            Permute([0, 3, 1, 2]),
        )  # fmt: skip
        self.layer_scale = nn.Parameter(minitorch.full((dim, 1, 1), layer_scale))
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")

    def forward(self, input: Tensor) -> Tensor:
        return self.stochastic_depth(self.layer_scale * self.block(input)) + input


class ConvNeXt(nn.Module):
    """Four stages of blocks, between which the size is halved.

    Args:
        depths: how many blocks each stage has.
        widths: how many channels.
        stochastic_depth_prob: with which the last block is left out; those before in proportion.
        layer_scale: with which the branches begin.
        num_classes: of the result.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    def __init__(
        self,
        depths: tuple[int, int, int, int],
        widths: tuple[int, int, int, int],
        stochastic_depth_prob: float = 0.0,
        layer_scale: float = 1e-6,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), norm(widths[0]))]
        done, last = 0, max(sum(depths) - 1, 1)
        for i, (depth, width) in enumerate(zip(depths, widths, strict=True)):
            if i > 0:
                layers.append(nn.Sequential(norm(widths[i - 1]), nn.Conv2d(widths[i - 1], width, 2, 2)))
            drops = [stochastic_depth_prob * (done + k) / last for k in range(depth)]
            layers.append(nn.Sequential(*(CNBlock(width, layer_scale, drop) for drop in drops)))
            done += depth
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(norm(width), nn.Flatten(1), nn.Linear(width, num_classes))
        for layer in each(self, nn.Conv2d, nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)))


def _convnext(
    name: str, depths: Any, widths: Any, drop: float, weights: Any, progress: bool, settings: Any
) -> ConvNeXt:
    chosen = choose(name, weights, settings)
    net = ConvNeXt(depths, widths, settings.pop("stochastic_depth_prob", drop), **settings)
    return fill(net, chosen, progress)


def convnext_tiny(weights: Any = None, progress: bool = True, **kwargs: Any) -> ConvNeXt:
    """28.6 million parameters."""
    return _convnext("convnext_tiny", (3, 3, 9, 3), (96, 192, 384, 768), 0.1, weights, progress, kwargs)


def convnext_small(weights: Any = None, progress: bool = True, **kwargs: Any) -> ConvNeXt:
    """50.2 million parameters."""
    return _convnext("convnext_small", (3, 3, 27, 3), (96, 192, 384, 768), 0.4, weights, progress, kwargs)


def convnext_base(weights: Any = None, progress: bool = True, **kwargs: Any) -> ConvNeXt:
    """88.6 million parameters."""
    return _convnext("convnext_base", (3, 3, 27, 3), (128, 256, 512, 1024), 0.5, weights, progress, kwargs)


def convnext_large(weights: Any = None, progress: bool = True, **kwargs: Any) -> ConvNeXt:
    """197.8 million parameters."""
    return _convnext("convnext_large", (3, 3, 27, 3), (192, 384, 768, 1536), 0.5, weights, progress, kwargs)
