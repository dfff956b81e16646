"""Windows of images as columns of a matrix, and back: unfold, fold."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ShapeError
from minitorch.op import Op
from minitorch.ops.sizes import as_sizes, batched
from minitorch.windows import Sizes, Windows

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Unfold(Op):
    """y = every window, as it stands;   dx = Fold(g)."""

    def forward(self, x: Array, *, windows: Windows) -> Array:
        self.windows = windows
        return self.backend.windows_to_columns(x, windows)

    def backward(self, g: Array) -> Array:
        return Fold.apply(g, windows=self.windows)


class Fold(Op):
    """x = the windows, added up where they overlap;   dy = Unfold(g)."""

    def forward(self, y: Array, *, windows: Windows) -> Array:
        self.windows = windows
        return self.backend.columns_to_windows(y, windows)

    def backward(self, g: Array) -> Array:
        return Unfold.apply(g, windows=self.windows)


def image_windows(
    op_name: str, size: Sizes, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> Windows:
    """The windows of unfold and fold.

    Raises:
        ShapeError: if there is no room for a window.
    """
    kernel = as_sizes(op_name, "kernel_size", kernel_size, 2)
    strides = as_sizes(op_name, "stride", stride, 2)
    before = as_sizes(op_name, "padding", padding, 2, least=0)
    dilations = as_sizes(op_name, "dilation", dilation, 2)
    counts = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(size, before, dilations, kernel, strides, strict=True)
    )
    if min(counts) < 1:
        raise ShapeError(
            f"{op_name}: windows of size {kernel} with dilation {dilations} do not fit into images of size "
            f"{size} with padding {before}"
        )
    return Windows(size, kernel, strides, before, dilations, counts)


def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Variable:
    """Every window of an image as one column.

    Shape: (N, C, H, W) or (C, H, W) → (N, C·kh·kw, windows) or (C·kh·kw, windows).

    >>> import minitorch
    >>> minitorch.nn.functional.unfold(minitorch.arange(6.0).reshape(1, 1, 2, 3), 2)
    tensor([[[0., 1.],
             [1., 2.],
             [3., 4.],
             [4., 5.]]])
    """
    x, had_batch = batched("unfold", input, 2)
    windows = image_windows("unfold", tuple(x.shape[2:]), kernel_size, dilation, padding, stride)
    y = Unfold.apply(x, windows=windows)  # (N, C, kh, kw, H′, W′)
    y = y.reshape(x.shape[0], x.shape[1] * windows.elements, prod(windows.counts))
    return y if had_batch else y.squeeze(0)


def fold(
    input: Any,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Variable:
    """Adds columns up to images, each where `unfold` would take it from.

    Shape: (N, C·kh·kw, windows) or (C·kh·kw, windows) → (N, C, H, W) or (C, H, W).

    Raises:
        ShapeError: if the columns are not as long or as many as the windows ask.

    >>> import minitorch
    >>> minitorch.nn.functional.fold(minitorch.ones(1, 4, 2), (2, 3), 2)
    tensor([[[[1., 2., 1.],
              [1., 2., 1.]]]])
    """
    size = as_sizes("fold", "output_size", output_size, 2)
    windows = image_windows("fold", size, kernel_size, dilation, padding, stride)
    columns = input if input.ndim == 3 else input.unsqueeze(0)
    count = prod(windows.counts)
    if columns.ndim != 3 or columns.shape[1] % windows.elements or columns.shape[2] != count:
        raise ShapeError(
            f"fold: expected columns of shape (N, C·{windows.elements}, {count}) for images of size {size} "
            f"and windows of size {windows.kernel}, got {tuple(input.shape)}"
        )
    shape = (columns.shape[0], columns.shape[1] // windows.elements, *windows.kernel, *windows.counts)
    x = Fold.apply(columns.reshape(shape), windows=windows)
    return x if input.ndim == 3 else x.squeeze(0)
