"""`DistributedSampler`: each of several processes reads a part of the dataset of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any

from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.random import Generator
from minitorch.sampling import randperm
from minitorch.utils.data.sampler import Sampler, check_count


class DistributedSampler(Sampler[int]):
    """The indices of one of several processes: every num_replicas-th, from `rank` on, of an order that all agree on.

    All processes get equally many. So that the last ones do, the order begins again, or its end is left out.

    Args:
        dataset: what to take the length of.
        num_replicas: how many processes there are.
        rank: which of them this is, from 0 on.
        shuffle: whether the order is random; it depends on seed and epoch alone.
        seed: the same in all processes.
        drop_last: leaves the end out rather than begin again.

    Raises:
        NotSupportedError: if num_replicas or rank is missing: there is no process group yet to ask.
        ArgumentError: for a rank that is not there.

    >>> import minitorch
    >>> from minitorch.utils.data import DistributedSampler
    >>> [list(DistributedSampler("abcde", 2, rank, shuffle=False)) for rank in (0, 1)]
    [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise NotSupportedError(
                "DistributedSampler: there is no process group to ask; pass num_replicas= and rank="
            )
        check_count("DistributedSampler: num_replicas", num_replicas)
        if not 0 <= rank < num_replicas:
            raise ArgumentError(
                f"DistributedSampler: rank must lie between 0 and {num_replicas - 1}, got {rank}"
            )
        self.dataset, self.num_replicas, self.rank, self.epoch = dataset, num_replicas, rank, 0
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        length = len(dataset)
        self.num_samples = length // num_replicas if drop_last else -(-length // num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[int]:
        order: Any = range(len(self.dataset))
        if self.shuffle:
            order = randperm(
                len(self.dataset), generator=Generator().manual_seed(self.seed + self.epoch)
            ).tolist()
        for place in range(self.rank, self.total_size, self.num_replicas):
            yield order[place % len(order)]

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Names the epoch that begins: without it, each has the same random order."""
        self.epoch = epoch
