"""Images on their way to a network: cropped, mirrored, coloured, normalized, at random where that helps learning."""

from minitorch.absent import refuser as _refuser
from minitorch.vision.images import InterpolationMode as InterpolationMode
from minitorch.vision.transforms import functional as functional
from minitorch.vision.transforms.affine import RandomAffine as RandomAffine, RandomRotation as RandomRotation
from minitorch.vision.transforms.blur import GaussianBlur as GaussianBlur, RandomErasing as RandomErasing
from minitorch.vision.transforms.color import (
    ColorJitter as ColorJitter,
    Grayscale as Grayscale,
    RandomGrayscale as RandomGrayscale,
)
from minitorch.vision.transforms.containers import (
    Compose as Compose,
    RandomApply as RandomApply,
    RandomChoice as RandomChoice,
    RandomOrder as RandomOrder,
)
from minitorch.vision.transforms.convert import (
    ConvertImageDtype as ConvertImageDtype,
    Lambda as Lambda,
    Normalize as Normalize,
    PILToTensor as PILToTensor,
    ToPILImage as ToPILImage,
    ToTensor as ToTensor,
)
from minitorch.vision.transforms.geometry import (
    CenterCrop as CenterCrop,
    Pad as Pad,
    RandomCrop as RandomCrop,
    RandomHorizontalFlip as RandomHorizontalFlip,
    RandomResizedCrop as RandomResizedCrop,
    RandomVerticalFlip as RandomVerticalFlip,
    Resize as Resize,
)
from minitorch.vision.transforms.mixing import CutMix as CutMix, MixUp as MixUp
from minitorch.vision.transforms.policies import (
    AutoAugment as AutoAugment,
    AutoAugmentPolicy as AutoAugmentPolicy,
    RandAugment as RandAugment,
)

__getattr__ = _refuser("vision.transforms")
