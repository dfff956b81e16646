"""Channels for pixels and back, and channels in another order: pixel_shuffle, pixel_unshuffle, channel_shuffle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.common import require_tensors

if TYPE_CHECKING:
    from minitorch.variable import Variable


def pixel_shuffle(input: Any, upscale_factor: int) -> Variable:
    """Lays groups of r² channels out as squares of r × r pixels.

    y[…, c, h·r + i, w·r + j] = x[…, c·r² + i·r + j, h, w]

    Args:
        input: the images.
        upscale_factor: r.

    Shape: (…, C·r², H, W) → (…, C, H·r, W·r).

    Source: Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel
        convolutional neural network, CVPR 2016.

    >>> import minitorch
    >>> x = minitorch.tensor([[[0.0, 4.0]], [[1.0, 5.0]], [[2.0, 6.0]], [[3.0, 7.0]]])
    >>> minitorch.nn.functional.pixel_shuffle(x, 2)
    tensor([[[0., 1., 4., 5.],
             [2., 3., 6., 7.]]])
    """
    *lead, channels, h, w = image_shape("pixel_shuffle", input, "upscale_factor", upscale_factor)
    r = upscale_factor
    if channels % r**2:
        raise ShapeError(
            f"pixel_shuffle: {channels} channels (of shape {tuple(input.shape)}) are not divisible by "
            f"upscale_factor² = {r**2}"
        )
    n = len(lead)
    x = input.reshape(*lead, channels // r**2, r, r, h, w)
    x = x.permute(*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return x.reshape(*lead, channels // r**2, h * r, w * r)


def pixel_unshuffle(input: Any, downscale_factor: int) -> Variable:
    """Undoes `pixel_shuffle`: squares of r × r pixels become r² channels.

    Shape: (…, C, H·r, W·r) → (…, C·r², H, W).

    >>> import minitorch
    >>> minitorch.nn.functional.pixel_unshuffle(minitorch.arange(4.0).reshape(1, 2, 2), 2).flatten()
    tensor([0., 1., 2., 3.])
    """
    *lead, channels, h, w = image_shape("pixel_unshuffle", input, "downscale_factor", downscale_factor)
    r = downscale_factor
    if h % r or w % r:
        raise ShapeError(
            f"pixel_unshuffle: height and width of shape {tuple(input.shape)} are not divisible by "
            f"downscale_factor = {r}"
        )
    n = len(lead)
    x = input.reshape(*lead, channels, h // r, r, w // r, r)
    x = x.permute(*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return x.reshape(*lead, channels * r**2, h // r, w // r)


def channel_shuffle(input: Any, groups: int) -> Variable:
    """Deals channels out anew, so that the next grouped convolution sees some of every group.

    With g groups, channel i·(C/g) + j moves to j·g + i.

    Shape: (N, C, …), unchanged.

    Source: Zhang et al., ShuffleNet, CVPR 2018.

    >>> import minitorch
    >>> minitorch.nn.functional.channel_shuffle(minitorch.arange(6.0).reshape(1, 6, 1), 2).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """
    require_tensors("channel_shuffle", input=input)
    if input.ndim < 3:
        raise ShapeError(f"channel_shuffle: expected (N, C, …) with 3 dims or more, got {tuple(input.shape)}")
    n, channels, *rest = input.shape
    if groups < 1 or channels % groups:
        raise ArgumentError(
            f"channel_shuffle: {channels} channels cannot be split into {groups} equal groups"
        )
    x = input.reshape(n, groups, channels // groups, *rest).transpose(1, 2)
    return x.reshape(input.shape)


def native_channel_shuffle(input: Any, groups: int) -> Variable:
    """`channel_shuffle` under the other name that PyTorch has for it.

    >>> import minitorch
    >>> minitorch.nn.functional.native_channel_shuffle(minitorch.arange(4.0).reshape(1, 4, 1), 2).flatten()
    tensor([0., 2., 1., 3.])
    """
    return channel_shuffle(input, groups)


def image_shape(op_name: str, x: Any, setting: str, factor: int) -> tuple[int, ...]:
    """The shape of images, after checking it and a factor by which they are scaled."""
    require_tensors(op_name, input=x)
    if x.ndim < 3:
        raise ShapeError(f"{op_name}: expected (…, C, H, W) with 3 dims or more, got {tuple(x.shape)}")
    if factor < 1:
        raise ArgumentError(f"{op_name}: {setting} must be positive, got {factor}")
    return tuple(x.shape)
