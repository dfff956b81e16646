"""VGG: nothing but convolutions of 3 × 3, and pools that halve the size.

Source: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2015).
"""

from __future__ import annotations

from typing import Any

from minitorch import Tensor, nn
from minitorch.vision.models.parts import init_like_resnet, init_linear
from minitorch.vision.models.weights import choose, fill

# The channels of the convolutions between pools, by the number of layers
STAGES = {
    11: [[64], [128], [256, 256], [512, 512], [512, 512]],
    13: [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]],
    16: [[64, 64], [128, 128], [256] * 3, [512] * 3, [512] * 3],
    19: [[64, 64], [128, 128], [256] * 4, [512] * 4, [512] * 4],
}


def make_layers(stages: list[list[int]], batch_norm: bool = False) -> nn.Sequential:
    """The convolutions, each with its ReLU, and a pool after each stage."""
    layers: list[nn.Module] = []
    channels = 3
    for stage in stages:
        for width in stage:
            layers.append(nn.Conv2d(channels, width, 3, padding=1))
            layers += [nn.BatchNorm2d(width)] if batch_norm else []
            layers.append(nn.ReLU(inplace=True))
            channels = width
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """Convolutions, and three linear layers.

    Shape: (N, 3, H, W), with H and W from 32 on → (N, num_classes).
    """

    def __init__(
        self, features: nn.Module, num_classes: int = 1000, init_weights: bool = True, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )  # fmt: skip
        if init_weights:
            init_like_resnet(self)
            init_linear(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, 3, H, W) → (N, 512, 7, 7)
        return self.classifier(x.flatten(1))


def _vgg(depth: int, batch_norm: bool, weights: Any, progress: bool, settings: dict[str, Any]) -> VGG:
    chosen = choose(f"vgg{depth}{'_bn' if batch_norm else ''}", weights, settings)
    if chosen is not None:
        settings["init_weights"] = False
    return fill(VGG(make_layers(STAGES[depth], batch_norm), **settings), chosen, progress)


def vgg11(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Eleven layers, 133 million parameters."""
    return _vgg(11, False, weights, progress, kwargs)


def vgg11_bn(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Eleven layers, with batch norm."""
    return _vgg(11, True, weights, progress, kwargs)


def vgg13(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Thirteen layers, 133 million parameters."""
    return _vgg(13, False, weights, progress, kwargs)


def vgg13_bn(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Thirteen layers, with batch norm."""
    return _vgg(13, True, weights, progress, kwargs)


def vgg16(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Sixteen layers, 138 million parameters."""
    return _vgg(16, False, weights, progress, kwargs)


def vgg16_bn(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Sixteen layers, with batch norm."""
    return _vgg(16, True, weights, progress, kwargs)


def vgg19(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Nineteen layers, 144 million parameters."""
    return _vgg(19, False, weights, progress, kwargs)


def vgg19_bn(weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """Nineteen layers, with batch norm."""
    return _vgg(19, True, weights, progress, kwargs)
