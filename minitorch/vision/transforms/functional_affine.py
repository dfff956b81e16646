"""Images turned, moved, scaled and sheared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minitorch import dtypes
from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.filled import ones
from minitorch.nn import functional as F
from minitorch.ops import cat, stack, where
from minitorch.ranges import linspace
from minitorch.vision.images import (
    PILLOW_MODES,
    InterpolationMode,
    as_mode,
    get_dimensions,
    is_tensor,
    limits,
)
from minitorch.vision.transforms.functional_geometry import colour


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: Any = None,
) -> Any:
    """The image turned by `angle` degrees, against the clock.

    Args:
        img: an image of Pillow, or a tensor.
        angle: in degrees.
        interpolation: how pixels are blended; tensors know NEAREST and BILINEAR.
        expand: let the result be as large as the turned image is.
        center: around what, (x, y) in pixels from the upper left corner; by default the middle.
        fill: what shows where no image was: a number, or one for each channel; by default 0.

    Raises:
        ArgumentTypeError: for an angle or a centre that is none.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.rotate(minitorch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), 90)
    tensor([[[2., 4.],
             [1., 3.]]])
    """
    mode = as_mode("rotate", interpolation)
    if not isinstance(angle, (int, float)):
        raise ArgumentTypeError(f"rotate: angle must be a number, got {type(angle).__name__}")
    middle = from_middle("rotate", img, center)
    if not is_tensor("rotate", img):
        return img.rotate(angle, PILLOW_MODES[mode], expand, center, fillcolor=colour(img, fill, "rotate"))
    matrix = inverse_matrix(middle, -angle, (0.0, 0.0), 1.0, (0.0, 0.0))
    _, height, width = get_dimensions(img)
    size = turned_size(matrix, height, width) if expand else (height, width)
    return seen_through("rotate", img, matrix, size, mode, fill)


def affine(
    img: Any,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: Any,
    interpolation: Any = InterpolationMode.NEAREST,
    fill: Any = None,
    center: Sequence[float] | None = None,
) -> Any:
    """The image turned, sheared, scaled and moved; its size stays.

    A point p goes to T·C·R·S·C⁻¹·p: C moves the centre to 0, S shears and scales, R turns, T moves.

    Args:
        img: an image of Pillow, or a tensor.
        angle: in degrees, with the clock.
        translate: by how many pixels, (x, y).
        scale: factor of the size.
        shear: angles in degrees, for x and y; one number is for x.
        interpolation: how pixels are blended; tensors know NEAREST and BILINEAR.
        fill: what shows where no image was: a number, or one for each channel; by default 0.
        center: of turning, shearing and scaling, (x, y) in pixels from the upper left corner; by default the middle.

    Raises:
        ArgumentError: for a scale that is not positive, or sequences of other lengths.
        ArgumentTypeError: for what are no numbers.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0, 3.0]]])
    >>> minitorch.vision.transforms.functional.affine(x, 0, [1, 0], 1.0, 0)
    tensor([[[0., 1., 2.]]])
    """
    mode = as_mode("affine", interpolation)
    if not isinstance(angle, (int, float)):
        raise ArgumentTypeError(f"affine: angle must be a number, got {type(angle).__name__}")
    if not isinstance(translate, (list, tuple)):
        raise ArgumentTypeError(f"affine: translate must be a sequence (x, y), got {translate!r}")
    if len(translate) != 2:
        raise ArgumentError(f"affine: translate must have two numbers, (x, y), got {translate!r}")
    if scale <= 0:
        raise ArgumentError(f"affine: scale must be positive, got {scale}")
    middle = from_middle("affine", img, center)
    shears = two_shears(shear)
    if is_tensor("affine", img):
        matrix = inverse_matrix(middle, angle, translate, scale, shears)
        _, height, width = get_dimensions(img)
        return seen_through("affine", img, matrix, (height, width), mode, fill)
    around = (img.width / 2, img.height / 2) if center is None else center
    matrix = inverse_matrix(around, angle, translate, scale, shears)
    fill = colour(img, fill, "affine")
    return img.transform(img.size, 0, matrix, PILLOW_MODES[mode], fillcolor=fill)  # 0: AFFINE


def two_shears(shear: Any) -> tuple[float, float]:
    """The angles for x and y.

    Raises:
        ArgumentError: for a sequence of another length.
        ArgumentTypeError: for anything else.
    """
    if isinstance(shear, (int, float)):
        return shear, 0.0
    if not isinstance(shear, (list, tuple)):
        raise ArgumentTypeError(f"affine: shear must be a number or two, for x and y, got {shear!r}")
    if len(shear) not in (1, 2):
        raise ArgumentError(f"affine: shear must have one or two numbers, got {shear!r}")
    return shear[0], shear[-1]


def from_middle(op_name: str, img: Any, center: Any) -> tuple[float, float]:
    """A centre counted from the middle of the image instead of its corner.

    Raises:
        ArgumentTypeError: for a centre that is no sequence.
    """
    if center is None:
        return 0.0, 0.0
    if not isinstance(center, (list, tuple)):
        raise ArgumentTypeError(f"{op_name}: center must be a sequence (x, y), got {center!r}")
    _, height, width = get_dimensions(img)
    return center[0] - width / 2, center[1] - height / 2


def inverse_matrix(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: Sequence[float]
) -> list[float]:
    """Where each point of the result stems from: (x, y) → (m₀x + m₁y + m₂, m₃x + m₄y + m₅)."""
    turn, shear_x, shear_y = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    # Turn and shear together are ((a, b), (c, d)), whose determinant is 1.
    a = math.cos(turn - shear_y) / math.cos(shear_y)
    c = math.sin(turn - shear_y) / math.cos(shear_y)
    b = -a * math.tan(shear_x) - math.sin(turn)
    d = -c * math.tan(shear_x) + math.cos(turn)
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    rows = ((d / scale, -b / scale), (-c / scale, a / scale))
    (m0, m1), (m3, m4) = rows
    return [m0, m1, m0 * x + m1 * y + center[0], m3, m4, m3 * x + m4 * y + center[1]]


def turned_size(matrix: list[float], height: int, width: int) -> tuple[int, int]:
    """The height and width of what an image covers after it was turned."""
    sizes = []
    for (p, q, shift), n in zip((matrix[:3], matrix[3:]), (width, height), strict=True):
        ends = [p * x * width / 2 + q * y * height / 2 + shift + n / 2 for x in (-1, 1) for y in (-1, 1)]
        low, high = (
            math.trunc(end * 1e4) / 1e4 for end in (min(ends), max(ends))
        )  # 3.0000001 covers no 4th pixel
        sizes.append(math.ceil(high) - math.floor(low))
    return sizes[1], sizes[0]


def seen_through(
    op_name: str, img: Any, matrix: list[float], size: tuple[int, int], mode: InterpolationMode, fill: Any
) -> Any:
    """What a tensor shows at the points from which the pixels of the result stem.

    Raises:
        ArgumentError: for a mode that tensors do not have, or another number of colours than of channels.
    """
    if mode.value not in ("nearest", "bilinear"):
        raise ArgumentError(
            f"{op_name}: tensors know nearest and bilinear, not {mode.value}; use an image of Pillow"
        )
    channels, height, width = get_dimensions(img)
    numbers = [fill] if not isinstance(fill, (list, tuple)) else list(fill)
    if len(numbers) not in (1, channels):
        raise ArgumentError(f"{op_name}: fill has {len(numbers)} numbers, and the image {channels} channels")
    x = img if img.is_floating_point() else img.to(dtypes.float32)
    x = x.reshape(1, -1, height, width)
    if fill is not None:  # one more channel, which is 0 where no image was
        x = cat([x, ones(1, 1, height, width, dtype=x.dtype)], 1)
    y = F.grid_sample(x, points(matrix, size, height, width, x.dtype), mode.value, "zeros", False)
    if fill is None:
        y = y.reshape(*img.shape[:-2], *size)
    else:
        share = y[0, -1]
        y = y[0, :-1].reshape(*img.shape[:-2], *size)
        frame = tensor([float(number) for number in numbers], dtype=y.dtype).reshape(-1, 1, 1)
        frame = frame.reshape(()) if len(numbers) == 1 else frame
        y = where(share < 0.5, frame, y) if mode.value == "nearest" else y * share + (1 - share) * frame
    return y if img.is_floating_point() else y.round().clamp(*limits(img.dtype)).to(img.dtype)


def points(matrix: list[float], size: tuple[int, int], height: int, width: int, dtype: Any) -> Any:
    """For each pixel of the result the point of the image, in units where the image reaches from −1 to 1."""
    rows, columns = size
    x = linspace(0.5 - columns / 2, columns / 2 - 0.5, columns, dtype=dtype).expand(rows, columns)
    y = linspace(0.5 - rows / 2, rows / 2 - 0.5, rows, dtype=dtype).reshape(rows, 1).expand(rows, columns)
    base = stack([x, y, ones(rows, columns, dtype=dtype)], -1).reshape(rows * columns, 3)
    theta = tensor(matrix, dtype=dtype).reshape(2, 3).mT / tensor([0.5 * width, 0.5 * height], dtype=dtype)
    return (base @ theta).reshape(1, rows, columns, 2)
