"""Recording belongs to a context: to one thread, one asyncio task, one block."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import minitorch
from minitorch.autograd import detect_anomaly, set_detect_anomaly
from minitorch.errors import AnomalyError


def recorded() -> bool:
    return (minitorch.ones(1, requires_grad=True) * 2).requires_grad


def test_blocks_nest_and_end() -> None:
    assert recorded()
    with minitorch.no_grad():
        assert not recorded()
        with minitorch.enable_grad():
            assert recorded()
        assert not recorded()
    assert recorded()


def test_the_same_object_nests_in_itself() -> None:
    mode = minitorch.no_grad()
    with mode, mode:
        assert not recorded()
    assert recorded()


def test_one_thread_does_not_touch_another() -> None:
    inside, checked = threading.Event(), threading.Event()
    seen = []

    def work() -> None:
        inside.wait(5)
        seen.append(recorded())
        checked.set()

    thread = threading.Thread(target=work)
    thread.start()
    with minitorch.no_grad():
        inside.set()
        assert checked.wait(5)
    thread.join()
    assert seen == [True]


def test_one_task_does_not_touch_another() -> None:
    seen = []

    async def off() -> None:
        with minitorch.no_grad():
            await asyncio.sleep(0)
            seen.append(("off", recorded()))
            await asyncio.sleep(0)

    async def on() -> None:
        for _ in range(3):
            seen.append(("on", recorded()))
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(off(), on())

    asyncio.run(main())
    assert set(seen) == {("off", False), ("on", True)}


def test_a_decorated_generator_is_off_only_while_it_runs() -> None:
    @minitorch.no_grad()
    def generate():
        got = yield recorded()
        while True:
            got = yield (got, recorded())

    generator = generate()
    assert next(generator) is False
    assert recorded()
    assert generator.send("x") == ("x", False)
    generator.close()
    assert recorded()


def test_a_decorated_generator_returns_and_raises() -> None:
    @minitorch.no_grad()
    def generate():
        try:
            yield 1
        except KeyError:
            yield 2
        return 3

    def collect():
        result = yield from generate()
        yield result

    assert list(collect()) == [1, 3]
    generator = generate()
    next(generator)
    assert generator.throw(KeyError()) == 2


def test_decorators_keep_names() -> None:
    @minitorch.no_grad
    def f():
        """What it does."""

    assert f.__name__ == "f"
    assert f.__doc__ == "What it does."


def test_set_grad_enabled_acts_at_once() -> None:
    minitorch.set_grad_enabled(False)
    try:
        assert not recorded()
    finally:
        minitorch.set_grad_enabled(True)
    assert recorded()
    with minitorch.set_grad_enabled(False):
        assert not recorded()
    assert recorded()


def test_inference_mode() -> None:
    x = minitorch.ones(2, requires_grad=True)
    with minitorch.inference_mode():
        assert minitorch.is_inference_mode_enabled()
        y = x * 2
        y += 1
        view = y[0]
    assert y.is_inference()
    assert view.is_inference()
    assert not y.clone().is_inference()
    with minitorch.inference_mode(False):
        assert not (x * 2).is_inference()


# Anomalies -------------------------------------------------------------------------------------------------


def line_of(error: BaseException, text: str) -> bool:
    return "test_modes.py" in str(error) and text in str(error)


def test_nan_made_in_the_forward_pass() -> None:
    x = minitorch.tensor([-1.0, 2.0], requires_grad=True)
    w = minitorch.ones(2, requires_grad=True)
    with detect_anomaly():
        hidden = x.log()  # the culprit
        loss = minitorch.where(x > 0, hidden * w, w).sum()
        with pytest.raises(AnomalyError, match="first made NaN in log") as caught:
            loss.backward()
    assert line_of(caught.value, "hidden = x.log()  # the culprit")


def test_nan_that_reached_the_loss() -> None:
    x = minitorch.tensor([-1.0, 2.0], requires_grad=True)
    with detect_anomaly():
        hidden = x.sqrt()
        loss = (hidden * 2).sum()
        with pytest.raises(AnomalyError, match=r"start from is NaN.*first made NaN in sqrt") as caught:
            loss.backward()
    assert line_of(caught.value, "hidden = x.sqrt()")


def test_nan_that_came_in() -> None:
    w = minitorch.ones(2, requires_grad=True)
    data = minitorch.tensor([float("nan"), 1.0])
    with (
        pytest.raises(AnomalyError, match="came into the forward pass with an input of mul"),
        detect_anomaly(),
    ):
        (w * data).sum().backward()


def test_nan_made_in_the_walk_back() -> None:
    x = minitorch.zeros(2, requires_grad=True)
    with detect_anomaly():
        root = x.sqrt()
        loss = (root * x).sum()
        with pytest.raises(AnomalyError, match="sqrt: SqrtBackward0 returned NaN") as caught:
            loss.backward()
    assert line_of(caught.value, "root = x.sqrt()")
    assert "No NaN was seen in the forward pass" in str(caught.value)


def test_nan_in_a_function_of_ones_own() -> None:
    class Bad(minitorch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * float("nan")

    x = minitorch.ones(2, requires_grad=True)
    with pytest.raises(AnomalyError, match="Bad: BadBackward returned NaN") as caught, detect_anomaly():
        Bad.apply(x).sum().backward()
    assert line_of(caught.value, "Bad.apply(x)")


def test_without_anomaly_detection_nan_is_a_value() -> None:
    x = minitorch.tensor([-1.0], requires_grad=True)
    x.sqrt().sum().backward()
    assert x.grad.isnan().all()


def test_anomaly_detection_that_only_remembers_lines() -> None:
    x = minitorch.tensor([-1.0], requires_grad=True)
    with detect_anomaly(check_nan=False):
        x.sqrt().sum().backward()
    assert x.grad.isnan().all()


def test_set_detect_anomaly_acts_at_once() -> None:
    x = minitorch.tensor([-1.0], requires_grad=True)
    set_detect_anomaly(True)
    try:
        with pytest.raises(AnomalyError):
            x.sqrt().sum().backward()
    finally:
        set_detect_anomaly(False)
    x.sqrt().sum().backward()


# Threads ----------------------------------------------------------------------------------------------------


def test_several_threads_walk_their_own_graphs() -> None:
    def work(seed: int) -> bool:
        x = minitorch.rand(5, generator=minitorch.Generator().manual_seed(seed), requires_grad=True)
        for _ in range(20):
            x.grad = None
            (x.exp() * x).sum().backward()
        return minitorch.allclose(x.grad, (x.exp() * (1 + x)).detach())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_several_threads_accumulate_into_one_leaf() -> None:
    x = minitorch.ones(1000, dtype=minitorch.float64, requires_grad=True)
    x.grad = minitorch.zeros(1000, dtype=minitorch.float64)

    def work(_: int) -> None:
        for _ in range(25):
            (x * 2).sum().backward()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert (x.grad == 8 * 25 * 2).all()


def test_several_threads_walk_one_retained_graph() -> None:
    x = minitorch.ones(10, dtype=minitorch.float64, requires_grad=True)
    y = (x.exp() * x.sin()).sum()
    expected = minitorch.autograd.grad(y, x, retain_graph=True)[0]

    def work(k: int) -> bool:
        (g,) = minitorch.autograd.grad(y, x, retain_graph=True, create_graph=k % 2 == 0)
        return minitorch.allclose(g, expected)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(200)))
    finally:
        sys.setswitchinterval(interval)
