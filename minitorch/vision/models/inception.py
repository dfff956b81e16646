"""Inception v3: large windows taken apart, into rows and columns.

Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2016).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import minitorch
from minitorch import Tensor, nn
from minitorch.nn.functional import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from minitorch.vision.models.googlenet import BasicConv2d, transformed
from minitorch.vision.models.parts import each
from minitorch.vision.models.weights import choose, fill, settle

ROW, COLUMN = {"kernel_size": (1, 7), "padding": (0, 3)}, {"kernel_size": (7, 1), "padding": (3, 0)}
SHORT_ROW, SHORT_COLUMN = (
    {"kernel_size": (1, 3), "padding": (0, 1)},
    {"kernel_size": (3, 1), "padding": (1, 0)},
)


class InceptionOutputs(NamedTuple):
    """What the network says in training: at its end, and in the middle."""

    logits: Tensor
    aux_logits: Tensor | None


class InceptionA(nn.Module):
    """1 × 1; 5 × 5; twice 3 × 3; and the means: 224 + pool_features channels."""

    def __init__(self, in_channels: int, pool_features: int) -> None:
        super().__init__()
        self.branch1x1 = BasicConv2d(in_channels, 64, kernel_size=1)
        self.branch5x5_1 = BasicConv2d(in_channels, 48, kernel_size=1)
        self.branch5x5_2 = BasicConv2d(48, 64, kernel_size=5, padding=2)
        self.branch3x3dbl_1 = BasicConv2d(in_channels, 64, kernel_size=1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, kernel_size=3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, kernel_size=3, padding=1)
        self.branch_pool = BasicConv2d(in_channels, pool_features, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return minitorch.cat([self.branch1x1(x), five, three, self.branch_pool(avg_pool2d(x, 3, 1, 1))], 1)


class InceptionB(nn.Module):
    """Half the size: 3 × 3; twice 3 × 3; and the greatest: 480 more channels."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3x3 = BasicConv2d(in_channels, 384, kernel_size=3, stride=2)
        self.branch3x3dbl_1 = BasicConv2d(in_channels, 64, kernel_size=1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, kernel_size=3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, kernel_size=3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return minitorch.cat([self.branch3x3(x), double, max_pool2d(x, 3, 2)], 1)


class InceptionC(nn.Module):
    """1 × 1; 7 × 7 as a row and a column; twice; and the means: 768 channels."""

    def __init__(self, in_channels: int, channels_7x7: int) -> None:
        super().__init__()
        c7 = channels_7x7
        self.branch1x1 = BasicConv2d(in_channels, 192, kernel_size=1)
        self.branch7x7_1 = BasicConv2d(in_channels, c7, kernel_size=1)
        self.branch7x7_2 = BasicConv2d(c7, c7, **ROW)
        self.branch7x7_3 = BasicConv2d(c7, 192, **COLUMN)
        self.branch7x7dbl_1 = BasicConv2d(in_channels, c7, kernel_size=1)
        self.branch7x7dbl_2 = BasicConv2d(c7, c7, **COLUMN)
        self.branch7x7dbl_3 = BasicConv2d(c7, c7, **ROW)
        self.branch7x7dbl_4 = BasicConv2d(c7, c7, **COLUMN)
        self.branch7x7dbl_5 = BasicConv2d(c7, 192, **ROW)
        self.branch_pool = BasicConv2d(in_channels, 192, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return minitorch.cat([self.branch1x1(x), seven, double, self.branch_pool(avg_pool2d(x, 3, 1, 1))], 1)


class InceptionD(nn.Module):
    """Half the size: 3 × 3; 7 × 7 and 3 × 3; and the greatest: 512 more channels."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3x3_1 = BasicConv2d(in_channels, 192, kernel_size=1)
        self.branch3x3_2 = BasicConv2d(192, 320, kernel_size=3, stride=2)
        self.branch7x7x3_1 = BasicConv2d(in_channels, 192, kernel_size=1)
        self.branch7x7x3_2 = BasicConv2d(192, 192, **ROW)
        self.branch7x7x3_3 = BasicConv2d(192, 192, **COLUMN)
        self.branch7x7x3_4 = BasicConv2d(192, 192, kernel_size=3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return minitorch.cat([self.branch3x3_2(self.branch3x3_1(x)), seven, max_pool2d(x, 3, 2)], 1)


class InceptionE(nn.Module):
    """1 × 1; a row beside a column; after 3 × 3 the same; and the means: 2,048 channels."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch1x1 = BasicConv2d(in_channels, 320, kernel_size=1)
        self.branch3x3_1 = BasicConv2d(in_channels, 384, kernel_size=1)
        self.branch3x3_2a = BasicConv2d(384, 384, **SHORT_ROW)
        self.branch3x3_2b = BasicConv2d(384, 384, **SHORT_COLUMN)
        self.branch3x3dbl_1 = BasicConv2d(in_channels, 448, kernel_size=1)
        self.branch3x3dbl_2 = BasicConv2d(448, 384, kernel_size=3, padding=1)
        self.branch3x3dbl_3a = BasicConv2d(384, 384, **SHORT_ROW)
        self.branch3x3dbl_3b = BasicConv2d(384, 384, **SHORT_COLUMN)
        self.branch_pool = BasicConv2d(in_channels, 192, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        three = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return minitorch.cat(
            [
                self.branch1x1(x), self.branch3x3_2a(three), self.branch3x3_2b(three),
                self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double),
                self.branch_pool(avg_pool2d(x, 3, 1, 1)),
            ],
            1,
        )  # fmt: skip


class InceptionAux(nn.Module):
    """A classifier in the middle."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = BasicConv2d(in_channels, 128, kernel_size=1)
        self.conv1 = BasicConv2d(128, 768, kernel_size=5)
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(self.conv0(avg_pool2d(x, 5, 3)))  # (N, 768, 17, 17) → (N, 768, 1, 1)
        return self.fc(adaptive_avg_pool2d(x, (1, 1)).flatten(1))


class Inception3(nn.Module):
    """Eleven modules of five kinds, and a classifier in the middle for training.

    Args:
        num_classes: of the results.
        aux_logits: whether there is a classifier in the middle.
        transform_input: changes from ImageNet's mean and deviation to 0.5 and 0.5 first.
        init_weights: draws the weights from a truncated normal distribution, which takes a while.
        dropout: before the last layer.

    Shape: (N, 3, H, W), with H and W from 75 on, 299 in the paper → (N, num_classes); in training, with `aux_logits`,
    `InceptionOutputs` of two such.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        init_weights: bool = True,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.Conv2d_1a_3x3 = BasicConv2d(3, 32, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, kernel_size=3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, stride=2)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, kernel_size=3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2)
        self.Mixed_5b = InceptionA(192, 32)
        self.Mixed_5c = InceptionA(256, 64)
        self.Mixed_5d = InceptionA(288, 64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, 128)
        self.Mixed_6c = InceptionC(768, 160)
        self.Mixed_6d = InceptionC(768, 160)
        self.Mixed_6e = InceptionC(768, 192)
        self.AuxLogits = InceptionAux(768, num_classes) if aux_logits else None
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280)
        self.Mixed_7c = InceptionE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)
        if init_weights:
            small = (
                {} if self.AuxLogits is None else {self.AuxLogits.conv1.conv: 0.01, self.AuxLogits.fc: 0.001}
            )
            for layer in each(self, nn.Conv2d, nn.Linear):
                nn.init.trunc_normal_(layer.weight, mean=0.0, std=small.get(layer, 0.1), a=-2, b=2)

    def forward(self, x: Tensor) -> Any:
        if self.transform_input:
            x = transformed(x)
        x = self.maxpool1(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        x = self.maxpool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))  # (N, 192, 35, 35) for 299 pixels
        x = self.Mixed_6a(self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x))))  # (N, 768, 17, 17)
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(x))))
        aux = self.AuxLogits(x) if self.AuxLogits is not None and self.training else None
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))  # (N, 2048, 8, 8)
        x = self.fc(self.dropout(self.avgpool(x)).flatten(1))
        return InceptionOutputs(x, aux) if self.training and self.aux_logits else x


def inception_v3(weights: Any = None, progress: bool = True, **kwargs: Any) -> Inception3:
    """Inception v3, 23.8 million parameters, and 3.3 million in the classifier in the middle."""
    chosen = choose("inception_v3", weights, kwargs)
    if chosen is None:
        return Inception3(**kwargs)
    keep = kwargs.pop("aux_logits", True)
    kwargs.setdefault("transform_input", True)
    settle("inception_v3", kwargs, "init_weights", False)
    net = fill(Inception3(**kwargs), chosen, progress)
    if not keep:
        net.aux_logits, net.AuxLogits = False, None
    return net
