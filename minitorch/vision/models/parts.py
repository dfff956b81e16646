"""What several of the models are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import minitorch
from minitorch import Tensor, nn
from minitorch.errors import ArgumentError

Layer = Callable[..., nn.Module]


def make_divisible(value: float, divisor: int = 8) -> int:
    """The multiple of `divisor` next to a number of channels, and not below nine tenths of it.

    >>> make_divisible(36.0), make_divisible(33.0), make_divisible(3.0)
    (40, 32, 8)
    """
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest


class Conv2dNormActivation(nn.Sequential):
    """A convolution that keeps the size (divided by its stride), a norm, and an activation.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result.
        kernel_size: height and width of the kernel, which are odd.
        stride: of the kernel.
        groups: of channels.
        norm_layer: makes the norm; None leaves it out, and the convolution gets a bias.
        activation_layer: makes the activation; None leaves it out.

    Shape: (N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        groups: int = 1,
        norm_layer: Layer | None = nn.BatchNorm2d,
        activation_layer: Layer | None = nn.ReLU,
    ) -> None:
        padding = (kernel_size - 1) // 2
        layers: list[nn.Module] = [
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                padding,
                groups=groups,
                bias=norm_layer is None,
            )
        ]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)
        self.out_channels = out_channels


class SqueezeExcitation(nn.Module):
    """Scales each channel by a factor between 0 and 1 that is computed from the means of all channels.

    y[n, c] = x[n, c] · scale(W₂·act(W₁·mean(x[n]) + b₁) + b₂)[c].

    Shape: (N, C, H, W) → the same.

    Source: J. Hu et al., "Squeeze-and-Excitation Networks" (2018).
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Layer = nn.ReLU,
        scale_activation: Layer = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation, self.scale_activation = activation(), scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        scale = self.activation(self.fc1(self.avgpool(input)))  # (N, C, 1, 1) → (N, squeeze, 1, 1)
        return self.scale_activation(self.fc2(scale)) * input


class StochasticDepth(nn.Module):
    """In training, leaves out a branch with probability p, and divides it by 1 − p where it stays.

    Args:
        p: the probability.
        mode: "row" decides for each sample, "batch" for all at once.

    Source: G. Huang et al., "Deep Networks with Stochastic Depth" (2016).

    >>> StochasticDepth(0.5, "row").eval()(minitorch.ones(2))
    tensor([1., 1.])
    """

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ArgumentError(f"StochasticDepth: p must lie between 0 and 1, got {p}")
        if mode not in ("row", "batch"):
            raise ArgumentError(f"StochasticDepth: mode must be 'row' or 'batch', got {mode!r}")
        self.p, self.mode = p, mode

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return input
        ones = (1,) * (input.ndim - 1)
        shape = (input.shape[0], *ones) if self.mode == "row" else (1, *ones)
        keep = minitorch.empty(shape, dtype=input.dtype).bernoulli_(1 - self.p)
        return input * (keep / (1 - self.p) if self.p < 1 else keep)

    def extra_repr(self) -> str:
        """Its settings."""
        return f"p={self.p}, mode={self.mode}"


def each(module: nn.Module, *kinds: Any) -> list[Any]:
    """The modules of these kinds within another one, in order."""
    return [m for m in module.modules() if isinstance(m, kinds)]


def init_like_resnet(module: nn.Module) -> None:
    """Convolutions: normal with variance 2/fan_out, biases 0; norms: 1 and 0."""
    for conv in each(module, nn.Conv2d):
        nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
        if conv.bias is not None:
            nn.init.zeros_(conv.bias)
    for norm in each(module, nn.BatchNorm2d, nn.GroupNorm):
        nn.init.ones_(norm.weight)
        nn.init.zeros_(norm.bias)


def init_linear(module: nn.Module, std: float = 0.01) -> None:
    """Linear layers: normal with this deviation, biases 0."""
    for linear in each(module, nn.Linear):
        nn.init.normal_(linear.weight, 0, std)
        nn.init.zeros_(linear.bias)
