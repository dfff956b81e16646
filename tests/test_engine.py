"""The walk back: gradients against central differences, graphs that live and die, deep and wide ones."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import minitorch
from minitorch.autograd import grad
from minitorch.errors import GradientError


def leaf(*values: float) -> Any:
    return minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)


# Random graphs -------------------------------------------------------------------------------------------

SMOOTH = {
    "sin": lambda x, y: x.sin(),
    "tanh": lambda x, y: x.tanh(),
    "exp": lambda x, y: (x / 4).exp(),
    "square": lambda x, y: x * x / 2,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - 2 * y,
    "mul": lambda x, y: x * y / 2,
    "div": lambda x, y: x / (2 + y * y),
    "pow": lambda x, y: (1.5 + x.sin()) ** y.tanh(),
    "sum": lambda x, y: x + y.sum() / 4,
    "row": lambda x, y: x.reshape(1, -1).expand(2, -1).mean(0) * y,
    "flip": lambda x, y: x.flip(0) + y[0],
    "cat": lambda x, y: minitorch.cat([x[1:], y[:1]]),
    "matmul": lambda x, y: (x.unsqueeze(1) * y).sum(1) / 3,
}
PROGRAM = st.lists(
    st.tuples(st.sampled_from(sorted(SMOOTH)), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
)


def run(program: list[Any], x: Any, w: Any) -> Any:
    values = [x, w]
    for name, i, j in program:
        values.append(SMOOTH[name](values[-1 - i % len(values)], values[-1 - j % len(values)]))
    return sum(((k + 1) * v.mean() for k, v in enumerate(values)), minitorch.zeros((), dtype=x.dtype))


def differences(f: Any, x: Any, step: float = 1e-6) -> np.ndarray:
    """Central differences of a function of one vector."""
    at, result = x.detach().numpy().copy(), np.zeros(len(x))
    for i in range(len(at)):
        high, low = at.copy(), at.copy()
        high[i] += step
        low[i] -= step
        result[i] = (f(minitorch.from_numpy(high)) - f(minitorch.from_numpy(low))) / (2 * step)
    return result


@settings(max_examples=100, deadline=None)
@given(PROGRAM)
def test_gradients_of_random_graphs(program: list[Any]) -> None:
    x, w = leaf(0.3, -1.2, 0.8), leaf(0.9, 0.2, -0.4)
    gx, gw = grad(run(program, x, w), [x, w])
    expected = differences(lambda v: run(program, v, w.detach()).item(), x)
    np.testing.assert_allclose(gx.numpy(), expected, rtol=1e-5, atol=1e-7)
    expected = differences(lambda v: run(program, x.detach(), v).item(), w)
    np.testing.assert_allclose(gw.numpy(), expected, rtol=1e-5, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(PROGRAM)
@example([("add", 0, 0), ("add", 0, 2), ("pow", 0, 0)])  # an exponent of exactly 0
def test_second_derivatives_of_random_graphs(program: list[Any]) -> None:
    x, w = leaf(0.3, -1.2, 0.8), leaf(0.9, 0.2, -0.4)
    direction = minitorch.tensor([0.5, -1.0, 2.0], dtype=minitorch.float64)

    def slope(v: Any) -> Any:
        v = v.detach().requires_grad_()
        (g,) = grad(run(program, v, w.detach()), v)
        assert not g.requires_grad
        return (g * direction).sum().item()

    (g,) = grad(run(program, x, w), x, create_graph=True)
    (h,) = grad(((g + 0 * x) * direction).sum(), x)  # g may be a constant
    np.testing.assert_allclose(h.numpy(), differences(slope, x, 1e-5), rtol=1e-4, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(PROGRAM)
def test_a_recorded_walk_gives_the_same_gradients(program: list[Any]) -> None:
    x, w = leaf(0.3, -1.2, 0.8), leaf(0.9, 0.2, -0.4)
    y = run(program, x, w)
    plain = grad(y, [x, w], retain_graph=True)
    recorded = grad(y, [x, w], create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        assert minitorch.equal(a, b.detach())


# Derivatives of known functions ----------------------------------------------------------------------------


def test_all_derivatives_of_a_polynomial() -> None:
    x = leaf(1.7)
    y, factor = x**5, 1.0
    for k in range(5):
        (y,) = grad(y.sum(), x, create_graph=True)
        factor *= 5 - k
        assert y.item() == pytest.approx(factor * 1.7 ** (4 - k))
    (y,) = grad(y.sum(), x, allow_unused=True, materialize_grads=True)
    assert y.item() == pytest.approx(0, abs=1e-9)


def test_the_tenth_derivative_of_sine() -> None:
    x = leaf(0.4)
    y = x.sin()
    for _ in range(10):
        (y,) = grad(y.sum(), x, create_graph=True)
    assert y.item() == pytest.approx(-np.sin(0.4))


def test_hessian_of_a_quadratic_form() -> None:
    a = minitorch.from_numpy(np.random.default_rng(0).standard_normal((4, 4)))
    x = leaf(1.0, 2.0, 3.0, 4.0)
    (g,) = grad(x @ a @ x, x, create_graph=True)
    rows = [grad(g[i], x, retain_graph=True)[0] for i in range(4)]
    assert minitorch.allclose(minitorch.stack(rows), a + a.T)


# What lives, and how long -------------------------------------------------------------------------------------


def test_nothing_of_a_graph_survives_it() -> None:
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0, 3.0)
        h = x.exp()
        h.retain_grad()
        h.register_hook(lambda g: g * 2)
        y = (h * x).sum()
        y.backward()
        parts = [weakref.ref(v) for v in (h, y, h.grad_fn, y.grad_fn, y.grad_fn.edges[0])]
        del h, y
        assert [p() for p in parts] == [None] * len(parts)
    finally:
        gc.enable()


def test_a_recorded_walk_leaves_no_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        y = (x.sin() * x).sum()
        (g,) = grad(y, x, create_graph=True)
        (h,) = grad(g.sum(), x)
        parts = [weakref.ref(v) for v in (y, g, y.grad_fn, g.grad_fn)]
        del y, g
        assert [p() for p in parts] == [None] * len(parts)
        assert h.shape == (2,)
    finally:
        gc.enable()


def test_an_op_keeps_no_input_that_it_does_not_need() -> None:
    x = leaf(1.0, 2.0)
    big = x * 3
    kept = weakref.ref(big)
    y = big + 1
    del big
    assert kept() is None
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_walk_frees_what_was_saved() -> None:
    x = leaf(1.0, 2.0)
    y = x.exp()
    node = y.grad_fn
    y.sum().backward()
    with pytest.raises(GradientError, match="second time"):
        y.sum().backward()
    assert y.grad_fn is node


def test_a_walk_frees_behind_itself() -> None:
    alive = []
    x = leaf(1.0)
    h = x
    nodes = []
    for _ in range(5):
        h = h.exp() / 10
        nodes.append(weakref.ref(h.grad_fn))
        h.register_hook(lambda g: alive.append(sum(n() is not None for n in nodes)))
    root = h.sum()
    del h
    root.backward()
    del root
    assert len(alive) == 5
    assert [n() for n in nodes] == [None] * 5


def test_a_failed_walk_can_be_repeated() -> None:
    x = leaf(1.0, 2.0)
    h = x.exp()
    handle = h.register_hook(lambda g: 3)
    y = h.sum()
    with pytest.raises(TypeError):
        y.backward()
    assert x.grad is None
    handle.remove()
    y.backward()
    assert np.allclose(x.grad.numpy(), np.exp([1, 2]))


# Deep and wide ----------------------------------------------------------------------------------------------


def chain(n: int, x: Any) -> Any:
    y = x
    for _ in range(n):
        y = y * 1.0
    return y


def test_a_chain_far_deeper_than_the_recursion_limit() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        x = leaf(2.0)
        chain(20_000, x).sum().backward()
    finally:
        sys.setrecursionlimit(limit)
    assert x.grad.item() == 1


def test_a_chain_in_a_thread_with_a_small_stack() -> None:
    results = []

    def work() -> None:
        x = leaf(2.0)
        y = chain(50_000, x).sum()
        y.backward()
        del y
        results.append(x.grad.item())

    old = threading.stack_size(1024 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    assert results == [1]


def test_a_deep_chain_of_second_derivatives() -> None:
    x = leaf(1.1)
    y = x
    for _ in range(2_000):
        y = y + x * x * 1e-3
    (g,) = grad(y.sum(), x, create_graph=True)
    (h,) = grad(g.sum(), x)
    assert g.item() == pytest.approx(1 + 2 * 1.1 * 2)
    assert h.item() == pytest.approx(4.0)


def test_a_deep_chain_of_views_and_changes_in_place() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    for _ in range(100):
        y += 1
        y = y.reshape(2)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.slow
def test_a_million_ops() -> None:
    x = leaf(2.0)
    y = chain(1_000_000, x)
    root = y.sum()
    first = weakref.ref(y.grad_fn)
    root.backward()
    assert x.grad.item() == 1
    del y, root
    assert first() is None


def test_a_wide_graph() -> None:
    x = leaf(1.0, 2.0)
    total = sum((x * k for k in range(2_000)), minitorch.zeros(2, dtype=x.dtype))
    total.sum().backward()
    assert x.grad.tolist() == [sum(range(2_000))] * 2


def test_a_graph_with_more_ways_than_can_be_walked_one_by_one() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(200):
        y = (y + y) / 2  # 2²⁰⁰ ways
    y.sum().backward()
    assert x.grad.item() == 1


def test_many_results_of_one_op() -> None:
    x = minitorch.ones(1_000, 2, requires_grad=True)
    parts = x.unbind(0)
    sum((k * p for k, p in enumerate(parts)), minitorch.zeros(2)).sum().backward()
    assert x.grad[:, 0].tolist() == list(range(1_000))
