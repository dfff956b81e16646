"""Products of matrices as cuBLAS takes them: what is transposed, how far rows lie apart, and how many there are.

cuBLAS counts along columns first. A matrix of ours, row by row, is the transpose of what it sees; so it is asked for
Cᵀ = Bᵀ·Aᵀ, which comes out as C, row by row. An operand that is itself a transposed view is handed over as it lies,
with a flag: nothing is copied. Nothing here needs a GPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

Sizes = tuple[int, ...]
LARGEST = 2**31 - 1  # a size, or a distance between rows, in cuBLAS


class Operand(NamedTuple):
    """A matrix as it lies in memory: `leading` elements from one row (of the transposed: column) to the next."""

    transposed: bool
    leading: int


class Batch(NamedTuple):
    """Products that lie at equal distances, in elements: from `a`, `b` and `c` on."""

    a: int
    b: int
    c: int
    products: int
    step_a: int
    step_b: int
    step_c: int


def operand(shape: Sizes, strides: Sizes) -> Operand | None:
    """How the last two dims lie; None if neither rows nor columns are contiguous, or one dim runs backwards.

    Strides are in elements.

    >>> operand((3, 4), (4, 1)), operand((3, 4), (1, 3)), operand((3, 4), (8, 2))
    (Operand(transposed=False, leading=4), Operand(transposed=True, leading=3), None)
    """
    (rows, columns), (by_row, by_column) = shape[-2:], strides[-2:]
    if min(strides) < 0:
        return None
    if (columns == 1 or by_column == 1) and (rows == 1 or LARGEST >= by_row >= columns):
        return Operand(False, by_row if rows > 1 else max(columns, 1))
    if (rows == 1 or by_row == 1) and (columns == 1 or LARGEST >= by_column >= rows):
        return Operand(True, by_column if columns > 1 else max(rows, 1))
    return None


def batches(lead: Sizes, a: Sizes, b: Sizes, c: Sizes) -> Iterator[Batch]:
    """All products of a batch, in as few calls as equal distances allow.

    Args:
        lead: the dims before the matrices.
        a: the distances along them in the first operand, 0 where it is broadcast.
        b: in the second one.
        c: in the result.

    >>> list(batches((2, 3), (12, 4), (0, 0), (18, 6)))
    [Batch(a=0, b=0, c=0, products=6, step_a=4, step_b=0, step_c=6)]
    >>> [call.products for call in batches((2, 3), (12, 4), (0, 5), (18, 6))]
    [3, 3]
    """
    dims = [dim for dim in range(len(lead)) if lead[dim] != 1]
    count, steps = 1, (0, 0, 0)
    while dims:
        outer = a[dims[-1]], b[dims[-1]], c[dims[-1]]
        if count > 1 and outer != tuple(step * count for step in steps):
            break
        steps = steps if count > 1 else outer
        count *= lead[dims.pop()]
    for place in np.ndindex(*(lead[dim] for dim in dims)):
        from_a, from_b, from_c = (
            sum(i * s[dim] for i, dim in zip(place, dims, strict=True)) for s in (a, b, c)
        )
        yield Batch(from_a, from_b, from_c, count, *steps)


class Gemm(NamedTuple):
    """What cuBLAS is asked for, in its own words: C = op(A)·op(B), column by column, some times over.

    Places and distances are in elements. A and B are the second and the first of our operands.
    """

    transpose_a: bool
    transpose_b: bool
    m: int
    n: int
    k: int
    a: int
    lda: int
    step_a: int
    b: int
    ldb: int
    step_b: int
    c: int
    ldc: int
    step_c: int
    products: int


class Product(NamedTuple):
    """The shape of a result, and the calls that compute it; or which of the operands have to be copied first."""

    shape: Sizes
    calls: tuple[Gemm, ...]
    copies: tuple[bool, bool]


@lru_cache(4096)  # a model has some hundred products, the same ones in each step
def product(shape_x: Sizes, strides_x: Sizes, shape_y: Sizes, strides_y: Sizes) -> Product:
    """How x @ y is computed, for arrays of at least two dims that have elements; strides are in elements."""
    x, y = operand(shape_x, strides_x), operand(shape_y, strides_y)
    if x is None or y is None:
        return Product((), (), (x is None, y is None))
    rows, inner, columns = shape_x[-2], shape_x[-1], shape_y[-1]
    lead = np.broadcast_shapes(shape_x[:-2], shape_y[:-2])
    lead_x, lead_y = (
        broadcast_strides(shape[:-2], strides[:-2], lead)
        for shape, strides in ((shape_x, strides_x), (shape_y, strides_y))
    )
    steps = tuple([rows * columns * prod(lead[dim + 1 :]) for dim in range(len(lead))])
    calls = [
        Gemm(
            y.transposed, x.transposed, columns, rows, inner,
            batch.b, y.leading, batch.step_b, batch.a, x.leading, batch.step_a, batch.c, columns, batch.step_c,
            batch.products,
        )
        for batch in batches(lead, lead_x, lead_y, steps)
    ]  # fmt: skip
    return Product((*lead, rows, columns), tuple(calls), (False, False))


def broadcast_strides(shape: Sizes, strides: Sizes, to: Sizes) -> Sizes:
    """The distances along the dims of `to`, 0 where an array is broadcast."""
    own = tuple(0 if n == 1 else step for n, step in zip(shape, strides, strict=True))
    return (0,) * (len(to) - len(own)) + own


def shape_of_product(a: Sizes, b: Sizes) -> Sizes:
    """The shape of a product in which nothing is added up.

    >>> shape_of_product((0, 3), (3, 2)), shape_of_product((2, 0), (5, 0, 4))
    ((0, 2), (5, 2, 4))
    """
    one = np.zeros(())
    return np.matmul(np.broadcast_to(one, a), np.broadcast_to(one, b)).shape
