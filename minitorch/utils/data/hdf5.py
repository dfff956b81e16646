"""`HDF5Dataset`: samples from arrays in an HDF5 file, read when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from minitorch.checkpoints.elements import KINDS, finished
from minitorch.checks import as_path, check_callable
from minitorch.errors import (
    ArgumentError,
    CheckpointError,
    DatasetError,
    DtypeError,
    MinitorchError,
    MissingDependencyError,
    ShapeError,
)
from minitorch.utils.data.dataset import Dataset
from minitorch.utils.data.memmap import positions
from minitorch.value import wrap


class HDF5Dataset(Dataset[Any]):
    """Sample i holds entry i of one or several arrays in an HDF5 file.

    Nothing is read before it is asked for.  Each process opens the file for itself, when it reads its first sample: the
    dataset can be pickled, and used after a fork and by several threads (the HDF5 library lets in one at a time).
    Samples that are neighbours in the file are read in one go.

    Args:
        path: of the file.
        keys: the path of an array in the file, where a sample is its entry; a sequence of them, where a sample is a
            tuple; or a dict {name: path}, where a sample is a dict.  None for a dict of all arrays at the top.
        transform: what to do to each sample.

    Raises:
        DatasetError: if the file is no HDF5 file, is cut off or damaged, or has no such array.
        ShapeError: if the arrays have different lengths.
        DtypeError: for elements that are neither numbers nor strings.
        ArgumentTypeError: for a path that is none, or a transform that cannot be called.
        MissingDependencyError: without h5py.

    >>> import os, tempfile, h5py, minitorch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "points.h5")
    ...     with h5py.File(path, "w") as file:
    ...         file["x"], file["y"] = [[1.0, 2.0], [3.0, 4.0]], [0, 1]
    ...     data = minitorch.utils.data.HDF5Dataset(path, ("x", "y"))
    ...     print(data[1])
    ...     data.close()
    (tensor([3., 4.], dtype=minitorch.float64), tensor(1))
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        keys: str | Sequence[str] | Mapping[str, str] | None = None,
        transform: Callable[[Any], Any] | None = None,
    ) -> None:
        check_callable("HDF5Dataset: transform", transform, "; several keys go in a list")
        self.path, self.transform = as_path("HDF5Dataset: path", path), transform
        self._where = f"HDF5Dataset: {self.path}"
        self._open: tuple[int, Any, dict[str, Any]] | None = None
        with opened(
            self.path, self._where
        ) as file:  # and closed again: a process may be forked before the first sample
            if keys is None:
                with damage_named(self._where, "its contents cannot be read"):
                    keys = {name: name for name, node in file.items() if getattr(node, "shape", None)}
            self.keys = keys if isinstance(keys, (str, Mapping)) else tuple(keys)
            arrays = {key: array_at(file, key, self._where) for key in self._paths()}
            lengths = {key: array.shape[0] for key, array in arrays.items()}
        if not lengths:
            raise ArgumentError(f"{self._where}: there are no arrays at the top of the file; pass keys=")
        if len(set(lengths.values())) > 1:
            raise ShapeError(f"{self._where}: the arrays have different numbers of samples: {lengths}")
        self._size = int(next(iter(lengths.values())))

    def _paths(self) -> Iterable[str]:
        if isinstance(self.keys, str):
            return [self.keys]
        return dict.fromkeys(self.keys.values() if isinstance(self.keys, Mapping) else self.keys)

    def _file(self) -> tuple[int, Any, dict[str, Any]]:
        """The process that opened the file, the file, and the arrays in it; it is opened when a process first needs it.

        Threads may open it twice, and the later one is kept; the other is closed when its reader lets go of it.
        """
        now = self._open
        if now is None or now[0] != os.getpid():
            if now is not None:
                now[1].close()  # it was opened before a fork, and is shared with the parent
            file = opened(self.path, self._where)
            arrays = {key: array_at(file, key, self._where) for key in self._paths()}
            for key, array in arrays.items():
                if array.shape[0] != self._size:
                    file.close()
                    raise DatasetError(
                        f"{self._where}: {key!r} had {self._size} samples when the dataset was made, and has "
                        f"{array.shape[0]} now; make the dataset anew"
                    )
            now = self._open = (os.getpid(), file, arrays)
        return now

    def close(self) -> None:
        """Closes the file; the next sample opens it again."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> Any:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """The samples at several indices."""
        places = positions("HDF5Dataset", indices, self._size)
        held = self._file()
        found = {key: self._entries(array, key, places) for key, array in held[2].items()}
        samples = [self._sample(found, k) for k in range(len(places))]
        return samples if self.transform is None else [self.transform(sample) for sample in samples]

    def _sample(self, found: dict[str, list[Any]], k: int) -> Any:
        if isinstance(self.keys, str):
            return found[self.keys][k]
        if isinstance(self.keys, Mapping):
            return {name: found[key][k] for name, key in self.keys.items()}
        return tuple(found[key][k] for key in self.keys)

    def _entries(self, array: Any, key: str, places: list[int]) -> list[Any]:
        """The entries of one array, where each run of neighbours is read at once."""
        entries: dict[int, Any] = {}
        for _, run in groupby(enumerate(sorted(set(places))), lambda pair: pair[1] - pair[0]):
            where = [place for _, place in run]
            with damage_named(self._where, f"{key!r} cannot be read at samples {where[0]} to {where[-1]}"):
                block = array[where[0] : where[-1] + 1]
            entries.update(zip(where, self._values(block, key), strict=True))
        return [entries[place] for place in places]

    def _values(self, block: Any, key: str) -> Iterable[Any]:
        """Tensors, or strings."""
        if block.dtype.hasobject:
            return list(block) if block.ndim == 1 else [x.tolist() for x in block]
        kind = KINDS[block.dtype.newbyteorder("=").name]
        try:
            return list(wrap(finished(block.astype(kind.raw, copy=False), kind, repr(key), self._where)))
        except CheckpointError as error:
            raise DatasetError(str(error)) from None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_open": None}


@contextmanager
def damage_named(where: str, what: str) -> Iterator[None]:
    """Turns what h5py says of damaged files, by errors of many classes, into a DatasetError."""
    try:
        yield
    except MinitorchError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise DatasetError(
            f"{where}: {what} ({error}); the file is damaged, make or download it again"
        ) from None


def opened(path: str, where: str) -> Any:
    """The file, open for reading.

    Raises:
        DatasetError: if it is no HDF5 file, or damaged.
        MissingDependencyError: without h5py.
    """
    try:
        import h5py
    except ImportError:
        raise MissingDependencyError(
            "HDF5Dataset: needs h5py, which is not installed; pip install 'minitorch-edu[data]'"
        ) from None
    if not os.path.isfile(path):
        raise FileNotFoundError(2, "HDF5Dataset: there is no such file", path)
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise DatasetError(
            f"{where}: is no HDF5 file, or cut off or damaged ({error}); make or download it again"
        ) from None


def array_at(file: Any, key: str, where: str) -> Any:
    """The array at a path in the file, whose entries are numbers or strings."""
    import h5py

    with damage_named(where, f"{key!r} cannot be read"):
        if key not in file:
            raise DatasetError(
                f"{where}: there is no array {key!r}; at the top there are {', '.join(file) or 'none'}"
            )
        array = file[key]
        if not getattr(array, "shape", None):
            raise DatasetError(f"{where}: {key!r} is no array with samples, but {array!r}")
        if h5py.check_string_dtype(array.dtype) is not None:
            return array.asstr()
        name = array.dtype.newbyteorder("=").name
    if name not in KINDS:
        raise DtypeError(
            f"{where}: {key!r} has elements of type {array.dtype}; minitorch reads strings and {', '.join(KINDS)}"
        )
    return array
