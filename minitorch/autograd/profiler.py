"""The older face of `minitorch.profiler`: one recording, whose tables are methods of the profiler itself."""

from __future__ import annotations

from typing import Any, Self

from minitorch import profiler
from minitorch.absent import refuser as _refuser
from minitorch.errors import NotSupportedError
from minitorch.profiler import (
    EventList as EventList,
    FunctionEvent as FunctionEvent,
    FunctionEventAvg as FunctionEventAvg,
    ProfilerActivity as ProfilerActivity,
    kineto_available as kineto_available,
    record_function as record_function,
)


class profile(profiler.profile):
    """`minitorch.profiler.profile` without a schedule.

    Args:
        enabled: False for a context manager that records nothing.
        use_cuda: a warning says that only the CPU is measured.
        use_device: not supported but for `"cpu"`.
        options: those of `minitorch.profiler.profile`, such as `record_shapes`; others of PyTorch's change nothing.

    >>> import minitorch
    >>> with minitorch.autograd.profiler.profile() as prof:
    ...     _ = minitorch.ones(2).exp()
    >>> [event.name for event in prof.function_events]
    ['exp']
    """

    def __init__(
        self, enabled: bool = True, *, use_cuda: bool = False, use_device: str | None = None, **options: Any
    ) -> None:
        if use_device not in (None, "cpu"):
            raise NotSupportedError(f"profile: only the CPU can be measured, got use_device={use_device!r}")
        for name in ("use_kineto", "use_cpu", "with_modules"):
            options.pop(name, None)
        super().__init__(use_cuda=use_cuda, **options)
        self.enabled = enabled

    def __enter__(self) -> Self:
        return super().__enter__() if self.enabled else self

    @property
    def function_events(self) -> EventList:
        """The events in the order in which they began."""
        return self.events()

    def table(self, *args: Any, **settings: Any) -> str:
        """The events by name, as text; arguments as for `EventList.table`."""
        return self.key_averages().table(*args, **settings)

    def total_average(self) -> FunctionEventAvg:
        """All events together."""
        return self.key_averages().total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all ops, formulas and blocks, in µs."""
        return self.key_averages().self_cpu_time_total


__getattr__ = _refuser("autograd.profiler")
