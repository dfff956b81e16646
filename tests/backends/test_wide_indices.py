"""Where NumPy's indices are int32, as in a browser, minitorch's are int64 all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minitorch_numpy import NumpyBackend
from minitorch_numpy.indices import NAMES, with_wide_indices


def narrow(x: Any) -> Any:
    """What a NumPy of 32 bits gives."""
    if isinstance(x, tuple):
        return tuple(narrow(part) for part in x)
    return x.astype(np.int32) if x.dtype == np.int64 else x


class Narrow(NumpyBackend):
    argmax = staticmethod(lambda *args, **kwargs: narrow(np.argmax(*args, **kwargs)))
    argmin = staticmethod(lambda *args, **kwargs: narrow(np.argmin(*args, **kwargs)))
    nonzero = staticmethod(lambda x: narrow(np.nonzero(x)))
    argsort = staticmethod(lambda x, axis=-1: narrow(np.argsort(x, axis=axis, kind="stable")))

    def bincount(self, x: Any, weights: Any, length: int) -> Any:
        return narrow(super().bincount(x, weights, length))

    def lexsort(self, rows: Any) -> Any:
        return narrow(super().lexsort(rows))

    def searchsorted(self, edges: Any, x: Any, right: bool) -> Any:
        return narrow(super().searchsorted(edges, x, right))

    def topk(self, x: Any, k: int, axis: int, largest: bool) -> Any:
        return narrow(super().topk(x, k, axis, largest))


X = np.array([[3.0, 1.0, 2.0], [0.0, 2.0, 2.0]])
CALLS: dict[str, tuple[Any, ...]] = {
    "argmax": (X, 1),
    "argmin": (X, 1),
    "argsort": (X,),
    "bincount": (np.array([0, 2, 2]), None, 3),
    "lexsort": (X,),
    "nonzero": (X,),
    "searchsorted": (np.arange(3.0), X, False),
    "topk": (X, 2, 1, True),
}


@pytest.mark.parametrize("name", NAMES)
def test_indices_are_wide(name: str) -> None:
    before = getattr(Narrow(), name)(*CALLS[name])
    wide = with_wide_indices(type("Wide", (Narrow,), {}))()
    after = getattr(wide, name)(*CALLS[name])
    expected = getattr(NumpyBackend(), name)(*CALLS[name])
    several = isinstance(after, tuple)
    for was, now, right in zip(*((x if several else (x,)) for x in (before, after, expected)), strict=True):
        assert was.dtype == np.int32
        assert now.dtype == np.int64
        assert np.array_equal(now, right)


def test_sums_of_weights_stay_what_they_are() -> None:
    wide = with_wide_indices(type("Wide", (Narrow,), {}))()
    sums = wide.bincount(np.array([0, 2, 2]), np.array([0.5, 1.0, 1.0]), 3)
    assert sums.dtype == np.float64
    assert sums.tolist() == [0.5, 0.0, 2.0]


def test_one_index_is_wide_too() -> None:
    wide = with_wide_indices(type("Wide", (Narrow,), {}))()
    assert wide.argmax(X[0]).dtype == np.int64
