"""Batches for language models: long columns of text that are read side by side, some steps at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from minitorch.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from minitorch.variable import Variable


def batchify(data: Variable, batch_size: int) -> Variable:
    """Cuts a long text into `batch_size` columns of equal length; what is left over at the end is dropped.

    Shape: (N,) → (N // batch_size, batch_size)

    Raises:
        ShapeError: if there are fewer tokens than columns, or `data` is no vector.

    >>> import minitorch
    >>> minitorch.text.data.batchify(minitorch.arange(7), 2)
    tensor([[0, 3],
            [1, 4],
            [2, 5]])
    """
    if data.ndim != 1 or batch_size < 1 or len(data) < batch_size:
        raise ShapeError(
            f"batchify: expected a vector of at least batch_size={batch_size} tokens, got shape {tuple(data.shape)}"
        )
    length = len(data) // batch_size
    return data[: length * batch_size].reshape(batch_size, length).t().contiguous()


def windows(data: Variable, bptt: int) -> Iterator[tuple[Variable, Variable]]:
    """Goes through columns of text in steps of `bptt` tokens; the target of each token is the next one below it.

    Shape: (T, B) → pairs of (bptt, B) and (bptt, B), of which the last may be shorter

    Raises:
        ArgumentError: for bptt less than 1.

    >>> import minitorch
    >>> from minitorch.text.data import batchify, windows
    >>> for x, target in windows(batchify(minitorch.arange(8), 2), 2):
    ...     print(x.tolist(), target.tolist())
    [[0, 4], [1, 5]] [[1, 5], [2, 6]]
    [[2, 6]] [[3, 7]]
    """
    if bptt < 1:
        raise ArgumentError(f"windows: bptt must be at least 1, got {bptt}")
    return (
        (data[start : start + bptt][: len(data) - 1 - start], data[start + 1 : start + 1 + bptt])
        for start in range(0, len(data) - 1, bptt)
    )
