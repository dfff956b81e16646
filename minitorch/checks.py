"""Settings of the wrong type, refused where they are given, not where they are first used."""

from __future__ import annotations

import os
from operator import index
from typing import Any

from minitorch.errors import ArgumentTypeError


def check_callable(what: str, value: Any, remedy: str = "") -> None:
    """Refuses what cannot be called; None stands for a function that is left out.

    Raises:
        ArgumentTypeError: naming the argument.

    >>> from minitorch.checks import check_callable
    >>> check_callable("ImageFolder: transform", str.upper)
    """
    if value is not None and not callable(value):
        raise ArgumentTypeError(f"{what} must be callable, got {value!r}{remedy}")


def as_integer(what: str, value: Any) -> int:
    """An integer of any type as Python's.

    Raises:
        ArgumentTypeError: naming the argument.

    >>> from minitorch.checks import as_integer
    >>> as_integer("DataLoader: num_workers", 2)
    2
    """
    try:
        return index(value)
    except TypeError:
        raise ArgumentTypeError(f"{what} must be an integer, got {value!r}") from None


def as_path(what: str, value: Any) -> str:
    """A path as a string.

    Raises:
        ArgumentTypeError: naming the argument.

    >>> import pathlib
    >>> from minitorch.checks import as_path
    >>> as_path("CSVDataset: path", pathlib.Path("data.csv"))
    'data.csv'
    """
    try:
        return os.fspath(value)
    except TypeError:
        raise ArgumentTypeError(f"{what} must be a path, got {value!r}") from None
