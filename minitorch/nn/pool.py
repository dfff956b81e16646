"""Pools: the largest or the mean element of each window, also with windows chosen by the output's size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch.nn import functional as F
from minitorch.nn.module import Module


class MaxPool(Module):
    """Base of MaxPool1d, 2d and 3d; see `MaxPool2d`."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def _settings(self) -> dict[str, Any]:
        names = "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"
        return {name: getattr(self, name) for name in names}

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(MaxPool):
    """The largest element of each window of a sequence; arguments as for `MaxPool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.MaxPool1d(2)(minitorch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[3., 2.]])
    """

    def forward(self, input: Any) -> Any:
        return F.max_pool1d(input, **self._settings())


class MaxPool2d(MaxPool):
    """The largest element of each window of an image.

    Args:
        kernel_size: height and width of the windows; one number for both.
        stride: distance of the windows, `kernel_size` by default.
        padding: elements (that are never the largest) added on each side.
        dilation: distance of the elements of a window.
        return_indices: also return where the largest elements were.
        ceil_mode: keep a last window that sticks out.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′), with H′ = ⌊(H + 2·padding −
        dilation·(kernel_size − 1) − 1) / stride⌋ + 1.

    >>> import minitorch
    >>> minitorch.nn.MaxPool2d(2)(minitorch.zeros(8, 3, 32, 32)).shape
    minitorch.Size([8, 3, 16, 16])
    """

    def forward(self, input: Any) -> Any:
        return F.max_pool2d(input, **self._settings())


class MaxPool3d(MaxPool):
    """The largest element of each window of a volume; arguments as for `MaxPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.MaxPool3d(2)(minitorch.zeros(1, 3, 4, 6, 8)).shape
    minitorch.Size([1, 3, 2, 3, 4])
    """

    def forward(self, input: Any) -> Any:
        return F.max_pool3d(input, **self._settings())


class AvgPool1d(Module):
    """The mean of each window of a sequence; arguments as for `AvgPool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.AvgPool1d(2)(minitorch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[2., 1.]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = single(kernel_size)
        self.stride = self.kernel_size if stride is None else single(stride)
        self.padding = single(padding)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Any) -> Any:
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool(Module):
    """Base of AvgPool2d and AvgPool3d; see `AvgPool2d`."""

    pool: Callable[..., Any]

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        return self.pool(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
            self.count_include_pad, self.divisor_override,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(AvgPool):
    """The mean of each window of an image.

    Args:
        kernel_size: height and width of the windows; one number for both.
        stride: distance of the windows, `kernel_size` by default.
        padding: zeros added on each side.
        ceil_mode: keep a last window that sticks out.
        count_include_pad: the zeros count as elements of a window.
        divisor_override: divide by this instead of the number of elements.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′), with H′ = ⌊(H + 2·padding −
        kernel_size) / stride⌋ + 1.

    >>> import minitorch
    >>> minitorch.nn.AvgPool2d(3, stride=2, padding=1)(minitorch.zeros(8, 3, 32, 32)).shape
    minitorch.Size([8, 3, 16, 16])
    """

    pool = staticmethod(F.avg_pool2d)


class AvgPool3d(AvgPool):
    """The mean of each window of a volume; arguments as for `AvgPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.AvgPool3d(2)(minitorch.zeros(1, 3, 4, 6, 8)).shape
    minitorch.Size([1, 3, 2, 3, 4])
    """

    pool = staticmethod(F.avg_pool3d)


class AdaptivePool(Module):
    """Base of pools that get the size of their output instead of that of their windows."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptivePool):
    """The means of `output_size` windows that cover a sequence.

    Shape: (N, C, L) or (C, L) → (N, C, output_size) or (C, output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveAvgPool1d(2)(minitorch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1.5000, 2.5000]])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(AdaptivePool):
    """The means of windows that cover an image.

    Args:
        output_size: how many windows in each dim; None for as many as there are elements.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, *output_size) or (C, *output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveAvgPool2d(1)(minitorch.zeros(8, 64, 7, 7)).shape
    minitorch.Size([8, 64, 1, 1])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(AdaptivePool):
    """The means of windows that cover a volume; see `AdaptiveAvgPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, *output_size) or (C, *output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveAvgPool3d((2, None, 1))(minitorch.zeros(8, 6, 5, 4, 3)).shape
    minitorch.Size([8, 6, 2, 4, 1])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_avg_pool3d(input, self.output_size)


class AdaptiveMaxPool(AdaptivePool):
    """Base of AdaptiveMaxPool1d, 2d and 3d."""

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """The largest elements of `output_size` windows that cover a sequence.

    Shape: (N, C, L) or (C, L) → (N, C, output_size) or (C, output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveMaxPool1d(2)(minitorch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[2., 3.]])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """The largest elements of windows that cover an image; arguments as for `AdaptiveAvgPool2d`.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, *output_size) or (C, *output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveMaxPool2d((5, None))(minitorch.zeros(1, 64, 8, 9)).shape
    minitorch.Size([1, 64, 5, 9])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """The largest elements of windows that cover a volume; arguments as for `AdaptiveAvgPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, *output_size) or (C, *output_size).

    >>> import minitorch
    >>> minitorch.nn.AdaptiveMaxPool3d((2, None, 1))(minitorch.zeros(8, 6, 5, 4, 3)).shape
    minitorch.Size([8, 6, 2, 4, 1])
    """

    def forward(self, input: Any) -> Any:
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)


def single(value: Any) -> tuple[int, ...]:
    """A size of one dim as a tuple."""
    return tuple(value) if hasattr(value, "__iter__") else (value,)
