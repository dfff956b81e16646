"""`Progress`: what a run prints."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any

from minitorch.train.callback import Callback

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class Progress(Callback):
    """A line for each epoch, and while it runs a bar: in a terminal and in notebooks, if tqdm is installed.

    Args:
        bar: True or False to decide for or against bars.

    >>> from minitorch import nn, optim, ones, train
    >>> model = nn.Linear(1, 1)
    >>> progress = train.Progress(bar=False)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[progress])
    >>> _ = trainer.fit([(ones(4, 1), ones(4, 1))], epochs=2)  # doctest: +ELLIPSIS
    epoch 1/2: loss ..., lr 0.1 (... s)
    epoch 2/2: loss ..., lr 0.1 (... s)
    """

    order = 90  # after what adds to the history

    def __init__(self, bar: bool | None = None) -> None:
        self._wanted = bar
        self._bar: Any = None
        self._start = 0.0

    def on_fit_begin(self, trainer: Trainer) -> None:
        self._start = perf_counter()

    def on_epoch_begin(self, trainer: Trainer) -> None:
        self._start = perf_counter()

    def on_step_begin(self, trainer: Trainer) -> None:
        if self._bar is None and (make := bar_maker(self._wanted)) is not None:
            width = len(str(trainer.epochs))
            self._bar = make(
                total=trainer.batches,
                initial=trainer.batch_index,
                desc=f"epoch {trainer.epoch + 1:{width}}/{trainer.epochs}",
                leave=False,
            )

    def on_step_end(self, trainer: Trainer) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(f"loss {trainer.loss_value:.4g}", refresh=False)
            self._bar.update()

    def on_epoch_end(self, trainer: Trainer) -> None:
        self._close()
        values = [
            f"{name} {shown(x)}" for name, x in trainer.history[-1].items() if isinstance(x, (int, float))
        ]
        width = len(str(trainer.epochs))
        print(
            f"epoch {trainer.epoch:{width}}/{trainer.epochs}: {', '.join(values[1:])} "
            f"({perf_counter() - self._start:.1f} s)",
            flush=True,
        )

    def on_fit_end(self, trainer: Trainer) -> None:
        self._close()
        if trainer.stop:
            print(f"stopped after {trainer.step} steps: {trainer.stop}", flush=True)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def shown(value: float) -> str:
    """A number with the digits that one looks at."""
    return f"{value:.4g}"


def bar_maker(wanted: bool | None) -> Any:
    """tqdm's class for where the output goes; None if there shall be no bars, or cannot be."""
    in_notebook = "ipykernel" in sys.modules and type(sys.stdout).__module__.startswith("ipykernel")
    if wanted is False or (wanted is None and not in_notebook and not sys.stderr.isatty()):
        return None
    if find_spec("tqdm") is None:
        return None
    if in_notebook and find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm as notebook_bar

        return notebook_bar
    from tqdm import tqdm

    return tqdm
