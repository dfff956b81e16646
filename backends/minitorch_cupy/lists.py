"""Lists of tensors as one argument of a kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from minitorch.backend import Array
from minitorch_cupy.launch import MOST_BLOCKS, ByValue, Shape, ceil_div

# As in kernels/optim.cu.
MOST = 48
CHUNK = 4096
LAYOUT = np.dtype(
    [
        ("count", np.int64),
        ("first", np.int64, (MOST + 1,)),
        ("size", np.int64, (MOST,)),
        ("data", np.uint64, (5, MOST)),
        ("number", np.float64, (3, MOST)),
    ]
)


class Group(NamedTuple):
    """Some tensors for one launch."""

    tensors: ByValue
    shape: Shape


def groups(
    sizes: Sequence[int], addresses: Sequence[Sequence[int] | None], numbers: Sequence[Sequence[float]] = ()
) -> Iterator[Group]:
    """The structures for all tensors that have elements, at most MOST in each.

    Args:
        sizes: of the tensors.
        addresses: for the parameters, the gradients and each kind of state where the tensors' memory is, or None.
        numbers: for each kind of number one for each tensor.

    >>> [group.shape.blocks for group in groups([10, 0, 5000, *[1] * 50], [range(53)])]
    [49, 4]
    """
    chosen = [i for i, size in enumerate(sizes) if size]
    for start in range(0, len(chosen), MOST):
        part = chosen[start : start + MOST]
        table = np.zeros((), LAYOUT)
        own = [sizes[i] for i in part]
        table["count"], table["size"][: len(part)] = len(part), own
        table["first"][1 : len(part) + 1] = np.cumsum([ceil_div(size, CHUNK) for size in own])
        for row, column in enumerate(addresses):
            if column is not None:
                table["data"][row, : len(part)] = [column[i] for i in part]
        for row, values in enumerate(numbers):
            table["number"][row, : len(part)] = [values[i] for i in part]
        blocks = min(int(table["first"][len(part)]), MOST_BLOCKS)
        yield Group(ByValue(table), Shape(blocks, 256))


def writable(x: Array) -> bool:
    """Whether a kernel can go through an array's memory from beginning to end."""
    return bool(x.flags.c_contiguous)


def addresses_of(backend: Any, arrays: Sequence[Array] | None) -> list[int] | None:
    """Where arrays lie."""
    return None if arrays is None else [backend.address(x) for x in arrays]
