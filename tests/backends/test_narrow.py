"""Indices have 64 bits where NumPy's have 32; that NumPy is played by a class here, and real in tests/site."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch_numpy.backend import NumpyBackend
from minitorch_numpy.narrow import INDICES, widen


def narrowed(found: Any) -> Any:
    return (
        tuple(each.astype(np.int32) for each in found) if isinstance(found, tuple) else found.astype(np.int32)
    )


class Narrow(NumpyBackend):
    """As NumPy is in a browser."""

    @staticmethod
    def argmax(x: Any, axis: Any = None) -> Any:
        return narrowed(np.argmax(x, axis=axis))

    @staticmethod
    def nonzero(x: Any) -> Any:
        return narrowed(np.nonzero(x))

    def topk(self, x: Any, k: int, axis: int, largest: bool) -> Any:
        return narrowed(super().topk(x, k, axis, largest))

    def bincount(self, x: Any, weights: Any, length: int) -> Any:
        return super().bincount(x, weights, length) if weights is not None else narrowed(np.bincount(x))


def test_indices_are_widened_and_nothing_else() -> None:
    assert all(hasattr(NumpyBackend, name) for name in INDICES)
    widen(Narrow)
    backend, x = Narrow(), np.array([1.0, 3.0, 0.0])
    found = [backend.argmax(x), *backend.nonzero(x), backend.topk(x, 2, 0, True), backend.argsort(x)]
    assert [each.dtype for each in found] == [np.int64] * 4
    assert [each.tolist() for each in found] == [1, [0, 1], [1, 0], [2, 0, 1]]
    assert backend.bincount(np.array([1, 1]), None, 0).tolist() == [0, 2]
    assert backend.bincount(np.array([1, 1]), np.array([0.5, 1.0]), 0).dtype == np.float64
    assert NumpyBackend.argmax is np.argmax  # the real one stays as it is, where addresses have 64 bits
