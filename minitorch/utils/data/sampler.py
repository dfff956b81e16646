"""Samplers: the order in which a dataset is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

from minitorch.creation import as_tensor
from minitorch.dtypes import float64
from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.random import Generator
from minitorch.sampling import multinomial, randint, randperm

T_co = TypeVar("T_co", covariant=True)


def own_generator(generator: Any) -> Any:
    """The generator given, or a new one with a seed from the default generator.

    So the order of an epoch depends on nothing else that draws random numbers while it is under way.
    """
    if generator is not None:
        return generator
    return Generator().manual_seed(int(randint(0, 2**62, ()).item()))


def check_count(name: str, value: Any) -> None:
    """Refuses what is not a positive integer."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ArgumentError(f"{name} must be a positive integer, got {value!r}")


class Sampler(Generic[T_co]):
    """The base of all samplers: subclasses define `__iter__`, and `__len__` for most purposes.

    >>> import minitorch
    >>> class Backwards(minitorch.utils.data.Sampler):
    ...     def __init__(self, data_source):
    ...         self.data_source = data_source
    ...
    ...     def __iter__(self):
    ...         return iter(range(len(self.data_source) - 1, -1, -1))
    >>> list(minitorch.utils.data.DataLoader("abc", sampler=Backwards("abc"), batch_size=None))
    ['c', 'b', 'a']
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotSupportedError(f"{type(self).__name__}: a Sampler must define __iter__()")


class SequentialSampler(Sampler[int]):
    """0, 1, 2, …

    Args:
        data_source: what to take the length of.

    >>> import minitorch
    >>> list(minitorch.utils.data.SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices in random order.

    Args:
        data_source: what to take the length of.
        replacement: draw each index anew, so that some come several times.
        num_samples: how many, by default as many as there are; without replacement more than that come
            as several random orders, one after the other.
        generator: the source of randomness.

    >>> import minitorch
    >>> sorted(minitorch.utils.data.RandomSampler("abc"))
    [0, 1, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Any = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise ArgumentTypeError(
                f"RandomSampler: replacement should be a boolean value, got {replacement!r}"
            )
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self._num_samples = num_samples
        check_count("RandomSampler: num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices are drawn."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, left = len(self.data_source), self.num_samples
        generator = own_generator(self.generator)
        if self.replacement:
            yield from randint(0, n, (left,), generator=generator).tolist()
            return
        while left > 0:
            yield from randperm(n, generator=generator).tolist()[:left]
            left -= n

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Some indices in random order.

    Args:
        indices: to choose from.
        generator: the source of randomness.

    >>> import minitorch
    >>> sorted(minitorch.utils.data.SubsetRandomSampler([5, 3, 8]))
    [3, 5, 8]
    """

    def __init__(self, indices: Sequence[int], generator: Any = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices 0, 1, … drawn with probabilities in proportion to weights.

    Args:
        weights: one for each index; they need not add up to 1.
        num_samples: how many to draw.
        replacement: whether an index may come several times.
        generator: the source of randomness.

    >>> import minitorch
    >>> list(minitorch.utils.data.WeightedRandomSampler([0.0, 1.0, 0.0], num_samples=4))
    [1, 1, 1, 1]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Any = None,
    ) -> None:
        check_count("WeightedRandomSampler: num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ArgumentTypeError(
                f"WeightedRandomSampler: replacement should be a boolean value, got {replacement!r}"
            )
        self.weights = as_tensor(weights, dtype=float64)
        if self.weights.ndim != 1:
            raise ArgumentError(
                f"WeightedRandomSampler: weights must be a sequence of numbers, got shape "
                f"{tuple(self.weights.shape)}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of the indices that another sampler gives.

    Args:
        sampler: any iterable of indices.
        batch_size: how many to a list.
        drop_last: leave out the last list, if it is shorter.

    >>> import minitorch
    >>> list(minitorch.utils.data.BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        check_count("BatchSampler: batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ArgumentError(f"BatchSampler: drop_last should be a boolean value, got {drop_last!r}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        full, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return full if self.drop_last or not rest else full + 1
