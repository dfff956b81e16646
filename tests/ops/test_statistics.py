"""Statistics, running results and differences: ties, NaN, infinite values, and refusals."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError

NAN = float("nan")
X = minitorch.tensor([[3.0, 1.0, 2.0], [1.0, 1.0, 0.0]])


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_medians_and_modes_say_where_they_stood(numbers):
    x = minitorch.tensor(numbers)
    middle, commonest = x.median(0), x.mode()
    expected = sorted(numbers)[(len(numbers) - 1) // 2]
    assert middle.values.item() == expected
    assert middle.indices.item() == numbers.index(expected)
    often = max(map(numbers.count, numbers))
    expected = min(n for n in numbers if numbers.count(n) == often)
    assert commonest.values.item() == expected
    assert commonest.indices.item() == max(i for i, n in enumerate(numbers) if n == expected)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=20), st.booleans(), st.data())
def test_the_first_of_equal_elements_are_on_top(numbers, largest, data):
    k = data.draw(st.integers(1, len(numbers)))
    order = sorted(range(len(numbers)), key=lambda i: -numbers[i] if largest else numbers[i])
    assert minitorch.tensor(numbers).topk(k, largest=largest).indices.tolist() == order[:k]


def test_nan():
    x = minitorch.tensor([[1.0, NAN, 3.0], [NAN, NAN, NAN]])
    assert x.nanmedian(1).indices.tolist() == [0, 0]
    assert x.nanmedian().item() == 1
    assert x.nanquantile(0.5, 1)[0].item() == 2
    assert x.quantile(0.5, 1).isnan().all()
    assert x.nansum().item() == 4
    assert x.nanmean(1)[1].isnan()
    assert minitorch.cummax(minitorch.tensor([1.0, NAN, 3.0]), 0).indices.tolist() == [0, 1, 1]


def test_a_quantile_beside_infinity():
    x = minitorch.tensor([-math.inf, 2.0, 3.0])
    assert x.quantile(0.4).item() == -math.inf
    assert x.quantile(0.75).item() == 2.5


def test_without_a_gradient_values_alone_are_sorted():
    x = np.random.default_rng(0).normal(size=(4, 7))
    plain = minitorch.tensor(x).quantile(0.3, 1)
    recorded = minitorch.tensor(x, requires_grad=True).quantile(0.3, 1)
    np.testing.assert_array_equal(plain, recorded.detach())
    recorded.sum().backward()


def test_running_results_in_place():
    x = X.clone()
    assert x.cumsum_(1) is x
    assert x.tolist() == [[3, 4, 6], [1, 2, 2]]
    assert X.clone().cumprod_(0).tolist() == [[3, 1, 2], [3, 1, 0]]


def test_running_sums_of_half_precision_do_not_overflow():
    x = minitorch.full((3000,), 20.0, dtype=minitorch.float16)
    x[1::2] = -20.0
    assert x.cumsum(0)[-1].item() == 0
    assert x.cumsum(0).dtype is minitorch.float16


def test_a_running_logarithm_of_nothing():
    x = minitorch.tensor([-math.inf, -math.inf, 0.0, 1.0], requires_grad=True)
    y = x.logcumsumexp(0)
    assert y[:2].tolist() == [-math.inf, -math.inf]
    y[3].backward()
    np.testing.assert_allclose(x.grad, [0, 0, 1 / (1 + math.e), math.e / (1 + math.e)], rtol=1e-6)


def test_differences_of_booleans():
    assert minitorch.tensor([True, True, False]).diff().tolist() == [False, True]
    assert X.diff(n=9).shape == (2, 0)


def test_slopes_of_a_parabola_are_exact():
    x = minitorch.tensor([0.0, 0.5, 2.0, 3.0], dtype=minitorch.float64)
    (slope,) = minitorch.gradient(x**2, spacing=(x,), edge_order=2)
    np.testing.assert_allclose(slope, 2 * x, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: X.quantile(1.5), ArgumentError, "quantile: q must lie between 0 and 1"),
        (lambda: X.int().quantile(0.5), DtypeError, "quantile: the input must be float32 or float64"),
        (lambda: X.quantile(X.double()[0] * 0), DtypeError, "quantile: q is minitorch.float64"),
        (lambda: X.quantile(X * 0), ShapeError, "quantile: q must be a number or a vector"),
        (lambda: X.quantile(0.5, interpolation="cubic"), ArgumentError, "quantile: interpolation must be"),
        (lambda: X[:0].nanquantile(0.5), IndexRangeError, "nanquantile: nothing to choose from"),
        (lambda: X[:0].mode(0), IndexRangeError, "mode: nothing to choose from: dim 0"),
        (lambda: (X * 1j).median(0), DtypeError, "median: complex numbers have no order"),
        (lambda: (X * 1j).nansum(), DtypeError, "nansum: not defined for complex64"),
        (lambda: X.int().logcumsumexp(0), DtypeError, "logcumsumexp: not defined for int32"),
        (lambda: X[0, 0].diff(), ShapeError, "diff: needs a tensor of at least one dimension"),
        (lambda: X.diff(-1), ArgumentError, "diff: n must not be negative"),
        (lambda: X.diff(prepend=X[0]), ShapeError, "diff: prepend and append must have the 2 dimensions"),
        (lambda: minitorch.trapezoid(X, X[0], dx=1), ArgumentError, "give the points x or their distance dx"),
        (
            lambda: minitorch.trapezoid(X, X[:, 0]),
            ShapeError,
            "there are 2 points x for 3 values along dim 1",
        ),
        (lambda: minitorch.gradient(X.byte()), DtypeError, "gradient: minitorch.uint8 has no negative"),
        (lambda: minitorch.gradient(X, edge_order=3), ArgumentError, "edge_order must be 1 or 2, got 3"),
        (lambda: minitorch.gradient(X, edge_order=2), ShapeError, "needs at least 3 points along each dim"),
        (
            lambda: minitorch.gradient(X, spacing=[1.0]),
            ArgumentError,
            "spacing must be a number or 2 of them",
        ),
        (lambda: minitorch.gradient(X, spacing=[X[0], X[0]]), ShapeError, "coordinates along dim 0 must be"),
        (lambda: (X * 1j).softmax(0), DtypeError, "softmax: not defined for complex64"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
