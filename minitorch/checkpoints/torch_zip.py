"""PyTorch's files since version 1.6: a zip archive of a pickle, and of the elements of each piece of memory.

    name/data.pkl      the values, in pickle's protocol 2; see `torch_values`
    name/byteorder     "little" or "big"; little where it is missing
    name/data/0, …     the elements, as they lie in memory, not compressed, aligned to 64 bytes
    name/version       "3"

Source: `torch/serialization.py` of PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch.backend import Array
from minitorch.checkpoints.archive import Archive
from minitorch.checkpoints.elements import Kind
from minitorch.checkpoints.torch_values import TorchValues
from minitorch.errors import CheckpointError


def root_of(archive: Archive) -> str | None:
    """What the names of the entries begin with; None if it is no file of PyTorch's."""
    roots = [name.removesuffix("data.pkl") for name in archive.infos if name.endswith("/data.pkl")]
    return roots[0] if len(roots) == 1 else None


def read(archive: Archive, root: str, place: Callable[[Any], Any]) -> Any:
    """The values in an archive.

    Raises:
        CheckpointError: if it is damaged, or holds more than values.
    """
    where = archive.where
    if f"{root}constants.pkl" in archive.infos:
        raise CheckpointError(
            f"{where}: this is a TorchScript archive, which holds code; in PyTorch, load it with torch.jit.load and "
            f"save its state_dict()"
        )
    order = f"{root}byteorder"
    byteorder = archive.read(order, 10).decode("ascii", "replace") if order in archive.infos else "little"
    if byteorder not in ("little", "big"):
        raise CheckpointError(f"{where}: damaged: the order of bytes is {byteorder!r}")

    def array(key: str, kind: Kind, count: int) -> Array:
        return archive.array(f"{root}data/{key}", kind, count, byteorder=byteorder)

    pickled = archive.read(f"{root}data.pkl", limit=archive.source.size)  # PyTorch does not compress it
    return TorchValues(where, array, place).start(pickled).load()
