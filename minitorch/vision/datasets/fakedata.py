"""Pictures of noise, for trying things out without any files."""

from __future__ import annotations

from typing import Any

from minitorch.checks import as_integer
from minitorch.errors import ArgumentError, IndexRangeError
from minitorch.vision.datasets.vision import VisionDataset


class FakeData(VisionDataset):
    """Pictures of noise with random classes: sample i is `(img, target)`, and always the same.

    Args:
        size: the number of samples.
        image_size: (channels, height, width).
        num_classes: the number of classes.
        transform: for the image, which is one of Pillow.
        target_transform: for the class.
        random_offset: added to i, so that other samples come.

    >>> from minitorch.vision.datasets import FakeData
    >>> data = FakeData(3, (3, 8, 6), num_classes=4)
    >>> img, target = data[0]
    >>> img.size, len(data), target in range(4)
    ((6, 8), 3, True)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Any = None,
        target_transform: Any = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(None, transform=transform, target_transform=target_transform)
        if as_integer("FakeData: size", size) < 0:
            raise ArgumentError(f"FakeData: size must not be negative, got {size}")
        self.size, self.image_size, self.num_classes = size, image_size, num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        import minitorch
        from minitorch.vision.transforms.functional import to_pil_image

        if index >= len(self):
            raise IndexRangeError(f"FakeData: index {index} is out of range, there are {len(self)} samples")
        generator = minitorch.Generator().manual_seed(index + self.random_offset)
        img: Any = to_pil_image(minitorch.randn(*self.image_size, generator=generator))
        target: Any = int(minitorch.randint(0, self.num_classes, (1,), generator=generator))
        return self._transformed(img, target)

    def __len__(self) -> int:
        return self.size
