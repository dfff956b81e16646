"""Transforms that turn, move, scale and shear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.vision.images import as_mode, get_image_size
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform, check_sequence, symmetric, uniform
from minitorch.vision.transforms.functional import InterpolationMode


class RandomRotation(Transform):
    """Images turned by a random angle.

    Args:
        degrees: (from, to), or one number: from its negative to it; against the clock.
        interpolation: how pixels are blended.
        expand: let results be as large as the turned images are.
        center: around what, (x, y) in pixels from the upper left corner; by default the middle.
        fill: what shows where no image was: a number, or one for each channel.

    Raises:
        ArgumentError: for negative degrees, or sequences of other lengths.
        ArgumentTypeError: for what are no numbers.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomRotation((90, 90))(minitorch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[2., 4.],
             [1., 3.]]])
    """

    def __init__(
        self,
        degrees: Any,
        interpolation: Any = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.degrees = symmetric("RandomRotation", "degrees", degrees)
        if center is not None:
            check_sequence("RandomRotation", "center", center)
        self.interpolation = as_mode("RandomRotation", interpolation)
        self.expand, self.center, self.fill = expand, center, checked_fill("RandomRotation", fill)

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """An angle from the range."""
        return uniform(degrees[0], degrees[1])

    def forward(self, img: Any) -> Any:
        angle = self.get_params(self.degrees)
        return F.rotate(img, angle, self.interpolation, self.expand, self.center, self.fill)

    def extra_repr(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}{center}, "
            f"fill={self.fill}"
        )


class RandomAffine(Transform):
    """Images turned, moved, scaled and sheared at random; their size stays.

    Args:
        degrees: (from, to) of the angle, or one number: from its negative to it.
        translate: by at most which shares of width and height.
        scale: (from, to) of the factor of the size.
        shear: (from, to) of the angle along x, or four numbers for x and y, or one: from its negative to it.
        interpolation: how pixels are blended.
        fill: what shows where no image was: a number, or one for each channel.
        center: of turning, scaling and shearing, (x, y) in pixels; by default the middle.

    Raises:
        ArgumentError: for shares outside of [0, 1], factors that are not positive, or sequences of other lengths.
        ArgumentTypeError: for what are no numbers.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomAffine(10, translate=(0.1, 0.1), scale=(0.9, 1.1))(minitorch.zeros(3, 8, 8)).shape
    minitorch.Size([3, 8, 8])
    """

    def __init__(
        self,
        degrees: Any,
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: Any = None,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        self.degrees = symmetric("RandomAffine", "degrees", degrees)
        for name, value in (("translate", translate), ("scale", scale), ("center", center)):
            if value is not None:
                check_sequence("RandomAffine", name, value)
        if translate is not None and not all(0 <= share <= 1 for share in translate):
            raise ArgumentError(
                f"RandomAffine: translate must have shares between 0 and 1, got {translate!r}"
            )
        if scale is not None and min(scale) <= 0:
            raise ArgumentError(f"RandomAffine: scale must have positive factors, got {scale!r}")
        self.translate, self.scale, self.center = translate, scale, center
        self.shear = None if shear is None else symmetric("RandomAffine", "shear", shear, (2, 4))
        self.interpolation = as_mode("RandomAffine", interpolation)
        self.fill = checked_fill("RandomAffine", fill)

    @staticmethod
    def get_params(
        degrees: Sequence[float],
        translate: Sequence[float] | None,
        scale_ranges: Sequence[float] | None,
        shears: Sequence[float] | None,
        img_size: Sequence[int],
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """Angle, move (x, y) in pixels, factor and shear (x, y) from the ranges; `img_size` is (width, height)."""
        angle = uniform(degrees[0], degrees[1])
        move = (0, 0)
        if translate is not None:
            x, y = (share * n for share, n in zip(translate, img_size, strict=True))
            move = (round(uniform(-x, x)), round(uniform(-y, y)))
        factor = 1.0 if scale_ranges is None else uniform(scale_ranges[0], scale_ranges[1])
        shear_x = 0.0 if shears is None else uniform(shears[0], shears[1])
        shear_y = 0.0 if shears is None or len(shears) < 4 else uniform(shears[2], shears[3])
        return angle, move, factor, (shear_x, shear_y)

    def forward(self, img: Any) -> Any:
        drawn = self.get_params(self.degrees, self.translate, self.scale, self.shear, get_image_size(img))
        return F.affine(img, *drawn, interpolation=self.interpolation, fill=self.fill, center=self.center)

    def extra_repr(self) -> str:
        parts = [f"degrees={self.degrees}"]
        for name in ("translate", "scale", "shear"):
            parts += [] if getattr(self, name) is None else [f"{name}={getattr(self, name)}"]
        if self.interpolation is not InterpolationMode.NEAREST:
            parts.append(f"interpolation={self.interpolation.value}")
        parts += [f"fill={self.fill}"] if self.fill != 0 else []
        parts += [] if self.center is None else [f"center={self.center}"]
        return ", ".join(parts)


def checked_fill(op_name: str, fill: Any) -> Any:
    """The colour, None being 0.

    Raises:
        ArgumentTypeError: for what is no colour.
    """
    if fill is not None and not isinstance(fill, (int, float, Sequence)):
        raise ArgumentTypeError(f"{op_name}: fill must be a number or one per channel, got {fill!r}")
    return 0 if fill is None else fill
