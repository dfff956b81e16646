"""Softmax, its logarithm, and softmin: values along a dim as probabilities."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.op import Op
from minitorch.ops.common import check_floating, ndim_of, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import exp

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Softmax(Op):
    """y = exp(x) / Σ exp(x) along `dim`;   dx = y·(g − Σ g·y)."""

    def forward(self, x: Array, *, dim: int) -> Array:
        check_floating("softmax", x)
        self.dim = dim
        y = self.backend.softmax(x, dim) if x.size else self.backend.copy(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return y * (g - (g * y).sum(self.dim, keepdims=True))

    def fused_backward(self, g: Array) -> Array:
        return self.backend.softmax_backward(self.saved.output, g, self.dim)


class LogSoftmax(Op):
    """y = x − log Σ exp(x) along `dim`;   dx = g − exp(y)·Σ g."""

    def forward(self, x: Array, *, dim: int) -> Array:
        check_floating("log_softmax", x)
        self.dim = dim
        y = self.backend.log_softmax(x, dim) if x.size else self.backend.copy(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g - exp(self.saved.output) * g.sum(self.dim, keepdims=True)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.log_softmax_backward(self.saved.output, g, self.dim)


def choose_dim(op_name: str, dim: int | None, ndim: int) -> int:
    """The dim counted from the front; PyTorch's old guess, with its warning, if none was given."""
    if dim is None:
        dim = 0 if ndim in (0, 1, 3) else 1
        warnings.warn(
            f"{op_name}: dim was not given and is taken to be {dim} for a tensor of {ndim} dimensions; this "
            f"implicit choice is deprecated, pass dim={dim}",
            UserWarning,
            stacklevel=3,
        )
    return wrap_dim(op_name, dim, ndim)


@with_out
def softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Variable:
    """exp(x) / Σ exp(x) along `dim`: positive numbers that sum to 1, without overflow.

    Args:
        input: the values (logits).
        dim: along which the results sum to 1.
        dtype: cast to this first.

    Raises:
        DtypeError: for integers.

    >>> import minitorch
    >>> minitorch.softmax(minitorch.tensor([0.0, 0.0, 1000.0]), dim=0)
    tensor([0., 0., 1.])
    """
    d = choose_dim("softmax", dim, ndim_of("softmax", input))
    input = input if dtype is None else input.to(dtype)
    return Softmax.apply(input, dim=d) if input.ndim else Softmax.apply(input.reshape(1), dim=0).reshape(())


@with_out
def log_softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Variable:
    """log softmax(x) along `dim`, accurate where softmax would underflow.

    Args:
        input: the values (logits).
        dim: along which the exponentials of the results sum to 1.
        dtype: cast to this first.

    Raises:
        DtypeError: for integers.

    >>> import minitorch
    >>> minitorch.log_softmax(minitorch.tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    d = choose_dim("log_softmax", dim, ndim_of("log_softmax", input))
    input = input if dtype is None else input.to(dtype)
    return (
        LogSoftmax.apply(input, dim=d)
        if input.ndim
        else LogSoftmax.apply(input.reshape(1), dim=0).reshape(())
    )


def softmin(input: Any, dim: int | None = None, *, dtype: Any = None) -> Variable:
    """softmax(−x) along `dim`.

    >>> import minitorch
    >>> minitorch.nn.functional.softmin(minitorch.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmax(-input, choose_dim("softmin", dim, input.ndim), dtype=dtype)
