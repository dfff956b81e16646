"""Brightness, contrast, saturation and hue."""

from __future__ import annotations

from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError
from minitorch.ops import cat, stack, where
from minitorch.vision.images import is_tensor, largest, require_channels
from minitorch.vision.transforms.functional_convert import convert_image_dtype


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """y = 0.2989·r + 0.587·g + 0.114·b, in one channel or three equal ones.

    Raises:
        ArgumentError: for other numbers of channels.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0]], [[0.0]], [[0.0]]])
    >>> minitorch.vision.transforms.functional.rgb_to_grayscale(x)
    tensor([[[0.2989]]])
    """
    if num_output_channels not in (1, 3):
        raise ArgumentError(
            f"rgb_to_grayscale: num_output_channels must be 1 or 3, got {num_output_channels}"
        )
    if not is_tensor("rgb_to_grayscale", img):
        grey = img.convert("L")
        if num_output_channels == 1:
            return grey
        from PIL import Image

        return Image.merge("RGB", [grey] * 3)
    if require_channels("rgb_to_grayscale", img, 3) == 1:
        y = img.clone()
    else:
        r, g, b = img.unbind(-3)
        y = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(-3)
    return cat([y] * 3, -3) if num_output_channels == 3 else y


def blend(x: Any, other: Any, share: float) -> Any:
    """share·x + (1 − share)·other, kept between black and white."""
    return (share * x + (1 - share) * other).clamp(0, largest(x.dtype)).to(x.dtype)


def enhanced(name: str, img: Any, factor: float) -> Any:
    """An image of Pillow after one of its enhancers."""
    from PIL import ImageEnhance

    return getattr(ImageEnhance, name)(img).enhance(factor)


def require_factor(name: str, factor: float) -> None:
    """Refuses negative factors.

    Raises:
        ArgumentError: for a negative factor.
    """
    if factor < 0:
        raise ArgumentError(f"{name}: the factor must not be negative, got {factor}")


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """y = factor·x: 0 is black, 1 the same image.

    >>> import minitorch
    >>> x = minitorch.tensor([[[0.25, 0.75]]])
    >>> minitorch.vision.transforms.functional.adjust_brightness(x, 2.0)
    tensor([[[0.5000, 1.0000]]])
    """
    require_factor("adjust_brightness", brightness_factor)
    if not is_tensor("adjust_brightness", img):
        return enhanced("Brightness", img, brightness_factor)
    require_channels("adjust_brightness", img)
    return blend(img, 0, brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """y = factor·x + (1 − factor)·m, where m is the mean of the grey image: 0 is grey, 1 the same image.

    >>> import minitorch
    >>> x = minitorch.tensor([[[0.25, 0.75]]])
    >>> minitorch.vision.transforms.functional.adjust_contrast(x, 0.5)
    tensor([[[0.3750, 0.6250]]])
    """
    require_factor("adjust_contrast", contrast_factor)
    if not is_tensor("adjust_contrast", img):
        return enhanced("Contrast", img, contrast_factor)
    grey = img if require_channels("adjust_contrast", img) == 1 else rgb_to_grayscale(img)
    grey = grey if grey.is_floating_point() else grey.to(dtypes.float32)
    return blend(img, grey.mean((-3, -2, -1) if img.ndim > 2 else (-2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """y = factor·x + (1 − factor)·grey: 0 is grey, 1 the same image.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0]], [[0.0]], [[0.0]]])
    >>> minitorch.vision.transforms.functional.adjust_saturation(x, 0.0).flatten()
    tensor([0.2989, 0.2989, 0.2989])
    """
    require_factor("adjust_saturation", saturation_factor)
    if not is_tensor("adjust_saturation", img):
        return enhanced("Color", img, saturation_factor)
    if require_channels("adjust_saturation", img) == 1:
        return img
    return blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """The colours moved along the circle of hues by a share of it: ½ gives the opposite colours.

    Raises:
        ArgumentError: for a share outside of [−½, ½].

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0]], [[0.0]], [[0.0]]])
    >>> minitorch.vision.transforms.functional.adjust_hue(x, 0.5).flatten()
    tensor([0., 1., 1.])
    """
    if not -0.5 <= hue_factor <= 0.5:
        raise ArgumentError(f"adjust_hue: the factor must be between −0.5 and 0.5, got {hue_factor}")
    if not is_tensor("adjust_hue", img):
        return turned_hue(img, hue_factor)
    if require_channels("adjust_hue", img) == 1:
        return img
    h, s, v = rgb_to_hsv(convert_image_dtype(img, dtypes.float32))
    return convert_image_dtype(hsv_to_rgb((h + hue_factor) % 1.0, s, v), img.dtype)


def turned_hue(img: Any, hue_factor: float) -> Any:
    """`adjust_hue` of an image of Pillow, whose hues are bytes."""
    if img.mode in ("L", "1", "I", "F"):
        return img
    from PIL import Image

    h, s, v = img.convert("HSV").split()
    step = int(hue_factor * 255)
    h = h.point([(k + step) % 256 for k in range(256)])
    return Image.merge("HSV", (h, s, v)).convert(img.mode)


def rgb_to_hsv(x: Any) -> tuple[Any, Any, Any]:
    """Hue (share of the circle), saturation and value of colours (…, 3, H, W)."""
    r, g, b = x.unbind(-3)
    high, low = x.amax(-3), x.amin(-3)
    grey = high == low  # has no hue and no saturation, and must not divide by 0
    span = where(grey, 1.0, high - low)
    s = (high - low) / where(grey, 1.0, high)
    from_r, from_g, from_b = ((high - channel) / span for channel in (r, g, b))
    sixths = where(high == r, from_b - from_g, where(high == g, 2.0 + from_r - from_b, 4.0 + from_g - from_r))
    return (sixths / 6.0 + 1.0) % 1.0, s, high


def hsv_to_rgb(h: Any, s: Any, v: Any) -> Any:
    """Colours (…, 3, H, W) from hue, saturation and value.

    Source: Smith, Color gamut transform pairs, SIGGRAPH 1978.
    """
    sixths = h * 6.0
    sector = sixths.floor()
    f = sixths - sector
    p, q, t = ((v * (1 - s * share)).clamp(0, 1) for share in (1, f, 1 - f))
    number = sector.to(dtypes.int64) % 6
    channels = []
    for choices in ((v, q, p, p, t, v), (t, v, v, q, p, p), (p, p, t, v, v, q)):
        y = choices[5]
        for k in range(5):
            y = where(number == k, choices[k], y)
        channels.append(y)
    return stack(channels, -3)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    """y = gain·x^gamma, for x from 0 to 1: a gamma above 1 darkens shadows, one below 1 lightens them.

    Raises:
        ArgumentError: for a negative gamma.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.adjust_gamma(minitorch.tensor([[[0.5]]]), 2.0)
    tensor([[[0.2500]]])
    """
    if gamma < 0:
        raise ArgumentError(f"adjust_gamma: gamma must not be negative, got {gamma}")
    if not is_tensor("adjust_gamma", img):
        curve = [int((256 - 1e-3) * gain * (k / 255) ** gamma) for k in range(256)]
        return img.convert("RGB").point(curve * 3).convert(img.mode)
    require_channels("adjust_gamma", img)
    x = img if img.is_floating_point() else convert_image_dtype(img, dtypes.float32)
    return convert_image_dtype((gain * x**gamma).clamp(0, 1), img.dtype)
