"""Initial values: bounds, moments, exact cases, and refusals."""

import math

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ShapeError
from minitorch.nn import init


@pytest.fixture(autouse=True)
def seeded():
    minitorch.manual_seed(0)


def made(name, *args, shape=(80, 50), **kwargs):
    tensor = nn.Parameter(minitorch.empty(*shape))
    assert getattr(init, name)(tensor, *args, **kwargs) is tensor
    assert tensor.is_leaf
    return tensor.detach().numpy()


def test_uniform_distributions_fill_their_bounds():
    cases = {
        ("uniform_", -1.0, 3.0): (-1.0, 3.0),
        ("xavier_uniform_", 2.0): (-2 * math.sqrt(6 / 130), 2 * math.sqrt(6 / 130)),
        ("kaiming_uniform_", math.sqrt(5)): (-1 / math.sqrt(50), 1 / math.sqrt(50)),
        ("kaiming_uniform_", 0, "fan_out", "relu"): (-math.sqrt(6 / 80), math.sqrt(6 / 80)),
    }
    for (name, *args), (low, high) in cases.items():
        values = made(name, *args)
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < values.max() <= high
        assert abs(values.std() - (high - low) / math.sqrt(12)) < 0.02 * (high - low)


def test_normal_distributions_have_their_moments():
    cases = {
        ("normal_", 1.0, 2.0): (1.0, 2.0),
        ("xavier_normal_",): (0.0, math.sqrt(2 / 130)),
        ("kaiming_normal_", 0, "fan_in", "relu"): (0.0, math.sqrt(2 / 50)),
    }
    for (name, *args), (mean, std) in cases.items():
        values = made(name, *args)
        assert abs(values.mean() - mean) < 0.08 * std
        assert abs(values.std() / std - 1) < 0.05


def test_truncation():
    values = made("trunc_normal_", 0.0, 1.0, -0.5, 2.0)
    assert -0.5 <= values.min() < -0.45
    assert 1.8 < values.max() <= 2.0
    with pytest.raises(ArgumentError, match="needs a < b and std > 0"):
        init.trunc_normal_(minitorch.empty(2), a=1.0, b=0.0)
    with pytest.raises(ArgumentError, match="holds almost nothing"):
        init.trunc_normal_(minitorch.empty(2), mean=50.0)


def test_exact_values():
    assert (made("constant_", 3.5) == 3.5).all()
    assert (made("ones_") == 1).all()
    assert not made("zeros_").any()
    np.testing.assert_array_equal(made("eye_"), np.eye(80, 50, dtype="float32"))


def test_dirac_passes_channels_on():
    layer = nn.Conv1d(4, 4, 3, padding=1, groups=2, bias=False)
    init.dirac_(layer.weight, groups=2)
    x = minitorch.randn(2, 4, 5)
    assert minitorch.equal(layer(x), x)


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4), (4, 3, 3), (9, 2, 2)])
def test_orthogonal(shape):
    matrix = made("orthogonal_", 2.0, shape=shape).reshape(shape[0], -1)
    gram = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-5)
    assert made("orthogonal_", shape=(0, 3)).size == 0


def test_sparse():
    values = made("sparse_", 0.25)
    np.testing.assert_array_equal((values == 0).sum(0), [20] * 50)


def test_generators_and_seeds():
    a = made("normal_", generator=minitorch.Generator().manual_seed(3))
    b = made("normal_", generator=minitorch.Generator().manual_seed(3))
    np.testing.assert_array_equal(a, b)
    assert (made("uniform_") != made("uniform_")).any()


def test_values_that_were_saved_are_guarded():
    w = nn.Parameter(minitorch.ones(2, 2))
    y = (w * w).sum()
    init.ones_(w)
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_refusals():
    with pytest.raises(ShapeError, match=r"xavier_normal_: a tensor of shape \(3,\) has no fan-in"):
        init.xavier_normal_(minitorch.empty(3))
    with pytest.raises(ArgumentError, match="upper bound 0 lies below the lower bound 1"):
        init.uniform_(minitorch.empty(3), 1, 0)
    with pytest.raises(ArgumentError, match="std must not be negative, got -1"):
        init.normal_(minitorch.empty(3), std=-1)
    with pytest.raises(ArgumentError, match="mode must be 'fan_in' or 'fan_out', got 'fan'"):
        init.kaiming_normal_(minitorch.empty(3, 3), mode="fan")
    with pytest.raises(ArgumentError, match="unknown nonlinearity 'rleu'; expected one of linear"):
        init.calculate_gain("rleu")
    with pytest.raises(ArgumentError, match="not a valid negative slope"):
        init.calculate_gain("leaky_relu", "a")
    with pytest.raises(ShapeError, match="eye_: expected a matrix"):
        init.eye_(minitorch.empty(3))
    with pytest.raises(ShapeError, match="dirac_: expected 3, 4 or 5"):
        init.dirac_(minitorch.empty(3, 3))
    with pytest.raises(ArgumentError, match="cannot be split into 2 groups"):
        init.dirac_(minitorch.empty(3, 3, 3), groups=2)
    with pytest.raises(ShapeError, match="orthogonal_: expected at least 2"):
        init.orthogonal_(minitorch.empty(3))
    with pytest.raises(ShapeError, match="sparse_: expected a matrix"):
        init.sparse_(minitorch.empty(3), 0.1)
