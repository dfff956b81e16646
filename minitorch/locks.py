"""Lets one process at a time work on a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other processes from working on the same file; they wait. The system ends it when the process ends."""
    lock = path.with_name(f".{path.name}.lock")
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _wait_for(handle)
            if os.path.exists(lock) and os.path.samestat(os.fstat(handle), os.stat(lock)):
                break
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # the one who had it has removed it
    try:
        yield
    finally:
        with suppress(OSError):  # on Windows, while others wait
            os.unlink(lock)
        os.close(handle)


def _wait_for(handle: int) -> None:
    if os.name == "nt":
        import msvcrt
        import time

        while True:
            with suppress(OSError):  # after ten seconds
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
                return
            time.sleep(0.1)
    import fcntl

    with suppress(OSError):  # some network file systems have no locks
        fcntl.flock(handle, fcntl.LOCK_EX)
