"""EfficientNet: one network, made deeper, wider and for larger images at the same time.

Source: M. Tan, Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019).
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from minitorch import Tensor, nn
from minitorch.vision.models.parts import (
    Conv2dNormActivation,
    Layer,
    SqueezeExcitation,
    StochasticDepth,
    each,
    init_like_resnet,
    make_divisible,
)
from minitorch.vision.models.weights import choose, fill

# expansion, kernel, stride of the first, channels in, channels out, how many blocks
SETTING = (
    (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1),
)  # fmt: skip
# width, depth, dropout, and eps and momentum of the norms where they are not the usual ones
SCALES: dict[str, tuple[float, float, float, dict[str, Any]]] = {
    "b0": (1.0, 1.0, 0.2, {}), "b1": (1.0, 1.1, 0.2, {}), "b2": (1.1, 1.2, 0.3, {}), "b3": (1.2, 1.4, 0.3, {}),
    "b4": (1.4, 1.8, 0.4, {}), "b5": (1.6, 2.2, 0.4, {"eps": 0.001, "momentum": 0.01}),
    "b6": (1.8, 2.6, 0.5, {"eps": 0.001, "momentum": 0.01}), "b7": (2.0, 3.1, 0.5, {"eps": 0.001, "momentum": 0.01}),
}  # fmt: skip


class MBConv(nn.Module):
    """1 × 1 to more channels, k × k on each of them, factors for the channels, 1 × 1 back; added to x where it fits.

    The branch is left out at random, see `StochasticDepth`.
    """

    def __init__(
        self,
        expansion: int,
        kernel: int,
        stride: int,
        inputs: int,
        outputs: int,
        drop: float,
        norm_layer: Layer,
    ) -> None:
        super().__init__()
        step = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.SiLU)
        hidden = make_divisible(inputs * expansion)
        layers: list[nn.Module] = [step(inputs, hidden, 1)] if hidden != inputs else []
        layers += [
            step(hidden, hidden, kernel, stride, hidden),
            SqueezeExcitation(hidden, max(1, inputs // 4), activation=partial(nn.SiLU, inplace=True)),
            step(hidden, outputs, 1, activation_layer=None),
        ]
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(drop, "row")
        self.use_res_connect, self.out_channels = stride == 1 and inputs == outputs, outputs

    def forward(self, input: Tensor) -> Tensor:
        result = self.block(input)
        return self.stochastic_depth(result) + input if self.use_res_connect else result


class EfficientNet(nn.Module):
    """Seven stages of `MBConv` between two convolutions.

    Args:
        width_mult: multiplies the channels.
        depth_mult: multiplies how many blocks a stage has.
        dropout: before the last layer.
        stochastic_depth_prob: with which the last block is left out; those before in proportion.
        num_classes: of the result.
        norm_layer: makes a norm of a number of channels.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    def __init__(
        self,
        width_mult: float = 1.0,
        depth_mult: float = 1.0,
        dropout: float = 0.2,
        stochastic_depth_prob: float = 0.2,
        num_classes: int = 1000,
        norm_layer: Layer = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        step = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.SiLU)
        repeats = [math.ceil(row[5] * depth_mult) for row in SETTING]
        total, done = sum(repeats), 0
        stages: list[nn.Module] = [step(3, make_divisible(32 * width_mult), 3, 2)]
        for (expansion, kernel, stride, before, after, _), count in zip(SETTING, repeats, strict=True):
            inputs, outputs = make_divisible(before * width_mult), make_divisible(after * width_mult)
            blocks = []
            for i in range(count):
                drop = stochastic_depth_prob * done / total
                first = (stride, inputs) if i == 0 else (1, outputs)
                blocks.append(MBConv(expansion, kernel, *first, outputs, drop, norm_layer))
                done += 1
            stages.append(nn.Sequential(*blocks))
        stages.append(step(outputs, 4 * outputs, 1))
        self.features = nn.Sequential(*stages)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout, inplace=True), nn.Linear(4 * outputs, num_classes)
        )
        init_like_resnet(self)
        for linear in each(self, nn.Linear):
            bound = 1 / math.sqrt(linear.out_features)
            nn.init.uniform_(linear.weight, -bound, bound)
            nn.init.zeros_(linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _efficientnet(scale: str, weights: Any, progress: bool, settings: dict[str, Any]) -> EfficientNet:
    chosen = choose(f"efficientnet_{scale}", weights, settings)
    width, depth, dropout, norm = SCALES[scale]
    if norm:
        settings = {"norm_layer": partial(nn.BatchNorm2d, **norm), **settings}
    return fill(EfficientNet(width, depth, **{"dropout": dropout, **settings}), chosen, progress)


def efficientnet_b0(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 224 × 224, 5.3 million parameters."""
    return _efficientnet("b0", weights, progress, kwargs)


def efficientnet_b1(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 240 × 240, 7.8 million parameters."""
    return _efficientnet("b1", weights, progress, kwargs)


def efficientnet_b2(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 288 × 288, 9.1 million parameters."""
    return _efficientnet("b2", weights, progress, kwargs)


def efficientnet_b3(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 300 × 300, 12.2 million parameters."""
    return _efficientnet("b3", weights, progress, kwargs)


def efficientnet_b4(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 380 × 380, 19.3 million parameters."""
    return _efficientnet("b4", weights, progress, kwargs)


def efficientnet_b5(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 456 × 456, 30.4 million parameters."""
    return _efficientnet("b5", weights, progress, kwargs)


def efficientnet_b6(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 528 × 528, 43.0 million parameters."""
    return _efficientnet("b6", weights, progress, kwargs)


def efficientnet_b7(weights: Any = None, progress: bool = True, **kwargs: Any) -> EfficientNet:
    """For images of 600 × 600, 66.3 million parameters."""
    return _efficientnet("b7", weights, progress, kwargs)
