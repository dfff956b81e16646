"""Images at another size, and pixels in other places: upsampling, shuffling, folding."""

from __future__ import annotations

from typing import Any

from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.variable import Variable


class Upsample(Module):
    """Sequences, images or volumes at another size; see `nn.functional.interpolate`.

    Args:
        size: of the result without N and C; one number stands for all dims.
        scale_factor: the same as multiples of the input's size.
        mode: `"nearest"`, `"nearest-exact"`, `"linear"`, `"bilinear"`, `"bicubic"`, `"trilinear"` or `"area"`.
        align_corners: the first and last points are the first and last elements; only for modes that blend.
        recompute_scale_factor: compute places from the rounded sizes instead of `scale_factor`.

    Shape: (N, C, *old) → (N, C, *new).

    >>> import minitorch
    >>> minitorch.nn.Upsample(scale_factor=2)(minitorch.tensor([[[1.0, 2.0]]]))
    tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size, self.mode, self.align_corners = size, mode, align_corners
        if isinstance(scale_factor, tuple):
            self.scale_factor: Any = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Variable) -> Variable:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        given = "size" if self.scale_factor is None else "scale_factor"
        return f"{given}={getattr(self, given)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` with the mode `"nearest"`.

    Shape: (N, C, H, W) → (N, C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.UpsamplingNearest2d(scale_factor=2)(minitorch.zeros(1, 3, 4, 5)).shape
    minitorch.Size([1, 3, 8, 10])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` with the mode `"bilinear"` and aligned corners.

    Shape: (N, C, H, W) → (N, C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.UpsamplingBilinear2d((1, 3))(minitorch.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


class PixelShuffle(Module):
    """Lays groups of r² channels out as squares of r × r pixels.

    Args:
        upscale_factor: r.

    Shape: (…, C·r², H, W) → (…, C, H·r, W·r).

    Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel
        convolutional neural network", 2016.

    >>> import minitorch
    >>> minitorch.nn.PixelShuffle(3)(minitorch.zeros(1, 9, 4, 5)).shape
    minitorch.Size([1, 1, 12, 15])
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Variable) -> Variable:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Undoes `PixelShuffle`: squares of r × r pixels become r² channels.

    Args:
        downscale_factor: r.

    Shape: (…, C, H·r, W·r) → (…, C·r², H, W).

    >>> import minitorch
    >>> minitorch.nn.PixelUnshuffle(3)(minitorch.zeros(1, 1, 12, 15)).shape
    minitorch.Size([1, 9, 4, 5])
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Variable) -> Variable:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Deals channels out anew, so that the next grouped convolution sees some of every group.

    Args:
        groups: how many groups there are.

    Shape: (N, C, …), unchanged.

    Source: Zhang et al., "ShuffleNet", 2018.

    >>> import minitorch
    >>> minitorch.nn.ChannelShuffle(2)(minitorch.arange(6.0).reshape(1, 6, 1)).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Variable) -> Variable:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(Module):
    """Every window of an image as one column.

    Args:
        kernel_size: height and width of the windows; one number for both.
        dilation: distance of the elements of a window.
        padding: zeros added on each side.
        stride: distance of the windows.

    Shape: (N, C, H, W) or (C, H, W) → (N, C·kh·kw, windows) or (C·kh·kw, windows).

    >>> import minitorch
    >>> minitorch.nn.Unfold((2, 3))(minitorch.zeros(2, 5, 3, 4)).shape
    minitorch.Size([2, 30, 4])
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Variable) -> Variable:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Module):
    """Adds columns up to images, each where `Unfold` would take it from.

    Args:
        output_size: height and width of the images.
        kernel_size: as of `Unfold`.
        dilation: as of `Unfold`.
        padding: as of `Unfold`.
        stride: as of `Unfold`.

    Shape: (N, C·kh·kw, windows) or (C·kh·kw, windows) → (N, C, H, W) or (C, H, W).

    >>> import minitorch
    >>> minitorch.nn.Fold((2, 3), 2)(minitorch.ones(1, 4, 2))
    tensor([[[[1., 2., 1.],
              [1., 2., 1.]]]])
    """

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Variable) -> Variable:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
