"""Transforms that resize, crop, pad and mirror."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.vision.images import as_mode, get_dimensions, two
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform, check_sequence, happens, uniform, whole
from minitorch.vision.transforms.functional import InterpolationMode
from minitorch.vision.transforms.functional_geometry import check_padding, four_sides


class Resize(Transform):
    """Images at another size.

    Args:
        size: (height, width); one number is the length of the shorter edge, and the shape is kept.
        interpolation: how pixels are blended.
        max_size: the longest that the longer edge may become, where `size` is one number.
        antialias: for tensors, blend all pixels that a pixel of the result covers.

    Raises:
        ArgumentError: for a size of other than one or two numbers.
        ArgumentTypeError: for a size that is no number.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.Resize((2, 3))(minitorch.zeros(3, 4, 4)).shape
    minitorch.Size([3, 2, 3])
    """

    def __init__(
        self,
        size: Any,
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        two("Resize", "size", size)
        self.size, self.max_size, self.antialias = size, max_size, antialias
        self.interpolation = as_mode("Resize", interpolation)

    def forward(self, img: Any) -> Any:
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def extra_repr(self) -> str:
        return (
            f"size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, "
            f"antialias={self.antialias}"
        )


class CenterCrop(Transform):
    """The middle of images; where one is smaller than the result, with 0 around it.

    Args:
        size: (height, width), or one number for both.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.CenterCrop(1)(minitorch.arange(9).reshape(1, 3, 3))
    tensor([[[4]]])
    """

    shown = "size"

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = two("CenterCrop", "size", size)

    def forward(self, img: Any) -> Any:
        return F.center_crop(img, self.size)


class Pad(Transform):
    """Images with a frame around them.

    Args:
        padding: one number for all sides, two for left/right and top/bottom, or four: left, top, right, bottom.
        fill: what the frame shows in the mode `"constant"`.
        padding_mode: `"constant"`, `"edge"`, `"reflect"` or `"symmetric"`; see `functional.pad`.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.Pad((1, 0), fill=5)(minitorch.tensor([[[1, 2]]]))
    tensor([[[5, 1, 2, 5]]])
    """

    shown = "padding fill padding_mode"

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        four_sides(padding)
        check_padding(fill, padding_mode)
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)


class RandomCrop(Transform):
    """A part of each image, anywhere in it.

    Args:
        size: (height, width), or one number for both.
        padding: of a frame that is put around the image first.
        pad_if_needed: put a frame around images that are smaller than the result.
        fill: what the frame shows.
        padding_mode: as for `Pad`.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomCrop(32, padding=4)(minitorch.zeros(3, 32, 32)).shape
    minitorch.Size([3, 32, 32])
    """

    shown = "size padding"

    def __init__(
        self,
        size: Any,
        padding: Any = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size = tuple(two("RandomCrop", "size", size))
        self.padding, self.pad_if_needed, self.fill, self.padding_mode = (
            padding,
            pad_if_needed,
            fill,
            padding_mode,
        )

    @staticmethod
    def get_params(img: Any, output_size: Sequence[int]) -> tuple[int, int, int, int]:
        """Top, left, height and width of a part of the image.

        Raises:
            ArgumentError: for an image that is smaller.
        """
        _, h, w = get_dimensions(img)
        height, width = output_size
        if h < height or w < width:
            raise ArgumentError(
                f"RandomCrop: an image of {h} × {w} pixels has no part of {height} × {width}; use pad_if_needed=True"
            )
        if (h, w) == (height, width):
            return 0, 0, h, w
        return whole(0, h - height + 1), whole(0, w - width + 1), height, width

    def forward(self, img: Any) -> Any:
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        _, h, w = get_dimensions(img)
        height, width = self.size
        if self.pad_if_needed and w < width:
            img = F.pad(img, [width - w, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and h < height:
            img = F.pad(img, [0, height - h], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))


class RandomHorizontalFlip(Transform):
    """Left and right exchanged with probability p.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomHorizontalFlip(p=1.0)(minitorch.tensor([[[1, 2]]]))
    tensor([[[2, 1]]])
    """

    shown = "p"

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return F.hflip(img) if happens(self.p) else img


class RandomVerticalFlip(Transform):
    """Top and bottom exchanged with probability p.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomVerticalFlip(p=1.0)(minitorch.tensor([[[1], [2]]]))
    tensor([[[2],
             [1]]])
    """

    shown = "p"

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return F.vflip(img) if happens(self.p) else img


class RandomResizedCrop(Transform):
    """A part of each image of random size, shape and place, resized.

    Args:
        size: (height, width) of the result, or one number for both.
        scale: from which share of the image to which.
        ratio: from which width/height to which; drawn on a logarithmic scale.
        interpolation: how pixels are blended.
        antialias: see `Resize`.

    Source: Szegedy et al., Going deeper with convolutions, CVPR 2015.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomResizedCrop(4)(minitorch.zeros(3, 9, 8)).shape
    minitorch.Size([3, 4, 4])
    """

    def __init__(
        self,
        size: Any,
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        check_range("RandomResizedCrop", "scale", scale)
        check_range("RandomResizedCrop", "ratio", ratio)
        self.size = two("RandomResizedCrop", "size", size)
        self.scale, self.ratio, self.antialias = scale, ratio, antialias
        self.interpolation = as_mode("RandomResizedCrop", interpolation)

    @staticmethod
    def get_params(img: Any, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
        """Top, left, height and width of a part of the image; of its middle, if ten draws did not fit into it."""
        _, height, width = get_dimensions(img)
        for _ in range(10):
            h, w = drawn_sides(height * width, scale, ratio)
            if 0 < w <= width and 0 < h <= height:
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w
        h, w = height, width
        if width / height < min(ratio):
            h = round(width / min(ratio))
        elif width / height > max(ratio):
            w = round(height * max(ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def forward(self, img: Any) -> Any:
        part = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *part, self.size, self.interpolation, antialias=self.antialias)

    def extra_repr(self) -> str:
        scale, ratio = (tuple(round(end, 4) for end in ends) for ends in (self.scale, self.ratio))
        return (
            f"size={self.size}, scale={scale}, ratio={ratio}, interpolation={self.interpolation.value}, "
            f"antialias={self.antialias}"
        )


def drawn_sides(area: int, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int]:
    """The sides of a rectangle with a random share of the area; the second is the first times a random ratio."""
    share = area * uniform(scale[0], scale[1])
    shape = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
    return round(math.sqrt(share / shape)), round(math.sqrt(share * shape))


def check_range(op_name: str, name: str, ends: Any) -> None:
    """Refuses what is no range.

    Raises:
        ArgumentError: for ends in the wrong order, or more than two.
        ArgumentTypeError: for what is no sequence.
    """
    if not isinstance(ends, Sequence):
        raise ArgumentTypeError(f"{op_name}: {name} must be a range (from, to), got {ends!r}")
    check_sequence(op_name, name, ends)
    if ends[0] > ends[1]:
        raise ArgumentError(f"{op_name}: {name} must be a range (from, to), got {ends!r}")
