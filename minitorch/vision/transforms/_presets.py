"""How images are made ready for weights that others have trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.value import Value
from minitorch.vision.images import InterpolationMode
from minitorch.vision.transforms import functional
from minitorch.vision.transforms.base import Transform


class ImageClassification(Transform):
    """Resizes an image, crops its middle, scales its pixels to [0, 1] and normalizes them.

    Args:
        crop_size: height and width of the result.
        resize_size: length of the shorter edge before the crop.
        mean: of each channel.
        std: of each channel.
        interpolation: how pixels are blended.
        antialias: see `functional.resize`.

    Shape: an image of Pillow, or (…, C, H, W), → (…, C, crop_size, crop_size).

    >>> import minitorch
    >>> ImageClassification(crop_size=4, resize_size=6)(minitorch.zeros(3, 20, 30)).shape
    minitorch.Size([3, 4, 4])
    """

    def __init__(
        self,
        *,
        crop_size: int,
        resize_size: int = 256,
        mean: Sequence[float] = (0.485, 0.456, 0.406),
        std: Sequence[float] = (0.229, 0.224, 0.225),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.crop_size, self.resize_size = [crop_size], [resize_size]
        self.mean, self.std = list(mean), list(std)
        self.interpolation, self.antialias = interpolation, antialias

    def forward(self, img: Any) -> Any:
        img = functional.resize(img, self.resize_size, self.interpolation, antialias=self.antialias)
        img = functional.center_crop(img, self.crop_size)
        if not isinstance(img, Value):
            img = functional.pil_to_tensor(img)
        return functional.normalize(functional.convert_image_dtype(img), self.mean, self.std)

    def __repr__(self) -> str:
        names = ("crop_size", "resize_size", "mean", "std", "interpolation")
        lines = "".join(f"\n    {name}={getattr(self, name)}" for name in names)
        return f"{type(self).__name__}({lines}\n)"

    def describe(self) -> str:
        """What is done with an image, in words.

        >>> ImageClassification(crop_size=224).describe()[:46]
        'resized to [256] with bilinear interpolation, '
        """
        return (
            f"resized to {self.resize_size} with {self.interpolation.value} interpolation, the middle {self.crop_size} "
            f"cropped, scaled to [0, 1], normalized with mean {self.mean} and std {self.std}"
        )
