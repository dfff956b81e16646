"""`profile`: records what a part of a program does, and shows it as tables, files and a picture."""

from __future__ import annotations

import json
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from enum import Enum
from types import TracebackType
from typing import Any, Self

from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.profiler.blocks import record_function
from minitorch.profiler.events import EventList
from minitorch.profiler.modules import ModuleTable, by_module
from minitorch.profiler.recorder import Recorder
from minitorch.profiler.schedule import ProfilerAction
from minitorch.profiler.trace import stacks, trace, write


class ProfilerActivity(Enum):
    """What can be measured; here the CPU.

    >>> from minitorch.profiler import ProfilerActivity
    >>> ProfilerActivity.CPU.name
    'CPU'
    """

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


def supported_activities() -> set[ProfilerActivity]:
    """What can be measured on this machine.

    >>> import minitorch
    >>> minitorch.profiler.supported_activities()
    {<ProfilerActivity.CPU: 0>}
    """
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """False: PyTorch's library for GPU traces is not used here.

    >>> import minitorch
    >>> minitorch.profiler.kineto_available()
    False
    """
    return False


class profile:
    """Records the time of every op, formula of the walk back, module call and optimizer step of this thread.

    A context manager; or `start()` and `stop()`. Recording costs a few microseconds for each event, which is part
    of the times of the events around it; while nothing is recorded, it costs nothing. Every layer is called as a module
    meanwhile, so a transformer's linear layers are not fused with their activations.

    Args:
        activities: what to measure: `ProfilerActivity.CPU`; of others a warning says that there is no backend.
        schedule: which steps to record, as `minitorch.profiler.schedule` makes it; needs `step()` after each.
        on_trace_ready: called with the profiler at the end of each recording, such as `tensorboard_trace_handler`.
        record_shapes: remember the shapes of inputs.
        profile_memory: count the bytes that Python and NumPy allocate and free, by `tracemalloc`, which makes all
            that runs in Python slower: measure times without it.
        with_stack: remember the lines of the program that led to each event.
        with_flops: not supported.
        with_modules: accepted: modules are always recorded.
        experimental_config: not supported.
        execution_trace_observer: not supported.
        acc_events: keep the events of earlier cycles of the schedule, too.
        use_cuda: as `activities` with CUDA among them.
        custom_trace_id_callback: not supported.

    Raises:
        NotSupportedError: for what is said to be so, or if the CPU is not to be measured.

    >>> import minitorch
    >>> from minitorch import nn
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> with minitorch.profiler.profile() as prof:
    ...     net(minitorch.ones(3, 4)).sum().backward()
    >>> [(row.key, row.count) for row in prof.key_averages()][:2]
    [('linear', 2), ('relu', 1)]
    >>> [m.path for m in prof.by_module()]
    ['Sequential', 'Sequential.0 (Linear)', 'Sequential.1 (ReLU)', 'Sequential.2 (Linear)']
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Any = None,
    ) -> None:
        check_activities(activities, use_cuda)
        refused = {
            "with_flops": with_flops,
            "experimental_config": experimental_config,
            "execution_trace_observer": execution_trace_observer,
            "custom_trace_id_callback": custom_trace_id_callback,
        }
        for name, value in refused.items():
            if value:
                raise NotSupportedError(f"profile: {name} is not supported; leave it out")
        self.schedule, self.on_trace_ready, self.acc_events = schedule, on_trace_ready, acc_events
        self.record_shapes, self.profile_memory, self.with_stack = record_shapes, profile_memory, with_stack
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self.metadata: dict[str, Any] = {}
        self.recorder = self._new_recorder()
        self._earlier: list[Any] = []
        self._block: record_function | None = None
        self._on = False

    def _new_recorder(self) -> Recorder:
        return Recorder(self.record_shapes, self.profile_memory, self.with_stack)

    # When it records -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begins; records at once, unless the schedule says otherwise."""
        if self._on:
            raise ArgumentError("profile: it was started already; stop it first, or make another one")
        self.current_action = self._action()
        self._on = True
        if self.current_action.records:
            self._record()
        self._open_step()

    def stop(self) -> None:
        """Ends; `on_trace_ready` is called if something was being recorded."""
        if not self._on:
            return
        self._on = False
        self._close_step()
        was, self.current_action = self.current_action, ProfilerAction.NONE
        if was.records:
            self._finish()

    def step(self) -> None:
        """Says that the next step of the program begins, for the schedule."""
        if not self._on:
            raise ArgumentError(
                "profile.step: it was not started; use it in a with statement, or call start()"
            )
        self._close_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self._action()
        if before is ProfilerAction.RECORD_AND_SAVE or (before.records and not self.current_action.records):
            if before is not ProfilerAction.RECORD_AND_SAVE:
                warnings.warn(
                    "profile: the schedule stops recording before a step with RECORD_AND_SAVE; nothing is saved",
                    stacklevel=2,
                )
            self._finish(ready=before is ProfilerAction.RECORD_AND_SAVE)
            before = ProfilerAction.NONE
        if self.current_action.records and not before.records:
            self._record()
        self._open_step()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _action(self) -> ProfilerAction:
        action = ProfilerAction.RECORD if self.schedule is None else self.schedule(self.step_num)
        if not isinstance(action, ProfilerAction):
            raise ArgumentTypeError(f"profile: the schedule must return a ProfilerAction, got {action!r}")
        return action

    def _record(self) -> None:
        self._earlier = list(self.recorder.events) if self.acc_events else []
        self.recorder = self._new_recorder()
        self.recorder.start()

    def _finish(self, ready: bool = True) -> None:
        self.recorder.stop()
        if self._earlier:
            shift = max(event.end for event in self._earlier)
            for event in self.recorder.events:
                event.start, event.end = event.start + shift, event.end + shift
            self.recorder.events[:0] = self._earlier
        if ready and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def _open_step(self) -> None:
        if self.schedule is not None:
            self._block = record_function(f"ProfilerStep#{self.step_num}")
            self._block.__enter__()

    def _close_step(self) -> None:
        if self._block is not None:
            self._block.__exit__(None, None, None)
            self._block = None

    # What was recorded ---------------------------------------------------------------------------------

    def events(self) -> EventList:
        """The events in the order in which they began; those of the last cycle, if there is a schedule."""
        return self.recorder.events

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, **options: Any
    ) -> EventList:
        """The ops, formulas and blocks by name; `print(prof.key_averages().table(sort_by="self_cpu_time_total"))`.

        Args:
            group_by_input_shape: keep calls with inputs of different shapes apart; needs `record_shapes`.
            group_by_stack_n: keep calls from different places apart, by this many lines; needs `with_stack`.
            options: others of PyTorch's, which change nothing here.
        """
        return self.events().key_averages(group_by_input_shape, group_by_stack_n)

    def by_module(self) -> ModuleTable:
        """Time and memory of each module, by its path: `print(prof.by_module())`."""
        return by_module(self.events(), self.profile_memory)

    def export_chrome_trace(self, path: str | os.PathLike[str], **_: Any) -> None:
        """Writes what chrome://tracing and https://ui.perfetto.dev show as a timeline; packed for `.gz`."""
        write(path, trace(self.events(), self.metadata))

    def export_stacks(self, path: str | os.PathLike[str], metric: str = "self_cpu_time_total") -> None:
        """Writes stacks with their times, for tools that draw flame graphs; needs `with_stack`.

        Raises:
            ArgumentError: for another metric than `"self_cpu_time_total"`, or without `with_stack`.
        """
        if metric != "self_cpu_time_total":
            raise ArgumentError(f"export_stacks: metric must be 'self_cpu_time_total', got {metric!r}")
        if not self.with_stack:
            raise ArgumentError("export_stacks: no stacks were recorded; use profile(with_stack=True)")
        write(path, stacks(self.events(), metric))

    def add_metadata_json(self, key: str, value: str) -> None:
        """Adds JSON text to the trace."""
        self.metadata[key] = json.loads(value)

    def add_metadata(self, key: str, value: str) -> None:
        """Adds a text to the trace."""
        self.metadata[key] = value

    preset_metadata_json = add_metadata_json

    def plot(self, path: str | os.PathLike[str] | None = None, top: int = 12) -> Any:
        """A picture: all events over time, each above what ran inside of it, and the ops that took longest.

        Args:
            path: the file, of a format that its name says, in a folder that is made if need be; None to write none.
            top: so many ops.

        Returns:
            Matplotlib's figure.

        Raises:
            MissingDependencyError: without matplotlib.
        """
        from minitorch.profiler.picture import draw

        return draw(self.events(), path, top)


def check_activities(activities: Iterable[ProfilerActivity] | None, use_cuda: bool | None) -> None:
    """Refuses what is no activity; warns of those that cannot be measured."""
    wanted = {ProfilerActivity.CPU} if activities is None else set(activities)
    for activity in wanted:
        if not isinstance(activity, ProfilerActivity):
            raise ArgumentTypeError(
                f"profile: activities must be members of ProfilerActivity, got {activity!r}"
            )
    if ProfilerActivity.CPU not in wanted:
        raise NotSupportedError(
            f"profile: only the CPU can be measured, got activities={sorted(a.name for a in wanted)}; use "
            f"[ProfilerActivity.CPU]"
        )
    others = sorted({a.name for a in wanted} - {"CPU"} | ({"CUDA"} if use_cuda else set()))
    if others:
        warnings.warn(
            f"profile: {', '.join(others)} cannot be measured, for there is no such backend; only the CPU is",
            UserWarning,
            stacklevel=4,
        )


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[profile], None]:
    """For `on_trace_ready`: writes each trace into a folder, under a name that TensorBoard's profiler looks for.

    Args:
        dir_name: the folder, which is made if need be.
        worker_name: the first part of the names; the host and process by default.
        use_gzip: pack the files.
    """

    def handle(prof: profile) -> None:
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json" + ".gz" * use_gzip
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return handle
