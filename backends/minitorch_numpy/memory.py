"""Freed memory stays in the process, for the next array.

A training step frees and allocates the same large arrays again and again.  By default glibc hands blocks of
more than 128 KB back to the operating system, which gives them out anew one zeroed page at a time: that
takes longer than the arithmetic on them.  The setting holds for the whole process, and the memory of freed
arrays (up to 32 MB each, 512 MB in all) is not seen by others; `MINITORCH_KEEP_MEMORY=0` leaves malloc alone.

Source: the GNU C Library manual, "Malloc Tunable Parameters".
"""

from __future__ import annotations

import os
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> bool:
    """Tells glibc to keep freed arrays; whether it did."""
    if not sys.platform.startswith("linux") or os.environ.get("MINITORCH_KEEP_MEMORY") == "0":
        return False
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, 32 << 20) and mallopt(M_TRIM_THRESHOLD, 512 << 20))
