"""Datasets made of datasets: one after the other, or side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError
from minitorch.utils.data.dataset import Dataset, IterableDataset, fetch


class ConcatDataset(Dataset[Any]):
    """The samples of several datasets, one dataset after the other.

    Args:
        datasets: with `__len__`.

    >>> import minitorch
    >>> both = minitorch.utils.data.ConcatDataset(["ab", "cde"])
    >>> len(both), both[3]
    (5, 'd')
    """

    datasets: list[Dataset[Any]]
    cumulative_sizes: list[int]

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError("ConcatDataset: expected at least one dataset, got none")
        for k, dataset in enumerate(self.datasets):
            if isinstance(dataset, IterableDataset):
                raise ArgumentTypeError(
                    f"ConcatDataset: dataset {k} is an IterableDataset, without indices; use ChainDataset"
                )
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        size = len(self)
        if not -size <= index < size:
            raise IndexRangeError(f"ConcatDataset: index {index} is out of range for {size} samples")
        index %= size
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


class ChainDataset(IterableDataset[Any]):
    """The samples of several iterable datasets, one dataset after the other.

    Args:
        datasets: of the class IterableDataset; may be a generator of them.

    >>> import minitorch
    >>> class Letters(minitorch.utils.data.IterableDataset):
    ...     def __init__(self, word):
    ...         self.word = word
    ...
    ...     def __iter__(self):
    ...         return iter(self.word)
    >>> list(minitorch.utils.data.ChainDataset([Letters("ab"), Letters("cd")]))
    ['a', 'b', 'c', 'd']
    """

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = datasets

    def _parts(self) -> Iterator[IterableDataset[Any]]:
        for k, dataset in enumerate(self.datasets):
            if not isinstance(dataset, IterableDataset):
                raise ArgumentTypeError(
                    f"ChainDataset: dataset {k} is {type(dataset).__name__}, not an IterableDataset; "
                    f"use ConcatDataset"
                )
            yield dataset

    def __iter__(self) -> Iterator[Any]:
        for dataset in self._parts():
            yield from dataset

    def __len__(self) -> int:
        return sum(map(len, self._parts()))  # type: ignore[arg-type]


class StackDataset(Dataset[Any]):
    """Sample i is the tuple, or the dict, of the i-th samples of several datasets.

    Args:
        args: datasets of equal length, for tuples.
        kwargs: datasets of equal length, for dicts.

    >>> import minitorch
    >>> data = minitorch.utils.data.StackDataset(letter="abc", number=[1, 2, 3])
    >>> data[1]
    {'letter': 'b', 'number': 2}
    """

    datasets: tuple[Dataset[Any], ...] | dict[str, Dataset[Any]]

    def __init__(self, *args: Dataset[Any], **kwargs: Dataset[Any]) -> None:
        if bool(args) == bool(kwargs):
            raise ArgumentError(
                "StackDataset: give datasets as positional arguments (for tuples) or as keyword arguments "
                "(for dicts), one of both"
            )
        self.datasets = args or kwargs
        lengths = [len(dataset) for dataset in args or kwargs.values()]  # type: ignore[arg-type]
        if len(set(lengths)) > 1:
            raise ArgumentError(f"StackDataset: size mismatch between datasets: they have {lengths} samples")
        self._length = lengths[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {key: dataset[index] for key, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices: list[int]) -> list[Any]:
        """The samples at several indices."""
        if isinstance(self.datasets, dict):
            columns = [fetch(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(fetch(dataset, indices) for dataset in self.datasets), strict=True))

    def __len__(self) -> int:
        return self._length
