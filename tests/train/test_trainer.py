"""The loop of `Trainer`: against a loop written out, with batches of every kind, and after errors."""

from __future__ import annotations

import math
from typing import Any

import pytest

import minitorch as torch
from minitorch import nn, optim, train
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    GradientError,
    MinitorchError,
    NotSupportedError,
    ShapeError,
    TrainingError,
)
from minitorch.metrics import Accuracy, ConfusionMatrix, MeanSquaredError, Recall
from minitorch.train.batches import size_of
from minitorch.utils.data import DataLoader, TensorDataset


def data(count: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(count, 3, generator=torch.Generator().manual_seed(0))
    return x, x.sum(1, keepdim=True) ** 2


def trainer_of(model: nn.Module, loss: Any = None, **settings: Any) -> train.Trainer:
    return train.Trainer(
        model, optim.SGD(model.parameters(), lr=0.05, momentum=0.9), loss or nn.MSELoss(), **settings
    )


def batches(count: int = 10, size: int = 4) -> list[tuple[torch.Tensor, torch.Tensor]]:
    x, y = data(count)
    return list(zip(x.split(size), y.split(size), strict=True))


class Calls(train.Callback):
    """Notes what is called, with the counters."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.counts: list[tuple[str, int, int]] = []

    def __getattribute__(self, name: str) -> Any:
        if name.startswith(("on_", "after_", "before_")):

            def note(trainer: train.Trainer, *args: Any) -> None:
                self.names.append(name)
                self.counts.append((name, trainer.epoch, trainer.step))

            return note
        return super().__getattribute__(name)


# Training ----------------------------------------------------------------------------------------


def test_it_does_what_a_loop_does() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    trainer = trainer_of(model)
    torch.manual_seed(0)
    twin = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = optim.SGD(twin.parameters(), lr=0.05, momentum=0.9)

    torch.manual_seed(1)
    history = trainer.fit(batches(), epochs=2)
    torch.manual_seed(1)
    for row in history:
        total = 0.0
        for x, y in batches():
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(twin(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        assert row["loss"] == pytest.approx(total / 10, rel=1e-12)
    for a, b in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(("size", "group"), [(4, 3), (2, 2), (2, 5), (3, 9)])
def test_accumulated_batches_are_one_large_batch(size: int, group: int) -> None:
    x, y = data(10)
    torch.manual_seed(0)
    small = nn.Linear(3, 1).double()
    large = nn.Linear(3, 1).double()
    large.load_state_dict(small.state_dict())
    x, y = x.double(), y.double()
    calls = Calls()
    trainer_of(small, accumulate=group, callbacks=[calls]).fit(
        list(zip(x.split(size), y.split(size), strict=True)), epochs=2
    )
    wide = list(zip(x.split(size * group), y.split(size * group), strict=True))
    trainer_of(large).fit(wide, epochs=2)
    assert calls.names.count("after_update") == 2 * len(wide)
    for a, b in zip(small.parameters(), large.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


def test_history_metrics_and_validation() -> None:
    x = torch.tensor([[2.0, 1.0], [0.0, 1.0], [3.0, 0.0], [0.0, 4.0]])
    y = torch.tensor([0, 1, 1, 1])
    loader = DataLoader(TensorDataset(x, y), batch_size=3)
    model = nn.Linear(2, 2)
    nn.init.eye_(model.weight)
    nn.init.zeros_(model.bias)
    trainer = train.Trainer(
        model,
        optim.SGD(model.parameters(), lr=1e-9),
        nn.CrossEntropyLoss(),
        {"hits": Accuracy(), "table": ConfusionMatrix(num_classes=2), "each": Recall(average=None)},
    )
    history = trainer.fit(loader, epochs=1, validation=loader)
    (row,) = history
    expected = nn.functional.cross_entropy(x, y).item()
    assert row["epoch"] == 1
    assert row["loss"] == pytest.approx(expected, rel=1e-6)
    assert row["hits"] == row["val_hits"] == 0.75
    assert row["table"] == [[1, 0], [1, 2]]
    assert row["each"] == pytest.approx([1, 2 / 3])
    assert row["val_loss"] == pytest.approx(expected, rel=1e-6)
    assert trainer.evaluate(loader) == trainer.evaluation
    assert list(trainer.evaluation) == ["loss", "hits", "table", "each"]


def test_names_of_metrics() -> None:
    trainer = trainer_of(nn.Linear(3, 1), metrics=[MeanSquaredError()])
    row = trainer.fit(batches(), validation=batches())[0]
    assert row["mean_squared_error"] == pytest.approx(row["loss"], rel=1e-6)
    assert row["val_mean_squared_error"] == pytest.approx(row["val_loss"], rel=1e-6)


def test_moments_and_counters() -> None:
    calls = Calls()
    trainer = trainer_of(nn.Linear(3, 1), callbacks=[calls])
    trainer.fit(batches(8), epochs=2, validation=batches(4))
    step = [
        "on_step_begin",
        "after_forward",
        "after_backward",
        "before_update",
        "after_update",
        "on_step_end",
    ]
    evaluation = ["on_evaluate_begin", "on_evaluate_step", "on_evaluate_end"]
    epoch = ["on_epoch_begin", *step, *step, *evaluation, "on_epoch_end"]
    assert calls.names == ["on_fit_begin", *epoch, *epoch, "on_fit_end"]
    assert [c for c in calls.counts if c[0] == "on_epoch_end"] == [
        ("on_epoch_end", 1, 2),
        ("on_epoch_end", 2, 4),
    ]
    assert calls.counts[2] == ("on_step_begin", 0, 0)
    assert calls.counts[7] == ("on_step_end", 0, 1)


def test_fit_goes_on() -> None:
    trainer = trainer_of(nn.Linear(3, 1))
    assert len(trainer.fit(batches(), epochs=2)) == 2
    assert [row["epoch"] for row in trainer.fit(batches(), epochs=3)] == [1, 2, 3]
    with pytest.raises(ArgumentError, match="3 are finished"):
        trainer.fit(batches(), epochs=3)


def test_modes_are_left_as_they_were() -> None:
    seen = []

    class Look(train.Callback):
        def after_forward(self, trainer: train.Trainer) -> None:
            seen.append(trainer.model.training)

        def on_evaluate_step(self, trainer: train.Trainer) -> None:
            seen.append(trainer.model.training)

    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    trainer = trainer_of(model, callbacks=[Look()])
    trainer.fit(batches(4), 1, batches(4))
    assert seen == [True, False]
    model[1].eval()  # frozen statistics stay frozen
    trainer.evaluate(batches(4))
    assert [model.training, model[0].training, model[1].training] == [True, True, False]


# Batches -----------------------------------------------------------------------------------------


class Sum(nn.Module):
    """w·(a + b)."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self.weight * (a + b)


@pytest.mark.parametrize(
    "batch",
    [
        (torch.ones(4, 1), torch.ones(4, 1), torch.ones(4, 1)),
        [torch.ones(4, 1), torch.ones(4, 1), torch.ones(4, 1)],
        {"a": torch.ones(4, 1), "label": torch.ones(4, 1), "b": torch.ones(4, 1)},
        {"a": torch.ones(4, 1), "b": torch.ones(4, 1), "y": torch.ones(4, 1)},
    ],
)
def test_several_inputs(batch: Any) -> None:
    trainer = trainer_of(Sum())
    assert trainer.fit([batch])[0]["loss"] == 1.0
    assert trainer.predict([batch, batch]).shape == (8, 1)


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        (torch.ones(3, 2), 3),
        ([torch.ones(5, 2), torch.ones(5)], 5),
        (({"text": ["a", "b"], "x": torch.ones(2, 7)}, torch.ones(2)), 2),
        ([torch.tensor(1.0), torch.ones(4)], 4),
        ({"y": 1}, 1),
    ],
)
def test_the_number_of_samples(batch: Any, size: int) -> None:
    assert size_of(batch) == size


def test_a_step_of_ones_own() -> None:
    def reconstruct(model: nn.Module, x: torch.Tensor) -> Any:
        y = model(x)
        return ((y - x) ** 2).mean(), y, x

    model = nn.Linear(3, 3)
    trainer = train.Trainer(
        model, optim.SGD(model.parameters(), lr=0.1), step=reconstruct, metrics=[MeanSquaredError()]
    )
    x = data()[0]
    first, *_, last = trainer.fit([x], epochs=20)
    assert last["loss"] < first["loss"]
    assert last["mean_squared_error"] == pytest.approx(last["loss"], rel=1e-5)
    assert trainer.evaluate([x])["loss"] < last["loss"]
    only_loss = train.Trainer(
        model, optim.SGD(model.parameters(), lr=0.1), step=lambda m, x: m(x).square().mean()
    )
    assert only_loss.fit([x])[0]["loss"] > 0


@pytest.mark.parametrize("as_batch", [lambda x: x, lambda x: [x], lambda x: (x, None)])
def test_predict(as_batch: Any) -> None:
    x, _ = data()
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.9))
    trainer = trainer_of(model)
    y = trainer.predict([as_batch(part) for part in x.split(4)])
    assert not y.requires_grad
    torch.testing.assert_close(y, model.eval()(x).detach())


def test_predict_joins_what_is_nested() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(1))

        def forward(self, x: torch.Tensor) -> Any:
            return {"twice": (2 * x, x.sum(1)), "name": "both"}

    result = trainer_of(Both()).predict([torch.ones(2, 3), torch.ones(1, 3)])
    assert result["twice"][0].shape == (3, 3)
    assert result["twice"][1].tolist() == [3, 3, 3]
    assert result["name"] == ["both", "both"]


# Errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "message", "make"),
    [
        (ArgumentTypeError, "model must be a Module", lambda m, o: train.Trainer("m", o, nn.MSELoss())),
        (
            ArgumentTypeError,
            "optimizer must be an Optimizer",
            lambda m, o: train.Trainer(m, m.parameters(), nn.MSELoss()),
        ),
        (ArgumentTypeError, "loss must be a function", lambda m, o: train.Trainer(m, o, 3)),
        (ArgumentTypeError, "one of both", lambda m, o: train.Trainer(m, o)),
        (ArgumentTypeError, "one of both", lambda m, o: train.Trainer(m, o, nn.MSELoss(), step=print)),
        (
            ArgumentTypeError,
            "add \\(\\)",
            lambda m, o: train.Trainer(m, o, nn.MSELoss(), callbacks=[train.EMA]),
        ),
        (
            ArgumentTypeError,
            "a list, got EMA; pass \\[EMA",
            lambda m, o: train.Trainer(m, o, nn.MSELoss(), callbacks=train.EMA()),
        ),
        (
            ArgumentTypeError,
            "a list, got None",
            lambda m, o: train.Trainer(m, o, nn.MSELoss(), callbacks=None),
        ),
        (ArgumentTypeError, "objects of", lambda m, o: train.Trainer(m, o, nn.MSELoss(), [Accuracy])),
        (ArgumentTypeError, "a list or a dict", lambda m, o: train.Trainer(m, o, nn.MSELoss(), 5)),
        (
            ArgumentError,
            "'accuracy' of a metric is there twice",
            lambda m, o: train.Trainer(m, o, nn.MSELoss(), [Accuracy(), Accuracy(top_k=2)]),
        ),
        (ArgumentError, "taken", lambda m, o: train.Trainer(m, o, nn.MSELoss(), {"loss": Accuracy()})),
        (ArgumentError, "taken", lambda m, o: train.Trainer(m, o, nn.MSELoss(), {"val_x": Accuracy()})),
        (
            NotSupportedError,
            "LBFGS",
            lambda m, o: train.Trainer(m, optim.LBFGS(m.parameters()), nn.MSELoss()),
        ),
        (ArgumentError, "accumulate", lambda m, o: train.Trainer(m, o, nn.MSELoss(), accumulate=0)),
    ],
)
def test_parts_that_do_not_fit(error: type[Exception], message: str, make: Any) -> None:
    model = nn.Linear(3, 1)
    with pytest.raises(error, match=message):
        make(model, optim.SGD(model.parameters(), lr=0.1))


class Returns(nn.Module):
    """Returns what it is told to."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.result = result

    def forward(self, x: torch.Tensor) -> Any:
        return self.result(x * self.weight)


@pytest.mark.parametrize(
    ("error", "message", "result", "loss"),
    [
        (ArgumentTypeError, "lack a return", lambda y: None, nn.MSELoss()),
        (ArgumentTypeError, "batch 1: the loss function returned float", lambda y: y, lambda y, t: 1.0),
        (ArgumentTypeError, "the model returned a tuple of 2", lambda y: (y, y), lambda y, t: None),
        (ShapeError, "reduction='none'", lambda y: y, nn.MSELoss(reduction="none")),
        (GradientError, "detach", lambda y: y.detach(), nn.MSELoss()),
    ],
)
def test_what_a_model_must_not_return(error: type[Exception], message: str, result: Any, loss: Any) -> None:
    trainer = trainer_of(Returns(result), loss)
    with pytest.raises(error, match=message):
        trainer.fit([(torch.ones(4, 3), torch.ones(4, 3))])
    assert (trainer.step, trainer.epoch, trainer.history) == (0, 0, [])


def test_errors_of_the_loss_tell_what_it_got() -> None:
    trainer = trainer_of(nn.Linear(3, 2), nn.CrossEntropyLoss())
    with pytest.raises(MinitorchError) as caught:
        trainer.fit([(torch.ones(4, 3), torch.ones(5, dtype=torch.int64))])
    assert (
        "returned a tensor of shape (4, 2), the targets are a tensor of shape (5,)"
        in caught.value.__notes__[0]
    )


@pytest.mark.parametrize("batch", [torch.ones(2), 3, [], [torch.ones(2)], {"a": 1}, {"y": 1, "label": 2}])
def test_batches_of_no_kind(batch: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="pass step=") as caught:
        trainer_of(nn.Linear(3, 1)).fit([batch])
    assert "Variable" not in str(caught.value)


def test_loaders_without_batches() -> None:
    trainer = trainer_of(nn.Linear(3, 1))
    few = DataLoader(TensorDataset(*data(3)), batch_size=4, drop_last=True)
    for use in (trainer.fit, trainer.evaluate, trainer.predict):
        with pytest.raises(TrainingError, match="no batches"):
            use(few)
    with pytest.raises(TrainingError, match="only once"):
        trainer.fit(iter(batches()), epochs=2)
    assert len(trainer.fit(batches(), epochs=2)) == 2  # the first epoch was complete


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_changes_nothing(poison: float) -> None:
    good = batches(8)
    bad = (torch.full((4, 3), poison), torch.ones(4, 1))
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    trainer = trainer_of(model, metrics=[MeanSquaredError()])
    calls = Calls()
    trainer.callbacks.append(calls)
    snapshots = []

    class Snapshot(train.Callback):
        def on_step_end(self, trainer: train.Trainer) -> None:
            snapshots.append({name: x.clone() for name, x in trainer.model.state_dict().items()})

    trainer.callbacks.append(Snapshot())
    with pytest.raises(TrainingError, match="epoch 1, batch 3: the loss is .*elements of the batch"):
        trainer.fit([*good, bad])
    assert calls.names[-2:] == ["on_exception", "on_fit_end"]
    for name, x in model.state_dict().items():
        assert torch.equal(x, snapshots[-1][name])
    assert trainer.step == 2
    history = trainer.fit(
        [*good, good[0]], epochs=1
    )  # with the data repaired, it goes on with the third batch
    assert trainer.step == 3
    assert math.isfinite(history[0]["loss"])
    assert history[0]["mean_squared_error"] == pytest.approx(history[0]["loss"], rel=1e-6)


def test_weights_that_are_not_finite_are_named() -> None:
    model = nn.Sequential(nn.Linear(3, 1))
    trainer = trainer_of(model)
    with torch.no_grad():
        model[0].bias.fill_(math.nan)
    with pytest.raises(TrainingError, match=r"parameters 0\.bias"):
        trainer.fit(batches())


def test_after_an_error_in_a_group_its_gradients_are_gone() -> None:
    model = nn.Linear(3, 1)
    trainer = trainer_of(model, accumulate=2)
    with pytest.raises(MinitorchError):
        trainer.fit([batches()[0], (torch.ones(4, 7), torch.ones(4, 1))])
    assert (trainer.step, trainer.group_size) == (1, 0)
    assert all(p.grad is None for p in model.parameters())
    trainer.fit(batches())
    assert trainer.epoch == 1


def test_after_an_error_in_validation_the_epoch_is_finished_later() -> None:
    trainer = trainer_of(nn.Linear(3, 1), metrics=[MeanSquaredError()])
    with pytest.raises(MinitorchError):
        trainer.fit(batches(), 1, [(torch.ones(4, 7), torch.ones(4, 1))])
    assert trainer.model.training
    assert (trainer.epoch, trainer.step) == (0, 3)
    history = trainer.fit(batches(), 1, batches())
    assert trainer.step == 3
    assert {"loss", "val_loss"} <= set(history[0])


@pytest.mark.parametrize(
    ("message", "result", "metrics"),
    [
        ("tuple of 2, expected \\(loss, output, targets\\), or", lambda y: (y.mean(), y), []),
        ("which the metrics need", lambda y: y.mean(), [MeanSquaredError()]),
    ],
)
def test_what_a_step_must_not_return(message: str, result: Any, metrics: Any) -> None:
    model = nn.Linear(3, 1)
    trainer = train.Trainer(
        model, optim.SGD(model.parameters(), lr=0.1), step=lambda m, x: result(m(x)), metrics=metrics
    )
    with pytest.raises(ArgumentTypeError, match=message):
        trainer.fit([torch.ones(2, 3)])


def test_what_is_no_loader() -> None:
    trainer = trainer_of(nn.Linear(3, 1))
    for use in (trainer.fit, trainer.evaluate, trainer.predict):
        with pytest.raises(ArgumentTypeError, match="DataLoader"):
            use(5)
    with pytest.raises(ArgumentTypeError, match="DataLoader"):
        trainer.fit(batches(), validation=5)
    x = torch.ones(4, 3)  # its rows, or its single numbers, are no batches
    for rows in (x, x.numpy()):
        for use in (trainer.fit, trainer.evaluate, trainer.predict):
            with pytest.raises(ArgumentTypeError, match=r"DataLoader\(.*x.*, batch_size"):
                use(rows)
    assert trainer.predict([x]).equal(trainer.model(x))
    with pytest.raises(ArgumentError, match="epochs"):
        trainer.fit(batches(), 0)


def test_an_error_in_one_callback_does_not_keep_others_from_the_end() -> None:
    class Fails(train.Callback):
        def on_fit_end(self, trainer: train.Trainer) -> None:
            raise ZeroDivisionError

        on_evaluate_end = on_fit_end

    ended = []

    class Ends(train.Callback):
        def on_fit_end(self, trainer: train.Trainer) -> None:
            ended.append("fit")

        def on_evaluate_end(self, trainer: train.Trainer) -> None:
            ended.append("evaluate")

    trainer = trainer_of(nn.Linear(3, 1), callbacks=[Fails(), Ends()])
    with pytest.raises(ZeroDivisionError):
        trainer.fit(batches())
    with pytest.raises(ZeroDivisionError):
        trainer.evaluate(batches())
    assert ended == ["fit", "evaluate"]


def test_lazy_layers_are_made_by_the_first_batch_or_before() -> None:
    model = nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d(), nn.Linear(4, 1))
    trainer = trainer_of(model)
    assert len(trainer.fit(batches(), 2)) == 2
