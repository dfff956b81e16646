"""The linter on gradients and steps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lint_runs import blobs, mlp, only, run

import minitorch as mt
from minitorch import nn, optim
from minitorch.nn import functional as F
from minitorch.train import lint
from minitorch.watch import WATCHING


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    mt.manual_seed(0)
    yield
    assert not WATCHING


def test_gradients_that_are_never_zeroed() -> None:
    finding = only(run(zero=False, epochs=1), "zero-grad")
    assert finding.severity == "error"
    assert finding.what == "4 of 4 gradients still contain those of earlier steps"
    assert "SGD.step" in finding.where
    assert "lint_runs.py" in finding.where
    assert "optimizer.step()" in finding.where
    assert "optimizer.zero_grad()" in finding.remedy


def test_some_that_are_never_zeroed() -> None:
    model = mlp()
    forgetful = optim.SGD(model.parameters(), lr=0.05)
    forgetful.zero_grad = lambda *_: setattr(model[2].bias, "grad", None)  # type: ignore[method-assign]
    assert only(run(model, optimizer=forgetful, epochs=1), "zero-grad").what.startswith("3 of 4 ")


def test_a_parameter_that_is_not_used() -> None:
    model = mlp()
    model.register_module("spare", nn.Linear(3, 3))
    model.forward = lambda x: nn.Sequential(*list(model)[:3])(x)  # type: ignore[method-assign]
    finding = only(run(model, epochs=1), "no-gradient")
    assert finding.what == "2 of 6 parameters never got a gradient: spare.weight, spare.bias"
    model.spare.requires_grad_(False)
    assert not run(model, epochs=1)


def test_a_parameter_that_is_used_late_is_not_reported() -> None:
    model, (x, y) = mlp(), blobs()
    model.register_module("late", nn.Linear(4, 4))
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(model, optimizer, warn=False) as report:
        for step in range(20):
            optimizer.zero_grad()
            logits = nn.Sequential(*list(model)[:3])(x)
            F.cross_entropy(logits if step < 15 else model.late(logits), y).backward()
            optimizer.step()
            if step == 12:
                assert report.codes == {"no-gradient"}
    assert not report


def test_a_parameter_that_no_optimizer_has() -> None:
    model = mlp()
    finding = only(run(model, optimizer=optim.SGD(model[2].parameters(), lr=0.05)), "not-optimized")
    assert "0.weight, 0.bias" in finding.what
    other = mlp()
    finding = only(run(model, optimizer=optim.SGD(other.parameters(), lr=0.05), zero=True), "not-optimized")
    assert finding.severity == "error"


def test_gradients_that_vanish() -> None:
    layers = [layer for _ in range(14) for layer in (nn.Linear(16, 16), nn.Sigmoid())]
    finding = only(run(mlp(*layers), epochs=2), "vanishing")
    assert finding.where == "Sequential.0.weight"
    assert "initialise" in finding.remedy


def test_gradients_that_explode() -> None:
    x = mt.randn(256, 6)
    report = run(nn.Linear(6, 1), data=(x, x.sum(1, keepdim=True)), loss=F.mse_loss, lr=1.2)
    assert "exploding" in report.codes, str(report)
    assert report.codes <= {"exploding", "learning-rate"}


def test_large_numbers_are_no_explosion() -> None:
    """Targets in their own units make large gradients, which Adam does not mind."""
    x = mt.randn(256, 6)
    model = nn.Linear(6, 1)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    report = run(model, data=(x, 1e6 * x.sum(1, keepdim=True)), loss=F.mse_loss, optimizer=optimizer)
    assert not report, str(report)


@pytest.mark.parametrize(("lr", "severity"), [(60.0, "warning"), (1e-10, "hint")])
def test_a_learning_rate_out_of_proportion(lr: float, severity: str) -> None:
    model = nn.Linear(6, 4)
    optimizer = optim.Adam(model.parameters(), lr=lr)
    if lr > 1:  # the weights follow the steps; what is large is large beside where they started
        optimizer = optim.SGD(model.parameters(), lr=lr, weight_decay=0.03)
    report = run(model, optimizer=optimizer, epochs=4)
    assert {finding.code for finding in report} == {"learning-rate"}, str(report)
    assert report.findings[0].severity == severity
