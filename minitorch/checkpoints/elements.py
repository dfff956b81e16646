"""Kinds of elements that files hold: the dtypes of minitorch, and some that become a wider one when they are read.

Unsigned integers of 16 and 32 bits become signed ones of 32 and 64.  Nothing is rounded.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import CheckpointError


class Kind(NamedTuple):
    """What elements look like in a file, and the dtype of the tensor that they become."""

    name: str
    raw: Any
    itemsize: int
    dtype: dtypes.dtype


KINDS = {t.name: Kind(t.name, t.dtype, t.itemsize, t) for t in dtypes.ALL} | {
    "bfloat16": Kind("bfloat16", "uint16", 2, dtypes.bfloat16),
    "uint16": Kind("uint16", "uint16", 2, dtypes.int32),
    "uint32": Kind("uint32", "uint32", 4, dtypes.int64),
}


def kind_named(name: str, what: str, where: str) -> Kind:
    """The kind of elements with this name.

    Raises:
        CheckpointError: if minitorch has no dtype that holds them.
    """
    if name not in KINDS:
        raise CheckpointError(
            f"{where}: {what} has dtype {name}, which minitorch does not have; convert it to one of "
            f"{', '.join(KINDS)} before it is written"
        )
    return KINDS[name]


def finished(raw: Array, kind: Kind, what: str, where: str) -> Array:
    """Elements as they lie in a file, in the byte order of this machine, as an array of minitorch.

    Raises:
        CheckpointError: if they should be booleans and are not.
    """
    if kind.name == "bool" and raw.size and int(raw.view("uint8").max()) > 1:
        raise CheckpointError(f"{where}: damaged: {what} has bytes other than 0 and 1 for booleans")
    if kind.name == "bfloat16":
        return raw.view(kind.dtype.dtype)
    return raw if kind.raw is kind.dtype.dtype else raw.astype(kind.dtype.dtype)
