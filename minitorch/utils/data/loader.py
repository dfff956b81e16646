"""`DataLoader`: goes through a dataset in batches."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from itertools import count, repeat
from numbers import Real
from typing import Any

from minitorch.checks import as_integer, check_callable
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.random import Generator
from minitorch.utils.data.collate import default_collate, default_convert
from minitorch.utils.data.dataset import Dataset, IterableDataset
from minitorch.utils.data.epoch import Epoch, between_epochs, check_state
from minitorch.utils.data.recipe import END, Recipe, seed_of, seed_of_stream
from minitorch.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from minitorch.utils.data.seeds import Seeded

FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


class DataLoader:
    """Goes through a dataset in batches, once for each time that it is iterated over.

    Args:
        dataset: samples by index, or an IterableDataset.
        batch_size: samples per batch; None for single samples, not batched.
        shuffle: in a new random order each time.
        sampler: gives the indices in an order of your own.
        batch_sampler: gives lists of indices.
        num_workers: how many processes or threads load batches ahead; 0 to load each when it is asked for.
        collate_fn: makes a batch of a list of samples, by default `default_collate`.
        pin_memory: put batches into memory from which a GPU copies by itself: `x.to("cuda", non_blocking=True)` then
            goes on beside the program. Without a GPU nothing happens.
        drop_last: leave out the last batch, if it is smaller.
        timeout: seconds that a batch of the workers may be waited for; 0 for no limit.
        worker_init_fn: called in each worker with its number, after seeding, before it loads anything.
        multiprocessing_context: how processes are started, "forkserver" (the default, where there is one), "spawn" or
            "fork", or a context of `multiprocessing`.
        generator: the source of the seeds from which the order and all other random numbers of an epoch follow.
        prefetch_factor: how many batches each worker is ahead, by default 2.
        persistent_workers: keep the workers from one epoch to the next.
        pin_memory_device: accepted, as pin_memory.
        in_order: False to take batches as the workers finish them.
        worker_type: "process", or "thread" for datasets that release the lock, such as decoders of images.

    Raises:
        ArgumentError: for settings that exclude each other.
        ArgumentTypeError: for settings of the wrong type; and if workers are started, and the dataset or a function
            cannot be given to a process.
        WorkerError: while batches are taken, if a worker is killed or takes too long.

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
    _epoch: Epoch | None = None  # the newest
    _resume: dict[str, Any] | None = None  # what the next one begins with
    _crew: Any = None  # workers that persist

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
        worker_type: str = "process",
    ) -> None:
        num_workers = as_integer("DataLoader: num_workers", num_workers)
        if prefetch_factor is not None:
            prefetch_factor = as_integer("DataLoader: prefetch_factor", prefetch_factor)
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers, worker_type)
        iterable = isinstance(dataset, IterableDataset)
        check_order(iterable, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if not iterable:
            check_dataset(dataset, sampler is not None or batch_sampler is not None)
        for name, given in (("sampler", sampler), ("batch_sampler", batch_sampler)):
            if given is not None and not (hasattr(given, "__iter__") or hasattr(given, "__getitem__")):
                raise ArgumentTypeError(f"DataLoader: {name} must be iterable, got {given!r}")
        check_callable("DataLoader: collate_fn", collate_fn)
        check_callable("DataLoader: worker_init_fn", worker_init_fn)
        if generator is not None and not isinstance(generator, Generator):
            raise ArgumentTypeError(
                f"DataLoader: generator must be a minitorch.Generator, got {type(generator).__name__}; make one with "
                f"minitorch.Generator().manual_seed(0)"
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
        self.num_workers = num_workers
        self.prefetch_factor = (prefetch_factor or 2) if num_workers else None
        self.persistent_workers, self.in_order = persistent_workers, in_order
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.timeout, self.worker_init_fn = timeout, worker_init_fn
        self.worker_type = worker_type
        self.multiprocessing_context = checked_context(multiprocessing_context, num_workers, worker_type)
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
        self._epoch, self._resume = Epoch(self, self._resume), None
        if self.num_workers:
            from minitorch.utils.data.workers import Batches

            batches: Iterator[Any] = Batches(self, self._epoch)
        elif isinstance(self.dataset, IterableDataset):
            batches = self._stream(self._epoch)
        else:
            batches = self._indexed(self._epoch)
        if self.pin_memory:
            from minitorch import cuda

            return map(pinned, batches) if cuda.is_available() else batches
        return batches

    def _indexed(self, epoch: Epoch) -> Iterator[Any]:
        """Batches loaded here and now."""
        recipe = self.recipe()
        load, draws = recipe.start(), recipe.draws
        for number, indices in epoch.tasks():
            with Seeded(seed_of(epoch.seed, number)) if draws else nullcontext():
                batch = load(indices)
            epoch.receive(number)
            yield batch
        epoch.finished = True

    def _stream(self, epoch: Epoch) -> Iterator[Any]:
        """Batches of an IterableDataset, loaded here and now."""
        known = epoch.given[0]
        with Seeded(seed_of_stream(epoch.seed, 0)):
            load = self.recipe().start()
        for number in count():
            with Seeded(seed_of(epoch.seed, number)):
                batch = load(None)
            if batch is END:
                break
            if number >= known:
                epoch.receive_of(0)
                self.check_length(epoch)
                yield batch
        epoch.finished = True

    def recipe(self) -> Recipe:
        """How batches are made."""
        batched = self.batch_sampler is not None
        return Recipe(self.dataset, self.collate_fn, batched, self.batch_size, self.drop_last)

    def check_length(self, epoch: Epoch) -> None:
        """Warns when there are more batches than the `__len__` of an IterableDataset told."""
        if not hasattr(self.dataset, "__len__") or epoch.batches != len(self) + 1:
            return
        workers = f", or share its samples out among the {self.num_workers} workers with get_worker_info()"
        warnings.warn(
            f"Length of IterableDataset {type(self.dataset).__name__} was reported to be "
            f"{len(self.dataset)}, which makes {len(self)} batches, but there are more; "
            f"correct its __len__{workers if self.num_workers else ''}",
            UserWarning,
            stacklevel=3,
        )

    def state_dict(self) -> dict[str, Any]:
        """Where the newest iteration is: which batches the user has, and the random state behind the others.

        A loader made in the same way that gets it by `load_state_dict` goes on with exactly the batches that would have
        followed, with any number of workers; those of an IterableDataset are loaded anew up to that place, and need the
        same number of workers. A sampler that draws its order from elsewhere than minitorch's generators must be
        restored by its owner.

        >>> import minitorch
        >>> loader = minitorch.utils.data.DataLoader(range(6), batch_size=2)
        >>> for batch in loader:
        ...     state = loader.state_dict()
        ...     break
        >>> loader.load_state_dict(state)
        >>> list(loader)
        [tensor([2, 3]), tensor([4, 5])]
        """
        if self._resume is not None:
            return dict(self._resume)
        return between_epochs(self) if self._epoch is None else self._epoch.state_dict(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Lets the next iteration go on where another one was when `state_dict` was called.

        Raises:
            StateDictError: if the state is not that of a loader made like this one.
        """
        check_state(self, state_dict)
        self._resume = dict(state_dict)

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            size = len(self.dataset)  # type: ignore[arg-type]
            if self.batch_size is None:
                return size
            full, rest = divmod(size, self.batch_size)
            return full if self.drop_last or not rest else full + 1
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]


def check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool, worker_type: str
) -> None:
    """Refuses settings of workers that make no sense."""
    if num_workers < 0:
        raise ArgumentError(f"DataLoader: num_workers must not be negative, got {num_workers}")
    if not isinstance(timeout, Real):
        raise ArgumentTypeError(f"DataLoader: timeout must be a number of seconds, got {timeout!r}")
    if not timeout >= 0:
        raise ArgumentError(f"DataLoader: timeout must not be negative, got {timeout}")
    if worker_type not in ("process", "thread"):
        raise ArgumentError(f"DataLoader: worker_type must be 'process' or 'thread', got {worker_type!r}")
    if num_workers == 0:
        for name, value in (
            ("prefetch_factor", prefetch_factor is not None),
            ("persistent_workers", persistent_workers),
        ):
            if value:
                raise ArgumentError(f"DataLoader: {name} needs num_workers > 0; leave it out")
        return
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ArgumentError(f"DataLoader: prefetch_factor must be positive, got {prefetch_factor}")
    cores = usable_cores()
    if worker_type == "process" and num_workers > cores:
        warnings.warn(
            f"DataLoader: {num_workers} worker processes are to share {cores} processor cores; more than {cores} "
            f"slow each other down",
            UserWarning,
            stacklevel=3,
        )


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checked_context(context: Any, num_workers: int, worker_type: str) -> Any:
    """How processes are started, from `multiprocessing` or by name.

    Raises:
        ArgumentError: for a name that is not known here, or if there are no processes.
        ArgumentTypeError: for anything else.
    """
    if context is None:
        return None
    if num_workers == 0 or worker_type == "thread":
        raise ArgumentError(
            "DataLoader: multiprocessing_context needs num_workers > 0 and worker_type='process'; leave it out"
        )
    import multiprocessing
    from multiprocessing.context import BaseContext

    if isinstance(context, str):
        known = multiprocessing.get_all_start_methods()
        if context not in known:
            raise ArgumentError(
                f"DataLoader: multiprocessing_context must be one of {', '.join(known)}, got {context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, BaseContext):
        raise ArgumentTypeError(
            f"DataLoader: multiprocessing_context must be a context of multiprocessing or the name of one, got "
            f"{type(context).__name__}"
        )
    return context


def check_dataset(dataset: Any, has_order: bool) -> None:
    """Refuses what does not give samples by index, or has no order of its own where none is given."""
    kind = type(dataset).__name__
    remedy = (
        "; samples that come one after the other go into a StreamDataset, or a class derived from IterableDataset"
        if hasattr(dataset, "__iter__")
        else ""
    )
    if not (hasattr(dataset, "__getitem__") or hasattr(dataset, "__getitems__")):
        raise ArgumentTypeError(
            f"DataLoader: dataset must give samples by index, with __getitem__, got {kind}{remedy}"
        )
    if not has_order and not hasattr(dataset, "__len__"):
        raise ArgumentTypeError(
            f"DataLoader: {kind} has no __len__, so the order of its samples is not known; define it, or pass "
            f"sampler=, such as range(1000){remedy}"
        )


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


def pinned(batch: Any) -> Any:
    """A batch with its tensors in pinned memory; what is not made of tensors and containers decides by itself."""
    if isinstance(batch, dict):
        return type(batch)({key: pinned(value) for key, value in batch.items()})
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*map(pinned, batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(map(pinned, batch))
    return batch.pin_memory() if hasattr(batch, "pin_memory") else batch
