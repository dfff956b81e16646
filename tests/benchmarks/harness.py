"""Timing two programs beside each other on a machine that is not quiet."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

BLOCK_SECONDS = 0.25
PAUSE_SECONDS = 0.25  # worker threads of the library that ran last spin for a while, on the same cores
ROUNDS = 9


@dataclass
class Result:
    """Medians of one row, in milliseconds per step, and the ratio round by round."""

    name: str
    ours: float
    theirs: float
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """PyTorch's time divided by minitorch's: above 1, minitorch is faster."""
        return median(self.ratios)


def block(step: Callable[[], object]) -> float:
    """The median time of one step, in milliseconds, over a block of steps."""
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < BLOCK_SECONDS or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return median(times) * 1e3


def alternate(name: str, ours: Callable[[], object], theirs: Callable[[], object]) -> Result:
    """Times both in turn, A B A B …, so that a drift of the machine's speed meets both."""
    for step in (ours, theirs):
        block(step)
    pairs = []
    for _ in range(ROUNDS):
        gc.collect()
        pairs.append((paused(ours), paused(theirs)))
    mine, other = ([pair[i] for pair in pairs] for i in (0, 1))
    return Result(name, median(mine), median(other), [b / a for a, b in pairs])


def paused(step: Callable[[], object]) -> float:
    """A block after a pause, in which the other library's threads fall asleep."""
    time.sleep(PAUSE_SECONDS)
    return block(step)
