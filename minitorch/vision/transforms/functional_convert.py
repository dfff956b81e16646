"""Between Pillow and tensors, between dtypes, and to mean 0 and deviation 1."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from minitorch import dtypes
from minitorch.creation import as_tensor
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError
from minitorch.value import Value
from minitorch.vision.images import image_of, is_pillow, largest, pixels, shares

LITTLE = sys.byteorder == "little"
WORD = "I;16" if LITTLE else "I;16B"
OF_ONE = {dtypes.uint8: "L", dtypes.int16: WORD, dtypes.int32: "I", dtypes.float32: "F"}
OF_MORE = {2: ("LA",), 3: ("RGB", "YCbCr", "HSV"), 4: ("RGBA", "CMYK", "RGBX")}  # the first is the usual one


def pil_to_tensor(pic: Any) -> Any:
    """The numbers of an image of Pillow, as they are: (C, H, W).

    Raises:
        ArgumentTypeError: for anything else.
        DtypeError: for images of 16 bits.

    >>> import minitorch
    >>> from PIL import Image
    >>> minitorch.vision.transforms.functional.pil_to_tensor(Image.new("L", (2, 1), 7))
    tensor([[[7, 7]]], dtype=minitorch.uint8)
    """
    if not is_pillow(pic):
        raise ArgumentTypeError(f"pil_to_tensor: expected an image of Pillow, got {type(pic).__name__}")
    if pic.mode.startswith("I;16"):
        raise DtypeError(
            f"pil_to_tensor: there is no dtype for the unsigned words of mode {pic.mode}; use to_tensor"
        )
    return pixels(pic)


def to_tensor(pic: Any) -> Any:
    """An image of Pillow, or an array (H, W, C), as (C, H, W); bytes 0…255 become floats 0…1.

    Other numbers than bytes stay what they are.

    Raises:
        ArgumentError: for an array that has neither 2 nor 3 dims.
        ArgumentTypeError: for anything else.

    >>> import minitorch
    >>> from PIL import Image
    >>> minitorch.vision.transforms.functional.to_tensor(Image.new("L", (2, 1), 255))
    tensor([[[1., 1.]]])
    """
    real = dtypes.get_default_dtype()
    if is_pillow(pic):
        if pic.mode == "1":
            return pixels(pic, real.dtype)
        if not pic.mode.startswith(("I", "F")):  # all others have bytes
            return shares(pic, real.dtype)
        x = pixels(pic)
    elif isinstance(pic, Value) or not hasattr(pic, "__array_interface__"):
        raise ArgumentTypeError(
            f"to_tensor: expected an image of Pillow or an array, got {type(pic).__name__}"
        )
    else:
        if pic.ndim not in (2, 3):
            raise ArgumentError(f"to_tensor: expected an array (H, W) or (H, W, C), got shape {pic.shape}")
        x = as_tensor(pic)
        x = x.unsqueeze(2).permute(2, 0, 1) if x.ndim == 2 else x.permute(2, 0, 1)
    x = x.contiguous()
    return x.to(real) / 255 if x.dtype is dtypes.uint8 else x


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor (C, H, W) or (H, W), or an array (H, W, C), as an image of Pillow; floats 0…1 become bytes.

    Args:
        pic: one image.
        mode: of the result; by default "L", "LA", "RGB" or "RGBA" by the number of channels.

    Raises:
        ArgumentError: for shapes and modes that no image has.
        ArgumentTypeError: for dtypes that no image has.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.to_pil_image(minitorch.ones(3, 4, 5)).size
    (5, 4)
    """
    if isinstance(pic, Value):
        x: Any = pic
        x = x.unsqueeze(0) if x.ndim == 2 else x
    elif hasattr(pic, "__array_interface__") and hasattr(pic, "ndim"):
        x = as_tensor(pic)
        x = x.unsqueeze(0) if x.ndim == 2 else x.permute(2, 0, 1) if x.ndim == 3 else x
    else:
        raise ArgumentTypeError(f"to_pil_image: expected a tensor or an array, got {type(pic).__name__}")
    if x.ndim != 3 or not 1 <= x.shape[0] <= 4:
        raise ArgumentError(
            f"to_pil_image: expected one image, a tensor (C, H, W) with 1 to 4 channels, got shape {tuple(pic.shape)}"
        )
    if x.is_floating_point() and mode != "F":
        x = (x * 255).to(dtypes.uint8)
    if x.shape[0] == 1:
        known: tuple[str, ...] = (OF_ONE[x.dtype],) if x.dtype in OF_ONE else ()
    else:
        known = OF_MORE[x.shape[0]]
    if not known or (x.shape[0] > 1 and x.dtype is not dtypes.uint8):
        raise ArgumentTypeError(
            f"to_pil_image: no image has {x.shape[0]} channels of {x.dtype}; use x.to(uint8)"
        )
    if mode is not None and mode not in known:
        raise ArgumentError(
            f"to_pil_image: {x.shape[0]} channels of {x.dtype} make an image of mode {', '.join(known)}, not {mode!r}"
        )
    return image_of(x, mode or known[0])


def convert_image_dtype(image: Any, dtype: Any = dtypes.float32) -> Any:
    """The same image in another dtype, white staying white: bytes 0…255 are floats 0…1.

    Floats f become integers ⌊f·(max + 1 − 10⁻³)⌋, so that all integers stand for equal shares of [0, 1].

    Raises:
        ArgumentTypeError: for anything but a tensor.
        ArgumentError: for floats into integers that have more digits than the floats.

    >>> import minitorch
    >>> x = minitorch.tensor([[[0.0, 0.5, 1.0]]])
    >>> minitorch.vision.transforms.functional.convert_image_dtype(x, minitorch.uint8)
    tensor([[[  0, 127, 255]]], dtype=minitorch.uint8)
    """
    if not isinstance(image, Value):
        raise ArgumentTypeError(f"convert_image_dtype: expected a tensor, got {type(image).__name__}")
    x: Any = image
    if x.dtype is dtype:
        return x
    if x.is_floating_point():
        if dtype.is_floating_point:
            return x.to(dtype)
        if dtype is dtypes.int64 or (dtype is dtypes.int32 and x.dtype is dtypes.float32):
            raise ArgumentError(f"convert_image_dtype: {x.dtype} is too coarse for the integers of {dtype}")
        return (x * (largest(dtype) + 1 - 1e-3)).to(dtype)
    old, new = largest(x.dtype), largest(dtype)
    if dtype.is_floating_point:
        return x.to(dtype) / old
    if old > new:
        return (x // ((old + 1) // (new + 1))).to(dtype)
    return x.to(dtype) * ((new + 1) // (old + 1))


def normalize(tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Any:
    """y = (x − mean) / std, channel by channel.

    Args:
        tensor: floats (…, C, H, W).
        mean: C numbers.
        std: C numbers.
        inplace: write the result into `tensor`.

    Raises:
        ArgumentTypeError: for integers, or an image of Pillow.
        ArgumentError: for a std of 0, or less than 3 dims.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.normalize(minitorch.ones(1, 1, 2), [0.5], [0.25])
    tensor([[[2., 2.]]])
    """
    if not isinstance(tensor, Value):
        raise ArgumentTypeError(
            f"normalize: expected a tensor, got {type(tensor).__name__}; put ToTensor() before Normalize"
        )
    x: Any = tensor
    if not x.is_floating_point():
        raise ArgumentTypeError(f"normalize: expected floats, got {x.dtype}; use convert_image_dtype(x)")
    if x.ndim < 3:
        raise ArgumentError(f"normalize: expected an image (…, C, H, W), got shape {tuple(x.shape)}")
    shift, scale = (as_tensor(v, dtype=x.dtype) for v in (mean, std))
    if (scale == 0).any():
        raise ArgumentError(f"normalize: std {std} has a 0 in {x.dtype}, by which nothing can be divided")
    shift, scale = (v.reshape(-1, 1, 1) if v.ndim == 1 else v for v in (shift, scale))
    return x.sub_(shift).div_(scale) if inplace else (x - shift) / scale
