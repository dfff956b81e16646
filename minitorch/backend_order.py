"""Composites of the backend interface for order and counting: running extremes, the k largest, binary search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any


class OrderKernels:
    """Order, written once in terms of these primitives of a backend."""

    abs: Callable[..., Array]
    arange: Callable[..., Array]
    argsort: Callable[..., Array]
    concatenate: Callable[..., Array]
    exp: Callable[..., Array]
    flip: Callable[..., Array]
    full: Callable[..., Array]
    index_add: Callable[..., Any]
    log1p: Callable[..., Array]
    logaddexp: Callable[..., Array]
    maximum: Callable[..., Array]
    minimum: Callable[..., Array]
    stack: Callable[..., Array]
    take_along_axis: Callable[..., Array]
    where: Callable[..., Array]
    zeros: Callable[..., Array]

    def _scan(self, function: Callable[[Array, Array], Array], x: Array, axis: int) -> Array:
        """yᵢ = f(… f(x₀, x₁) …, xᵢ) along an axis, of an associative f, in log₂ n steps.

        Source: Hillis and Steele, Data parallel algorithms, 1986.
        """
        y, step = x.swapaxes(0, axis), 1
        while step < len(y):
            y = self.concatenate([y[:step], function(y[:-step], y[step:])], axis=0)
            step *= 2
        return y.swapaxes(0, axis)

    def cummax(self, x: Array, axis: int) -> Array:
        """The largest so far along an axis; NaN from the first NaN on."""
        return self._scan(self.maximum, x, axis)

    def cummin(self, x: Array, axis: int) -> Array:
        """The smallest so far along an axis; NaN from the first NaN on."""
        return self._scan(self.minimum, x, axis)

    def logcumsumexp(self, x: Array, axis: int) -> Array:
        """log of the running sum of exp(x) along an axis, without overflow; of complex numbers one by one.

        There the order decides which of the logarithms, 2πi apart, comes out.
        """
        if x.dtype.kind != "c":
            return self._scan(self.logaddexp, x, axis)
        rows = list(x.swapaxes(0, axis))
        for i in range(1, len(rows)):
            rows[i] = self._add_logarithms(rows[i - 1], rows[i])
        return self.stack(rows, axis=0).swapaxes(0, axis) if rows else x

    def _add_logarithms(self, x: Array, y: Array) -> Array:
        """log(exp(x) + exp(y)) of complex numbers, without overflow, on the branch of the larger one."""
        first = x.real >= y.real
        high, low = self.where(first, x, y), self.where(first, y, x)
        same = (high == low) & (self.abs(high) == float("inf"))  # where high − low would be NaN
        result = high + self.log1p(self.exp(self.where(same, 0, low - high)))
        return self.where(x.real != x.real, x, self.where(y.real != y.real, y, result)).astype(x.dtype)

    def argsort_descending(self, x: Array, axis: int) -> Array:
        """The indices that sort along an axis, largest first; equal elements as they stand."""
        flipped = self.argsort(self.flip(x, axis), axis=axis)  # so that equal ones keep their order
        return x.shape[axis] - 1 - self.flip(flipped, axis)

    def topk(self, x: Array, k: int, axis: int, largest: bool) -> Array:
        """The indices of the k largest (or smallest) elements along an axis, in order."""
        order = self.argsort_descending(x, axis) if largest else self.argsort(x, axis=axis)
        return order.swapaxes(0, axis)[:k].swapaxes(0, axis)

    def searchsorted(self, edges: Array, x: Array, right: bool) -> Array:
        """Where each x belongs among ascending edges: how many of them are < x (≤ x if `right`).

        Shape: edges (n) and x of any shape, or edges (…, n) and x (…, m) → that of x.
        """
        n = edges.shape[-1]
        flat = x.reshape(-1) if edges.ndim == 1 else x
        low = self.full(flat.shape, 0, "int64")
        high = self.full(flat.shape, n, "int64")
        for _ in range(n.bit_length()):
            middle = (low + high) // 2
            at = self.take_along_axis(edges, self.minimum(middle, n - 1), -1)
            beyond = (at > flat) if right else (at >= flat)
            active = low < high
            high = self.where(active & beyond, middle, high)
            low = self.where(active & ~beyond, middle + 1, low)
        return low.reshape(x.shape)

    def bincount(self, x: Array, weights: Array | None, length: int) -> Array:
        """How often each of 0, …, length − 1 occurs in a vector, or the sum of the weights where it does."""
        y = self.zeros((length,), "int64" if weights is None else weights.dtype)
        self.index_add(y, (x,), self.full(x.shape, 1, "int64") if weights is None else weights)
        return y

    def lexsort(self, rows: Array) -> Array:
        """The indices that put the rows of a matrix in the order of a dictionary."""
        order = self.arange(rows.shape[0])
        for column in range(rows.shape[1] - 1, -1, -1):
            order = order[self.argsort(rows[order, column], axis=0)]
        return order
