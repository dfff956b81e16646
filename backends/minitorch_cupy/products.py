"""Products of matrices as cuBLAS takes them: what is transposed, how far rows lie apart, and how many there are.

cuBLAS counts along columns first. A matrix of ours, row by row, is the transpose of what it sees; so it is asked for
Cᵀ = Bᵀ·Aᵀ, which comes out as C, row by row. An operand that is itself a transposed view is handed over as it lies,
with a flag: nothing is copied. Nothing here needs a GPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np

Sizes = tuple[int, ...]


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
    """How the last two dims lie; None if neither rows nor columns are contiguous. Strides are in elements.

    >>> operand((3, 4), (4, 1)), operand((3, 4), (1, 3)), operand((3, 4), (8, 2))
    (Operand(transposed=False, leading=4), Operand(transposed=True, leading=3), None)
    """
    (rows, columns), (by_row, by_column) = shape[-2:], strides[-2:]
    if (columns == 1 or by_column == 1) and (rows == 1 or by_row >= columns):
        return Operand(False, by_row if rows > 1 else max(columns, 1))
    if (rows == 1 or by_row == 1) and (columns == 1 or by_column >= rows):
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


class Product(NamedTuple):
    """C = A·B: sizes as cuBLAS calls them, and operands."""

    rows: int
    columns: int
    inner: int
    a: Operand
    b: Operand
    lead: Sizes
    lead_a: Sizes
    lead_b: Sizes

    @property
    def shape(self) -> Sizes:
        """Of the result."""
        return (*self.lead, self.rows, self.columns)

    def calls(self) -> Iterator[Batch]:
        """What to call cuBLAS with, for a contiguous result."""
        steps = [self.rows * self.columns * prod(self.lead[dim + 1 :]) for dim in range(len(self.lead))]
        return batches(self.lead, self.lead_a, self.lead_b, tuple(steps))


def product(
    shape_a: Sizes, strides_a: Sizes, shape_b: Sizes, strides_b: Sizes
) -> Product | tuple[bool, bool]:
    """The product of two arrays of at least two dims, or which of them have to be copied first."""
    a, b = operand(shape_a, strides_a), operand(shape_b, strides_b)
    if a is None or b is None:
        return a is None, b is None
    lead = np.broadcast_shapes(shape_a[:-2], shape_b[:-2])
    lead_a, lead_b = (
        broadcast_strides(shape[:-2], strides[:-2], lead)
        for shape, strides in ((shape_a, strides_a), (shape_b, strides_b))
    )
    return Product(shape_a[-2], shape_b[-1], shape_a[-1], a, b, lead, lead_a, lead_b)


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
