"""Pools of other kinds: p-norms of windows, windows at random places, and max pools undone."""

from __future__ import annotations

from typing import Any, ClassVar

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F
from minitorch.nn.conv import repeated
from minitorch.nn.module import Module
from minitorch.variable import Variable

LP_POOL = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}
FRACTIONAL_MAX_POOL = {2: F.fractional_max_pool2d, 3: F.fractional_max_pool3d}
MAX_UNPOOL = {1: F.max_unpool1d, 2: F.max_unpool2d, 3: F.max_unpool3d}


class LPPool(Module):
    """Base of LPPool1d, 2d and 3d; see `LPPool2d`."""

    dims: ClassVar[int]

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size = norm_type, kernel_size
        self.stride, self.ceil_mode = stride, ceil_mode

    def forward(self, input: Variable) -> Variable:
        return LP_POOL[self.dims](input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(LPPool):
    """The p-norm of each window of a sequence; arguments as for `LPPool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.LPPool1d(2, 2)(minitorch.tensor([[3.0, 4.0, 0.0, 2.0]]))
    tensor([[5., 2.]])
    """

    dims = 1


class LPPool2d(LPPool):
    """The p-norm of each window of an image, without absolute values: y = (Σ xᵖ)^(1/p).

    Args:
        norm_type: p; 1 gives sums, ∞ the largest absolute values.
        kernel_size: height and width of the windows; one number for both.
        stride: distance of the windows, `kernel_size` by default.
        ceil_mode: keep a last window that sticks out.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.LPPool2d(2, 3, stride=2)(minitorch.zeros(8, 16, 50, 32)).shape
    minitorch.Size([8, 16, 24, 15])
    """

    dims = 2


class LPPool3d(LPPool):
    """The p-norm of each window of a volume; arguments as for `LPPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.LPPool3d(3, 2)(minitorch.ones(1, 2, 2, 4))
    tensor([[[[2., 2.]]]])
    """

    dims = 3


class FractionalMaxPool(Module):
    """Base of FractionalMaxPool2d and 3d; see `FractionalMaxPool2d`."""

    dims: ClassVar[int]

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Variable | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if (output_size is None) == (output_ratio is None):
            raise ArgumentError(f"{name}: needs either output_size or output_ratio, and not both")
        self.kernel_size, self.return_indices = repeated(kernel_size, self.dims), return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else repeated(output_size, self.dims)
        self.output_ratio = None if output_ratio is None else repeated(output_ratio, self.dims)
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ArgumentError(f"{name}: output_ratio must lie between 0 and 1, got {output_ratio}")

    def forward(self, input: Variable) -> Any:
        return FRACTIONAL_MAX_POOL[self.dims](
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            self._random_samples,
        )


class FractionalMaxPool2d(FractionalMaxPool):
    """The largest element of windows at random places of an image, as many as the result has elements.

    Args:
        kernel_size: height and width of the windows; one number for both.
        output_size: height and width of the result.
        output_ratio: the same as shares of the input's size.
        return_indices: also return where the largest elements were.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, *output_size) or (C, *output_size).

    Source: Graham, "Fractional max-pooling", 2014.

    >>> import minitorch
    >>> minitorch.nn.FractionalMaxPool2d(3, output_ratio=0.5)(minitorch.zeros(8, 16, 50, 32)).shape
    minitorch.Size([8, 16, 25, 16])
    """

    dims = 2


class FractionalMaxPool3d(FractionalMaxPool):
    """The largest element of windows at random places of a volume; arguments as for `FractionalMaxPool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, *output_size) or (C, *output_size).

    >>> import minitorch
    >>> minitorch.nn.FractionalMaxPool3d(2, output_size=(4, 5, 6))(minitorch.zeros(1, 9, 9, 9)).shape
    minitorch.Size([1, 4, 5, 6])
    """

    dims = 3


class MaxUnpool(Module):
    """Base of MaxUnpool1d, 2d and 3d; see `MaxUnpool2d`."""

    dims: ClassVar[int]

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = repeated(kernel_size, self.dims)
        self.stride = repeated(kernel_size if stride is None else stride, self.dims)
        self.padding = repeated(padding, self.dims)

    def forward(self, input: Variable, indices: Variable, output_size: Any = None) -> Variable:
        return MAX_UNPOOL[self.dims](input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(MaxUnpool):
    """Puts the elements that `MaxPool1d` kept back to their places, zeros elsewhere; arguments as for `MaxUnpool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> y, indices = minitorch.nn.MaxPool1d(2, return_indices=True)(minitorch.tensor([[1.0, 3.0, 5.0, 2.0]]))
    >>> minitorch.nn.MaxUnpool1d(2)(y, indices)
    tensor([[0., 3., 5., 0.]])
    """

    dims = 1


class MaxUnpool2d(MaxUnpool):
    """Puts the elements that `MaxPool2d(…, return_indices=True)` kept back to their places, zeros elsewhere.

    Called with the elements and their indices, and with `output_size` where several sizes come into question.

    Args:
        kernel_size: as of the pool.
        stride: as of the pool.
        padding: as of the pool.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′).

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]])
    >>> minitorch.nn.MaxUnpool2d(2)(*minitorch.nn.MaxPool2d(2, return_indices=True)(x))
    tensor([[[0., 0., 0., 0.],
             [8., 0., 6., 0.]]])
    """

    dims = 2


class MaxUnpool3d(MaxUnpool):
    """Puts the elements that `MaxPool3d` kept back to their places, zeros elsewhere; arguments as for `MaxUnpool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> y, indices = minitorch.nn.MaxPool3d(2, return_indices=True)(minitorch.ones(1, 2, 2, 4))
    >>> minitorch.nn.MaxUnpool3d(2)(y, indices).shape
    minitorch.Size([1, 2, 2, 4])
    """

    dims = 3
