"""What the trainer refuses, and what its messages say."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    GradientError,
    NotSupportedError,
    ShapeError,
    TrainingError,
)
from minitorch.modes import is_grad_enabled
from minitorch.train.batches import described, tensors_in
from minitorch.train.callback import Callback
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer

TAKEN = {"epoch", "loss", "lr"}  # what else a row of the history holds


def named_metrics(metrics: Any) -> dict[str, Any]:
    """Metrics by name: those of a list have the names of their functions.

    Raises:
        ArgumentTypeError: for what is no metric.
        ArgumentError: for a name that is there twice, or taken.
    """
    from minitorch.metrics import Metric

    if isinstance(metrics, Metric):
        metrics = [metrics]
    if not isinstance(metrics, Iterable):
        raise ArgumentTypeError(f"Trainer: metrics must be a list or a dict, got {type(metrics).__name__}")
    pairs = list(metrics.items()) if isinstance(metrics, dict) else [(None, metric) for metric in metrics]
    result: dict[str, Any] = {}
    for name, metric in pairs:
        if not isinstance(metric, Metric):
            raise ArgumentTypeError(
                f"Trainer: metrics must be objects of minitorch.metrics, such as Accuracy(), got {metric!r}"
            )
        name = metric._name if name is None else name
        if not isinstance(name, str) or name in result or name in TAKEN or name.startswith("val_"):
            why = "is there twice" if name in result else "is taken by the history"
            raise ArgumentError(
                f"Trainer: the name {name!r} of a metric {why}; pass a dict with names of your own, such as "
                f"metrics={{'top5': Accuracy(top_k=5)}}"
            )
        result[name] = metric
    return result


def ordered_callbacks(callbacks: Any) -> list[Callback]:
    """The callbacks in the order in which they are called.

    Raises:
        ArgumentTypeError: for what is no callback, or no list of them.
    """
    if not isinstance(callbacks, Iterable):
        hint = f"; pass [{type(callbacks).__name__}(…)]" if isinstance(callbacks, Callback) else ""
        raise ArgumentTypeError(f"Trainer: callbacks must be a list, got {type(callbacks).__name__}{hint}")
    given = list(callbacks)
    for callback in given:
        if not isinstance(callback, Callback):
            raise ArgumentTypeError(
                f"Trainer: callbacks must derive from train.Callback, got {callback!r}"
                + ("; make an object of the class: add ()" if isinstance(callback, type) else "")
            )
    return sorted(given, key=lambda callback: callback.order)


def check_parts(trainer: Trainer) -> None:
    """Refuses parts of the wrong kind.

    Raises:
        ArgumentTypeError, ArgumentError, NotSupportedError: naming the part.
    """
    from minitorch.nn import Module
    from minitorch.optim import LBFGS, Optimizer

    check_kind("Trainer: model", trainer.model, Module)
    check_kind("Trainer: optimizer", trainer.optimizer, Optimizer)
    if isinstance(trainer.optimizer, LBFGS):
        raise NotSupportedError(
            "Trainer: LBFGS computes the loss of a batch several times in each step; write that loop yourself"
        )
    for name, function in (("loss", trainer.loss), ("step", trainer.step_function)):
        if function is not None and not callable(function):
            raise ArgumentTypeError(f"Trainer: {name} must be a function, got {type(function).__name__}")
    if (trainer.loss is None) == (trainer.step_function is None):
        raise ArgumentTypeError(
            "Trainer: give loss, a function of (output, targets), or step, a function of (model, batch): one of both"
        )
    check_count("Trainer: accumulate", trainer.accumulate)


def check_kind(what: str, value: Any, kind: type) -> None:
    """Refuses what is not of this class.

    Raises:
        ArgumentTypeError: naming the argument.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise ArgumentTypeError(f"{what} must be {article} {kind.__name__}, got {type(value).__name__}")


def check_number(what: str, value: Any) -> None:
    """Refuses what is no number.

    Raises:
        ArgumentTypeError: naming the argument.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(f"{what} must be a number, got {type(value).__name__}")


def check_path(what: str, value: Any) -> str:
    """A path as a string.

    Raises:
        ArgumentTypeError: naming the argument, for what is no path.
    """
    if not isinstance(value, (str, os.PathLike)):
        raise ArgumentTypeError(f"{what} must be a path, got {type(value).__name__}")
    return os.fspath(value)


@contextmanager
def writing(who: str, path: str) -> Iterator[None]:
    """What is written here goes to this path; if it fails, the error names the callback and the path.

    Raises:
        TrainingError: in place of the errors of the operating system.
    """
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{who}: cannot write {path!r}: {error}; choose another path, or make room"
        ) from error


def check_count(what: str, value: Any, least: int = 1) -> None:
    """Refuses what is not an integer, or too small.

    Raises:
        ArgumentError: naming the argument.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ArgumentError(f"{what} must be an integer ≥ {least}, got {value!r}")


def check_loader(method: str, loader: Any) -> None:
    """Refuses what gives no batches: a dataset without an order, or a tensor, whose rows would pass for batches.

    Raises:
        ArgumentTypeError: naming what was given.
    """
    if isinstance(loader, Value) or hasattr(loader, "__array__"):
        one, many = ("x", "x") if method == "predict" else ("(x, y)", "TensorDataset(x, y)")
        raise ArgumentTypeError(
            f"Trainer.{method}: got {described(loader)}, expected batches; pass [{one}] for a single one, or "
            f"DataLoader({many}, batch_size=32)"
        )
    if not hasattr(loader, "__iter__"):
        raise ArgumentTypeError(
            f"Trainer.{method}: expected a loader, such as DataLoader(dataset, batch_size=32), got "
            f"{type(loader).__name__}"
        )


def three_parts(trainer: Trainer, result: Any) -> Any:
    """Loss, output and targets, from what a `step` of the user returned.

    Raises:
        ArgumentTypeError: for tuples of other lengths, and if metrics are left without an output.
    """
    if isinstance(result, tuple) and len(result) == 3:
        return result
    if isinstance(result, tuple) or trainer.metrics:
        raise ArgumentTypeError(
            f"Trainer: {place(trainer)}: step returned {described(result)}, expected (loss, output, targets)"
            + (", which the metrics need" if trainer.metrics else ", or the loss alone")
        )
    return result, None, None


def place(trainer: Trainer) -> str:
    """Which batch is being worked on, for messages; people count from 1."""
    return f"epoch {trainer.epoch + 1}, batch {trainer.batch_index + 1}"


def measured_loss(trainer: Trainer) -> Any:
    """The loss of output and targets; its errors tell what both are.

    Raises:
        ArgumentTypeError: if the model returned nothing.
    """
    if trainer.output is None:
        raise ArgumentTypeError(
            f"Trainer: {place(trainer)}: the model returned None, expected an output; does forward() lack a return?"
        )
    assert trainer.loss is not None  # check_parts saw to it
    try:
        return trainer.loss(trainer.output, trainer.targets)
    except Exception as error:
        error.add_note(
            f"In {place(trainer)} the model returned {described(trainer.output)}, the targets are "
            f"{described(trainer.targets)}."
        )
        raise


def check_loss(trainer: Trainer, loss: Any) -> None:
    """Refuses what cannot be trained on.

    Raises:
        ArgumentTypeError, ShapeError, GradientError: naming the batch, and what the model returned.
    """
    whose = "step" if trainer.step_function is not None else "the loss function"
    if not isinstance(loss, Value):
        raise ArgumentTypeError(
            f"Trainer: {place(trainer)}: {whose} returned {type(loss).__name__}, expected a tensor with one element; "
            f"the model returned {described(trainer.output)}"
        )
    if loss.array.size != 1:
        raise ShapeError(
            f"Trainer: {place(trainer)}: {whose} returned shape {tuple(loss.array.shape)}, expected one element; "
            "leave out reduction='none', or take the mean"
        )
    if is_grad_enabled() and not loss.requires_grad:  # type: ignore[attr-defined]
        raise GradientError(
            f"Trainer: {place(trainer)}: the loss does not depend on any parameter that requires a gradient; are all "
            "of them frozen, or is there a detach(), an item() or a no_grad() on the way?"
        )


def check_finite(trainer: Trainer, loss: Any) -> None:
    """Refuses NaN and infinite losses, before they reach the parameters.

    Raises:
        TrainingError: saying where numbers that are not finite were found.
    """
    value = float(loss)
    if math.isfinite(value):
        return
    found = [name for name, x in trainer.model.named_parameters() if not all_finite(x)]
    if found:
        where = f"so are elements of the parameters {', '.join(found[:3])}: the step before this one was too large"
    elif not all_finite(trainer.batch):
        where = "so are elements of the batch: clean the data"
    else:
        where = "parameters and data are finite: run the step in minitorch.autograd.detect_anomaly() to find the op"
    raise TrainingError(
        f"Trainer: {place(trainer)}: the loss is {value}; {where}. A smaller learning rate or "
        "train.ClipGradients often helps. The model has not seen this batch"
    )


def all_finite(value: Any) -> bool:
    """Whether there is no NaN and no infinity in a tensor, or in the tensors of a batch."""
    return all(bool(x.isfinite().all()) for x in tensors_in(value) if x.is_floating_point())
