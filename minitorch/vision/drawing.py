"""Boxes drawn onto images."""

from __future__ import annotations

import warnings
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.modes import no_grad
from minitorch.ops import cat
from minitorch.value import Value
from minitorch.vision.images import image_of, pillow, pixels
from minitorch.vision.transforms.functional_convert import convert_image_dtype

Colour = tuple[int, ...]


@no_grad()
def draw_bounding_boxes(
    image: Any,
    boxes: Any,
    labels: list[str] | None = None,
    colors: Any = None,
    fill: bool | None = False,
    width: int = 1,
    font: str | None = None,
    font_size: int | None = None,
    label_colors: Any = None,
    label_background_colors: Any = None,
    fill_labels: bool = False,
) -> Any:
    """The image with rectangles on it.

    Args:
        image: (3, H, W), or (1, H, W), of bytes or floats 0…1.
        boxes: (N, 4): left, top, right and bottom in pixels.
        labels: a text for each box.
        colors: a name such as "red", "#f00", a tuple (r, g, b), or a list of these; by default N different ones.
        fill: also tint what is inside.
        width: of the lines, in pixels.
        font: the file of a TrueType font; by default Pillow's own.
        font_size: of that font.
        label_colors: as `colors`; by default those of the boxes, and black with `fill_labels`.
        label_background_colors: as `colors`; by default those of the boxes.
        fill_labels: write on coloured ground.

    Shape: (1 or 3, H, W), (N, 4) → (3, H, W).

    Raises:
        ArgumentError: for what is no image, boxes whose left is beyond their right, too few labels or colours.
        ArgumentTypeError: for anything but tensors.
        NotSupportedError: for rotated boxes (N, 8).
        MissingDependencyError: without Pillow.

    >>> import minitorch
    >>> x = minitorch.zeros(1, 4, 5, dtype=minitorch.uint8)
    >>> minitorch.vision.utils.draw_bounding_boxes(x, minitorch.tensor([[1, 0, 3, 2]]), colors="red")[0]
    tensor([[  0, 255, 255, 255,   0],
            [  0, 255,   0, 255,   0],
            [  0, 255, 255, 255,   0],
            [  0,   0,   0,   0,   0]], dtype=minitorch.uint8)
    """
    check_boxes(image, boxes)
    pillow("draw_bounding_boxes")
    from PIL import ImageDraw, ImageFont

    count = len(boxes)
    if not count:
        warnings.warn("draw_bounding_boxes: there are no boxes, so nothing is drawn", stacklevel=3)
        return image
    if labels is not None and len(labels) != count:
        raise ArgumentError(f"draw_bounding_boxes: {len(labels)} labels for {count} boxes; give one for each")
    lines = parsed_colors(colors, count)
    letters = parsed_colors(label_colors or "black", count) if label_colors or fill_labels else lines
    grounds = parsed_colors(label_background_colors, count) if label_background_colors else lines
    if font is None and font_size is not None:
        warnings.warn("draw_bounding_boxes: font_size needs a font, so it is ignored", stacklevel=3)
    typeface: Any = ImageFont.load_default() if font is None else ImageFont.truetype(font, font_size or 10)

    x = cat([image] * 3, 0) if image.shape[0] == 1 else image
    picture = image_of(convert_image_dtype(x, dtypes.uint8), "RGB")
    draw = ImageDraw.Draw(picture, "RGBA" if fill else None)
    for k, box in enumerate(boxes.long().tolist()):
        draw.rectangle(box, width=width, outline=lines[k], fill=(*lines[k], 100) if fill else None)
        if labels is not None:
            corner = (box[0] + width + 1, box[1] + width + 1)
            if fill_labels:
                left, top, right, bottom = draw.textbbox(corner, labels[k], font=typeface)
                draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=grounds[k])
            draw.text(corner, labels[k], fill=letters[k], font=typeface)
    return convert_image_dtype(pixels(picture), image.dtype)


def check_boxes(image: Any, boxes: Any) -> None:
    """Refuses what is no image, and what are no boxes.

    Raises:
        ArgumentError: for other shapes and dtypes.
        ArgumentTypeError: for anything but tensors.
        NotSupportedError: for rotated boxes.
    """
    if not isinstance(image, Value) or not isinstance(boxes, Value):
        raise ArgumentTypeError(
            f"draw_bounding_boxes: expected two tensors, got {type(image).__name__} and {type(boxes).__name__}"
        )
    x: Any = image
    frames: Any = boxes
    if x.ndim != 3 or x.shape[0] not in (1, 3) or (x.dtype is not dtypes.uint8 and not x.is_floating_point()):
        raise ArgumentError(
            f"draw_bounding_boxes: expected one image (1 or 3, H, W) of uint8 or floats, got {x.dtype} of shape "
            f"{tuple(x.shape)}"
        )
    if frames.ndim == 2 and frames.shape[1] == 8:
        raise NotSupportedError("draw_bounding_boxes: rotated boxes (N, 8) cannot be drawn; use boxes (N, 4)")
    if frames.numel() and (frames.ndim != 2 or frames.shape[1] != 4):
        raise ArgumentError(f"draw_bounding_boxes: expected boxes (N, 4), got shape {tuple(frames.shape)}")
    if frames.numel() and (frames[:, :2] > frames[:, 2:]).any():
        raise ArgumentError(
            "draw_bounding_boxes: boxes are (left, top, right, bottom), and left may not exceed right"
        )


def parsed_colors(colors: Any, count: int) -> list[Colour]:
    """A colour (r, g, b) for each of `count` boxes.

    Raises:
        ArgumentError: for too few colours, or what is none.
    """
    from PIL import ImageColor

    if colors is None:
        return [(k * 33554431 % 255, k * 32767 % 255, k * 2097151 % 255) for k in range(count)]
    if isinstance(colors, list):
        if len(colors) < count:
            raise ArgumentError(
                f"draw_bounding_boxes: {len(colors)} colours for {count} boxes; give one for each"
            )
    elif isinstance(colors, str) or (isinstance(colors, tuple) and len(colors) == 3):
        colors = [colors] * count
    else:
        raise ArgumentError(
            f"draw_bounding_boxes: colours are names, tuples (r, g, b) or lists of these, got {colors!r}"
        )
    return [ImageColor.getrgb(color) if isinstance(color, str) else tuple(color) for color in colors]
