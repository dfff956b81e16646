"""What `minitorch.cuda` asks of CuPy: GPUs, streams, events and memory."""

from __future__ import annotations

from typing import Any

import cupy as cp

from minitorch_cupy.graphs import Capture as Capture, new_pool as new_pool
from minitorch_cupy.memory import capture as capture, is_pinned as is_pinned, pinned as pinned
from minitorch_cupy.peaks import PoolMemory

PROPERTIES = {
    "major": "major",
    "minor": "minor",
    "total_memory": "totalGlobalMem",
    "multi_processor_count": "multiProcessorCount",
    "warp_size": "warpSize",
    "max_threads_per_multi_processor": "maxThreadsPerMultiProcessor",
    "L2_cache_size": "l2CacheSize",
}
_memories: dict[int, PoolMemory] = {}


def use(index: int) -> None:
    """Makes a GPU the current one."""
    cp.cuda.Device(index).use()


def synchronize(index: int) -> None:
    """Waits until a GPU has done everything."""
    cp.cuda.Device(index).synchronize()


def properties(index: int) -> dict[str, Any]:
    """What is to be known about a GPU."""
    found = cp.cuda.runtime.getDeviceProperties(index)
    return {"name": found["name"].decode(), **{name: int(found[key]) for name, key in PROPERTIES.items()}}


# Memory ---------------------------------------------------------------------------------------------------


def memory(index: int) -> PoolMemory:
    """The memory that this program holds of a GPU."""
    return _memories.setdefault(index, PoolMemory(index))


def free_and_total(index: int) -> tuple[int, int]:
    """Free and total bytes of a GPU."""
    with cp.cuda.Device(index):
        free, total = cp.cuda.runtime.memGetInfo()
    return int(free), int(total)


def empty_cache() -> None:
    """Gives back what no array uses, on all GPUs, and pinned memory."""
    for held in _memories.values():
        held.peak_reserved()
    for index in range(cp.cuda.runtime.getDeviceCount()):
        with cp.cuda.Device(index):
            cp.get_default_memory_pool().free_all_blocks()
    cp.get_default_pinned_memory_pool().free_all_blocks()


def stop_counting() -> None:
    """Ends what `reset_peak` of a GPU's memory began, which costs every allocation some time."""
    PoolMemory.stop()


# Streams and events ---------------------------------------------------------------------------------------


def new_stream(priority: int) -> Any:
    """A stream of the current GPU that does not wait for the default one."""
    return cp.cuda.Stream(non_blocking=True, priority=priority or None)


def current_stream(index: int) -> Any:
    """The stream in use on a GPU."""
    return cp.cuda.get_current_stream(index)


def default_stream() -> Any:
    """The stream that is there from the beginning."""
    return cp.cuda.Stream.null


def use_stream(handle: Any) -> None:
    """Makes a stream the current one."""
    handle.use()


def new_event(timing: bool, blocking: bool) -> Any:
    """An event."""
    return cp.cuda.Event(block=blocking, disable_timing=not timing)


def elapsed(start: Any, end: Any) -> float:
    """Milliseconds between two events."""
    return float(cp.cuda.get_elapsed_time(start, end))
