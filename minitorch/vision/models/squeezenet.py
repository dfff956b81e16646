"""SqueezeNet: as accurate as AlexNet with a fiftieth of its parameters.

Source: F. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size" (2016).
"""

from __future__ import annotations

from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.errors import ArgumentError
from minitorch.vision.models.parts import each
from minitorch.vision.models.weights import choose, fill


class Fire(nn.Module):
    """A few channels by 1 × 1, from which many are made, some by 1 × 1 and some by 3 × 3.

    Shape: (N, inplanes, H, W) → (N, expand1x1 + expand3x3, H, W).
    """

    def __init__(
        self, inplanes: int, squeeze_planes: int, expand1x1_planes: int, expand3x3_planes: int
    ) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        near, wide = (
            self.expand1x1_activation(self.expand1x1(x)),
            self.expand3x3_activation(self.expand3x3(x)),
        )
        return minitorch.cat([near, wide], 1)


def _pool() -> nn.Module:
    return nn.MaxPool2d(3, 2, ceil_mode=True)


def _fire(inplanes: int, squeeze: int) -> Fire:
    return Fire(inplanes, squeeze, 4 * squeeze, 4 * squeeze)


class SqueezeNet(nn.Module):
    """Eight `Fire` modules between two convolutions.

    Args:
        version: "1_0", or "1_1", which pools earlier and needs 2.4 times fewer operations.
        num_classes: of the result.
        dropout: before the last convolution.

    Shape: (N, 3, H, W), with H and W from 21 on → (N, num_classes).
    """

    def __init__(self, version: str = "1_0", num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        if version == "1_0":
            self.features = nn.Sequential(
                nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(inplace=True), _pool(),
                _fire(96, 16), _fire(128, 16), _fire(128, 32), _pool(),
                _fire(256, 32), _fire(256, 48), _fire(384, 48), _fire(384, 64), _pool(),
                _fire(512, 64),
            )  # fmt: skip
        elif version == "1_1":
            self.features = nn.Sequential(
                nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(inplace=True), _pool(),
                _fire(64, 16), _fire(128, 16), _pool(),
                _fire(128, 32), _fire(256, 32), _pool(),
                _fire(256, 48), _fire(384, 48), _fire(384, 64), _fire(512, 64),
            )  # fmt: skip
        else:
            raise ArgumentError(f"SqueezeNet: version must be '1_0' or '1_1', got {version!r}")
        final = nn.Conv2d(512, num_classes, 1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), final, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )
        for conv in each(self, nn.Conv2d):
            if conv is final:
                nn.init.normal_(conv.weight, 0, 0.01)
            else:
                nn.init.kaiming_uniform_(conv.weight)
            nn.init.zeros_(conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x)).flatten(1)


def squeezenet1_0(weights: Any = None, progress: bool = True, **kwargs: Any) -> SqueezeNet:
    """Version 1.0, 1.25 million parameters."""
    chosen = choose("squeezenet1_0", weights, kwargs)
    return fill(SqueezeNet("1_0", **kwargs), chosen, progress)


def squeezenet1_1(weights: Any = None, progress: bool = True, **kwargs: Any) -> SqueezeNet:
    """Version 1.1, 1.24 million parameters."""
    chosen = choose("squeezenet1_1", weights, kwargs)
    return fill(SqueezeNet("1_1", **kwargs), chosen, progress)
