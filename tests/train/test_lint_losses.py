"""The linter on what losses are given."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from lint_runs import blobs, mlp, only, run

import minitorch as mt
from minitorch import nn
from minitorch.nn import functional as F
from minitorch.train import lint
from minitorch.watch import WATCHING


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    mt.manual_seed(0)
    yield
    assert not WATCHING


@pytest.mark.parametrize(
    ("name", "loss", "severity"),
    [
        ("softmax", lambda p, y: F.cross_entropy(p.softmax(1), y), "warning"),
        ("softmax", lambda p, y: F.cross_entropy(p.softmax(1).reshape(-1, 2, 2).flatten(1), y), "warning"),
        ("sigmoid", lambda p, y: F.cross_entropy(p.sigmoid(), y), "warning"),
        ("log_softmax", lambda p, y: F.cross_entropy(p.log_softmax(1), y), "hint"),
        ("softmax", lambda p, y: F.nll_loss(p.softmax(1), y), "warning"),
        (
            "sigmoid",
            lambda p, y: F.binary_cross_entropy_with_logits(p.sigmoid(), F.one_hot(y, 4).float()),
            "warning",
        ),
    ],
)
def test_a_loss_of_what_was_squashed(name: str, loss: Any, severity: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the library leaves it to the linter
        finding = only(run(loss=loss, epochs=1), "loss-input")
    assert finding.severity == severity
    assert finding.what.endswith(f" gets the result of {name}")
    assert "test_lint_losses.py" in finding.where


def test_log_probabilities_that_are_logits() -> None:
    assert "positive" in only(run(loss=F.nll_loss, epochs=1), "loss-input").what


def test_log_probabilities_as_they_should_be() -> None:
    assert not run(loss=lambda p, y: F.nll_loss(F.log_softmax(p, 1), y))


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, lambda p, y: ((p - y) ** 2).mean()])
def test_a_column_against_a_row(loss: Any) -> None:
    x = mt.randn(256, 6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        finding = only(run(nn.Linear(6, 1), data=(x, x.sum(1)), loss=loss), "loss-shapes")
    assert "(16, 1)" in finding.what
    assert "(16,)" in finding.what
    assert "squeeze(-1)" in finding.remedy


def test_pairs_that_are_meant() -> None:
    def contrast(p: Any, y: Any) -> Any:
        s = p.sum(1)
        return ((s.unsqueeze(1) - s) ** 2).mean()

    assert not run(loss=contrast, lr=1e-3)


def test_labels_out_of_range() -> None:
    x, y = blobs()
    with pytest.raises(IndexError), lint(warn=False) as report:
        model = mlp()
        F.cross_entropy(model(x), y + 1)
    finding = only(report, "labels")
    assert "target class 4 is out of range for 4 classes" in finding.what
    assert "F.cross_entropy(model(x), y + 1)" in finding.where
    assert "0 to 3" in finding.remedy


def test_binary_labels_out_of_range() -> None:
    x, y = blobs(classes=2)
    report = run(
        nn.Sequential(nn.Linear(6, 1), nn.Flatten(0)),
        data=(x, (y + 1).float()),
        loss=F.binary_cross_entropy_with_logits,
        epochs=1,
    )
    assert "between 1 and 2" in only(report, "labels").what


def test_data_in_order() -> None:
    x, y = blobs()
    order = y.argsort()
    finding = only(run(data=(x[order], y[order]), shuffle=False), "unshuffled")
    assert "shuffle=True" in finding.remedy
    assert "(loss(model(x), y) / accumulate)" in finding.where
    assert not run(data=(x[order], y[order]), shuffle=True)
    assert not run(data=(x, y), shuffle=False)  # in no order by itself


def test_numbers_in_order() -> None:
    x = mt.randn(256, 6)
    y = x.sum(1, keepdim=True)
    order = y[:, 0].argsort()
    model = nn.Linear(6, 1)
    assert only(run(model, data=(x[order], y[order]), loss=F.mse_loss, shuffle=False), "unshuffled")


def test_few_of_one_class_are_no_order() -> None:
    x, _ = blobs()
    y = mt.zeros(256, dtype=mt.int64)
    y[100] = 1
    assert not run(data=(x, y))
