"""Activations: refusals, numbers at the edge, changes in place."""

import re

import numpy as np
import pytest
import scipy.special

import minitorch
from minitorch.errors import ArgumentError, DtypeError, InplaceError, ShapeError
from minitorch.nn import functional as F

X = minitorch.tensor([[-1.0, 2.0, 0.5]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.relu(X > 0), DtypeError, "relu: not defined for bool; use x.float()"),
        (lambda: F.gelu(X.long()), DtypeError, "gelu: not defined for int64, needs floating-point numbers"),
        (lambda: F.gelu(X, approximate="fast"), ArgumentError, "must be 'none' or 'tanh', got 'fast'"),
        (lambda: F.softmax(X.long(), 1), DtypeError, "softmax: not defined for int64"),
        (lambda: F.glu(X), ShapeError, "glu: dim -1 of shape (1, 3) must have an even size, got 3"),
        (lambda: F.hardtanh(X, 2, 1), ArgumentError, "min_val 2 is greater than max_val 1; exchange them"),
        (lambda: F.celu(X, 0.0), ArgumentError, "celu: alpha must not be 0"),
        (lambda: F.softshrink(X, -1.0), ArgumentError, "lambd must not be negative, got -1.0"),
        (
            lambda: F.prelu(X, minitorch.ones(2)),
            ShapeError,
            "a weight of shape (2,) does not fit an input of shape (1, 3); expected 1 weight, or "
            "one for each of "
            "its 3 channels (dim 1)",
        ),
        (lambda: F.prelu(X, minitorch.ones(1).double()), DtypeError, "prelu: input is minitorch.float32"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


@pytest.mark.parametrize("function", [F.softmax, F.log_softmax, F.softmin])
@pytest.mark.parametrize(("shape", "dim"), [((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((1, 2, 3, 4), 1)])
def test_softmax_without_a_dim_warns_and_takes_pytorch_s(function, shape, dim):
    x = minitorch.arange(float(np.prod(shape))).reshape(shape)
    with pytest.warns(UserWarning, match=f"dim was not given and is taken to be {dim}.*pass dim={dim}"):
        y = function(x)
    np.testing.assert_array_equal(y, function(x, dim=dim))


def test_sigmoid_is_accurate_where_it_is_small():
    x = np.linspace(-80, 80, 101, dtype=np.float32)
    y = minitorch.sigmoid(minitorch.tensor(x)).numpy()
    np.testing.assert_allclose(y, scipy.special.expit(x.astype(np.float64)), rtol=1e-6)


def test_gelu_in_float32():
    x = np.linspace(-6, 6, 100_001, dtype=np.float32)
    y = F.gelu(minitorch.tensor(x)).numpy()
    wide = x.astype(np.float64)
    np.testing.assert_allclose(y, wide * scipy.special.ndtr(wide), atol=2e-6)


def test_infinities():
    x = minitorch.tensor([float("-inf"), float("inf")])
    for function, expected in (
        (F.relu, [0, np.inf]),
        (F.leaky_relu, [-np.inf, np.inf]),
        (F.elu, [-1, np.inf]),
        (F.sigmoid, [0, 1]),
        (F.softplus, [0, np.inf]),
        (F.logsigmoid, [-np.inf, 0]),
        (F.relu6, [0, 6]),
    ):
        np.testing.assert_array_equal(function(x), expected, err_msg=function.__name__)


@pytest.mark.parametrize("function", [F.relu, F.elu, F.silu, F.hardswish, F.mish, F.leaky_relu])
def test_inplace(function):
    x = X.clone()
    assert function(x, inplace=True) is x
    np.testing.assert_array_equal(x, function(X))
    with pytest.raises(InplaceError, match="a leaf that requires grad"):
        function(X.clone().requires_grad_(), inplace=True)


def test_relu_in_place_where_the_old_value_is_needed():
    leaf = X.clone().requires_grad_()
    x = leaf * 2
    y = x * x
    x.relu_()
    with pytest.raises(InplaceError, match="mul: its input"):
        y.sum().backward()


def test_prelu_has_a_slope_for_each_channel():
    x = minitorch.full((1, 2, 2), -1.0)
    w = minitorch.tensor([0.5, 2.0], requires_grad=True)
    y = F.prelu(x, w)
    y.sum().backward()
    assert y.tolist() == [[[-0.5, -0.5], [-2, -2]]]
    assert w.grad.tolist() == [-2, -2]


def test_an_infinite_gradient_stops_at_a_switched_off_unit():
    x = minitorch.tensor([-1.0, 2.0, float("nan")], requires_grad=True)
    F.relu(x).backward(minitorch.tensor([float("inf"), float("-inf"), 1.0]))
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, -np.inf, 1.0])
