"""The callbacks that come with the trainer, one by one."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch as torch
from minitorch import nn, optim, train
from minitorch.errors import ArgumentError, ArgumentTypeError, StateDictError, TrainingError
from minitorch.metrics import ConfusionMatrix, MeanAbsoluteError

BATCH = (torch.ones(4, 1), torch.ones(4, 1))


class Scripted(train.Callback):
    """Puts values of our choice into the history, as if they had been measured."""

    order = -1

    def __init__(self, *values: float) -> None:
        self.values = values

    def on_epoch_end(self, trainer: train.Trainer) -> None:
        trainer.history[-1]["score"] = self.values[trainer.epoch - 1]
        with torch.no_grad():
            trainer.model.weight.fill_(trainer.epoch)


def trainer_of(*callbacks: train.Callback, lr: float = 0.1, **settings: Any) -> train.Trainer:
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=lr)
    return train.Trainer(model, optimizer, nn.MSELoss(), callbacks=callbacks, **settings)


# Stopping early ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "settings", "epochs", "best"),
    [
        ([5, 4, 3, 4, 5, 6, 1], {"patience": 3}, 6, 3),
        ([5, 4, 3, 4, 5, 6, 1], {"patience": 4}, 7, 7),
        ([1, 2, 3, 2, 2], {"patience": 2, "mode": "max"}, 5, 3),
        ([5, 4.9, 4.8, 4.7], {"patience": 2, "min_delta": 0.5}, 3, 1),
        ([math.nan, 3, math.nan, math.nan, 2], {"patience": 2}, 4, 2),
        ([math.nan, math.nan], {"patience": 2}, 2, 0),
    ],
)
def test_early_stopping(values: list[float], settings: Any, epochs: int, best: int) -> None:
    stopping = train.EarlyStopping("score", **settings)
    trainer = trainer_of(Scripted(*values), stopping)
    assert len(trainer.fit([BATCH], len(values))) == epochs
    assert stopping.best_epoch == best
    assert (trainer.stop is None) == (epochs == best)
    assert trainer.model.weight.item() == (best or epochs)  # best weights, where there were any


def test_early_stopping_may_keep_the_last_weights() -> None:
    trainer = trainer_of(Scripted(1, 2), train.EarlyStopping("score", 1, restore_best=False))
    trainer.fit([BATCH], 2)
    assert trainer.model.weight.item() == 2


def test_what_is_watched_by_default() -> None:
    stopping = train.EarlyStopping()
    trainer_of(stopping, lr=0).fit([BATCH], 1, [(BATCH[0], BATCH[1] * 100)])
    assert stopping.best is not None
    assert stopping.best > 1000
    stopping = train.EarlyStopping()
    trainer_of(stopping, lr=0).fit([BATCH], 1)
    assert stopping.best is not None
    assert stopping.best < 1000


@pytest.mark.parametrize("ema_first", [True, False])
def test_the_best_average_is_put_back_with_its_weights(tmp_path: Path, ema_first: bool) -> None:
    """The step is too long: the weights swing wider and wider around the solution, from which the average departs."""
    ema, stopping = train.EMA(0.9, warmup=False), train.EarlyStopping(patience=2)
    trainer = trainer_of(*([ema, stopping] if ema_first else [stopping, ema]), lr=0.6)
    with torch.no_grad():
        trainer.model.weight.fill_(0.2)
        trainer.model.bias.fill_(0.0)
    trainer.fit([BATCH], 30, validation=[BATCH])
    assert 1 <= stopping.best_epoch < trainer.epoch
    assert trainer.evaluate([BATCH])["loss"] == stopping.best
    trainer.save(tmp_path / "run.safetensors")
    again = trainer_of(*([ema, stopping] if ema_first else [stopping, ema]), lr=0.6)
    again.load(tmp_path / "run.safetensors")
    ema.copy_to(again.model)
    assert nn.functional.mse_loss(again.model(BATCH[0]), BATCH[1]).item() == stopping.best
    best = {name: x.clone() for name, x in ema.average.items()}
    ema.after_update(trainer)  # going on does not reach what was stored
    assert all(x.equal(best[name]) for name, x in stopping._averages[0]["average"].items())


@pytest.mark.parametrize(
    ("name", "message"),
    [("val_loss", "pass validation="), ("accuracy", "numbers .*'loss'"), ("table", "is \\[\\[4, 0")],
)
def test_a_name_that_is_no_number_of_the_history(name: str, message: str) -> None:
    model = nn.Linear(1, 2)
    trainer = train.Trainer(
        model,
        optim.SGD(model.parameters(), lr=0.1),
        lambda output, target: output.square().mean(),
        {"table": ConfusionMatrix(num_classes=2)},
        [train.EarlyStopping(name)],
    )
    with torch.no_grad():
        model.bias.copy_(torch.tensor([9.0, 0.0]))
    with pytest.raises(ArgumentError, match=message):
        trainer.fit([(torch.ones(4, 1), torch.zeros(4, dtype=torch.int64))])
    assert len(trainer.history) == 1


# Checkpoints -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "kept", "best"), [("min", [2, 5], 2), ("max", [3, 4], 3)])
def test_checkpoints(tmp_path: Path, mode: str, kept: list[int], best: int) -> None:
    saving = train.ModelCheckpoint(tmp_path / "new" / "folder", "score", mode, top=2)
    trainer_of(Scripted(4, 1, 6, 5, 2, math.nan), saving).fit([BATCH], 6)
    files = sorted(os.listdir(saving.folder))
    assert files == [
        "best.safetensors",
        *(f"epoch-{epoch:04}.safetensors" for epoch in kept),
        "last.safetensors",
    ]
    assert torch.load(saving.best)["model"]["weight"].item() == best
    assert torch.load(saving.last)["model"]["weight"].item() == 6
    for epoch in kept:
        assert torch.load(saving._path(epoch))["model"]["weight"].item() == epoch


def test_checkpoints_after_steps(tmp_path: Path) -> None:
    saving = train.ModelCheckpoint(tmp_path, every_steps=2)

    class Crash(train.Callback):
        def on_step_begin(self, trainer: train.Trainer) -> None:
            if trainer.step == 5:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trainer_of(saving, Crash()).fit([BATCH] * 9)
    again = trainer_of(saving)
    again.fit([BATCH] * 9, resume=saving.last)
    assert again.step == 9
    assert torch.load(saving.last)["counters"]["step"] == 9


def test_a_run_that_a_callback_stops_in_an_epoch_is_saved(tmp_path: Path) -> None:
    class Enough(train.Callback):
        def on_step_end(self, trainer: train.Trainer) -> None:
            if trainer.step == 3:
                trainer.stop = "enough"

    saving = train.ModelCheckpoint(tmp_path)
    trainer_of(saving, Enough()).fit([BATCH] * 5)
    again = trainer_of(train.ModelCheckpoint(tmp_path))
    again.fit([BATCH] * 5, resume=saving.last)
    assert (again.step, again.epoch) == (5, 1)


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving = train.ModelCheckpoint(tmp_path)
    trainer = trainer_of(saving)
    trainer.fit([BATCH])
    before = Path(saving.last).read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RuntimeError, match="No space"):
        trainer.fit([BATCH], 2)
    monkeypatch.undo()
    assert Path(saving.last).read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["best.safetensors", "last.safetensors"]
    assert len(trainer.fit([BATCH], 3)) == 3


# Schedules, gradients, averages ------------------------------------------------------------------


def test_a_schedule_of_epochs_and_one_of_steps() -> None:
    for every, expected in (("epoch", [1, 0.5, 0.25]), ("update", [0.5, 0.125, 0.03125])):
        trainer = trainer_of(lr=1)
        schedule = optim.lr_scheduler.ExponentialLR(trainer.optimizer, 0.5)
        trainer.callbacks.append(train.LRSchedule(schedule, every))
        rates = [row["lr"] for row in trainer.fit([BATCH] * 2, 3)]
        assert rates == (expected if every == "epoch" else [0.25, 0.0625, 0.015625])


def test_a_schedule_that_waits_for_a_plateau() -> None:
    trainer = trainer_of(Scripted(5, 4, 4, 4, 3, 2), lr=1)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(trainer.optimizer, patience=1, factor=0.5)
    trainer.callbacks.append(train.LRSchedule(plateau, monitor="score"))
    assert [row["lr"] for row in trainer.fit([BATCH], 6)] == [1, 1, 1, 1, 0.5, 0.5]


def test_an_error_after_an_update_does_not_make_it_twice() -> None:
    class Fails(train.Callback):
        def after_update(self, trainer: train.Trainer) -> None:
            if trainer.step == 3:
                raise ZeroDivisionError

    trainer = trainer_of(Fails())
    with pytest.raises(ZeroDivisionError):
        trainer.fit([BATCH] * 9)
    weights = trainer.model.weight.clone()
    trainer.callbacks.clear()
    nothing = (BATCH[0] * 0, BATCH[1] * 0)  # leaves the weights alone
    trainer.fit([*[BATCH] * 3, *[nothing] * 6])
    assert trainer.step == 9
    assert torch.equal(trainer.model.weight, weights)


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (ArgumentTypeError, lambda s: train.LRSchedule(s.optimizer)),
        (ArgumentError, lambda s: train.LRSchedule(s, "step")),
        (ArgumentError, lambda s: train.LRSchedule(s, monitor="loss")),
        (
            ArgumentError,
            lambda s: train.LRSchedule(optim.lr_scheduler.ReduceLROnPlateau(s.optimizer), "update"),
        ),
        (ArgumentError, lambda s: trainer_of(train.LRSchedule(s)).fit([BATCH])),
        (ArgumentError, lambda s: train.ClipGradients()),
        (ArgumentError, lambda s: train.ClipGradients(1.0, 1.0)),
        (ArgumentError, lambda s: train.ClipGradients(norm=-1.0)),
        (ArgumentError, lambda s: train.ClipGradients(value=math.nan)),
        (ArgumentError, lambda s: train.EMA(1.5)),
        (ArgumentError, lambda s: train.EarlyStopping(patience=0)),
        (ArgumentError, lambda s: train.EarlyStopping(mode="least")),
        (ArgumentError, lambda s: train.EarlyStopping(min_delta=-1)),
        (ArgumentError, lambda s: train.ModelCheckpoint("x", top=-1)),
        (ArgumentError, lambda s: train.ModelCheckpoint("x", every_steps=0)),
        (ArgumentError, lambda s: train.TensorBoard("x", every_steps=0)),
    ],
)
def test_refusals(error: type[Exception], make: Any) -> None:
    schedule = optim.lr_scheduler.ExponentialLR(trainer_of().optimizer, 0.5)
    with pytest.raises(error):
        make(schedule)


@pytest.mark.parametrize(
    ("message", "make"),
    [
        ("EarlyStopping: monitor must be a name", lambda: train.EarlyStopping(3)),
        ("ModelCheckpoint: monitor must be a name", lambda: train.ModelCheckpoint("x", 3)),
        ("EarlyStopping: min_delta must be a number, got str", lambda: train.EarlyStopping(min_delta="a")),
        ("EMA: decay must be a number, got str", lambda: train.EMA("a")),
        ("ClipGradients: norm must be a number, got str", lambda: train.ClipGradients("a")),
        ("ClipGradients: value must be a number, got str", lambda: train.ClipGradients(value="a")),
        ("CSVLog: path must be a path, got NoneType", lambda: train.CSVLog(None)),
        ("ModelCheckpoint: folder must be a path, got NoneType", lambda: train.ModelCheckpoint(None)),
        ("TensorBoard: folder must be a path, got int", lambda: train.TensorBoard(3)),
    ],
)
def test_arguments_of_other_types(message: str, make: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=message):
        make()


def test_what_cannot_be_written_is_refused_before_an_epoch(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for callback, path in (
        (train.CSVLog(tmp_path), tmp_path),
        (train.JSONLLog(file / "log.jsonl"), file / "log.jsonl"),
        (train.ModelCheckpoint(file), file),
    ):
        trainer = trainer_of(callback)
        message = f"{type(callback).__name__}: cannot write '{path}'"
        with pytest.raises(TrainingError, match=message):
            trainer.fit([BATCH])
        assert trainer.step == 0


def test_a_log_that_cannot_be_written_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match=r"CSVLog: cannot write .*log\.csv.*No space left"):
        trainer_of(train.CSVLog(tmp_path / "log.csv")).fit([BATCH])


def test_clipping() -> None:
    batch = (torch.ones(4, 1) * 100, torch.ones(4, 1))
    seen: list[Any] = []

    class Look(train.Callback):
        def after_update(self, trainer: train.Trainer) -> None:
            seen.append([p.grad.item() for p in trainer.model.parameters()])

    clip = train.ClipGradients(norm=2.0)
    trainer_of(Look(), clip).fit([batch])
    assert math.hypot(*seen[-1]) == pytest.approx(2, rel=1e-5)
    assert clip.last_norm is not None
    assert clip.last_norm > 10
    trainer_of(Look(), train.ClipGradients(value=0.5)).fit([batch])
    assert [abs(g) for g in seen[-1]] == [0.5, 0.5]


@pytest.mark.parametrize("warmup", [True, False])
def test_averaged_weights(warmup: bool) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    ema = train.EMA(0.8, warmup=warmup)
    expected = {name: x.numpy().copy() for name, x in model.state_dict().items()}
    steps = []

    class Follow(train.Callback):
        def on_step_end(self, trainer: train.Trainer) -> None:
            steps.append(None)
            d = min(0.8, (1 + len(steps)) / (10 + len(steps))) if warmup else 0.8
            for name, x in trainer.model.state_dict().items():
                mean = d * expected[name] + (1 - d) * x.numpy()
                expected[name] = mean if x.is_floating_point() else x.numpy().copy()

    trainer = train.Trainer(
        model,
        optim.SGD(model.parameters(), lr=0.1),
        nn.MSELoss(),
        [MeanAbsoluteError()],
        callbacks=[ema, Follow()],
    )
    torch.manual_seed(0)
    x = torch.randn(12, 2)
    data = [(part, part.sum(1, keepdim=True)) for part in x.split(4)]
    trainer.fit(data, 2)
    for name, mean in expected.items():
        np.testing.assert_allclose(ema.average[name].numpy(), mean, rtol=1e-5, atol=1e-7)
    own = {name: x.clone() for name, x in model.state_dict().items()}
    loss, prediction = trainer.evaluate(data)["loss"], trainer.predict(data)
    with pytest.raises(TrainingError):
        trainer.evaluate([])
    for name, x in model.state_dict().items():
        assert torch.equal(x, own[name])
    ema.copy_to(model)
    plain = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss())
    assert plain.evaluate(data)["loss"] == loss
    assert torch.equal(plain.predict(data), prediction)


def test_an_average_belongs_to_one_model() -> None:
    ema = train.EMA()
    trainer_of(ema).fit([BATCH])
    model = nn.Linear(3, 1)
    other = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[ema])
    with pytest.raises(StateDictError, match="another model"):
        other.fit([(torch.ones(4, 3), torch.ones(4, 1))])


# Logs --------------------------------------------------------------------------------------------


def test_logs_of_a_resumed_run_have_each_epoch_once(tmp_path: Path) -> None:
    def make() -> train.Trainer:
        return trainer_of(
            train.CSVLog(tmp_path / "logs" / "log.csv"),
            train.JSONLLog(tmp_path / "logs" / "log.jsonl"),
            train.TensorBoard(tmp_path / "board", every_steps=1),
        )

    first = make()
    first.fit([BATCH] * 2, 2)
    first.save(tmp_path / "run")
    first.fit([BATCH] * 2, 3)  # what is lost when the process dies
    history = make().fit([BATCH] * 2, 4, validation=[BATCH], resume=tmp_path / "run")
    with open(tmp_path / "logs" / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["val_loss"] != "" for row in rows] == [False, False, True, True]
    assert float(rows[0]["loss"]) == history[0]["loss"]
    lines = (tmp_path / "logs" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == history

    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = event_accumulator.EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    assert [event.step for event in board.Scalars("loss/step")] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [event.step for event in board.Scalars("loss/train")] == [2, 4, 6, 8]
    assert [event.step for event in board.Scalars("loss/validation")] == [6, 8]
    assert [event.value for event in board.Scalars("lr")] == pytest.approx([0.1] * 4)


def test_json_has_no_nan(tmp_path: Path) -> None:
    log = train.JSONLLog(tmp_path / "log.jsonl")
    trainer_of(Scripted(math.nan, math.inf), log).fit([BATCH], 2)
    rows = [json.loads(line) for line in Path(log.path).read_text().splitlines()]
    assert [row["score"] for row in rows] == [None, None]


# Progress ----------------------------------------------------------------------------------------


def test_progress_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    trainer_of(train.Progress(), train.EarlyStopping(patience=1), lr=0).fit([BATCH], 10, [BATCH])
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch  1/10: loss ")
    assert "val_loss" in lines[0]
    assert lines[2] == "stopped after 2 steps: no improvement since epoch 1"
    assert captured.err == ""


def test_progress_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    trainer_of(train.Progress(bar=True)).fit([BATCH] * 3, 2)
    captured = capsys.readouterr()
    assert "epoch 2/2" in captured.err
    assert "0/3" in captured.err
    assert captured.out.count("\n") == 2


def test_progress_without_tqdm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from minitorch.train import progress

    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    trainer_of(train.Progress(bar=True)).fit([BATCH] * 3, 2)
    assert capsys.readouterr().err == ""


def test_progress_after_an_error_leaves_no_bar_open(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    bars = train.Progress(bar=True)
    with pytest.raises(ArgumentTypeError):
        trainer_of(bars).fit([BATCH, torch.ones(1)])
    assert bars._bar is None


# One seed ----------------------------------------------------------------------------------------


def test_one_seed_for_all() -> None:
    import random

    draws = []
    for _ in range(2):
        train.seed_everything(2**40 + 3)
        draws.append((torch.rand(2).tolist(), random.random(), np.random.rand()))  # noqa: NPY002
    assert draws[0] == draws[1]
    assert "numpy" in sys.modules


@pytest.mark.parametrize("seed", ["a", 1.5, None])
def test_what_is_no_seed_changes_nothing(seed: Any) -> None:
    train.seed_everything(3)
    expected = torch.rand(2).tolist()
    train.seed_everything(3)
    with pytest.raises(ArgumentTypeError, match="seed must be an integer"):
        train.seed_everything(seed)
    assert torch.rand(2).tolist() == expected
