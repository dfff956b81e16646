"""MobileNet v2: cheap convolutions, each channel by itself, between products along the channels.

Source: M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from minitorch import Tensor, nn
from minitorch.errors import ArgumentError
from minitorch.vision.models.parts import (
    Conv2dNormActivation,
    Layer,
    init_like_resnet,
    init_linear,
    make_divisible,
)
from minitorch.vision.models.weights import choose, fill

# expansion, channels, how many blocks, stride of the first
SETTING = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip


class InvertedResidual(nn.Module):
    """1 × 1 to more channels, 3 × 3 on each of them, 1 × 1 back, without a last activation; added to x where it fits.

    Shape: (N, inp, H, W) → (N, oup, ⌈H/stride⌉, ⌈W/stride⌉).
    """

    def __init__(
        self, inp: int, oup: int, stride: int, expand_ratio: int, norm_layer: Layer = nn.BatchNorm2d
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ArgumentError(f"InvertedResidual: stride must be 1 or 2, got {stride}")
        hidden = round(inp * expand_ratio)
        step = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.ReLU6)
        layers: list[nn.Module] = [step(inp, hidden, 1)] if expand_ratio != 1 else []
        layers += [
            step(hidden, hidden, 3, stride, hidden),
            nn.Conv2d(hidden, oup, 1, bias=False),
            norm_layer(oup),
        ]
        self.conv = nn.Sequential(*layers)
        self.stride, self.out_channels, self.use_res_connect = stride, oup, stride == 1 and inp == oup

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """Seventeen inverted residuals between two convolutions.

    Args:
        num_classes: of the result.
        width_mult: multiplies the channels of all layers.
        inverted_residual_setting: rows of (expansion, channels, how many blocks, stride of the first).
        round_nearest: numbers of channels are multiples of it.
        block: makes a block.
        norm_layer: makes a norm of a number of channels.
        dropout: before the last layer.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        inverted_residual_setting: Sequence[Sequence[int]] | None = None,
        round_nearest: int = 8,
        block: Layer = InvertedResidual,
        norm_layer: Layer = nn.BatchNorm2d,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        setting = SETTING if inverted_residual_setting is None else inverted_residual_setting
        if not setting or any(len(row) != 4 for row in setting):
            raise ArgumentError(
                f"MobileNetV2: inverted_residual_setting needs rows of four numbers, got {setting}"
            )
        channels = make_divisible(32 * width_mult, round_nearest)
        self.last_channel = make_divisible(1280 * max(1.0, width_mult), round_nearest)
        step = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.ReLU6)
        features: list[nn.Module] = [step(3, channels, stride=2)]
        for expansion, width, blocks, stride in setting:
            width = make_divisible(width * width_mult, round_nearest)
            for i in range(blocks):
                features.append(
                    block(channels, width, stride if i == 0 else 1, expansion, norm_layer=norm_layer)
                )
                channels = width
        features.append(step(channels, self.last_channel, kernel_size=1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes))
        init_like_resnet(self)
        init_linear(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)  # (N, 3, H, W) → (N, 1280, H/32, W/32)
        return self.classifier(nn.functional.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


def mobilenet_v2(weights: Any = None, progress: bool = True, **kwargs: Any) -> MobileNetV2:
    """MobileNet v2, 3.5 million parameters."""
    chosen = choose("mobilenet_v2", weights, kwargs)
    return fill(MobileNetV2(**kwargs), chosen, progress)
