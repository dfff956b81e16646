"""`EarlyStopping`: no more epochs when they do not help any more."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from minitorch.train.averaging import EMA
from minitorch.train.callback import Callback
from minitorch.train.checks import check_count
from minitorch.train.monitor import Monitor

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class EarlyStopping(Callback):
    """Ends the run after `patience` epochs without improvement, and puts the best weights back.

    They are put back after the last epoch, too; not after an interruption or an error. With `EMA`, the average of that
    epoch is put back as well, since it is what was evaluated: `ema.copy_to(model)` then gives the best weights.

    Args:
        monitor: a name in the history; by default "val_loss", or "loss" without validation.
        patience: how many epochs in a row may bring nothing; the run ends after the last of them.
        min_delta: smaller differences are no improvement.
        mode: "min" if smaller is better, "max" if larger is.
        restore_best: whether the model gets the weights of its best epoch in the end.

    Attributes:
        best: the best value so far; None before the first.
        best_epoch: the number of its epoch.
        waited: how many epochs have passed since.

    Raises:
        ArgumentError: for arguments out of range, or a name that the history does not have.

    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> stopping = train.EarlyStopping(patience=3)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.0), nn.MSELoss(), callbacks=[stopping])
    >>> len(trainer.fit([(ones(4, 1), ones(4, 1))], epochs=100))  # with lr=0 nothing gets better
    4
    >>> trainer.stop
    'no improvement since epoch 1'
    """

    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "min",
        restore_best: bool = True,
    ) -> None:
        check_count("EarlyStopping: patience", patience)
        self.monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.patience, self.restore_best = patience, restore_best
        self.best: float | None = None
        self.best_epoch = self.waited = 0
        self._weights: dict[str, Any] | None = None
        self._averages: list[dict[str, Any]] = []  # of each EMA, at the same time

    def on_fit_begin(self, trainer: Trainer) -> None:
        self._stop_if_enough(trainer)

    def on_epoch_end(self, trainer: Trainer) -> None:
        value = self.monitor.value(trainer)
        if self.monitor.better(value, self.best):
            self.best, self.best_epoch, self.waited = value, trainer.epoch, 0
            if self.restore_best:
                self._weights = deepcopy(trainer.model.state_dict())
                self._averages = [deepcopy(ema.state_dict()) for ema in averages_of(trainer)]
        else:
            self.waited += 1
        self._stop_if_enough(trainer)

    def _stop_if_enough(self, trainer: Trainer) -> None:
        if self.waited >= self.patience:
            trainer.stop = trainer.stop or f"no improvement since epoch {self.best_epoch}"

    def on_fit_end(self, trainer: Trainer) -> None:
        if self._weights is not None and (self.waited >= self.patience or trainer.epoch >= trainer.epochs):
            trainer.model.load_state_dict(self._weights)
            for ema, saved in zip(averages_of(trainer), self._averages, strict=False):
                ema.load_state_dict(deepcopy(saved))  # a copy: the next steps change it in place

    def state_dict(self) -> dict[str, Any]:
        """The best value, how long ago it was, and its weights."""
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "weights": self._weights,
            "averages": self._averages,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
        self.best, self.best_epoch = state_dict["best"], state_dict["best_epoch"]
        self.waited, self._weights = state_dict["waited"], state_dict["weights"]
        self._averages = state_dict["averages"]


def averages_of(trainer: Trainer) -> list[EMA]:
    """The callbacks that average the weights."""
    return [callback for callback in trainer.callbacks if isinstance(callback, EMA)]
