"""How long something takes on a GPU, what memory it needs, and what it costs the CPU; of either library."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

WARM_UP = 5
ROUNDS, CALLS = 7, 200

Step = Callable[[], Any]


def synchronize(lib: Any, device: str) -> None:
    """Waits for the GPU, if it is one."""
    if device == "cuda":
        lib.cuda.synchronize()


def milliseconds(lib: Any, device: str, step: Step, seconds: float) -> float:
    """The median time of a step: between events of the GPU, after a warm-up."""
    for _ in range(WARM_UP):
        step()
    synchronize(lib, device)
    once = between_events if device == "cuda" else between_ticks
    times: list[float] = []
    began = time.perf_counter()
    while (time.perf_counter() - began < seconds or len(times) < 5) and len(times) < 5000:
        times.append(once(lib, step))
    return median(times)


def between_events(lib: Any, step: Step) -> float:
    """Milliseconds of a step by the clock of the GPU."""
    start, end = lib.cuda.Event(enable_timing=True), lib.cuda.Event(enable_timing=True)
    start.record()
    step()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))


def between_ticks(lib: Any, step: Step) -> float:
    """Milliseconds of a step by the clock of the CPU."""
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1e3


def microseconds(lib: Any, device: str, call: Step) -> float:
    """What a call costs the program: the best of several rounds, before each of which the GPU has caught up."""
    for _ in range(CALLS // 2):
        call()
    rounds = []
    for _ in range(ROUNDS):
        synchronize(lib, device)
        began = time.perf_counter()
        for _ in range(CALLS):
            call()
        rounds.append((time.perf_counter() - began) / CALLS * 1e6)
    return round(min(rounds), 2)


def peak_mebibytes(lib: Any, step: Step) -> float:
    """The most memory that tensors hold during a step."""
    lib.cuda.synchronize()
    lib.cuda.reset_peak_memory_stats()
    step()
    lib.cuda.synchronize()
    peak = lib.cuda.max_memory_allocated() / 2**20
    if (
        lib.__name__ == "minitorch"
    ):  # its count slows down every allocation, so it must not go on while time is taken
        from minitorch.registry import device_backend

        device_backend("cuda").runtime.stop_counting()
    return round(peak, 1)


def captured(lib: Any, step: Step) -> Step:
    """A step as a CUDA graph."""
    side = lib.cuda.Stream()
    side.wait_stream(lib.cuda.current_stream())
    with lib.cuda.stream(side):
        for _ in range(3):
            step()
    lib.cuda.current_stream().wait_stream(side)
    recording = lib.cuda.CUDAGraph()
    with lib.cuda.graph(recording):
        step()
    replay: Step = recording.replay
    return replay


def told(error: BaseException) -> str:
    """An error, as it stands in a table."""
    return f"{type(error).__name__}: {error}"[:2000]


def tidy(lib: Any, device: str) -> None:
    """Gives memory back, so that the next measurement finds all of it."""
    if "torch._dynamo" in sys.modules:
        sys.modules["torch._dynamo"].reset()
    gc.collect()
    if device == "cuda":
        lib.cuda.empty_cache()
