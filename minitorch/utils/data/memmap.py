"""`MemmapDataset`: samples from one large array in a file, of which only those asked for are read."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.checkpoints.elements import KINDS, Kind, finished
from minitorch.checkpoints.npy import Header, read_header
from minitorch.checks import as_path, check_callable
from minitorch.errors import ArgumentError, CheckpointError, DatasetError, IndexRangeError
from minitorch.registry import get_backend
from minitorch.utils.data.dataset import Dataset
from minitorch.value import wrap


class MemmapDataset(Dataset[Any]):
    """Sample i is entry i of an array in a file: NumPy's `.npy`, or bare numbers.

    The file is mapped into memory: the system reads a page when a sample in it is asked for, and may drop it again, so
    that the array may be larger than the memory.  Samples are copies, so that changing one leaves the file as it is.
    A pickle of the dataset holds the path only, and processes share the pages.  For inputs and labels in two files
    use `StackDataset(MemmapDataset("x.npy"), MemmapDataset("y.npy"))`.

    Args:
        path: of the file.
        dtype: of bare numbers, in the byte order of this machine; None for `.npy`, which has it in its header.
        shape: of the array of bare numbers; the first entry may be -1, for as many as there are.
        offset: how many bytes of a file of bare numbers to skip.
        transform: what to do to each sample.

    Raises:
        DatasetError: if the file is shorter than its shape needs, is no array of numbers, or was changed since.
        ArgumentError: for settings that contradict each other.

    >>> import pathlib, tempfile, minitorch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "digits.raw")
    ...     _ = path.write_bytes(bytes(range(16)))
    ...     data = minitorch.utils.data.MemmapDataset(path, minitorch.uint8, (-1, 2, 2), offset=4)
    ...     print(len(data), data[1].tolist())
    3 [[8, 9], [10, 11]]
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        dtype: Any = None,
        shape: Sequence[int] | None = None,
        offset: int = 0,
        transform: Callable[[Any], Any] | None = None,
    ) -> None:
        check_callable("MemmapDataset: transform", transform)
        self.path, self.transform = as_path("MemmapDataset: path", path), transform
        self._where = f"MemmapDataset: {self.path}"
        if dtype is None and (shape is not None or offset):
            raise ArgumentError(
                "MemmapDataset: shape and offset are for bare numbers, which need a dtype, too"
            )
        with open(self.path, "rb") as file:
            self._bytes = os.fstat(file.fileno()).st_size
            if dtype is None:
                self._header = self._npy_header(file)
            else:
                self._header = raw_header(dtype, shape or (-1,), offset, self._bytes, self._where)
        kind, _, _, found, start = self._header
        if not found:
            raise DatasetError(f"{self._where}: the array has no dims, and so no samples")
        needed = start + prod(found) * kind.itemsize
        if needed > self._bytes:
            raise DatasetError(
                f"{self._where}: the file is cut off: an array of shape {found} and dtype {kind.name} needs {needed} "
                f"bytes, and there are {self._bytes}; make or download it again"
            )
        self.shape, self.dtype = found, kind.dtype
        self._array: Array | None = None

    def _npy_header(self, file: Any) -> Header:
        def head(count: int) -> bytes:
            file.seek(0)
            result: bytes = file.read(count)
            return result

        try:
            return read_header(head, "it", self._where)
        except CheckpointError as error:
            raise DatasetError(f"{error}; for bare numbers pass dtype= and shape=") from None

    def _mapped(self) -> Array:
        """The array, mapped when it is first used in a process."""
        if self._array is None:
            kind, _, fortran, shape, start = self._header
            backend = get_backend("numpy")
            if not prod(shape):
                self._array = backend.empty(shape, kind.raw)
                return self._array
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size != self._bytes:
                    raise DatasetError(
                        f"{self._where}: had {self._bytes} bytes when the dataset was made, and has {size} now; "
                        f"make the dataset anew"
                    )
                pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            flat = backend.from_buffer(pages, kind.raw, prod(shape), start)
            self._array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
        return self._array

    def _tensor(self, rows: Array) -> Any:
        """A tensor of its own of some rows."""
        kind, byteorder, _, _, _ = self._header
        rows = get_backend("numpy").copy(rows)
        if byteorder == "big":
            rows = rows.byteswap()
        try:
            return wrap(finished(rows, kind, "a sample", self._where))
        except CheckpointError as error:
            raise DatasetError(str(error)) from None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: int) -> Any:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """The samples at several indices."""
        places = positions("MemmapDataset", indices, len(self))
        if not places:
            return []
        start, stop = places[0], places[-1] + 1
        in_order = places == list(range(start, stop))
        samples = list(self._tensor(self._mapped()[start:stop] if in_order else self._mapped()[places]))
        return samples if self.transform is None else [self.transform(sample) for sample in samples]

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_array": None}


def raw_header(dtype: Any, shape: Sequence[int], offset: int, size: int, where: str) -> Header:
    """What a `.npy` file would say in its header of a file of bare numbers."""
    known = dtypes.as_dtype(dtype)
    kind: Kind = KINDS[known.name]
    dims = tuple(shape)
    if not dims or any(n < 0 for n in dims[1:]) or dims[0] < -1 or offset < 0:
        raise ArgumentError(
            f"MemmapDataset: shape must be sizes, of which the first may be -1, and offset not negative, "
            f"got shape={dims}, offset={offset}"
        )
    row = prod(dims[1:]) * kind.itemsize
    count = dims[0]
    if count == -1:
        if not row:
            raise ArgumentError(f"MemmapDataset: with shape={dims} samples have no bytes; give their number")
        count = max(size - offset, 0) // row
    if offset + count * row < size or offset > size:
        raise DatasetError(
            f"{where}: {size} bytes less an offset of {offset} are not {'' if dims[0] == -1 else f'{count} '}samples "
            f"of {row} bytes; correct dtype, shape or offset"
        )
    return Header(kind, "native", False, (count, *dims[1:]), offset)


def positions(what: str, indices: Sequence[int], size: int) -> list[int]:
    """Indices counted from the start.

    Raises:
        IndexRangeError: for one that is not there.
    """
    for i in indices:
        if not -size <= i < size:
            raise IndexRangeError(f"{what}: index {i} is out of range for {size} samples")
    return [int(i) % size for i in indices]
