"""`LRScheduler`: the base of schedules, which set the learning rates of an optimizer's groups."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError, StateDictError
from minitorch.optim.optimizer import Optimizer
from minitorch.value import Value

# What a scheduler keeps for itself; checkpoints of other versions may have more of it or less.
BOOKKEEPING = {"_get_lr_called_within_step", "_is_initial", "_last_lr", "_step_count", "verbose"}


class LRScheduler:
    """The base of all schedules: after each epoch (or batch) `step()` sets the learning rates anew.

    Most schedules compute the next learning rate from the one that the optimizer has, so that
    several can act on the same optimizer: their factors multiply.

    A schedule of your own overrides `get_lr`, which returns one learning rate per parameter group
    for the epoch `self.last_epoch`.

    Args:
        optimizer: whose learning rates are set.
        last_epoch: −1 to start; the number of the last epoch to go on from there, with an optimizer
            whose groups hold "initial_lr".

    Attributes:
        last_epoch: how often `step()` was called.
        base_lrs: the learning rates from which the schedule started.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> class Halved(minitorch.optim.lr_scheduler.LRScheduler):
    ...     def get_lr(self):
    ...         return [lr * 0.5**self.last_epoch for lr in self.base_lrs]
    >>> scheduler = Halved(optimizer)
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [0.25]
    [0.125]
    """

    _is_initial = False
    _get_lr_called_within_step = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = attach(self, optimizer)
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", detached(group["lr"]))
            elif "initial_lr" not in group:
                raise ArgumentError(
                    f"{type(self).__name__}: last_epoch={last_epoch} goes on with an earlier "
                    f"schedule, but parameter group {number} has no 'initial_lr'; load the "
                    f"optimizer's state first, or leave last_epoch at -1 for a new run"
                )
        self.base_lrs = [detached(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        """Sets the learning rates of the start."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_last_lr(self) -> list[Any]:
        """The learning rates that were set last, one per parameter group."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`; what a schedule consists of."""
        raise NotSupportedError(f"{type(self).__name__}: a schedule must define get_lr()")

    def step(self, epoch: int | None = None) -> None:
        """Sets the learning rates for the next epoch; call it after the optimizer's `step()`.

        Args:
            epoch: the number of the epoch, if it is not the next one; deprecated.
        """
        if self._step_count == 1 and not self.optimizer._step_called:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. The first "
                "learning rate of the schedule is skipped. Call `optimizer.step()` first, then "
                "`lr_scheduler.step()`",
                UserWarning,
                stacklevel=2,
            )
        if epoch is not None:
            warn_about_epoch()
        before = self.last_epoch
        self._step_count += 1
        try:
            self._update_lr(epoch)
        except BaseException:
            self.last_epoch = before
            self._step_count -= 1
            raise

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                rates = self.get_lr()
            else:
                self.last_epoch = epoch
                rates = getattr(self, "_get_closed_form_lr", self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        self._set_rates(rates)

    def _set_rates(self, rates: Sequence[Any]) -> None:
        groups = self.optimizer.param_groups
        if len(rates) != len(groups):
            raise ArgumentError(
                f"{type(self).__name__}: {len(rates)} learning rates for {len(groups)} parameter "
                f"groups; add groups before the schedule is made"
            )
        for group, rate in zip(groups, rates, strict=True):
            set_rate(group, rate)
        self._last_lr = current_rates(self.optimizer)

    def _warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "get_lr() computes the next learning rate; to get the one that is in use, please "
                "use `get_last_lr()`",
                UserWarning,
                stacklevel=3,
            )

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule remembers, except for the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`.

        Raises:
            StateDictError: if it does not fit; nothing is changed.
        """
        check_state(self, state_dict)
        self.__dict__.update(deepcopy(state_dict))


def attach(scheduler: LRScheduler, optimizer: Any) -> Optimizer:
    """The optimizer, which from now on tells whether it made a step."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(
            f"{type(scheduler).__name__}: expected an Optimizer, got {type(optimizer).__name__}"
        )
    if not optimizer._scheduled:
        optimizer._scheduled, optimizer._step_called = True, False
    return optimizer


def detached(rate: Any) -> Any:
    """A learning rate that does not change along with the optimizer's, if that is a tensor."""
    return rate.detach().clone() if isinstance(rate, Value) else rate  # type: ignore[attr-defined]


def current_rates(optimizer: Optimizer) -> list[Any]:
    """The learning rate of each parameter group."""
    return [detached(group["lr"]) for group in optimizer.param_groups]


def set_rate(group: dict[str, Any], rate: Any) -> None:
    """Sets a group's learning rate; one that is a tensor stays the same tensor."""
    if isinstance(group["lr"], Value):
        group["lr"].fill_(float(rate))  # type: ignore[attr-defined]
    else:
        group["lr"] = rate


def warn_about_epoch() -> None:
    """Warns that `step(epoch)` is deprecated."""
    warnings.warn(
        "The epoch argument of `scheduler.step()` is deprecated; call `scheduler.step()` without it",
        UserWarning,
        stacklevel=3,
    )


def check_state(scheduler: LRScheduler, state_dict: Any) -> None:
    """Refuses a state dict that is not of a scheduler like this one.

    Raises:
        StateDictError: naming what is missing or too much.
    """
    name = f"{type(scheduler).__name__}.load_state_dict"
    if not isinstance(state_dict, dict):
        raise StateDictError(f"{name}: expected a dict, got {type(state_dict).__name__}")
    own = scheduler.state_dict()
    missing = sorted(map(str, own.keys() - state_dict.keys() - BOOKKEEPING))
    surplus = sorted(map(str, state_dict.keys() - own.keys() - BOOKKEEPING))
    if missing or surplus:
        raise StateDictError(
            f"{name}: the state dict lacks {missing or 'nothing'} and has {surplus or 'nothing'} "
            f"on top; it seems to be of another kind of scheduler"
        )
    for key in ("base_lrs", "min_lrs", "_last_lr"):
        values = state_dict.get(key)
        if key in own and key in state_dict and len(values or ()) != len(own[key]):
            raise StateDictError(
                f"{name}: {key} is {values!r}, but the optimizer has {len(own[key])} parameter groups"
            )
    if not isinstance(state_dict.get("last_epoch", 0), int):
        raise StateDictError(f"{name}: last_epoch must be an int, got {state_dict['last_epoch']!r}")


def check_positive_int(where: str, name: str, value: Any) -> None:
    """Refuses what is not an integer ≥ 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ArgumentError(f"{where}: {name} must be a positive integer, got {value!r}")


def per_group(where: str, name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each parameter group."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ArgumentError(f"{where}: {name} has {len(value)} values for {groups} parameter groups")
    return list(value)
