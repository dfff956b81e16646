"""DenseNet: each layer sees what all layers of its block before it have computed.

Source: G. Huang et al., "Densely Connected Convolutional Networks" (2017).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.utils.checkpoint import checkpoint
from minitorch.vision.models.parts import each
from minitorch.vision.models.weights import choose, fill


class _DenseLayer(nn.Module):
    """Norm, ReLU, 1 × 1 to bn_size·growth channels; norm, ReLU, 3 × 3 to `growth` of them."""

    def __init__(
        self, inputs: int, growth_rate: int, bn_size: int, drop_rate: float, memory_efficient: bool
    ) -> None:
        super().__init__()
        self.norm1, self.relu1 = nn.BatchNorm2d(inputs), nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(inputs, bn_size * growth_rate, 1, bias=False)
        self.norm2, self.relu2 = nn.BatchNorm2d(bn_size * growth_rate), nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, 3, padding=1, bias=False)
        self.drop_rate, self.memory_efficient = float(drop_rate), memory_efficient

    def squeeze(self, *features: Tensor) -> Tensor:
        """All features before, as bn_size·growth channels."""
        return self.conv1(self.relu1(self.norm1(minitorch.cat(features, 1))))

    def forward(self, features: list[Tensor]) -> Tensor:
        if self.memory_efficient and any(x.requires_grad for x in features):
            x = checkpoint(self.squeeze, *features, use_reentrant=False)
        else:
            x = self.squeeze(*features)
        x = self.conv2(self.relu2(self.norm2(x)))
        return nn.functional.dropout(x, self.drop_rate, self.training) if self.drop_rate > 0 else x


class _DenseBlock(nn.ModuleDict):
    """Layers, and the features of all of them side by side."""

    def __init__(self, layers: int, inputs: int, growth_rate: int, **settings: Any) -> None:
        super().__init__()
        for i in range(layers):
            self.add_module(
                f"denselayer{i + 1}", _DenseLayer(inputs + i * growth_rate, growth_rate, **settings)
            )

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return minitorch.cat(features, 1)


class _Transition(nn.Sequential):
    """Fewer channels, and half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm, self.relu = nn.BatchNorm2d(inputs), nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.pool = nn.AvgPool2d(2, 2)


class DenseNet(nn.Module):
    """Four dense blocks with transitions in between.

    Args:
        growth_rate: channels that each layer adds.
        block_config: how many layers each block has.
        num_init_features: channels of the first convolution.
        bn_size: a layer's first convolution has so many times the growth rate of channels.
        drop_rate: dropout after each layer.
        num_classes: of the result.
        memory_efficient: computes the widest features again in the backward pass instead of keeping them.

    Shape: (N, 3, H, W), with H and W from 29 on → (N, num_classes).
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: tuple[int, int, int, int] = (6, 12, 24, 16),
        num_init_features: int = 64,
        bn_size: int = 4,
        drop_rate: float = 0,
        num_classes: int = 1000,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict(
            conv0=nn.Conv2d(3, num_init_features, 7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm2d(num_init_features),
            relu0=nn.ReLU(inplace=True),
            pool0=nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = num_init_features
        for i, layers in enumerate(block_config):
            parts[f"denseblock{i + 1}"] = _DenseBlock(
                layers, channels, growth_rate,
                bn_size=bn_size, drop_rate=drop_rate, memory_efficient=memory_efficient,
            )  # fmt: skip
            channels += layers * growth_rate
            if i < len(block_config) - 1:
                parts[f"transition{i + 1}"] = _Transition(channels, channels // 2)
                channels //= 2
        parts["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(parts)
        self.classifier = nn.Linear(channels, num_classes)
        for conv in each(self, nn.Conv2d):
            nn.init.kaiming_normal_(conv.weight)
        for linear in each(self, nn.Linear):
            nn.init.zeros_(linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).relu()  # (N, 3, H, W) → (N, C, H/32, W/32)
        return self.classifier(nn.functional.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


def _with_new_names(values: Any) -> Any:
    """The published state dict, in which `norm.1` and the like, as first published, are called `norm1`."""
    old = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..+)")
    for key in list(values):
        if found := old.fullmatch(key):
            values[found[1] + found[2]] = values.pop(key)
    return values


def densenet121(weights: Any = None, progress: bool = True, **kwargs: Any) -> DenseNet:
    """121 layers, 8.0 million parameters."""
    chosen = choose("densenet121", weights, kwargs)
    return fill(DenseNet(32, (6, 12, 24, 16), 64, **kwargs), chosen, progress, _with_new_names)


def densenet161(weights: Any = None, progress: bool = True, **kwargs: Any) -> DenseNet:
    """161 layers, 28.7 million parameters."""
    chosen = choose("densenet161", weights, kwargs)
    return fill(DenseNet(48, (6, 12, 36, 24), 96, **kwargs), chosen, progress, _with_new_names)


def densenet169(weights: Any = None, progress: bool = True, **kwargs: Any) -> DenseNet:
    """169 layers, 14.1 million parameters."""
    chosen = choose("densenet169", weights, kwargs)
    return fill(DenseNet(32, (6, 12, 32, 32), 64, **kwargs), chosen, progress, _with_new_names)


def densenet201(weights: Any = None, progress: bool = True, **kwargs: Any) -> DenseNet:
    """201 layers, 20.0 million parameters."""
    chosen = choose("densenet201", weights, kwargs)
    return fill(DenseNet(32, (6, 12, 48, 32), 64, **kwargs), chosen, progress, _with_new_names)
