"""The linter finds nothing in good runs, tells what it finds, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import math
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lint_runs import blobs, mlp, only, run

import minitorch as mt
from minitorch import nn, optim, train
from minitorch.errors import ArgumentTypeError
from minitorch.nn import functional as F
from minitorch.train import LintWarning, lint
from minitorch.utils.data import DataLoader, TensorDataset
from minitorch.watch import WATCHING

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    mt.manual_seed(0)
    yield
    assert not WATCHING


# The good run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"model": lambda: mlp(nn.Dropout(0.2), nn.BatchNorm1d(16))},
        {"accumulate": 4, "epochs": 6},
        {"lr": 0.2},
        {"optimizer": lambda model: optim.Adam(model.parameters(), lr=1e-2)},
        {"optimizer": lambda model: optim.AdamW(model.parameters(), lr=1e-3)},
        {"data": lambda: blobs(512, 2), "batch": 64, "epochs": 10},
    ],
    ids=["plain", "dropout", "accumulation", "fast", "adam", "adamw", "two classes"],
)
def test_a_good_run_has_no_findings(options: dict[str, Any]) -> None:
    model = options.pop("model", mlp)()
    if "optimizer" in options:
        options["optimizer"] = options["optimizer"](model)
    if "data" in options:
        options["data"] = options["data"]()
    report = run(model, **options)
    assert not report, str(report)
    assert str(report) == f"No findings in {report.steps} steps of training."


def test_a_good_loop_with_evaluation_has_none() -> None:
    model, (x, y) = mlp(nn.Dropout(0.5), nn.BatchNorm1d(16)), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(warn=False) as report:  # finds model and optimizer by itself
        for _ in range(5):
            model.train()
            for k in range(0, 256, 32):
                optimizer.zero_grad(set_to_none=False)
                F.cross_entropy(model(x[k : k + 32]), y[k : k + 32]).backward()
                optimizer.step()
            model.eval()
            with mt.no_grad():
                for k in range(0, 256, 64):
                    F.cross_entropy(model(x[k : k + 64]), y[k : k + 64])
    assert not report, str(report)


def test_a_gan_has_none() -> None:
    """Two optimizers, gradients that go where nobody steps, targets of one kind, calls without a graph."""
    make = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    judge = nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    makes, judges = (optim.Adam(m.parameters(), lr=2e-3) for m in (make, judge))
    criterion = nn.BCEWithLogitsLoss()
    with lint(warn=False) as report:
        for _ in range(40):
            with mt.no_grad():
                fake = make(mt.randn(16, 2))
            judges.zero_grad()
            loss = criterion(judge(mt.randn(16, 3)), mt.ones(16, 1)) + criterion(judge(fake), mt.zeros(16, 1))
            loss.backward()
            judges.step()
            makes.zero_grad()
            criterion(judge(make(mt.randn(16, 2))), mt.ones(16, 1)).backward()
            makes.step()
    assert not report, str(report)


def test_fine_tuning_with_a_frozen_part_has_none() -> None:
    body = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU()).requires_grad_(False)
    model = nn.Sequential(body, nn.Linear(16, 4))

    def freeze(model: nn.Module) -> None:
        model.train()
        body.eval()

    optimizer = optim.SGD(model[1].parameters(), lr=0.05)
    assert not run(model, optimizer=optimizer, each=freeze)


def test_regression_has_none() -> None:
    x = mt.randn(256, 6)
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))
    report = run(model, data=(x, x.sum(1, keepdim=True)), loss=F.mse_loss, epochs=6)
    assert not report, str(report)
    report = run(model, data=(x, x.sum(1)), loss=lambda p, y: ((p.squeeze(1) - y) ** 2).mean())
    assert not report, str(report)


def test_masks_may_be_infinite() -> None:
    """−inf in a mask is meant, and NaN does not come of it."""
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    optimizer = optim.Adam(layer.parameters())
    mask = mt.full((5, 5), -math.inf).triu(1)
    with lint(warn=False) as report:
        for _ in range(3):
            optimizer.zero_grad()
            layer(*[mt.randn(4, 5, 8)] * 3, attn_mask=mask)[0].square().mean().backward()
            optimizer.step()
    assert not report, str(report)


EVERYDAY = {
    "mnist_mlp": ["--epochs", "2"],
    "lstm_classifier": ["--steps", "40", "--longest", "8"],
    "custom_dataset": ["--pictures", "120", "--epochs", "3"],
    "attention": ["--steps", "60", "--longest", "6"],
    "csv_classifier": ["--epochs", "3"],
    "hdf5_regressor": ["--epochs", "3"],
}
LONG = {
    "alexnet": ["--size", "64", "--pictures", "200", "--epochs", "4"],
    "cifar_cnn": ["--pictures", "1500", "--epochs", "7"],
    "mnist_mlp": [],
    "lstm_classifier": [],
    "custom_dataset": [],
    "attention": [],
    "csv_classifier": [],
    "hdf5_regressor": [],
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [*EVERYDAY.items(), *(pytest.param(*item, marks=pytest.mark.slow) for item in LONG.items())],
    ids=[*EVERYDAY, *(f"{name}-long" for name in LONG)],
)
def test_the_examples_have_none(
    name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    try:
        with lint(warn=False) as report:
            module.main(arguments)
    finally:
        for loaded in [m for m in sys.modules if (EXAMPLES / f"{m}.py").exists()]:
            del sys.modules[loaded]
    assert report.steps
    assert not report, str(report)


# The linter itself ----------------------------------------------------------------------------------------


def test_findings_are_warnings_too_but_hints_are_not() -> None:
    model, (x, y) = mlp(), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with warnings.catch_warnings(record=True) as caught, lint(model, optimizer):
        warnings.simplefilter("always")
        for _ in range(4):
            F.cross_entropy(model(x).log_softmax(1), y).backward()
            optimizer.step()
    assert [w.category for w in caught] == [LintWarning]
    assert str(caught[0].message).startswith("zero-grad: 4 of 4 gradients")


def test_the_report_reads_well() -> None:
    text = str(run(zero=False, loss=lambda p, y: F.cross_entropy(p.log_softmax(1), y)))
    assert text.startswith("2 findings in 48 steps of training:\n\nerror: zero-grad: ")
    assert "\n\nhint: loss-input: cross_entropy gets the result of log_softmax\n  where:  " in text
    assert max(map(len, text.splitlines())) < 150


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_stays_behind(broken: bool) -> None:
    plain = mt.op.Op.__dict__["apply"]
    model, (x, y) = mlp(), blobs()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with contextlib.suppress(ZeroDivisionError), lint(model, optimizer, warn=False):
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        if broken:
            raise ZeroDivisionError
    assert mt.op.Op.__dict__["apply"] is plain
    assert model._hooks is None
    assert not optimizer._hooks["step_pre"]
    assert not optim.hooks.EVERYWHERE["step_pre"]
    assert not WATCHING


def test_results_are_those_without_it() -> None:
    results = []
    for watch in (False, True):
        mt.manual_seed(1)
        model, (x, y) = mlp(nn.Dropout(0.3)), blobs()
        optimizer = optim.Adam(model.parameters())
        with lint(warn=False) if watch else contextlib.nullcontext():
            for _ in range(5):
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
        results.append([p.tolist() for p in model.parameters()])
    assert results[0] == results[1]


def test_batches_of_vmap() -> None:
    model, (x, y) = mlp(), blobs(8)
    params = {name: p.detach() for name, p in model.named_parameters()}

    def loss(params: Any, x: Any, y: Any) -> Any:
        logits = mt.func.functional_call(model, params, (x.unsqueeze(0),))
        return F.cross_entropy(logits, y.unsqueeze(0))

    with lint(warn=False) as report:
        grads = mt.func.vmap(mt.func.grad(loss), in_dims=(None, 0, 0))(params, x, y)
    assert grads["0.weight"].shape == (8, 16, 6)
    assert not report, str(report)


def test_warnings_name_the_line_of_the_program() -> None:
    with warnings.catch_warnings(record=True) as caught, lint():
        warnings.simplefilter("always")
        F.cross_entropy(mlp()(blobs()[0]).softmax(1), blobs()[1])
    assert [Path(w.filename).name for w in caught] == ["test_lint.py"]


def test_after_an_interrupt_it_knows_where_it_is() -> None:
    model, (x, y) = mlp(nn.Dropout(0.1)), blobs()

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    optimizer = optim.SGD(model.parameters(), lr=0.05)
    with lint(warn=False) as report:
        handle = model[2].register_forward_hook(interrupt)
        with contextlib.suppress(KeyboardInterrupt):
            model(x)
        handle.remove()
        for _ in range(2):
            F.cross_entropy(model.eval()(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert report.codes == {"eval-mode"}, str(report)


@pytest.mark.parametrize(
    ("what", "settings"),
    [
        ("model must be a Module, got int", {"model": 3}),
        ("model must be a Module, got SGD", {"model": optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)}),
        ("optimizer must be an Optimizer, got Linear", {"optimizer": nn.Linear(1, 1)}),
        ("optimizer must be an Optimizer, got int", {"optimizer": [3]}),
    ],
)
def test_what_cannot_be_watched(what: str, settings: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=what):
        lint(**settings)


def test_two_at_once() -> None:
    with lint(warn=False) as outer:
        inner = run(zero=False, epochs=1)
    assert inner.codes == outer.codes == {"zero-grad"}


def test_as_a_callback() -> None:
    model, data = mlp(), TensorDataset(*blobs())
    found = []
    for shuffle, squash in itertools.product((True, False), (True, False)):
        loss = nn.CrossEntropyLoss()
        trainer_loss = (lambda p, y, loss=loss: loss(p.softmax(1), y)) if squash else loss
        linter = lint(warn=False)
        order = data if shuffle else TensorDataset(*(x[data.tensors[1].argsort()] for x in data.tensors))
        with contextlib.redirect_stdout(io.StringIO()):
            trainer = train.Trainer(
                model, optim.SGD(model.parameters(), lr=0.05), trainer_loss, callbacks=[linter]
            )
            trainer.fit(DataLoader(order, batch_size=16, shuffle=shuffle), epochs=2)
        found.append(linter.report.codes)
    assert found == [{"loss-input"}, set(), {"loss-input", "unshuffled"}, {"unshuffled"}]


def test_as_a_callback_it_sees_errors() -> None:
    linter, (x, y) = lint(warn=False), blobs()
    model = mlp()
    trainer = train.Trainer(
        model, optim.SGD(model.parameters(), lr=0.05), nn.CrossEntropyLoss(), callbacks=[linter]
    )
    with pytest.raises(IndexError):
        trainer.fit([(x, y + 7)])
    only(linter.report, "labels")
