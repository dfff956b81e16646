"""Activations and other functions of one element: each forward and backward in one pass over memory.

The numbers in `enough` are the sizes from which on a kernel was measured to beat NumPy's functions; below, the
call costs more than it saves. `tests/benchmarks/crossover.py` measures them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba import simd
from minitorch_numba.buffers import empty
from minitorch_numba.jit import Kernel, inlined, kernel, prange
from minitorch_numba.layout import alike, enough, flat, in_order
from minitorch_numba.simd import F
from minitorch_numpy import NumpyBackend

SQRT_HALF, DENSITY_AT_0 = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
CUBIC, LINEAR = 0.044715 * math.sqrt(8 / math.pi), math.sqrt(8 / math.pi)  # Φ(x) ≈ σ(CUBIC·x³ + LINEAR·x)


@kernel(parallel_from=1 << 17)
def relu(x: Array, y: Array) -> None:
    """y = max(x, 0), NaN for NaN."""
    zero = x.dtype.type(0)
    for i in prange(len(x)):
        y[i] = zero if x[i] < zero else x[i]


@kernel(parallel_from=1 << 17)
def relu_backward(y: Array, g: Array, dx: Array) -> None:
    """dx = g where y ≠ 0, else 0."""
    zero = y.dtype.type(0)
    for i in prange(len(y)):
        dx[i] = g[i] if y[i] != zero else zero


@kernel(parallel_from=1 << 17)
def clip(x: Array, low: float, high: float, y: Array) -> None:
    """y = min(max(x, low), high), NaN for NaN."""
    least, most = x.dtype.type(low), x.dtype.type(high)
    for i in prange(len(x)):
        raised = least if x[i] < least else x[i]
        y[i] = most if raised > most else raised


@kernel(parallel_from=1 << 17)
def hardtanh_backward(y: Array, g: Array, low: float, high: float, dx: Array) -> None:
    """dx = g where y is neither bound, else 0."""
    real = y.dtype.type
    least, most = real(low), real(high)
    for i in prange(len(y)):
        dx[i] = real(0) if (y[i] == least) | (y[i] == most) else g[i]


@kernel(parallel_from=1 << 17)
def leaky_relu(x: Array, slope: float, y: Array) -> None:
    """y = x where x > 0, else slope·x."""
    zero, factor = x.dtype.type(0), x.dtype.type(slope)
    for i in prange(len(x)):
        y[i] = x[i] if x[i] > zero else x[i] * factor


@kernel(parallel_from=1 << 17)
def leaky_relu_backward(x: Array, g: Array, slope: float, dx: Array) -> None:
    """dx = g where x > 0, else slope·g."""
    zero, factor = x.dtype.type(0), x.dtype.type(slope)
    for i in prange(len(x)):
        dx[i] = g[i] if x[i] > zero else g[i] * factor


@kernel
def exp(x: Array, y: Array) -> None:
    """y = eˣ."""
    for i in prange(len(x)):
        y[i] = simd.exp(x[i])


@kernel
def log(x: Array, y: Array) -> None:
    """y = ln x."""
    for i in prange(len(x)):
        y[i] = simd.log(x[i])


@kernel
def tanh(x: Array, y: Array) -> None:
    """y = tanh x."""
    for i in prange(len(x)):
        y[i] = simd.tanh(x[i])


@kernel(parallel_from=1 << 17)
def tanh_backward(y: Array, g: Array, dx: Array) -> None:
    """dx = g·(1 − y²)."""
    one = y.dtype.type(1)
    for i in prange(len(y)):
        dx[i] = g[i] * (one - y[i] * y[i])


@kernel
def sigmoid(x: Array, y: Array) -> None:
    """y = 1 / (1 + e⁻ˣ)."""
    for i in prange(len(x)):
        y[i] = simd.sigmoid(x[i])


@kernel(parallel_from=1 << 17)
def sigmoid_backward(y: Array, g: Array, dx: Array) -> None:
    """dx = g·y·(1 − y)."""
    one = y.dtype.type(1)
    for i in prange(len(y)):
        dx[i] = g[i] * (y[i] * (one - y[i]))


@kernel
def softplus(x: Array, y: Array) -> None:
    """y = log(1 + eˣ)."""
    for i in prange(len(x)):
        y[i] = simd.softplus(x[i])


@kernel
def softplus_backward(x: Array, g: Array, beta: float, threshold: float, dx: Array) -> None:
    """dx = g·σ(β·x), and g where β·x > threshold."""
    beta, threshold = x.dtype.type(beta), x.dtype.type(threshold)
    for i in prange(len(x)):
        z = x[i] * beta
        dx[i] = g[i] if z > threshold else g[i] * simd.sigmoid(z)


@kernel(parallel_from=1 << 14)
def erf(x: Array, y: Array) -> None:
    """y = erf x."""
    for i in prange(len(x)):
        y[i] = simd.erf(x[i])


@kernel
def silu(x: Array, y: Array) -> None:
    """y = x·σ(x)."""
    for i in prange(len(x)):
        y[i] = x[i] * simd.sigmoid(x[i])


@kernel
def silu_backward(x: Array, g: Array, dx: Array) -> None:
    """dx = g·s·(1 + x·(1 − s)) with s = σ(x)."""
    one = x.dtype.type(1)
    for i in prange(len(x)):
        s = simd.sigmoid(x[i])
        dx[i] = g[i] * (s * (x[i] * (one - s) + one))


@inlined
def gelu_at(x: Any) -> Any:
    """x·Φ(x) of one number."""
    half, sqrt_half = (F(0.5), F(SQRT_HALF)) if isinstance(x, F) else (0.5, SQRT_HALF)
    return x * (simd.erf(x * sqrt_half) * half + half)


@inlined
def gelu_tanh_at(x: Any) -> Any:
    """x·σ(u) of one number."""
    cubic, linear = (F(CUBIC), F(LINEAR)) if isinstance(x, F) else (CUBIC, LINEAR)
    return x * simd.sigmoid(x * (x * x * cubic + linear))


@kernel(parallel_from=1 << 14)
def gelu(x: Array, y: Array) -> None:
    """y = x·Φ(x)."""
    for i in prange(len(x)):
        y[i] = gelu_at(x[i])


@kernel(parallel_from=1 << 14)
def gelu_backward(x: Array, g: Array, dx: Array) -> None:
    """dx = g·(Φ(x) + x·φ(x)), with the density φ(x) = exp(−x²/2)/√(2π)."""
    real = x.dtype.type
    half, sqrt_half, density = real(0.5), real(SQRT_HALF), real(DENSITY_AT_0)
    for i in prange(len(x)):
        cdf = simd.erf(x[i] * sqrt_half) * half + half
        dx[i] = g[i] * (cdf + x[i] * simd.exp(x[i] * x[i] * -half) * density)


@kernel(parallel_from=1 << 14)
def gelu_tanh(x: Array, y: Array) -> None:
    """y = x·σ(u) with u = CUBIC·x³ + LINEAR·x."""
    for i in prange(len(x)):
        y[i] = gelu_tanh_at(x[i])


@kernel(parallel_from=1 << 14)
def gelu_tanh_backward(x: Array, g: Array, dx: Array) -> None:
    """dx = g·(s + x·s·(1 − s)·u′) with s = σ(u)."""
    real = x.dtype.type
    one, three, cubic, linear = real(1), real(3), real(CUBIC), real(LINEAR)
    for i in prange(len(x)):
        square = x[i] * x[i] * cubic
        s = simd.sigmoid(x[i] * (square + linear))
        dx[i] = g[i] * (s + x[i] * (s * (one - s) * (three * square + linear)))


def mapped(function: Kernel, x: Array, *others: Array | float) -> Array:
    """A new array with what the kernel makes of each element; numbers are handed on."""
    y = empty(x.shape, x.dtype)
    function(x.size, flat(x), *(flat(v) if isinstance(v, np.ndarray) else v for v in others), flat(y))
    return y


def number(value: Any) -> bool:
    """Whether it is one plain number, and not NaN."""
    return isinstance(value, (int, float)) and value == value


class NumbaActivationKernels(NumpyBackend):
    """Functions of one element."""

    def clip(self, x: Array, low: Any, high: Any) -> Array:
        lowest, highest = -math.inf if low is None else low, math.inf if high is None else high
        if enough(x, 30000) and alike(x) and number(lowest) and number(highest):
            return mapped(clip, x, float(lowest), float(highest))
        return super().clip(x, low, high)

    def relu(self, x: Array) -> Array:
        if enough(x, 30000) and alike(x):
            return mapped(relu, x)
        return super().relu(x)

    def relu_backward(self, y: Array, g: Array) -> Array:
        if enough(y, 4000) and alike(y, g):
            return mapped(relu_backward, y, g)
        return super().relu_backward(y, g)

    def hardtanh_backward(self, y: Array, g: Array, low: float, high: float) -> Array:
        if enough(y, 1000) and alike(y, g):
            return mapped(hardtanh_backward, y, g, float(low), float(high))
        return super().hardtanh_backward(y, g, low, high)

    def leaky_relu(self, x: Array, slope: float) -> Array:
        if enough(x, 30000) and alike(x):
            return mapped(leaky_relu, x, float(slope))
        return super().leaky_relu(x, slope)

    def leaky_relu_backward(self, x: Array, g: Array, slope: float) -> Array:
        if enough(x, 2000) and alike(x, g):
            return mapped(leaky_relu_backward, x, g, float(slope))
        return super().leaky_relu_backward(x, g, slope)

    def exp(self, x: Array, *args: Any, **settings: Any) -> Array:
        if not (args or settings) and enough(x, 32000) and alike(x):
            return mapped(exp, x)
        return np.exp(x, *args, **settings)

    def log(self, x: Array, *args: Any, **settings: Any) -> Array:
        if not (args or settings) and enough(x, 65000) and alike(x):
            return mapped(log, x)
        return np.log(x, *args, **settings)

    def tanh(self, x: Array, *args: Any, **settings: Any) -> Array:
        if not (args or settings) and enough(x, 65000) and alike(x):
            return mapped(tanh, x)
        return np.tanh(x, *args, **settings)

    def tanh_backward(self, y: Array, g: Array) -> Array:
        if enough(y, 16000) and alike(y, g):
            return mapped(tanh_backward, y, g)
        return super().tanh_backward(y, g)

    def sigmoid(self, x: Array) -> Array:
        if enough(x, 1500) and alike(x):
            return mapped(sigmoid, x)
        return super().sigmoid(x)

    def sigmoid_backward(self, y: Array, g: Array) -> Array:
        if enough(y, 16000) and alike(y, g):
            return mapped(sigmoid_backward, y, g)
        return super().sigmoid_backward(y, g)

    def softplus(self, x: Array) -> Array:
        if enough(x, 1500) and alike(x):
            return mapped(softplus, x)
        return super().softplus(x)

    def softplus_backward(self, x: Array, g: Array, beta: float, threshold: float) -> Array:
        if enough(x, 1500) and in_order(x) and g.shape == x.shape and g.dtype is x.dtype:
            dx, each = np.empty(x.shape, x.dtype), np.ascontiguousarray(g)
            softplus_backward(x.size, flat(x), flat(each), float(beta), float(threshold), flat(dx))
            return dx
        return super().softplus_backward(x, g, beta, threshold)

    def erf(self, x: Array) -> Array:
        if enough(x, 64) and alike(x):
            return mapped(erf, x)
        return super().erf(x)

    def silu(self, x: Array) -> tuple[Array, Array | None]:
        if enough(x, 512) and alike(x):
            return mapped(silu, x), None
        return super().silu(x)

    def silu_backward(self, x: Array, s: Array | None, g: Array) -> Array:
        if s is None and alike(x, g):
            return mapped(silu_backward, x, g)
        return super().silu_backward(x, self.sigmoid(x) if s is None else s, g)

    def gelu(self, x: Array, tanh: bool) -> tuple[Array, Array | None]:
        if enough(x, 64) and alike(x):
            return mapped(gelu_tanh if tanh else gelu, x), None
        return super().gelu(x, tanh)

    def gelu_backward(self, x: Array, cdf: Array | None, g: Array, tanh: bool) -> Array:
        if cdf is None and alike(x, g):
            return mapped(gelu_tanh_backward if tanh else gelu_backward, x, g)
        return super().gelu_backward(x, self.gelu_cdf(x, tanh) if cdf is None else cdf, g, tanh)
