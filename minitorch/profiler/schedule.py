"""Which steps of a program are profiled: `schedule`, and the actions that it chooses from."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from minitorch.errors import ArgumentError


class ProfilerAction(Enum):
    """What a profiler does during a step.

    >>> from minitorch.profiler import ProfilerAction
    >>> ProfilerAction.RECORD
    <ProfilerAction.RECORD: 2>
    """

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3

    @property
    def records(self) -> bool:
        """Whether events are recorded."""
        return self.value >= ProfilerAction.RECORD.value


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable[[int], ProfilerAction]:
    """A rule for `profile(schedule=...)`: cycles of steps that wait, warm up, and are recorded.

    Args:
        wait: steps of each cycle that pass by.
        warmup: steps after them, whose times would still be those of first calls.
        active: steps after these, which are recorded.
        repeat: the number of cycles; 0 for as many as there are steps.
        skip_first: steps before the first cycle.
        skip_first_wait: 1 (or more) for a first cycle that does not wait.

    Raises:
        ArgumentError: for a negative number of steps, or no active ones.

    >>> from minitorch.profiler import schedule
    >>> which = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [which(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active < 1:
        raise ArgumentError(
            f"schedule: wait, warmup, repeat and skip_first must not be negative, and active at least 1; got "
            f"wait={wait}, warmup={warmup}, active={active}, repeat={repeat}, skip_first={skip_first}"
        )
    length = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        cycle, at = divmod(step, length)
        if (repeat and cycle >= repeat) or at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return action
