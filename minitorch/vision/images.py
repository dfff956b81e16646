"""The two kinds of images: Pillow's, and tensors of shape (…, C, H, W)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, ArgumentTypeError, MissingDependencyError
from minitorch.registry import current_backend
from minitorch.value import Value, wrap


class InterpolationMode(Enum):
    """How pixels are blended when an image is resized, rotated or sheared.

    Tensors know `NEAREST`, `NEAREST_EXACT`, `BILINEAR` and `BICUBIC`; the others are Pillow's.

    >>> from minitorch.vision.transforms import InterpolationMode
    >>> InterpolationMode.BILINEAR.value
    'bilinear'
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PILLOW_MODES = {  # Pillow's numbers; the first of several names is what a number stands for
    InterpolationMode.NEAREST: 0,
    InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
    InterpolationMode.NEAREST_EXACT: 0,
}


def as_mode(op_name: str, interpolation: Any) -> InterpolationMode:
    """The mode meant: itself, or the one that has this number in Pillow.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if isinstance(interpolation, InterpolationMode):
        return interpolation
    for mode, number in PILLOW_MODES.items():
        if isinstance(interpolation, int) and number == interpolation:
            return mode
    raise ArgumentTypeError(
        f"{op_name}: interpolation must be an InterpolationMode or one of Pillow's numbers, got {interpolation!r}"
    )


def pillow(op_name: str) -> Any:
    """The module `PIL.Image`.

    Raises:
        MissingDependencyError: without Pillow; the message names the extra that brings it.
    """
    try:
        from PIL import Image
    except ImportError:
        raise MissingDependencyError(
            f"{op_name}: images of files need Pillow, which is not installed; pip install 'minitorch-edu[vision]'"
        ) from None
    return Image


def is_pillow(img: Any) -> bool:
    """Whether `img` is an image of Pillow; where Pillow was never loaded, nothing is."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(img, module.Image)


def is_tensor(op_name: str, img: Any) -> bool:
    """Whether `img` is a tensor rather than an image of Pillow.

    Raises:
        ArgumentTypeError: if it is neither, or a tensor without height and width.
    """
    if isinstance(img, Value):
        if img.array.ndim < 2:
            raise ArgumentTypeError(
                f"{op_name}: expected an image of shape (…, C, H, W), got shape {tuple(img.array.shape)}"
            )
        return True
    if not is_pillow(img):
        raise ArgumentTypeError(
            f"{op_name}: expected an image of Pillow or a tensor (…, C, H, W), got {type(img).__name__}"
        )
    return False


def get_dimensions(img: Any) -> list[int]:
    """[channels, height, width] of an image of either kind.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.get_dimensions(minitorch.zeros(3, 4, 5))
    [3, 4, 5]
    """
    if is_tensor("get_dimensions", img):
        return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]
    return [len(img.getbands()), img.height, img.width]


def get_image_size(img: Any) -> list[int]:
    """[width, height] of an image of either kind.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.get_image_size(minitorch.zeros(3, 4, 5))
    [5, 4]
    """
    return get_dimensions(img)[:0:-1]


def get_image_num_channels(img: Any) -> int:
    """The number of channels of an image of either kind.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.get_image_num_channels(minitorch.zeros(3, 4, 5))
    3
    """
    return get_dimensions(img)[0]


def require_channels(op_name: str, img: Any, least_dims: int = 2) -> int:
    """The number of channels of a tensor: 1 (grey) or 3 (red, green, blue).

    Raises:
        ArgumentTypeError: for other numbers, or fewer dims.
    """
    channels = get_image_num_channels(img)
    if channels not in (1, 3) or img.ndim < least_dims:
        raise ArgumentTypeError(
            f"{op_name}: expected 1 or 3 channels, (…, 1, H, W) or (…, 3, H, W), got shape {tuple(img.shape)}"
        )
    return channels


def largest(dtype: Any) -> int:
    """The value of white: the largest of an integer dtype, 1 for floats."""
    return 1 if dtype.is_floating_point else 1 if dtype is dtypes.bool_ else int(dtypes.iinfo(dtype).max)


def pixels(img: Any, dtype: Any = None) -> Any:
    """The numbers of an image of Pillow in a tensor of their own, (C, H, W), of another dtype if one is given."""
    backend = current_backend()
    bands = [backend.asarray(band) for band in (img.split() if len(img.getbands()) > 1 else [img])]
    if dtype is None:
        # Mode "I;16" has unsigned words, of which there is no dtype; int16 has the same bits, as in torchvision.
        dtype = "int16" if bands[0].dtype == "uint16" else bands[0].dtype
    array = backend.empty((len(bands), img.height, img.width), dtype)
    for channel, band in zip(array, bands, strict=True):
        backend.copyto(channel, band, casting="unsafe")
    return wrap(array)


def shares(img: Any, dtype: Any) -> Any:
    """The bytes of an image of Pillow as floats 0…1 in a tensor of their own, (C, H, W)."""
    x = pixels(img, dtype)
    current_backend().divide(x.array, 255, x.array)
    return x


def image_of(x: Any, mode: str) -> Any:
    """An image of Pillow whose mode has the numbers of `x`, (C, H, W)."""
    Image = pillow("to_pil_image")
    size = (x.shape[-1], x.shape[-2])
    if mode == "1":  # of which Pillow would read eight pixels from each byte
        x = x.to(dtypes.uint8) * 255
    data = x.detach().permute(1, 2, 0).contiguous().array.tobytes()
    return Image.frombytes(mode, size, data, "raw", "1;8" if mode == "1" else mode)


def in_floats(img: Any, function: Callable[[Any], Any]) -> Any:
    """What `function` makes of (N, 1, H, W) floats, in the dtype and with the leading dims of `img`; integers round.

    The result's height and width may be others.
    """
    x = img if img.is_floating_point() else img.to(dtypes.float32)
    y = function(x.reshape(-1, 1, *img.shape[-2:]))
    y = y.reshape(*img.shape[:-2], *y.shape[-2:])
    return y if img.is_floating_point() else y.round().clamp(*limits(img.dtype)).to(img.dtype)


def limits(dtype: Any) -> tuple[float, float]:
    """The smallest and the largest value of an integer dtype."""
    info = dtypes.iinfo(dtype)
    return info.min, info.max


def two(op_name: str, name: str, value: Any) -> Any:
    """(height, width) from one number or a sequence of one; a sequence of two as it is.

    Raises:
        ArgumentError: for other lengths.
        ArgumentTypeError: for anything else.
    """
    if isinstance(value, (int, float)):
        return int(value), int(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ArgumentTypeError(f"{op_name}: {name} must be a number or (height, width), got {value!r}")
    if len(value) not in (1, 2):
        raise ArgumentError(f"{op_name}: {name} must have one or two numbers, (height, width), got {value!r}")
    return value if len(value) == 2 else (value[0], value[0])
