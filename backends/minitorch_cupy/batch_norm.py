"""Batch norm."""

from __future__ import annotations

from math import prod

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels
from minitorch_cupy.launch import (
    MOST_BLOCKS,
    Launches,
    Shape as Launch,
    accumulator,
    blocks,
    ceil_div,
    elements,
)

CHUNK = 2048  # numbers of a channel that a block should have at least


class CupyBatchNormKernels(Launches, LayerKernels):
    """Sums of parts of channels, statistics, and what is computed of each element: three kernels a pass."""

    def batch_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array, Array]:
        if not x.size or not self.normalizes(x, w, b):
            return super().batch_norm(x, w, b, eps)
        x, dtype = self.ready(x), x.dtype
        n, channels, places = sizes(x)
        chunks = chunks_of(n * places, channels)
        sums, squares = self.empty((2, channels, chunks), accumulator(dtype))
        shape = (1, channels, *(1,) * (x.ndim - 2))
        mean, var, inv = (self.empty(shape, accumulator(dtype)) for _ in range(3))
        all_sizes = n, channels, places, chunks
        launch = Launch(blocks(channels * chunks), 256)
        self.launch("batch_norm", "batch_norm_sums", dtype, launch, x, *all_sizes, sums, squares)
        arguments = x, sums, squares, float(eps), *all_sizes, mean, var, inv
        self.launch("batch_norm", "batch_norm_statistics", dtype, elements(channels), *arguments)
        return self._scaled(x, mean, inv, w, b), mean, var, inv

    def batch_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        if not self.serves(x, g) or not self.normalizes(x, w, mean, inv):
            return super().batch_norm_backward(x, w, mean, inv, g)
        x, g = self.ready(x), self.ready(g)
        w, mean, inv = (self.precise(v, x) for v in (w, mean, inv))
        n, channels, places = sizes(x)
        chunks = chunks_of(n * places, channels)
        sums, products = self.empty((2, channels, chunks), accumulator(x.dtype))
        of_all, dx = self.empty((2, channels), accumulator(x.dtype)), self.empty(x.shape, x.dtype)
        dw, db = (self.empty((channels,), accumulator(x.dtype)) for _ in range(2))
        all_sizes = n, channels, places, chunks
        launch = Launch(blocks(channels * chunks), 256)
        to_sums = x, mean, inv, g, *all_sizes, sums, products
        self.launch("batch_norm", "batch_norm_gradient_sums", x.dtype, launch, *to_sums)
        to_parameters = sums, products, *all_sizes, dw, db, of_all
        self.launch("batch_norm", "batch_norm_parameters", x.dtype, elements(channels), *to_parameters)
        to_input = x, mean, inv, w, g, of_all, channels, places, x.size, dx
        self.launch("batch_norm", "batch_norm_backward", x.dtype, elements(x.size), *to_input)
        return dx, dw, db

    def scale_channels(self, x: Array, w: Array | None, b: Array | None) -> Array:
        if not self.normalizes(x, w, b):
            return super().scale_channels(x, w, b)
        return self._scaled(self.ready(x), None, None, w, b)

    def _scaled(
        self, x: Array, mean: Array | None, inv: Array | None, w: Array | None, b: Array | None
    ) -> Array:
        """(x − mean)·inv·w + b for each channel."""
        y = self.empty(x.shape, x.dtype)
        _, channels, places = sizes(x)
        arguments = x, mean, inv, self.precise(w, x), self.precise(b, x), channels, places, x.size, y
        self.launch("batch_norm", "scale_channels", x.dtype, elements(x.size), *arguments)
        return y


def sizes(x: Array) -> tuple[int, int, int]:
    """Images, channels, and places of each channel."""
    return x.shape[0], x.shape[1], prod(x.shape[2:])


def chunks_of(count: int, channels: int) -> int:
    """Into how many parts to divide `count` numbers of each channel, so that there are blocks for a whole GPU.

    >>> chunks_of(128 * 112 * 112, 64), chunks_of(128 * 7 * 7, 2048), chunks_of(10, 3)
    (66, 3, 1)
    """
    return max(min(ceil_div(MOST_BLOCKS, channels), ceil_div(count, CHUNK)), 1)
