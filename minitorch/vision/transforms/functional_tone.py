"""Images inverted, posterized, solarized, sharpened, and their tones spread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch import dtypes
from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn import functional as F
from minitorch.ops import stack, where
from minitorch.ops.counting import bincount
from minitorch.ops.cumulative import cumsum
from minitorch.vision.images import in_floats, is_tensor, largest, require_channels
from minitorch.vision.transforms.functional_color import blend, enhanced, require_factor


def of_pillow(name: str, img: Any, *args: Any) -> Any:
    """An image of Pillow after one of the functions of `PIL.ImageOps`."""
    from PIL import ImageOps

    change: Callable[..., Any] = getattr(ImageOps, name)
    return change(img, *args)


def require_bytes(op_name: str, img: Any) -> None:
    """Refuses other tensors than images of bytes.

    Raises:
        ArgumentTypeError: for other dtypes.
    """
    require_channels(op_name, img, 3)
    if img.dtype is not dtypes.uint8:
        raise ArgumentTypeError(
            f"{op_name}: expected uint8, got {img.dtype}; use convert_image_dtype(x, minitorch.uint8)"
        )


def invert(img: Any) -> Any:
    """y = white − x.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.invert(minitorch.tensor([[[0.25]]]))
    tensor([[[0.7500]]])
    """
    if not is_tensor("invert", img):
        return of_pillow("invert", img)
    require_channels("invert", img, 3)
    return largest(img.dtype) - img


def posterize(img: Any, bits: int) -> Any:
    """Only the highest bits of each byte are kept.

    Raises:
        ArgumentError: for less than 0 bits, or more than 8.

    >>> import minitorch
    >>> x = minitorch.tensor([[[200, 255]]], dtype=minitorch.uint8)
    >>> minitorch.vision.transforms.functional.posterize(x, 1)
    tensor([[[128, 128]]], dtype=minitorch.uint8)
    """
    if not 0 <= bits <= 8:
        raise ArgumentError(f"posterize: bits must be from 0 to 8, got {bits}")
    if not is_tensor("posterize", img):
        return of_pillow("posterize", img, bits)
    require_bytes("posterize", img)
    return img & (256 - 2 ** (8 - bits))


def solarize(img: Any, threshold: float) -> Any:
    """y = white − x where x ≥ threshold, else x.

    Raises:
        ArgumentTypeError: for a threshold above white.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.solarize(minitorch.tensor([[[0.25, 0.75]]]), 0.5)
    tensor([[[0.2500, 0.2500]]])
    """
    if not is_tensor("solarize", img):
        return of_pillow("solarize", img, threshold)
    require_channels("solarize", img, 3)
    if threshold > largest(img.dtype):
        raise ArgumentTypeError(f"solarize: threshold {threshold} is above white, {largest(img.dtype)}")
    return where(img >= threshold, largest(img.dtype) - img, img)


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    """y = factor·x + (1 − factor)·blurred: 0 is blurred, 1 the same image, 2 sharper.

    The blurred pixel is the mean of it (with weight 5) and its 8 neighbours; the outermost pixels stay.

    >>> import minitorch
    >>> x = minitorch.zeros(1, 3, 3)
    >>> x[0, 1, 1] = 1.0
    >>> minitorch.vision.transforms.functional.adjust_sharpness(x, 0.0)[0, 1]
    tensor([0.0000, 0.3846, 0.0000])
    """
    require_factor("adjust_sharpness", sharpness_factor)
    if not is_tensor("adjust_sharpness", img):
        return enhanced("Sharpness", img, sharpness_factor)
    require_channels("adjust_sharpness", img)
    if img.shape[-1] <= 2 or img.shape[-2] <= 2:
        return img
    kernel = tensor([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]).reshape(1, 1, 3, 3) / 13
    blurred = img.clone()
    blurred[..., 1:-1, 1:-1] = in_floats(img, lambda x: F.conv2d(x, kernel.to(x.dtype)))
    return blend(img, blurred, sharpness_factor)


def autocontrast(img: Any) -> Any:
    """y = (x − low) / (high − low)·white: each channel reaches from black to white.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.autocontrast(minitorch.tensor([[[0.25, 0.5, 0.75]]]))
    tensor([[[0.0000, 0.5000, 1.0000]]])
    """
    if not is_tensor("autocontrast", img):
        return of_pillow("autocontrast", img)
    require_channels("autocontrast", img, 3)
    white = largest(img.dtype)
    x = img if img.is_floating_point() else img.to(dtypes.float32)
    low, high = x.amin((-2, -1), keepdim=True), x.amax((-2, -1), keepdim=True)
    flat = high == low  # a channel of one tone stays
    y = (x - where(flat, 0.0, low)) * where(flat, 1.0, white / where(flat, 1.0, high - low))
    return y.clamp(0, white).to(img.dtype)


def equalize(img: Any) -> Any:
    """Each channel of bytes with its tones spread so that all become about equally frequent.

    >>> import minitorch
    >>> x = minitorch.arange(100, 104, dtype=minitorch.uint8).repeat(1, 200, 1)
    >>> minitorch.vision.transforms.functional.equalize(x)[0, 0]
    tensor([  0, 100, 200, 255], dtype=minitorch.uint8)
    """
    if not is_tensor("equalize", img):
        return of_pillow("equalize", img)
    require_bytes("equalize", img)
    channels = [equalized(channel) for channel in img.reshape(-1, *img.shape[-2:])]
    return stack(channels, 0).reshape(img.shape)


def equalized(x: Any) -> Any:
    """One channel with its tones spread.

    With n pixels of a tone that are not of the brightest one, tone k becomes (Σ_{j<k} nⱼ + step/2) / step.
    """
    counts = bincount(x.flatten().to(dtypes.int64), minlength=256)
    present = counts[counts != 0]
    step = int(present[:-1].sum()) // 255
    if not step:
        return x
    tones = (cumsum(counts, 0) - counts + step // 2) // step
    return tones.clamp(0, 255).to(dtypes.uint8)[x.to(dtypes.int64)]
