"""Which arrays kernels take: real numbers of 32 or 64 bits, one after the other in memory, and enough of them.

Everything else goes to NumPy, which is right for every layout, and as fast where there is little to do. So does what is
not finite, where a kernel would spread it: `finite` looks for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch_numba import jit
from minitorch_numba.jit import kernel, prange

Array = Any
PIECE = 1 << 14  # numbers that one thread looks at, at a time


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


def finite(x: Array) -> bool:
    """Whether no number is infinite or NaN."""
    if not in_order(x) or x.dtype.char not in "fd":
        return bool(np.isfinite(x).all())
    return bool(all_finite(x.size, flat(x)))


@kernel(math="contract reassoc", parallel_from=1 << 18)
def all_finite(x: Array) -> bool:
    """Whether x·0 is zero for all x: what is infinite or NaN makes it NaN."""
    pieces = (len(x) + PIECE - 1) // PIECE
    doubts = np.zeros(pieces, x.dtype)
    for k in prange(pieces):
        some, doubt = x[k * PIECE : (k + 1) * PIECE], x.dtype.type(0)
        for i in range(len(some)):
            doubt += some[i] * 0
        doubts[k] = doubt
    return bool(doubts.sum() == 0)
