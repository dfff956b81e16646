"""ShuffleNet v2: half of the channels pass by, the other half is computed, and both are shuffled.

Source: N. Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design" (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.errors import ArgumentError
from minitorch.vision.models.weights import choose, fill


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """Takes the channels of the groups in turn: 0, n/groups, …, 1, 1 + n/groups, …

    >>> channel_shuffle(minitorch.arange(6.0).reshape(1, 6, 1, 1), 2).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """
    n, channels, height, width = x.shape
    x = x.view(n, groups, channels // groups, height, width).transpose(
        1, 2
    )  # (N, g, C/g, …) → (N, C/g, g, …)
    return x.reshape(n, channels, height, width)


def _depthwise(channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False, groups=channels)


def _point(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class InvertedResidual(nn.Module):
    """With stride 1, half of the channels pass by; with stride 2, both halves are made of all channels.

    Shape: (N, inp, H, W) → (N, oup, ⌈H/stride⌉, ⌈W/stride⌉).
    """

    def __init__(self, inp: int, oup: int, stride: int) -> None:
        super().__init__()
        half = oup // 2
        if stride not in (1, 2, 3) or (stride == 1 and inp != 2 * half):
            raise ArgumentError(
                f"InvertedResidual: {inp} to {oup} channels with stride {stride} is not possible"
            )
        self.stride = stride
        self.branch1 = nn.Sequential()
        if stride > 1:
            self.branch1 = nn.Sequential(
                _depthwise(inp, stride), nn.BatchNorm2d(inp), _point(inp, half), nn.BatchNorm2d(half),
                nn.ReLU(inplace=True),
            )  # fmt: skip
        self.branch2 = nn.Sequential(
            _point(inp if stride > 1 else half, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True),
            _depthwise(half, stride), nn.BatchNorm2d(half),
            _point(half, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        passed, computed = x.chunk(2, 1) if self.stride == 1 else (self.branch1(x), x)
        return channel_shuffle(minitorch.cat((passed, self.branch2(computed)), 1), 2)


class ShuffleNetV2(nn.Module):
    """Three stages of blocks between two convolutions.

    Args:
        stages_repeats: how many blocks each stage has.
        stages_out_channels: of the first convolution, the stages, and the last convolution.
        num_classes: of the result.

    Shape: (N, 3, H, W) → (N, num_classes).
    """

    def __init__(
        self, stages_repeats: Sequence[int], stages_out_channels: Sequence[int], num_classes: int = 1000
    ) -> None:
        super().__init__()
        if len(stages_repeats) != 3 or len(stages_out_channels) != 5:
            raise ArgumentError("ShuffleNetV2: expected three stages_repeats and five stages_out_channels")
        first, *widths, last = stages_out_channels
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True)
        )
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        stages, channels = [], first
        for width, repeats in zip(widths, stages_repeats, strict=True):
            blocks = [InvertedResidual(channels, width, 2)]
            blocks += [InvertedResidual(width, width, 1) for _ in range(repeats - 1)]
            stages.append(nn.Sequential(*blocks))
            channels = width
        self.stage2, self.stage3, self.stage4 = stages
        self.conv5 = nn.Sequential(_point(channels, last), nn.BatchNorm2d(last), nn.ReLU(inplace=True))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.conv1(x))  # (N, 3, H, W) → (N, first, H/4, W/4)
        x = self.conv5(self.stage4(self.stage3(self.stage2(x))))  # → (N, last, H/32, W/32)
        return self.fc(x.mean([2, 3]))


def _shufflenet(
    name: str, widths: list[int], weights: Any, progress: bool, settings: dict[str, Any]
) -> ShuffleNetV2:
    chosen = choose(name, weights, settings)
    return fill(ShuffleNetV2([4, 8, 4], widths, **settings), chosen, progress)


def shufflenet_v2_x0_5(weights: Any = None, progress: bool = True, **kwargs: Any) -> ShuffleNetV2:
    """Half as wide, 1.4 million parameters."""
    return _shufflenet("shufflenet_v2_x0_5", [24, 48, 96, 192, 1024], weights, progress, kwargs)


def shufflenet_v2_x1_0(weights: Any = None, progress: bool = True, **kwargs: Any) -> ShuffleNetV2:
    """2.3 million parameters."""
    return _shufflenet("shufflenet_v2_x1_0", [24, 116, 232, 464, 1024], weights, progress, kwargs)


def shufflenet_v2_x1_5(weights: Any = None, progress: bool = True, **kwargs: Any) -> ShuffleNetV2:
    """One and a half times as wide, 3.5 million parameters."""
    return _shufflenet("shufflenet_v2_x1_5", [24, 176, 352, 704, 1024], weights, progress, kwargs)


def shufflenet_v2_x2_0(weights: Any = None, progress: bool = True, **kwargs: Any) -> ShuffleNetV2:
    """Twice as wide, 7.4 million parameters."""
    return _shufflenet("shufflenet_v2_x2_0", [24, 244, 488, 976, 2048], weights, progress, kwargs)
