"""What an exception in a worker becomes where batches are taken."""

from __future__ import annotations

from typing import Any

from minitorch.errors import WorkerError
from minitorch.utils.data.recipe import shortened


def keeps_its_meaning(error: BaseException) -> bool:
    """Whether an exception says the same outside: StopIteration would end the epoch there, SystemExit the program."""
    return isinstance(error, Exception) and not isinstance(error, StopIteration)


def place(number: int | None, indices: Any = None) -> str:
    """Where a worker was, for messages: at which batch, and at which samples if they have indices."""
    if number is None:
        return "before it loaded anything"
    samples = "" if indices is None else f", samples {shortened(indices)}"
    return f"in batch {number}{samples}"


def summary(error: BaseException) -> str:
    """The type and the message of an exception."""
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}: {error}".removeprefix("builtins.").removesuffix(": ")


def cannot_pass(worker: int, what: str, where: str, why: str) -> WorkerError:
    """What is raised instead of an exception that cannot be raised itself."""
    return WorkerError(f"DataLoader: worker {worker} raised {what}, {where}; {why}")


OTHER_MEANING = (
    "outside of the worker that would mean something else; raise an error of another type in the dataset"
)
