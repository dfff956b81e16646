"""AlexNet.

Source: A. Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), the variant with one
column of the network of A. Krizhevsky et al. (2012).
"""

from __future__ import annotations

from typing import Any

from minitorch import Tensor, nn
from minitorch.vision.models.weights import choose, fill


class AlexNet(nn.Module):
    """Five convolutions and three linear layers.

    Shape: (N, 3, H, W), with H and W from 63 on, 224 in the paper → (N, num_classes).

    >>> import minitorch
    >>> sum(p.numel() for p in AlexNet(num_classes=10).features.parameters())
    2469696
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),  # 224 → 55 → 27
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),  # 27 → 13
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),  # 13 → 6
        )  # fmt: skip
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
            nn.Dropout(dropout), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, 3, H, W) → (N, 256, 6, 6)
        return self.classifier(x.flatten(1))


def alexnet(weights: Any = None, progress: bool = True, **kwargs: Any) -> AlexNet:
    """AlexNet, 61 million parameters."""
    chosen = choose("alexnet", weights, kwargs)
    return fill(AlexNet(**kwargs), chosen, progress)
