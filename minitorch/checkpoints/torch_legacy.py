"""PyTorch's files before version 1.6: five pickles one after the other, and the elements behind them.

    a magic number, the version 1001, and a dict that tells the order of bytes
    the values, as in `torch_values`
    the keys of the pieces of memory, in the order in which they follow
    for each piece: 8 bytes with the number of its elements, and the elements

The values come before the elements that they need, so their pickle is gone through twice: first to learn what
pieces of memory there should be, then, when these have been found in the file, to make the tensors.

Source: `torch/serialization.py` of PyTorch (`_legacy_save`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch.backend import Array
from minitorch.checkpoints.elements import Kind
from minitorch.checkpoints.source import Source
from minitorch.checkpoints.torch_values import TorchValues
from minitorch.checkpoints.unpickler import Unpickler
from minitorch.errors import CheckpointError

MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa850192e")  # the pickled magic number, behind the protocol's version
VERSION = 1001


def is_legacy(head: bytes) -> bool:
    """Whether a file that begins so is in this format."""
    return head[:1] == b"\x80" and head[2 : 2 + len(MAGIC)] == MAGIC


def read(source: Source, place: Callable[[Any], Any]) -> Any:
    """The values in a file.

    Raises:
        CheckpointError: if it is damaged, or holds more than values.
    """
    where, data = source.where, source.whole()
    plain = Unpickler(data, where)
    plain.load()
    version, system = plain.load(plain.at), plain.load(plain.at)
    if version != VERSION or not isinstance(system, dict):
        raise CheckpointError(f"{where}: damaged: the version is not {VERSION}")
    byteorder = "little" if system.get("little_endian", True) else "big"
    start = plain.at
    seen = TorchValues(where, None)
    survey = seen.start(data)
    survey.load(start)
    keys = plain.load(survey.at)
    if type(keys) is not list or not all(type(key) is str for key in keys) or len(set(keys)) < len(keys):
        raise CheckpointError(f"{where}: damaged: the list of pieces of memory is none")
    places: dict[str, int] = {}
    at = plain.at
    for key in keys:
        if key not in seen.pieces:
            raise CheckpointError(f"{where}: damaged: there is memory {key!r} that no tensor looks at")
        kind, count = seen.pieces[key].kind, seen.pieces[key].total
        if int.from_bytes(data[at : at + 8], "little") != count:
            raise CheckpointError(f"{where}: damaged or cut off: memory {key!r} should have {count} elements")
        places[key] = at + 8
        at += 8 + count * kind.itemsize

    def array(key: str, kind: Kind, count: int) -> Array:
        if key not in places:
            raise CheckpointError(f"{where}: damaged: there is no memory {key!r}")
        return source.array(f"memory {key!r}", kind, count, places[key], byteorder)

    return TorchValues(where, array, place).start(data).load(start)
