"""Activations, elementwise: relu and its relatives, sigmoid, gelu, silu, softplus and their composites."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.inplace import method as in_place
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating, check_real, conj, looks_at, wrap_dim
from minitorch.ops.memory import clone
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import abs, erf, exp
from minitorch.ops.trigonometric import tanh
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Relu(Op):
    """y = max(x, 0);   dx = g where y ≠ 0, else 0."""

    def forward(self, x: Array) -> Array:
        if x.dtype.kind == "b":
            raise DtypeError("relu: not defined for bool; use x.float()")
        check_real("relu", x)
        y = self.backend.relu(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        return g * (array_of(self.saved.output) != 0)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.relu_backward(self.saved.output, g)


class LeakyRelu(Op):
    """y = x where x > 0, else slope·x;   dx = g where x > 0, else slope·g."""

    def forward(self, x: Array, *, slope: float) -> Array:
        check_floating("leaky_relu", x)
        self.slope = slope
        self.save(x=x)
        return self.backend.leaky_relu(x, slope)

    def backward(self, g: Array) -> Array:
        return where(array_of(self.saved.x) > 0, g, g * self.slope)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.leaky_relu_backward(self.saved.x, g, self.slope)


class Elu(Op):
    """y = s·x where x > 0, else s·α·(exp(c·x) − 1);   dx = g·s where x > 0, else g·s·α·c·exp(c·x).

    Elu, selu and celu differ only in the scale s, in α and in the inner factor c.
    """

    def forward(self, x: Array, *, alpha: float, scale: float, inner: float) -> Array:
        check_floating("elu", x)
        self.alpha, self.scale, self.inner = alpha, scale, inner
        self.save(x=x)
        return self.backend.elu(x, alpha, scale, inner)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        negative = array_of(x) <= 0
        slope = exp(where(negative, x, 0.0) * self.inner) * (self.scale * self.alpha * self.inner)
        return where(negative, g * slope, g * self.scale)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.elu_backward(self.saved.x, g, self.alpha, self.scale, self.inner)


class Gelu(Op):
    """y = x·Φ(x), with Φ = (1 + erf(x/√2)) / 2;   dx = g·(Φ(x) + x·exp(−x²/2)/√(2π)).

    With `tanh`, Φ is (1 + tanh(u)) / 2 with u = √(2/π)·(x + 0.044715·x³), and Φ′ = (1 − tanh²(u))·u′/2.
    """

    def forward(self, x: Array, *, tanh: bool) -> Array:
        check_floating("gelu", x)
        check_real("gelu", x)
        self.tanh = tanh
        y, cdf = self.backend.gelu(x, tanh)
        self.save(x=x)
        self.keep(cdf=cdf)
        return y

    def backward(self, g: Array) -> Array:
        return g * gelu_slope(self.saved.x, self.tanh)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.gelu_backward(self.saved.x, self.saved.cdf, g, self.tanh)


def gelu_slope(x: Any, approximate: bool) -> Any:
    """Φ(x) + x·Φ′(x), the derivative of gelu."""
    if approximate:
        t = tanh((x + x * x * x * 0.044715) * math.sqrt(2 / math.pi))
        inner = (x * x * (3 * 0.044715) + 1) * math.sqrt(2 / math.pi)
        return (t + 1) * 0.5 + x * ((1 - t * t) * inner) * 0.5
    cdf = erf(x * math.sqrt(0.5)) * 0.5 + 0.5
    return cdf + x * exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi))


class Sigmoid(Op):
    """y = 1 / (1 + exp(−x));   dx = g·y·(1 − y)."""

    float_only = True

    def forward(self, x: Array) -> Array:
        y = self.backend.sigmoid(x)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = self.saved.output
        return g * conj(y * (1 - y))

    def fused_backward(self, g: Array) -> Array:
        return self.backend.sigmoid_backward(conj(self.saved.output), g)


class Silu(Op):
    """y = x·σ(x), with the sigmoid σ;   dx = g·σ(x)·(1 + x·(1 − σ(x)))."""

    def forward(self, x: Array) -> Array:
        check_floating("silu", x)
        y, s = self.backend.silu(x)
        self.save(x=x)
        self.keep(s=s)
        return y

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        s = sigmoid(x)
        return g * (s * (x * (1 - s) + 1))

    def fused_backward(self, g: Array) -> Array:
        return self.backend.silu_backward(self.saved.x, self.saved.s, g)


class Softplus(Op):
    """y = log(1 + exp(β·x)) / β, and x where β·x > threshold;   dx = g·σ(β·x), and g there."""

    def forward(self, x: Array, *, beta: float, threshold: float) -> Array:
        check_floating("softplus", x)
        self.beta, self.threshold = beta, threshold
        self.save(x=x)
        z = x if beta == 1 else x * beta
        y = self.backend.softplus(z)
        y = y if beta == 1 else y / beta
        if threshold == math.inf:
            return y
        straight = z > threshold
        return y if looks_at(x) and not straight.any() else self.backend.where(straight, x, y)

    def backward(self, g: Array) -> Array:
        x = self.saved.x
        slope = sigmoid(x * self.beta)
        return where(array_of(x) * self.beta > self.threshold, g, g * slope)

    def fused_backward(self, g: Array) -> Array:
        return self.backend.softplus_backward(self.saved.x, g, self.beta, self.threshold)


def relu(input: Any, inplace: bool = False) -> Variable:
    """max(x, 0), elementwise.

    Args:
        input: the values.
        inplace: store the result in `input` itself.

    Source: V. Nair, G. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010).

    >>> import minitorch
    >>> minitorch.relu(minitorch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return relu_(input) if inplace else Relu.apply(input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Variable:
    """x where x > 0, else `negative_slope` · x.

    >>> import minitorch
    >>> minitorch.nn.functional.leaky_relu(minitorch.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    return leaky_relu_(input, negative_slope) if inplace else LeakyRelu.apply(input, slope=negative_slope)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Variable:
    """x where x > 0, else `alpha` · (exp(x) − 1).

    Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Fast and Accurate Deep Network Learning by
    Exponential Linear Units" (2016).

    >>> import minitorch
    >>> minitorch.nn.functional.elu(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """
    return elu_(input, alpha) if inplace else Elu.apply(input, alpha=alpha, scale=1.0, inner=1.0)


def selu(input: Any, inplace: bool = False) -> Variable:
    """`elu` scaled so that activations keep mean 0 and variance 1 from layer to layer.

    Source: G. Klambauer et al., "Self-Normalizing Neural Networks" (2017).

    >>> import minitorch
    >>> minitorch.selu(minitorch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    if inplace:
        return selu_(input)
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return Elu.apply(input, alpha=alpha, scale=scale, inner=1.0)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Variable:
    """x where x > 0, else `alpha` · (exp(x / `alpha`) − 1), smooth at 0 for every `alpha`.

    Raises:
        ArgumentError: if `alpha` is 0.

    >>> import minitorch
    >>> minitorch.celu(minitorch.tensor([-1.0, 2.0]), 2.0)
    tensor([-0.7869,  2.0000])
    """
    if alpha == 0:
        raise ArgumentError("celu: alpha must not be 0, since x is divided by it; the default is 1.0")
    return celu_(input, alpha) if inplace else Elu.apply(input, alpha=alpha, scale=1.0, inner=1 / alpha)


@with_out
def gelu(input: Any, approximate: str = "none") -> Variable:
    """x · Φ(x), with the distribution function Φ of the standard normal.

    Args:
        input: the values.
        approximate: `"none"` for the exact Φ, `"tanh"` for Φ(x) ≈ (1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2.

    Source: D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units" (2016).

    >>> import minitorch
    >>> minitorch.nn.functional.gelu(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    return Gelu.apply(input, tanh=approximate == "tanh")


def silu(input: Any, inplace: bool = False) -> Variable:
    """x · sigmoid(x), also called swish.

    >>> import minitorch
    >>> minitorch.nn.functional.silu(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """
    return silu_(input) if inplace else Silu.apply(input)


@with_out
def sigmoid(input: Any) -> Variable:
    """1 / (1 + exp(−x)), between 0 and 1.

    >>> import minitorch
    >>> minitorch.sigmoid(minitorch.tensor([-1.0, 0.0]))
    tensor([0.2689, 0.5000])
    """
    return Sigmoid.apply(input)


@with_out
def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Variable:
    """log(1 + exp(β·x)) / β, a smooth relu; x itself where β·x > `threshold`.

    >>> import minitorch
    >>> minitorch.nn.functional.softplus(minitorch.tensor([-1.0, 30.0]))
    tensor([ 0.3133, 30.0000])
    """
    return Softplus.apply(input, beta=beta, threshold=threshold)


@kernel
@with_out
def logsigmoid(input: Any) -> Variable:
    """log sigmoid(x), without underflow.

    >>> import minitorch
    >>> minitorch.nn.functional.logsigmoid(minitorch.tensor([-200.0, 0.0]))
    tensor([-200.0000,   -0.6931])
    """
    check_floating("logsigmoid", array_of(input))
    return -softplus(-input, threshold=math.inf)


@kernel
def mish(input: Any, inplace: bool = False) -> Variable:
    """x · tanh(softplus(x)).

    Source: D. Misra, "Mish: A Self Regularized Non-Monotonic Activation Function" (2019).

    >>> import minitorch
    >>> minitorch.nn.functional.mish(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """
    check_floating("mish", array_of(input))
    return mish_(input) if inplace else input * tanh(softplus(input))


def softsign(input: Any) -> Variable:
    """x / (1 + |x|).

    >>> import minitorch
    >>> minitorch.nn.functional.softsign(minitorch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    return input / (abs(input) + 1)


def tanhshrink(input: Any) -> Variable:
    """x − tanh(x).

    >>> import minitorch
    >>> minitorch.nn.functional.tanhshrink(minitorch.tensor([0.0, 2.0]))
    tensor([0.0000, 1.0360])
    """
    return input - tanh(input)


@kernel
def prelu(input: Any, weight: Any) -> Variable:
    """x where x > 0, else `weight` · x, with one weight for all or one per channel (dim 1).

    Shape: input (N, C, …), weight (1) or (C) → (N, C, …).

    Raises:
        ShapeError: if the number of weights is neither 1 nor the number of channels.

    >>> import minitorch
    >>> minitorch.prelu(minitorch.tensor([-1.0, 2.0]), minitorch.tensor([0.25]))
    tensor([-0.2500,  2.0000])
    """
    check_floating("prelu", array_of(input))
    channels = input.shape[1] if input.ndim > 1 else 1
    count = weight.numel()
    if weight.ndim > 1 or count not in (1, channels):
        raise ShapeError(
            f"prelu: a weight of shape {tuple(weight.shape)} does not fit an input of shape "
            f"{tuple(input.shape)}; "
            f"expected 1 weight, or one for each of its {channels} channels (dim 1)"
        )
    if input.dtype is not weight.dtype:
        raise DtypeError(f"prelu: input is {input.dtype} and weight {weight.dtype}; convert one of them")
    slopes = weight.reshape(-1, *(1,) * (input.ndim - 2)) if count > 1 else weight.reshape(())
    positive = (array_of(input) > 0).astype(array_of(input).dtype)
    return input * (slopes * (1 - positive) + positive)


def glu(input: Any, dim: int = -1) -> Variable:
    """a · sigmoid(b), where a and b are the halves of the input along `dim`.

    Raises:
        ShapeError: if that dim has an odd size.

    Source: Y. Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2017).

    >>> import minitorch
    >>> minitorch.nn.functional.glu(minitorch.tensor([2.0, 0.0]))
    tensor([1.])
    """
    from minitorch.ops.join import narrow

    d = wrap_dim("glu", dim, input.ndim)
    n = input.shape[d] if input.ndim else 1
    if n % 2:
        raise ShapeError(f"glu: dim {dim} of shape {tuple(input.shape)} must have an even size, got {n}")
    return narrow(input, d, 0, n // 2) * sigmoid(narrow(input, d, n // 2, n // 2))


relu_, leaky_relu_, elu_ = in_place(relu, "relu_"), in_place(leaky_relu, "leaky_relu_"), in_place(elu, "elu_")
selu_, celu_, silu_ = in_place(selu, "selu_"), in_place(celu, "celu_"), in_place(silu, "silu_")
sigmoid_ = in_place(sigmoid, "sigmoid_")
mish_ = in_place(lambda input: mish(clone(input)), "mish_")  # its steps need the old value
