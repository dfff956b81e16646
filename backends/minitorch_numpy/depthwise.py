"""Convolution with one input channel in each group.

There are no sums over channels, so nothing for BLAS to do: each place of the kernel is one multiplication of
whole images, one image at a time so that it stays in the cache.  m numbers the output channels of a group c.
"""

from __future__ import annotations

import numpy as np

from minitorch.backend import Array
from minitorch.windows import Windows


def conv(x: Array, w: Array, windows: Windows) -> Array:
    """y[n, c, m] += x[n, c] · w[c, m, place], for each place."""
    n, c = x.shape[:2]
    w = spread(w, c, windows)
    y = np.zeros((n, c, w.shape[1], *windows.counts), x.dtype)
    scratch: Array = np.empty(y.shape[1:], x.dtype)
    places = list(windows.places())
    for image, result in zip(x[:, :, None], y, strict=True):
        for place, inputs, outputs in places:
            product = scratch[(..., *outputs)]
            np.multiply(image[(..., *inputs)], w[(slice(None), slice(None), *place)], out=product)
            result[(..., *outputs)] += product
    return y.reshape(n, c * w.shape[1], *windows.counts)


def conv_transpose(y: Array, w: Array, windows: Windows, groups: int) -> Array:
    """x[n, c] += Σ y[n, c, m] · w[c, m, place] over m, for each place."""
    n = y.shape[0]
    w = spread(w, groups, windows)
    y = y.reshape(n, *w.shape[:2], *windows.counts)
    x = np.zeros((n, groups, *windows.size), y.dtype)
    scratch: Array = np.empty((groups, *windows.counts), y.dtype)
    places = list(windows.places())
    for image, result in zip(y.swapaxes(1, 2), x, strict=True):
        for m, channel in enumerate(image):
            for place, inputs, outputs in places:
                product = scratch[(..., *outputs)]
                np.multiply(channel[(..., *outputs)], w[(slice(None), m, *place)], out=product)
                result[(..., *inputs)] += product
    return x


def conv_weight(x: Array, y: Array, windows: Windows) -> Array:
    """w[c, m, place] += Σ x[n, c] · y[n, c, m], for each place."""
    n, c = x.shape[:2]
    y = y.reshape(n, c, y.shape[1] // c, *windows.counts)
    w: Array = np.zeros((c, y.shape[2], *windows.kernel), x.dtype)
    axes = "xyz"[: len(windows.size)]
    places = list(windows.places())
    for image, result in zip(x, y, strict=True):
        for place, inputs, outputs in places:
            w[(slice(None), slice(None), *place)] += np.einsum(
                f"c{axes},cm{axes}->cm", image[(..., *inputs)], result[(..., *outputs)]
            )
    return w.reshape(-1, 1, *windows.kernel)


def spread(w: Array, groups: int, windows: Windows) -> Array:
    """The weight by channel and multiple, with dims of size 1 to broadcast against images.

    Shape: (C·m, 1, *kernel) → (C, m, *kernel, 1, …).
    """
    return w.reshape(groups, -1, *windows.kernel, *(1,) * len(windows.kernel))
