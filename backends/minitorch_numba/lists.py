"""One call of a kernel for a whole list of arrays, such as all parameters of a model.

To wake threads takes longer than the update of a bias does. So a kernel gets a table of all arrays, and the threads
share the elements among them as if the arrays lay one after the other:

    @kernel
    def double(table, like, pieces):
        for piece in prange(pieces):
            first, last = reach(table, pieces, piece)
            for k in range(first, last):
                x = part(table, k, 0, pieces, piece, like)      # what belongs to this piece of the k-th array
                for i in range(len(x)):
                    x[i] += x[i]

A row of the table belongs to the arrays of one parameter: how many elements come before it, and the address of each
array. The last row holds the number of all elements.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from minitorch.backend import Array
from minitorch_numba import threads
from minitorch_numba.jit import inlined, kernel

WIDTH = 5  # arrays of a parameter at most
Table = Array


# In kernels -----------------------------------------------------------------------------------------------------


def vector(address: int, size: int, like: Array) -> Array:
    """The memory from an address on, as an array of the dtype of `like`."""
    pointer = ctypes.cast(int(address), ctypes.POINTER(np.ctypeslib.as_ctypes_type(like.dtype)))
    return np.ctypeslib.as_array(pointer, (int(size),))


@intrinsic  # type: ignore[untyped-decorator]
def pointer_to(context: Any, address: Any, like: Any) -> Any:
    """An address as a pointer to elements like those of an array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return types.CPointer(like.dtype)(address, like), generate


@overload(vector)  # type: ignore[untyped-decorator]
def vector_in_kernels(address: int, size: int, like: Array) -> Any:
    """The same in machine code."""

    def view(address: int, size: int, like: Array) -> Any:
        return numba.carray(pointer_to(address, like), size)

    return view


@inlined
def bound(table: Table, pieces: int, piece: int) -> Any:
    """How many elements come before a piece; all pieces but the last are equal, and begin at multiples of 16."""
    total = table[len(table) - 1, 0]
    return min(((total + pieces - 1) // pieces + 15) // 16 * 16 * piece, total)


@inlined
def reach(table: Table, pieces: int, piece: int) -> Any:
    """The rows that a piece has a part of: from the first one to before the last."""
    start, stop = bound(table, pieces, piece), bound(table, pieces, piece + 1)
    first = 0
    while first < len(table) - 1 and table[first + 1, 0] <= start:
        first += 1
    last = first
    while last < len(table) - 1 and table[last, 0] < stop:
        last += 1
    return first, last


@inlined
def part(table: Table, k: int, column: int, pieces: int, piece: int, like: Array) -> Any:
    """The elements of one array that belong to a piece."""
    before, after = table[k, 0], table[k + 1, 0]
    start = max(bound(table, pieces, piece) - before, 0)
    stop = min(bound(table, pieces, piece + 1), after) - before
    return vector(table[k, column + 1] + start * like.itemsize, max(stop - start, 0), like)


@kernel
def enter(table: Table, k: int, x: Array, a: Array, b: Array, c: Array, d: Array) -> None:
    """Writes row k."""
    table[k + 1, 0] = table[k, 0] + len(x)
    table[k, 1], table[k, 2], table[k, 3] = x.ctypes.data, a.ctypes.data, b.ctypes.data
    table[k, 4], table[k, 5] = c.ctypes.data, d.ctypes.data


@kernel
def overlapping(table: Table, itemsize: int) -> bool:
    """Whether two arrays of the first column share memory."""
    starts = table[: len(table) - 1, 1]
    order = np.argsort(starts)
    for i in range(1, len(order)):
        k = order[i - 1]
        if starts[k] + (table[k + 1, 0] - table[k, 0]) * itemsize > starts[order[i]]:
            return True
    return False


# Before them ----------------------------------------------------------------------------------------------------


class List:
    """Arrays of one dtype that a kernel takes.

    Attributes:
        chosen: which rows of the columns they are.
        size: the number of elements.
        args: the table, an array like all the others, and the number of pieces: one if arrays that are written to
            overlap, so that they are changed in turn.
    """

    __slots__ = ("args", "chosen", "size")

    def __init__(self, rows: list[tuple[Array, ...]], chosen: list[int]) -> None:
        table = np.zeros((len(rows) + 1, WIDTH + 1), np.int64)
        note, like = enter.serial, rows[0][0].ravel()
        others = [like] * (WIDTH - len(rows[0]))
        for k, row in enumerate(rows):
            note(table, k, *[x.ravel() for x in row], *others)
        self.chosen, self.size = chosen, int(table[-1, 0])
        alone = len(rows) > 1 and overlapping.serial(table, like.itemsize)
        self.args = (table, like, 1 if alone else threads.get_num_threads())


def lists(*columns: list[Array] | None) -> tuple[list[List], list[int]]:
    """The rows of some columns by dtype, and which rows are not for a kernel; a column that is None is left out.

    A kernel takes arrays whose elements belong together one by one, in memory that may be written to.
    """
    rows: dict[str, list[tuple[Array, ...]]] = {"f": [], "d": []}
    chosen: dict[str, list[int]] = {"f": [], "d": []}
    rest = []
    for k, row in enumerate(zip(*[c for c in columns if c is not None], strict=True)):
        x = row[0]
        if x.__class__ is np.ndarray and x.dtype.char in "fd":
            dtype, shape = x.dtype, x.shape
            for y in row:
                same = y.__class__ is np.ndarray and y.dtype is dtype
                if not (same and y.flags.carray and y.shape == shape):
                    rest.append(k)
                    break
            else:
                rows[dtype.char].append(row)
                chosen[dtype.char].append(k)
        else:
            rest.append(k)
    return [List(rows[kind], chosen[kind]) for kind in "fd" if rows[kind]], rest


def picked(columns: tuple[list[Any] | None, ...], chosen: list[int]) -> Iterator[list[Any] | None]:
    """Some rows of the columns."""
    for column in columns:
        yield None if column is None else [column[k] for k in chosen]
