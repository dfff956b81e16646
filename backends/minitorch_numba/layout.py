"""Which arrays kernels take: real numbers of 32 or 64 bits, one after the other in memory, and enough of them.

Everything else goes to NumPy, which is right for every layout, and as fast where there is little to do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch_numba import jit

Array = Any


def enough(x: Array, count: int) -> bool:
    """Whether `x` is a real array of at least `count` elements; MINITORCH_NUMBA_THRESHOLD scales the count."""
    return (
        x.__class__ is np.ndarray and x.dtype.char in "fd" and x.size >= count * jit.threshold and x.size > 0
    )


def in_order(*arrays: Array | None) -> bool:
    """Whether all that is not None are NumPy's own arrays, whose elements lie in memory row after row."""
    return all(x is None or (x.__class__ is np.ndarray and x.flags.c_contiguous) for x in arrays)


def alike(x: Array, *others: Array) -> bool:
    """Whether all arrays have x's shape and dtype, and the elements of all lie in memory row after row."""
    return in_order(x, *others) and all(y.shape == x.shape and y.dtype is x.dtype for y in others)


def flat(x: Array) -> Array:
    """The elements as a vector, without a copy."""
    return x if x.ndim == 1 else x.reshape(-1)
