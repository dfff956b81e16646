"""The state of a training run in a file: all that decides how it goes on."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from minitorch.errors import CheckpointError, StateDictError
from minitorch.serialization import load as load_file, save as save_file
from minitorch.train.randomness import random_state, set_random_state

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer

FORMAT = "minitorch.train 1"
COUNTERS = (
    "epoch",
    "step",
    "batch_index",
    "history",
    "loss_sum",
    "samples",
    "group_size",
    "group_samples",
    "epoch_start",
)


def save(trainer: Trainer, path: Any) -> None:
    """Writes the state of a run to a file, which is replaced as a whole."""
    save_file(collect(trainer), path)


def load(trainer: Trainer, path: Any) -> None:
    """Reads the state of a run from a file.

    Raises:
        CheckpointError: if the file is not of a run.
        StateDictError: if it is of another one; then nothing is changed.
    """
    state = load_file(path)
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(
            f"Trainer.load: {path}: not the state of a training run; Trainer.save writes such files. Load the state "
            "dict of a model with model.load_state_dict(minitorch.load(path))"
        )
    before = deepcopy(collect(trainer))
    try:
        put(trainer, state)
    except Exception as error:
        put(trainer, before)
        raise StateDictError(f"Trainer.load: {path}: the file is of another run: {error}") from error


def collect(trainer: Trainer) -> dict[str, Any]:
    """All that decides how a run goes on; tensors are the ones that are trained, not copies."""
    return {
        "format": FORMAT,
        "model": trainer.model.state_dict(),
        "optimizer": trainer.optimizer.state_dict(),
        "metrics": {name: metric.state_dict() for name, metric in trainer.metrics.items()},
        "callbacks": {name: saved for name, saved in callback_states(trainer).items() if saved},
        "gradients": [x.grad for x in trainer.parameters()] if trainer.group_size else None,
        "counters": {name: getattr(trainer, name) for name in COUNTERS},
        "random": random_state(trainer.loader)
        | ({"loader": trainer.loader_generators} if trainer.loader_generators else {}),
        "loader": of_loader(trainer),
    }


def put(trainer: Trainer, state: dict[str, Any]) -> None:
    """Makes the run what `state` says."""
    trainer.model.load_state_dict(state["model"])
    trainer.optimizer.load_state_dict(state["optimizer"])
    if state["metrics"].keys() != trainer.metrics.keys():
        raise StateDictError(
            f"it has the metrics {list(state['metrics'])}, this trainer has {list(trainer.metrics)}"
        )
    for name, metric in trainer.metrics.items():
        metric.load_state_dict(state["metrics"][name])
    callbacks = named_callbacks(trainer)
    for name, saved in state["callbacks"].items():
        if name not in callbacks:
            raise StateDictError(
                f"it has the state of a callback {name}, which this trainer does not have; add it, or load the weights "
                "alone: model.load_state_dict(minitorch.load(path)['model'])"
            )
        callbacks[name].load_state_dict(saved)
    for x, gradient in zip(trainer.parameters(), state["gradients"] or (), strict=False):
        x.grad = gradient
    for name in COUNTERS:
        setattr(trainer, name, state["counters"][name])
    trainer.loader_state = state["loader"]
    set_random_state(state["random"])
    trainer.loader_generators = state["random"]["loader"]


def named_callbacks(trainer: Trainer) -> dict[str, Any]:
    """Callbacks by the name of their class; the second one of a class is called `Name 2`."""
    seen: Counter[str] = Counter()
    result = {}
    for callback in trainer.callbacks:
        name = type(callback).__name__
        seen[name] += 1
        result[name if seen[name] == 1 else f"{name} {seen[name]}"] = callback
    return result


def callback_states(trainer: Trainer) -> dict[str, dict[str, Any]]:
    """The state of each callback, by name."""
    return {name: callback.state_dict() for name, callback in named_callbacks(trainer).items()}


def of_loader(trainer: Trainer) -> dict[str, Any] | None:
    """The loader's state in the middle of an epoch, if it has one to give; the one that waits for `fit`, if any."""
    if trainer.loader_state is not None or trainer.batch_index == 0:
        return trainer.loader_state
    return trainer.loader.state_dict() if hasattr(trainer.loader, "state_dict") else None
