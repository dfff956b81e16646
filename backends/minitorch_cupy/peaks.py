"""How much of a GPU's memory is in use, and the most that ever was.

CuPy's pool knows the first at once. For the second each allocation has to be looked at, by a hook that costs about a
microsecond: it is set when a program first asks for a count, and stays until `stop`.
"""

from __future__ import annotations

from typing import Any

import cupy as cp


class Count(cp.cuda.MemoryHook):  # type: ignore[misc]
    """Counts the bytes that arrays take, on every GPU, and keeps the most.

    Attributes:
        name: by which CuPy tells hooks apart.
        now: bytes in use, by the number of the GPU.
        most: the most since the last reset.
    """

    name = "minitorch.peaks"

    def __init__(self) -> None:
        self.now: dict[int, int] = {}
        self.most: dict[int, int] = {}

    def malloc_postprocess(self, **found: Any) -> None:
        """After an allocation."""
        index = found["device_id"]
        now = self.now[index] = self.now.get(index, 0) + found["mem_size"]
        if now > self.most.get(index, 0):
            self.most[index] = now

    def free_postprocess(self, **found: Any) -> None:
        """After an array was dropped."""
        index = found["device_id"]
        self.now[index] = self.now.get(index, 0) - found["mem_size"]


class PoolMemory:
    """What this program holds of one GPU.

    Attributes:
        index: of the GPU.
    """

    count: Count | None = None

    def __init__(self, index: int) -> None:
        self.index, self._most_reserved = index, 0

    def _pool(self, name: str) -> int:
        with cp.cuda.Device(self.index):
            return int(getattr(cp.get_default_memory_pool(), name)())

    def allocated(self) -> int:
        """Bytes that arrays hold."""
        return self._pool("used_bytes")

    def reserved(self) -> int:
        """Bytes that arrays hold, and that are kept for others."""
        return self._pool("total_bytes")

    def peak_reserved(self) -> int:
        """The most bytes held so far."""
        self._most_reserved = max(self._most_reserved, self.reserved())
        return self._most_reserved

    def peak(self) -> int:
        """The most bytes that arrays held since `reset_peak`; before it, what was held at most."""
        if self.count is None:
            return self.peak_reserved()
        return max(self.count.most.get(self.index, 0), self.allocated())

    def reset_peak(self) -> None:
        """Counts from here on."""
        if PoolMemory.count is None:
            PoolMemory.count = Count()
            PoolMemory.count.__enter__()
        count = PoolMemory.count
        count.now[self.index] = count.most[self.index] = self.allocated()

    @staticmethod
    def stop() -> None:
        """Counts no longer, on any GPU: allocations are as fast as before."""
        if PoolMemory.count is not None:
            PoolMemory.count.__exit__()
            PoolMemory.count = None
