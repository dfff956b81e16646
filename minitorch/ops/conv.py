"""Convolution and transposed convolution over one, two or three dims.

A convolution is linear in its input and in its weight.  Its derivatives are two more products of the same
three arrays, x (N, C, *size), w (O, C/groups, *kernel) and y (N, O, *counts), each of which gives the one
from the other two; the derivatives of all three are expressed by one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import conj
from minitorch.ops.sizes import as_sizes, batched, conv_windows
from minitorch.windows import Windows

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Conv(Op):
    """y = x ∗ w + b;   dx = ConvTranspose(g, w*),  dw = ConvWeight(x*, g),  db = Σ g."""

    optional = True

    def forward(self, x: Array, w: Array, b: Array | None, *, windows: Windows, groups: int) -> Array:
        self.settings = {"windows": windows, "groups": groups}
        if self.recording:
            need_x, need_w, _ = self.needs_input_grad
            self.save(x=x if need_w else None, w=w if need_x else None)
        return self.backend.conv(x, w, b, windows, groups)

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        need_x, need_w, need_b = self.needs_input_grad
        return (
            ConvTranspose.apply(g, conj(self.saved.w), None, **self.settings) if need_x else None,
            ConvWeight.apply(conj(self.saved.x), g, **self.settings) if need_w else None,
            sum_to_bias(g) if need_b else None,
        )


class ConvTranspose(Op):
    """x = the gradient of Conv's input, + b;   dy = Conv(g, w*),  dw = ConvWeight(g, y*),  db = Σ g."""

    optional = True

    def forward(self, y: Array, w: Array, b: Array | None, *, windows: Windows, groups: int) -> Array:
        self.settings = {"windows": windows, "groups": groups}
        self.save(y=y, w=w)
        return self.backend.conv_transpose(y, w, b, windows, groups)

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        y, w = conj(self.saved.y), conj(self.saved.w)
        need_y, need_w, need_b = self.needs_input_grad
        return (
            Conv.apply(g, w, None, **self.settings) if need_y else None,
            ConvWeight.apply(g, y, **self.settings) if need_w else None,
            sum_to_bias(g) if need_b else None,
        )


class ConvWeight(Op):
    """w = the weight's gradient of a convolution;   dx = ConvTranspose(y*, g),  dy = Conv(x*, g)."""

    def forward(self, x: Array, y: Array, *, windows: Windows, groups: int) -> Array:
        self.settings = {"windows": windows, "groups": groups}
        self.save(x=x, y=y)
        return self.backend.conv_weight(x, y, windows, groups)

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        x, y = conj(self.saved.x), conj(self.saved.y)
        need_x, need_y = self.needs_input_grad
        return (
            ConvTranspose.apply(y, g, None, **self.settings) if need_x else None,
            Conv.apply(x, g, None, **self.settings) if need_y else None,
        )


def sum_to_bias(g: Any) -> Any:
    """Σ g over everything but the channels."""
    return g.sum((0, *range(2, g.ndim)))


def check_weight(op_name: str, x: Any, w: Any, b: Any, dims: int, groups: int, inputs: int) -> None:
    """Refuses what does not fit together; `inputs` is the dim of the weight that holds input channels."""
    if w.ndim != dims + 2:
        raise ShapeError(f"{op_name}: expected a weight with {dims + 2} dims, got shape {tuple(w.shape)}")
    if groups < 1:
        raise ArgumentError(f"{op_name}: groups must be positive, got {groups}")
    if w.shape[0] % groups:
        raise ShapeError(
            f"{op_name}: a weight of shape {tuple(w.shape)} cannot be divided into {groups} groups; "
            f"its first size must be a multiple of groups"
        )
    expected = w.shape[1] * groups if inputs == 1 else w.shape[0]
    if x.shape[1] != expected:
        raise ShapeError(
            f"{op_name}: an input of shape {tuple(x.shape)} has {x.shape[1]} channels, but a weight of shape "
            f"{tuple(w.shape)} with groups={groups} needs {expected}" + channels_remedy(x, expected)
        )
    outputs = w.shape[0] if inputs == 1 else w.shape[1] * groups
    if b is not None and tuple(b.shape) != (outputs,):
        raise ShapeError(
            f"{op_name}: expected a bias of shape ({outputs},), one number for each output channel, "
            f"got {tuple(b.shape)}"
        )
    kinds = [v.dtype for v in (x, w, b) if v is not None]
    if any(kind is not kinds[0] for kind in kinds):
        raise DtypeError(
            f"{op_name}: input, weight and bias must have one dtype, got "
            f"{', '.join(str(kind) for kind in kinds)}; convert with .to(dtype)"
        )
    if kinds[0].dtype.kind in "biu" and kinds[0] is not dtypes.int64:
        raise DtypeError(f"{op_name}: needs floating-point numbers, got {kinds[0]}; use x.float()")


def channels_remedy(x: Any, expected: int) -> str:
    """A hint for inputs whose channels stand last."""
    if x.shape[-1] == expected:
        return ". The channels seem to come last: move them with x.movedim(-1, 1)"
    return ""


def _conv(
    dims: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    name = f"conv{dims}d"
    x, had_batch = batched(name, input, dims)
    check_weight(name, x, weight, bias, dims, groups, inputs=1)
    windows = conv_windows(name, x, weight, stride, padding, dilation)
    y = Conv.apply(x, weight, bias, windows=windows, groups=groups)
    return y if had_batch else y.squeeze(0)


def _conv_transpose(
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Any:
    name = f"conv_transpose{dims}d"
    y, had_batch = batched(name, input, dims)
    check_weight(name, y, weight, bias, dims, groups, inputs=0)
    counts, kernel = tuple(y.shape[2:]), tuple(weight.shape[2:])
    strides = as_sizes(name, "stride", stride, dims)
    before = as_sizes(name, "padding", padding, dims, least=0)
    extra = as_sizes(name, "output_padding", output_padding, dims, least=0)
    dilations = as_sizes(name, "dilation", dilation, dims)
    if any(e >= max(s, d) for e, s, d in zip(extra, strides, dilations, strict=True)):
        raise ArgumentError(
            f"{name}: output_padding must be smaller than stride or dilation, got output_padding {extra}, "
            f"stride {strides}, dilation {dilations}"
        )
    size = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        for n, s, p, d, k, e in zip(counts, strides, before, dilations, kernel, extra, strict=True)
    )
    if min(size) < 1:
        raise ShapeError(
            f"{name}: an input of shape {tuple(input.shape)} with kernel {kernel}, stride {strides} and "
            f"padding {before} gives an output of size {size}; use less padding"
        )
    windows = Windows(size, kernel, strides, before, dilations, counts)
    x = ConvTranspose.apply(y, weight, bias, windows=windows, groups=groups)
    return x if had_batch else x.squeeze(0)


# Public functions ----------------------------------------------------------------------------------------


@kernel
def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Variable:
    """Slides a kernel over sequences; see `conv2d`.

    Shape: input (N, C, L) or (C, L), weight (O, C/groups, k), bias (O) → (N, O, L′) or (O, L′).

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0, 4.0, 8.0]]])
    >>> minitorch.nn.functional.conv1d(x, minitorch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@kernel
def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Variable:
    """Slides a kernel over images (cross-correlation, as everywhere in deep learning).

    y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v] over c, u and v.

    Args:
        input: the images.
        weight: one kernel for each output channel.
        bias: one number for each output channel, or None.
        stride: from one window to the next.
        padding: zeros on each side; "valid" for none, "same" for a result of the input's size.
        dilation: from one element of a window to the next.
        groups: input and output channels are divided into as many groups, each seeing only its own.

    Shape: input (N, C, H, W) or (C, H, W), weight (O, C/groups, kh, kw), bias (O) → (N, O, H′, W′) or
        (O, H′, W′), with H′ = ⌊(H + 2·padding − dilation·(kh − 1) − 1)/stride⌋ + 1.

    Raises:
        ShapeError: if channels do not fit, or the kernel is larger than the padded input.
        DtypeError: if input, weight and bias do not have one floating-point dtype.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.

    >>> import minitorch
    >>> x = minitorch.arange(9.0).reshape(1, 1, 3, 3)
    >>> minitorch.nn.functional.conv2d(x, minitorch.ones(1, 1, 2, 2))
    tensor([[[[ 8., 12.],
              [20., 24.]]]])
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@kernel
def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Variable:
    """Slides a kernel over volumes; see `conv2d`.

    Shape: input (N, C, D, H, W) or (C, D, H, W), weight (O, C/groups, kd, kh, kw), bias (O) →
        (N, O, D′, H′, W′) or (O, D′, H′, W′).

    >>> import minitorch
    >>> x = minitorch.ones(1, 2, 3, 3, 3)
    >>> minitorch.nn.functional.conv3d(x, minitorch.ones(4, 2, 2, 2, 2)).shape
    minitorch.Size([1, 4, 2, 2, 2])
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


@kernel
def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Variable:
    """Lays a kernel down for each element of a sequence; see `conv_transpose2d`.

    Shape: input (N, C, L) or (C, L), weight (C, O/groups, k), bias (O) → (N, O, L′) or (O, L′).

    >>> import minitorch
    >>> x = minitorch.tensor([[[1.0, 2.0]]])
    >>> minitorch.nn.functional.conv_transpose1d(x, minitorch.ones(1, 1, 3), stride=2)
    tensor([[[1., 1., 3., 2., 2.]]])
    """
    return _conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


@kernel
def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Variable:
    """Lays a kernel, scaled by each element of an image, down where the windows of `conv2d` would be.

    It is the gradient of `conv2d` with respect to its input, not its inverse.

    Args:
        input: the images.
        weight: one kernel for each pair of input and output channels.
        bias: one number for each output channel, or None.
        stride: from one kernel to the next.
        padding: cut off from each side of the result.
        output_padding: added to one side of the result, since a `conv2d` with stride makes images of
            several sizes equally small.
        groups: input and output channels are divided into as many groups, each seeing only its own.
        dilation: from one element of a kernel to the next.

    Shape: input (N, C, H, W) or (C, H, W), weight (C, O/groups, kh, kw), bias (O) → (N, O, H′, W′) or
        (O, H′, W′), with H′ = (H − 1)·stride − 2·padding + dilation·(kh − 1) + output_padding + 1.

    Raises:
        ShapeError: if channels do not fit, or nothing would be left of the result.

    Source: Zeiler et al., Deconvolutional networks, CVPR 2010.

    >>> import minitorch
    >>> x = minitorch.tensor([[[[1.0, 2.0]]]])
    >>> minitorch.nn.functional.conv_transpose2d(x, minitorch.ones(1, 1, 2, 2))
    tensor([[[[1., 3., 2.],
              [1., 3., 2.]]]])
    """
    return _conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


@kernel
def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Variable:
    """Lays a kernel down for each element of a volume; see `conv_transpose2d`.

    Shape: input (N, C, D, H, W) or (C, D, H, W), weight (C, O/groups, kd, kh, kw), bias (O) →
        (N, O, D′, H′, W′) or (O, D′, H′, W′).

    >>> import minitorch
    >>> x = minitorch.ones(1, 2, 3, 3, 3)
    >>> minitorch.nn.functional.conv_transpose3d(x, minitorch.ones(2, 4, 2, 2, 2)).shape
    minitorch.Size([1, 4, 4, 4, 4])
    """
    return _conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


@kernel
def conv_tbc(input: Any, weight: Any, bias: Any, pad: int = 0) -> Variable:
    """`conv1d` of sequences whose dims are time, batch and channels.

    Args:
        input: the sequences.
        weight: the filters.
        bias: one number for each output channel.
        pad: zeros on each side.

    Shape: (T, N, C) and (K, C, O) → (T + 2·pad − K + 1, N, O).

    >>> import minitorch
    >>> x, w = minitorch.arange(3.0).reshape(3, 1, 1), minitorch.ones(2, 1, 1)
    >>> minitorch.nn.functional.conv_tbc(x, w, minitorch.zeros(1)).flatten()
    tensor([1., 3.])
    """
    if input.ndim != 3 or weight.ndim != 3:
        raise ShapeError(
            f"conv_tbc: expected an input (T, N, C) and a weight (K, C, O), got {tuple(input.shape)} and "
            f"{tuple(weight.shape)}"
        )
    return conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad).permute(2, 0, 1)
