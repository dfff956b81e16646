"""Pools: the largest element or the average of each window."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of
from minitorch.ops.index import AddAlong
from minitorch.ops.out import with_out
from minitorch.ops.sizes import as_sizes, batched
from minitorch.registry import backend_of
from minitorch.value import wrap
from minitorch.windows import Sizes, Windows

if TYPE_CHECKING:
    from minitorch.variable import Variable


class MaxPool(Op):
    """y = the largest element of each window;   dx = g, added at its place, the first of equal ones."""

    def forward(self, x: Array, *, windows: Windows) -> Array:
        self.windows = windows
        y = self.backend.max_pool(x, windows)
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        indices = self.backend.max_pool_indices(array_of(x), array_of(y), self.windows)
        flat = (*x.shape[:2], prod(self.windows.size))
        g = g.reshape(*g.shape[:2], prod(self.windows.counts))
        spread = AddAlong.apply(g, indices=indices.reshape(g.shape), dim=2, shape=flat)
        return spread.reshape(x.shape)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.max_pool_backward(self.saved.x, self.saved.output, g, self.windows)


class SumPool(Op):
    """y = the sum of each window;   dx = for each element the sum of g over the windows that see it."""

    def forward(self, x: Array, *, windows: Windows) -> Array:
        self.windows = windows
        return self.backend.sum_pool(x, windows)

    def backward(self, g: Array) -> Array:
        return SpreadPool.apply(g, windows=self.windows)


class SpreadPool(Op):
    """x = for each element the sum of y over the windows that see it;   dy = the sum of each window of g."""

    def forward(self, y: Array, *, windows: Windows) -> Array:
        self.windows = windows
        return self.backend.sum_pool_backward(y, windows)

    def backward(self, g: Array) -> Array:
        return SumPool.apply(g, windows=self.windows)


# Arguments -----------------------------------------------------------------------------------------------


def pool_windows(
    op_name: str,
    size: Sizes,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Windows:
    """The windows of a pool; with `ceil_mode` also those that begin inside but reach beyond the padding.

    Raises:
        ArgumentError: if windows could consist of padding alone.
        ShapeError: if there is no room for a window.
    """
    dims = len(size)
    kernel = as_sizes(op_name, "kernel_size", kernel_size, dims)
    default = stride is None or (not isinstance(stride, int) and len(stride) == 0)
    strides = kernel if default else as_sizes(op_name, "stride", stride, dims)
    before = as_sizes(op_name, "padding", padding, dims, least=0)
    dilations = as_sizes(op_name, "dilation", dilation, dims)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True))
    if any(p > r // 2 for p, r in zip(before, reach, strict=True)):
        raise ArgumentError(
            f"{op_name}: padding {before} must be at most half of the kernel size {kernel}, "
            f"so that no window lies in the padding alone"
        )
    counts = []
    for n, r, s, p in zip(size, reach, strides, before, strict=True):
        room = n + 2 * p - r
        count = (room + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (count - 1) * s >= n + p:  # the last window would begin behind the input
            count -= 1
        counts.append(count)
    if min(counts) < 1:
        raise ShapeError(
            f"{op_name}: windows of size {kernel} do not fit into an input of size {size} with padding "
            f"{before}; use a smaller kernel, ceil_mode=True or a larger input"
        )
    return Windows(size, kernel, strides, before, dilations, tuple(counts))


def _max_pool(
    dims: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    name = f"max_pool{dims}d"
    x, had_batch = batched(name, input, dims)
    if not all(x.shape[1:]):
        raise ShapeError(f"{name}: only the batch may be empty, got shape {tuple(input.shape)}")
    windows = pool_windows(name, tuple(x.shape[2:]), kernel_size, stride, padding, dilation, ceil_mode)
    y = MaxPool.apply(x, windows=windows)
    y = y if had_batch else y.squeeze(0)
    return (y, max_indices(input, y, windows)) if return_indices else y


def max_indices(input: Any, y: Any, windows: Windows) -> Any:
    """For each window the place of its largest element in the flattened image, as a tensor."""
    x, top = array_of(input), array_of(y)
    lead = (-1, 1)
    indices = backend_of(x).max_pool_indices(
        x.reshape(*lead, *windows.size), top.reshape(*lead, *windows.counts), windows
    )
    return wrap(indices.reshape(top.shape))


def _avg_pool(
    dims: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Any:
    name = f"avg_pool{dims}d"
    x, had_batch = batched(name, input, dims)
    if not (x.is_floating_point() or x.dtype is dtypes.int64):
        raise DtypeError(f"{name}: needs floating-point numbers, got {x.dtype}; use x.float()")
    if divisor_override == 0:
        raise ArgumentError(f"{name}: divisor_override must not be zero")
    windows = pool_windows(name, tuple(x.shape[2:]), kernel_size, stride, padding, 1, ceil_mode)
    total = SumPool.apply(x, windows=windows)
    divisor = divisor_override or _divisor(array_of(x), windows, padding, count_include_pad)
    y = total / divisor if x.is_floating_point() else total.div(divisor, rounding_mode="trunc").to(x.dtype)
    return y if had_batch else y.squeeze(0)


def _divisor(x: Array, windows: Windows, padding: Any, count_include_pad: bool) -> Any:
    """How many elements each window has: a number, or an array where windows reach into the padding."""
    if all(before <= 0 and after <= 0 for before, after in windows.padding):
        return windows.elements
    after = as_sizes("avg_pool", "padding", padding, len(windows.size), least=0)
    result: Any = 1.0
    for dim, n in enumerate(windows.size):
        low, high = (-windows.before[dim], n + after[dim]) if count_include_pad else (0, n)
        starts = [j * windows.stride[dim] - windows.before[dim] for j in range(windows.counts[dim])]
        sizes = [min(start + windows.kernel[dim], high) - max(start, low) for start in starts]
        line = backend_of(x).asarray(sizes, x.dtype)
        result = result * line.reshape(-1, *(1,) * (len(windows.size) - 1 - dim))
    return wrap(result.astype(x.dtype))


# Public functions ----------------------------------------------------------------------------------------


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of a sequence; see `max_pool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.functional.max_pool1d(minitorch.tensor([[1.0, 3.0, 2.0, 5.0]]), 2)
    tensor([[3., 5.]])
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of an image; its gradient goes to the first of equal ones.

    Args:
        input: the images.
        kernel_size: size of the windows.
        stride: from one window to the next; by default windows lie side by side.
        padding: on each side, never chosen; at most half of the kernel size.
        dilation: from one element of a window to the next.
        ceil_mode: keep windows that reach beyond the padded image.
        return_indices: also return where in the flattened image each element stood.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′), with
        H′ = ⌊(H + 2·padding − dilation·(kernel_size − 1) − 1)/stride⌋ + 1.

    Raises:
        ShapeError: if there is no room for a window.

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]])
    >>> y, indices = minitorch.nn.functional.max_pool2d(x, 2, return_indices=True)
    >>> y, indices
    (tensor([[[8., 6.]]]), tensor([[[4, 6]]]))
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@kernel
def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of a volume; see `max_pool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.max_pool3d(minitorch.arange(16.0).reshape(1, 2, 2, 4), 2)
    tensor([[[[13., 15.]]]])
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Variable:
    """The average of each window of a sequence; see `avg_pool2d`.

    Shape: (N, C, L) or (C, L) → (N, C, L′) or (C, L′).

    >>> import minitorch
    >>> minitorch.nn.functional.avg_pool1d(minitorch.tensor([[1.0, 3.0, 2.0, 5.0]]), 2)
    tensor([[2.0000, 3.5000]])
    """
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


@with_out
def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Variable:
    """The average of each window of an image.

    Args:
        input: the images.
        kernel_size: size of the windows.
        stride: from one window to the next; by default windows lie side by side.
        padding: zeros on each side; at most half of the kernel size.
        ceil_mode: keep windows that reach beyond the padded image.
        count_include_pad: count the padding among the elements that are averaged.
        divisor_override: divide the sums by this instead.

    Shape: (N, C, H, W) or (C, H, W) → (N, C, H′, W′) or (C, H′, W′), with
        H′ = ⌊(H + 2·padding − kernel_size)/stride⌋ + 1.

    Raises:
        ShapeError: if there is no room for a window.

    >>> import minitorch
    >>> minitorch.nn.functional.avg_pool2d(minitorch.arange(8.0).reshape(1, 2, 4), 2)
    tensor([[[2.5000, 4.5000]]])
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


@kernel
@with_out
def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Variable:
    """The average of each window of a volume; see `avg_pool2d`.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D′, H′, W′) or (C, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.functional.avg_pool3d(minitorch.arange(16.0).reshape(1, 2, 2, 4), 2)
    tensor([[[[6.5000, 8.5000]]]])
    """
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
