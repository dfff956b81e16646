"""One pool of threads at a time.

Threads of two libraries that take turns get in each other's way: those of the first still spin, waiting for more, while
those of the second want the same cores. So when a kernel runs in parallel, its threads are Numba's, and what they call of
BLAS runs in the thread that calls it.

A parallel kernel takes the pool, and does not wait for it: if another Python thread has it, the serial build runs.  The
same holds in a process that was forked, such as a worker of a DataLoader: Numba's threads stayed behind in its parent.
Results do not depend on which build runs: kernels cut their work into blocks by its size, not by the number of threads.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import Any

import numba

from minitorch_numpy import blas

_lock = Lock()
_count = 0  # threads of a parallel kernel; 0: not decided yet
_limit = 0  # at most so many: those that Numba starts, and none but the caller in a forked process
_told: Any = None  # the thread for which Numba was told the count last


def get_num_threads() -> int:
    """How many threads a parallel kernel uses, unless it is one of several Python threads."""
    if not _count:
        start()
    return _count


def set_num_threads(count: int) -> None:
    """Sets it. More than Numba has started cannot be had; NUMBA_NUM_THREADS says how many that are."""
    global _count
    if not _count:
        start()
    _count = max(1, min(count, _limit))
    if _count > 1 or _limit > 1:
        numba.set_num_threads(_count)


def start() -> None:
    """Takes over the number that BLAS was given by the environment, and lets Numba choose how to run threads.

    OpenMP is asked for first: it wakes its threads ten times as fast as Numba's own queue of work.
    """
    global _count, _limit
    if numba.config.THREADING_LAYER == "default" and not os.environ.get("NUMBA_THREADING_LAYER_PRIORITY"):
        numba.config.THREADING_LAYER_PRIORITY = ["omp", "tbb", "workqueue"]
    _limit = int(numba.config.NUMBA_NUM_THREADS)
    _count = max(1, min(_limit, blas.get_num_threads() or _limit))


def enter() -> bool:
    """Takes the pool, if there is one and it is free. Whoever got it must `leave()`."""
    if _count == 1 or (not _count and get_num_threads() == 1):
        return False
    if not _lock.acquire(blocking=False):
        return False
    if numba.get_num_threads() != _count:  # Numba counts for each Python thread
        numba.set_num_threads(_count)
    return True


def leave() -> None:
    """Gives the pool back."""
    _lock.release()


def after_fork() -> None:
    """In a forked process there are no threads but one, and somebody else's lock may be held for ever."""
    global _lock, _count, _limit
    _lock, _count, _limit = Lock(), 1, 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)
