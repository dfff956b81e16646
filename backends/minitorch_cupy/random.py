"""Random numbers on the GPU: Philox, whose state is a seed and how many groups of four numbers were drawn.

A kernel computes the group at place `offset + i` of the sequence, so that numbers depend on the seed and on what was
drawn before, never on how many threads a GPU has. In a captured graph the place is read from the GPU's memory, where
each replay writes it: a replay draws new numbers, the same that the program would have drawn without a graph.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import cupy as cp
import numpy as np

from minitorch.errors import BackendError
from minitorch_cupy.memory import capture, from_host, to_host
from minitorch_cupy.sources import function

BLOCK = 256  # threads
live: WeakSet[Generator] = WeakSet()  # which a capture has to know


def groups(n: int, in_each: int) -> int:
    """How many groups of random numbers n elements take.

    >>> groups(9, 4)
    3
    """
    return -(-n // in_each)


class Generator:
    """The random source of the CuPy backend, with the methods of `minitorch_numpy.random.Generator`.

    Attributes:
        seed: of the sequence.
        offset: how many groups of four 32-bit numbers were drawn from it.
        index: of the GPU.
        base: inside of a capture, where the GPU finds seed and offset of the graph's beginning; else None.
    """

    def __init__(self, seed: int) -> None:
        self.restart(seed)
        self.base: Any = None
        self.index = cp.cuda.runtime.getDevice()
        live.add(self)

    def restart(self, seed: int) -> None:
        """Starts anew from a seed; graphs that were captured follow."""
        self.seed, self.offset = seed % 2**64, 0

    def begin_capture(self) -> None:
        """From now on places are relative to a beginning, which each replay writes into `base`."""
        with cp.cuda.Device(self.index):
            self.base = cp.empty(2, np.uint64)
        self._before, self.offset = self.offset, 0

    def end_capture(self) -> int:
        """Goes on where the capture began; returns how many groups it takes."""
        used, self.offset, self.base = self.offset, self._before, None
        return used

    def reserve(self, count: int) -> tuple[Any, Any, Any]:
        """The next `count` groups, as arguments of a kernel: seed, offset, and the address of what to add to it.

        Kernels that draw numbers of their own, as dropout does, take their place in the sequence here.
        """
        if capture.active and self.base is None:
            raise BackendError(
                "cuda.graph: a random generator was made inside of the capture; draw from it once before the capture"
            )
        before = self.offset
        self.offset += count
        pointer = 0 if self.base is None else self.base.data.ptr
        return np.uint64(self.seed), np.uint64(before), np.uintp(pointer)

    def _filled(self, name: str, shape: Any, dtype: Any, in_each: int, *more: Any) -> Any:
        """A new array, filled by a kernel that makes `in_each` elements of each group."""
        with cp.cuda.Device(self.index):
            y = cp.empty(shape, dtype)
            count = groups(y.size, in_each)
            if count:
                place, blocks = self.reserve(count), groups(count, BLOCK)
                function("random.cu", name)((blocks,), (BLOCK,), (y, np.uint64(y.size), *place, *more))
        return y

    def uniform(self, shape: Any, dtype: Any) -> Any:
        """Uniform on [0, 1)."""
        if dtype == np.float64:
            return self._filled("uniform_double", shape, dtype, 2)
        if dtype == np.float16:
            return self._filled("uniform_half", shape, dtype, 4)
        y = self._filled("uniform_float", shape, np.float32, 4)
        return y if dtype == np.float32 else cp.minimum(y, np.float32(0.99609375)).astype(dtype)

    def normal(self, shape: Any, dtype: Any) -> Any:
        """Normal with mean 0 and variance 1; for complex dtypes the variance of each part is ½."""
        if dtype.kind == "c":
            real = np.dtype(np.float32 if dtype == np.complex64 else np.float64)
            return (self.normal((*shape, 2), real) * real.type(0.5**0.5)).view(dtype)[..., 0]
        if dtype == np.float64:
            return self._filled("normal_double", shape, dtype, 2)
        y = self._filled("normal_float", shape, np.float32, 4)
        return y if dtype == np.float32 else y.astype(dtype)

    def integers(self, low: int, high: int, shape: Any, dtype: Any) -> Any:
        """Uniform among low, …, high − 1."""
        y = self._filled("integers", shape, np.int64, 2, np.int64(low), np.uint64(high - low))
        return y.astype(dtype, copy=False)

    def permutation(self, n: int, dtype: Any) -> Any:
        """0, …, n − 1 in random order: that of as many random numbers."""
        return cp.argsort(self.integers(-(2**63), 2**63 - 1, (n,), np.int64)).astype(dtype)

    def keep_mask(self, shape: Any, keep: float) -> Any:
        """Booleans, each True with probability `keep`."""
        return self._filled("keep_mask", shape, np.bool_, 4, np.float32(keep))

    # Drawn on the CPU, from a seed that is drawn here ------------------------------------------------------

    def _on_the_cpu(self) -> Any:
        place = self.offset
        self.offset += 1
        return np.random.Generator(np.random.PCG64([self.seed, place]))

    def gamma(self, concentration: Any, dtype: Any) -> Any:
        """Gamma numbers with rate 1, one for each concentration."""
        a = to_host(concentration).astype(np.float64)
        return from_host(np.asarray(self._on_the_cpu().standard_gamma(a)).astype(dtype))

    def poisson(self, rate: Any, dtype: Any) -> Any:
        """Poisson numbers, one for each rate."""
        rate = to_host(rate).astype(np.float64)
        return from_host(np.asarray(self._on_the_cpu().poisson(rate)).astype(dtype))

    def binomial(self, count: Any, prob: Any, dtype: Any) -> Any:
        """Binomial numbers, one for each count and probability."""
        count, prob = to_host(count).astype(np.int64), to_host(prob)
        return from_host(np.asarray(self._on_the_cpu().binomial(count, prob)).astype(dtype))

    # State ---------------------------------------------------------------------------------------------------

    def get_state(self) -> Any:
        """Seed and offset, as 16 bytes on the CPU."""
        return np.array([self.seed, self.offset], np.uint64).view(np.uint8)

    def set_state(self, state: Any) -> None:
        """Continues from a state given by `get_state`."""
        seed, offset = np.ascontiguousarray(state, np.uint8).view(np.uint64).tolist()
        self.seed, self.offset = seed, offset
