"""Order: refusals, ties, NaN, and names of results."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import DtypeError, IndexRangeError

X = minitorch.tensor([[3.0, 1.0, 2.0], [1.0, 1.0, 0.0]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: X.topk(4), IndexRangeError, "topk: k is 4, but dim 1 of shape (2, 3) has 3 elements"),
        (lambda: X.kthvalue(0), IndexRangeError, "kthvalue: k is 0, but must lie between 1 and 3 for dim 1"),
        (lambda: X.sort(2), IndexRangeError, "sort: dim 2 is out of range"),
        (lambda: (X * 1j).sort(), DtypeError, "sort: complex numbers have no order; compare x.abs()"),
        (lambda: minitorch.zeros(0, 3).median(0), IndexRangeError, "median: nothing to choose from: dim 0"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_results_have_names():
    for result in (X.sort(), X.topk(2), X.kthvalue(2), X.median(1), X.sort(dim=0, descending=True)):
        values, indices = result
        assert values is result.values
        assert indices is result.indices
        assert indices.dtype is minitorch.int64


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.booleans())
def test_equal_elements_keep_their_order(numbers, descending):
    expected = sorted(range(len(numbers)), key=lambda i: -numbers[i] if descending else numbers[i])
    x = minitorch.tensor(numbers)
    assert minitorch.argsort(x, descending=descending).tolist() == expected
    assert minitorch.sort(x, descending=descending, stable=True).indices.tolist() == expected
    assert x.topk(len(numbers), largest=descending).indices.tolist() == expected


def test_nan_counts_as_largest():
    x = minitorch.tensor([1.0, float("nan"), 0.0])
    assert x.sort().indices.tolist() == [2, 0, 1]
    assert x.topk(1).indices.tolist() == [1]
    assert x.median().isnan().item()
    assert x.median(0).indices.item() == 1


def test_gradients_go_where_the_values_stood():
    x = X.clone().requires_grad_()
    (x.sort(1).values * minitorch.tensor([1.0, 10.0, 100.0])).sum().backward()
    np.testing.assert_array_equal(x.grad, [[100, 1, 10], [10, 100, 1]])


def test_equal_medians_share_the_gradient():
    x = minitorch.tensor([1.0, 2.0, 2.0, 5.0], requires_grad=True)
    x.median().backward()
    assert x.grad.tolist() == [0, 0.5, 0.5, 0]


def test_the_median_of_nothing_is_nan():
    assert minitorch.zeros(0).median().isnan().item()
