"""The largest and the smallest of many: max, min, amax, amin, argmax, argmin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import IndexRangeError
from minitorch.op import Op
from minitorch.ops.clamp import maximum, minimum
from minitorch.ops.common import Dims, array_of, check_ordered, ndim_of, reduced_dims, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.reduce import keep_dims, kept_shape, spread
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Extreme(Op):
    """Base of max and min over dims;   the gradient is shared evenly among equal extremes."""

    def backward(self, g: Array) -> Array:
        hit, dims = self.saved.hit, self.dims
        count = hit.sum(dims, keepdims=True)
        return spread(g, dims, hit.shape) * (hit / count).astype(array_of(g).dtype)

    def remember(self, x: Array, y: Array, dims: tuple[int, ...]) -> None:
        """Keeps where the extremes are."""
        self.dims = dims
        if self.recording:
            top = y.reshape(kept_shape(x.shape, dims))
            self.keep(hit=x == top)


class Amax(Extreme):
    """y = max x over some dims."""

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        check_ordered("amax", x)
        y = self.backend.asarray(self.backend.max(x, axis=dims))
        self.remember(x, y, dims)
        return y


class Amin(Extreme):
    """y = min x over some dims."""

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        check_ordered("amin", x)
        y = self.backend.asarray(self.backend.min(x, axis=dims))
        self.remember(x, y, dims)
        return y


class Arg(Op):
    """The index of the largest or smallest element along a dim; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dim: int, kind: str) -> Array:
        check_ordered(kind, x)
        return getattr(self.backend, kind)(x, axis=dim)


MaxResult, MinResult = named("max", "values", "indices"), named("min", "values", "indices")


def check_not_empty(op_name: str, input: Any, dims: tuple[int, ...]) -> None:
    """An extreme of no elements does not exist."""
    if any_zero := [d for d in dims if input.shape[d] == 0]:
        raise IndexRangeError(
            f"{op_name}: nothing to choose from: dim {any_zero[0]} of shape {tuple(input.shape)} is empty"
        )


@with_out
def amax(input: Any, dim: Dims = (), keepdim: bool = False) -> Variable:
    """The largest element over dims; equal ones share the gradient.

    >>> import minitorch
    >>> x = minitorch.tensor([3.0, 1.0, 3.0], requires_grad=True)
    >>> minitorch.amax(x).backward()
    >>> x.grad
    tensor([0.5000, 0.0000, 0.5000])
    """
    dims = reduced_dims("amax", dim, ndim_of("amax", input))
    check_not_empty("amax", input, dims)
    return keep_dims(Amax.apply(input, dims=dims), input, dims, keepdim)


@with_out
def amin(input: Any, dim: Dims = (), keepdim: bool = False) -> Variable:
    """The smallest element over dims; equal ones share the gradient.

    >>> import minitorch
    >>> minitorch.amin(minitorch.tensor([[1, 5], [4, 2]]), dim=1)
    tensor([1, 2])
    """
    dims = reduced_dims("amin", dim, ndim_of("amin", input))
    check_not_empty("amin", input, dims)
    return keep_dims(Amin.apply(input, dims=dims), input, dims, keepdim)


@with_out
def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest element; with `dim` a pair of values and indices; with a tensor, `maximum`.

    The gradient along a dim goes to the element at the returned index alone.

    >>> import minitorch
    >>> minitorch.max(minitorch.tensor([[1.0, 5.0], [7.0, 2.0]]), dim=1).indices
    tensor([1, 0])
    """
    return _extreme(input, dim, keepdim, other, "max")


@with_out
def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest element; with `dim` a pair of values and indices; with a tensor, `minimum`.

    >>> import minitorch
    >>> values, indices = minitorch.min(minitorch.tensor([[4, 1], [2, 3]]), dim=1)
    >>> values, indices
    (tensor([1, 2]), tensor([1, 0]))
    """
    return _extreme(input, dim, keepdim, other, "min")


def _extreme(input: Any, dim: Any, keepdim: bool, other: Any, name: str) -> Any:
    from minitorch.ops.index import take_along_dim

    other = dim if hasattr(dim, "dtype") else other
    if other is not None:
        return (maximum if name == "max" else minimum)(input, other)
    if dim is None:
        return amax(input) if name == "max" else amin(input)
    d = wrap_dim(name, dim, ndim_of(name, input))
    check_ordered(name, input.array)
    result = MaxResult if name == "max" else MinResult
    if not input.ndim:
        return result(input.clone(), input.new_zeros((), dtype=dtypes.int64))
    check_not_empty(name, input, (d,))
    indices = Arg.apply(input, dim=d, kind=f"arg{name}").unsqueeze(d)
    values = take_along_dim(input, indices, d)
    if not keepdim:
        values, indices = values.squeeze(d), indices.squeeze(d)
    return result(values, indices)


def _arg(input: Any, dim: int | None, keepdim: bool, kind: str) -> Any:
    ndim = ndim_of(kind, input)
    if dim is None or not ndim:
        check_not_empty(kind, input, tuple(range(ndim)))
        y = Arg.apply(input.reshape(-1), dim=0, kind=kind)
        return y.reshape((1,) * ndim) if keepdim else y
    d = wrap_dim(kind, dim, ndim)
    check_not_empty(kind, input, (d,))
    return keep_dims(Arg.apply(input, dim=d, kind=kind), input, (d,), keepdim)


@with_out
def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Variable:
    """The index of the largest element: in the flattened tensor, or along `dim`.

    >>> import minitorch
    >>> minitorch.argmax(minitorch.tensor([[1.0, 5.0], [7.0, 2.0]]), dim=1)
    tensor([1, 0])
    """
    return _arg(input, dim, keepdim, "argmax")


@with_out
def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Variable:
    """The index of the smallest element: in the flattened tensor, or along `dim`.

    >>> import minitorch
    >>> x = minitorch.tensor([[4, 1], [0, 3]])
    >>> minitorch.argmin(x), minitorch.argmin(x, dim=1)
    (tensor(2), tensor([1, 0]))
    """
    return _arg(input, dim, keepdim, "argmin")
