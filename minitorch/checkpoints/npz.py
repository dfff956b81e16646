"""NumPy's `.npz`: a zip archive of `.npy` files."""

from __future__ import annotations

from math import prod
from typing import Any

from minitorch.backend import Array
from minitorch.checkpoints.archive import Archive
from minitorch.checkpoints.npy import damaged, read_header
from minitorch.value import wrap


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
    header = read_header(lambda count: archive.head(name, count), f"{name!r}", archive.where)
    kind, byteorder, fortran, shape, start = header
    x = archive.array(name, kind, prod(shape), start, byteorder)
    try:
        return x.reshape(shape[::-1]).T if fortran else x.reshape(shape)
    except (ValueError, OverflowError):
        raise damaged(f"{name!r}", archive.where) from None
