"""`ModelCheckpoint`: files from which the run can go on."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from minitorch.train.callback import Callback
from minitorch.train.checks import check_count, check_path, writing
from minitorch.train.monitor import Monitor

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class ModelCheckpoint(Callback):
    """Saves the run after each epoch, and when it is stopped in the middle of one.

    The folder gets `last.safetensors` and `best.safetensors`, and with `top` the files `epoch-0001.safetensors` and
    so on of the best epochs. Each is replaced as a whole, so there is always a complete one. From any of them
    `trainer.fit(…, resume=path)` goes on, and `minitorch.load(path)["model"]` is the state dict of the model.

    Args:
        folder: where to; it is made if it is not there.
        monitor: a name in the history; by default "val_loss", or "loss" without validation.
        mode: "min" if smaller is better, "max" if larger is.
        top: how many of the best epochs are kept in files of their own.
        every_steps: save `last.safetensors` also after so many steps.

    Attributes:
        last: the path of the last state.
        best: the path of the best epoch's state.

    Raises:
        ArgumentError: for arguments out of range, or a name that the history does not have.
        ArgumentTypeError: for what is no path, or no name.
        TrainingError: if the folder cannot be made.
        CheckpointError: if a file cannot be written.

    >>> import os, tempfile
    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saving = train.ModelCheckpoint(folder, top=2)
    ...     optimizer = optim.SGD(model.parameters(), lr=0.1)
    ...     trainer = train.Trainer(model, optimizer, nn.MSELoss(), callbacks=[saving])
    ...     _ = trainer.fit([(ones(4, 1), ones(4, 1))], epochs=3)
    ...     sorted(os.listdir(folder))
    ['best.safetensors', 'epoch-0002.safetensors', 'epoch-0003.safetensors', 'last.safetensors']
    """

    order = 100  # what is saved has been seen by all other callbacks

    def __init__(
        self,
        folder: Any,
        monitor: str | None = None,
        mode: str = "min",
        top: int = 0,
        every_steps: int | None = None,
    ) -> None:
        check_count("ModelCheckpoint: top", top, least=0)
        if every_steps is not None:
            check_count("ModelCheckpoint: every_steps", every_steps)
        self.folder = check_path("ModelCheckpoint: folder", folder)
        self.last = os.path.join(self.folder, "last.safetensors")
        self.best = os.path.join(self.folder, "best.safetensors")
        self.monitor = Monitor("ModelCheckpoint", monitor, mode)
        self.top, self.every_steps = top, every_steps
        self._best: float | None = None
        self._kept: list[tuple[float, int]] = []  # values and numbers of epochs, the best one first

    def on_fit_begin(self, trainer: Trainer) -> None:
        with writing("ModelCheckpoint", self.folder):
            os.makedirs(self.folder, exist_ok=True)

    def on_step_end(self, trainer: Trainer) -> None:
        if self.every_steps is not None and trainer.step % self.every_steps == 0:
            trainer.save(self.last)

    def on_epoch_end(self, trainer: Trainer) -> None:
        value = self.monitor.value(trainer)
        is_best = self.monitor.better(value, self._best)
        dropped: list[tuple[float, int]] = []
        if is_best:
            self._best = value
        if self.top and value == value:
            sign = 1 if self.monitor.mode == "min" else -1
            self._kept = sorted([*self._kept, (value, trainer.epoch)], key=lambda entry: sign * entry[0])
            self._kept, dropped = self._kept[: self.top], self._kept[self.top :]
        if (value, trainer.epoch) in self._kept:
            trainer.save(self._path(trainer.epoch))
        if is_best:
            trainer.save(self.best)
        trainer.save(self.last)
        for _, epoch in dropped:  # only now: at no time are there fewer good files than wanted
            with suppress(FileNotFoundError):
                os.remove(self._path(epoch))

    def on_fit_end(self, trainer: Trainer) -> None:
        if trainer.stop and trainer.batch_index:  # else on_epoch_end has just saved
            trainer.save(self.last)

    def _path(self, epoch: int) -> str:
        return os.path.join(self.folder, f"epoch-{epoch:04}.safetensors")

    def state_dict(self) -> dict[str, Any]:
        """The best value, and which epochs are kept."""
        return {"best": self._best, "kept": self._kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
        self._best, self._kept = state_dict["best"], state_dict["kept"]
