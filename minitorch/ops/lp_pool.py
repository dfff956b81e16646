"""Power means: the p-norm of each window (lp_pool), and division by it across channels (local_response_norm)."""

from __future__ import annotations

from math import inf, prod
from typing import TYPE_CHECKING, Any

from minitorch.errors import ShapeError
from minitorch.ops.common import require_tensors
from minitorch.ops.pad import pad
from minitorch.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from minitorch.ops.sizes import as_sizes
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable

AVG_POOL = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
MAX_POOL = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}


def _lp_pool(dims: int, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool) -> Any:
    name = f"lp_pool{dims}d"
    require_tensors(name, input=input)
    if abs(norm_type) == inf:
        sign = 1.0 if norm_type > 0 else -1.0
        return sign * MAX_POOL[dims](sign * input.abs(), kernel_size, stride, ceil_mode=ceil_mode)
    elements = prod(as_sizes(name, "kernel_size", kernel_size, dims))
    mean: Any = AVG_POOL[dims](input**norm_type, kernel_size, stride, 0, ceil_mode)
    zero = mean == 0  # where the root has no derivative; 0 is taken for it
    roots = (where(zero, 1.0, mean) * elements) ** (1.0 / norm_type)
    return where(zero, 0.0 if norm_type > 0 else inf, roots)


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Variable:
    """The p-norm of each window of a sequence; see `lp_pool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.functional.lp_pool1d(minitorch.tensor([[3.0, 4.0, 0.0, 2.0]]), 2, 2)
    tensor([[5., 2.]])
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Variable:
    """The p-norm of each window of an image, without absolute values: y = (Σ xᵖ)^(1/p).

    For p = 1 it is the sum, for p = ∞ the largest absolute value; odd powers of negative numbers are negative.

    Args:
        input: the images.
        norm_type: p; also ±∞.
        kernel_size: size of the windows.
        stride: from one window to the next; by default windows lie side by side.
        ceil_mode: keep windows that reach beyond the image, as if they were full.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.lp_pool2d(minitorch.tensor([[[1.0, 1.0, 2.0], [1.0, 1.0, 4.0]]]), 2, 2, 1)
    tensor([[[2.0000, 4.6904]]])
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Variable:
    """The p-norm of each window of a volume; see `lp_pool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.lp_pool3d(minitorch.ones(1, 2, 2, 4), 3, 2)
    tensor([[[[2., 2.]]]])
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def local_response_norm(
    input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Variable:
    """Divides each element by a mean of its neighbours in other channels.

    y[c] = x[c] / (k + alpha/size · Σ x[c′]²)^beta over the `size` channels c′ around c; beyond the ends they are 0.

    Args:
        input: (N, C, …).
        size: how many channels a mean goes over.
        alpha: weight of the sum of squares.
        beta: exponent.
        k: added to the weighted sum.

    Shape: (N, C, …), unchanged.

    Source: Krizhevsky et al., ImageNet classification with deep convolutional neural networks, NeurIPS 2012.

    >>> import minitorch
    >>> minitorch.nn.functional.local_response_norm(minitorch.ones(1, 3, 1), 3, alpha=3.0, beta=1.0).flatten()
    tensor([0.3333, 0.2500, 0.3333])
    """
    require_tensors("local_response_norm", input=input)
    if input.ndim < 3:
        raise ShapeError(
            f"local_response_norm: expected (N, C, …) with 3 dims or more, got {tuple(input.shape)}"
        )
    if not input.numel():
        return input
    squares = (input * input).reshape(input.shape[0], 1, input.shape[1], -1)
    bordered = pad(squares, (0, 0, size // 2, (size - 1) // 2))
    if input.ndim == 3:
        mean: Any = avg_pool2d(bordered, (size, 1), stride=1)
    else:  # the same numbers; but in autocast only averages over volumes are computed in float32
        mean = avg_pool3d(bordered.unsqueeze(-1), (size, 1, 1), stride=1)
    return input / (mean.reshape(input.shape) * alpha + k) ** beta
