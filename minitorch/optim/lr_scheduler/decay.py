"""Schedules that multiply the learning rate: by steps, evenly, or as a function of yours says."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.optim.lr_scheduler.scheduler import (
    LRScheduler,
    check_positive_int,
    check_state,
    current_rates,
)
from minitorch.optim.optimizer import Optimizer


class LambdaLR(LRScheduler):
    """The initial learning rate times `lr_lambda(epoch)`.

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: a function of the epoch, or one for each parameter group.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(getattr(optimizer, "param_groups", ()))
        self.lr_lambdas: list[Any]
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != groups:
                raise ArgumentError(
                    f"{type(self).__name__}: {len(lr_lambda)} functions for {groups} parameter groups; give one "
                    f"for each, or one for all"
                )
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * groups
        for function in self.lr_lambdas:
            if not callable(function):
                raise ArgumentTypeError(
                    f"{type(self).__name__}: lr_lambda must be a function of the epoch, got {type(function).__name__}"
                )
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        return [
            rate * factor(self.last_epoch)
            for rate, factor in zip(self.base_lrs, self.lr_lambdas, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule remembers; of callable objects their attributes, of functions nothing."""
        return {
            **super().state_dict(),
            "lr_lambdas": [
                None if isinstance(f, FunctionType) else dict(getattr(f, "__dict__", {}))
                for f in self.lr_lambdas
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`; functions stay those of this schedule."""
        check_state(self, state_dict)
        state = dict(state_dict)
        attributes = state.pop("lr_lambdas")
        self.__dict__.update(state)
        for function, values in zip(self.lr_lambdas, attributes, strict=False):
            if values is not None:
                function.__dict__.update(values)


class MultiplicativeLR(LambdaLR):
    """The last learning rate times `lr_lambda(epoch)`.

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: a function of the epoch, or one for each parameter group.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5)
    >>> for epoch in range(2):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self._is_initial:
            return rates
        return [rate * factor(self.last_epoch) for rate, factor in zip(rates, self.lr_lambdas, strict=True)]


class StepLR(LRScheduler):
    """Multiplies the learning rate by `gamma` every `step_size` epochs.

    Args:
        optimizer: whose learning rates are set.
        step_size: epochs from one change to the next.
        gamma: the factor.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [1.0]
    [0.5]
    [0.5]
    [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int | float, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if isinstance(step_size, float) and step_size.is_integer():  # courses say 1.0
            step_size = int(step_size)
        check_positive_int("StepLR", "step_size", step_size)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return rates
        return [rate * self.gamma for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        return [rate * self.gamma ** (self.last_epoch // self.step_size) for rate in self.base_lrs]


class MultiStepLR(LRScheduler):
    """Multiplies the learning rate by `gamma` at each of the milestones.

    Args:
        optimizer: whose learning rates are set.
        milestones: epochs at which it changes; one that occurs twice counts twice.
        gamma: the factor.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [0.5]
    [0.25]
    [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self.last_epoch not in self.milestones:
            return rates
        return [rate * self.gamma ** self.milestones[self.last_epoch] for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        passed = bisect_right(sorted(Counter(self.milestones).elements()), self.last_epoch)
        return [rate * self.gamma**passed for rate in self.base_lrs]


class ExponentialLR(LRScheduler):
    """Multiplies the learning rate by `gamma` every epoch.

    Args:
        optimizer: whose learning rates are set.
        gamma: the factor.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [0.25]
    [0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        return rates if self._is_initial else [rate * self.gamma for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        return [rate * self.gamma**self.last_epoch for rate in self.base_lrs]


class ConstantLR(LRScheduler):
    """The learning rate times `factor` for `total_iters` epochs, and then in full.

    Args:
        optimizer: whose learning rates are set.
        factor: above 0, up to 1.
        total_iters: for how many epochs.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [1.0]
    [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < factor <= 1:
            raise ArgumentError(f"ConstantLR: factor must be in (0, 1], got {factor}")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self.last_epoch == 0:
            return [rate * self.factor for rate in rates]
        if self.last_epoch == self.total_iters:
            return [rate * (1.0 / self.factor) for rate in rates]
        return rates

    def _get_closed_form_lr(self) -> list[Any]:
        factor = 1.0 if self.last_epoch >= self.total_iters else self.factor
        return [rate * factor for rate in self.base_lrs]


class LinearLR(LRScheduler):
    """A factor that goes evenly from `start_factor` to `end_factor` in `total_iters` epochs: a warm-up.

    Args:
        optimizer: whose learning rates are set.
        start_factor: above 0, up to 1.
        end_factor: from 0 to 1.
        total_iters: in how many epochs.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> for epoch in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [1.0]
    [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ArgumentError(f"LinearLR: start_factor must be in (0, 1], got {start_factor}")
        if not 0 <= end_factor <= 1:
            raise ArgumentError(f"LinearLR: end_factor must be in [0, 1], got {end_factor}")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in rates]
        if self._is_initial or self.last_epoch > self.total_iters:
            return rates
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [rate * (1.0 + rise / before) for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        done = min(self.total_iters, self.last_epoch) / self.total_iters
        factor = self.start_factor + (self.end_factor - self.start_factor) * done
        return [rate * factor for rate in self.base_lrs]


class PolynomialLR(LRScheduler):
    """The learning rate times (1 − epoch/total_iters)^power, down to zero.

    Args:
        optimizer: whose learning rates are set.
        total_iters: when it reaches zero.
        power: 1 for a straight line.
        last_epoch: −1, or the epoch to go on from.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4)
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [0.5]
    [0.25]
    [0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self._is_initial or self.last_epoch > self.total_iters:
            return rates
        left = 1.0 - self.last_epoch / self.total_iters
        left_before = 1.0 - (self.last_epoch - 1) / self.total_iters
        return [rate * (left / left_before) ** self.power for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        done = min(self.total_iters, self.last_epoch) / self.total_iters
        return [rate * (1.0 - done) ** self.power for rate in self.base_lrs]
