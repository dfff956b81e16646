"""GoogLeNet: several sizes of windows side by side.

Source: C. Szegedy et al., "Going Deeper with Convolutions" (2015), with batch norm, and with windows of 3 × 3 where the
paper has 5 × 5, as in the published weights.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import minitorch
from minitorch import Tensor, nn
from minitorch.vision.models.parts import each
from minitorch.vision.models.weights import choose, fill, settle


class GoogLeNetOutputs(NamedTuple):
    """What the network says in training: at its end, and in the middle."""

    logits: Tensor
    aux_logits2: Tensor | None
    aux_logits1: Tensor | None


class BasicConv2d(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x)).relu()


class Inception(nn.Module):
    """1 × 1; 1 × 1 and 3 × 3; the same once more; and a pool with 1 × 1: side by side.

    Shape: (N, in_channels, H, W) → (N, ch1x1 + ch3x3 + ch5x5 + pool_proj, H, W).
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, ch1x1, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv2d(in_channels, ch3x3red, kernel_size=1),
            BasicConv2d(ch3x3red, ch3x3, kernel_size=3, padding=1),
        )
        self.branch3 = nn.Sequential(
            BasicConv2d(in_channels, ch5x5red, kernel_size=1),
            BasicConv2d(ch5x5red, ch5x5, kernel_size=3, padding=1),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1, ceil_mode=True), BasicConv2d(in_channels, pool_proj, kernel_size=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return minitorch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class InceptionAux(nn.Module):
    """A classifier in the middle, so that a gradient reaches the first layers by a shorter way."""

    def __init__(self, in_channels: int, num_classes: int, dropout: float = 0.7) -> None:
        super().__init__()
        self.conv = BasicConv2d(in_channels, 128, kernel_size=1)
        self.fc1, self.fc2 = nn.Linear(2048, 1024), nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(nn.functional.adaptive_avg_pool2d(x, (4, 4)))  # (N, C, H, W) → (N, 128, 4, 4)
        return self.fc2(self.dropout(self.fc1(x.flatten(1)).relu()))


class GoogLeNet(nn.Module):
    """Nine `Inception` modules, and two classifiers in the middle for training.

    Args:
        num_classes: of the results.
        aux_logits: whether there are classifiers in the middle.
        transform_input: changes from ImageNet's mean and deviation to 0.5 and 0.5 first.
        init_weights: draws the weights from a truncated normal distribution, which takes a while.
        dropout: before the last layer.
        dropout_aux: in the classifiers in the middle.

    Shape: (N, 3, H, W) → (N, num_classes); in training, with `aux_logits`, `GoogLeNetOutputs` of three such.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        init_weights: bool = True,
        dropout: float = 0.2,
        dropout_aux: float = 0.7,
    ) -> None:
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.conv1 = BasicConv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, kernel_size=1)
        self.conv3 = BasicConv2d(64, 192, kernel_size=3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.maxpool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1 = InceptionAux(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = InceptionAux(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        if init_weights:
            for layer in each(self, nn.Conv2d, nn.Linear):
                nn.init.trunc_normal_(layer.weight, mean=0.0, std=0.01, a=-2, b=2)

    def forward(self, x: Tensor) -> Any:
        if self.transform_input:
            x = transformed(x)
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))  # (N, 192, H/8, W/8)
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x = self.inception4a(x)  # (N, 512, H/16, W/16)
        aux1 = self.aux1(x) if self.aux1 is not None and self.training else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        aux2 = self.aux2(x) if self.aux2 is not None and self.training else None
        x = self.inception5b(self.inception5a(self.maxpool4(self.inception4e(x))))  # (N, 1024, H/32, W/32)
        x = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return GoogLeNetOutputs(x, aux2, aux1) if self.training and self.aux_logits else x


def transformed(x: Tensor) -> Tensor:
    """Images that were normalized with ImageNet's mean and deviation, normalized with 0.5 and 0.5 instead."""
    deviation = minitorch.tensor([0.229, 0.224, 0.225], dtype=x.dtype)[:, None, None]
    mean = minitorch.tensor([0.485, 0.456, 0.406], dtype=x.dtype)[:, None, None]
    return x * (deviation / 0.5) + (mean - 0.5) / 0.5


def googlenet(weights: Any = None, progress: bool = True, **kwargs: Any) -> GoogLeNet:
    """GoogLeNet, 6.6 million parameters, and 6.4 million in the classifiers in the middle."""
    chosen = choose("googlenet", weights, kwargs)
    if chosen is None:
        return GoogLeNet(**kwargs)
    keep = kwargs.pop("aux_logits", False)
    kwargs.setdefault("transform_input", True)
    settle("googlenet", kwargs, "init_weights", False)
    net = fill(GoogLeNet(**kwargs), chosen, progress)
    if keep:
        warnings.warn(
            "googlenet: the classifiers in the middle were not trained with the others; train them",
            stacklevel=2,
        )
    else:
        net.aux_logits, net.aux1, net.aux2 = False, None, None
    return net
