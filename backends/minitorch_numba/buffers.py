"""Memory of large arrays, lent again and again.

A training step makes the same large arrays each time. Memory that malloc has taken from the operating system for
an array of more than 32 MB goes back as soon as the array is gone, and for the next one the system clears every
page anew; that takes longer than most kernels take to fill it. So such arrays are made in blocks that are kept.

What is kept never exceeds, with what is in use, the most that was in use at one time, nor a quarter of the
machine's memory; MINITORCH_KEEP_MEMORY=0 keeps nothing.
"""

from __future__ import annotations

import math
import mmap
import os
from threading import RLock
from typing import Any

import numpy as np

from minitorch.backend import Array

LARGE = 32 << 20  # bytes; smaller ones glibc keeps itself, see minitorch_numpy.memory
LOOSE = 4  # a block may be larger than what it is lent for by 1/LOOSE of it

_lock = RLock()  # whoever takes a block may make Python collect arrays, which gives blocks back
_free: list[mmap.mmap] = []
_used = _kept = _most = 0  # bytes lent, bytes in _free, and the most bytes that were ever lent


def limit() -> int:
    """How many bytes are kept at most."""
    if os.environ.get("MINITORCH_KEEP_MEMORY") == "0" or not hasattr(mmap, "MAP_ANONYMOUS"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4


LIMIT = limit()


class Loan:
    """A block for as long as an array, or a view of it, refers to it."""

    def __init__(self, block: mmap.mmap, shape: tuple[int, ...], dtype: Any) -> None:
        self.block = block
        address = np.frombuffer(block, np.uint8).ctypes.data
        self.__array_interface__ = {
            "shape": shape, "typestr": dtype.str, "data": (address, False), "version": 3,
        }  # fmt: skip

    def __del__(self) -> None:
        """Keeps the block for the next array."""
        global _used, _kept
        with _lock:
            _used -= len(self.block)
            if _kept + len(self.block) <= min(LIMIT, _most - _used):
                _free.append(self.block)
                _kept += len(self.block)


def take(size: int) -> mmap.mmap:
    """A block of at least so many bytes: the smallest that is free and fits, or a new one."""
    global _used, _kept, _most
    with _lock:
        fitting = [i for i, block in enumerate(_free) if size <= len(block) <= size + size // LOOSE]
        if fitting:
            block = _free.pop(min(fitting, key=lambda i: len(_free[i])))
            _kept -= len(block)
        else:
            _most = max(_most, _used + size)
            while _free and _used + size + _kept > _most:
                _kept -= len(_free.pop(0))
            block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            if hasattr(mmap, "MADV_HUGEPAGE"):
                block.madvise(mmap.MADV_HUGEPAGE)
        _used += len(block)
        _most = max(_most, _used)
        return block


def empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """A new array of arbitrary numbers."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < LARGE or size > LIMIT:
        return np.empty(shape, dtype)
    try:
        return np.asarray(Loan(take(size), shape, dtype))
    except OSError:  # no memory left in one piece: perhaps without what is kept
        _forget()
        return np.empty(shape, dtype)


def _forget() -> None:
    """Hands back all that is not in use."""
    global _kept
    with _lock:
        _free.clear()
        _kept = 0


def is_lent(x: Array) -> bool:
    """Whether `x` is an array that `empty` has made in a block of its own, rather than a view of one."""
    return x.base.__class__ is Loan


def after_fork() -> None:
    """In a forked process somebody else's lock may be held for ever."""
    global _lock
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)
