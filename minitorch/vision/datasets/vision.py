"""What all data sets of pictures have in common: a folder, and transforms."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minitorch.checks import as_integer, check_callable
from minitorch.errors import ArgumentError, DatasetError, IndexRangeError, NotSupportedError
from minitorch.utils.data.dataset import Dataset


class StandardTransform:
    """Applies one transform to the picture, and another to its target.

    Args:
        transform: for the picture; None leaves it as it is.
        target_transform: for the target; None leaves it as it is.

    >>> from minitorch.vision.datasets.vision import StandardTransform
    >>> StandardTransform(str.upper, len)("a picture", "seven")
    ('A PICTURE', 5)
    """

    def __init__(
        self, transform: Callable[..., Any] | None = None, target_transform: Callable[..., Any] | None = None
    ) -> None:
        self.transform, self.target_transform = transform, target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        for head, transform in (
            ("Transform: ", self.transform),
            ("Target transform: ", self.target_transform),
        ):
            if transform is not None:
                first, *others = repr(transform).splitlines()
                lines += [head + first, *(" " * len(head) + line for line in others)]
        return "\n".join(lines)


class VisionDataset(Dataset[Any]):
    """Base of the data sets of pictures; subclasses define `__getitem__` and `__len__`.

    Args:
        root: the folder of the files; `~` stands for the home folder.
        transforms: gets a picture and its target, and returns both.
        transform: gets the picture alone.
        target_transform: gets the target alone.

    Raises:
        ArgumentError: if both `transforms` and one of the others are given.
        ArgumentTypeError: if one of them cannot be called.
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transforms: Callable[..., Any] | None = None,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
    ) -> None:
        self.root: Any = os.path.expanduser(root) if isinstance(root, str) else root
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ArgumentError(
                f"{type(self).__name__}: give either transforms, or transform and target_transform"
            )
        for name, function in (
            ("transforms", transforms),
            ("transform", transform),
            ("target_transform", target_transform),
        ):
            check_callable(f"{type(self).__name__}: {name}", function)
        self.transform, self.target_transform = transform, target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def __len__(self) -> int:
        raise NotSupportedError(f"{type(self).__name__}: a VisionDataset must define __len__()")

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body += repr(self.transforms).splitlines()
        return "\n".join([f"Dataset {type(self).__name__}", *(f"    {line}" for line in body)])

    def _place(self, index: Any) -> int:
        """An index counted from the start.

        Raises:
            ArgumentTypeError: if it is no integer.
            IndexRangeError: if there is no such sample.
        """
        name, size = type(self).__name__, len(self)
        place = as_integer(f"{name}: an index", index)
        if not -size <= place < size:
            raise IndexRangeError(f"{name}: index {place} is out of range for {size} samples")
        return place % size

    def _transformed(self, img: Any, target: Any) -> tuple[Any, Any]:
        """A sample as the user wants it; `transform` and `target_transform` may have been set anew since."""
        result: tuple[Any, Any] = StandardTransform(self.transform, self.target_transform)(img, target)
        return result

    def extra_repr(self) -> str:
        """More lines for the printed form."""
        return ""


def one_of(name: str, what: str, value: Any, valid: Sequence[str]) -> Any:
    """The value of an argument that must be one of some words.

    Raises:
        ArgumentError: if it is not.
    """
    if value not in valid:
        raise ArgumentError(f"{name}: {what} must be one of {', '.join(map(repr, valid))}, got {value!r}")
    return value


def is_train(name: str, value: Any) -> bool:
    """The value of `train`, which is no name of a split: "test" would be true.

    Raises:
        ArgumentError: for a string.
    """
    if isinstance(value, str):
        raise ArgumentError(f"{name}: train must be True or False, got {value!r}")
    return bool(value)


def not_found(name: str, path: str | Path) -> DatasetError:
    """The error for files that are not there."""
    return DatasetError(f"{name}: {path} is not there; use download=True to download it, or put it there")
