"""Activations and losses in NumPy, with fewer passes over memory than the composites that they replace."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend_activation import ActivationKernels

Array = Any


class NumpyActivationKernels(ActivationKernels):
    """Overrides of `minitorch.backend_activation`: the same formulas, step by step into one array.

    float16 is computed in float32, as NumPy does inside of single functions.
    """

    def clip(self, x: Array, low: Any, high: Any) -> Array:
        """min(max(x, low), high); with both bounds NumPy is some ten times as fast as with one."""
        if x.dtype.kind == "f":
            low, high = -np.inf if low is None else low, np.inf if high is None else high
        return np.clip(x, low, high)

    def relu(self, x: Array) -> Array:
        """max(x, 0)."""
        return x.clip(0, np.inf) if x.dtype.kind == "f" else np.maximum(x, 0)

    def relu_backward(self, y: Array, g: Array) -> Array:
        """g where y ≠ 0, else 0: the bits of g, masked, so that an infinite g gives 0 there, too."""
        if g.dtype.kind != "f" or y.shape != g.shape:
            return np.where(y != 0, g, g.dtype.type(0))
        bits = f"i{g.dtype.itemsize}"
        mask = np.negative((y != 0).view(np.int8)).astype(bits)
        return np.bitwise_and(g.view(bits), mask).view(g.dtype)

    def elu(self, x: Array, alpha: float, scale: float, inner: float) -> Array:
        """scale·x where x > 0, else scale·alpha·(exp(inner·x) − 1)."""
        y = np.asarray(x.clip(-np.inf, 0))
        y *= inner
        np.expm1(y, out=y)
        y *= scale * alpha
        positive = np.asarray(x.clip(0, np.inf))
        positive *= scale
        y += positive
        return y

    def elu_backward(self, x: Array, g: Array, alpha: float, scale: float, inner: float) -> Array:
        """g·scale where x > 0, else g·scale·alpha·inner·exp(inner·x)."""
        slope = np.asarray(np.fmin(x, np.zeros_like(x)))  # NaN counts as positive
        slope *= inner
        np.exp(slope, out=slope)
        at_zero = scale * alpha * inner
        slope *= at_zero
        if at_zero != scale:
            slope += np.logical_not(x <= 0) * x.dtype.type(scale - at_zero)
        slope *= g
        return slope

    def sigmoid(self, x: Array) -> Array:
        """1 / (1 + exp(−x))."""
        y = np.asarray(np.negative(x))
        np.exp(y, out=y)
        y += 1
        return np.reciprocal(y, out=y)

    def sigmoid_backward(self, y: Array, g: Array) -> Array:
        """g · y · (1 − y)."""
        dx = np.asarray(1 - y)
        dx *= y
        dx *= g
        return dx

    def silu_backward(self, x: Array, s: Array | None, g: Array) -> Array:
        """g · s · (1 + x·(1 − s))."""
        s = self.sigmoid(x) if s is None else s
        dx = np.asarray(1 - s)
        dx *= x
        dx += 1
        dx *= s
        dx *= g
        return dx

    def gelu_backward(self, x: Array, cdf: Array | None, g: Array, tanh: bool) -> Array:
        """g · (Φ + x·Φ′)."""
        cdf = self.gelu_cdf(x, tanh) if cdf is None else cdf
        dx = np.asarray(np.square(x))
        if tanh:
            dx *= 3 * 0.044715 * (8 / np.pi) ** 0.5
            dx += (8 / np.pi) ** 0.5
            dx *= cdf
            dx *= 1 - cdf
        else:
            dx *= -0.5
            np.exp(dx, out=dx)
            dx *= (2 * np.pi) ** -0.5
        dx *= x
        dx += cdf
        dx *= g
        return dx

    def softplus(self, x: Array) -> Array:
        """log(1 + exp(x)), without overflow."""
        wide = x.astype(np.float32) if x.dtype == np.float16 else x
        y = np.asarray(np.abs(wide))
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        y += wide.clip(0, np.inf)
        return y if wide is x else y.astype(x.dtype)

    def softplus_backward(self, x: Array, g: Array, beta: float, threshold: float) -> Array:
        """g·σ(β·x), and g where β·x > threshold."""
        z = x * x.dtype.type(beta)
        slope = self.sigmoid(z)
        slope[z > threshold] = 1
        slope *= g
        return slope

    def softmax(self, x: Array, axis: int) -> Array:
        """exp(x) / Σ exp(x) along `axis`."""
        y = x - np.maximum.reduce(x, axis=axis, keepdims=True)
        np.exp(y, out=y)
        y /= np.add.reduce(y, axis=axis, keepdims=True)
        return y

    def softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        """y · (g − Σ g·y)."""
        dx = g * y
        total = np.add.reduce(dx, axis=axis, keepdims=True)
        np.subtract(g, total, out=dx)
        dx *= y
        return dx

    def log_softmax(self, x: Array, axis: int) -> Array:
        """x − log Σ exp(x) along `axis`."""
        y = x - np.maximum.reduce(x, axis=axis, keepdims=True)
        y -= np.log(np.add.reduce(np.exp(y), axis=axis, keepdims=True))
        return y

    def log_softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        """g − exp(y) · Σ g."""
        dx = np.exp(y)
        dx *= np.add.reduce(g, axis=axis, keepdims=True)
        return np.subtract(g, dx, out=dx)

    def cross_entropy(self, x: Array, target: Array) -> tuple[Array, Array]:
        """−log softmax(x) of the target class of each row, and softmax(x)."""
        p = x - np.maximum.reduce(x, axis=1, keepdims=True)
        picked = p[np.arange(len(target)), target]
        np.exp(p, out=p)
        total = np.add.reduce(p, axis=1, keepdims=True)
        p /= total
        losses = np.log(total[:, 0])
        losses -= picked
        return losses, p
