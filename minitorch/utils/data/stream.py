"""`StreamDataset`: samples of any iterable, shared out among workers and shuffled in a buffer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import chain, islice
from typing import Any

from minitorch.checks import as_integer, check_callable
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.random import Generator
from minitorch.sampling import randint, randperm
from minitorch.utils.data import worker_info
from minitorch.utils.data.dataset import IterableDataset

DRAWS = 1024  # random numbers that are drawn at a time


class StreamDataset(IterableDataset[Any]):
    """The samples of an iterable; or of several shards, such as files, one shard after the other.

    With worker processes, no sample comes twice: worker k of n takes the shards k, k + n, …, or, where there are fewer
    shards than workers, or no `read`, the samples k, k + n, ….

    Args:
        source: an iterable that can be begun again, such as a list; or a function without arguments that makes one.
        read: makes an iterable of samples of each entry of `source`, a shard; by default the entries are the samples.
        shuffle: of how many samples in a buffer the next one is chosen at random; 0 for their own order.
        seed: of the random choices, which also depend on the epoch and the worker.

    Raises:
        ArgumentTypeError: for an iterator or a generator, which would be empty in the second epoch.

    >>> import io
    >>> from minitorch.utils.data import StreamDataset
    >>> list(StreamDataset(["a b", "c d e"], read=str.split))
    ['a', 'b', 'c', 'd', 'e']
    >>> sorted(StreamDataset(range(5), shuffle=3)), len(list(StreamDataset(lambda: range(7))))
    ([0, 1, 2, 3, 4], 7)
    """

    def __init__(
        self,
        source: Iterable[Any] | Callable[[], Iterable[Any]],
        read: Callable[[Any], Iterable[Any]] | None = None,
        *,
        shuffle: int = 0,
        seed: int = 0,
    ) -> None:
        if isinstance(source, Iterator):
            raise ArgumentTypeError(
                f"StreamDataset: a {type(source).__name__} can be gone through only once; pass a list, or a function "
                f"that makes a new one for each epoch"
            )
        if not callable(source) and not isinstance(source, Iterable):
            raise ArgumentTypeError(
                f"StreamDataset: expected an iterable or a function that makes one, got {type(source).__name__}"
            )
        check_callable("StreamDataset: read", read)
        shuffle = as_integer("StreamDataset: shuffle", shuffle)
        if shuffle < 0:
            raise ArgumentError(f"StreamDataset: shuffle must be a number of samples, got {shuffle}")
        self.source, self.read, self.shuffle, self.seed, self.epoch = source, read, shuffle, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Names the epoch that begins: without it, each has the same random order.

        Persistent workers keep the copy of the dataset, and so the epoch, with which they began.
        """
        self.epoch = epoch

    def __iter__(self) -> Iterator[Any]:
        info = worker_info.get_worker_info()
        worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
        entries = self.source() if callable(self.source) else self.source
        read = self.read
        if read is None:
            samples: Iterator[Any] = islice(entries, worker, None, workers)
        elif isinstance(entries, Sized) and len(entries) < workers:
            samples = islice(chain.from_iterable(map(read, entries)), worker, None, workers)
        else:
            samples = chain.from_iterable(map(read, islice(entries, worker, None, workers)))
        if self.shuffle < 2:
            return samples
        generator = Generator().manual_seed((self.seed * 1_000_003 + self.epoch) * 1_000_003 + worker)
        return shuffled(samples, self.shuffle, generator)


def shuffled(samples: Iterator[Any], size: int, generator: Generator) -> Iterator[Any]:
    """The samples in an order that is random within a buffer: each is chosen from the next `size` of them.

    >>> import minitorch
    >>> from minitorch.utils.data.stream import shuffled
    >>> sorted(shuffled(iter("abc"), 2, minitorch.Generator().manual_seed(0)))
    ['a', 'b', 'c']
    """
    buffer = list(islice(samples, size))
    chosen: Iterator[int] = iter(())
    for sample in samples:
        k = next(chosen, None)
        if k is None:
            chosen = iter(randint(size, (DRAWS,), generator=generator).tolist())
            k = next(chosen)
        yield buffer[k]
        buffer[k] = sample
    for k in randperm(len(buffer), generator=generator).tolist():
        yield buffer[k]
