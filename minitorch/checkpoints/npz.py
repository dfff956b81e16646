r"""NumPy's `.npz`: a zip archive of `.npy` files, each an array with a header in front.

    6 bytes   "\x93NUMPY"
    2 bytes   the version: 1.0, 2.0 or 3.0
    2 bytes   the length of the header, little-endian (4 bytes from version 2.0 on)
    header    {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
    the rest  the elements

Arrays of Python objects are pickles, and refused.

Source: the specification in `numpy.lib.format`.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

from minitorch.backend import Array
from minitorch.checkpoints.archive import Archive
from minitorch.checkpoints.elements import Kind, kind_named
from minitorch.errors import CheckpointError
from minitorch.value import wrap

HEADER = re.compile(
    r"\{'descr': '([<>|=])([a-zA-Z])(\d{0,4})', 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,19}L?, ?)*(?:\d{1,19}L?)?)\), ?\}\s*"
)
KIND_NAMES = {"b": "bool", "u": "uint", "i": "int", "f": "float", "c": "complex"}
HEADER_LIMIT = 10_000


def is_npz(archive: Archive) -> bool:
    """Whether all entries are arrays."""
    return bool(archive.infos) and all(name.endswith(".npy") for name in archive.infos)


def read(archive: Archive) -> dict[str, Any]:
    """The tensors in an archive, by name.

    Raises:
        CheckpointError: if one is no array of numbers, or the file is damaged.
    """
    return {name.removesuffix(".npy"): wrap(read_entry(archive, name)) for name in archive.infos}


def read_entry(archive: Archive, name: str) -> Array:
    """One array."""
    lead = archive.head(name, 12)
    damaged = CheckpointError(f"{archive.where}: damaged: {name!r} is no array of NumPy's")
    if len(lead) < 12 or lead[:6] != b"\x93NUMPY" or lead[6] not in (1, 2, 3):
        raise damaged
    start = 10 if lead[6] == 1 else 12
    length = int.from_bytes(lead[8:start], "little")
    if length > HEADER_LIMIT:
        raise damaged
    text = archive.head(name, start + length)[start:].decode("latin1")
    found = HEADER.fullmatch(text)
    if found is None:
        raise CheckpointError(
            f"{archive.where}: {name!r} is no plain array of numbers: its header is {text.strip()[:200]!r}"
        )
    order, letter, size, fortran, dims = found.groups()
    kind = kind_of(letter, size, f"{name!r}", archive.where)
    shape = tuple(int(n.rstrip("L")) for n in dims.replace(" ", "").split(",") if n)
    if len(shape) > 64 or any(n >= 2**63 for n in shape):
        raise damaged
    byteorder = "big" if order == ">" else "little"
    x = archive.array(name, kind, prod(shape), start + length, byteorder)
    try:
        return x.reshape(shape[::-1]).T if fortran == "True" else x.reshape(shape)
    except (ValueError, OverflowError):
        raise damaged from None


def kind_of(letter: str, size: str, what: str, where: str) -> Kind:
    """The kind of elements that NumPy writes so."""
    if letter == "O":
        raise CheckpointError(
            f"{where}: {what} holds pickled Python objects, which may run code; save arrays of numbers"
        )
    if letter not in KIND_NAMES:
        raise CheckpointError(
            f"{where}: {what} has elements of type {letter + size!r}; save arrays of numbers"
        )
    name = KIND_NAMES[letter] + ("" if letter + size == "b1" else str(8 * int(size or 0)))
    return kind_named(name, what, where)
