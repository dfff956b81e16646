"""The linter finds every mistake that is planted, and nothing in runs without one."""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import minitorch as mt
from minitorch import nn, optim, train
from minitorch.nn import functional as F
from minitorch.train import Finding, LintWarning, Report, lint
from minitorch.utils.data import DataLoader, TensorDataset
from minitorch.watch import WATCHING

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    mt.manual_seed(0)
    yield
    assert not WATCHING


def blobs(n: int = 256, classes: int = 4) -> tuple[Any, Any]:
    """Points around as many centres as there are classes, in no order."""
    y = mt.randint(0, classes, (n,))
    return mt.randn(n, 6) + 3 * F.one_hot(y, 6).float(), y


def mlp(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), *layers, nn.Linear(16, 4))


def run(
    model: nn.Module | None = None,
    *,
    loss: Callable[..., Any] = F.cross_entropy,
    data: tuple[Any, Any] | None = None,
    batch: int = 16,
    epochs: int = 3,
    shuffle: bool = True,
    lr: float = 0.05,
    zero: bool = True,
    accumulate: int = 1,
    optimizer: Any = None,
    each: Callable[[nn.Module], None] = lambda model: None,
) -> Report:
    """Trains as tutorials do, with one thing or another done wrong."""
    model = mlp() if model is None else model
    optimizer = optim.SGD(model.parameters(), lr=lr) if optimizer is None else optimizer
    loader = DataLoader(TensorDataset(*(data or blobs())), batch_size=batch, shuffle=shuffle)
    with lint(model, optimizer, warn=False) as report:
        for _ in range(epochs):
            each(model)
            for i, (x, y) in enumerate(loader):
                (loss(model(x), y) / accumulate).backward()
                if i % accumulate == accumulate - 1:
                    optimizer.step()
                    if zero:
                        optimizer.zero_grad()
    return report


def only(report: Report, code: str) -> Finding:
    """The single finding, which has this code."""
    assert [finding.code for finding in report] == [code], str(report)
    finding = report.findings[0]
    assert all(finding), "each says what, where, why, and the remedy"
    return finding


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
    "alexnet": ["--size", "64", "--steps", "22", "--batch", "10", "--width", "0.25"],
    "custom_dataset": ["--pictures", "120", "--epochs", "3"],
    "attention": ["--steps", "60", "--longest", "6"],
    "csv_classifier": ["--epochs", "3"],
    "hdf5_regressor": ["--epochs", "3"],
}
LONG = {
    "cifar_cnn": ["--pictures", "1500", "--epochs", "4"],
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


# Gradients and steps ------------------------------------------------------------------------------------


def test_gradients_that_are_never_zeroed() -> None:
    finding = only(run(zero=False, epochs=1), "zero-grad")
    assert finding.severity == "error"
    assert finding.what == "4 of 4 gradients still contain those of earlier steps"
    assert "SGD.step" in finding.where
    assert "test_lint.py" in finding.where
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


# Losses ---------------------------------------------------------------------------------------------------


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
    assert "test_lint.py" in finding.where


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
