"""`DataLoader`: goes through a dataset in batches."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, repeat
from typing import Any

from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.utils.data.collate import default_collate, default_convert
from minitorch.utils.data.dataset import Dataset, IterableDataset, Subset, TensorDataset, fetch
from minitorch.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler

FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


def get_worker_info() -> None:
    """None: all samples are loaded in the main process.

    >>> import minitorch
    >>> minitorch.utils.data.get_worker_info() is None
    True
    """
    return None


class DataLoader:
    """Goes through a dataset in batches, once for each time that it is iterated over.

    Args:
        dataset: samples by index, or an IterableDataset.
        batch_size: samples per batch; None for single samples, not batched.
        shuffle: in a new random order each time.
        sampler: gives the indices in an order of your own.
        batch_sampler: gives lists of indices.
        num_workers: 0; more processes are not supported yet.
        collate_fn: makes a batch of a list of samples, by default `default_collate`.
        pin_memory: accepted; memory on the CPU is as it is.
        drop_last: leave out the last batch, if it is smaller.
        timeout, worker_init_fn, multiprocessing_context, prefetch_factor, persistent_workers, in_order:
            for worker processes.
        generator: the source of randomness for `shuffle`.
        pin_memory_device: accepted, as pin_memory.

    Raises:
        ArgumentError: for settings that exclude each other.
        NotSupportedError: for num_workers > 0.

    >>> import minitorch
    >>> from minitorch.utils.data import DataLoader, TensorDataset
    >>> loader = DataLoader(TensorDataset(minitorch.arange(5)), batch_size=2)
    >>> for (x,) in loader:
    ...     print(x)
    tensor([0, 1])
    tensor([2, 3])
    tensor([4])
    """

    _built = False

    def __init__(
        self,
        dataset: Dataset[Any],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        iterable = isinstance(dataset, IterableDataset)
        check_order(iterable, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if collate_fn is not None and not callable(collate_fn):
            raise ArgumentTypeError(
                f"DataLoader: collate_fn must be a function, got {type(collate_fn).__name__}"
            )
        if batch_sampler is not None:
            batch_size = None
        if sampler is None:
            if iterable:
                sampler = repeat(None)
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)  # type: ignore[arg-type]
            else:
                sampler = SequentialSampler(dataset)  # type: ignore[arg-type]
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size, self.drop_last = batch_size, drop_last
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.generator = generator
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.persistent_workers, self.in_order = persistent_workers, in_order
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.timeout, self.worker_init_fn = timeout, worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.collate_fn: Callable[[Any], Any] = collate_fn or (
            default_convert if batch_sampler is None else default_collate
        )
        self._built = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self._built and name in FIXED:
            raise ArgumentError(
                f"DataLoader: {name} cannot be changed after the loader was made; make a new one"
            )
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterableDataset):
            return self._stream()
        if self.batch_sampler is None:
            return (self.collate_fn(self.dataset[i]) for i in self.sampler)
        return (self._batch(list(indices)) for indices in self.batch_sampler)

    def _batch(self, indices: list[Any]) -> Any:
        if self.collate_fn is default_collate:
            tensors = whole_tensors(self.dataset, indices)
            if tensors is not None:
                return tensors
        samples = fetch(self.dataset, indices)
        try:
            return self.collate_fn(samples)
        except Exception as error:
            error.add_note(f"The samples of this batch have the indices {shortened(indices)}.")
            raise

    def _stream(self) -> Iterator[Any]:
        """Batches of an IterableDataset."""
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from self._counted(map(self.collate_fn, samples))
            return
        yield from self._counted(
            self.collate_fn(batch) for batch in BatchSampler(samples, self.batch_size, self.drop_last)
        )

    def _counted(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Warns when there are more batches than the dataset's `__len__` told."""
        expected = len(self) if hasattr(self.dataset, "__len__") else None
        for k, batch in enumerate(batches):
            if expected is not None and k == expected:
                warnings.warn(
                    f"Length of IterableDataset {type(self.dataset).__name__} was reported to be "
                    f"{len(self.dataset)}, which makes {expected} batches, but there are more; "  # type: ignore[arg-type]
                    f"correct its __len__",
                    UserWarning,
                    stacklevel=2,
                )
            yield batch

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            size = len(self.dataset)  # type: ignore[arg-type]
            if self.batch_size is None:
                return size
            full, rest = divmod(size, self.batch_size)
            return full if self.drop_last or not rest else full + 1
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]


def whole_tensors(dataset: Any, indices: list[Any]) -> list[Any] | None:
    """The batch of a TensorDataset, or of a Subset of one, by one indexing per tensor; else None."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or not indices:
        return None
    places = tensor(indices)
    return [x[places] for x in dataset.tensors]


def shortened(indices: list[Any]) -> str:
    """The first indices of a batch, for messages."""
    return str(indices) if len(indices) <= 20 else f"{list(islice(indices, 20))} …"


def check_workers(
    num_workers: int,
    timeout: float,
    prefetch_factor: int | None,
    persistent_workers: bool,
    multiprocessing_context: Any,
) -> None:
    """Refuses settings of worker processes, since there are none."""
    if num_workers < 0:
        raise ArgumentError(f"DataLoader: num_workers must not be negative, got {num_workers}")
    if timeout < 0:
        raise ArgumentError(f"DataLoader: timeout must not be negative, got {timeout}")
    if num_workers > 0:
        raise NotSupportedError(
            f"DataLoader: num_workers={num_workers} is not supported yet: samples are loaded in the main "
            f"process; pass num_workers=0"
        )
    for name, value in (
        ("prefetch_factor", prefetch_factor is not None),
        ("persistent_workers", persistent_workers),
        ("multiprocessing_context", multiprocessing_context is not None),
    ):
        if value:
            raise ArgumentError(f"DataLoader: {name} needs num_workers > 0; leave it out")


def check_order(
    iterable: bool,
    batch_size: int | None,
    shuffle: bool | None,
    sampler: Any,
    batch_sampler: Any,
    drop_last: bool,
) -> None:
    """Refuses settings that exclude each other."""
    if iterable:
        for name, value in (
            ("shuffle", shuffle or None),
            ("sampler", sampler),
            ("batch_sampler", batch_sampler),
        ):
            if value is not None:
                raise ArgumentError(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, got {value!r}; "
                    f"the dataset itself decides on the order"
                )
    if sampler is not None and shuffle:
        raise ArgumentError("DataLoader: sampler is mutually exclusive with shuffle=True")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ArgumentError(
            "DataLoader: batch_sampler is mutually exclusive with batch_size, shuffle, sampler and drop_last"
        )
    if batch_size is None and batch_sampler is None and drop_last:
        raise ArgumentError("DataLoader: batch_size=None makes no batches, so there is no drop_last")
