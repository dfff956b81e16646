"""Pictures of results: many images as one, and files of them."""

from __future__ import annotations

import math
from typing import Any

from minitorch import dtypes
from minitorch.absent import refuser as _refuser
from minitorch.errors import ArgumentTypeError
from minitorch.modes import no_grad
from minitorch.ops import cat, stack
from minitorch.value import Value
from minitorch.vision.drawing import draw_bounding_boxes as draw_bounding_boxes
from minitorch.vision.images import pillow
from minitorch.vision.transforms.functional_convert import to_pil_image


def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Any:
    """Many images as one, in rows of `nrow`.

    Args:
        tensor: images (N, C, H, W), one image, or a list of images of one size.
        nrow: how many stand in a row.
        padding: how many pixels are between them, and around all.
        normalize: bring the values to 0…1: y = (x − low) / (high − low).
        value_range: low and high; by default the smallest and the largest value.
        scale_each: let each image have its own low and high.
        pad_value: what shows between the images.

    Shape: (N, 1 or 3, H, W) → (3, rows·(H + padding) + padding, nrow·(W + padding) + padding).

    Raises:
        ArgumentTypeError: for what are no images.

    >>> import minitorch
    >>> minitorch.vision.utils.make_grid(minitorch.ones(5, 1, 4, 4), nrow=3).shape
    minitorch.Size([3, 14, 20])
    """
    if isinstance(tensor, list) and all(isinstance(image, Value) for image in tensor):
        tensor = stack(tensor, 0)
    if not isinstance(tensor, Value):
        raise ArgumentTypeError(
            f"make_grid: expected a tensor or a list of tensors, got {type(tensor).__name__}"
        )
    if value_range is not None and not isinstance(value_range, tuple):
        raise ArgumentTypeError(f"make_grid: value_range must be a tuple (low, high), got {value_range!r}")
    x: Any = tensor
    x = x.unsqueeze(0) if x.ndim == 2 else x
    x = x.unsqueeze(0) if x.ndim == 3 else x
    x = cat([x, x, x], 1) if x.shape[1] == 1 else x
    if normalize:
        x = stack([scaled(image, value_range) for image in x], 0) if scale_each else scaled(x, value_range)
    if len(x) == 1:
        return x[0]
    columns = min(nrow, len(x))
    height, width = x.shape[2] + padding, x.shape[3] + padding
    size = (x.shape[1], math.ceil(len(x) / columns) * height + padding, columns * width + padding)
    grid = x.new_full(size, pad_value)
    for k, image in enumerate(x):
        top, left = k // columns * height + padding, k % columns * width + padding
        grid[:, top : top + x.shape[2], left : left + x.shape[3]] = image
    return grid


def scaled(x: Any, value_range: tuple[float, float] | None) -> Any:
    """Values brought to 0…1."""
    low, high = (float(x.min()), float(x.max())) if value_range is None else value_range
    return (x.clamp(low, high) - low) / max(high - low, 1e-5)


@no_grad()
def save_image(tensor: Any, fp: Any, format: str | None = None, **kwargs: Any) -> None:
    """Writes images 0…1 into a file, several as a grid.

    Args:
        tensor: as for `make_grid`.
        fp: a file name, whose ending says the format, or an open file.
        format: of the file, such as "png".
        **kwargs: for `make_grid`.

    Raises:
        MissingDependencyError: without Pillow.

    >>> import io
    >>> import minitorch
    >>> file = io.BytesIO()
    >>> minitorch.vision.utils.save_image(minitorch.ones(3, 4, 4), file, format="png")
    >>> file.getvalue()[1:4]
    b'PNG'
    """
    pillow("save_image")
    grid = make_grid(tensor, **kwargs)
    x = (grid * 255 + 0.5).clamp(0, 255).to(dtypes.uint8)
    to_pil_image(x).save(fp, format=format)


__getattr__ = _refuser("vision.utils")
