"""What happens around the optimizer: schedules of the learning rate, and bounds for gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn.utils import clip_grad_norm_, clip_grad_value_
from minitorch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from minitorch.train.callback import Callback
from minitorch.train.checks import check_number
from minitorch.train.monitor import Monitor

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class LRSchedule(Callback):
    """Steps a schedule of `optim.lr_scheduler`, after each epoch or after each step of the optimizer.

    Args:
        scheduler: of the trainer's optimizer.
        every: "epoch", or "update" for schedules that count steps of the optimizer, such as OneCycleLR.
        monitor: for ReduceLROnPlateau: a name in the history; by default "val_loss", or "loss" without validation.

    Raises:
        ArgumentTypeError: for what is no schedule.
        ArgumentError: for another optimizer's schedule, other words in `every`, or a monitor that is of no use.

    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> optimizer = optim.SGD(model.parameters(), lr=0.1)
    >>> schedule = train.LRSchedule(optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5))
    >>> trainer = train.Trainer(model, optimizer, nn.MSELoss(), callbacks=[schedule])
    >>> [values["lr"] for values in trainer.fit([(ones(4, 1), ones(4, 1))], epochs=3)]
    [0.1, 0.05, 0.025]
    """

    def __init__(self, scheduler: LRScheduler, every: str = "epoch", monitor: str | None = None) -> None:
        if not isinstance(scheduler, LRScheduler):
            raise ArgumentTypeError(
                f"LRSchedule: expected a scheduler of optim.lr_scheduler, got {type(scheduler).__name__}"
            )
        if every not in ("epoch", "update"):
            raise ArgumentError(f"LRSchedule: every must be 'epoch' or 'update', got {every!r}")
        on_plateau = isinstance(scheduler, ReduceLROnPlateau)
        if (monitor is not None and not on_plateau) or (on_plateau and every == "update"):
            raise ArgumentError(
                "LRSchedule: monitor= is for ReduceLROnPlateau, which steps after each epoch; "
                f"got {type(scheduler).__name__} with every={every!r}, monitor={monitor!r}"
            )
        self.scheduler, self.every = scheduler, every
        self.monitor = Monitor("LRSchedule", monitor, "min") if on_plateau else None

    def on_fit_begin(self, trainer: Trainer) -> None:
        if self.scheduler.optimizer is not trainer.optimizer:
            raise ArgumentError(
                "LRSchedule: the scheduler sets the learning rate of another optimizer than the trainer's"
            )
        if trainer.step:
            trainer.optimizer._step_called = True  # by the process that was interrupted

    def after_update(self, trainer: Trainer) -> None:
        if self.every == "update":
            self.scheduler.step()

    def on_epoch_end(self, trainer: Trainer) -> None:
        if self.monitor is not None:
            self.scheduler.step(self.monitor.value(trainer))  # type: ignore[arg-type]
        elif self.every == "epoch":
            self.scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        """The schedule's state."""
        return self.scheduler.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
        self.scheduler.load_state_dict(state_dict)


class ClipGradients(Callback):
    """Bounds the gradients before each step of the optimizer.

    Args:
        norm: bound of the norm of all gradients together; larger ones are scaled down.
        value: bound of the absolute value of each element.

    Attributes:
        last_norm: the norm before the last step, where `norm` is given.

    Raises:
        ArgumentError: unless one of both is given, and positive.
        ArgumentTypeError: for what is no number.

    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> clip = train.ClipGradients(norm=0.5)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=1), nn.MSELoss(), callbacks=[clip])
    >>> _ = trainer.fit([(ones(1, 1), ones(1, 1))])
    >>> clip.last_norm, round(model.weight.item(), 4)
    (2.0, 0.5)
    """

    order = 50  # after callbacks that look at gradients, or change them

    def __init__(self, norm: float | None = None, value: float | None = None) -> None:
        bound = value if norm is None else norm
        if bound is not None:
            check_number(f"ClipGradients: {'value' if norm is None else 'norm'}", bound)
        if (norm is None) == (value is None) or bound is None or not bound > 0:
            raise ArgumentError(
                f"ClipGradients: give norm or value, a positive number; got norm={norm!r}, value={value!r}"
            )
        self.norm, self.value = norm, value
        self.last_norm: float | None = None

    def before_update(self, trainer: Trainer) -> None:
        if self.norm is not None:
            self.last_norm = float(clip_grad_norm_(trainer.parameters(), self.norm))
        elif self.value is not None:
            clip_grad_value_(trainer.parameters(), self.value)
