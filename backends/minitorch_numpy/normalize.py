"""Batch and layer norm: sums as inner products, and the rest in place."""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels


class NumpyNormKernels(LayerKernels):
    """The normalisations of `LayerKernels` with few temporary arrays."""

    def batch_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array, Array]:
        shape = (1, -1, *(1,) * (x.ndim - 2))
        n = x.dtype.type(x.size // max(x.shape[1], 1) or 1)
        mean = channel_sums(x) / n
        y = x - mean.reshape(shape)
        var = channel_products(y, y) / n
        inv = 1 / np.sqrt(var + x.dtype.type(eps))
        y *= (inv if w is None else inv * w).reshape(shape)
        if b is not None:
            y += b.reshape(shape)
        return y, mean.reshape(shape), var.reshape(shape), inv.reshape(shape)

    def batch_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        shape = inv.shape
        n = x.dtype.type(x.size // max(x.shape[1], 1) or 1)
        gx = x - mean
        gb = channel_sums(g)
        gw = channel_products(g, gx) * inv.reshape(-1)
        gx *= inv * (gw.reshape(shape) / -n)
        gx += g
        gx -= (gb / n).reshape(shape)
        gx *= inv if w is None else inv * w.reshape(shape)
        return gx, gw, gb

    def layer_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array]:
        n = x.dtype.type(x.shape[1] or 1)
        mean = np.add.reduce(x, axis=1, keepdims=True)
        mean /= n
        y = x - mean
        inv = np.vecdot(y, y)[:, None]
        inv /= n
        inv += x.dtype.type(eps)
        np.sqrt(inv, out=inv)
        np.divide(1, inv, out=inv)
        y *= inv
        if w is not None:
            y *= w
        if b is not None:
            y += b
        return y, mean, inv

    def layer_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        n = x.dtype.type(x.shape[1] or 1)
        gx = x - mean
        gx *= inv
        product = g * gx
        gw, gb = np.add.reduce(product, axis=0), np.add.reduce(g, axis=0)
        if w is None:
            h, along = g, np.add.reduce(product, axis=1, keepdims=True)
        else:
            along = (product @ w)[:, None]
            h = np.multiply(g, w, out=product)
        along /= -n
        gx *= along
        gx += h
        gx -= np.add.reduce(h, axis=1, keepdims=True) / n
        gx *= inv
        return gx, gw, gb


def channel_sums(x: Array) -> Array:
    """Σ x over everything but the channels."""
    if x.ndim == 2:
        return np.add.reduce(x, axis=0)
    return np.add.reduce(np.add.reduce(x.reshape(*x.shape[:2], -1), axis=2), axis=0)


def channel_products(x: Array, y: Array) -> Array:
    """Σ x·y over everything but the channels."""
    if x.ndim == 2:
        return np.add.reduce(x * y, axis=0)
    shape = (*x.shape[:2], -1)
    return np.add.reduce(np.vecdot(x.reshape(shape), y.reshape(shape)), axis=0)
