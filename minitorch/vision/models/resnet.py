"""Residual networks, those with groups (ResNeXt), and wide ones.

Each block adds what it computes to its input, so a gradient reaches the first layer as it left the last one.

Source: K. He et al., "Deep Residual Learning for Image Recognition" (2016); S. Xie et al., "Aggregated Residual
Transformations for Deep Neural Networks" (2017); S. Zagoruyko, N. Komodakis, "Wide Residual Networks" (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from minitorch import Tensor, nn
from minitorch.errors import ArgumentError
from minitorch.vision.models.parts import Layer, each, init_like_resnet
from minitorch.vision.models.weights import choose, fill


def conv3x3(
    in_planes: int, out_planes: int, stride: int = 1, groups: int = 1, dilation: int = 1
) -> nn.Conv2d:
    """A 3 × 3 convolution that keeps the size, but for its stride."""
    return nn.Conv2d(in_planes, out_planes, 3, stride, dilation, dilation, groups, bias=False)


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """A product along the channels."""
    return nn.Conv2d(in_planes, out_planes, 1, stride, bias=False)


class BasicBlock(nn.Module):
    """y = relu(x + bn(conv(relu(bn(conv(x)))))), both convolutions 3 × 3."""

    expansion: ClassVar[int] = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Layer = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        if groups != 1 or base_width != 64 or dilation > 1:
            raise ArgumentError("BasicBlock: groups, base_width and dilation are for Bottleneck alone")
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample, self.stride = downsample, stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """The same with three convolutions: 1 × 1 to fewer channels, 3 × 3 (which has the stride), and 1 × 1 back."""

    expansion: ClassVar[int] = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Layer = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        width = int(planes * base_width / 64) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm_layer(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample, self.stride = downsample, stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """Four stages of blocks; each but the first halves the size and doubles the channels.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        layers: how many blocks each stage has.
        num_classes: of the result.
        zero_init_residual: starts with blocks that add nothing.
        groups: of channels in the 3 × 3 convolutions.
        width_per_group: channels of each for the first stage.
        replace_stride_with_dilation: for each of the last three stages, whether it widens its windows instead of
            halving the size.
        norm_layer: makes a norm of a number of channels.

    Shape: (N, 3, H, W) → (N, num_classes).

    Raises:
        ArgumentError: if `replace_stride_with_dilation` has not three elements.

    >>> import minitorch
    >>> ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)(minitorch.zeros(2, 3, 32, 32)).shape
    minitorch.Size([2, 10])
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: Sequence[bool] | None = None,
        norm_layer: Layer | None = None,
    ) -> None:
        super().__init__()
        dilate = replace_stride_with_dilation or (False, False, False)
        if len(dilate) != 3:
            raise ArgumentError(f"ResNet: replace_stride_with_dilation needs three elements, got {dilate}")
        self._norm_layer = norm_layer or nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = 64, 1, groups, width_per_group
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = self._norm_layer(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], 2, dilate[0])
        self.layer3 = self._make_layer(block, 256, layers[2], 2, dilate[1])
        self.layer4 = self._make_layer(block, 512, layers[3], 2, dilate[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        init_like_resnet(self)
        if zero_init_residual:
            for last in [
                m.bn3 if isinstance(m, Bottleneck) else m.bn2 for m in each(self, BasicBlock, Bottleneck)
            ]:
                nn.init.zeros_(last.weight)

    def _make_layer(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        planes: int,
        blocks: int,
        stride: int = 1,
        dilate: bool = False,
    ) -> nn.Sequential:
        before = self.dilation
        if dilate:
            self.dilation, stride = self.dilation * stride, 1
        downsample = None
        outplanes = planes * block.expansion
        if stride != 1 or self.inplanes != outplanes:
            downsample = nn.Sequential(conv1x1(self.inplanes, outplanes, stride), self._norm_layer(outplanes))
        shared: Any = {"groups": self.groups, "base_width": self.base_width, "norm_layer": self._norm_layer}
        first = block(self.inplanes, planes, stride, downsample, dilation=before, **shared)
        self.inplanes = outplanes
        rest = [block(outplanes, planes, dilation=self.dilation, **shared) for _ in range(1, blocks)]
        return nn.Sequential(first, *rest)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (N, 3, H, W) → (N, 64, H/4, W/4)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))  # → (N, 512·expansion, H/32, W/32)
        return self.fc(self.avgpool(x).flatten(1))


def _resnet(
    name: str, block: Any, layers: list[int], weights: Any, progress: bool, settings: dict[str, Any]
) -> ResNet:
    chosen = choose(name, weights, settings)
    return fill(ResNet(block, layers, **settings), chosen, progress)


def resnet18(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """Eighteen layers, 11.7 million parameters."""
    return _resnet("resnet18", BasicBlock, [2, 2, 2, 2], weights, progress, kwargs)


def resnet34(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """34 layers, 21.8 million parameters."""
    return _resnet("resnet34", BasicBlock, [3, 4, 6, 3], weights, progress, kwargs)


def resnet50(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """50 layers, 25.6 million parameters."""
    return _resnet("resnet50", Bottleneck, [3, 4, 6, 3], weights, progress, kwargs)


def resnet101(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """101 layers, 44.5 million parameters."""
    return _resnet("resnet101", Bottleneck, [3, 4, 23, 3], weights, progress, kwargs)


def resnet152(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """152 layers, 60.2 million parameters."""
    return _resnet("resnet152", Bottleneck, [3, 8, 36, 3], weights, progress, kwargs)


def resnext50_32x4d(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """50 layers with 32 groups of 4 channels, 25.0 million parameters."""
    kwargs = {**kwargs, "groups": 32, "width_per_group": 4}
    return _resnet("resnext50_32x4d", Bottleneck, [3, 4, 6, 3], weights, progress, kwargs)


def resnext101_32x8d(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """101 layers with 32 groups of 8 channels, 88.8 million parameters."""
    kwargs = {**kwargs, "groups": 32, "width_per_group": 8}
    return _resnet("resnext101_32x8d", Bottleneck, [3, 4, 23, 3], weights, progress, kwargs)


def resnext101_64x4d(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """101 layers with 64 groups of 4 channels, 83.5 million parameters."""
    kwargs = {**kwargs, "groups": 64, "width_per_group": 4}
    return _resnet("resnext101_64x4d", Bottleneck, [3, 4, 23, 3], weights, progress, kwargs)


def wide_resnet50_2(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """50 layers, the 3 × 3 convolutions twice as wide, 68.9 million parameters."""
    return _resnet(
        "wide_resnet50_2", Bottleneck, [3, 4, 6, 3], weights, progress, {**kwargs, "width_per_group": 128}
    )


def wide_resnet101_2(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """101 layers, the 3 × 3 convolutions twice as wide, 126.9 million parameters."""
    return _resnet(
        "wide_resnet101_2", Bottleneck, [3, 4, 23, 3], weights, progress, {**kwargs, "width_per_group": 128}
    )
