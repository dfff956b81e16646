"""Transforms between Pillow and tensors, between dtypes, and to mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentTypeError
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.base import Transform


class ToTensor(Transform):
    """An image of Pillow, or an array (H, W, C), as (C, H, W); bytes 0…255 become floats 0…1.

    >>> from PIL import Image
    >>> from minitorch.vision import transforms
    >>> transforms.ToTensor()(Image.new("RGB", (5, 4))).shape
    minitorch.Size([3, 4, 5])
    """

    def forward(self, pic: Any) -> Any:
        return F.to_tensor(pic)


class PILToTensor(Transform):
    """The numbers of an image of Pillow, as they are: (C, H, W).

    >>> from PIL import Image
    >>> from minitorch.vision import transforms
    >>> transforms.PILToTensor()(Image.new("RGB", (5, 4))).dtype
    minitorch.uint8
    """

    def forward(self, pic: Any) -> Any:
        return F.pil_to_tensor(pic)


class ToPILImage(Transform):
    """A tensor (C, H, W), or an array (H, W, C), as an image of Pillow; floats 0…1 become bytes.

    Args:
        mode: of the images; by default by their number of channels.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.ToPILImage()(minitorch.ones(3, 4, 5)).mode
    'RGB'
    """

    def __init__(self, mode: str | None = None) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, pic: Any) -> Any:
        return F.to_pil_image(pic, self.mode)

    def extra_repr(self) -> str:
        return "" if self.mode is None else f"mode={self.mode}"


class ConvertImageDtype(Transform):
    """The same image in another dtype, white staying white.

    Args:
        dtype: of the result.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.ConvertImageDtype(minitorch.uint8)(minitorch.ones(1, 1, 2))
    tensor([[[255, 255]]], dtype=minitorch.uint8)
    """

    def __init__(self, dtype: dtypes.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Any) -> Any:
        return F.convert_image_dtype(image, self.dtype)


class Normalize(Transform):
    """y = (x − mean) / std, channel by channel, for tensors of floats.

    Args:
        mean: a number for each channel.
        std: a number for each channel.
        inplace: change the tensor itself.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.Normalize([0.5], [0.5])(minitorch.tensor([[[0.0, 1.0]]]))
    tensor([[[-1.,  1.]]])
    """

    shown = "mean std"

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor: Any) -> Any:
        return F.normalize(tensor, self.mean, self.std, self.inplace)


class Lambda(Transform):
    """A function as a transform.

    Args:
        lambd: the function.

    Raises:
        ArgumentTypeError: for what cannot be called.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.Lambda(lambda x: 1 - x)(minitorch.ones(2))
    tensor([0., 0.])
    """

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        super().__init__()
        if not callable(lambd):
            raise ArgumentTypeError(f"Lambda: expected a function, got {type(lambd).__name__}")
        self.lambd = lambd

    def forward(self, img: Any) -> Any:
        return self.lambd(img)
