"""Normalisation to mean 0 and variance 1: batch, layer, group, instance norm; and by root mean square.

They differ in what the mean and the variance are taken over:

    batch_norm      for each channel, over the batch and all places
    layer_norm      for each example, over its last dims
    group_norm      for each example and group of channels
    instance_norm   for each example and channel
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.engine import cast
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of
from minitorch.registry import backend_of
from minitorch.widening import narrow

if TYPE_CHECKING:
    from minitorch.variable import Variable

Report = Callable[[Array, Array], None]


def standardize_gradient(x: Any, h: Any, dims: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """The gradient of x̂ = (x − mean)/√(var + ε) over `dims`, for an incoming gradient h; and x̂ itself.

    dx = (h − Σh/n − x̂·Σ(h·x̂)/n)/√(var + ε)
    """
    n = prod(x.shape[d] for d in dims)
    centred = x - x.sum(dims, keepdims=True) / n
    inv = ((centred * centred).sum(dims, keepdims=True) / n + eps) ** -0.5
    normed = centred * inv
    along = normed * ((h * normed).sum(dims, keepdims=True) / n)
    return inv * (h - h.sum(dims, keepdims=True) / n - along), normed


class BatchNorm(Op):
    """y = x̂·w + b with each channel standardized;   dx by `standardize_gradient`,  dw = Σ g·x̂,  db = Σ g."""

    optional, in_single = True, True

    def forward(
        self, x: Array, w: Array | None, b: Array | None, *, eps: float, report: Report | None
    ) -> Array:
        self.eps, self.dims = eps, (0, *range(2, x.ndim))
        y, mean, var, inv = self.backend.batch_norm(x, w, b, eps)
        if report is not None:
            report(mean, var)
        self.save(x=x, w=w)
        self.keep(mean=mean, inv=inv)
        return y

    def backward(self, g: Array) -> tuple[Array | None, ...]:
        x, w, dims = self.saved.x, self.saved.w, self.dims
        h = g if w is None else g * w.reshape(-1, *(1,) * (x.ndim - 2))
        dx, normed = standardize_gradient(x, h, dims, self.eps)
        _, need_w, need_b = self.needs_input_grad
        return dx, (g * normed).sum(dims) if need_w else None, g.sum(dims) if need_b else None

    def fused_backward(self, g: Array) -> tuple[Array | None, ...]:
        saved = self.saved
        return self.backend.batch_norm_backward(saved.x, saved.w, saved.mean, saved.inv, g)


class LayerNorm(Op):
    """y = x̂·w + b with the last dims standardized;   dx by `standardize_gradient`,  dw = Σ g·x̂,  db = Σ g."""

    optional, in_single = True, True

    def forward(self, x: Array, w: Array | None, b: Array | None, *, count: int, eps: float) -> Array:
        self.eps, self.lead, self.normalized = eps, x.shape[: x.ndim - count], x.shape[x.ndim - count :]
        w1, b1 = (None if v is None else v.reshape(-1) for v in (w, b))
        y, mean, inv = self.backend.layer_norm(self.rows(x), w1, b1, eps)
        self.save(x=x, w=w)
        self.keep(mean=mean, inv=inv)
        return y.reshape(x.shape)

    def rows(self, x: Array) -> Array:
        """One row for each set of values that are normalised together."""
        return x.reshape(prod(self.lead), prod(self.normalized))

    def backward(self, g: Array) -> tuple[Array | None, ...]:
        x, w = self.saved.x, self.saved.w
        h = g if w is None else g * w
        dx, normed = standardize_gradient(x, h, tuple(range(len(self.lead), x.ndim)), self.eps)
        _, need_w, need_b = self.needs_input_grad
        each = (prod(self.lead), *self.normalized)
        return (
            dx,
            (g * normed).reshape(each).sum(0) if need_w else None,
            g.reshape(each).sum(0) if need_b else None,
        )

    def fused_backward(self, g: Array) -> tuple[Array | None, ...]:
        x, w, mean, inv = self.saved.x, self.saved.w, self.saved.mean, self.saved.inv
        w = None if w is None else w.reshape(-1)
        dx, gw, gb = self.backend.layer_norm_backward(self.rows(x), w, mean, inv, self.rows(g))
        _, need_w, need_b = self.needs_input_grad
        return (
            dx.reshape(x.shape),
            gw.reshape(self.normalized) if need_w else None,
            gb.reshape(self.normalized) if need_b else None,
        )


class RmsNorm(Op):
    """y = x·r·w with r = 1/√(Σx²/n + ε);   dx = r·h − x·r³·Σ(h·x)/n with h = g·w,  dw = Σ g·x·r."""

    optional, in_single = True, True

    def forward(self, x: Array, w: Array | None, *, count: int, eps: float) -> Array:
        self.eps, self.lead, self.normalized = eps, x.shape[: x.ndim - count], x.shape[x.ndim - count :]
        y, inv = self.backend.rms_norm(self.rows(x), None if w is None else w.reshape(-1), eps)
        self.save(x=x, w=w)
        self.keep(inv=inv)
        return y.reshape(x.shape)

    def rows(self, x: Array) -> Array:
        """One row for each set of values that are divided by one number."""
        return x.reshape(prod(self.lead), prod(self.normalized))

    def backward(self, g: Array) -> tuple[Array | None, ...]:
        x, w, n = self.saved.x, self.saved.w, prod(self.normalized)
        dims = tuple(range(len(self.lead), x.ndim))
        inv = ((x * x).sum(dims, keepdims=True) / n + self.eps) ** -0.5
        h = g if w is None else g * w
        dx = inv * h - x * (inv * inv * inv * ((h * x).sum(dims, keepdims=True) / n))
        if not self.needs_input_grad[1]:
            return dx, None
        return dx, (g * x * inv).reshape(prod(self.lead), *self.normalized).sum(0)

    def fused_backward(self, g: Array) -> tuple[Array | None, ...]:
        x, w, inv = self.saved.x, self.saved.w, self.saved.inv
        w = None if w is None else w.reshape(-1)
        dx, gw = self.backend.rms_norm_backward(self.rows(x), w, inv, self.rows(g))
        return dx.reshape(x.shape), gw.reshape(self.normalized) if self.needs_input_grad[1] else None


class ScaleChannels(Op):
    """y = x·w + b, one number for each channel;   dx = g·w,  dw = Σ g·x,  db = Σ g."""

    optional, in_single = True, True

    def forward(self, x: Array, w: Array | None, b: Array | None) -> Array:
        if self.recording:
            self.save(x=x if self.needs_input_grad[1] else None, w=w)
        return self.backend.scale_channels(x, w, b)

    def backward(self, g: Array) -> tuple[Array | None, ...]:
        w, dims = self.saved.w, (0, *range(2, g.ndim))
        _, need_w, need_b = self.needs_input_grad
        dx = g if w is None else ScaleChannels.apply(g, w, None)
        g = cast(g, dtypes.float32.dtype) if narrow(g) and (need_w or need_b) else g  # as parameters may be
        return dx, (g * self.saved.x).sum(dims) if need_w else None, g.sum(dims) if need_b else None


# Arguments -----------------------------------------------------------------------------------------------


def check_dtypes(op_name: str, x: Any, **params: Any) -> None:
    """Refuses numbers that have no fractions, and parameters of another dtype."""
    if array_of(x).dtype.kind not in "fV":
        raise DtypeError(
            f"{op_name}: needs real floating-point numbers, got {array_of(x).dtype}; use x.float()"
        )
    for name, v in params.items():
        mixed = x.dtype in dtypes.HALVES and v is not None and v.dtype is dtypes.float32
        if v is not None and v.dtype is not x.dtype and not mixed:
            raise DtypeError(
                f"{op_name}: {name} is {v.dtype}, but the input is {x.dtype}; convert one of them. "
                f"Only float16 and bfloat16 inputs may have parameters of another dtype, float32"
            )


def check_channels(op_name: str, x: Any, count: int, **vectors: Any) -> None:
    """Refuses vectors that do not have one number for each channel."""
    for name, vector in vectors.items():
        if vector is not None and tuple(vector.shape) != (count,):
            raise ShapeError(
                f"{op_name}: {name} has shape {tuple(vector.shape)}, but an input of shape {tuple(x.shape)} "
                f"has {count} channels; expected ({count},)"
            )


def in_dtype_of(x: Any, v: Any) -> Any:
    """A parameter in the dtype of the input."""
    return v if v is None or v.dtype is x.dtype else v.to(x.dtype)


def scale_and_shift(x: Any, w: Any, b: Any) -> Any:
    """x·w + b, one number for each channel."""
    if w is None and b is None:
        return x
    return ScaleChannels.apply(x, w, b)


def follow(running: Any, value: Array, momentum: float) -> None:
    """running ← (1 − momentum)·running + momentum·value, in place."""
    if running is not None:
        array = running.array
        mixed = array * (1 - momentum) + value.reshape(array.shape) * momentum
        backend_of(array).copyto(array, mixed)
        running._version_counter().value += 1


# Public functions ----------------------------------------------------------------------------------------


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Variable:
    """Shifts and scales each channel to mean 0 and variance 1, then by `weight` and `bias`.

    y = (x − mean)/√(var + eps) · weight + bias

    Args:
        input: any number of dims after the channels.
        running_mean: mean of the data so far, or None. In training it is brought up to date in place; else it
            takes the place of the batch's own.
        running_var: variance of the data so far, likewise.
        weight: one number for each channel, or None.
        bias: one number for each channel, or None.
        training: take mean and variance from this batch.
        momentum: weight of this batch in the running statistics.
        eps: added to the variance, so that constant channels do not divide by zero.

    Shape: (N, C, …) → (N, C, …).

    Raises:
        ShapeError: in training, if there is only one value for each channel, whose variance is zero.

    Source: Ioffe and Szegedy, Batch normalization, ICML 2015.

    >>> import minitorch
    >>> x = minitorch.tensor([[1.0, 10.0], [3.0, 30.0]])
    >>> minitorch.nn.functional.batch_norm(x, None, None, training=True)
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])
    """
    check_dtypes("batch_norm", input, weight=weight, bias=bias)
    if input.ndim < 2 and input.numel():
        raise ShapeError(f"batch_norm: expected an input of shape (N, C, …), got {tuple(input.shape)}")
    if eps < 0 or (training and not eps):
        raise ArgumentError(f"batch_norm: eps must be positive{'' if training else ' or 0'}, got {eps}")
    channels = input.shape[1] if input.ndim > 1 else 0
    vectors = {
        "running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias,
    }  # fmt: skip
    check_channels("batch_norm", input, channels, **vectors)
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError("batch_norm: running_mean and running_var are needed unless training=True")
        kind = dtypes.float32 if input.dtype in dtypes.HALVES else input.dtype
        scale = (running_var.to(kind) + eps) ** -0.5
        scale = scale if weight is None else scale * weight.to(kind)
        shift = running_mean.to(kind) * -scale
        return scale_and_shift(input, scale, shift if bias is None else shift + bias.to(kind))
    count = prod(input.shape) // max(channels, 1)
    if not count:
        return scale_and_shift(input, weight, bias)
    if count == 1:
        raise ShapeError(
            f"batch_norm: an input of shape {tuple(input.shape)} has one value for each channel, and the "
            f"variance of one value is zero; use a larger batch, or eval() mode"
        )

    def report(mean: Array, var: Array) -> None:
        follow(running_mean, mean, momentum)
        follow(running_var, var * (count / (count - 1)), momentum)

    return BatchNorm.apply(input, weight, bias, eps=eps, report=report)


@kernel
def layer_norm(
    input: Any,
    normalized_shape: Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-05,
) -> Variable:
    """Shifts and scales the last dims of each example to mean 0 and variance 1, then by `weight` and `bias`.

    y = (x − mean)/√(var + eps) · weight + bias

    Args:
        input: any shape that ends in `normalized_shape`.
        normalized_shape: the dims to normalise over.
        weight: of shape `normalized_shape`, or None.
        bias: of shape `normalized_shape`, or None.
        eps: added to the variance.

    Shape: (…, *normalized_shape) → the same.

    Raises:
        ShapeError: if the input's shape does not end in `normalized_shape`.

    Source: Ba, Kiros and Hinton, Layer normalization, 2016.

    >>> import minitorch
    >>> minitorch.nn.functional.layer_norm(minitorch.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    check_dtypes("layer_norm", input, weight=weight, bias=bias)
    shape = last_dims("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    return LayerNorm.apply(input, weight, bias, count=len(shape), eps=eps)


def last_dims(op_name: str, input: Any, normalized_shape: Any, **params: Any) -> tuple[int, ...]:
    """The dims to normalise over.

    Raises:
        ShapeError: if the input's shape does not end in them, or a parameter has another shape.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or tuple(input.shape[-len(shape) :]) != shape:
        raise ShapeError(
            f"{op_name}: normalized_shape {shape} must be the last dims of the input, whose shape is "
            f"{tuple(input.shape)}"
        )
    for name, param in params.items():
        if param is not None and tuple(param.shape) != shape:
            raise ShapeError(
                f"{op_name}: {name} has shape {tuple(param.shape)}, expected normalized_shape {shape}"
            )
    return shape


@kernel
def group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-05
) -> Variable:
    """Shifts and scales each group of channels of each example to mean 0 and variance 1; see `batch_norm`.

    Shape: (N, C, …) → (N, C, …); weight and bias (C).

    Raises:
        ShapeError: if the channels cannot be divided into `num_groups` groups.

    Source: Wu and He, Group normalization, ECCV 2018.

    >>> import minitorch
    >>> minitorch.nn.functional.group_norm(minitorch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    check_dtypes("group_norm", input, weight=weight, bias=bias)
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise ShapeError(
            f"group_norm: an input of shape {tuple(input.shape)} cannot be divided into {num_groups} groups "
            f"of channels; dim 1 must be a multiple of num_groups"
        )
    check_channels("group_norm", input, input.shape[1], weight=weight, bias=bias)
    size = prod(input.shape[1:]) // num_groups
    if size * input.shape[0] == 1:
        raise ShapeError(
            f"group_norm: an input of shape {tuple(input.shape)} has one value for each of {num_groups} "
            f"groups, and the variance of one value is zero; use fewer groups"
        )
    grouped = input.reshape(input.shape[0], num_groups, size)
    y = LayerNorm.apply(grouped, None, None, count=1, eps=eps).reshape(input.shape)
    return scale_and_shift(y, weight, bias)


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Variable:
    """Shifts and scales each channel of each example to mean 0 and variance 1; see `batch_norm`.

    Shape: (N, C, …) → (N, C, …).

    Raises:
        ShapeError: if there is only one value for each channel.

    Source: Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016.

    >>> import minitorch
    >>> minitorch.nn.functional.instance_norm(minitorch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    check_dtypes("instance_norm", input, weight=weight, bias=bias)
    count = prod(input.shape[2:])
    if input.ndim < 3 or count == 1:
        raise ShapeError(
            f"instance_norm: expected an input of shape (N, C, …) with more than one value for each channel, "
            f"got {tuple(input.shape)}"
        )
    n, channels = input.shape[:2]
    vectors = {
        "running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias,
    }  # fmt: skip
    check_channels("instance_norm", input, channels, **vectors)

    def report(mean: Array, var: Array) -> None:
        follow(running_mean, mean.reshape(n, channels).sum(0) / n, momentum)
        follow(running_var, var.reshape(n, channels).sum(0) / n * (count / (count - 1)), momentum)

    each = input.reshape(1, n * channels, *input.shape[2:])
    y = BatchNorm.apply(each, None, None, eps=eps, report=report if n else None)
    return scale_and_shift(y.reshape(input.shape), weight, bias)


@kernel
def rms_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None
) -> Variable:
    """Divides the last dims of each example by their root mean square.

    y = x / √(mean(x²) + eps) · weight

    Args:
        input: any shape that ends in `normalized_shape`.
        normalized_shape: the dims to normalise over.
        weight: of shape `normalized_shape`, or None.
        eps: added to the mean square; by default the smallest step from 1 in this dtype.

    Shape: (…, *normalized_shape) → the same.

    Source: Zhang and Sennrich, Root mean square layer normalization, NeurIPS 2019.

    >>> import minitorch
    >>> minitorch.nn.functional.rms_norm(minitorch.tensor([[3.0, -3.0]]), (2,))
    tensor([[ 1., -1.]])
    """
    if not input.dtype.is_complex:
        check_dtypes("rms_norm", input)
    shape = last_dims("rms_norm", input, normalized_shape, weight=weight)
    dims = tuple(range(-len(shape), 0))
    eps = dtypes.finfo(input.dtype).eps if eps is None else eps
    if not input.dtype.is_complex:
        return RmsNorm.apply(input, in_dtype_of(input, weight), count=len(shape), eps=eps)
    y = input * ((input * input).mean(dims, True) + eps) ** -0.5
    return y if weight is None else y * in_dtype_of(input, weight)
