"""A run that was interrupted and resumed is the very same as one that was not, bit for bit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch as torch
from minitorch import nn, optim, train
from minitorch.errors import CheckpointError, StateDictError
from minitorch.metrics import MeanAbsoluteError
from minitorch.utils.data import DataLoader, Dataset, TensorDataset

BATCHES = 5


class Noisy(Dataset):
    """Samples with noise of all three sources."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(18, 3, generator=generator)

    def __len__(self) -> int:
        return 18

    def __getitem__(self, i: int) -> Any:
        noise = torch.randn(3) + random.random() + float(np.random.rand())  # noqa: NPY002
        return self.x[i] + 0.1 * noise, self.x[i].sum().reshape(1)


class StopAt(train.Callback):
    """Ends the run after a step, as Ctrl-C does."""

    def __init__(self, step: int | None) -> None:
        self.step = step

    def on_step_end(self, trainer: Any) -> None:
        if trainer.step == self.step:
            trainer.stop = "interrupted"


SCHEDULERS = {
    "step": lambda o: train.LRSchedule(optim.lr_scheduler.StepLR(o, 1, 0.7)),
    "cosine": lambda o: train.LRSchedule(optim.lr_scheduler.CosineAnnealingLR(o, 20), every="update"),
    "one cycle": lambda o: train.LRSchedule(
        optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=40), every="update"
    ),
    "lambda": lambda o: train.LRSchedule(optim.lr_scheduler.LambdaLR(o, lambda epoch: 0.9**epoch)),
    "warm-up": lambda o: train.LRSchedule(
        optim.lr_scheduler.SequentialLR(
            o,
            [
                optim.lr_scheduler.LinearLR(o, 0.1, total_iters=4),
                optim.lr_scheduler.ExponentialLR(o, 0.9),
            ],
            milestones=[4],
        ),
        every="update",
    ),
    "plateau": lambda o: train.LRSchedule(optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.5)),
}
OPTIMIZERS = {
    "momentum": lambda ps: optim.SGD(ps, lr=0.02, momentum=0.9, nesterov=True),
    "adamw": lambda ps: optim.AdamW(ps, lr=0.02, amsgrad=True),
}


def make(
    stop_at: int | None = None,
    optimizer: str = "momentum",
    schedule: str = "step",
    own_generator: bool = False,
    callbacks: Any = (),
    **settings: Any,
) -> tuple[train.Trainer, DataLoader, DataLoader]:
    """A model with dropout and batch norm on shuffled, augmented data, and all callbacks that remember something."""
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))
    optimizer = OPTIMIZERS[optimizer](model.parameters())
    trainer = train.Trainer(
        model,
        optimizer,
        nn.MSELoss(),
        {"mae": MeanAbsoluteError()},
        [
            SCHEDULERS[schedule](optimizer),
            train.EMA(0.9),
            train.EarlyStopping(patience=2, min_delta=10.0),
            train.ClipGradients(norm=1.0),
            StopAt(stop_at),
            *callbacks,
        ],
        **settings,
    )
    generator = torch.Generator().manual_seed(7) if own_generator else None
    loader = DataLoader(Noisy(), batch_size=4, shuffle=True, generator=generator)
    return trainer, loader, DataLoader(Noisy(), batch_size=9)


def outcome(trainer: train.Trainer) -> Any:
    """All that a run leaves: weights, statistics, optimizer, averages, history, and what is drawn next."""
    return (
        {name: x.numpy().tobytes() for name, x in trainer.model.state_dict().items()},
        repr(trainer.optimizer.state_dict()),
        {name: x.numpy().tobytes() for name, x in trainer.callbacks[1].average.items()},
        trainer.history,
        trainer.stop,
        torch.rand(2).tolist(),
        random.random(),
        np.random.rand(),  # noqa: NPY002
    )


def uninterrupted(seed: int, epochs: int, **settings: Any) -> Any:
    train.seed_everything(seed)
    trainer, loader, validation = make(**settings)
    trainer.fit(loader, epochs, validation)
    return outcome(trainer)


@pytest.mark.parametrize("stop_at", [1, BATCHES - 1, BATCHES, BATCHES + 2])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "adamw", "schedule": "cosine", "own_generator": True},
        {"schedule": "plateau", "accumulate": 2},
        {"schedule": "one cycle", "accumulate": 3, "own_generator": True},
    ],
    ids=lambda settings: " ".join(map(str, settings.values())) or "plain",
)
def test_from_the_middle_of_an_epoch(tmp_path: Path, stop_at: int, settings: dict[str, Any]) -> None:
    expected = uninterrupted(3, 3, **settings)

    train.seed_everything(3)
    first, loader, validation = make(stop_at, **settings)
    first.fit(loader, 3, validation)
    assert (first.step, first.stop) == (stop_at, "interrupted")
    first.save(tmp_path / "run")

    train.seed_everything(99)  # another process, with other weights to start with
    torch.rand(5)
    second, loader, validation = make(**settings)
    second.fit(loader, 3, validation, resume=tmp_path / "run")
    assert outcome(second) == expected


@pytest.mark.parametrize("schedule", sorted(SCHEDULERS))
def test_from_the_end_of_an_epoch(tmp_path: Path, schedule: str) -> None:
    expected = uninterrupted(4, 3, schedule=schedule)

    train.seed_everything(4)
    first, loader, validation = make(schedule=schedule, callbacks=[train.ModelCheckpoint(tmp_path)])
    first.fit(loader, 1, validation)

    second, loader, validation = make(schedule=schedule, callbacks=[train.ModelCheckpoint(tmp_path)])
    second.fit(loader, 3, validation, resume=tmp_path / "last.safetensors")
    assert outcome(second) == expected


def test_in_the_same_process_fit_goes_on_where_it_was() -> None:
    expected = uninterrupted(5, 3)
    train.seed_everything(5)
    trainer, loader, validation = make(stop_at=BATCHES + 3)
    trainer.fit(loader, 3, validation)
    assert trainer.step == BATCHES + 3
    trainer.fit(loader, 3, validation)
    assert outcome(trainer) == expected


def test_a_failed_load_in_the_middle_of_an_epoch_changes_nothing(tmp_path: Path) -> None:
    other = linear(7)
    other.save(tmp_path / "other")
    expected = uninterrupted(8, 3, own_generator=True)
    train.seed_everything(8)
    trainer, loader, validation = make(stop_at=BATCHES + 2, own_generator=True)
    trainer.fit(loader, 3, validation)
    with pytest.raises(StateDictError):
        trainer.fit(loader, 3, validation, resume=tmp_path / "other")
    trainer.fit(loader, 3, validation)
    assert outcome(trainer) == expected


def test_a_finished_run_is_resumed_without_a_step(tmp_path: Path) -> None:
    trainer, loader, _ = make()
    history = trainer.fit(loader, 1)
    trainer.save(tmp_path / "run")
    again, loader, _ = make()
    assert again.fit(loader, 1, resume=tmp_path / "run") == history
    assert again.step == BATCHES


def test_a_run_that_was_stopped_early_stays_stopped(tmp_path: Path) -> None:
    saving = train.ModelCheckpoint(tmp_path)
    trainer, loader, validation = make(callbacks=[saving])
    history = trainer.fit(loader, 9, validation)
    assert len(history) == 3
    again, loader, validation = make(callbacks=[train.ModelCheckpoint(tmp_path)])
    assert again.fit(loader, 9, validation, resume=saving.last) == history
    assert again.stop == "no improvement since epoch 1"
    for a, b in zip(trainer.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(a, b)


# Files of other runs -----------------------------------------------------------------------------


def linear(inputs: int, **settings: Any) -> train.Trainer:
    model = nn.Linear(inputs, 1)
    return train.Trainer(model, optim.SGD(model.parameters(), lr=0.1, momentum=0.9), nn.MSELoss(), **settings)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: linear(3), "size mismatch|shape"),
        (lambda: linear(2, metrics=[MeanAbsoluteError()]), "metrics"),
        (lambda: linear(2, callbacks=[]), "callback EMA"),
    ],
)
def test_of_another_run(tmp_path: Path, other: Any, message: str) -> None:
    path = tmp_path / "run"
    loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4, 1)))
    trainer = linear(2, callbacks=[train.EMA()])
    trainer.fit(loader)
    trainer.save(path)
    fresh = other()
    before = {name: x.clone() for name, x in fresh.model.state_dict().items()}
    torch.manual_seed(11)
    expected = torch.rand(1)
    torch.manual_seed(11)
    with pytest.raises(StateDictError, match=message) as caught:
        fresh.fit(loader, 2, resume=path)
    assert str(path) in str(caught.value)
    assert torch.equal(torch.rand(1), expected)
    assert (fresh.epoch, fresh.step, fresh.history) == (0, 0, [])
    for name, x in fresh.model.state_dict().items():
        assert torch.equal(x, before[name])


def test_of_no_run(tmp_path: Path) -> None:
    trainer = linear(2)
    torch.save(trainer.model.state_dict(), tmp_path / "weights")
    with pytest.raises(CheckpointError, match="Trainer.save writes such files"):
        trainer.load(tmp_path / "weights")
    (tmp_path / "text").write_text("nothing of the kind")
    with pytest.raises(CheckpointError):
        trainer.load(tmp_path / "text")
    with pytest.raises(FileNotFoundError):
        trainer.load(tmp_path / "nowhere")


def test_the_models_state_dict_is_in_the_file(tmp_path: Path) -> None:
    trainer = linear(2)
    trainer.save(tmp_path / "run")
    other = nn.Linear(2, 1)
    other.load_state_dict(torch.load(tmp_path / "run")["model"])
    assert torch.equal(other.weight, trainer.model.weight)


# Loaders of every kind ---------------------------------------------------------------------------


class Plain:
    """Gives batches, and knows nothing of states."""

    def __init__(self, generator: Any = None) -> None:
        self.generator = generator
        self.data = Noisy()

    def __iter__(self) -> Any:
        order = torch.randperm(18, generator=self.generator).split(4)
        for indices in order:
            samples = [self.data[int(i)] for i in indices]
            yield tuple(torch.stack(part) for part in zip(*samples, strict=True))


class Lines(torch.utils.data.IterableDataset):
    """Samples that come one after the other."""

    def __iter__(self) -> Any:
        data = Noisy()
        return (data[i] for i in range(18))


LOADERS = {
    "plain": Plain,
    "plain, generator": lambda: Plain(torch.Generator().manual_seed(2)),
    "list": lambda: [data_of_list(k) for k in range(BATCHES)],
    "stream": lambda: DataLoader(Lines(), batch_size=4),
    "weighted": lambda: DataLoader(
        Noisy(), batch_size=4, sampler=torch.utils.data.WeightedRandomSampler([1.0] * 18, 18)
    ),
}


def data_of_list(k: int) -> Any:
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(k))
    return x, x.sum(1, keepdim=True)


@pytest.mark.parametrize("first_load", [False, True], ids=["fit", "load and fit"])
@pytest.mark.parametrize("stop_at", [2, BATCHES, BATCHES + 1])
@pytest.mark.parametrize("kind", sorted(LOADERS))
def test_with_loaders_of_every_kind(tmp_path: Path, kind: str, stop_at: int, first_load: bool) -> None:
    resumed_is_uninterrupted(tmp_path, LOADERS[kind], stop_at, first_load)


def resumed_is_uninterrupted(tmp_path: Path, make_loader: Any, stop_at: int, first_load: bool) -> None:
    train.seed_everything(6)
    trainer, _, validation = make()
    trainer.fit(make_loader(), 2, validation)
    expected = outcome(trainer)

    train.seed_everything(6)
    first, _, validation = make(stop_at)
    first.fit(make_loader(), 2, validation)
    first.save(tmp_path / "run")
    train.seed_everything(98)
    second, _, validation = make()
    if first_load:
        second.load(tmp_path / "run")
        second.save(tmp_path / "copy")
        second, _, validation = make()
        second.load(tmp_path / "copy")
        second.fit(make_loader(), 2, validation)
    else:
        second.fit(make_loader(), 2, validation, resume=tmp_path / "run")
    assert outcome(second) == expected


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [2, BATCHES + 1])
def test_with_workers(tmp_path: Path, stop_at: int) -> None:
    def make_loader() -> DataLoader:
        return DataLoader(Noisy(), batch_size=4, shuffle=True, num_workers=2, multiprocessing_context="fork")

    resumed_is_uninterrupted(tmp_path, make_loader, stop_at, first_load=False)
