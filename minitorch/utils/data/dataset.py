"""Datasets: things with samples in them, by index or one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import floor, isclose
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError, ShapeError
from minitorch.sampling import randperm
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.utils.data.combine import ChainDataset, ConcatDataset
    from minitorch.variable import Variable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Samples that are found by index: subclasses define `__getitem__`, and `__len__` for most purposes.

    One that can fetch several samples at once may define `__getitems__(indices)`, which returns a list.

    >>> import minitorch
    >>> class Squares(minitorch.utils.data.Dataset):
    ...     def __len__(self):
    ...         return 4
    ...
    ...     def __getitem__(self, i):
    ...         return i * i
    >>> list(minitorch.utils.data.DataLoader(Squares(), batch_size=2))
    [tensor([0, 1]), tensor([4, 9])]
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotSupportedError(f"{type(self).__name__}: a Dataset must define __getitem__(index)")

    def __add__(self, other: Dataset[Any]) -> ConcatDataset:
        from minitorch.utils.data.combine import ConcatDataset

        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """Samples that come one after the other, such as lines of a stream: subclasses define `__iter__`.

    >>> import minitorch
    >>> class Countdown(minitorch.utils.data.IterableDataset):
    ...     def __iter__(self):
    ...         return iter([3, 2, 1])
    >>> list(minitorch.utils.data.DataLoader(Countdown(), batch_size=2))
    [tensor([3, 2]), tensor([1])]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotSupportedError(f"{type(self).__name__}: an IterableDataset must define __iter__()")

    def __add__(self, other: Dataset[Any]) -> ChainDataset:  # type: ignore[override]
        from minitorch.utils.data.combine import ChainDataset

        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Any, ...]]):
    """Sample i is the tuple of the i-th entries of some tensors.

    Args:
        tensors: of equal size in the first dim.

    Raises:
        ShapeError: if the sizes differ.

    >>> import minitorch
    >>> data = minitorch.utils.data.TensorDataset(minitorch.eye(2), minitorch.tensor([7, 8]))
    >>> data[1]
    (tensor([0., 1.]), tensor(8))
    """

    tensors: tuple[Variable, ...]

    def __init__(self, *tensors: Variable) -> None:
        if not tensors:
            raise ArgumentError("TensorDataset: expected at least one tensor")
        for x in tensors:
            if not isinstance(x, Value):
                raise ArgumentTypeError(
                    f"TensorDataset: expected tensors, got {type(x).__name__}; use minitorch.as_tensor(...)"
                )
        shapes = [tuple(x.shape) for x in tensors]
        if not all(shapes) or len({shape[0] for shape in shapes}) > 1:
            raise ShapeError(
                f"TensorDataset: size mismatch: the tensors have shapes {', '.join(map(str, shapes))}; all "
                f"need the same size in the first dim"
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Variable, ...]:
        return tuple(x[index] for x in self.tensors)

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])


class Subset(Dataset[T_co]):
    """The samples of another dataset at some indices.

    Args:
        dataset: the whole.
        indices: which samples, in which order.

    >>> import minitorch
    >>> list(minitorch.utils.data.Subset("abcde", [4, 0, 2]))
    ['e', 'a', 'c']
    """

    def __init__(self, dataset: Dataset[T_co], indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> T_co:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[int]) -> list[T_co]:
        """The samples at several indices."""
        if type(self).__getitem__ is not Subset.__getitem__:
            return [self[i] for i in indices]
        return fetch(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def fetch(dataset: Dataset[T], indices: Iterable[int], one_by_one: bool = False) -> list[T]:
    """The samples at several indices, at once if the dataset can. An error names the index at which it happened."""
    at_once: Any = None if one_by_one else getattr(dataset, "__getitems__", None)
    if not callable(at_once):
        index, samples = None, []
        try:
            for index in indices:
                samples.append(dataset[index])
        except Exception as error:
            error.add_note(f"This happened in {type(dataset).__name__}[{index!r}].")
            raise
        return samples
    indices = list(indices)
    samples = at_once(indices)
    if len(samples) != len(indices):
        raise ShapeError(
            f"{type(dataset).__name__}.__getitems__: gave {len(samples)} samples for {len(indices)} indices"
        )
    return samples


def random_split(
    dataset: Dataset[T], lengths: Sequence[int | float], generator: Any = None
) -> list[Subset[T]]:
    """Splits a dataset into random parts that do not overlap.

    Args:
        dataset: the whole.
        lengths: of the parts, or fractions that add up to 1.
        generator: the source of randomness, by default the default one.

    Raises:
        ArgumentError: if lengths do not add up to the dataset's, or fractions to 1.

    >>> import minitorch
    >>> parts = minitorch.utils.data.random_split(range(10), [0.7, 0.3])
    >>> [len(part) for part in parts]
    [7, 3]
    """
    size = len(dataset)  # type: ignore[arg-type]
    total = sum(lengths)
    counts = list(lengths)
    if isclose(total, 1) and total <= 1:
        for k, fraction in enumerate(lengths):
            if not 0 <= fraction <= 1:
                raise ArgumentError(f"random_split: fraction {k} must be in [0, 1], got {fraction}")
        counts = [floor(size * fraction) for fraction in lengths]
        for k in range(size - int(sum(counts))):
            counts[k % len(counts)] += 1
        for k, count in enumerate(counts):
            if count == 0:
                warnings.warn(
                    f"random_split: length of split at index {k} is 0: {size} samples are too few for it",
                    UserWarning,
                    stacklevel=2,
                )
    if sum(counts) != size or any(count < 0 or count != int(count) for count in counts):
        raise ArgumentError(
            f"random_split: the lengths {list(lengths)} add up to {total}, the dataset has {size} samples; "
            f"give lengths that add up to it, or fractions that add up to 1"
        )
    order = randperm(size, generator=generator).tolist()
    ends = list(accumulate(map(int, counts)))
    return [Subset(dataset, order[end - int(n) : end]) for end, n in zip(ends, counts, strict=True)]


def __getattr__(name: str) -> Any:
    """What PyTorch has at this path, and minitorch beside it."""
    if name not in ("ChainDataset", "ConcatDataset", "StackDataset"):
        raise AttributeError(f"minitorch.utils.data.dataset has no attribute {name!r}")
    from minitorch.utils.data import combine

    return getattr(combine, name)
