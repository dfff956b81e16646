"""One function for each way to change an image; they draw no random numbers."""

from minitorch.absent import refuser as _refuser
from minitorch.vision.images import (
    InterpolationMode as InterpolationMode,
    get_dimensions as get_dimensions,
    get_image_num_channels as get_image_num_channels,
    get_image_size as get_image_size,
)
from minitorch.vision.transforms.functional_affine import affine as affine, rotate as rotate
from minitorch.vision.transforms.functional_blur import erase as erase, gaussian_blur as gaussian_blur
from minitorch.vision.transforms.functional_color import (
    adjust_brightness as adjust_brightness,
    adjust_contrast as adjust_contrast,
    adjust_gamma as adjust_gamma,
    adjust_hue as adjust_hue,
    adjust_saturation as adjust_saturation,
    rgb_to_grayscale as rgb_to_grayscale,
)
from minitorch.vision.transforms.functional_convert import (
    convert_image_dtype as convert_image_dtype,
    normalize as normalize,
    pil_to_tensor as pil_to_tensor,
    to_pil_image as to_pil_image,
    to_tensor as to_tensor,
)
from minitorch.vision.transforms.functional_geometry import (
    center_crop as center_crop,
    crop as crop,
    hflip as hflip,
    pad as pad,
    resize as resize,
    resized_crop as resized_crop,
    vflip as vflip,
)
from minitorch.vision.transforms.functional_tone import (
    adjust_sharpness as adjust_sharpness,
    autocontrast as autocontrast,
    equalize as equalize,
    invert as invert,
    posterize as posterize,
    solarize as solarize,
)

__getattr__ = _refuser("vision.transforms.functional")
