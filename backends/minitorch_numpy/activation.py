"""Activations and losses in NumPy, with fewer passes over memory than the composites that they replace."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


class NumpyActivationKernels:
    """Overrides of `minitorch.backend_activation`: the same formulas, step by step into one array.

    float16 is computed in float32, as NumPy does inside of single functions.
    """

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

    def silu_backward(self, x: Array, s: Array, g: Array) -> Array:
        """g · s · (1 + x·(1 − s))."""
        dx = np.asarray(1 - s)
        dx *= x
        dx += 1
        dx *= s
        dx *= g
        return dx

    def gelu_backward(self, x: Array, cdf: Array, g: Array, tanh: bool) -> Array:
        """g · (Φ + x·Φ′)."""
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
        y += np.maximum(wide, 0)
        return y if wide is x else y.astype(x.dtype)

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
