"""Replaces a file as a whole: after a crash there is the old one or the new one, never a piece."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from errno import EACCES
from typing import BinaryIO


def replace_file(path: str, write: Callable[[BinaryIO], None]) -> None:
    """Writes a file beside `path`, syncs it to the disk, and renames it.

    A link is followed; a device or a pipe is written to directly.

    Args:
        path: the file to replace, or to make.
        write: gets the new file.
    """
    path = os.path.realpath(path)
    old = os.stat(path) if os.path.exists(path) else None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "wb") as file:
            write(file)
        return
    if old is not None and not os.access(path, os.W_OK):
        raise PermissionError(EACCES, "the file is write-protected", path)
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:64]}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            os.chmod(temporary, stat.S_IMODE(old.st_mode))
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise
    sync_folder(folder)


def sync_folder(folder: str) -> None:
    """Makes the renaming itself safe from a power failure, where the system has a way to."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some file systems cannot; the file itself is complete by now
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
