"""Composites of the backend interface for linear algebra: triangular systems, LU, the matrix exponential.

Matrices lie in the last two dims; leading dims are a batch, and every step below works on the whole batch.
Functions that can fail tell how in `info`, one integer for each matrix: 0 for success, else LAPACK's number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Array = Any

BLOCK = 32  # columns that are treated one by one, before matrix products take over
THETA = (
    5.371920351148152  # the 1-norm up to which the Padé approximant of degree 13 is exact to double precision
)
PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip


class LinalgKernels:
    """Linear algebra that no array library offers for batches, in terms of these primitives of a backend."""

    abs: Callable[..., Array]
    arange: Callable[..., Array]
    argmax: Callable[..., Array]
    copy: Callable[..., Array]
    empty: Callable[..., Array]
    eye: Callable[..., Array]
    broadcast_to: Callable[..., Array]
    matmul: Callable[..., Array]
    max: Callable[..., Array]
    solve: Callable[..., Any]
    sum: Callable[..., Array]
    where: Callable[..., Array]
    zeros: Callable[..., Array]

    def solve_triangular(self, a: Array, b: Array, upper: bool, unit: bool) -> Array:
        """X of A·X = B for a triangular A, by substitution; the other triangle of A is not looked at.

        Shape: a (…, n, n), b (…, n, k) → (…, n, k); leading dims broadcast.
        """
        if upper:  # read backwards, it is a lower one
            return self.solve_triangular(a[..., ::-1, ::-1], b[..., ::-1, :], False, unit)[..., ::-1, :]
        n, k = b.shape[-2:]
        x = self.copy(self.broadcast_to(b, (*broadcast(a.shape[:-2], b.shape[:-2]), n, k)))
        for start in range(0, n, BLOCK):
            stop = min(start + BLOCK, n)
            if start:
                x[..., start:stop, :] -= self.matmul(a[..., start:stop, :start], x[..., :start, :])
            for i in range(start, stop):
                if i > start:
                    x[..., i, :] -= self.matmul(a[..., i : i + 1, start:i], x[..., start:i, :])[..., 0, :]
                if not unit:
                    x[..., i, :] /= a[..., i, i, None]
        return x

    def lu(self, x: Array) -> tuple[Array, Array, Array]:
        """P·A = L·U with row exchanges: L below the diagonal and U above it in one matrix, pivots, and info.

        Row i was exchanged with row pivots[i] − 1, for i = 0, 1, …; info is the first pivot that is zero.

        Source: G. Golub, C. Van Loan, "Matrix Computations" (2013), algorithm 3.4.1, in blocks of columns.
        """
        *batch, m, n = x.shape
        k = min(m, n)
        y = self.copy(x).reshape(math.prod(batch), m, n)
        each = self.arange(len(y))
        pivots, info = self.zeros((len(y), k), "int32"), self.zeros((len(y),), "int32")
        for start in range(0, k, BLOCK):
            stop = min(start + BLOCK, k)
            for j in range(start, stop):
                size = self.abs(y[:, j:, j].real) + self.abs(y[:, j:, j].imag)
                p = self.argmax(size, axis=1) + j
                pivots[:, j] = p + 1
                row = self.copy(y[each, p])
                y[each, p] = y[:, j]
                y[:, j] = row
                zero = y[:, j, j] == 0
                info = self.where(zero & (info == 0), info.dtype.type(j + 1), info)
                y[:, j + 1 :, j] /= self.where(zero, y.dtype.type(1), y[:, j, j])[:, None]
                y[:, j + 1 :, j + 1 : stop] -= y[:, j + 1 :, j, None] * y[:, j, None, j + 1 : stop]
            if stop < n:
                right = self.solve_triangular(
                    y[:, start:stop, start:stop], y[:, start:stop, stop:], False, True
                )
                y[:, start:stop, stop:] = right
                y[:, stop:, stop:] -= self.matmul(y[:, stop:, start:stop], right)
        return y.reshape(x.shape), pivots.reshape(*batch, k), info.reshape(batch)

    def permutation(self, pivots: Array, m: int) -> Array:
        """For each row of P·A which row of A it was, by the exchanges of `lu`.  Shape: (…, k) → (…, m)."""
        *batch, k = pivots.shape
        swaps = pivots.reshape(math.prod(batch), k) - 1
        each = self.arange(len(swaps))
        order = self.copy(self.broadcast_to(self.arange(m), (len(swaps), m)))
        for i in range(k):
            row = self.copy(order[each, swaps[:, i]])
            order[each, swaps[:, i]] = order[:, i]
            order[:, i] = row
        return order.reshape(*batch, m)

    def matrix_exp(self, x: Array) -> Array:
        """e^X = (e^(X/2ˢ))^(2ˢ), with a Padé approximant for the small matrix.

        Source: N. Higham, "The Scaling and Squaring Method for the Matrix Exponential Revisited" (2005).
        """
        if not x.size:
            return self.copy(x)
        if x.dtype.char in "fF":  # the squarings would lose too much
            return self.matrix_exp(x.astype("float64" if x.dtype.char == "f" else "complex128")).astype(
                x.dtype
            )
        norm = float(self.max(self.sum(self.abs(x), axis=-2), axis=None))
        halvings = math.ceil(math.log2(norm / THETA)) if THETA < norm < math.inf else 0
        x = x / x.dtype.type(2**halvings)
        one = self.eye(x.shape[-1], x.shape[-1], x.dtype)
        c = [x.real.dtype.type(value) for value in PADE]
        x2 = self.matmul(x, x)
        x4 = self.matmul(x2, x2)
        x6 = self.matmul(x2, x4)
        high = self.matmul(x6, c[13] * x6 + c[11] * x4 + c[9] * x2)
        odd = self.matmul(x, high + c[7] * x6 + c[5] * x4 + c[3] * x2 + c[1] * one)
        high = self.matmul(x6, c[12] * x6 + c[10] * x4 + c[8] * x2)
        even = high + c[6] * x6 + c[4] * x4 + c[2] * x2 + c[0] * one
        y = self.solve(even - odd, even + odd)[0]
        for _ in range(halvings):
            y = self.matmul(y, y)
        return y


def broadcast(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that two batches have together."""
    width = max(len(first), len(second))
    pairs = zip(
        (1,) * (width - len(first)) + tuple(first), (1,) * (width - len(second)) + tuple(second), strict=True
    )
    return tuple(m if n == 1 else n for n, m in pairs)
