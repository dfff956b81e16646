"""Launch arithmetic: how many blocks of how many threads a kernel is started with, and on which arrays.

Nothing here needs a GPU. A mixin asks for `elements(n)` or `rows(count, width)` and calls `self.launch`, which a
backend supplies: `CupyBackend` with kernels compiled by NVRTC, the tests with the same kernels compiled for the CPU.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from minitorch.backend import Array
from minitorch_cupy.variants import VARIANTS

THREADS = 256
MOST_BLOCKS = 132 * 32  # enough to fill the largest GPUs several times; kernels loop over what is left
WARP = 32
WIDEST = 512  # threads of a block that has a row: that leaves 128 registers for each of them


class Shape(NamedTuple):
    """Of a launch: blocks, and threads of each; always along one dim, since the others end at 65,535 blocks."""

    blocks: int
    threads: int


def elements(n: int) -> Shape:
    """One thread for each of n elements.

    >>> elements(1000), elements(0)
    (Shape(blocks=4, threads=256), Shape(blocks=1, threads=256))
    >>> elements(10**10).blocks == MOST_BLOCKS
    True
    """
    return Shape(max(min(ceil_div(n, THREADS), MOST_BLOCKS), 1), THREADS)


def rows(count: int, width: int) -> Shape:
    """One block for each of `count` rows, with a thread for some four elements of a row.

    >>> rows(100, 768), rows(100, 10)
    (Shape(blocks=100, threads=256), Shape(blocks=100, threads=32))
    >>> rows(100, 10**6).threads
    512
    """
    threads = WARP
    while threads < WIDEST and threads * 4 < width:
        threads *= 2
    return Shape(blocks(count), threads)


def blocks(count: int) -> int:
    """As many blocks as there are tasks, unless there are too many for a grid of useful size.

    One at least, which finds nothing to do: CUDA refuses a grid without blocks.
    """
    return max(min(count, 1 << 20), 1)


def ceil_div(n: int, size: int) -> int:
    """n / size, rounded up."""
    return -(-n // size)


def parts(rows: int, width: int) -> int:
    """Into how many parts to divide rows whose columns are added up, so that there are blocks for a whole GPU.

    >>> parts(10, 64), parts(100_000, 768), parts(100_000, 100_000)
    (1, 176, 2)
    """
    tiles = ceil_div(width, WARP)
    return max(min(ceil_div(MOST_BLOCKS, tiles), ceil_div(rows, 64)), 1)


class ByValue:
    """A structure among the arguments of a kernel: a NumPy array of one element, as CuPy takes no others."""

    __slots__ = ("values",)

    def __init__(self, values: Any) -> None:
        if values.size != 1:
            raise ValueError(f"a kernel takes one structure by value, got an array of shape {values.shape}")
        self.values = values


class Launches:
    """What mixins with kernels of their own build on.

    Attributes:
        served: dtypes that every kernel is compiled for.
    """

    served: ClassVar[frozenset[Any]] = frozenset(VARIANTS)
    empty: Any
    zeros: Any
    copy: Any

    def launch(self, file: str, kernel: str, dtype: Any, shape: Shape, *args: Any) -> None:
        """Starts a kernel of `kernels/<file>.cu`, compiled for a dtype, on the current stream.

        `args` are arrays, None for a null pointer, whole numbers, floats, and structures `ByValue`.
        """
        raise NotImplementedError

    def serves(self, first: Array, *others: Array | None) -> bool:
        """Whether kernels can compute with these arrays: elements there are, and one dtype that they know."""
        dtype = first.dtype
        return (
            first.size > 0
            and dtype in self.served
            and all(other is None or other.dtype == dtype for other in others)
        )

    def normalizes(self, x: Array, *vectors: Array | None) -> bool:
        """Whether norms are computed by kernels, with these parameters and statistics, empty x included.

        Beside half-precision x they may be float32, as they are under autocast.
        """
        kinds = x.dtype, accumulator(x.dtype)
        return x.dtype in self.served and all(v is None or v.dtype in kinds for v in vectors)

    def ready(self, x: Array) -> Array:
        """The array as kernels read it, contiguous."""
        return x if x.flags.c_contiguous else self.copy(x)

    def optional(self, x: Array | None) -> Array | None:
        """The same, of an array that may be left out."""
        return None if x is None else self.ready(x)

    def precise(self, vector: Array | None, x: Array) -> Array | None:
        """A vector, if there is one, in the dtype that sums over x are kept in."""
        return None if vector is None else self.ready(vector.astype(accumulator(x.dtype), copy=False))


def accumulator(dtype: Any) -> Any:
    """The dtype in which sums over numbers of a dtype are kept.

    >>> accumulator(np.dtype("float16")), accumulator(np.dtype("float64"))
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)
