"""A file that is read, or, where it is large, mapped into memory.

A mapped file is not read when it is loaded: the system brings each page when it is first used, and may drop it again.
Tensors may be changed all the same; the changed pages are copies of one's own, and the file stays as it is.
"""

from __future__ import annotations

import io
import mmap as system
import os
import sys
from typing import Any, BinaryIO

from minitorch.backend import Array
from minitorch.checkpoints.elements import Kind, finished
from minitorch.errors import ArgumentError, CheckpointError
from minitorch.registry import get_backend

LARGE = 2**26  # bytes, from which on a file is mapped rather than read


class Source:
    """An open file, and the arrays in it.

    Attributes:
        file: open for reading, from its start on.
        size: how many bytes it has.
        where: names it, for messages.
    """

    def __init__(self, file: BinaryIO, where: str, mmap: bool | None = None) -> None:
        if not file.seekable() or file.tell():
            file = io.BytesIO(file.read())
        self.file, self.where = file, where
        self.size = file.seek(0, os.SEEK_END)
        self._pages = self._mapped(mmap)
        file.seek(0)

    def _mapped(self, mmap: bool | None) -> memoryview | None:
        if mmap is False or (mmap is None and self.size < LARGE) or not self.size:
            return None
        try:
            return memoryview(system.mmap(self.file.fileno(), self.size, access=system.ACCESS_COPY))
        except (OSError, ValueError, AttributeError) as error:
            if mmap:
                raise ArgumentError(
                    f"{self.where}: mmap=True needs a file on a disk ({error}); give its path"
                ) from None
            return None

    def head(self, count: int) -> bytes:
        """The first bytes."""
        self.file.seek(0)
        return self.file.read(count)

    def whole(self) -> memoryview:
        """All bytes."""
        return memoryview(self.head(self.size)) if self._pages is None else self._pages

    def is_mapped(self, start: int, kind: Kind) -> bool:
        """Whether elements that begin at `start` can be used where they lie."""
        return self._pages is not None and start % kind.itemsize == 0

    def array(self, what: str, kind: Kind, count: int, start: int, byteorder: str = "little") -> Array:
        """A vector of the elements that begin at `start`.

        Raises:
            CheckpointError: if the file is shorter than that.
        """
        if start < 0 or start + count * kind.itemsize > self.size:
            raise CheckpointError(
                f"{self.where}: the file is cut off: {what} should lie at bytes {start} to "
                f"{start + count * kind.itemsize}, and there are {self.size}. Use an earlier checkpoint"
            )
        if count and self._pages is not None and self.is_mapped(start, kind):
            raw = get_backend("numpy").from_buffer(self._pages, kind.raw, count, start)
            raw = raw if byteorder == sys.byteorder else raw.byteswap()
            return finished(raw, kind, what, self.where)
        self.file.seek(start)
        return read_into(self.file, what, kind, count, self.where, byteorder)


def read_into(file: Any, what: str, kind: Kind, count: int, where: str, byteorder: str = "little") -> Array:
    """A vector of the elements that come next in a file, of whose number the caller has made sure."""
    raw = get_backend("numpy").empty((count,), kind.raw)
    view = memoryview(raw).cast("B") if count else memoryview(b"")
    done = 0
    while done < len(view):
        got = file.readinto(view[done:])
        if not got:
            raise CheckpointError(f"{where}: the file ends within {what}; it was cut off")
        done += got
    return finished(raw if byteorder == sys.byteorder else raw.byteswap(), kind, what, where)
