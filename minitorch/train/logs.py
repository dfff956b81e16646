"""The history in files: `CSVLog`, `JSONLLog`, `TensorBoard`."""

from __future__ import annotations

import csv
import io
import json
import os
from errno import EISDIR
from typing import TYPE_CHECKING, Any, BinaryIO

from minitorch.atomic import replace_file
from minitorch.train.callback import Callback
from minitorch.train.checks import check_count, check_path, writing

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class FileLog(Callback):
    """A text file of the whole history, written anew after each epoch.

    So it is complete at all times, and that of a resumed run has each epoch once: the history is in its state.

    Args:
        path: the file; that of an earlier run is replaced when the first epoch is finished.

    Raises:
        ArgumentTypeError: for what is no path.
        TrainingError: if it cannot be written to; for a folder, before the first epoch.
    """

    def __init__(self, path: Any) -> None:
        self.path = check_path(f"{type(self).__name__}: path", path)

    def on_fit_begin(self, trainer: Trainer) -> None:
        with writing(type(self).__name__, self.path):
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
            if os.path.isdir(self.path):
                raise IsADirectoryError(EISDIR, "it is a folder, name a file in it", self.path)

    def on_epoch_end(self, trainer: Trainer) -> None:
        content = self._text(trainer.history).encode()

        def write(file: BinaryIO) -> None:
            file.write(content)

        with writing(type(self).__name__, self.path):
            replace_file(self.path, write)

    def _text(self, history: list[dict[str, Any]]) -> str:
        raise NotImplementedError


class CSVLog(FileLog):
    """The history as a table: a line for each epoch, a column for each value.

    Args:
        path: the file; that of an earlier run is replaced when the first epoch is finished.

    >>> import tempfile, pathlib
    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = train.CSVLog(folder + "/log.csv")
    ...     trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[log])
    ...     _ = trainer.fit([(ones(4, 1), ones(4, 1))], epochs=3)
    ...     text = pathlib.Path(log.path).read_text()
    >>> text.splitlines()[0], len(text.splitlines())
    ('epoch,loss,lr', 4)
    """

    def _text(self, history: list[dict[str, Any]]) -> str:
        columns = list(dict.fromkeys(name for row in history for name in row))
        file = io.StringIO()
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
        return file.getvalue()


class JSONLLog(FileLog):
    """The history as JSON lines: one object for each epoch. NaN and infinities are null, as JSON has none.

    Args:
        path: the file; that of an earlier run is replaced when the first epoch is finished.

    >>> import json, tempfile, pathlib
    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = train.JSONLLog(folder + "/log.jsonl")
    ...     trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[log])
    ...     history = trainer.fit([(ones(4, 1), ones(4, 1))], epochs=3)
    ...     text = pathlib.Path(log.path).read_text()
    >>> [json.loads(line) for line in text.splitlines()] == history
    True
    """

    def _text(self, history: list[dict[str, Any]]) -> str:
        return "".join(json.dumps(finite(row), allow_nan=False) + "\n" for row in history)


def finite(value: Any) -> Any:
    """A value with None for each number that JSON cannot write."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and (value - value) != 0 else value


class TensorBoard(Callback):
    """Writes the losses of steps, and the history's values, for TensorBoard.

    `tensorboard --logdir folder` shows them. Training and validation of one metric share a chart.

    Args:
        folder: where the event files go.
        every_steps: how often the loss of a step is written.

    Raises:
        ArgumentError: for a number of steps that is not positive, and a folder that cannot be written to.
        ArgumentTypeError: for what is no path.
        MissingDependencyError: without tensorboardX.

    >>> import os, tempfile
    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = train.TensorBoard(folder)
    ...     trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[log])
    ...     _ = trainer.fit([(ones(4, 1), ones(4, 1))], epochs=3)
    ...     os.listdir(folder)[0].startswith("events.out.tfevents")
    True
    """

    def __init__(self, folder: Any, every_steps: int = 50) -> None:
        check_count("TensorBoard: every_steps", every_steps)
        self.folder, self.every_steps = check_path("TensorBoard: folder", folder), every_steps
        self.writer: Any = None

    def on_fit_begin(self, trainer: Trainer) -> None:
        from minitorch.utils.tensorboard import SummaryWriter

        # What was written after the state that a resumed run begins with is not shown.
        self.writer = SummaryWriter(self.folder, purge_step=trainer.step + 1 if trainer.step else None)

    def on_step_end(self, trainer: Trainer) -> None:
        if trainer.step % self.every_steps == 0:
            self.writer.add_scalar("loss/step", trainer.loss_value, trainer.step)

    def on_epoch_end(self, trainer: Trainer) -> None:
        for name, value in trainer.history[-1].items():
            if name != "epoch" and isinstance(value, (int, float)):
                tag = f"{name[4:]}/validation" if name.startswith("val_") else f"{name}/train"
                self.writer.add_scalar("lr" if name == "lr" else tag, value, trainer.step)
        self.writer.flush()

    def on_fit_end(self, trainer: Trainer) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
