"""MobileNet v3: inverted residuals that weigh their channels, found by search.

Source: A. Howard et al., "Searching for MobileNetV3" (2019).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from minitorch import Tensor, nn
from minitorch.vision.models.parts import (
    Conv2dNormActivation,
    SqueezeExcitation,
    init_like_resnet,
    init_linear,
    make_divisible,
)
from minitorch.vision.models.weights import choose, fill

norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
Step = partial(Conv2dNormActivation, norm_layer=norm)


class Block(NamedTuple):
    """One inverted residual: channels, kernel, channels in between, channels out, and so on."""

    inputs: int
    kernel: int
    expanded: int
    outputs: int
    squeeze: bool
    hardswish: bool
    stride: int


LARGE = (
    (16, 3, 16, 16, 0, 0, 1), (16, 3, 64, 24, 0, 0, 2), (24, 3, 72, 24, 0, 0, 1), (24, 5, 72, 40, 1, 0, 2),
    (40, 5, 120, 40, 1, 0, 1), (40, 5, 120, 40, 1, 0, 1), (40, 3, 240, 80, 0, 1, 2), (80, 3, 200, 80, 0, 1, 1),
    (80, 3, 184, 80, 0, 1, 1), (80, 3, 184, 80, 0, 1, 1), (80, 3, 480, 112, 1, 1, 1), (112, 3, 672, 112, 1, 1, 1),
    (112, 5, 672, 160, 1, 1, 2), (160, 5, 960, 160, 1, 1, 1), (160, 5, 960, 160, 1, 1, 1),
)  # fmt: skip
SMALL = (
    (16, 3, 16, 16, 1, 0, 2), (16, 3, 72, 24, 0, 0, 2), (24, 3, 88, 24, 0, 0, 1), (24, 5, 96, 40, 1, 1, 2),
    (40, 5, 240, 40, 1, 1, 1), (40, 5, 240, 40, 1, 1, 1), (40, 5, 120, 48, 1, 1, 1), (48, 5, 144, 48, 1, 1, 1),
    (48, 5, 288, 96, 1, 1, 2), (96, 5, 576, 96, 1, 1, 1), (96, 5, 576, 96, 1, 1, 1),
)  # fmt: skip


class InvertedResidual(nn.Module):
    """1 × 1 to more channels, k × k on each of them, factors for the channels, 1 × 1 back; added to x where it fits."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        act = nn.Hardswish if block.hardswish else nn.ReLU
        inputs, kernel, hidden, outputs = block.inputs, block.kernel, block.expanded, block.outputs
        layers: list[nn.Module] = []
        if hidden != inputs:
            layers.append(Step(inputs, hidden, 1, activation_layer=act))
        layers.append(Step(hidden, hidden, kernel, block.stride, hidden, activation_layer=act))
        if block.squeeze:
            squeezed = make_divisible(hidden // 4)
            layers.append(SqueezeExcitation(hidden, squeezed, scale_activation=nn.Hardsigmoid))
        layers.append(Step(hidden, outputs, 1, activation_layer=None))
        self.block = nn.Sequential(*layers)
        self.use_res_connect, self.out_channels = block.stride == 1 and inputs == outputs, outputs

    def forward(self, input: Tensor) -> Tensor:
        return self.block(input) + input if self.use_res_connect else self.block(input)


class MobileNetV3(nn.Module):
    """Inverted residuals between two convolutions, and two linear layers.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    def __init__(
        self, blocks: list[Block], last_channel: int, num_classes: int = 1000, dropout: float = 0.2
    ) -> None:
        super().__init__()
        widest = 6 * blocks[-1].outputs
        self.features = nn.Sequential(
            Step(3, blocks[0].inputs, 3, 2, activation_layer=nn.Hardswish),
            *(InvertedResidual(block) for block in blocks),
            Step(blocks[-1].outputs, widest, 1, activation_layer=nn.Hardswish),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(widest, last_channel), nn.Hardswish(inplace=True),
            nn.Dropout(dropout, inplace=True), nn.Linear(last_channel, num_classes),
        )  # fmt: skip
        init_like_resnet(self)
        init_linear(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, 3, H, W) → (N, widest, 1, 1)
        return self.classifier(x.flatten(1))


def _blocks(rows: Any, width_mult: float) -> list[Block]:
    blocks = []
    for inputs, kernel, expanded, outputs, squeeze, hardswish, stride in rows:
        i, e, o = (make_divisible(width * width_mult) for width in (inputs, expanded, outputs))
        blocks.append(Block(i, kernel, e, o, bool(squeeze), bool(hardswish), stride))
    return blocks


def mobilenet_v3_large(
    weights: Any = None, progress: bool = True, width_mult: float = 1.0, **kwargs: Any
) -> MobileNetV3:
    """The large one, 5.5 million parameters."""
    chosen = choose("mobilenet_v3_large", weights, kwargs)
    return fill(
        MobileNetV3(_blocks(LARGE, width_mult), make_divisible(1280 * width_mult), **kwargs), chosen, progress
    )


def mobilenet_v3_small(
    weights: Any = None, progress: bool = True, width_mult: float = 1.0, **kwargs: Any
) -> MobileNetV3:
    """The small one, 2.5 million parameters."""
    chosen = choose("mobilenet_v3_small", weights, kwargs)
    return fill(
        MobileNetV3(_blocks(SMALL, width_mult), make_divisible(1024 * width_mult), **kwargs), chosen, progress
    )
