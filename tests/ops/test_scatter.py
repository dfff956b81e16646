"""Gather, scatter and their relatives: refusals, smaller indices, duplicates, changes in place."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, InplaceError, ShapeError
from minitorch.nn import functional as F

X = minitorch.arange(12.0).reshape(3, 4)


def index(*values):
    return minitorch.tensor(list(values))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: X.gather(1, index([4])),
            IndexRangeError,
            "gather: index 4 is out of range for dim 1 of size 4 (shape (3, 4)); it must lie between 0 and 3",
        ),
        (
            lambda: X.gather(1, index([-1])),
            IndexRangeError,
            "index -1 is out of range for dim 1 of size 4 (shape (3, 4)); it must lie between 0 "
            "and 3; negative "
            "indices do not count from the end here",
        ),
        (lambda: X.gather(2, index([0])), IndexRangeError, "gather: dim 2 is out of range"),
        (
            lambda: X.gather(1, index(0)),
            ShapeError,
            "an index of shape (1,) has 1 dimensions and an input of shape (3, 4) 2",
        ),
        (
            lambda: X.gather(1, minitorch.zeros(4, 1).long()),
            ShapeError,
            "an index of shape (4, 1) is larger than an input of shape (3, 4) at dim 0; only along dim 1",
        ),
        (lambda: X.gather(1, minitorch.zeros(3, 1)), DtypeError, "got float32; use .long()"),
        (
            lambda: X.scatter(1, index([9]), 1.0),
            IndexRangeError,
            "scatter: index 9 is out of range for dim 1",
        ),
        (
            lambda: X.scatter(1, index([0, 1]), minitorch.ones(1, 1)),
            ShapeError,
            "an index of shape (1, 2) is larger than the source of shape (1, 1)",
        ),
        (
            lambda: X.scatter(1, index([0]), minitorch.ones(1, 1).double()),
            DtypeError,
            "the source is minitorch.float64 and the input minitorch.float32; use src.to(input.dtype)",
        ),
        (
            lambda: X.scatter(1, index([0]), 1.0, reduce="max"),
            ArgumentError,
            "'add' or 'multiply', got 'max'",
        ),
        (lambda: X.scatter(1, index([0])), ArgumentError, "scatter: give src"),
        (
            lambda: X.scatter_add(0, index([3]), minitorch.ones(1, 1)),
            IndexRangeError,
            "scatter_add: index 3 is out of range for dim 0 of size 3",
        ),
        (
            lambda: X.index_add(0, index(-1), X[:1]),
            IndexRangeError,
            "index_add: index -1 is out of range for dim 0 of size 3",
        ),
        (
            lambda: X.index_add(0, index(1), X[:2]),
            ShapeError,
            "a source of shape (2, 4) does not fit an input of shape (3, 4) and 1 indices along dim 0; "
            "expected (1, 4)",
        ),
        (lambda: X.index_copy(0, index([1]), X[:1]), ShapeError, "index must be a vector, got shape (1, 1)"),
        (
            lambda: X.index_fill(0, index(3), 1.0),
            IndexRangeError,
            "index_fill: 3 is out of range for dim 0",
        ),
        (lambda: X.index_fill(0, index(1), X[0]), ShapeError, "value must be a number or a 0-d tensor"),
        (lambda: X.take(index(12)), IndexRangeError, "take: 12 is out of range"),
        (lambda: X.put(index(-13), X[0, :1]), IndexRangeError, "put: -13 is out of range"),
        (lambda: X.put(index(0), X[0]), ShapeError, "put: 1 indices for 4 elements of the source"),
        (lambda: X.masked_select(X), DtypeError, "masked_select: the mask must be bool, got float32"),
        (
            lambda: X.masked_scatter(X >= 0, X[0]),
            ShapeError,
            "the mask holds at 12 places, but the source of shape (4,) has only 4 elements",
        ),
        (
            lambda: F.one_hot(index(0, 3), 3),
            IndexRangeError,
            "one_hot: class 3 is out of range for 3 classes",
        ),
        (lambda: F.one_hot(index(-1)), IndexRangeError, "one_hot: class -1 is out of range"),
        (lambda: F.one_hot(index(0.5)), DtypeError, "class indices must be int64, got minitorch.float32"),
        (lambda: F.one_hot(minitorch.zeros(0).long()), ArgumentError, "give num_classes"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


@given(st.data())
def test_gather_reads_what_a_loop_reads(data):
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    dim = data.draw(st.integers(0, len(shape) - 1))
    smaller = [data.draw(st.integers(0, 5 if d == dim else n)) for d, n in enumerate(shape)]
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    a, places = rng.normal(size=shape), rng.integers(0, shape[dim], smaller)
    y = minitorch.gather(minitorch.tensor(a), dim, minitorch.tensor(places))
    assert y.shape == tuple(smaller)
    for at in np.ndindex(*smaller):
        source = (*at[:dim], places[at], *at[dim + 1 :])
        assert y[at].item() == a[source]


def test_duplicates_add_up():
    y = minitorch.zeros(3).scatter_add(0, index(1, 1, 1, 0), minitorch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert y.tolist() == [4, 6, 0]


def test_scatter_multiplies_duplicates_and_differentiates():
    x = minitorch.tensor([2.0, 3.0], requires_grad=True)
    v = minitorch.tensor([5.0, 7.0, 11.0], requires_grad=True)
    y = x.scatter(0, index(0, 0, 1), v, reduce="multiply")
    y.sum().backward()
    assert y.tolist() == [70, 33]
    assert x.grad.tolist() == [35, 11]
    assert v.grad.tolist() == [14, 10, 3]


def test_a_source_may_be_larger_than_the_index():
    v = minitorch.arange(12.0).reshape(3, 4).requires_grad_()
    y = minitorch.zeros(3, 4).scatter(1, index([3, 0]), v)
    y.sum().backward()
    assert y[0].tolist() == [1, 0, 0, 0]
    assert v.grad.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


IN_PLACE = {
    "scatter_": (1, index([0, 2]), 5.0),
    "scatter_add_": (1, index([0, 0]), minitorch.ones(1, 2)),
    "index_add_": (0, index(1, 1), minitorch.ones(2, 4)),
    "index_copy_": (0, index(1), minitorch.ones(1, 4)),
    "index_fill_": (1, index(-1), 7.0),
    "masked_scatter_": (X > 5, minitorch.arange(6.0)),
    "put_": (index(0, -1), minitorch.ones(2)),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_is_out_of_place_stored(name):
    arguments = IN_PLACE[name]
    expected = getattr(X, name[:-1])(*arguments)
    x = X.clone()
    assert getattr(x, name)(*arguments) is x
    np.testing.assert_array_equal(x, expected)
    assert not np.array_equal(expected, X)


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_gradients(name):
    arguments = IN_PLACE[name]
    leaf = X.clone().requires_grad_()
    (getattr(leaf * 2, name)(*arguments) ** 2).sum().backward()
    other = X.clone().requires_grad_()
    (getattr(other * 2, name[:-1])(*arguments) ** 2).sum().backward()
    np.testing.assert_array_equal(leaf.grad, other.grad)
    with pytest.raises(InplaceError, match=f"{name}: a leaf that requires grad"):
        getattr(X.clone().requires_grad_(), name)(*arguments)


def test_nonzero():
    x = minitorch.tensor([[0.0, 2.0], [3.0, 0.0]])
    assert x.nonzero().tolist() == [[0, 1], [1, 0]]
    assert [v.tolist() for v in x.nonzero(as_tuple=True)] == [[0, 1], [1, 0]]
    assert x[x.nonzero(as_tuple=True)].tolist() == [2, 3]
    assert minitorch.argwhere(x).dtype is minitorch.int64
    assert minitorch.tensor(1.0).nonzero().shape == (1, 0)
    assert minitorch.zeros(2, 3).nonzero().shape == (0, 2)


def test_one_hot():
    y = F.one_hot(minitorch.tensor([[0, 2], [1, 1]]), 4)
    np.testing.assert_array_equal(y, np.eye(4, dtype=np.int64)[[[0, 2], [1, 1]]])
    assert y.dtype is minitorch.int64
    assert F.one_hot(minitorch.zeros(0).long(), 3).shape == (0, 3)


def test_an_index_without_dims_counts_as_one_element():
    one = minitorch.tensor(1)
    assert minitorch.zeros(3).scatter_(0, one, value=1).tolist() == [0, 1, 0]
    assert minitorch.zeros(3).scatter(0, one, minitorch.tensor(5.0)).tolist() == [0, 5, 0]
    assert minitorch.zeros(3).scatter_add(0, one, minitorch.tensor([4.0])).tolist() == [0, 4, 0]
    x = minitorch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x.gather(0, one)
    assert y.shape == ()
    y.backward()
    assert x.grad.tolist() == [0, 1, 0]
