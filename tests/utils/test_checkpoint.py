"""Checkpoints give the same gradients, from a second computation."""

import gc
import weakref
from contextlib import contextmanager

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    checkpoint_sequential,
    set_checkpoint_early_stop,
)

VARIANTS = pytest.mark.parametrize("use_reentrant", [False, True])


def same(actual, expected):
    np.testing.assert_allclose(actual.detach().numpy(), np.asarray(expected), rtol=1e-12)


def make():
    minitorch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 4), nn.Tanh()).double()
    return net, minitorch.randn(3, 4, dtype=minitorch.float64, requires_grad=True)


def gradients(run):
    net, x = make()
    minitorch.manual_seed(1)
    y = run(net, x)
    minitorch.rand(5)  # the second computation does not depend on what is drawn in between
    state = minitorch.get_rng_state()
    y.square().sum().backward()
    assert minitorch.get_rng_state().equal(state)
    return [x.grad, *(p.grad for p in net.parameters())]


@VARIANTS
def test_gradients_are_the_same(use_reentrant):
    plain = gradients(lambda net, x: net(x))
    for run in (
        lambda net, x: checkpoint(net, x, use_reentrant=use_reentrant),
        lambda net, x: checkpoint_sequential(net, 2, x, use_reentrant=use_reentrant),
    ):
        for a, b in zip(gradients(run), plain, strict=True):
            same(a, b.numpy())


@VARIANTS
def test_memory_is_let_go(use_reentrant):
    x, kept = minitorch.ones(10, dtype=minitorch.float64, requires_grad=True), []

    def function(x):
        h = x.exp()
        kept.append(weakref.ref(h.array))
        return h.sin()

    y = checkpoint(function, x, use_reentrant=use_reentrant)
    gc.collect()
    assert kept[0]() is None
    y.sum().backward()
    assert len(kept) == 2
    same(x.grad, np.full(10, np.exp(1) * np.cos(np.exp(1))))


def test_higher_orders_and_grad():
    x = minitorch.tensor([1.0, 2.0], dtype=minitorch.float64, requires_grad=True)
    y = checkpoint(lambda x, scale: (x**3).sum() * scale, x, use_reentrant=False, scale=2.0)
    (g,) = minitorch.autograd.grad(y, x, create_graph=True)
    same(g, 6 * x.detach().numpy() ** 2)
    (h,) = minitorch.autograd.grad(g.sum(), x)
    same(h, 12 * x.detach().numpy())
    y = checkpoint(lambda x: (x**3).sum(), x, use_reentrant=True)
    with pytest.raises(RuntimeError, match="use_reentrant=False"):
        minitorch.autograd.grad(y, x)


def test_checkpoints_inside_of_checkpoints_and_twice():
    x = minitorch.tensor([0.3, 0.7], dtype=minitorch.float64, requires_grad=True)

    def inner(x):
        return x.sin().exp()

    def outer(x):
        return checkpoint(inner, x * 2, use_reentrant=False).cos().sum()

    y = checkpoint(outer, x, use_reentrant=False)
    y.backward(retain_graph=True)
    first = x.grad.clone()
    y.backward()
    same(x.grad, 2 * first.numpy())
    x.grad = None
    inner(x * 2).cos().sum().backward()
    same(x.grad, first.numpy())


def test_early_stop():
    steps, x = [], minitorch.ones(2, requires_grad=True)

    def function(x):
        y = x.exp()
        steps.append(1)
        return y + 1

    checkpoint(function, x, use_reentrant=False).sum().backward()
    assert len(steps) == 1  # everything was there before the first step was counted again
    checkpoint(function, x, use_reentrant=False, early_stop=False).sum().backward()
    assert len(steps) == 3
    with set_checkpoint_early_stop(False):
        y = checkpoint(function, x, use_reentrant=False)
    y.sum().backward()
    assert len(steps) == 5


def test_contexts():
    log, x = [], minitorch.ones(2, requires_grad=True)

    @contextmanager
    def noting(what):
        log.append(what)
        yield

    y = checkpoint(
        minitorch.exp, x, use_reentrant=False, context_fn=lambda: (noting("forward"), noting("again"))
    )
    assert log == ["forward"]
    y.sum().backward()
    assert log == ["forward", "again"]


def test_without_grad_it_is_a_plain_call():
    x = minitorch.ones(2)
    with minitorch.no_grad():
        assert checkpoint(minitorch.exp, x, use_reentrant=False).grad_fn is None
    assert not checkpoint(minitorch.exp, x, use_reentrant=False).requires_grad
    with pytest.warns(UserWarning, match="requires grad"):
        checkpoint(minitorch.exp, x, use_reentrant=True)


def test_a_function_that_changes_is_noticed():
    x, times = minitorch.ones(2, requires_grad=True), []

    def more(x):
        times.append(1)
        return x.exp() if len(times) == 1 else x.sin().exp().sin()

    def longer(x):
        times.append(1)
        return x.exp().sum() if len(times) == 1 else minitorch.cat([x, x]).exp().sum()

    y = checkpoint(more, x, use_reentrant=False, early_stop=False)
    with pytest.raises(CheckpointError, match="the same both times"):
        y.sum().backward()
    times.clear()
    y = checkpoint(longer, x, use_reentrant=False)
    with pytest.raises(CheckpointError, match="shape"):
        y.backward()


def test_arguments():
    x = minitorch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="use_reentrant"):
        checkpoint(minitorch.exp, x)
    for wrong in (
        lambda: checkpoint(minitorch.exp, x, use_reentrant=True, unknown=1),
        lambda: checkpoint(minitorch.exp, x, use_reentrant=True, debug=True),
        lambda: checkpoint(minitorch.exp, x, use_reentrant=False, determinism_check="other"),
        lambda: checkpoint_sequential([minitorch.exp], 1, x, use_reentrant=False, unknown=1),
    ):
        with pytest.raises(ValueError, match=r"checkpoint"):
            wrong()
    with pytest.raises(NotImplementedError):
        checkpoint(minitorch.exp, x, use_reentrant=False, debug=True)
