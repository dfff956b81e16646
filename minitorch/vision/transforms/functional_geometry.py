"""Which pixels an image has: resized, cropped, padded, mirrored."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn import functional as F
from minitorch.vision.images import (
    PILLOW_MODES,
    InterpolationMode,
    as_mode,
    get_dimensions,
    image_of,
    in_floats,
    is_tensor,
    pixels,
    two,
)

PADDING_MODES = ("constant", "edge", "reflect", "symmetric")
TENSOR_MODES = ("nearest", "nearest-exact", "bilinear", "bicubic")


def resize(
    img: Any,
    size: Any,
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """The image at another size.

    Args:
        img: an image of Pillow, or a tensor.
        size: (height, width); one number is the length of the shorter edge, and the shape is kept.
        interpolation: how pixels are blended.
        max_size: the longest that the longer edge may become, where `size` is one number.
        antialias: for tensors, blend all pixels that a pixel of the result covers, as Pillow always does.

    Shape: (…, C, H, W) → (…, C, H′, W′).

    Raises:
        ArgumentError: for a size that is none, or a mode that tensors do not have.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.resize(minitorch.zeros(3, 4, 8), 2).shape
    minitorch.Size([3, 2, 4])
    """
    mode = as_mode("resize", interpolation)
    of_tensor = is_tensor("resize", img)
    height, width = new_size(img, size, max_size)
    if [height, width] == get_dimensions(img)[1:]:
        return img
    if not of_tensor:
        if antialias is False:
            warnings.warn("resize: Pillow always blends as antialias=True does; use a tensor", stacklevel=2)
        return img.resize((width, height), PILLOW_MODES[mode])
    name = mode.value
    if name not in TENSOR_MODES:
        raise ArgumentError(
            f"resize: tensors know {', '.join(TENSOR_MODES)}, not {name}; use an image of Pillow"
        )
    blends = name in ("bilinear", "bicubic")
    return in_floats(
        img,
        lambda x: F.interpolate(
            x,
            (height, width),
            mode=name,
            align_corners=False if blends else None,
            antialias=blends and bool(antialias),
        ),
    )


def new_size(img: Any, size: Any, max_size: int | None) -> tuple[int, int]:
    """The height and width that `resize` shall make.

    Raises:
        ArgumentError: for a size that is none.
    """
    _, height, width = get_dimensions(img)
    if not isinstance(size, int) and len(size) == 2:
        if max_size is not None:
            raise ArgumentError(
                "resize: max_size goes with the length of the shorter edge, not with (height, width)"
            )
        return size[0], size[1]
    short, _ = two("resize", "size", size)
    least, most = sorted((height, width))
    long = int(short * most / least)
    if max_size is not None:
        if max_size <= short:
            raise ArgumentError(
                f"resize: max_size {max_size} must be larger than the shorter edge's size {short}"
            )
        if long > max_size:
            short, long = int(max_size * short / long), max_size
    return (long, short) if width <= height else (short, long)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of an image whose upper left corner is (top, left); what lies outside of the image is 0.

    >>> import minitorch
    >>> x = minitorch.arange(9).reshape(1, 3, 3)
    >>> minitorch.vision.transforms.functional.crop(x, 1, 1, 2, 3)
    tensor([[[4, 5, 0],
             [7, 8, 0]]])
    """
    if not is_tensor("crop", img):
        return img.crop((left, top, left + width, top + height))
    bottom, right = top + height, left + width
    _, h, w = get_dimensions(img)
    part = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left >= 0 and top >= 0 and right <= w and bottom <= h:
        return part
    before_w, before_h = max(min(0, right) - left, 0), max(min(0, bottom) - top, 0)
    return pad(part, [before_w, before_h, max(right - max(w, left), 0), max(bottom - max(h, top), 0)])


def center_crop(img: Any, output_size: Any) -> Any:
    """The middle of an image; where it is smaller than the result, with 0 around it.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.center_crop(minitorch.arange(9).reshape(1, 3, 3), 1)
    tensor([[[4]]])
    """
    height, width = two("center_crop", "output_size", output_size)
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        more_w, more_h = max(width - w, 0), max(height - h, 0)
        img = pad(img, [more_w // 2, more_h // 2, (more_w + 1) // 2, (more_h + 1) // 2])
        _, h, w = get_dimensions(img)
    return crop(img, round((h - height) / 2), round((w - width) / 2), height, width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: Any,
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """`crop`, then `resize`.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.resized_crop(minitorch.zeros(3, 8, 8), 0, 0, 4, 4, [2, 2]).shape
    minitorch.Size([3, 2, 2])
    """
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any) -> Any:
    """Left and right exchanged.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.hflip(minitorch.tensor([[[1, 2]]]))
    tensor([[[2, 1]]])
    """
    return img.flip(-1) if is_tensor("hflip", img) else img.transpose(0)  # FLIP_LEFT_RIGHT


def vflip(img: Any) -> Any:
    """Top and bottom exchanged.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.vflip(minitorch.tensor([[[1], [2]]]))
    tensor([[[2],
             [1]]])
    """
    return img.flip(-2) if is_tensor("vflip", img) else img.transpose(1)  # FLIP_TOP_BOTTOM


def pad(img: Any, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Any:
    """The image with a frame around it.

    Args:
        img: an image of Pillow, or a tensor.
        padding: one number for all sides, two for left/right and top/bottom, or four: left, top, right, bottom.
        fill: what the frame shows in the mode `"constant"`; for images of Pillow a number per channel is possible.
        padding_mode: `"constant"`, `"edge"` (the outermost pixels), `"reflect"` (3 2 | 1 2 3 | 2 1) or
            `"symmetric"` (2 1 | 1 2 3 | 3 2).

    Raises:
        ArgumentError: for other modes, other numbers of paddings, or a frame wider than what it shall mirror.
        ArgumentTypeError: for what are no paddings or colours.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.pad(minitorch.tensor([[[1, 2]]]), [1, 0], padding_mode="edge")
    tensor([[[1, 1, 2, 2]]])
    """
    left, top, right, bottom = four_sides(padding)
    check_padding(fill, padding_mode)
    of_tensor = is_tensor("pad", img)
    if padding_mode == "constant":
        if not of_tensor:
            return framed(img, (left, top, right, bottom), fill)
        if isinstance(fill, (list, tuple)):
            raise ArgumentTypeError(f"pad: for tensors fill must be one number, got {fill!r}")
        return F.pad(img, (left, right, top, bottom), value=fill or 0)
    if of_tensor:
        within = img.shape[-1] - (padding_mode == "reflect"), img.shape[-2] - (padding_mode == "reflect")
        if padding_mode != "edge" and (max(left, right) > within[0] or max(top, bottom) > within[1]):
            raise ArgumentError(
                f"pad: a frame of {[left, top, right, bottom]} is wider than what it shall mirror, an image of shape "
                f"{tuple(img.shape)}; pad several times, or use padding_mode='edge'"
            )
        return mirrored(img, (left, top, right, bottom), padding_mode)
    result = image_of(mirrored(pixels(img), (left, top, right, bottom), padding_mode), img.mode)
    if img.mode == "P":
        result.putpalette(img.getpalette())
    return result


def four_sides(padding: Any) -> tuple[int, int, int, int]:
    """Left, top, right and bottom from one, two or four numbers.

    Raises:
        ArgumentError: for other numbers of them.
        ArgumentTypeError: for anything else.
    """
    if isinstance(padding, int):
        return padding, padding, padding, padding
    if not isinstance(padding, Sequence) or isinstance(padding, str):
        raise ArgumentTypeError(f"pad: padding must be an integer or a sequence of them, got {padding!r}")
    if len(padding) not in (1, 2, 4):
        raise ArgumentError(f"pad: padding must have 1, 2 or 4 numbers, got {len(padding)}: {padding!r}")
    left, top, right, bottom = tuple(padding) * (4 // len(padding))
    return left, top, right, bottom


def check_padding(fill: Any, padding_mode: Any) -> None:
    """Refuses what is no colour or no mode.

    Raises:
        ArgumentTypeError: for something that is no colour.
        ArgumentError: for a mode that does not exist.
    """
    if fill is not None and not isinstance(fill, (int, float, list, tuple)):
        raise ArgumentTypeError(f"pad: fill must be a number or one per channel, got {fill!r}")
    if padding_mode not in PADDING_MODES:
        raise ArgumentError(
            f"pad: padding_mode must be one of {', '.join(PADDING_MODES)}, got {padding_mode!r}"
        )


def framed(img: Any, sides: tuple[int, int, int, int], fill: Any) -> Any:
    """An image of Pillow in a frame of one colour."""
    from PIL import ImageOps

    result = ImageOps.expand(img, border=sides, fill=colour(img, fill, "pad"))
    if img.mode == "P":
        result.putpalette(img.getpalette())
    return result


def colour(img: Any, fill: Any, op_name: str) -> Any:
    """A colour of Pillow: a number for each channel of the image.

    Raises:
        ArgumentError: for another number of them.
    """
    bands = len(img.getbands())
    numbers = [0 if fill is None else fill] if not isinstance(fill, (list, tuple)) else list(fill)
    if len(numbers) not in (1, bands):
        raise ArgumentError(f"{op_name}: fill has {len(numbers)} numbers, and the image {bands} channels")
    numbers = [number if img.mode == "F" else int(number) for number in numbers * (bands // len(numbers))]
    return numbers[0] if bands == 1 else tuple(numbers)


def mirrored(x: Any, sides: tuple[int, int, int, int], padding_mode: str) -> Any:
    """A tensor in a frame that repeats its own pixels; negative sides cut off."""
    left, top, right, bottom = sides
    for dim, before, after in ((-1, left, right), (-2, top, bottom)):
        n = x.shape[dim]
        first, last = max(-before, 0), n - max(-after, 0)  # what is cut off is not mirrored either
        places = [
            place(k, last - first, padding_mode) for k in range(-max(before, 0), last - first + max(after, 0))
        ]
        x = x.index_select(dim, tensor([first + k for k in places]))
    return x


def place(k: int, n: int, padding_mode: str) -> int:
    """The pixel out of n that stands at place k, which may lie outside."""
    if padding_mode == "edge":
        return min(max(k, 0), n - 1)
    if padding_mode == "symmetric":
        k %= 2 * n
        return min(k, 2 * n - 1 - k)
    period = max(2 * (n - 1), 1)
    k %= period
    return min(k, period - k) if n > 1 else 0
