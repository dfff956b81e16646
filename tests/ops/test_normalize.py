import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.nn import functional as F


def random(*shape, seed=0):
    return minitorch.from_numpy(np.random.default_rng(seed).standard_normal(shape) * 3 + 5)


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5), (2, 3, 4, 5)])
def test_batch_norm_makes_mean_0_and_variance_1(shape):
    y = F.batch_norm(random(*shape), None, None, training=True, eps=1e-12).numpy()
    axes = (0, *range(2, len(shape)))
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axes), 1, atol=1e-12)


def test_running_statistics_follow_the_batches_in_place():
    mean, var = minitorch.zeros(3), minitorch.ones(3)
    kept_mean, kept_var = mean.array, var.array
    x = random(8, 3, 2).float()
    for _ in range(200):
        F.batch_norm(x, mean, var, training=True, momentum=0.1)
    assert mean.array is kept_mean
    assert var.array is kept_var
    np.testing.assert_allclose(mean.numpy(), x.numpy().mean((0, 2)), rtol=1e-4)
    np.testing.assert_allclose(var.numpy(), x.numpy().var((0, 2), ddof=1), rtol=1e-4)
    trained = F.batch_norm(x, mean, var, eps=0)
    np.testing.assert_allclose(trained.numpy().mean((0, 2)), 0, atol=1e-4)


def test_changing_running_statistics_is_an_in_place_change():
    mean, var = minitorch.zeros(2), minitorch.ones(2)
    scaled = minitorch.ones(2, requires_grad=True) * mean
    F.batch_norm(random(4, 2).float(), mean, var, training=True)
    with pytest.raises(
        minitorch.errors.InplaceError, match=r"mul: its input 'y' of shape \(2,\) was changed"
    ):
        scaled.sum().backward()


def test_evaluation_changes_nothing():
    mean, var = minitorch.zeros(2), minitorch.ones(2)
    F.batch_norm(random(4, 2).float(), mean, var)
    assert mean.tolist() == [0.0, 0.0]
    assert var.tolist() == [1.0, 1.0]


def test_a_refused_batch_leaves_the_statistics_alone():
    mean, var = minitorch.zeros(2), minitorch.ones(2)
    with pytest.raises(
        ShapeError, match=r"has one value for each channel.*use a larger batch, or eval\(\) mode"
    ):
        F.batch_norm(minitorch.ones(1, 2), mean, var, training=True)
    assert mean.tolist() == [0.0, 0.0]


def test_instance_norm_follows_the_average_over_the_batch():
    x, mean, var = random(2, 3, 5), minitorch.zeros(3).double(), minitorch.zeros(3).double()
    F.instance_norm(x, mean, var, momentum=1.0)
    np.testing.assert_allclose(mean.numpy(), x.numpy().mean(2).mean(0))
    np.testing.assert_allclose(var.numpy(), x.numpy().var(2, ddof=1).mean(0))


def test_norms_are_related():
    x = random(4, 6, 5)
    groups = F.group_norm(x, 6)
    np.testing.assert_allclose(groups.numpy(), F.instance_norm(x).numpy(), atol=1e-12)
    one_group = F.group_norm(x, 1)
    np.testing.assert_allclose(one_group.numpy(), F.layer_norm(x, (6, 5)).numpy(), atol=1e-12)
    centred = x - x.mean(-1, keepdim=True)
    rms = F.rms_norm(centred, (5,), eps=1e-5)
    np.testing.assert_allclose(rms.numpy(), F.layer_norm(x, (5,)).numpy(), atol=1e-12)


def test_a_large_mean_does_not_drown_the_variance():
    x = minitorch.tensor([[1e4 - 1, 1e4, 1e4 + 1]], requires_grad=True)
    y = F.layer_norm(x, (3,), eps=0.0)
    np.testing.assert_allclose(y.detach().numpy(), [[-1.2247449, 0, 1.2247449]], atol=1e-3)
    (y * minitorch.tensor([1.0, 0.0, 0.0])).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [[0.2041241, -0.4082483, 0.2041241]], atol=1e-3)


X = minitorch.ones(4, 2)
REFUSED = [
    (F.batch_norm, (X[0], None, None, None, None, True), ShapeError, "(N, C, …), got (2,)"),
    (F.batch_norm, (X, None, None), ArgumentError, "are needed unless training=True"),
    (
        F.batch_norm,
        (X, None, None, X[0, :1], None, True),
        ShapeError,
        "weight has shape (1,), but an input",
    ),
    (F.batch_norm, (X.long(), None, None), DtypeError, "needs real floating-point numbers, got int64"),
    (F.layer_norm, (X, (3,)), ShapeError, "normalized_shape (3,) must be the last dims of the input"),
    (F.layer_norm, (X, (2,), X), ShapeError, "weight has shape (4, 2), expected normalized_shape (2,)"),
    (F.group_norm, (X, 3), ShapeError, "cannot be divided into 3 groups of channels"),
    (F.group_norm, (X[:1], 2), ShapeError, "has one value for each of 2 groups"),
    (F.instance_norm, (X[..., None],), ShapeError, "more than one value for each channel, got (4, 2, 1)"),
    (F.rms_norm, (X, (4,)), ShapeError, "rms_norm: normalized_shape (4,)"),
]


@pytest.mark.parametrize(("function", "args", "error", "message"), REFUSED)
def test_what_norms_refuse(function, args, error, message):
    with pytest.raises(error) as caught:
        function(*args)
    assert message in str(caught.value)


def test_batch_norm_of_nothing_changes_nothing():
    mean, var = minitorch.zeros(3), minitorch.full((3,), 2.0)
    w = minitorch.ones(3, requires_grad=True)
    y = F.batch_norm(minitorch.zeros(0, 3, 4), mean, var, w, training=True)
    y.sum().backward()
    assert (tuple(y.shape), mean.tolist(), var.tolist()) == ((0, 3, 4), [0.0] * 3, [2.0] * 3)
    assert w.grad.tolist() == [0.0] * 3


@pytest.mark.parametrize(("eps", "training"), [(0.0, True), (-1e-5, True), (-1e-5, False)])
def test_batch_norm_needs_a_positive_eps(eps, training):
    with pytest.raises(ArgumentError, match="batch_norm: eps must be positive"):
        F.batch_norm(minitorch.ones(2, 3), minitorch.zeros(3), minitorch.ones(3), training=training, eps=eps)
