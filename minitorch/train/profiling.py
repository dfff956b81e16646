"""`Profiler`: where the time of training goes, as a callback."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from minitorch.profiler import profile, schedule, tensorboard_trace_handler
from minitorch.train.callback import Callback

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class Profiler(Callback):
    """Profiles a few steps of training, and then prints what took longest, by op and by module.

    Args:
        wait: steps that pass by first.
        warmup: steps after them that are not recorded yet.
        active: steps that are recorded.
        path: a folder for the tables (`profile.txt`), the picture (`profile.png`) and a trace for chrome://tracing or
            TensorBoard; None for none.
        printed: whether to print the tables.
        options: others of `minitorch.profiler.profile`, such as `record_shapes` and `profile_memory`.

    Attributes:
        profile: the profiler, with all that was recorded.

    >>> import minitorch
    >>> from minitorch import nn, optim, train
    >>> model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    >>> profiler = train.Profiler(wait=1, warmup=0, active=2, printed=False)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[profiler])
    >>> _ = trainer.fit([(minitorch.ones(3, 2), minitorch.ones(3, 1))] * 4)
    >>> [(m.path, m.count) for m in profiler.profile.by_module()][:2]
    [('Sequential', 2), ('Sequential.0 (Linear)', 2)]
    """

    order = 95  # what other callbacks do is part of a step

    def __init__(
        self,
        wait: int = 1,
        warmup: int = 1,
        active: int = 5,
        path: str | os.PathLike[str] | None = None,
        *,
        printed: bool = True,
        **options: Any,
    ) -> None:
        self.path, self.printed = path, printed
        steps = schedule(wait=wait, warmup=warmup, active=active, repeat=1)
        self.profile = profile(schedule=steps, on_trace_ready=self.finish, **options)

    def finish(self, prof: profile) -> None:
        """Prints and writes what was recorded."""
        text = f"{prof.key_averages().table(sort_by='self_cpu_time_total', row_limit=20)}\n{prof.by_module()}"
        if self.printed:
            print(text)
        if self.path is not None:
            os.makedirs(self.path, exist_ok=True)
            with open(os.path.join(self.path, "profile.txt"), "w", encoding="utf-8") as file:
                file.write(text)
            prof.plot(os.path.join(self.path, "profile.png"))
            tensorboard_trace_handler(os.fspath(self.path))(prof)

    def on_fit_begin(self, trainer: Trainer) -> None:
        self.profile.start()

    def on_step_end(self, trainer: Trainer) -> None:
        self.profile.step()

    def on_fit_end(self, trainer: Trainer) -> None:
        self.profile.stop()
