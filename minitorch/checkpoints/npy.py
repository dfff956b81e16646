r"""NumPy's `.npy`: an array with a header in front.

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
from collections.abc import Callable
from typing import NamedTuple

from minitorch.checkpoints.elements import Kind, kind_named
from minitorch.errors import CheckpointError

HEADER = re.compile(
    r"\{'descr': '([<>|=])([a-zA-Z])(\d{0,4})', 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,19}L?, ?)*(?:\d{1,19}L?)?)\), ?\}\s*"
)
KIND_NAMES = {"b": "bool", "u": "uint", "i": "int", "f": "float", "c": "complex"}
HEADER_LIMIT = 10_000


class Header(NamedTuple):
    """What stands in front of the elements of an array, and where these begin."""

    kind: Kind
    byteorder: str
    fortran: bool
    shape: tuple[int, ...]
    start: int


def read_header(head: Callable[[int], bytes], what: str, where: str) -> Header:
    """The header of an array.

    Args:
        head: gives the first bytes, as many as asked for.
        what: names the array, for messages.
        where: names the file.

    Raises:
        CheckpointError: if it is no array of numbers, or damaged.
    """
    lead = head(12)
    if len(lead) < 12 or lead[:6] != b"\x93NUMPY" or lead[6] not in (1, 2, 3):
        raise damaged(what, where)
    start = 10 if lead[6] == 1 else 12
    length = int.from_bytes(lead[8:start], "little")
    if length > HEADER_LIMIT:
        raise damaged(what, where)
    text = head(start + length)[start:].decode("latin1")
    if len(text) < length:
        raise damaged(what, where)
    found = HEADER.fullmatch(text)
    if found is None:
        raise CheckpointError(
            f"{where}: {what} is no plain array of numbers: its header is {text.strip()[:200]!r}"
        )
    order, letter, size, fortran, dims = found.groups()
    kind = kind_of(letter, size, what, where)
    shape = tuple(int(n.rstrip("L")) for n in dims.replace(" ", "").split(",") if n)
    if len(shape) > 64 or any(n >= 2**63 for n in shape):
        raise damaged(what, where)
    return Header(kind, "big" if order == ">" else "little", fortran == "True", shape, start + length)


def damaged(what: str, where: str) -> CheckpointError:
    """The error for what has no header, or a senseless one."""
    return CheckpointError(f"{where}: damaged: {what} is no array of NumPy's")


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
