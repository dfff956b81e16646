"""Images blurred, and parts of them erased."""

from __future__ import annotations

from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn import functional as F
from minitorch.ranges import linspace
from minitorch.value import Value
from minitorch.vision.images import image_of, in_floats, is_tensor, pixels


def gaussian_blur(img: Any, kernel_size: Any, sigma: Any = None) -> Any:
    """Each pixel becomes a mean of its neighbours with weights exp(−½(x/σₓ)² − ½(y/σᵧ)²); edges are mirrored.

    Args:
        img: an image of Pillow, or a tensor.
        kernel_size: odd; one number, or two: for x and y.
        sigma: one number, or two: for x and y; by default 0.15·kernel_size + 0.35.

    Raises:
        ArgumentError: for even kernel sizes, a σ that is not positive, or sequences of other lengths.

    >>> import minitorch
    >>> x = minitorch.ones(1, 4, 4)
    >>> minitorch.vision.transforms.functional.gaussian_blur(x, 3).allclose(x)
    True
    """
    sizes = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
    if len(sizes) != 2 or any(size % 2 == 0 or size < 0 for size in sizes):
        raise ArgumentError(
            f"gaussian_blur: kernel_size must be one or two odd positive numbers, got {kernel_size!r}"
        )
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    sigmas = (sigma, sigma) if isinstance(sigma, (int, float)) else tuple(sigma) * (3 - min(len(sigma), 2))
    if len(sigmas) != 2 or any(s <= 0 for s in sigmas):
        raise ArgumentError(f"gaussian_blur: sigma must be one or two positive numbers, got {sigma!r}")
    if not is_tensor("gaussian_blur", img):
        return image_of(gaussian_blur(pixels(img), sizes, sigmas), img.mode)
    dtype = img.dtype if img.is_floating_point() else dtypes.float32
    across, down = (weights(size, s, dtype) for size, s in zip(sizes, sigmas, strict=True))
    kernel = (down.reshape(-1, 1) * across).reshape(1, 1, sizes[1], sizes[0])
    frame = (sizes[0] // 2, sizes[0] // 2, sizes[1] // 2, sizes[1] // 2)
    return in_floats(img, lambda x: F.conv2d(F.pad(x, frame, "reflect"), kernel))


def weights(size: int, sigma: float, dtype: Any) -> Any:
    """A Gaussian at `size` places, with sum 1."""
    y = (-0.5 * (linspace(-(size - 1) / 2, (size - 1) / 2, size, dtype=dtype) / sigma) ** 2).exp()
    return y / y.sum()


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """A tensor with v in the h × w pixels whose upper left corner is (i, j).

    Args:
        img: (…, C, H, W).
        i: the uppermost row.
        j: the leftmost column.
        h: the number of rows.
        w: the number of columns.
        v: what is written there, (C, h, w) or of a shape that goes there by broadcasting.
        inplace: change `img` itself.

    Raises:
        ArgumentTypeError: for an image of Pillow.

    >>> import minitorch
    >>> minitorch.vision.transforms.functional.erase(minitorch.ones(1, 1, 3), 0, 1, 1, 1, 0)
    tensor([[[1., 0., 1.]]])
    """
    require_tensor(img)
    y = img if inplace else img.clone()
    y[..., i : i + h, j : j + w] = v
    return y


def require_tensor(img: Any) -> None:
    """Refuses what is no tensor.

    Raises:
        ArgumentTypeError: for an image of Pillow.
    """
    if not isinstance(img, Value):
        raise ArgumentTypeError(
            f"erase: expected a tensor, got {type(img).__name__}; put ToTensor() before RandomErasing"
        )
