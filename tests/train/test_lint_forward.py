"""The linter on modes, activations, and numbers that are none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from lint_runs import blobs, mlp, only, run

import minitorch as mt
from minitorch import nn, optim, train
from minitorch.nn import functional as F
from minitorch.train import Report, lint
from minitorch.watch import WATCHING


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    mt.manual_seed(0)
    yield
    assert not WATCHING


# Modes ----------------------------------------------------------------------------------------------------


def test_training_in_evaluation_mode() -> None:
    finding = only(run(mlp(nn.Dropout(0.2)), each=lambda model: model.eval()), "eval-mode")
    assert "Sequential.2 (Dropout)" in finding.where
    assert "model.train()" in finding.remedy
    assert not run(mlp(), each=lambda model: model.eval())  # nothing in it minds


def evaluated(mode: bool, grad: bool) -> Report:
    """A run with an evaluation after each epoch."""
    model, (x, y) = mlp(nn.BatchNorm1d(16)), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(model, optimizer, warn=False) as report:
        for _ in range(3):
            model.train()
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            model.train(mode)
            with mt.set_grad_enabled(grad):
                for _ in range(2):
                    model(x)
    return report


def test_evaluation_in_training_mode() -> None:
    finding = only(evaluated(mode=True, grad=False), "train-mode")
    assert "BatchNorm1d" in finding.where
    assert "model.eval()" in finding.remedy


def test_evaluation_with_a_graph_is_a_hint() -> None:
    assert only(evaluated(mode=False, grad=True), "no-grad").severity == "hint"
    assert not evaluated(mode=False, grad=False)


def test_one_evaluation_at_the_end() -> None:
    model, (x, y) = mlp(nn.Dropout(0.1)), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(warn=False) as report:
        with mt.no_grad():
            model(x)  # before training: a look at shapes
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        with mt.no_grad():
            model(x)
    only(report, "train-mode")


def test_statistics_for_an_averaged_model_are_meant() -> None:
    model, (x, y) = mlp(nn.BatchNorm1d(16)), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(warn=False) as report:
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        optim.swa_utils.update_bn([x, x, x], model)
    assert not report, str(report)


# Activations and numbers --------------------------------------------------------------------------------


def test_dead_relus() -> None:
    model = mlp()
    with mt.no_grad():
        model[0].bias.fill_(-100)
    report = run(model)
    assert report.codes >= {"dead-relu"}
    finding = next(f for f in report if f.code == "dead-relu")
    assert finding.what == "100% of 16 units were never active in the last 20 batches"
    assert finding.where.startswith("Sequential.1 (ReLU)")


def test_nan_in_the_data() -> None:
    x, y = blobs()
    x[3, 3] = math.nan
    finding = only(run(data=(x, y), epochs=1), "nan")
    assert finding.what == "argument 0 of the model contains NaN"


def test_nan_that_an_op_makes() -> None:
    report = run(loss=lambda p, y: (p - 100).log().mean(), epochs=1)
    finding = next(f for f in report if f.code == "nan")
    assert finding.what == "log made NaN"
    assert "(p - 100).log()" in finding.where
    assert "log1p" in finding.remedy


def test_nan_that_is_left_out_again() -> None:
    """NaN beside the way to the loss is no mistake, nor is one in a metric."""

    def loss(p: Any, y: Any) -> Any:
        mt.zeros(2) / mt.zeros(2)
        kept = mt.where(p > 0, p, 1.0)
        return F.cross_entropy(p, y) + 0 * mt.where(p > 0, p.log(), kept).mean()

    assert not run(loss=loss)


def test_nan_in_the_targets() -> None:
    x = mt.randn(32, 6)
    report = run(nn.Linear(6, 1), data=(x, mt.full((32, 1), math.nan)), loss=F.mse_loss, epochs=1)
    assert "came in with the targets" in only(report, "nan").what


def test_nan_that_ends_the_run() -> None:
    linter, (x, y) = lint(warn=False), blobs()
    model = mlp()
    trainer = train.Trainer(
        model,
        optim.SGD(model.parameters(), lr=0.05),
        lambda p, y: (p - 100).log().mean(),
        callbacks=[linter],
    )
    with pytest.raises(RuntimeError):
        trainer.fit([(x, y)])
    assert only(linter.report, "nan").what == "log made NaN"


def test_nan_after_infinity() -> None:
    report = run(loss=lambda p, y: (p * 1e30 * 1e30).exp().softmax(1).mean(), epochs=1)
    finding = next(f for f in report if f.code == "nan")
    assert "the first infinite value came from" in finding.what


def test_nan_in_the_walk_back() -> None:
    report = run(loss=lambda p, y: (p * 0).sqrt().mean(), epochs=1)
    finding = next(f for f in report if f.code == "nan")
    assert finding.what == "the gradient of sqrt is infinite, and that of mul NaN for that reason"
    assert "(p * 0).sqrt()" in finding.where


def test_parameters_that_become_infinite() -> None:
    report = run(loss=lambda p, y: (p**2).sum(), lr=1e30, epochs=1)
    assert any(f.code == "nan" for f in report)
