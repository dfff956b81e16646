"""Losses: what they refuse, what they warn of, and numbers at the edge of floating point."""

import re
import warnings

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.nn import functional as F

LOGITS = minitorch.tensor([[1.0, 2.0, 3.0], [0.0, 0.5, -1.0]])
CLASSES = minitorch.tensor([2, 0])


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
@pytest.mark.parametrize(
    ("shape", "other", "remedy"),
    [
        ((4, 1), (4,), "Use input.squeeze(-1), or target.unsqueeze(-1)"),
        ((4,), (4, 1), "Use target.squeeze(-1)"),
        ((2, 3), (3,), "Give both the same shape"),
    ],
)
def test_shapes_that_broadcast_give_a_warning(loss, shape, other, remedy):
    input, target = minitorch.ones(*shape), minitorch.zeros(*other)
    expected = f"{loss.__name__}: a target of shape {other} and an input of shape {shape}"
    with pytest.warns(UserWarning, match=re.escape(expected) + ".*" + re.escape(remedy)) as caught:
        value = loss(input, target)
    assert value.item() == loss(*minitorch.broadcast_tensors(input, target)).item()
    assert caught[0].filename == __file__


def test_shapes_that_agree_give_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert F.mse_loss(minitorch.ones(4, 1), minitorch.zeros(4, 1)).item() == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: F.cross_entropy(LOGITS, minitorch.tensor([2, 3])),
            IndexRangeError,
            "cross_entropy: target class 3 is out of range for 3 classes (input of shape (2, 3)); "
            "classes count "
            "from 0 to 2",
        ),
        (
            lambda: F.cross_entropy(LOGITS, minitorch.tensor([-1, 0])),
            IndexRangeError,
            "target class -1 is out of range for 3 classes",
        ),
        (
            lambda: F.nll_loss(LOGITS, minitorch.tensor([0, 7])),
            IndexRangeError,
            "nll_loss: target class 7 is out of range for 3 classes",
        ),
        (
            lambda: F.cross_entropy(LOGITS, CLASSES.float()),
            DtypeError,
            "class indices must be int64, got float32; use target.long(); for class probabilities "
            "it needs the "
            "shape of the input",
        ),
        (lambda: F.cross_entropy(LOGITS, CLASSES.int()), DtypeError, "must be int64, got int32"),
        (lambda: F.cross_entropy(LOGITS.long(), CLASSES), DtypeError, "not defined for int64"),
        (
            lambda: F.cross_entropy(LOGITS, CLASSES[:1]),
            ShapeError,
            "the batch sizes 1 and 2 differ",
        ),
        (
            lambda: F.cross_entropy(LOGITS, CLASSES.unsqueeze(1)),
            ShapeError,
            "a target of shape (2, 1) does not fit an input of shape (2, 3): expected class indices of shape "
            "(2,); use target.squeeze(-1)",
        ),
        (
            lambda: F.cross_entropy(LOGITS, F.one_hot(CLASSES, 3)),
            ShapeError,
            "for one-hot integers use target.argmax(1)",
        ),
        (
            lambda: F.cross_entropy(LOGITS, CLASSES, weight=minitorch.ones(2)),
            ShapeError,
            "weight has shape (2,), expected one number for each of the 3 classes: (3,)",
        ),
        (
            lambda: F.cross_entropy(minitorch.zeros(0, 3), minitorch.zeros(0).long()),
            ShapeError,
            "cross_entropy: the batch is empty (input of shape (0, 3)), and the mean of no losses is NaN",
        ),
        (
            lambda: F.mse_loss(minitorch.zeros(0), minitorch.zeros(0)),
            ShapeError,
            "mse_loss: the batch is empty (input of shape (0,))",
        ),
        (
            lambda: F.cross_entropy(LOGITS, CLASSES, label_smoothing=1.5),
            ArgumentError,
            "label_smoothing must lie between 0 and 1, got 1.5",
        ),
        (
            lambda: F.mse_loss(LOGITS, LOGITS, reduction="average"),
            ArgumentError,
            "mse_loss: reduction must be 'mean', 'sum' or 'none', got 'average'",
        ),
        (
            lambda: F.mse_loss(CLASSES, CLASSES),
            DtypeError,
            "mse_loss: not defined for int64, needs floating-point numbers; use x.float()",
        ),
        (
            lambda: F.mse_loss(LOGITS, LOGITS, weight=minitorch.ones(3)),
            ShapeError,
            "a weight of shape (3,) does not fit losses of shape (2, 3)",
        ),
        (lambda: F.huber_loss(LOGITS, LOGITS, delta=0), ArgumentError, "delta must be positive, got 0"),
        (lambda: F.smooth_l1_loss(LOGITS, LOGITS, beta=-1), ArgumentError, "beta must not be negative"),
        (
            lambda: F.binary_cross_entropy(LOGITS, LOGITS),
            ArgumentError,
            "binary_cross_entropy: all elements of the input must lie between 0 and 1, got "
            "numbers from -1 to 3; "
            "apply sigmoid to it, or use binary_cross_entropy_with_logits",
        ),
        (
            lambda: F.binary_cross_entropy(LOGITS.sigmoid(), LOGITS),
            ArgumentError,
            "all elements of the target must lie between 0 and 1",
        ),
        (
            lambda: F.binary_cross_entropy(LOGITS.sigmoid(), LOGITS * float("nan")),
            ArgumentError,
            "got numbers from nan to nan",
        ),
        (
            lambda: F.binary_cross_entropy(LOGITS.sigmoid(), LOGITS > 0),
            DtypeError,
            "the target is minitorch.bool, expected floating-point numbers; use target.float()",
        ),
        (
            lambda: F.binary_cross_entropy_with_logits(LOGITS[:, :1], LOGITS[:, 0]),
            ShapeError,
            "a target of shape (2,) does not fit an input of shape (2, 1)",
        ),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


@pytest.mark.parametrize("error", [ValueError, RuntimeError])
def test_a_batch_mismatch_is_what_pytorch_raises(error):
    with pytest.raises(error):
        F.cross_entropy(LOGITS, CLASSES[:1])


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_softmax_before_a_loss_of_logits_gives_a_warning(loss):
    probabilities = minitorch.softmax(LOGITS.clone().requires_grad_(), 1)
    with pytest.warns(UserWarning, match=f"{loss.__name__}: its input comes out of softmax"):
        loss(probabilities, CLASSES)


def test_log_softmax_before_nll_loss_gives_none():
    log_p = minitorch.log_softmax(LOGITS.clone().requires_grad_(), 1)
    assert F.nll_loss(log_p, CLASSES).item() == pytest.approx(F.cross_entropy(LOGITS, CLASSES).item())


@pytest.mark.parametrize(
    ("flags", "reduction"),
    [({"size_average": False}, "sum"), ({"reduce": False}, "none"), ({"size_average": True}, "mean")],
)
def test_older_spelling_of_reduction(flags, reduction):
    with pytest.warns(UserWarning, match=f"use reduction='{reduction}'"):
        old = F.mse_loss(LOGITS, LOGITS * 2, **flags)
    np.testing.assert_array_equal(old, F.mse_loss(LOGITS, LOGITS * 2, reduction=reduction))


def test_kl_div_warns_of_its_mean():
    with pytest.warns(UserWarning, match="'batchmean' divides by the batch size"):
        F.kl_div(LOGITS, LOGITS.exp())


def test_kl_div_of_zero_probabilities():
    p = minitorch.tensor([0.0, 1.0])
    assert F.kl_div(minitorch.tensor([-3.0, 0.0]), p, reduction="sum").item() == 0


def test_all_targets_ignored_give_nan_as_in_pytorch():
    assert F.cross_entropy(LOGITS, minitorch.tensor([-100, -100])).isnan().item()


def test_an_ignored_sample_gets_no_gradient():
    x = LOGITS.clone().requires_grad_()
    F.cross_entropy(x, minitorch.tensor([-100, 1])).backward()
    assert not x.grad[0].any()
    assert x.grad[1].all()


def test_cross_entropy_of_huge_logits_is_finite():
    x = minitorch.tensor([[1e30, -1e30], [0.0, 700.0]], requires_grad=True)
    loss = F.cross_entropy(x, minitorch.tensor([0, 0]), reduction="none")
    loss.sum().backward()
    np.testing.assert_allclose(loss.detach(), [0, 700])
    np.testing.assert_allclose(x.grad, [[0, 0], [-1, 1]])


def test_cross_entropy_is_one_node_of_the_graph():
    x = LOGITS.clone().requires_grad_()
    loss = F.cross_entropy(x, CLASSES)
    assert loss.grad_fn.next_functions[0][0].variable is x


def test_a_retained_graph_gives_the_same_gradient_twice():
    x = LOGITS.clone().requires_grad_()
    loss = F.cross_entropy(x, CLASSES)
    (first,) = minitorch.autograd.grad(loss, x, retain_graph=True)
    (second,) = minitorch.autograd.grad(loss, x)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first.sum(1), 0, atol=1e-7)


def test_binary_cross_entropy_of_certain_mistakes_is_finite():
    p = minitorch.tensor([0.0, 1.0], requires_grad=True)
    loss = F.binary_cross_entropy(p, minitorch.tensor([1.0, 0.0]))
    loss.backward()
    assert loss.item() == 100
    assert p.grad.isfinite().all()


def test_logits_far_from_zero():
    x = minitorch.tensor([-1e4, 1e4], requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, minitorch.tensor([1.0, 0.0]), reduction="none")
    loss.sum().backward()
    np.testing.assert_allclose(loss.detach(), 1e4)
    np.testing.assert_allclose(x.grad, [-1, 1])


def test_mse_of_float16_does_not_overflow():
    x = minitorch.full((1000,), 20.0, dtype=minitorch.float16)
    assert F.mse_loss(x, x * 0).item() == 400
