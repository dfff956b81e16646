"""Zip archives whose entries may not be larger together than the archive allows.

Source: PKWARE's APPNOTE.TXT, version 6.3, for the local header of an entry.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from minitorch.backend import Array
from minitorch.checkpoints.elements import Kind
from minitorch.checkpoints.source import Source, read_into
from minitorch.errors import CheckpointError, MinitorchError

EXPANSION = 1032  # the most bytes that deflate makes of one
LOCAL_HEADER = 30


class Archive:
    """The entries of a zip archive.

    Raises:
        CheckpointError: if it is damaged, encrypted, or claims more than it can hold.
    """

    def __init__(self, source: Source) -> None:
        self.source, self.where = source, source.where
        with self._typed():
            self.zip = ZipFile(source.file)
            self.infos = {info.filename: info for info in self.zip.infolist()}
        if len(self.infos) < len(self.zip.infolist()):
            raise self._damaged("a name occurs twice")
        if sum(info.compress_size for info in self.infos.values()) > source.size:
            raise self._damaged("its entries overlap, or lie beyond its end")
        for info in self.infos.values():
            self._check(info)

    def _check(self, info: ZipInfo) -> None:
        most = {ZIP_STORED: info.compress_size, ZIP_DEFLATED: EXPANSION * info.compress_size}
        if info.flag_bits & 1 or info.compress_type not in most:
            raise CheckpointError(
                f"{self.where}: the entry {info.filename!r} is encrypted, or compressed in a way other than deflate; "
                f"store the archive without"
            )
        if info.file_size > most[info.compress_type]:
            raise self._damaged(f"{info.filename!r} claims {info.file_size} bytes")

    def _damaged(self, what: str) -> CheckpointError:
        return CheckpointError(
            f"{self.where}: the zip archive is damaged or cut off ({what}). Use an earlier checkpoint"
        )

    @contextmanager
    def _typed(self) -> Iterator[None]:
        try:
            yield
        except MinitorchError:
            raise
        except (
            BadZipFile,
            zlib.error,
            struct.error,
            EOFError,
            LookupError,
            NotImplementedError,
            OSError,
            OverflowError,
            RuntimeError,
            ValueError,
        ) as error:
            raise self._damaged(f"{error}") from None

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of an entry.

        Raises:
            CheckpointError: if there is none, or it is longer than `limit`.
        """
        info = self._info(name)
        if info.file_size > limit:
            raise self._damaged(f"{name!r} has {info.file_size} bytes, more than {limit}")
        with self._typed():
            return self.zip.read(info)

    def head(self, name: str, count: int) -> bytes:
        """The first bytes of an entry."""
        with self._typed(), self.zip.open(self._info(name)) as file:
            return file.read(count)

    def array(self, name: str, kind: Kind, count: int, skip: int = 0, byteorder: str = "little") -> Array:
        """A vector of the elements that make up an entry, behind the first `skip` bytes."""
        info = self._info(name)
        if skip + count * kind.itemsize != info.file_size:
            raise self._damaged(
                f"{name!r} should have {skip + count * kind.itemsize} bytes, and has {info.file_size}"
            )
        with self._typed():
            if info.compress_type == ZIP_STORED and self.source.is_mapped(0, kind):
                start = self._data_start(info) + skip
                return self.source.array(repr(name), kind, count, start, byteorder)
            with self.zip.open(info) as file:
                file.read(skip)
                result = read_into(file, repr(name), kind, count, self.where, byteorder)
                file.read(1)  # at the end, the checksum is compared
                return result

    def _info(self, name: str) -> ZipInfo:
        if name not in self.infos:
            raise self._damaged(f"there is no entry {name!r}")
        return self.infos[name]

    def _data_start(self, info: ZipInfo) -> int:
        self.source.file.seek(info.header_offset)
        header = self.source.file.read(LOCAL_HEADER)
        signature, name, extra = struct.unpack("<4s22xHH", header)
        if signature != b"PK\x03\x04":
            raise self._damaged(f"{info.filename!r} does not lie where it should")
        return info.header_offset + LOCAL_HEADER + int(name) + int(extra)
