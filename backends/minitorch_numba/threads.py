"""One pool of threads at a time.

Threads of two libraries that take turns get in each other's way: those of the first still spin, waiting for more,
while those of the second want the same cores. So when a kernel runs in parallel, its threads are Numba's, and what
they call of BLAS runs in the thread that calls it.

A parallel kernel takes the pool, and does not wait for it: if another Python thread has it, the serial build runs.
The same holds in a process that was forked, such as a worker of a DataLoader: Numba's threads stayed behind in its
parent. Sums that run over several blocks have blocks that depend on the size alone, not on the number of threads.
"""

from __future__ import annotations

import os
from threading import Lock, local

import numba

from minitorch_numpy import blas

_lock = Lock()
_count = 0  # threads of a parallel kernel; 0: not decided yet
_limit = 1  # at most so many: those that Numba starts, and none but the caller in a forked process
_launched = False
_told = local()  # for each Python thread the count that Numba was told; it keeps one for each, too

SPIN = "10000"  # how often a thread of GNU OpenMP looks for more work before it falls asleep: about 0.3 ms


def available() -> int:
    """How many threads Numba can start here."""
    return int(numba.config.NUMBA_NUM_THREADS)


def get_num_threads() -> int:
    """How many threads a parallel kernel uses, unless it is one of several Python threads."""
    return _count or start()


def set_num_threads(count: int) -> None:
    """Sets it. More than Numba can start cannot be had; NUMBA_NUM_THREADS says how many that are."""
    global _count
    if not _count:
        start()
    _count = max(1, min(count, _limit))


def start() -> int:
    """Takes over the number of threads that the environment gave to BLAS."""
    global _count, _limit
    _limit = available()
    _count = max(1, min(_limit, blas.get_num_threads() or _limit))
    return _count


def launch() -> None:
    """Starts Numba's threads, of OpenMP if it is there: that hands out work ten times as fast as Numba's own queue.

    A thread of GNU OpenMP that has finished looks for more work some 300,000 times before it sleeps, and so does one
    that waits for the others. That is a few thousandths of a second, in which it holds a core; if that core is what
    another program, or the other thread, waits for, a kernel of 0.05 ms takes 8 ms. To wake one that sleeps takes
    0.03 ms, so to look for 0.3 ms is worth while; unless the environment says otherwise, it must do.

    PyTorch may share the library, so loaded after this it has to do with that, too, and is slower. Loaded before, it is
    not: what the library has read stays as it is, for both.
    """
    global _launched
    _launched = True
    environment = os.environ
    if numba.config.THREADING_LAYER == "default" and "NUMBA_THREADING_LAYER_PRIORITY" not in environment:
        numba.config.THREADING_LAYER_PRIORITY = ["omp", "tbb", "workqueue"]
    patient = "GOMP_SPINCOUNT" in environment or "OMP_WAIT_POLICY" in environment
    if not patient:
        environment["GOMP_SPINCOUNT"] = SPIN  # the library reads it when it is loaded
    try:
        numba.set_num_threads(_count)
    finally:
        if not patient:
            del environment["GOMP_SPINCOUNT"]


def layer() -> str:
    """The library that runs the threads."""
    if _count > 1 and not _launched:
        launch()
    return str(numba.threading_layer()) if _launched else "nobody"


def enter() -> bool:
    """Takes the pool, if there is one and it is free. Whoever got it must `leave()`."""
    if _count == 1 or (not _count and start() == 1) or not _lock.acquire(blocking=False):
        return False
    if not _launched:
        launch()
    if getattr(_told, "count", 0) != _count:
        numba.set_num_threads(_count)
        _told.count = _count
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
