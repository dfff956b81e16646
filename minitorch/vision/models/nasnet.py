"""NASNet-A: two kinds of cells, found by a search on small images, stacked for large ones.

Source: B. Zoph et al., "Learning Transferable Architectures for Scalable Image Recognition" (2018).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.nn import functional as F


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=0.001)


def _named(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def _project(inputs: int, outputs: int) -> nn.Sequential:
    return _named(relu=nn.ReLU(), conv=nn.Conv2d(inputs, outputs, 1, bias=False), bn=_norm(outputs))


def _halved(pool: Any, x: Tensor, **settings: Any) -> Tensor:
    """Pools 3 × 3 with stride 2: (N, C, H, W) → (N, C, ⌈H/2⌉, ⌈W/2⌉); what pads counts for nothing."""
    return pool(x, 3, 2, padding=(x.shape[2] % 2, x.shape[3] % 2), ceil_mode=True, **settings)


def _max(x: Tensor) -> Tensor:
    return _halved(F.max_pool2d, x)


def _mean(x: Tensor) -> Tensor:
    return _halved(F.avg_pool2d, x, count_include_pad=False)


def _smooth(x: Tensor) -> Tensor:
    """The mean of each pixel and its neighbours."""
    return F.avg_pool2d(x, 3, 1, padding=1, count_include_pad=False)


class SeparableConv2d(nn.Module):
    """k × k on each channel by itself, then 1 × 1: (N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉).

    With stride 2, images of an even size are padded by one pixel less on the left and above, as TensorFlow does.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.depthwise_conv2d = nn.Conv2d(inputs, inputs, kernel, stride, groups=inputs, bias=False)
        self.pointwise_conv2d = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        pads = []
        for size in (x.shape[3], x.shape[2]):
            less = self.stride == 2 and size % 2 == 0
            pads += [self.kernel // 2 - less, self.kernel // 2]
        return self.pointwise_conv2d(self.depthwise_conv2d(F.pad(x, pads)))


class BranchSeparables(nn.Module):
    """Twice: relu, separable convolution, norm; the first has the stride."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.separable_1 = SeparableConv2d(inputs, outputs, kernel, stride)
        self.bn_sep_1 = _norm(outputs)
        self.separable_2 = SeparableConv2d(outputs, outputs, kernel, 1)
        self.bn_sep_2 = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn_sep_1(self.separable_1(x.relu()))
        return self.bn_sep_2(self.separable_2(x.relu()))


class Cell(nn.Module):
    """What both kinds of cells have: the last result and the one before it are brought to one shape.

    Args:
        inputs: channels of the last result x.
        before: channels of the one before, p.
        outputs: channels of both afterwards.
        p_is: how p compares with x: "like" it in size, "larger" (twice), or "itself", which stays as it is.
    """

    def __init__(self, inputs: int, before: int, outputs: int, p_is: str) -> None:
        super().__init__()
        self.p_is = p_is
        if p_is == "like":
            self.conv_prev_1x1 = _project(before, outputs)
        self.conv_1x1 = _project(inputs, outputs)
        if p_is == "larger":
            self.path_1 = _named(conv=nn.Conv2d(before, outputs // 2, 1, bias=False))
            self.path_2 = _named(conv=nn.Conv2d(before, outputs // 2, 1, bias=False))
            self.final_path_bn = _norm(outputs // 2 * 2)

    def prepared(self, x: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        """h of x, and p, with `outputs` channels each."""
        h = self.conv_1x1(x)
        if self.p_is == "itself":
            return h, p
        if self.p_is == "like":
            return h, self.conv_prev_1x1(p)
        p = p.relu()
        even, odd = (
            p[:, :, ::2, ::2],
            F.pad(p, (0, 1, 0, 1))[:, :, 1::2, 1::2],
        )  # every second pixel; the others
        return h, self.final_path_bn(minitorch.cat([self.path_1(even), self.path_2(odd)], 1))


class NormalCell(Cell):
    """Keeps the size: (N, inputs, H, W) → (N, 6·outputs, H, W)."""

    def __init__(self, inputs: int, before: int, outputs: int, p_is: str = "like") -> None:
        super().__init__(inputs, before, outputs, p_is)
        self.comb_iter_0_left = BranchSeparables(outputs, outputs, 5)
        self.comb_iter_0_right = BranchSeparables(outputs, outputs, 3)
        self.comb_iter_1_left = BranchSeparables(outputs, outputs, 5)
        self.comb_iter_1_right = BranchSeparables(outputs, outputs, 3)
        self.comb_iter_4_left = BranchSeparables(outputs, outputs, 3)

    def forward(self, x: Tensor, p: Tensor) -> Tensor:
        h, p = self.prepared(x, p)
        parts = [
            p,
            self.comb_iter_0_left(h) + self.comb_iter_0_right(p),
            self.comb_iter_1_left(p) + self.comb_iter_1_right(p),
            _smooth(h) + p,
            2 * _smooth(p),
            self.comb_iter_4_left(h) + h,
        ]
        return minitorch.cat(parts, 1)


class ReductionCell(Cell):
    """Halves the size: (N, inputs, H, W) → (N, 4·outputs, ⌈H/2⌉, ⌈W/2⌉)."""

    def __init__(self, inputs: int, before: int, outputs: int, p_is: str = "like") -> None:
        super().__init__(inputs, before, outputs, p_is)
        right = before if p_is == "itself" else outputs
        self.comb_iter_0_left = BranchSeparables(outputs, outputs, 5, 2)
        self.comb_iter_0_right = BranchSeparables(right, outputs, 7, 2)
        self.comb_iter_1_right = BranchSeparables(right, outputs, 7, 2)
        self.comb_iter_2_right = BranchSeparables(right, outputs, 5, 2)
        self.comb_iter_4_left = BranchSeparables(outputs, outputs, 3)

    def forward(self, x: Tensor, p: Tensor) -> Tensor:
        h, p = self.prepared(x, p)
        first = self.comb_iter_0_left(h) + self.comb_iter_0_right(p)
        largest = _max(h)
        second = largest + self.comb_iter_1_right(p)
        third = _mean(h) + self.comb_iter_2_right(p)
        parts = [second, third, _smooth(first) + second, self.comb_iter_4_left(first) + largest]
        return minitorch.cat(parts, 1)


class NASNet(nn.Module):
    """A convolution, two reduction cells, and three stages of normal cells with a reduction cell between them.

    Parameters have the names of the package `pretrainedmodels`, as torchvision does not have this network.

    Args:
        num_blocks: how many normal cells a stage has.
        penultimate_filters: channels of the last result, 24 times those within a cell of the first stage times four.
        stem_filters: channels after the first convolution.
        skip_reduction: whether the cell after a reduction cell sees the result two cells earlier beside the last.
        num_classes: of the result.
        dropout: before the last layer.

    Shape: (N, 3, H, W) → (N, num_classes).

    Raises:
        ArgumentError: if 24 does not divide `penultimate_filters`.
    """

    def __init__(
        self,
        num_blocks: int = 4,
        penultimate_filters: int = 1056,
        stem_filters: int = 32,
        skip_reduction: bool = False,
        num_classes: int = 1000,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if penultimate_filters % 24:
            raise ArgumentError(f"NASNet: 24 does not divide penultimate_filters={penultimate_filters}")
        width = penultimate_filters // 24
        self.skip_reduction = skip_reduction
        self.conv0 = _named(conv=nn.Conv2d(3, stem_filters, 3, 2, bias=False), bn=_norm(stem_filters))
        self.cell_stem_0 = ReductionCell(stem_filters, stem_filters, width // 4, "itself")
        before, channels = 4 * (width // 4), 4 * (width // 2)
        self.cell_stem_1 = ReductionCell(before, stem_filters, width // 2, "larger")
        self.stages: list[
            tuple[str, list[str]]
        ] = []  # the names of a reduction cell, if any, and of normal cells
        for stage in range(3):
            reduction = ""
            if stage:
                width *= 2
                reduction = f"reduction_cell_{stage - 1}"
                self.add_module(reduction, ReductionCell(channels, before, width))
                before, channels = (before if skip_reduction else channels), 4 * width
            names = [f"cell_{6 * stage + i}" for i in range(num_blocks)]
            for i, name in enumerate(names):
                self.add_module(name, NormalCell(channels, before, width, "like" if i else "larger"))
                before, channels = channels, 6 * width
            self.stages.append((reduction, names))
        self.dropout = nn.Dropout(dropout)
        self.last_linear = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        first = self.conv0(x)
        p = self.cell_stem_0(first, first)
        x = self.cell_stem_1(p, first)
        for reduction, names in self.stages:
            if reduction:
                smaller = getattr(self, reduction)(x, p)
                p, x = (p if self.skip_reduction else x), smaller
            for name in names:
                p, x = x, getattr(self, name)(x, p)
        return self.last_linear(
            self.dropout(x.relu().mean((2, 3)))
        )  # (N, 24·width, H/32, W/32) → (N, classes)


def _refuse_weights(model: str, weights: Any) -> None:
    if weights is not None:
        raise NotSupportedError(
            f"{model}: torchvision publishes no weights of NASNet, got weights={weights!r}; build {model}() and load a "
            f"state dict that you have: parameters have the names of the package pretrainedmodels"
        )


def nasnet_mobile(weights: Any = None, progress: bool = True, **kwargs: Any) -> NASNet:
    """NASNet-A (4 @ 1056) for images of 224 × 224, 5.3 million parameters."""
    _refuse_weights("nasnet_mobile", weights)
    return NASNet(**kwargs)


def nasnet_large(weights: Any = None, progress: bool = True, **kwargs: Any) -> NASNet:
    """NASNet-A (6 @ 4032) for images of 331 × 331, 88.8 million parameters."""
    _refuse_weights("nasnet_large", weights)
    large = {"num_blocks": 6, "penultimate_filters": 4032, "stem_filters": 96, "skip_reduction": True}
    return NASNet(**large | kwargs)
