"""MATLAB's files of version 5 (`.mat`): variables, compressed or not.

    128 bytes a header; the last two are "IM" where numbers are little-endian, "MI" where they are big-endian
    elements  a type and a length of 4 bytes each, the data, zeros up to a multiple of 8 bytes;
              short ones (up to 4 bytes) have the length, the type and the data within 8 bytes

A variable is an element of type 14, made of elements for its class, shape, name and contents; or one of type 15,
which is such an element compressed by zlib.  Arrays are stored with their first dim running fastest.

Source: The MathWorks, MAT-File Format, R2014b.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

from minitorch.errors import DatasetError
from minitorch.registry import get_backend

HEADER = 128
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
TEXTS = {1: "latin1", 2: "latin1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
INT32, UINT32, MATRIX, COMPRESSED = 5, 6, 14, 15
CELL, STRUCT, CHAR, NUMERIC = 1, 2, 4, range(6, 16)
DEPTH = 10
EXPANSION = 1032  # the most bytes that deflate makes of one


def read_mat(path: str | os.PathLike[str], *names: str) -> dict[str, Any]:
    """The variables of a `.mat` file that have these names.

    Numbers come as arrays (in the type that the file stores them in), text as strings, cells as lists, structures
    as lists of dicts, element after element with the first dim running fastest.

    Raises:
        DatasetError: if a name is not there, or the file is damaged, of another version, or holds something else.
    """
    path = Path(path)
    data = path.read_bytes()
    try:
        found = _Reader(data, path).variables(names)
    except (struct.error, zlib.error, ValueError, LookupError, StopIteration) as error:
        raise DatasetError(
            f"{path} is damaged: {type(error).__name__}: {error}; remove it and download it again"
        ) from None
    for name in names:
        if name not in found:
            raise DatasetError(f"{path} has no variable {name!r}")
    return found


class _Reader:
    """Reads elements from bytes."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.data, self.path = memoryview(data), path
        if len(data) < HEADER or data[126:128] not in (b"IM", b"MI"):
            raise self.damaged("it has no header of MATLAB's version 5", 0)
        self.order = "<" if data[126:128] == b"IM" else ">"
        (version,) = struct.unpack(f"{self.order}H", data[124:126])
        if version != 0x0100:
            raise DatasetError(
                f"{path} is a file of MATLAB in version {version:#06x}; save it with -v7 or -v6"
            )

    def damaged(self, what: str, at: int) -> DatasetError:
        return DatasetError(f"{self.path} is damaged at byte {at}: {what}; remove it and download it again")

    def variables(self, names: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, kind, data in self.elements(self.data, HEADER, padded=False):
            if kind == COMPRESSED:
                ((_, kind, data),) = self.elements(self.inflated(data, at))
            if kind != MATRIX:
                raise self.damaged(f"an element of type {kind} stands in the place of a variable", at)
            name, value = self.matrix(data, at, names)
            if name in names:
                found[name] = value
        return found

    def inflated(self, data: memoryview, at: int) -> memoryview:
        """The element that was compressed."""
        engine = zlib.decompressobj()
        head = engine.decompress(data, 8)
        _, size = struct.unpack(f"{self.order}II", head)
        if size > EXPANSION * len(data):
            raise self.damaged(f"{len(data)} compressed bytes claim to be {size}", at)
        whole = head + engine.decompress(engine.unconsumed_tail, size + 1)
        if len(whole) != size + 8 or not engine.eof:
            raise self.damaged(f"a compressed variable should have {size} bytes, and has others", at)
        return memoryview(whole)

    def elements(
        self, data: memoryview, at: int = 0, padded: bool = True
    ) -> Iterator[tuple[int, int, memoryview]]:
        """Place, type and contents of the elements that follow each other; compressed ones are not padded."""
        while at < len(data):
            (word,) = struct.unpack_from(f"{self.order}I", data, at)
            kind, size, start = word & 0xFFFF, word >> 16, at + 4
            if size:  # a short element
                end = following = at + 8
                if size > 4:
                    raise self.damaged(f"a short element of {size} bytes", at)
                end = start + size
            else:
                (size,) = struct.unpack_from(f"{self.order}I", data, at + 4)
                start, end = at + 8, at + 8 + size
                following = end if kind == COMPRESSED or not padded else end + -size % 8
            if end > len(data):
                raise self.damaged(f"an element of {size} bytes goes on behind the end", at)
            yield at, kind, data[start:end]
            at = following

    def matrix(
        self, data: memoryview, at: int, names: tuple[str, ...] = (), depth: int = 0
    ) -> tuple[str, Any]:
        """Name and value of a variable; of a variable that is not wanted, only its name."""
        if not data:
            return "", None
        if depth > DEPTH:
            raise self.damaged(f"values are nested more than {DEPTH} deep", at)
        parts = self.elements(data)
        _, _, flags = next(parts)
        _, _, dims = next(parts)
        _, _, title = next(parts)
        kind = struct.unpack_from(f"{self.order}I", flags)[0] & 0xFF
        complex_ = struct.unpack_from(f"{self.order}I", flags)[0] & 0x800
        shape = struct.unpack(f"{self.order}{len(dims) // 4}i", dims)
        name = bytes(title).decode("latin1")
        if depth == 0 and name not in names:
            return name, None
        if any(n < 0 for n in shape) or prod(shape) > EXPANSION * len(self.data):
            raise self.damaged(f"{name!r} has shape {shape}", at)
        if kind in NUMERIC and not complex_:
            return name, self.numbers(next(parts), shape, name, at)
        if kind == CHAR:
            _, code, text = next(parts)
            order = {"<": "-le", ">": "-be"}[self.order] if code in (4, 17, 18) else ""
            return name, bytes(text).decode(TEXTS[code] + order)
        if kind == CELL:
            cells = [self.matrix(part, at, depth=depth + 1)[1] for _, _, part in parts]
            if len(cells) != prod(shape):
                raise self.damaged(f"{name!r} has {len(cells)} cells, not {shape}", at)
            return name, cells
        if kind == STRUCT:
            return name, self.structures(parts, shape, name, at, depth)
        raise self.damaged(f"{name!r} is of class {kind}, which is not read", at)

    def numbers(self, part: tuple[int, int, memoryview], shape: tuple[int, ...], name: str, at: int) -> Any:
        _, code, data = part
        if code not in NUMBERS:
            raise self.damaged(f"{name!r} has numbers of type {code}", at)
        item = NUMBERS[code]
        count, rest = divmod(len(data), int(item[1]))
        if rest or count != prod(shape):
            raise self.damaged(f"{name!r} has {count} numbers, and shape {shape}", at)
        array = get_backend("numpy").from_buffer(data, item, count, 0)
        if self.order != {"little": "<", "big": ">"}[sys.byteorder]:
            array = array.byteswap()
        return array.reshape(shape[::-1]).T

    def structures(self, parts: Any, shape: tuple[int, ...], name: str, at: int, depth: int) -> Any:
        (_, _, width), (_, _, titles) = next(parts), next(parts)
        (length,) = struct.unpack(f"{self.order}i", width)
        if length < 1:
            raise self.damaged(f"{name!r} has names of {length} bytes", at)
        fields = [
            bytes(titles[i : i + length]).partition(b"\0")[0].decode("latin1")
            for i in range(0, len(titles), length)
        ]
        values = [self.matrix(part, at, depth=depth + 1)[1] for _, _, part in parts]
        if not fields or len(values) != prod(shape) * len(fields):
            raise self.damaged(f"{name!r} has {len(values)} values for {len(fields)} fields of {shape}", at)
        return [
            dict(zip(fields, values[i : i + len(fields)], strict=True))
            for i in range(0, len(values), len(fields))
        ]
