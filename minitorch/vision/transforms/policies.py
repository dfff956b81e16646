"""Random policies: changes of geometry and colour in random or learned combinations."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.ranges import linspace
from minitorch.sampling import rand, randint
from minitorch.vision.images import as_mode, get_dimensions
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform, whole
from minitorch.vision.transforms.functional import InterpolationMode
from minitorch.vision.transforms.policy_tables import CIFAR10, IMAGENET, SVHN, Policies, policies

SIGNED = {
    "ShearX",
    "ShearY",
    "TranslateX",
    "TranslateY",
    "Rotate",
    "Brightness",
    "Color",
    "Contrast",
    "Sharpness",
}
PLAIN = ("AutoContrast", "Equalize", "Invert", "Identity")  # have no strength


def strength(name: str, level: int, levels: int, height: int, width: int) -> float:
    """How strong a change is at a level from 0 to levels − 1.

    Raises:
        ArgumentError: for a level that there is not.
    """
    if name in PLAIN:
        return 0.0
    if not 0 <= level < levels:
        raise ArgumentError(
            f"RandAugment: magnitude must be from 0 to num_magnitude_bins − 1, got {level} of {levels}"
        )
    if name == "Posterize":
        return 8 - round(level / ((levels - 1) / 4))
    strongest = {
        "ShearX": 0.3,
        "ShearY": 0.3,
        "TranslateX": 150 / 331 * width,
        "TranslateY": 150 / 331 * height,
        "Rotate": 30.0,
    }
    ends = (255.0, 0.0) if name == "Solarize" else (0.0, strongest.get(name, 0.9))
    return float(linspace(*ends, levels)[level])


def changed(img: Any, name: str, size: float, interpolation: InterpolationMode, fill: Any) -> Any:
    """The image after a change of this strength."""
    if name in ("ShearX", "ShearY"):
        angle = math.degrees(math.atan(size))
        shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
        return F.affine(img, 0.0, [0, 0], 1.0, shear, interpolation, fill, [0, 0])
    if name in ("TranslateX", "TranslateY"):
        move = [int(size), 0] if name == "TranslateX" else [0, int(size)]
        return F.affine(img, 0.0, move, 1.0, [0.0, 0.0], interpolation, fill)
    if name == "Rotate":
        return F.rotate(img, size, interpolation, fill=fill)
    if name == "Posterize":
        return F.posterize(img, int(size))
    if name == "Solarize":
        return F.solarize(img, size)
    if name in PLAIN:
        return img if name == "Identity" else getattr(F, name.lower())(img)
    change = {
        "Brightness": F.adjust_brightness,
        "Color": F.adjust_saturation,
        "Contrast": F.adjust_contrast,
        "Sharpness": F.adjust_sharpness,
    }[name]
    return change(img, 1.0 + size)


class RandAugment(Transform):
    """A few changes of one strength, drawn anew for each image.

    Args:
        num_ops: how many changes.
        magnitude: how strong, from 0 to num_magnitude_bins − 1.
        num_magnitude_bins: how many strengths there are.
        interpolation: how pixels are blended.
        fill: what shows where no image was: a number, or one for each channel; None is 0.

    Source: Cubuk et al., RandAugment: practical automated data augmentation with a reduced search space, 2019.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> x = minitorch.zeros(3, 8, 8, dtype=minitorch.uint8)
    >>> transforms.RandAugment()(x).shape
    minitorch.Size([3, 8, 8])
    """

    shown = "num_ops magnitude num_magnitude_bins interpolation fill"
    names = (
        *(
            "Identity",
            "ShearX",
            "ShearY",
            "TranslateX",
            "TranslateY",
            "Rotate",
            "Brightness",
            "Color",
            "Contrast",
        ),
        *("Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize"),
    )

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__()
        strength("Rotate", magnitude, num_magnitude_bins, 1, 1)
        self.num_ops, self.magnitude, self.num_magnitude_bins = num_ops, magnitude, num_magnitude_bins
        self.interpolation, self.fill = as_mode("RandAugment", interpolation), fill

    def forward(self, img: Any) -> Any:
        _, height, width = get_dimensions(img)
        for _ in range(self.num_ops):
            name = self.names[whole(0, len(self.names))]
            size = strength(name, self.magnitude, self.num_magnitude_bins, height, width)
            if name in SIGNED and whole(0, 2):
                size = -size
            img = changed(img, name, size, self.interpolation, self.fill)
        return img


class AutoAugmentPolicy(Enum):
    """The data sets for which `AutoAugment` has learned policies.

    >>> from minitorch.vision.transforms import AutoAugmentPolicy
    >>> AutoAugmentPolicy("svhn")
    <AutoAugmentPolicy.SVHN: 'svhn'>
    """

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


TABLES = {
    AutoAugmentPolicy.IMAGENET: IMAGENET,
    AutoAugmentPolicy.CIFAR10: CIFAR10,
    AutoAugmentPolicy.SVHN: SVHN,
}


class AutoAugment(Transform):
    """Two changes out of a learned table, drawn anew for each image, each with the probability that was learned.

    Args:
        policy: for which data set the table was learned.
        interpolation: how pixels are blended.
        fill: what shows where no image was: a number, or one for each channel; None is 0.

    Raises:
        ArgumentError: for a policy that there is not.

    Source: Cubuk et al., AutoAugment: learning augmentation strategies from data, CVPR 2019.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> x = minitorch.zeros(3, 8, 8, dtype=minitorch.uint8)
    >>> transforms.AutoAugment(transforms.AutoAugmentPolicy.CIFAR10)(x).shape
    minitorch.Size([3, 8, 8])
    """

    shown = "policy fill"

    def __init__(
        self,
        policy: AutoAugmentPolicy = AutoAugmentPolicy.IMAGENET,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__()
        if policy not in TABLES:
            raise ArgumentError(f"AutoAugment: policy must be an AutoAugmentPolicy, got {policy!r}")
        self.policy, self.fill = policy, fill
        self.interpolation = as_mode("AutoAugment", interpolation)
        self.policies: Policies = policies(TABLES[policy])

    @staticmethod
    def get_params(transform_num: int) -> tuple[int, Any, Any]:
        """Which row of the table, and for both changes a number for its chance and one for its sign."""
        return whole(0, transform_num), rand(2), randint(0, 2, (2,))

    def forward(self, img: Any) -> Any:
        _, height, width = get_dimensions(img)
        row, chances, signs = self.get_params(len(self.policies))
        for k, (name, p, level) in enumerate(self.policies[row]):
            if float(chances[k]) <= p:
                size = 0.0 if level is None else strength(name, level, 10, height, width)
                if name in SIGNED and not signs[k]:
                    size = -size
                img = changed(img, name, size, self.interpolation, self.fill)
        return img
