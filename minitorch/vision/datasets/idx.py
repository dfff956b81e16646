"""The IDX format of MNIST: bytes with a header that says how they are shaped.

    2 bytes   zero
    1 byte    the type of the elements: 8 for unsigned bytes, which is what all of these data sets have
    1 byte    the number of dims
    4 bytes   for each dim its size, big-endian
    the rest  the elements, the last dim running fastest

The files are published compressed with gzip; both forms are read.

Source: "The IDX file format" on Yann LeCun's page of MNIST.
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from minitorch.errors import DatasetError
from minitorch.registry import current_backend, get_backend
from minitorch.value import wrap

UNSIGNED_BYTE = 8
EXPANSION = 1032  # the most bytes that deflate makes of one


def read_idx(path: str | os.PathLike[str], dims: int) -> Any:
    """The tensor of bytes in an IDX file, compressed (`.gz`) or not.

    Args:
        path: of the file.
        dims: how many dims it must have: 1 for labels, 3 for images.

    Raises:
        DatasetError: if it is no such file, or cut off, or longer than its header says.
    """
    path = Path(path)
    try:
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            if path.suffix != ".gz":
                return _read(raw, path, dims, size)
            with gzip.GzipFile(fileobj=raw) as file:
                return _read(file, path, dims, EXPANSION * size)  # type: ignore[arg-type]
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, str(error)) from None


def _read(file: BinaryIO, path: Path, dims: int, most: int) -> Any:
    magic = file.read(4)
    if magic != bytes((0, 0, UNSIGNED_BYTE, dims)):
        raise _damaged(
            path, f"it begins with {magic.hex(' ')}, and bytes of {dims} dims with 00 00 08 {dims:02x}"
        )
    header = file.read(4 * dims)
    if len(header) < 4 * dims:
        raise _damaged(path, "it ends within its header")
    shape = struct.unpack(f">{dims}I", header)
    count = prod(shape)
    if count > most:
        raise _damaged(path, f"its header claims {count} bytes, more than it can hold")
    data, done = bytearray(count), 0
    while got := file.readinto(memoryview(data)[done:]):  # type: ignore[attr-defined]
        done += got
    if done < count or file.read(1):
        found = f"it ends after {done}" if done < count else "more follow"
        raise _damaged(path, f"its header says {count} bytes, of shape {shape}, and {found}")
    vector = get_backend("numpy").from_buffer(data, "uint8", count, 0)
    return wrap(current_backend().asarray(vector.reshape(shape)))


def _damaged(path: Path, what: str) -> DatasetError:
    return DatasetError(
        f"{path} is damaged or no IDX file: {what}; remove it and download it again (download=True)"
    )
