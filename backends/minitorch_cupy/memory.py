"""Copies between the computer's memory and a GPU's, and memory that GPUs can read by themselves.

A copy from ordinary memory is staged by the driver: when the call returns the source may change. One from pinned memory
goes on while the program does; with `non_blocking` the program says that it will leave the source alone meanwhile.
What the program drops before the copy is done is kept here until then.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import cupy as cp
import cupyx
import numpy as np

from minitorch.errors import BackendError

CAPTURED = (
    "cannot be captured in a CUDA graph: a replay would read memory of the CPU that is gone by then. Make the tensor "
    "on the GPU before the capture, and copy new numbers into it before each replay: static.copy_(new)"
)


class Capture(threading.local):
    """Whether this thread captures a graph; see `minitorch_cupy.graphs`.

    Attributes:
        active: whether it does.
        replays: where the GPU finds how often the graph was replayed.
        counts: whether a kernel of the graph asks for that.
    """

    active = False
    replays: Any = None
    counts = False


capture = Capture()


class InFlight:
    """Arrays in pinned memory from which the GPU may still be copying."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Any, Any]] = deque()

    def add(self, host: Any) -> None:
        """Keeps an array until what was asked of the current stream so far is done."""
        while self.waiting and self.waiting[0][0].done:
            self.waiting.popleft()
        event = cp.cuda.Event(disable_timing=True)
        event.record()
        self.waiting.append((event, host))


in_flight = InFlight()


def from_host(x: Any, non_blocking: bool = False) -> Any:
    """A copy of a NumPy array on the current GPU.

    Raises:
        BackendError: while a graph is captured.
    """
    if capture.active:
        raise BackendError(f"to: a copy from the CPU {CAPTURED}")
    if not (x.flags.c_contiguous or x.flags.f_contiguous):
        x = np.ascontiguousarray(x)
    order: Any = "C" if x.flags.c_contiguous else "F"
    y = cp.empty(x.shape, x.dtype, order)
    if x.size:
        y.set(x, stream=cp.cuda.get_current_stream())
        if is_pinned(x):
            if non_blocking:
                in_flight.add(x)
            else:
                cp.cuda.get_current_stream().synchronize()
    return y


def to_host(x: Any) -> Any:
    """A copy of an array as a NumPy array, once everything asked for so far is done.

    Raises:
        BackendError: while a graph is captured.
    """
    if capture.active:
        raise BackendError(
            "a number is asked for on the CPU (by item(), tolist(), print, bool(), cpu() or numpy()), which cannot be "
            "captured in a CUDA graph: it is not known before the replay. Keep it as a tensor, and look at it later"
        )
    return cp.asnumpy(x)


def pinned(x: Any) -> Any:
    """A copy of a NumPy array in memory that GPUs read and write by themselves."""
    y = cupyx.empty_pinned(x.shape, x.dtype)
    y[...] = x
    return y


def is_pinned(x: Any) -> bool:
    """Whether a NumPy array lies in such memory."""
    while getattr(x, "base", None) is not None:
        x = x.base
    return isinstance(getattr(x, "obj", x), cp.cuda.PinnedMemoryPointer)
