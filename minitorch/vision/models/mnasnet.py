"""MNASNet: inverted residuals with kernels of 3 × 3 and 5 × 5, found by a search for what is fast on a phone.

Source: M. Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile" (2019).
"""

from __future__ import annotations

from typing import Any

from minitorch import Tensor, nn
from minitorch.errors import ArgumentError
from minitorch.vision.models.parts import each, make_divisible
from minitorch.vision.models.weights import choose, fill

MOMENTUM = 1 - 0.9997  # of the running statistics


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, momentum=MOMENTUM)


def _depthwise(channels: int, kernel: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels, bias=False)


class _InvertedResidual(nn.Module):
    """1 × 1 to more channels, k × k on each of them, 1 × 1 back; added to x where it fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.apply_residual = inputs == outputs and stride == 1
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1, bias=False), _norm(hidden), nn.ReLU(inplace=True),
            _depthwise(hidden, kernel, stride), _norm(hidden), nn.ReLU(inplace=True),
            nn.Conv2d(hidden, outputs, 1, bias=False), _norm(outputs),
        )  # fmt: skip

    def forward(self, input: Tensor) -> Tensor:
        return self.layers(input) + input if self.apply_residual else self.layers(input)


class MNASNet(nn.Module):
    """Six stacks of inverted residuals.

    Args:
        alpha: multiplies the channels of all layers but the last.
        num_classes: of the result.
        dropout: before the last layer.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    _version = 2  # by the first one, torchvision means narrower first layers for every alpha but 1

    def __init__(self, alpha: float, num_classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        if alpha <= 0:
            raise ArgumentError(f"MNASNet: alpha must be positive, got {alpha}")
        self.alpha, self.num_classes = alpha, num_classes
        d = [make_divisible(width * alpha) for width in (32, 16, 24, 40, 80, 96, 192, 320)]

        def stack(i: int, kernel: int, stride: int, expansion: int, repeats: int) -> nn.Sequential:
            first = _InvertedResidual(d[i], d[i + 1], kernel, stride, expansion)
            rest = [_InvertedResidual(d[i + 1], d[i + 1], kernel, 1, expansion) for _ in range(repeats - 1)]
            return nn.Sequential(first, *rest)

        self.layers = nn.Sequential(
            nn.Conv2d(3, d[0], 3, 2, 1, bias=False), _norm(d[0]), nn.ReLU(inplace=True),
            _depthwise(d[0], 3, 1), _norm(d[0]), nn.ReLU(inplace=True),
            nn.Conv2d(d[0], d[1], 1, bias=False), _norm(d[1]),
            stack(1, 3, 2, 3, 3), stack(2, 5, 2, 3, 3), stack(3, 5, 2, 6, 3),
            stack(4, 3, 1, 6, 2), stack(5, 5, 2, 6, 4), stack(6, 3, 1, 6, 1),
            nn.Conv2d(d[7], 1280, 1, bias=False), _norm(1280), nn.ReLU(inplace=True),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Dropout(dropout, inplace=True), nn.Linear(1280, num_classes))
        for conv in each(self, nn.Conv2d):
            nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
        linear = self.classifier[1]
        nn.init.kaiming_uniform_(linear.weight, mode="fan_out", nonlinearity="sigmoid")
        nn.init.zeros_(linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.layers(x).mean([2, 3]))  # (N, 1280, H/32, W/32) → (N, num_classes)


def mnasnet0_5(weights: Any = None, progress: bool = True, **kwargs: Any) -> MNASNet:
    """Half as wide, 2.2 million parameters."""
    chosen = choose("mnasnet0_5", weights, kwargs)
    return fill(MNASNet(0.5, **kwargs), chosen, progress)


def mnasnet0_75(weights: Any = None, progress: bool = True, **kwargs: Any) -> MNASNet:
    """Three quarters as wide, 3.2 million parameters."""
    chosen = choose("mnasnet0_75", weights, kwargs)
    return fill(MNASNet(0.75, **kwargs), chosen, progress)


def mnasnet1_0(weights: Any = None, progress: bool = True, **kwargs: Any) -> MNASNet:
    """4.4 million parameters."""
    chosen = choose("mnasnet1_0", weights, kwargs)
    return fill(MNASNet(1.0, **kwargs), chosen, progress)


def mnasnet1_3(weights: Any = None, progress: bool = True, **kwargs: Any) -> MNASNet:
    """1.3 times as wide, 6.3 million parameters."""
    chosen = choose("mnasnet1_3", weights, kwargs)
    return fill(MNASNet(1.3, **kwargs), chosen, progress)
