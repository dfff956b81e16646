"""Transforms that blur, and that erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.sampling import randn
from minitorch.vision.images import two
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform, check_chance, happens, uniform, whole
from minitorch.vision.transforms.functional_blur import require_tensor
from minitorch.vision.transforms.geometry import check_range, drawn_sides


class GaussianBlur(Transform):
    """Images blurred by a Gaussian whose σ is drawn at random.

    Args:
        kernel_size: odd; one number, or two: for x and y.
        sigma: (from, to) of σ, or one number.

    Raises:
        ArgumentError: for even kernel sizes, or a σ that is not positive.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.GaussianBlur(3)(minitorch.zeros(3, 4, 4)).shape
    minitorch.Size([3, 4, 4])
    """

    shown = "kernel_size sigma"

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = two("GaussianBlur", "kernel_size", kernel_size)
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ArgumentError(f"GaussianBlur: kernel_size must be odd and positive, got {kernel_size!r}")
        ends = (sigma, sigma) if isinstance(sigma, (int, float)) else sigma
        if not isinstance(ends, Sequence) or len(ends) != 2 or not 0 < ends[0] <= ends[1]:
            raise ArgumentError(
                f"GaussianBlur: sigma must be a positive number, or a range of them (from, to), got {sigma!r}"
            )
        self.sigma = ends

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """A σ from the range."""
        return uniform(sigma_min, sigma_max)

    def forward(self, img: Any) -> Any:
        sigma = self.get_params(*self.sigma)
        return F.gaussian_blur(img, self.kernel_size, [sigma, sigma])


class RandomErasing(Transform):
    """With probability p, a rectangle of random size, shape and place in a tensor is written over.

    Args:
        p: the probability.
        scale: from which share of the image to which.
        ratio: from which height/width to which; drawn on a logarithmic scale.
        value: what is written: a number, one for each channel, or `"random"` for normally distributed numbers.
        inplace: change the tensor itself.

    Raises:
        ArgumentError: for shares and probabilities outside of [0, 1], or other words.
        ArgumentTypeError: for other values.

    Source: Zhong et al., Random erasing data augmentation, AAAI 2020.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomErasing(p=1.0)(minitorch.ones(1, 8, 8)).min()
    tensor(0.)
    """

    shown = "p scale ratio value inplace"

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(value, (int, float, str, tuple, list)):
            raise ArgumentTypeError(
                f"RandomErasing: value must be a number, one per channel, or 'random', got {value!r}"
            )
        if isinstance(value, str) and value != "random":
            raise ArgumentError(f"RandomErasing: the only word for value is 'random', got {value!r}")
        check_range("RandomErasing", "scale", scale)
        check_range("RandomErasing", "ratio", ratio)
        if scale[0] < 0 or scale[1] > 1:
            raise ArgumentError(f"RandomErasing: scale must have shares between 0 and 1, got {scale!r}")
        check_chance("RandomErasing", p)
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float], value: Sequence[float] | None = None
    ) -> tuple[int, int, int, int, Any]:
        """Top, left, height, width of a rectangle, and what to write; after ten draws that did not fit, the image."""
        channels, height, width = img.shape[-3:]
        for _ in range(10):
            w, h = drawn_sides(height * width, scale, ratio)
            if h < height and w < width:
                v = randn(channels, h, w) if value is None else tensor(value).reshape(-1, 1, 1)
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w, v
        return 0, 0, height, width, img

    def forward(self, img: Any) -> Any:
        if not happens(self.p):
            return img
        require_tensor(img)
        if isinstance(self.value, str):
            value = None
        else:
            value = [
                float(v) for v in (self.value if isinstance(self.value, (tuple, list)) else [self.value])
            ]
            if len(value) not in (1, img.shape[-3]):
                raise ArgumentError(f"RandomErasing: {len(value)} values for {img.shape[-3]} channels")
        return F.erase(img, *self.get_params(img, self.scale, self.ratio, value), self.inplace)
