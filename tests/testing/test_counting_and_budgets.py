"""count_ops, time_budget, memory_budget: what is within the limits passes, and what is not says why."""

from __future__ import annotations

import time
from typing import Any

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.testing import BudgetError, OpCountError, count_ops, memory_budget, saved_bytes, time_budget


def test_counts_of_forward_and_backward() -> None:
    x, w = minitorch.ones(4, 3), minitorch.ones(3, 2, requires_grad=True)
    with count_ops() as ops:
        y = (x @ w).exp()
        x @ x.T
        y.sum().backward()
    assert ops["matmul"] == 2
    assert ops.recorded == {"matmul": 1, "exp": 1, "sum": 1}
    assert ops.backward == {"matmul": 1, "exp": 1, "sum": 1}
    assert ops.total == sum(ops.ran.values())
    with minitorch.no_grad(), count_ops() as ops:
        x @ w
    assert ops.recorded.total() == 0


def test_ops_after_the_block_do_not_count() -> None:
    with count_ops() as ops:
        minitorch.ones(2) + 1
    minitorch.ones(2) + 1
    assert ops["add"] == 1


def test_blocks_within_blocks() -> None:
    x = minitorch.ones(3)
    with count_ops() as outer:
        x.exp()
        with count_ops() as inner:
            x.exp()
    assert (outer["exp"], inner["exp"]) == (2, 1)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"at_most": 3}, "4 ops ran, and at most 3 may: 3 × exp"),
        ({"at_most": {"exp": 2}}, "exp ran 3 ×, and at most 2 may"),
        ({"at_most": {"sum": 0}}, "written without it"),
        ({"exactly": {"matmul": 3}}, "matmul ran 0 ×, and should run 3 ×"),
    ],
)
def test_limits(limits: dict[str, Any], says: str) -> None:
    with pytest.raises(OpCountError, match=says), count_ops(**limits):
        minitorch.ones(3).exp().exp().exp().sum()


def test_limits_that_hold() -> None:
    with count_ops(at_most={"exp": 3, "softmax": 0}, exactly={"sum": 1}):
        minitorch.ones(3).exp().sum()


def test_another_error_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), count_ops(exactly={"exp": 1}):
        raise ZeroDivisionError
    with pytest.raises(ArgumentTypeError, match="names and numbers"):
        count_ops(exactly=3)  # type: ignore[arg-type]


def test_slow_and_fast() -> None:
    def slow() -> None:
        time.sleep(0.02)

    def fast() -> None:
        time.sleep(0.002)

    assert time_budget(fast, slow, 1.0, repeats=3) < 0.6
    with pytest.raises(BudgetError, match="slow takes") as caught:
        time_budget(slow, fast, 2.0, repeats=3)
    assert 4 < caught.value.ratio < 40


def test_a_loop_over_elements_is_too_slow() -> None:
    x = minitorch.rand(2000)

    def loop() -> float:
        return sum(v * v for v in x.tolist() for _ in range(20))

    with pytest.raises(BudgetError, match="work on whole tensors"):
        time_budget(loop, lambda: (x * x).sum(), 5.0, repeats=3)


def test_the_hopelessly_slow_runs_once() -> None:
    calls = []

    def hopeless() -> None:
        calls.append(0)
        time.sleep(1.05)

    with pytest.raises(BudgetError):
        time_budget(hopeless, lambda: None, 2.0)
    assert len(calls) == 1


def test_a_disturbance_does_not_count() -> None:
    calls = iter(range(100))

    def disturbed() -> None:
        time.sleep(0.03 if next(calls) < 6 else 0.002)

    assert time_budget(disturbed, lambda: time.sleep(0.002), 3.0, repeats=3) < 3


def test_memory() -> None:
    x = minitorch.ones(250, 1000)  # 1 MB

    def frugal() -> Any:
        return x.sum()

    def lavish() -> Any:
        return [x + i for i in range(5)]

    assert memory_budget(frugal, lavish, 0.1) < 0.1
    with pytest.raises(BudgetError, match="lavish needs") as caught:
        memory_budget(lavish, lambda: x + 1, 2)
    assert 4.5 < caught.value.ratio < 5.5


def test_what_the_graph_keeps() -> None:
    x = minitorch.ones(1000, requires_grad=True)
    assert saved_bytes(x) == 0
    assert saved_bytes((x + 1).sum()) == 0
    assert saved_bytes(x.exp().sum()) == 4000
    assert saved_bytes(x.exp().exp()) == 8000
    y = x.exp()
    assert saved_bytes(y * y) == 4000  # shared: once
    with minitorch.no_grad():
        assert saved_bytes(x.exp()) == 0

    def kept(steps: int) -> Any:
        return nn.Sequential(*[nn.Tanh() for _ in range(steps)])(x)

    assert memory_budget(lambda: kept(2), lambda: kept(4), 0.6, saved=True) == 0.5
    with pytest.raises(BudgetError, match="keeps for backward"):
        memory_budget(lambda: kept(4), lambda: kept(2), 1.5, saved=True)


def test_wrong_budgets() -> None:
    with pytest.raises(ArgumentError, match="positive"):
        time_budget(lambda: None, lambda: None, 0)
    with pytest.raises(ArgumentError, match="positive"):
        memory_budget(lambda: None, lambda: None, -1)
