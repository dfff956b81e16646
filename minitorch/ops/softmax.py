"""Softmax, its logarithm, and softmin: values along a dim as probabilities."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from minitorch import random
from minitorch.backend import Array
from minitorch.dtypes import float64
from minitorch.op import Op
from minitorch.ops.common import check_floating, check_real, ndim_of, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import exp, log, log1p
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Softmax(Op):
    """y = exp(x) / Σ exp(x) along `dim`;   dx = y·(g − Σ g·y)."""

    def forward(self, x: Array, *, dim: int) -> Array:
        check_floating("softmax", x)
        check_real("softmax", x)
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
        check_real("log_softmax", x)
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
def softmax(input: Any, dim: int | None = None, dtype: Any = None, *, _stacklevel: int = 3) -> Variable:
    """exp(x) / Σ exp(x) along `dim`: positive numbers that sum to 1, without overflow.

    Args:
        input: the values (logits).
        dim: along which the results sum to 1.
        dtype: cast to this first.
        _stacklevel: accepted for PyTorch's sake.

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
def log_softmax(input: Any, dim: int | None = None, dtype: Any = None, *, _stacklevel: int = 3) -> Variable:
    """log softmax(x) along `dim`, accurate where softmax would underflow.

    Args:
        input: the values (logits).
        dim: along which the exponentials of the results sum to 1.
        dtype: cast to this first.
        _stacklevel: accepted for PyTorch's sake.

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


def softmin(input: Any, dim: int | None = None, dtype: Any = None, *, _stacklevel: int = 3) -> Variable:
    """softmax(−x) along `dim`.

    >>> import minitorch
    >>> minitorch.nn.functional.softmin(minitorch.tensor([0.0, 0.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmax(-input, choose_dim("softmin", dim, input.ndim), dtype=dtype)


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Variable:
    """softmax((x + n) / τ) with Gumbel noise n: a sample of the classes that can be differentiated.

    Args:
        logits: unnormalised log-probabilities x.
        tau: the temperature τ; the smaller it is, the closer the sample is to one class.
        hard: give exactly one class, with the gradient of the soft sample.
        eps: without effect, as in PyTorch.
        dim: along which the classes lie.

    Source: E. Jang et al., "Categorical Reparameterization with Gumbel-Softmax" (2017).

    >>> import minitorch
    >>> y = minitorch.nn.functional.gumbel_softmax(minitorch.zeros(4, 3), hard=True)
    >>> y.sum(dim=1)
    tensor([1., 1., 1., 1.])
    """
    if eps != 1e-10:
        warnings.warn("gumbel_softmax: eps has no effect", UserWarning, stacklevel=2)
    check_floating("gumbel_softmax", logits.array)
    u = wrap(random.draw("uniform", tuple(logits.shape), dtype=float64, like=logits.array))
    noise = -log(-log1p(-u))  # −log of an exponentially distributed number; u is never 1
    soft = softmax((logits + noise.to(logits.dtype)) / tau, dim)
    if not hard:
        return soft
    y = soft.array
    backend = backend_of(y)
    best = backend.zeros(y.shape, y.dtype)
    backend.put_along_axis(best, backend.argmax(y, axis=dim, keepdims=True), 1, dim)
    return wrap(best - y) + soft
