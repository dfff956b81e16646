import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, InplaceError, ShapeError
from minitorch.nn import functional as F


@pytest.fixture(autouse=True)
def seeded():
    minitorch.manual_seed(0)


def test_dropout_keeps_the_mean():
    y = F.dropout(minitorch.ones(100, 100), 0.3)
    assert set(np.unique(y.numpy())) == {np.float32(0), np.float32(1 / 0.7)}
    assert y.mean().item() == pytest.approx(1, abs=0.03)


def test_the_gradient_is_dropped_likewise():
    x = minitorch.ones(1000, requires_grad=True)
    y = F.dropout(x, 0.4)
    y.sum().backward()
    assert minitorch.equal(x.grad, y.detach())


def test_the_seed_determines_what_is_dropped():
    first = F.dropout(minitorch.ones(100))
    second = F.dropout(minitorch.ones(100))
    minitorch.manual_seed(0)
    assert minitorch.equal(F.dropout(minitorch.ones(100)), first)
    assert not minitorch.equal(first, second)


@pytest.mark.parametrize("function", [F.dropout, F.alpha_dropout])
def test_nothing_happens_in_evaluation_or_for_p_0(function):
    x = minitorch.randn(10)
    assert function(x, 0.5, training=False) is x
    assert function(x, 0.0, training=True) is x


def test_everything_is_dropped_for_p_1():
    assert F.dropout(minitorch.ones(3), 1.0).tolist() == [0.0] * 3
    assert F.alpha_dropout(minitorch.ones(3), 1.0, training=True).tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("function", "shape", "dims"),
    [
        (F.dropout1d, (20, 30, 4), (2,)),
        (F.dropout1d, (30, 4), (1,)),
        (F.dropout2d, (20, 30, 4, 5), (2, 3)),
        (F.dropout3d, (20, 30, 2, 3, 4), (2, 3, 4)),
    ],
)
def test_whole_channels_are_dropped(function, shape, dims):
    y = function(minitorch.ones(*shape), 0.5)
    assert minitorch.equal(y.amax(dims), y.amin(dims))
    assert set(y.unique().tolist() if hasattr(y, "unique") else np.unique(y.numpy()).tolist()) == {0.0, 2.0}


def test_alpha_dropout_keeps_mean_and_variance():
    y = F.alpha_dropout(minitorch.randn(200, 200), 0.2, training=True)
    assert y.mean().item() == pytest.approx(0, abs=0.02)
    assert y.var().item() == pytest.approx(1, abs=0.02)


def test_in_place():
    x = minitorch.ones(100)
    assert F.dropout(x, 0.5, inplace=True) is x
    assert 0 < (x == 0).sum().item() < 100
    leaf = minitorch.ones(3, requires_grad=True)
    with pytest.raises(InplaceError, match="dropout: a leaf that requires grad cannot be changed in place"):
        F.dropout(leaf, inplace=True)


def test_what_dropout_refuses():
    with pytest.raises(ArgumentError, match=r"dropout: p is a probability between 0 and 1, got 1\.5"):
        F.dropout(minitorch.ones(3), 1.5)
    with pytest.raises(ShapeError, match=r"dropout1d: expected 2 dims \(C, …\) or 3 dims \(N, C, …\)"):
        F.dropout1d(minitorch.ones(3, 4, 5, 6))
    with pytest.raises(ShapeError, match=r"feature_alpha_dropout: expected \(N, C, …\)"):
        F.feature_alpha_dropout(minitorch.ones(3), training=True)
    with pytest.raises(DtypeError, match=r"dropout: not defined for int64, needs floating-point numbers"):
        F.dropout(minitorch.ones(3).long())


@pytest.mark.parametrize(
    ("function", "shape", "kept_as_one"),
    [
        (F.dropout2d, (30, 20, 4), (2,)),
        (F.dropout2d, (30, 20), ()),
        (F.dropout2d, (30, 20, 2, 3, 2), (2, 3, 4)),
        (F.dropout3d, (30, 20, 4), (1, 2)),
        (F.dropout3d, (30, 4), (1,)),
    ],
)
def test_odd_shapes_are_taken_as_pytorch_takes_them_with_a_warning(function, shape, kept_as_one):
    with pytest.warns(UserWarning, match=f"{function.__name__}: "):
        y = function(minitorch.ones(*shape), 0.5).numpy()
    assert set(np.unique(y)) == {0.0, 2.0}
    np.testing.assert_array_equal(y, np.broadcast_to(y.max(kept_as_one, keepdims=True), shape))
    first = y.reshape(*y.shape[: y.ndim - len(kept_as_one)], -1)[..., 0]
    assert set(np.unique(first)) == {0.0, 2.0}


def test_feature_alpha_dropout_keeps_mean_and_variance_and_drops_channels():
    x = minitorch.randn(200, 100, 5)
    y = F.feature_alpha_dropout(x, 0.3, training=True)
    assert y.mean().item() == pytest.approx(0, abs=0.05)
    assert y.std().item() == pytest.approx(1, abs=0.05)
    dropped = (y == y[..., :1]).all(-1).float().mean().item()
    assert dropped == pytest.approx(0.3, abs=0.02)
