"""Transforms of colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.sampling import randperm
from minitorch.vision.images import get_dimensions
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform, happens, uniform

Range = tuple[float, float]


class Grayscale(Transform):
    """Images without colour, in one channel or three equal ones.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.Grayscale()(minitorch.zeros(3, 4, 4)).shape
    minitorch.Size([1, 4, 4])
    """

    shown = "num_output_channels"

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, self.num_output_channels)


class RandomGrayscale(Transform):
    """Images without colour with probability p; the number of channels stays.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomGrayscale(p=1.0)(minitorch.zeros(3, 4, 4)).shape
    minitorch.Size([3, 4, 4])
    """

    shown = "p"

    def __init__(self, p: float = 0.1) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return F.rgb_to_grayscale(img, get_dimensions(img)[0]) if happens(self.p) else img


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed at random, in a random order.

    Args:
        brightness: (from, to) of the factor, or one number b for (max(0, 1 − b), 1 + b).
        contrast: the same.
        saturation: the same.
        hue: (from, to) of the share of the circle of hues, or one number h for (−h, h); at most ½.

    Raises:
        ArgumentError: for negative numbers, or a hue beyond ½.
        ArgumentTypeError: for what is neither a number nor a range.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.ColorJitter(brightness=0.5, hue=0.1)(minitorch.zeros(3, 4, 4)).sum()
    tensor(0.)
    """

    shown = "brightness contrast saturation hue"

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        super().__init__()
        self.brightness = jitter_range("brightness", brightness)
        self.contrast = jitter_range("contrast", contrast)
        self.saturation = jitter_range("saturation", saturation)
        self.hue = jitter_range("hue", hue)

    @staticmethod
    def get_params(
        brightness: Sequence[float] | None,
        contrast: Sequence[float] | None,
        saturation: Sequence[float] | None,
        hue: Sequence[float] | None,
    ) -> tuple[Any, float | None, float | None, float | None, float | None]:
        """The order of the four changes, and their factors; None stands for no change."""
        order = randperm(4)
        b, c, s, h = (
            None if ends is None else uniform(ends[0], ends[1])
            for ends in (brightness, contrast, saturation, hue)
        )
        return order, b, c, s, h

    def forward(self, img: Any) -> Any:
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for k in order.tolist():
            factor = factors[k]
            if factor is not None:
                img = changes[k](img, factor)
        return img


def jitter_range(name: str, value: Any) -> Range | None:
    """The range from which a factor is drawn; None, if it could only be the one that changes nothing.

    Raises:
        ArgumentError: for negative numbers, or ends that are out of bounds.
        ArgumentTypeError: for what is neither a number nor a range.
    """
    center, lowest, highest = (0.0, -0.5, 0.5) if name == "hue" else (1.0, 0.0, math.inf)
    if isinstance(value, (int, float)):
        if value < 0:
            raise ArgumentError(f"ColorJitter: {name} as one number must not be negative, got {value}")
        low, high = center - value, center + value
        low = low if name == "hue" else max(low, 0.0)
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = float(value[0]), float(value[1])
    else:
        raise ArgumentTypeError(f"ColorJitter: {name} must be a number or a range (from, to), got {value!r}")
    if not lowest <= low <= high <= highest:
        raise ArgumentError(f"ColorJitter: {name} must be within [{lowest}, {highest}], got {value!r}")
    return None if low == high == center else (low, high)
