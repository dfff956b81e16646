"""A tensor prints itself as PyTorch's does, but for the name of the library."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays

import minitorch

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch")

FLOATS = ["float16", "float32", "float64"]
DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", *FLOATS, "complex64", "complex128"]


def texts(array: np.ndarray, change: Any = None) -> tuple[str, str]:
    """The array as both libraries print it, once `change` was applied."""
    results = []
    for lib in (minitorch, torch):
        x = lib.from_numpy(array)
        text = repr(change(x) if change else x).replace("minitorch.", "").replace("torch.", "")
        # Where the line breaks before what follows the elements depends on the length of the name.
        results.append(re.sub(r",\n +(?=size|dtype|grad_fn|requires_grad)", ", ", text))
    return results[0], results[1]


@st.composite
def any_array(draw: Any) -> np.ndarray:
    """Arrays of every dtype and shape, with magnitudes that PyTorch prints in different ways."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if dtype.kind in "bui":
        high = draw(st.sampled_from([2, 100, 2**31]))
        return np.asarray(rng.integers(-high if dtype.kind == "i" else 0, high, shape)).astype(dtype)
    power = draw(st.sampled_from([-9, -5, -3, 0, 0, 0, 2, 4, 7, 9]))
    spread = draw(st.sampled_from([0, 0, 1, 3]))

    def numbers() -> np.ndarray:
        values = np.asarray(
            rng.standard_normal(shape) * 10.0 ** (power + spread * rng.standard_normal(shape))
        )
        if draw(st.booleans()):
            values = np.asarray(np.round(values))
        if draw(st.integers(0, 3)) == 0:
            odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], size=shape)
            values = np.asarray(np.where(rng.random(shape) < 0.3, odd, values))
        return values

    with np.errstate(all="ignore"):
        values = numbers() + 1j * numbers() if dtype.kind == "c" else numbers()
        return np.asarray(values).astype(dtype)


@settings(max_examples=1500, deadline=None)
@given(any_array())
def test_any_tensor(array: np.ndarray) -> None:
    ours, theirs = texts(array)
    assert ours == theirs


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape",
    [(1001,), (2000,), (30, 50), (7, 8, 30), (3, 3, 3, 60), (1500, 1), (1, 1500), (1001, 0), (2, 3, 400)],
)
def test_summaries(dtype: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    array = (rng.standard_normal(shape) * 100).astype(dtype)
    ours, theirs = texts(array)
    assert ours == theirs


@pytest.mark.parametrize("shape", [(), (3,), (2, 4), (0,), (2, 0), (40,), (20, 9)])
def test_the_graph_shows(shape: tuple[int, ...]) -> None:
    array = np.asarray(np.random.default_rng(2).standard_normal(shape).astype(np.float32))
    for change in (
        lambda x: x.requires_grad_(),
        lambda x: x.double().requires_grad_(),
        lambda x: x.requires_grad_().exp(),
        lambda x: x.double().requires_grad_() * 2,
        lambda x: x.requires_grad_().sum(),
        lambda x: x.requires_grad_().exp().detach(),
    ):
        ours, theirs = texts(array, change)
        assert ours == theirs


@pytest.mark.parametrize(
    "options",
    [
        {"precision": 2},
        {"precision": 8},
        {"precision": 0},
        {"threshold": 10},
        {"threshold": 10, "edgeitems": 1},
        {"linewidth": 40},
        {"sci_mode": True},
        {"sci_mode": False},
        {"profile": "short"},
        {"profile": "full"},
    ],
)
def test_options(options: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    try:
        for lib in (minitorch, torch):
            lib.set_printoptions(**options)
        for shape in [(), (5,), (30,), (4, 6), (3, 7, 8)]:
            for scale in (1.0, 1e-6, 1e6):
                ours, theirs = texts(np.asarray(rng.standard_normal(shape) * scale))
                assert ours == theirs
        ours, theirs = texts(np.arange(60).reshape(3, 20))
        assert ours == theirs
    finally:
        for lib in (minitorch, torch):
            lib.set_printoptions(profile="default", sci_mode=None)


def test_default_dtype() -> None:
    try:
        for lib in (minitorch, torch):
            lib.set_default_dtype(lib.float64)
        for dtype in DTYPES:
            ours, theirs = texts(np.ones(2, dtype))
            assert ours == theirs
    finally:
        for lib in (minitorch, torch):
            lib.set_default_dtype(lib.float32)
