"""Datasets of samples that come one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from minitorch.utils.data.dataset import Dataset


class MapStyleDataset(Dataset[Any]):
    """The samples of an iterable in a list.

    >>> from minitorch.text.data import MapStyleDataset
    >>> MapStyleDataset(iter("abc"))[1]
    'b'
    """

    def __init__(self, iter_data: Iterable[Any]) -> None:
        self._data = list(iter_data)

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, idx: int) -> Any:
        return self._data[idx]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)


def to_map_style_dataset(iter_data: Iterable[Any]) -> MapStyleDataset:
    """A dataset with indices of samples that come one after the other; all are read at once.

    >>> from minitorch.text.data import to_map_style_dataset
    >>> len(to_map_style_dataset(x for x in "abc"))
    3
    """
    return MapStyleDataset(iter_data)
