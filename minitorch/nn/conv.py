"""Convolutions: Conv1d, Conv2d, Conv3d, and the transposed ConvTranspose1d, 2d, 3d."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
CONV_TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def repeated(value: Any, dims: int) -> tuple[int, ...]:
    """One number for each dim, from one number for all or from a sequence."""
    return tuple(value) if hasattr(value, "__iter__") else (value,) * dims


class ConvNd(Module):
    """What convolutions over one, two and three dims share, plain or transposed."""

    dims: ClassVar[int]
    transposed: ClassVar[bool] = False
    weight: Parameter
    bias: Parameter | None

    def _set_up(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        output_padding: Any,
        dilation: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        name = type(self).__name__
        if groups <= 0:
            raise ArgumentError(f"{name}: groups must be positive, got {groups}")
        for what, channels in {"in_channels": in_channels, "out_channels": out_channels}.items():
            if channels % groups:
                raise ArgumentError(f"{name}: {what}={channels} is not divisible by groups={groups}")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ArgumentError(f"{name}: padding must be numbers, 'same' or 'valid', got {padding!r}")
        if padding_mode not in PADDING_MODES:
            raise ArgumentError(
                f"{name}: padding_mode must be one of {', '.join(PADDING_MODES)}, got {padding_mode!r}"
            )
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = repeated(kernel_size, self.dims)
        self.stride = repeated(stride, self.dims)
        self.padding = padding if isinstance(padding, str) else repeated(padding, self.dims)
        self.dilation = repeated(dilation, self.dims)
        self.output_padding = repeated(output_padding, self.dims)
        self.groups, self.padding_mode = groups, padding_mode
        if padding == "same" and any(s != 1 for s in self.stride):
            raise ArgumentError(f"{name}: padding='same' needs stride 1, got {self.stride}")
        outer, inner = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = empty_parameter(outer, inner // groups, *self.kernel_size, device=device, dtype=dtype)
        b = empty_parameter(out_channels, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial values anew: uniform on ±1/√fan_in."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fans(type(self).__name__, self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
            init.uniform_(self.bias, -bound, bound)

    def _border(self) -> list[int]:
        """The padding as `F.pad` takes it: before and after, from the last dim to the first."""
        border: list[int] = []
        for i in reversed(range(self.dims)):
            if self.padding == "same":
                total = self.dilation[i] * (self.kernel_size[i] - 1)
                border += [total // 2, total - total // 2]
            else:
                width = 0 if isinstance(self.padding, str) else self.padding[i]
                border += [width, width]
        return border

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.dims:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * self.dims:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + ("" if self.padding_mode == "zeros" else f", padding_mode={self.padding_mode}")


class Conv(ConvNd):
    """Base of Conv1d, Conv2d and Conv3d; see `Conv2d`."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Variable) -> Variable:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._border(), mode=self.padding_mode)
            padding = 0
        return CONV[self.dims](
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class Conv1d(Conv):
    """Convolution over sequences, (N, C, L); arguments as for `Conv2d`.

    Shape: (N, in_channels, L) or (in_channels, L) → (N, out_channels, L′) or (out_channels, L′).

    >>> import minitorch
    >>> minitorch.nn.Conv1d(3, 16, 5, stride=2)(minitorch.zeros(8, 3, 31)).shape
    minitorch.Size([8, 16, 14])
    """

    dims = 1


class Conv2d(Conv):
    """Convolution over images: each output channel is a sum of filtered input channels, plus its bias.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output: the number of filters.
        kernel_size: height and width of the filters; one number for both.
        stride: distance of the windows.
        padding: zeros (or see `padding_mode`) added on each side; or `"same"`, `"valid"`.
        dilation: distance of the elements of a window.
        groups: channels are split into groups that do not see each other.
        bias: whether a bias is added.
        padding_mode: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`.
        device, dtype: of the parameters.

    Shape: (N, in_channels, H, W) or (in_channels, H, W) → (N, out_channels, H′, W′), with
        H′ = ⌊(H + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1.

    Attributes:
        weight: (out_channels, in_channels / groups, height, width), initially uniform on ±1/√fan_in.
        bias: (out_channels), likewise; or None.

    >>> import minitorch
    >>> minitorch.nn.Conv2d(3, 16, 3, padding=1)(minitorch.zeros(8, 3, 32, 32)).shape
    minitorch.Size([8, 16, 32, 32])
    """

    dims = 2


class Conv3d(Conv):
    """Convolution over volumes, (N, C, D, H, W); arguments as for `Conv2d`.

    Shape: (N, in_channels, D, H, W) or without N → (N, out_channels, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.Conv3d(1, 2, 3, padding="same")(minitorch.zeros(1, 1, 5, 6, 7)).shape
    minitorch.Size([1, 2, 5, 6, 7])
    """

    dims = 3


class ConvTranspose(ConvNd):
    """Base of ConvTranspose1d, 2d and 3d; see `ConvTranspose2d`."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ArgumentError(f"{type(self).__name__}: padding_mode must be 'zeros', got {padding_mode!r}")
        if isinstance(padding, str):
            raise NotSupportedError(f"{type(self).__name__}: padding must be numbers, got {padding!r}")
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, output_padding, dilation, groups,
            bias, padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Variable, output_size: Any = None) -> Variable:
        extra = self.output_padding if output_size is None else self._extra(input, list(output_size))
        return CONV_TRANSPOSE[self.dims](
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )

    def _extra(self, input: Variable, output_size: list[int]) -> tuple[int, ...]:
        """The output padding that leads to `output_size`."""
        sizes = input.shape[-self.dims :]
        if len(output_size) == input.ndim:
            output_size = output_size[-self.dims :]
        smallest = [
            (sizes[i] - 1) * self.stride[i]
            - 2 * int(self.padding[i])
            + self.dilation[i] * (self.kernel_size[i] - 1)
            + 1
            for i in range(self.dims)
        ]
        largest = [n + s - 1 for n, s in zip(smallest, self.stride, strict=True)]
        if len(output_size) != self.dims or any(
            not low <= n <= high for low, n, high in zip(smallest, output_size, largest, strict=True)
        ):
            raise ArgumentError(
                f"{type(self).__name__}: output_size {output_size} is not possible for an input of shape "
                f"{tuple(input.shape)}; it must lie between {smallest} and {largest}"
            )
        return tuple(n - low for n, low in zip(output_size, smallest, strict=True))


class ConvTranspose1d(ConvTranspose):
    """Transposed convolution over sequences; arguments as for `ConvTranspose2d`.

    Shape: (N, in_channels, L) or (in_channels, L) → (N, out_channels, L′) or (out_channels, L′).

    >>> import minitorch
    >>> minitorch.nn.ConvTranspose1d(4, 2, 2, stride=2)(minitorch.zeros(1, 4, 10)).shape
    minitorch.Size([1, 2, 20])
    """

    dims = 1


class ConvTranspose2d(ConvTranspose):
    """Transposed convolution over images: the gradient of a `Conv2d` with respect to its input, as a layer.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: height and width of the filters; one number for both.
        stride: distance at which the input's elements stand in the output.
        padding: rows and columns cut off on each side of the output.
        output_padding: rows and columns added at the end of the output.
        groups: channels are split into groups that do not see each other.
        bias: whether a bias is added.
        dilation: distance of the elements of a filter.
        padding_mode: `"zeros"` only.
        device, dtype: of the parameters.

    Shape: (N, in_channels, H, W) → (N, out_channels, H′, W′), with
        H′ = (H − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1.

    Attributes:
        weight: (in_channels, out_channels / groups, height, width).
        bias: (out_channels); or None.

    >>> import minitorch
    >>> up = minitorch.nn.ConvTranspose2d(16, 3, 4, stride=2, padding=1)
    >>> up(minitorch.zeros(8, 16, 14, 14)).shape
    minitorch.Size([8, 3, 28, 28])
    """

    dims = 2


class ConvTranspose3d(ConvTranspose):
    """Transposed convolution over volumes; arguments as for `ConvTranspose2d`.

    Shape: (N, in_channels, D, H, W) or without N → (N, out_channels, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.ConvTranspose3d(4, 2, 2, stride=2)(minitorch.zeros(1, 4, 3, 4, 5)).shape
    minitorch.Size([1, 2, 6, 8, 10])
    """

    dims = 3
