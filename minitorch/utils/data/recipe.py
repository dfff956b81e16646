"""How a batch is made out of a dataset: the same in the main process, in a worker process and in a thread."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from minitorch.creation import tensor
from minitorch.utils.data.collate import default_collate
from minitorch.utils.data.dataset import Dataset, IterableDataset, Subset, TensorDataset, fetch
from minitorch.utils.data.seeds import mixed

END: Any = object()  # of a stream, or of an order
BEGIN = -1  # the number under which a stream is opened: the seed of the first worker's is that of none at all


@dataclass
class Recipe:
    """What is needed to load batches.

    Attributes:
        dataset: where samples come from.
        collate_fn: makes a batch of a list of samples, or converts a single sample.
        batched: whether there are lists of samples.
        batch_size: of streams, that is of an IterableDataset.
        drop_last: whether the last smaller batch of a stream is left out.
    """

    dataset: Any
    collate_fn: Callable[[Any], Any]
    batched: bool
    batch_size: int | None
    drop_last: bool

    @property
    def is_stream(self) -> bool:
        """Whether samples come one after the other, without indices."""
        return isinstance(self.dataset, IterableDataset)

    @property
    def draws(self) -> bool:
        """Whether code runs that may draw random numbers: any code that is not minitorch's."""
        return not (self.batched and self.collate_fn is default_collate and is_tensors(self.dataset))

    def for_thread(self) -> Recipe:
        """The same with a dataset to which a thread may give attributes of its own."""
        return replace(self, dataset=copy.copy(self.dataset)) if isinstance(self.dataset, Dataset) else self

    def start(self) -> Callable[[Any], Any]:
        """A function from indices to a batch; that of a stream ignores them, and gives END at the end."""
        if self.is_stream:
            samples = iter(self.dataset)
            return lambda _: self.next_of(samples)
        if not self.batched:
            return lambda index: self.collate_fn(fetch(self.dataset, [index], one_by_one=True)[0])
        if not self.draws:
            return lambda indices: whole_tensors(self.dataset, indices) or self.batch(indices)
        return self.batch

    def batch(self, indices: list[Any]) -> Any:
        """The batch of the samples at some indices."""
        samples = fetch(self.dataset, indices)
        try:
            return self.collate_fn(samples)
        except Exception as error:
            error.add_note(f"The samples of this batch have the indices {shortened(indices)}.")
            raise

    def next_of(self, samples: Any) -> Any:
        """The next batch of a stream."""
        if self.batch_size is None:
            for sample in samples:
                return self.collate_fn(sample)
            return END
        batch = list(islice(samples, self.batch_size))
        if not batch or (self.drop_last and len(batch) < self.batch_size):
            return END
        return self.collate_fn(batch)


def seed_of(epoch_seed: int, number: int) -> int:
    """The seed under which batch `number` is loaded."""
    return mixed(epoch_seed, number)


def seed_of_stream(epoch_seed: int, worker: int) -> int:
    """The seed under which a worker opens its stream."""
    return mixed(epoch_seed, BEGIN - worker)


def is_tensors(dataset: Any) -> bool:
    """Whether it is a TensorDataset, or a Subset of one."""
    while type(dataset) is Subset:
        dataset = dataset.dataset
    return type(dataset) is TensorDataset


def whole_tensors(dataset: Any, indices: list[Any]) -> list[Any] | None:
    """The batch of a TensorDataset, or of a Subset of one, by one indexing per tensor."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if not indices:
        return None
    places = tensor(indices)
    return [x[places] for x in dataset.tensors]


def shortened(indices: Any) -> str:
    """The first indices of a batch, for messages."""
    return f"{indices[:20]} …" if isinstance(indices, list) and len(indices) > 20 else str(indices)
