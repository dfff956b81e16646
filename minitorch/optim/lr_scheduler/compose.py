"""Schedules made of schedules: one after the other, or several at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, StateDictError
from minitorch.optim.lr_scheduler.plateau import ReduceLROnPlateau
from minitorch.optim.lr_scheduler.scheduler import (
    LRScheduler,
    check_state,
    current_rates,
    set_rate,
)
from minitorch.optim.optimizer import Optimizer


class Composed(LRScheduler):
    """What `SequentialLR` and `ChainedScheduler` share: a list of schedules of one optimizer."""

    _schedulers: list[LRScheduler]

    def _take(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
        name = type(self).__name__
        if not schedulers:
            raise ArgumentError(f"{name}: expected at least one scheduler, got none")
        for k, scheduler in enumerate(schedulers):
            if not isinstance(scheduler, LRScheduler):
                raise ArgumentTypeError(
                    f"{name}: scheduler {k} is {type(scheduler).__name__}, not an LRScheduler"
                )
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ArgumentError(
                    f"{name}: scheduler {k} is a ReduceLROnPlateau, whose step() needs a metric; "
                    f"step it by itself"
                )
            optimizer = scheduler.optimizer if optimizer is None else optimizer
            if scheduler.optimizer is not optimizer:
                raise ArgumentError(
                    f"{name}: scheduler {k} ({type(scheduler).__name__}) belongs to another optimizer"
                )
        assert optimizer is not None
        self._schedulers, self.optimizer = list(schedulers), optimizer

    def _initial_step(self) -> None:
        """Sets the learning rates of the start; that the parts step for it is no reason for a warning."""
        called, self.optimizer._step_called = self.optimizer._step_called, True
        try:
            super()._initial_step()
        finally:
            self.optimizer._step_called = called

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule and its parts remember."""
        return {
            **super().state_dict(),
            "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`.

        Raises:
            StateDictError: if it does not fit; nothing is changed.
        """
        check_composed(self, state_dict)
        state = dict(state_dict)
        for scheduler, part in zip(self._schedulers, state.pop("_schedulers"), strict=True):
            scheduler.load_state_dict(part)
        self.__dict__.update(state)


class SequentialLR(Composed):
    """One schedule after the other: each starts at its milestone.

    Args:
        optimizer: whose learning rates are set.
        schedulers: made for this optimizer, in order.
        milestones: the epochs at which the second, third, … one takes over.
        last_epoch: −1.

    >>> import minitorch
    >>> from minitorch.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.1), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = SequentialLR(optimizer, parts, milestones=[2])
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.1]
    [1.0]
    [0.5]
    [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        self._take(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ArgumentError(
                f"SequentialLR: {len(schedulers)} schedulers need {len(schedulers) - 1} "
                f"milestones, got {len(milestones)}"
            )
        for k, scheduler in enumerate(schedulers[1:], 1):
            if isinstance(scheduler, Composed):
                raise ArgumentError(
                    f"SequentialLR: scheduler {k} is a {type(scheduler).__name__}, which cannot start at a "
                    f"milestone; list its parts here instead, with milestones of their own"
                )
        self._milestones = list(milestones)
        self.last_epoch = last_epoch + 1
        # Making the parts took the first step of each of them: undo that.
        for group in optimizer.param_groups:
            set_rate(group, group["initial_lr"])
        undo(self)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Sets the learning rates for the next epoch."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(Composed):
    """Several schedules at once: the factors of all of them multiply.

    Args:
        schedulers: made for the same optimizer.
        optimizer: the one that they were made for; may be left out.

    >>> import minitorch
    >>> from minitorch.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = ChainedScheduler(parts)
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.25]
    [0.25]
    [0.125]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._take(schedulers, optimizer)
        self._last_lr = current_rates(self.optimizer)

    def step(self) -> None:  # type: ignore[override]
        """Steps every schedule."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = current_rates(self.optimizer)


def undo(scheduler: LRScheduler) -> None:
    """Takes back the first step of a schedule, or of all the parts of a composed one."""
    if isinstance(scheduler, Composed):
        for part in scheduler._schedulers:
            undo(part)
    else:
        scheduler.last_epoch -= 1


def check_composed(scheduler: LRScheduler, state_dict: Any) -> None:
    """Refuses a state dict that does not fit the schedule or one of its parts."""
    check_state(scheduler, state_dict)
    if not isinstance(scheduler, Composed):
        return
    parts = state_dict["_schedulers"]
    if not isinstance(parts, list) or len(parts) != len(scheduler._schedulers):
        raise StateDictError(
            f"{type(scheduler).__name__}.load_state_dict: the state dict must have a list of "
            f"{len(scheduler._schedulers)} schedulers"
        )
    for own, part in zip(scheduler._schedulers, parts, strict=True):
        check_composed(own, part)
