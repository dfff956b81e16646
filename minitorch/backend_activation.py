"""Composites of the backend interface for activations and losses.

Names are those of the formulas: x what went in, y what came out, g the incoming gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Array = Any


class ActivationKernels:
    """Activations, softmax and cross-entropy, each written once in terms of these primitives of a backend."""

    abs: Callable[..., Array]
    erf: Callable[..., Array]
    exp: Callable[..., Array]
    expm1: Callable[..., Array]
    log: Callable[..., Array]
    log1p: Callable[..., Array]
    max: Callable[..., Array]
    maximum: Callable[..., Array]
    minimum: Callable[..., Array]
    sum: Callable[..., Array]
    arange: Callable[..., Array]
    where: Callable[..., Array]

    def relu(self, x: Array) -> Array:
        """max(x, 0)."""
        return self.maximum(x, 0)

    def relu_backward(self, y: Array, g: Array) -> Array:
        """g where y ≠ 0, else 0."""
        return self.where(y != 0, g, g.dtype.type(0))

    def hardtanh_backward(self, y: Array, g: Array, low: float, high: float) -> Array:
        """g where y is neither bound, else 0."""
        return self.where((y != low) & (y != high), g, g.dtype.type(0))

    def leaky_relu(self, x: Array, slope: float) -> Array:
        """x where x > 0, else slope·x."""
        return self.maximum(x, x * slope) if 0 < slope <= 1 else self.where(x > 0, x, x * slope)

    def leaky_relu_backward(self, x: Array, g: Array, slope: float) -> Array:
        """g where x > 0, else slope·g."""
        return g * ((x > 0) * g.dtype.type(1 - slope) + g.dtype.type(slope))

    def elu(self, x: Array, alpha: float, scale: float, inner: float) -> Array:
        """scale·x where x > 0, else scale·alpha·(exp(inner·x) − 1)."""
        return self.maximum(x, 0) * scale + self.expm1(self.minimum(x, 0) * inner) * (scale * alpha)

    def elu_backward(self, x: Array, g: Array, alpha: float, scale: float, inner: float) -> Array:
        """g·scale where x > 0, else g·scale·alpha·inner·exp(inner·x)."""
        slope = self.exp(self.minimum(x, 0) * inner) * (scale * alpha * inner)
        return self.where(x <= 0, g * slope, g * scale)

    def gelu_cdf(self, x: Array, tanh: bool) -> Array:
        """Φ(x) = (1 + erf(x/√2)) / 2, or its approximation (1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2."""
        if tanh:
            return self.sigmoid(x * (x * x * (0.044715 * math.sqrt(8 / math.pi)) + math.sqrt(8 / math.pi)))
        return self.erf(x * math.sqrt(0.5)) * 0.5 + 0.5

    def gelu(self, x: Array, tanh: bool) -> tuple[Array, Array | None]:
        """x·Φ(x), and what is kept for `gelu_backward` alone: Φ(x) here, None where it is computed anew."""
        cdf = self.gelu_cdf(x, tanh)
        return x * cdf, cdf

    def gelu_backward(self, x: Array, cdf: Array | None, g: Array, tanh: bool) -> Array:
        """g · (Φ + x·Φ′)."""
        cdf = self.gelu_cdf(x, tanh) if cdf is None else cdf
        if tanh:
            slope = x * x * (3 * 0.044715 * math.sqrt(8 / math.pi)) + math.sqrt(8 / math.pi)
            return g * (cdf + x * (cdf * (1 - cdf) * slope))
        return g * (cdf + x * self.exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi)))

    def sigmoid(self, x: Array) -> Array:
        """1 / (1 + exp(−x)), accurate where it is small, too."""
        return 1 / (1 + self.exp(-x))

    def sigmoid_backward(self, y: Array, g: Array) -> Array:
        """g · y · (1 − y)."""
        return g * (y * (1 - y))

    def tanh_backward(self, y: Array, g: Array) -> Array:
        """g · (1 − y²)."""
        return g * (1 - y * y)

    def silu(self, x: Array) -> tuple[Array, Array | None]:
        """x·σ(x), and what is kept for `silu_backward` alone: σ(x) here, None where it is computed anew."""
        s = self.sigmoid(x)
        return x * s, s

    def silu_backward(self, x: Array, s: Array | None, g: Array) -> Array:
        """g · s · (1 + x·(1 − s)), with s the sigmoid of x."""
        s = self.sigmoid(x) if s is None else s
        return g * (s * (x * (1 - s) + 1))

    def softplus(self, x: Array) -> Array:
        """log(1 + exp(x)), without overflow."""
        return self.maximum(x, 0) + self.log1p(self.exp(-self.abs(x)))

    def softplus_backward(self, x: Array, g: Array, beta: float, threshold: float) -> Array:
        """g·σ(β·x), and g where β·x > threshold."""
        slope = self.sigmoid(x * beta)
        return g * self.where(x * beta > threshold, 1, slope)

    def softmax(self, x: Array, axis: int) -> Array:
        """exp(x) / Σ exp(x) along `axis`."""
        e = self.exp(x - self.max(x, axis=axis, keepdims=True))
        return e / self.sum(e, axis=axis, keepdims=True)

    def softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        """y · (g − Σ g·y)."""
        return y * (g - self.sum(g * y, axis=axis, keepdims=True))

    def log_softmax(self, x: Array, axis: int) -> Array:
        """x − log Σ exp(x) along `axis`."""
        shifted = x - self.max(x, axis=axis, keepdims=True)
        return shifted - self.log(self.sum(self.exp(shifted), axis=axis, keepdims=True))

    def log_softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        """g − exp(y) · Σ g."""
        return g - self.exp(y) * self.sum(g, axis=axis, keepdims=True)

    def cross_entropy(self, x: Array, target: Array) -> tuple[Array, Array]:
        """−log softmax(x) of the target class of each row, and what is kept for `cross_entropy_backward` alone.

        Shape: x (N, C), target (N) → (N), and here softmax(x).
        """
        log_p = self.log_softmax(x, 1)
        return -log_p[self.arange(len(target)), target], self.exp(log_p)

    def cross_entropy_backward(self, x: Array, kept: Array, target: Array, scale: Array) -> Array:
        """(softmax(x) − onehot(target)) · scale, where `scale` is one number or a number for each row."""
        dx = kept * (scale.reshape(-1, 1) if scale.ndim else scale)
        dx[self.arange(len(target)), target] -= scale
        return dx
