"""Composites of the backend interface for symmetric indefinite matrices: LDL, one matrix after the other.

Which rows are exchanged, and whether a pivot is a number or a 2 × 2 block, depends on the numbers; so this cannot be
done for a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any

GROWTH = (1 + 17**0.5) / 8  # bounds the growth of the elements over two steps


class IndefiniteKernels:
    """The factorization of Bunch and Kaufman, in terms of these primitives of a backend."""

    abs: Callable[..., Array]
    copy: Callable[..., Array]
    conj: Callable[..., Array]
    matmul: Callable[..., Array]
    max: Callable[..., Array]
    argmax: Callable[..., Array]
    zeros: Callable[..., Array]

    def ldl(self, x: Array, hermitian: bool) -> tuple[Array, Array, int]:
        """A = L·D·Lᵀ (or Lᴴ) of one matrix, from its lower triangle: L with D's blocks, pivots, and info, as LAPACK.

        A positive pivot p of row k says that rows k and p − 1 were exchanged; two equal negative ones that k and k + 1
        belong to a 2 × 2 block, and that rows k + 1 and −p − 1 were exchanged.

        Source: J. Bunch, L. Kaufman, "Some Stable Methods for Calculating Inertia and Solving Symmetric Linear
        Systems" (1977).
        """
        a, n, info, k = self.copy(x), len(x), 0, 0
        pivots = self.zeros((n,), "int32")
        while k < n:
            p, block = self._ldl_pivot(a, k)
            if p < 0:
                info, p = info or k + 1, k
            step = 2 if block else 1
            self._ldl_exchange(a, k, k + step - 1, p, hermitian)
            pivots[k : k + step] = -p - 1 if block else p + 1
            if a[k, k] != 0 or block:
                below = self.copy(a[k + step :, k : k + step])
                d = self._ldl_block(a, k, step, hermitian)
                factor = self.matmul(below, d)
                right = self.conj(below).T if hermitian else below.T
                a[k + step :, k + step :] -= self.matmul(factor, right)
                a[k + step :, k : k + step] = factor
            k += step
        return a, pivots, info

    def _ldl_pivot(self, a: Array, k: int) -> tuple[int, bool]:
        """The row to exchange, −1 if the column is zero, and whether the pivot is a block."""
        size = self.abs(a.real) + self.abs(a.imag)
        own = size[k, k]
        column = size[k + 1 :, k]
        if not len(column) or not self.max(column, axis=None):
            return (k if own else -1), False
        i = k + 1 + int(self.argmax(column, axis=0))
        largest = size[i, k]
        if own >= GROWTH * largest:
            return k, False
        in_row = self.max(size[i, k:i], axis=None)
        if i + 1 < len(a):
            in_row = max(in_row, self.max(size[i + 1 :, i], axis=None))
        if own * in_row >= GROWTH * largest * largest:
            return k, False
        return i, bool(size[i, i] < GROWTH * in_row)

    def _ldl_exchange(self, a: Array, k: int, at: int, p: int, hermitian: bool) -> None:
        """Exchanges rows and columns `at` and p of what is not yet factored, in its lower triangle."""
        if p == at:
            return
        a[p + 1 :, [at, p]] = a[p + 1 :, [p, at]]
        column, row = self.copy(a[at + 1 : p, at]), self.copy(a[p, at + 1 : p])
        a[at + 1 : p, at], a[p, at + 1 : p] = (
            (self.conj(row), self.conj(column)) if hermitian else (row, column)
        )
        if hermitian:
            a[p, at] = self.conj(a[p, at])
        first, second = self.copy(a[at, at]), self.copy(a[p, p])
        a[at, at], a[p, p] = second, first
        if at > k:
            a[[at, p], k] = a[[p, at], k]

    def _ldl_block(self, a: Array, k: int, step: int, hermitian: bool) -> Array:
        """The inverse of D's block at k."""
        d = self.copy(a[k : k + step, k : k + step])
        if step == 1:
            return 1 / (d.real.astype(d.dtype) if hermitian else d)
        p, q, b = d[0, 0], d[1, 1], d[1, 0]
        c = self.conj(b) if hermitian else b
        d[0, 0], d[1, 1], d[0, 1], d[1, 0] = q, p, -c, -b
        return d / (p * q - b * c)

    def ldl_solve(self, a: Array, pivots: Array, b: Array, hermitian: bool) -> Array:
        """X of A·X = B for one matrix, with what `ldl` gives."""
        x, n, k = self.copy(b), len(a), 0
        while k < n:
            step = 2 if pivots[k] < 0 else 1
            at, p = k + step - 1, abs(int(pivots[k])) - 1
            x[[at, p]] = x[[p, at]]
            x[k + step :] -= self.matmul(a[k + step :, k : k + step], x[k : k + step])
            x[k : k + step] = self.matmul(self._ldl_block(a, k, step, hermitian), x[k : k + step])
            k += step
        while k > 0:
            step = 2 if pivots[k - 1] < 0 else 1
            left = a[k:, k - step : k].T
            x[k - step : k] -= self.matmul(self.conj(left) if hermitian else left, x[k:])
            at, p = k - 1, abs(int(pivots[k - 1])) - 1
            x[[at, p]] = x[[p, at]]
            k -= step
        return x
