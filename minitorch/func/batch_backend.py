"""`BatchBackend`: the backend of `BatchedArray`s.

Primitives whose rule is simple compute on the whole batch at once; composites made of these are taken from
`Backend` as they are.  Everything else runs on one slice after the other, and is right without a rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from minitorch.backend import Backend
from minitorch.backend_activation import ActivationKernels
from minitorch.backend_device import Devices
from minitorch.errors import NoRuleError, VmapError
from minitorch.func.batch import BatchedArray, Level
from minitorch.func.batch_rules import (
    backend_below,
    batch_of,
    by_slices,
    has,
    outermost,
    whole_batch,
)
from minitorch.op import BATCHES
from minitorch.registry import backend_of, current_backend, serve

if TYPE_CHECKING:
    from minitorch.backend import Array

Function = Callable[..., Any]


def pointwise(name: str) -> Function:
    """A primitive that broadcasts its arguments."""

    def rule(self: BatchBackend, *args: Any) -> Array:
        level = outermost(*args)
        if level is None:
            return getattr(backend_below(*args), name)(*args)
        ndim = max([x.ndim for x in args if hasattr(x, "ndim")])
        inside = [batch_of(x, level, ndim) for x in args]
        return BatchedArray(getattr(backend_below(*inside), name)(*inside), level)

    return rule


def reduction(name: str) -> Function:
    """A primitive over one axis, several, or all."""

    def rule(self: BatchBackend, x: Any, axis: Any = None, **settings: Any) -> Array:
        if x.__class__ is not BatchedArray:
            return getattr(backend_of(x), name)(x, axis=axis, **settings)
        inner = x.inner
        if axis is None and name in ("argmax", "argmin"):
            inner, axis = inner.reshape((len(inner), x.size)), 0
        axes = tuple(range(x.ndim)) if axis is None else axis
        shifted = after_batch(axes, x.ndim)
        bound = name if axis is None and name in ("min", "max", "any", "all") else None
        return BatchedArray(getattr(backend_of(inner), name)(inner, axis=shifted, **settings), x.level, bound)

    return rule


def along(name: str) -> Function:
    """A primitive that works along one axis and keeps it, or rearranges axes given first."""

    def rule(self: BatchBackend, x: Any, axis: Any = -1, **settings: Any) -> Array:
        if x.__class__ is not BatchedArray:
            return getattr(backend_of(x), name)(x, axis, **settings)
        shifted = after_batch(axis, x.ndim)
        return BatchedArray(getattr(backend_of(x.inner), name)(x.inner, shifted, **settings), x.level)

    return rule


def folded(name: str, count: int) -> Function:
    """A kernel whose first `count` arguments have a batch dim of their own in front: one call with a longer one.

    Shape: (slices, N, …) → (slices·N, …).
    """

    def rule(self: BatchBackend, *args: Any) -> Array:
        level = outermost(*args)
        if level is None or outermost(*args[count:]) is not None or not level.size:
            return by_slices(lambda *xs: getattr(backend_below(*xs), name)(*xs), *args)
        batches = [whole_batch(x, level) for x in args[:count]]
        rows = [x.reshape((x.shape[0] * x.shape[1], *x.shape[2:])) for x in batches]
        y = getattr(backend_below(*rows), name)(*rows, *args[count:])
        return BatchedArray(y.reshape((*batches[0].shape[:2], *y.shape[1:])), level)

    return rule


def after_batch(axis: Any, ndim: int) -> Any:
    """An axis of a slice, or several, counted in the batch."""
    if isinstance(axis, (tuple, list)):
        return tuple([a % ndim + 1 for a in axis])
    return axis % max(ndim, 1) + 1


class BatchBackend:
    """Computes with `BatchedArray`s, mixed with ordinary arrays."""

    name = "vmap"
    device_type = "cpu"
    array_type = BatchedArray
    scalar_types: tuple[type, ...] = ()
    batched = True
    checks_values = True
    shares_memory, address = Devices.shares_memory, Devices.address
    on, device_index = Devices.on, Devices.device_index
    computes_bfloat16 = False

    (negative, abs, sign, rint, floor, ceil, trunc, exp, exp2, expm1, log, log2, log10, log1p, sqrt, square) = map(
        pointwise,
        ("negative", "abs", "sign", "rint", "floor", "ceil", "trunc", "exp", "exp2", "expm1", "log", "log2",
         "log10", "log1p", "sqrt", "square"),
    )  # fmt: skip
    (sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, conj) = map(
        pointwise,
        ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf",
         "conj"),
    )  # fmt: skip
    (isnan, isinf, isfinite, logical_not, bitwise_not, where) = map(
        pointwise, ("isnan", "isinf", "isfinite", "logical_not", "bitwise_not", "where")
    )
    (add, subtract, multiply, divide, floor_divide, remainder, fmod, power, maximum, minimum, atan2) = map(
        pointwise,
        ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "maximum",
         "minimum", "atan2"),
    )  # fmt: skip
    (equal, not_equal, less, less_equal, greater, greater_equal) = map(
        pointwise, ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    )
    (logical_and, logical_or, logical_xor, bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift) = map(
        pointwise,
        ("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift",
         "right_shift"),
    )  # fmt: skip
    sum, prod, max, min, all, any, argmax, argmin = map(
        reduction, ("sum", "prod", "max", "min", "all", "any", "argmax", "argmin")
    )
    cumsum, cumprod, sort, argsort, flip = map(along, ("cumsum", "cumprod", "sort", "argsort", "flip"))

    (relu, relu_backward, leaky_relu, leaky_relu_backward, elu, elu_backward, gelu_cdf, gelu_backward) = (
        ActivationKernels.relu, ActivationKernels.relu_backward,
        ActivationKernels.leaky_relu, ActivationKernels.leaky_relu_backward,
        ActivationKernels.elu, ActivationKernels.elu_backward,
        ActivationKernels.gelu_cdf, ActivationKernels.gelu_backward,
    )  # fmt: skip
    gelu, silu, tanh_backward = (
        ActivationKernels.gelu,
        ActivationKernels.silu,
        ActivationKernels.tanh_backward,
    )
    (sigmoid, sigmoid_backward, silu_backward, softplus, softplus_backward) = (
        ActivationKernels.sigmoid, ActivationKernels.sigmoid_backward, ActivationKernels.silu_backward,
        ActivationKernels.softplus, ActivationKernels.softplus_backward,
    )  # fmt: skip
    softmax, softmax_backward = ActivationKernels.softmax, ActivationKernels.softmax_backward
    log_softmax, log_softmax_backward = ActivationKernels.log_softmax, ActivationKernels.log_softmax_backward
    cross_entropy, cross_entropy_backward = (
        ActivationKernels.cross_entropy,
        ActivationKernels.cross_entropy_backward,
    )
    conv, conv_transpose = folded("conv", 1), folded("conv_transpose", 1)
    max_pool, max_pool_indices = folded("max_pool", 1), folded("max_pool_indices", 2)
    max_pool_backward = folded("max_pool_backward", 3)
    sum_pool, sum_pool_backward = folded("sum_pool", 1), folded("sum_pool_backward", 1)
    clip, linear, logsumexp, mean = Backend.clip, Backend.linear, Backend.logsumexp, Backend.mean

    @property
    def calls(self) -> Any:
        """Those of the backend below."""
        return current_backend().calls

    def quiet(self) -> Any:
        """A context without the library's floating-point warnings."""
        return current_backend().quiet()

    def __getattr__(self, name: str) -> Function:
        """Any other function of a backend: on one slice after the other."""
        if name.startswith("__") or not hasattr(current_backend(), name):
            raise AttributeError(name)
        return partial(
            by_slices, lambda *args, **settings: getattr(backend_below(*args), name)(*args, **settings)
        )

    # Products ---------------------------------------------------------------------------------------

    def matmul(self, x: Any, y: Any) -> Array:
        """Products of matrices; one large product where one side is the same matrix for all slices."""
        level = outermost(x, y)
        if level is None:
            return backend_of(x).matmul(x, y)
        if x.ndim == 1 or y.ndim == 1:
            z = self.matmul(
                x.reshape((1, -1)) if x.ndim == 1 else x, y.reshape((-1, 1)) if y.ndim == 1 else y
            )
            rows = () if x.ndim == 1 else (z.shape[-2],)
            columns = () if y.ndim == 1 else (z.shape[-1],)
            return z.reshape((*z.shape[:-2], *rows, *columns))
        if has(x, level) and not has(y, level) and y.ndim == 2:
            rows = x.inner.reshape((math.prod(x.inner.shape[:-1]), x.shape[-1]))
            product = backend_below(rows, y).matmul(rows, y)
            return BatchedArray(product.reshape((*x.inner.shape[:-1], y.shape[-1])), level)
        ndim = max(x.ndim, y.ndim)
        a, b = batch_of(x, level, ndim), batch_of(y, level, ndim)
        return BatchedArray(backend_below(a, b).matmul(a, b), level)

    # Creation and memory ------------------------------------------------------------------------------

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """A batch as it is, or in another dtype."""
        if x.__class__ is not BatchedArray:
            return backend_below(x).asarray(x, dtype) if dtype is not None else backend_below(x).asarray(x)
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)

    def copy(self, x: Any) -> Array:
        """A contiguous copy."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).copy(x)
        return BatchedArray(backend_of(x.inner).copy(x.inner), x.level)

    def astype(self, x: Any, dtype: Any) -> Array:
        """A copy in another dtype; of complex numbers the real part."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).astype(x, dtype)
        return BatchedArray(backend_of(x.inner).astype(x.inner, dtype), x.level)

    def copyto(self, destination: Any, source: Any) -> None:
        """Stores slices in slices.

        Raises:
            VmapError: if the destination is the same for all slices.
        """
        level = outermost(destination, source)
        if level is None:
            backend_of(destination).copyto(destination, source)
            return
        self.require_batch(destination, level)
        inside = batch_of(source, level, destination.ndim)
        backend_below(destination.inner, inside).copyto(destination.inner, inside)

    def require_batch(self, destination: Any, level: Level) -> None:
        """Raises a VmapError unless each slice of `destination` has memory of its own."""
        if not has(destination, level):
            raise NoRuleError(
                "vmap: a tensor that is the same for all slices cannot be changed in place by values that differ from "
                "slice to slice; make it inside of vmap, or use the out-of-place operation"
            )
        if level.size > 1 and destination.inner.size and destination.inner.strides[0] == 0:
            raise VmapError(
                "vmap: the slices of this tensor share their memory (it was expanded); clone() it"
            )

    def add_into(self, x: Any, y: Any) -> None:
        """x += y, in x's memory."""
        self.copyto(x, self.add(x, y))

    def in_place(self, name: str, destination: Any, *args: Any) -> None:
        """A primitive that changes its first argument."""
        level = outermost(destination, *args)
        if level is not None:
            self.require_batch(destination, level)
        by_slices(lambda *xs: getattr(backend_below(*xs), name)(*xs), destination, *args)

    def index_add(self, x: Any, index: Any, values: Any) -> None:
        """x[index] += values, in place; duplicates add up."""
        self.in_place("index_add", x, index, values)

    def put_along_axis(self, x: Any, indices: Any, values: Any, axis: int) -> None:
        """Stores values at indices along an axis, in place."""
        self.in_place("put_along_axis", x, indices, values, axis)

    def add_along_axis(self, x: Any, indices: Any, values: Any, axis: int) -> None:
        """Adds values at indices along an axis, in place."""
        self.in_place("add_along_axis", x, indices, values, axis)

    def is_whole(self, x: Any) -> bool:
        """Memory of batches is always taken for shared."""
        return False

    def to_numpy(self, x: Any) -> Any:
        """Not for a user's eyes."""
        return x.item() if x.__class__ is BatchedArray else backend_of(x).to_numpy(x)

    # Shape ----------------------------------------------------------------------------------------------

    def reshape(self, x: Any, shape: Any) -> Array:
        """The same elements in another shape."""
        return x.reshape(shape)

    def transpose(self, x: Any, axes: Any = None) -> Array:
        """The dims in another order."""
        return x.transpose(axes)

    def broadcast_to(self, x: Any, shape: Any) -> Array:
        """Dims of size 1 repeated."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).broadcast_to(x, shape)
        inside = batch_of(x, x.level, len(shape))
        return BatchedArray(backend_of(inside).broadcast_to(inside, (x.level.size, *shape)), x.level)

    def expand_dims(self, x: Any, axis: Any) -> Array:
        """New dims of size 1."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).expand_dims(x, axis)
        count = len(axis) if isinstance(axis, tuple) else 1
        return BatchedArray(
            backend_of(x.inner).expand_dims(x.inner, after_batch(axis, x.ndim + count)), x.level
        )

    def squeeze(self, x: Any, axis: Any = None) -> Array:
        """Without dims of size 1."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).squeeze(x, axis)
        if axis is None:
            axis = tuple(i for i, n in enumerate(x.shape) if n == 1)
        return BatchedArray(backend_of(x.inner).squeeze(x.inner, after_batch(axis, x.ndim)), x.level)

    def roll(self, x: Any, shifts: Any, axis: Any) -> Array:
        """Elements moved along dims."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).roll(x, shifts, axis)
        return BatchedArray(backend_of(x.inner).roll(x.inner, shifts, after_batch(axis, x.ndim)), x.level)

    def repeat(self, x: Any, counts: Any, axis: int) -> Array:
        """Each element several times."""
        if x.__class__ is not BatchedArray or counts.__class__ is BatchedArray:
            return by_slices(lambda *args: backend_below(*args).repeat(*args), x, counts, axis)
        return BatchedArray(backend_of(x.inner).repeat(x.inner, counts, after_batch(axis, x.ndim)), x.level)

    def concatenate(self, arrays: Any, axis: int = 0) -> Array:
        """Arrays joined along an axis."""
        return self.joined("concatenate", arrays, axis, 0)

    def stack(self, arrays: Any, axis: int = 0) -> Array:
        """Arrays joined along a new axis."""
        return self.joined("stack", arrays, axis, 1)

    def joined(self, name: str, arrays: Any, axis: int, new_dims: int) -> Array:
        """Arrays joined, those that are the same for all slices repeated."""
        level = outermost(*arrays)
        if level is None:
            return getattr(backend_below(*arrays), name)(arrays, axis)
        inside = [whole_batch(x, level) for x in arrays]
        shifted = after_batch(axis, arrays[0].ndim + new_dims)
        return BatchedArray(getattr(backend_of_any(inside), name)(inside, shifted), level)

    def pad(self, x: Any, widths: Any, value: Any = 0) -> Array:
        """Surrounded by a constant."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).pad(x, widths, value)
        return BatchedArray(backend_of(x.inner).pad(x.inner, ((0, 0), *widths), value), x.level)

    def sliding_windows(self, x: Any, sizes: Any, strides: Any, dilations: Any) -> Array:
        """All windows over the last dims."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).sliding_windows(x, sizes, strides, dilations)
        windows = backend_of(x.inner).sliding_windows(x.inner, sizes, strides, dilations)
        return BatchedArray(windows, x.level)

    def diagonal(self, x: Any, offset: int, axis1: int, axis2: int) -> Array:
        """A diagonal over two axes, along the last axis of the result."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).diagonal(x, offset, axis1, axis2)
        a, b = after_batch((axis1, axis2), x.ndim)
        return BatchedArray(backend_of(x.inner).diagonal(x.inner, offset, a, b), x.level)

    def take_along_axis(self, x: Any, indices: Any, axis: int) -> Array:
        """Elements picked along an axis."""
        level = outermost(x, indices)
        if level is None:
            return backend_of(x).take_along_axis(x, indices, axis)
        a, b = whole_batch(x, level), whole_batch(indices, level)
        return BatchedArray(backend_below(a, b).take_along_axis(a, b, after_batch(axis, x.ndim)), level)

    def nonzero(self, x: Any) -> Any:
        """Not for slices, which would differ in the number of places."""
        if x.__class__ is not BatchedArray:
            return backend_of(x).nonzero(x)
        raise NoRuleError(
            "vmap: nonzero() and masks give another number of elements for each slice; use minitorch.where(mask, x, y)"
        )


def backend_of_any(arrays: Any) -> Any:
    """The backend that serves all of some arrays: that of batches, if there is one among them."""
    return backend_of(next((x for x in arrays if x.__class__ is BatchedArray), arrays[0]))


serve(BatchedArray, BatchBackend())
BATCHES.add(BatchedArray)
