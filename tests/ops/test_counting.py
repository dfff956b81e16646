"""Counting: unique, histograms, searchsorted, against NumPy; refusals."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.backend_order import OrderKernels
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.registry import get_backend

SMALL = st.lists(st.integers(-3, 3), max_size=12)


@given(SMALL)
def test_unique_is_that_of_numpy(numbers):
    x = np.array(numbers, "int64")
    values, inverse, counts = minitorch.unique(minitorch.tensor(x), return_inverse=True, return_counts=True)
    expected = np.unique(x, return_inverse=True, return_counts=True)
    for ours, theirs in zip((values, inverse, counts), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(minitorch.tensor(x).unique(), expected[0])


@given(st.integers(0, 6), st.integers(1, 3), st.integers(0, 9))
def test_unique_rows(n, columns, seed):
    x = np.random.default_rng(seed).integers(0, 2, (columns, n))
    values, inverse, counts = minitorch.unique(
        minitorch.tensor(x), return_inverse=True, return_counts=True, dim=1
    )
    expected = np.unique(x, return_inverse=True, return_counts=True, axis=1)
    for ours, theirs in zip((values, inverse, counts), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))


def test_neighbours():
    x = minitorch.tensor([[1, 1, 2], [2, 2, 2]])
    values, inverse, counts = x.unique_consecutive(return_inverse=True, return_counts=True)
    assert values.tolist() == [1, 2]
    assert inverse.tolist() == [[0, 0, 1], [1, 1, 1]]
    assert counts.tolist() == [2, 4]
    assert x.unique_consecutive(dim=1).tolist() == [[1, 2], [2, 2]]


def test_every_nan_is_different():
    assert len(minitorch.tensor([float("nan"), 1.0, float("nan")]).unique()) == 3


@given(SMALL, st.booleans(), st.lists(st.integers(-4, 4), max_size=5))
def test_searchsorted_is_that_of_numpy(edges, right, numbers):
    e, x = np.sort(np.array(edges, "int64")), np.array(numbers, "int64")
    found = minitorch.searchsorted(minitorch.tensor(e), minitorch.tensor(x), right=right)
    expected = np.searchsorted(e, x, "right" if right else "left")
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(OrderKernels.searchsorted(get_backend("numpy"), e, x, right), expected)


@pytest.mark.parametrize("m", [2, 100])  # few numbers for each row, and many
def test_rows_of_edges(m):
    rng = np.random.default_rng(0)
    e, x = np.sort(rng.normal(size=(2, 3, 5))), rng.normal(size=(2, 3, m))
    found = minitorch.searchsorted(minitorch.tensor(e), minitorch.tensor(x))
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(found[i, j], np.searchsorted(e[i, j], x[i, j]))


def test_a_sorter_stands_for_a_sorted_sequence():
    x = minitorch.tensor([5, 1, 3])
    assert minitorch.searchsorted(x, minitorch.tensor([2, 4]), sorter=x.argsort()).tolist() == [1, 2]
    assert minitorch.bucketize(4, x.msort(), out_int32=True).dtype is minitorch.int32


@pytest.mark.parametrize("density", [False, True])
def test_histograms_are_those_of_numpy(density):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(200, 2)), rng.uniform(size=200)
    hist, edges = minitorch.histogram(
        minitorch.tensor(x[:, 0]), 7, range=(-1.0, 2.0), weight=minitorch.tensor(w), density=density
    )
    expected = np.histogram(x[:, 0], 7, (-1.0, 2.0), density, w)
    np.testing.assert_allclose(hist, expected[0])
    np.testing.assert_allclose(edges, expected[1])
    grid, axes = minitorch.histogramdd(
        minitorch.tensor(x), [3, minitorch.tensor([-1.0, 0.0, 0.5], dtype=minitorch.float64)],
        range=None, weight=minitorch.tensor(w), density=density,
    )  # fmt: skip
    wanted = np.histogramdd(x, [np.asarray(axes[0]), [-1.0, 0.0, 0.5]], weights=w, density=density)
    np.testing.assert_allclose(grid, wanted[0])


def test_bins_of_equal_width():
    x = np.random.default_rng(0).normal(size=100)
    np.testing.assert_array_equal(minitorch.tensor(x).histc(8, -1, 2), np.histogram(x, 8, (-1, 2))[0])
    assert minitorch.full((5,), 2.0).histc(2).tolist() == [0, 5]


def test_counts_with_weights():
    x, w = minitorch.tensor([0, 2, 2]), minitorch.tensor([0.5, 1.0, 2.0])
    assert x.bincount(w, minlength=5).tolist() == [0.5, 0, 3, 0, 0]
    assert x.bincount(w).dtype is minitorch.float32
    assert x.bincount(w.long()).dtype is minitorch.float64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: minitorch.tensor([-1]).bincount(), ArgumentError, "bincount: the integers to count"),
        (lambda: minitorch.ones(2).bincount(), ShapeError, "bincount: needs a vector of integers"),
        (lambda: minitorch.ones(2).histc(0), ArgumentError, "histc: bins must be positive, got 0"),
        (lambda: minitorch.ones(2).histc(3, 2, 1), ArgumentError, "histc: the first edge 2 lies above"),
        (lambda: minitorch.ones(2).long().histc(3), DtypeError, "histc: not defined for int64"),
        (lambda: minitorch.ones(2).histogram(0), ArgumentError, "histogram: the number of bins must be"),
        (
            lambda: minitorch.bucketize(1, minitorch.ones(2, 2)),
            ShapeError,
            "bucketize: boundaries must be a vec",
        ),
        (
            lambda: minitorch.searchsorted(minitorch.ones(2), minitorch.tensor([1])),
            DtypeError,
            "searchsorted: the sequence is minitorch.float32 and the input minitorch.int64",
        ),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
