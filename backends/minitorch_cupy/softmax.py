"""Softmax, log-softmax and cross-entropy."""

from __future__ import annotations

from math import prod

import numpy as np

from minitorch.backend import Array
from minitorch.backend_activation import ActivationKernels
from minitorch_cupy.launch import Launches, Shape, accumulator, elements, rows


class CupySoftmaxKernels(Launches, ActivationKernels):
    """One kernel each; what cross-entropy keeps is one number for each row."""

    def softmax(self, x: Array, axis: int) -> Array:
        return self._along("softmax", axis, x) if self.serves(x) else super().softmax(x, axis)

    def softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        if not self.serves(y, g):
            return super().softmax_backward(y, g, axis)
        return self._along("softmax_backward", axis, y, g)

    def log_softmax(self, x: Array, axis: int) -> Array:
        return self._along("log_softmax", axis, x) if self.serves(x) else super().log_softmax(x, axis)

    def log_softmax_backward(self, y: Array, g: Array, axis: int) -> Array:
        if not self.serves(y, g):
            return super().log_softmax_backward(y, g, axis)
        return self._along("log_softmax_backward", axis, y, g)

    def _along(self, kernel: str, axis: int, *arrays: Array) -> Array:
        """A kernel of arrays of one shape (outer, length, inner), which gives another one."""
        x, *_ = arrays = tuple(map(self.ready, arrays))
        axis %= x.ndim
        outer, length, inner = prod(x.shape[:axis]), x.shape[axis], prod(x.shape[axis + 1 :])
        y = self.empty(x.shape, x.dtype)
        shape = lines(outer, length, inner)
        self.launch("softmax", kernel, x.dtype, shape, *arrays, outer, length, inner, y)
        return y

    def cross_entropy(self, x: Array, target: Array) -> tuple[Array, Array]:
        if not self.serves(x):
            return super().cross_entropy(x, target)
        x, target = self.ready(x), self.ready(target.astype(np.int64, copy=False))
        n, classes = x.shape
        loss, kept = self.empty((n,), x.dtype), self.empty((n, 1), accumulator(x.dtype))
        shape = lines(n, classes, 1)
        self.launch("softmax", "cross_entropy", x.dtype, shape, x, target, n, classes, loss, kept)
        return loss, kept

    def cross_entropy_backward(self, x: Array, kept: Array, target: Array, scale: Array) -> Array:
        if not self.serves(x):
            return super().cross_entropy_backward(x, kept, target, scale)
        x, target = self.ready(x), self.ready(target.astype(np.int64, copy=False))
        scale = self.ready(scale.astype(accumulator(x.dtype), copy=False))
        n, classes = x.shape
        dx = self.empty(x.shape, x.dtype)
        arguments = x, kept, target, scale, scale.ndim, n, classes, dx
        self.launch("softmax", "cross_entropy_backward", x.dtype, lines(n, classes, 1), *arguments)
        return dx


def lines(outer: int, length: int, inner: int) -> Shape:
    """A block for each line of neighbours in memory, else a thread.

    >>> lines(10, 50, 1), lines(2, 50, 300)
    (Shape(blocks=10, threads=32), Shape(blocks=3, threads=256))
    """
    return rows(outer, length) if inner == 1 else elements(outer * inner)
