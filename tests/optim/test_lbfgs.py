"""L-BFGS: finds minima, keeps the Wolfe conditions, goes on after loading, and refuses what it cannot do."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors
from minitorch.optim.line_search import Point, strong_wolfe

LBFGS = minitorch.optim.LBFGS


def least_squares(params: list[Any], optimizer: Any) -> Any:
    rng = np.random.default_rng(0)
    a = minitorch.tensor(rng.standard_normal((20, 5)))
    b = minitorch.tensor(rng.standard_normal(20))

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((a @ minitorch.cat([x.reshape(-1) for x in params]) - b) ** 2).sum()
        loss.backward()
        return loss

    return closure


def start() -> list[Any]:
    shapes = [(2, 1), (), (2,)]
    return [minitorch.zeros(*shape, dtype=minitorch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_least_squares(search: str | None) -> None:
    params = start()
    optimizer = LBFGS(params, max_iter=100, max_eval=200, tolerance_change=1e-15, line_search_fn=search)
    loss = optimizer.step(least_squares(params, optimizer))
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((20, 5)), rng.standard_normal(20)
    found = np.concatenate([x.detach().numpy().reshape(-1) for x in params])
    np.testing.assert_allclose(found, np.linalg.lstsq(a, b, rcond=None)[0], atol=1e-7)
    assert loss.item() == pytest.approx((b**2).sum())


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_the_very_same_trajectory_after_loading(search: str | None) -> None:
    params = start()
    optimizer = LBFGS(params, lr=0.1, max_iter=3, line_search_fn=search)
    for _ in range(2):
        optimizer.step(least_squares(params, optimizer))
    file = io.BytesIO()
    minitorch.save([params, optimizer.state_dict()], file)
    file.seek(0)
    twins, state = minitorch.load(file)
    other = LBFGS(twins)
    other.load_state_dict(state)
    for xs, o in ((params, optimizer), (twins, other)):
        for _ in range(2):
            o.step(least_squares(xs, o))
    for x, y in zip(params, twins, strict=True):
        assert np.array_equal(x.detach().numpy(), y.detach().numpy())
    assert other.state[twins[0]]["func_evals"] == optimizer.state[params[0]]["func_evals"]


def test_stops_where_the_gradient_vanishes() -> None:
    x = minitorch.zeros(2, requires_grad=True)
    optimizer, calls = LBFGS([x]), []

    def closure() -> Any:
        optimizer.zero_grad()
        calls.append(1)
        loss = (x**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert len(calls) == 1
    assert x.tolist() == [0.0, 0.0]


def test_a_parameter_without_gradient_stays() -> None:
    x, unused = (minitorch.ones(2, requires_grad=True) for _ in range(2))
    optimizer = LBFGS([x, unused])

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((x - 3) ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    np.testing.assert_allclose(x.detach().numpy(), [3.0, 3.0], atol=1e-5)
    assert unused.tolist() == [1.0, 1.0]


FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "parabola": (lambda t: (t - 1) ** 2, lambda t: 2 * (t - 1)),
    "quartic": (lambda t: (t - 3) ** 4 - t, lambda t: 4 * (t - 3) ** 3 - 1),
    "waves": (lambda t: np.sin(3 * t) + (t - 2) ** 2, lambda t: 3 * np.cos(3 * t) + 2 * (t - 2)),
    "steep": (lambda t: np.exp(3 * t) - 10 * t, lambda t: 3 * np.exp(3 * t) - 10),
}


@pytest.mark.parametrize("first", [1e-3, 0.3, 1.0, 20.0])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_wolfe_conditions(name: str, first: float) -> None:
    f, slope = FUNCTIONS[name]
    calls = []

    def evaluate(t: Any) -> Point:
        calls.append(t)
        t = float(t)
        return Point(t, float(f(t)), None, minitorch.tensor(float(slope(t)), dtype=minitorch.float64))

    begin = Point(0, float(f(0)), None, minitorch.tensor(float(slope(0)), dtype=minitorch.float64))
    point, count = strong_wolfe(evaluate, begin, first, 1.0, 25)
    assert count == len(calls)
    assert point.loss <= begin.loss + 1e-4 * point.distance * begin.slope.item()
    assert abs(point.slope.item()) <= 0.9 * abs(begin.slope.item())


def test_the_search_stops_after_so_many_evaluations() -> None:
    calls = []

    def evaluate(t: Any) -> Point:
        calls.append(t)
        return Point(t, -float(t), None, minitorch.tensor(-1.0))

    point, count = strong_wolfe(evaluate, Point(0, 0.0, None, minitorch.tensor(-1.0)), 1.0, 1.0, 0)
    assert (point.distance, count, len(calls)) == (1.0, 1, 1)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda x: LBFGS([{"params": [x[0]]}, {"params": [x[1]]}]),
            errors.ArgumentError,
            "one parameter group",
        ),
        (lambda x: LBFGS(x, lr=-1), errors.ArgumentError, "lr must be ≥ 0"),
        (lambda x: LBFGS(x, line_search_fn="armijo"), errors.ArgumentError, "strong_wolfe"),
        (lambda x: LBFGS(x).step(), errors.ArgumentTypeError, "closure"),
        (
            lambda x: LBFGS(x).add_param_group({"params": [minitorch.ones(1)]}),
            errors.ArgumentError,
            "one parameter group",
        ),
    ],
)
def test_refused(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make(start())


def test_a_state_of_other_parameters_is_refused() -> None:
    params = start()
    optimizer = LBFGS(params)
    optimizer.step(least_squares(params, optimizer))
    other = LBFGS([minitorch.zeros(7, requires_grad=True), *start()[1:]])
    with pytest.raises(errors.StateDictError, match="d has shape"):
        other.load_state_dict(optimizer.state_dict())
