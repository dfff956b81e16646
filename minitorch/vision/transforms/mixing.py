"""Transforms of batches that mix each image, and its label, with another one."""

from __future__ import annotations

import math
from typing import Any

from minitorch import dtypes
from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn.functional import one_hot
from minitorch.value import Value
from minitorch.vision.transforms.base import Transform, whole


class Mixing(Transform):
    """What both mixtures share: images (N, C, H, W) with labels (N,) or (N, classes).

    Raises:
        ArgumentError: for an alpha that is not positive, and what is no batch with its labels.
        ArgumentTypeError: for what are no tensors.
    """

    shown = "alpha num_classes"

    def __init__(self, *, alpha: float = 1.0, num_classes: int | None = None) -> None:
        super().__init__()
        if alpha <= 0:
            raise ArgumentError(f"{type(self).__name__}: alpha must be positive, got {alpha}")
        self.alpha, self.num_classes = float(alpha), num_classes

    def forward(self, *inputs: Any) -> Any:
        images, labels = self.batch(inputs)
        mixed, share = self.mixed(images, self.drawn_share())
        if labels.ndim == 1 and self.num_classes is not None:
            labels = one_hot(labels, self.num_classes)
        labels = labels if labels.is_floating_point() else labels.to(dtypes.float32)
        return mixed, share * labels + (1 - share) * labels.roll(1, 0)

    def drawn_share(self) -> float:
        """A share from the distribution Beta(alpha, alpha)."""
        from minitorch.distributions import Beta  # a room of its own, which only mixtures need

        return float(Beta(tensor(self.alpha), tensor(self.alpha)).sample())

    def batch(self, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """The images and labels, given as two arguments or as one pair.

        Raises:
            ArgumentError: for shapes that do not go together.
            ArgumentTypeError: for what are no tensors.
        """
        name = type(self).__name__
        pair = inputs[0] if len(inputs) == 1 else inputs
        if (
            not isinstance(pair, (tuple, list))
            or len(pair) != 2
            or not all(isinstance(x, Value) for x in pair)
        ):
            raise ArgumentTypeError(f"{name}: expected images and labels, two tensors")
        images, labels = pair
        if images.ndim != 4 or labels.ndim not in (1, 2) or len(images) != len(labels):
            raise ArgumentError(
                f"{name}: expected images (N, C, H, W) with labels (N,) or (N, classes), got shapes "
                f"{tuple(images.shape)} and {tuple(labels.shape)}"
            )
        if labels.ndim == 1 and self.num_classes is None:
            raise ArgumentError(f"{name}: labels (N,) need num_classes, the number of classes")
        if labels.ndim == 2 and self.num_classes not in (None, labels.shape[1]):
            raise ArgumentError(
                f"{name}: labels have {labels.shape[1]} classes, num_classes is {self.num_classes}"
            )
        return images, labels

    def mixed(self, images: Any, share: float) -> tuple[Any, float]:
        """The mixed images, and which share of each is its own."""
        raise NotImplementedError


class MixUp(Mixing):
    """y = λ·x + (1 − λ)·x′ for images and labels, where x′ is the image before x in the batch.

    Args:
        alpha: λ is drawn from Beta(alpha, alpha), anew for each batch.
        num_classes: needed for labels that are numbers of classes.

    Shape: images (N, C, H, W), labels (N,) or (N, classes) → (N, C, H, W), (N, classes).

    Source: Zhang et al., mixup: beyond empirical risk minimization, ICLR 2018.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> images, labels = transforms.MixUp(num_classes=3)(minitorch.ones(2, 1, 4, 4), minitorch.tensor([0, 2]))
    >>> labels.sum(1)
    tensor([1., 1.])
    """

    def mixed(self, images: Any, share: float) -> tuple[Any, float]:
        if not images.is_floating_point():
            raise ArgumentTypeError(
                f"MixUp: expected floats, got {images.dtype}; use convert_image_dtype(images)"
            )
        return share * images + (1 - share) * images.roll(1, 0), share


class CutMix(Mixing):
    """A rectangle of each image comes from the image before it in the batch; labels are mixed by the areas.

    Args:
        alpha: the rectangle's share 1 − λ of the image has λ from Beta(alpha, alpha), anew for each batch.
        num_classes: needed for labels that are numbers of classes.

    Shape: images (N, C, H, W), labels (N,) or (N, classes) → (N, C, H, W), (N, classes).

    Source: Yun et al., CutMix: regularization strategy to train strong classifiers, ICCV 2019.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> images, labels = transforms.CutMix(num_classes=3)(minitorch.ones(2, 1, 4, 4), minitorch.tensor([0, 2]))
    >>> labels.sum(1)
    tensor([1., 1.])
    """

    def mixed(self, images: Any, share: float) -> tuple[Any, float]:
        height, width = images.shape[-2:]
        x, y = whole(0, width), whole(0, height)
        half = 0.5 * math.sqrt(1 - share)
        left, right = max(x - int(half * width), 0), min(x + int(half * width), width)
        top, bottom = max(y - int(half * height), 0), min(y + int(half * height), height)
        result = images.clone()
        result[..., top:bottom, left:right] = images.roll(1, 0)[..., top:bottom, left:right]
        return result, 1 - (right - left) * (bottom - top) / (width * height)
