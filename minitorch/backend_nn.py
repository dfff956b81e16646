"""Composites of the backend interface for layers: convolution, pooling, normalisation, embedding.

Shapes: x (N, C, *size) what the windows lie over, y and g (N, O, *counts) one value for each window,
w (O, C/groups, *kernel), b (O).  Convolution works with any number of dims after the channels.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from minitorch.windows import Windows

Array = Any
Dims = tuple[int, ...]


class LayerKernels:
    """Kernels for layers, each written once in terms of these primitives of a backend."""

    arange: Callable[..., Array]
    index_add: Callable[..., None]
    full: Callable[..., Array]
    logical_and: Callable[..., Array]
    logical_or: Callable[..., Array]
    matmul: Callable[..., Array]
    maximum: Callable[..., Array]
    sqrt: Callable[..., Array]
    square: Callable[..., Array]
    sum: Callable[..., Array]
    transpose: Callable[..., Array]
    where: Callable[..., Array]
    zeros: Callable[..., Array]

    # Windows as columns ---------------------------------------------------------------------------

    def windows_to_columns(self, x: Array, windows: Windows) -> Array:
        """A copy of every window, zeros for padding.

        Shape: (N, C, *size) → (N, C, *kernel, *counts).
        """
        columns = self.zeros((*x.shape[:2], *windows.kernel, *windows.counts), x.dtype)
        for place, inputs, outputs in windows.places():
            columns[(..., *place, *outputs)] = x[(..., *inputs)]
        return columns

    def columns_to_windows(self, columns: Array, windows: Windows) -> Array:
        """What the windows hold, added up where they overlap: the adjoint of `windows_to_columns`.

        Shape: (N, C, *kernel, *counts) → (N, C, *size).
        """
        x = self.zeros((*columns.shape[:2], *windows.size), columns.dtype)
        for place, inputs, outputs in windows.places():
            x[(..., *inputs)] += columns[(..., *place, *outputs)]
        return x

    # Convolution: three products of the same windows ------------------------------------------------

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        """y[n, o, j] = b[o] + Σ x[n, c, the k-th element of window j] · w[o, c, k] over c and k."""
        n, o = x.shape[0], w.shape[0]
        rows, columns = w.shape[1] * windows.elements, prod(windows.counts)
        unfolded = self.windows_to_columns(x, windows).reshape(n, groups, rows, columns)
        y = self.matmul(w.reshape(groups, o // groups, rows), unfolded)
        return with_bias(y.reshape(n, o, *windows.counts), b)

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        """x[n, c, i] = b[c] + Σ y[n, o, j] · w[o, c, k] over o and all windows j whose k-th element is i."""
        n, o = y.shape[0], w.shape[0]
        rows, columns = w.shape[1] * windows.elements, prod(windows.counts)
        transposed = self.transpose(w.reshape(groups, o // groups, rows), (0, 2, 1))
        unfolded = self.matmul(transposed, y.reshape(n, groups, o // groups, columns))
        shape = (n, groups * w.shape[1], *windows.kernel, *windows.counts)
        return with_bias(self.columns_to_windows(unfolded.reshape(shape), windows), b)

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        """w[o, c, k] = Σ x[n, c, the k-th element of window j] · y[n, o, j] over n and j."""
        n, o, c = x.shape[0], y.shape[1], x.shape[1] // groups
        rows, columns = c * windows.elements, prod(windows.counts)
        unfolded = self.windows_to_columns(x, windows).reshape(n, groups, rows, columns)
        y = y.reshape(n, groups, o // groups, columns)
        w = self.sum(self.matmul(y, self.transpose(unfolded, (0, 1, 3, 2))), axis=0)
        return w.reshape(o, c, *windows.kernel)

    # Pools ------------------------------------------------------------------------------------------

    def max_pool(self, x: Array, windows: Windows) -> Array:
        """y = the largest element of each window, NaN if there is one; padding does not count."""
        y = self.full((*x.shape[:2], *windows.counts), lowest(x.dtype), x.dtype)
        for _, inputs, outputs in windows.places():
            y[(..., *outputs)] = self.maximum(y[(..., *outputs)], x[(..., *inputs)])
        return y

    def max_pool_indices(self, x: Array, y: Array, windows: Windows) -> Array:
        """The place of the largest element of each window in the flattened input.

        Of equal elements it is the first one; of several NaN the last one, as in PyTorch.
        """
        shape = (1, 1, *windows.size)
        places = self.arange(prod(windows.size)).reshape(shape)
        free = self.full(y.shape, True, bool)
        indices = self.zeros(y.shape, "int64")
        for _, inputs, outputs in windows.places():
            part, left = x[(..., *inputs)], free[(..., *outputs)]
            hit = self.logical_and(part == y[(..., *outputs)], left)
            left ^= hit
            hit = self.logical_or(hit, part != part)
            old = indices[(..., *outputs)]
            indices[(..., *outputs)] = self.where(hit, places[(..., *inputs)], old)
        return indices

    def max_pool_backward(self, x: Array, y: Array, g: Array, windows: Windows) -> Array:
        """g, added at the place of the largest element of each window, the first of equal ones."""
        gx = self.zeros(x.shape, g.dtype)
        free = self.full(y.shape, True, bool)
        for _, inputs, outputs in windows.places():
            hit = self.logical_and(x[(..., *inputs)] == y[(..., *outputs)], free[(..., *outputs)])
            free[(..., *outputs)] ^= hit
            gx[(..., *inputs)] += self.where(hit, g[(..., *outputs)], g.dtype.type(0))
        return gx

    def sum_pool(self, x: Array, windows: Windows) -> Array:
        """y = the sum of each window."""
        y = self.zeros((*x.shape[:2], *windows.counts), x.dtype)
        for _, inputs, outputs in windows.places():
            y[(..., *outputs)] += x[(..., *inputs)]
        return y

    def sum_pool_backward(self, g: Array, windows: Windows) -> Array:
        """x = for each element the sum of g over the windows that see it: the adjoint of `sum_pool`."""
        x = self.zeros((*g.shape[:2], *windows.size), g.dtype)
        for _, inputs, outputs in windows.places():
            x[(..., *inputs)] += g[(..., *outputs)]
        return x

    # Normalisation ------------------------------------------------------------------------------------

    def batch_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array, Array]:
        """y = (x − mean)·inv·w + b with inv = 1/√(var + eps), for each channel.

        Shape: x (N, C, …), w and b (C).

        Returns:
            y, mean, var and inv; the latter three of shape (1, C, 1, …).
        """
        dims, shape = (0, *range(2, x.ndim)), (-1, *(1,) * (x.ndim - 2))
        centred, mean, var, inv = self.standardize(x, dims, eps)
        y = centred * (inv if w is None else inv * w.reshape(shape))
        return (y if b is None else y + b.reshape(shape)), mean, var, inv

    def batch_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        """db = Σ g,   dw = Σ g·x̂,   dx = w·inv·(g − db/n − x̂·dw/n),   with x̂ = (x − mean)·inv."""
        dims = (0, *range(2, x.ndim))
        n = x.dtype.type(x.size // max(x.shape[1], 1) or 1)
        normed = (x - mean) * inv
        gb = self.sum(g, axis=dims, keepdims=True)
        gw = self.sum(g * normed, axis=dims, keepdims=True)
        scale = inv if w is None else inv * w.reshape(inv.shape)
        gx = (g - (gb / n + normed * (gw / n))) * scale
        return gx, gw.reshape(-1), gb.reshape(-1)

    def layer_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array]:
        """y = (x − mean)·inv·w + b with inv = 1/√(var + eps), for each row.

        Shape: x (rows, D), w and b (D).

        Returns:
            y, mean and inv; the latter two of shape (rows, 1).
        """
        centred, mean, _, inv = self.standardize(x, (1,), eps)
        y = centred * inv
        y = y if w is None else y * w
        return (y if b is None else y + b), mean, inv

    def layer_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        """dx = inv·(h − Σh/D − x̂·Σ(h·x̂)/D),   dw = Σ g·x̂,   db = Σ g,   x̂ = (x − mean)·inv,   h = g·w."""
        n = x.dtype.type(x.shape[1] or 1)
        normed = (x - mean) * inv
        h = g if w is None else g * w
        along = self.sum(h * normed, axis=1, keepdims=True) / n
        gx = (h - (self.sum(h, axis=1, keepdims=True) / n + normed * along)) * inv
        return gx, self.sum(g * normed, axis=0), self.sum(g, axis=0)

    def rms_norm(self, x: Array, w: Array | None, eps: float) -> tuple[Array, Array]:
        """y = x·inv·w with inv = 1/√(Σx²/D + eps), for each row.

        Shape: x (rows, D), w (D).

        Returns:
            y and inv; the latter of shape (rows, 1).
        """
        n = x.dtype.type(x.shape[1] or 1)
        inv = 1 / self.sqrt(self.sum(self.square(x), axis=1, keepdims=True) / n + x.dtype.type(eps))
        y = x * inv
        return (y if w is None else y * w), inv

    def rms_norm_backward(self, x: Array, w: Array | None, inv: Array, g: Array) -> tuple[Array, Array]:
        """dx = inv·(h − x̂·Σ(h·x̂)/D),   dw = Σ g·x̂,   with x̂ = x·inv and h = g·w."""
        n = x.dtype.type(x.shape[1] or 1)
        normed = x * inv
        h = g if w is None else g * w
        gx = (h - normed * (self.sum(h * normed, axis=1, keepdims=True) / n)) * inv
        return gx, self.sum(g * normed, axis=0)

    def scale_channels(self, x: Array, w: Array | None, b: Array | None) -> Array:
        """x·w + b, one number for each channel; w or b may be None.

        Shape: x (N, C, …), w and b (C).
        """
        shape = (-1, *(1,) * (x.ndim - 2))
        y = x if w is None else x * w.reshape(shape)
        return y if b is None else y + b.reshape(shape)

    def standardize(self, x: Array, dims: Dims, eps: float) -> tuple[Array, Array, Array, Array]:
        """x − mean, mean, var and 1/√(var + eps) over `dims`, which are kept at size 1."""
        n = x.dtype.type(prod(x.shape[d] for d in dims))
        mean = self.sum(x, axis=dims, keepdims=True) / n
        centred = x - mean
        var = self.sum(self.square(centred), axis=dims, keepdims=True) / n
        return centred, mean, var, 1 / self.sqrt(var + x.dtype.type(eps))

    # Dropout and embedding ------------------------------------------------------------------------------

    def keep_mask(self, source: Any, shape: Dims, keep: float) -> Array:
        """Booleans, each True with probability `keep`, drawn with a random source of the backend."""
        return source.keep_mask(shape, keep)

    def dropout(self, x: Array, mask: Array, p: float) -> Array:
        """x/(1 − p) where the mask, which broadcasts, holds, else 0."""
        scale = 1 / (1 - p) if p < 1 else 0
        return x * (mask * x.dtype.type(scale))

    def take_rows(self, w: Array, indices: Array) -> Array:
        """y[i] = w[indices[i]], for indices of any shape."""
        return w[indices]

    def add_rows(self, x: Array, indices: Array, rows: int) -> Array:
        """w = zeros, with x[i] added to row indices[i]; duplicate indices add up.

        Shape: x (…, D), indices (…) → (rows, D).
        """
        w = self.zeros((rows, x.shape[-1]), x.dtype)
        self.index_add(w, indices.reshape(-1), x.reshape(-1, x.shape[-1]))
        return w


def with_bias(y: Array, b: Array | None) -> Array:
    """y + b along the dim of channels, in y's memory."""
    if b is not None:
        y += b.reshape(-1, *(1,) * (y.ndim - 2))
    return y


def lowest(dtype: Any) -> Any:
    """What is below every other number of a dtype."""
    if dtype.kind in "fV":
        return -float("inf")
    return -(2 ** (8 * dtype.itemsize - 1)) if dtype.kind == "i" else 0
