"""Cyclical learning rates."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from types import FunctionType
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.optim.lr_scheduler.scheduler import LRScheduler, attach, check_state, per_group, set_rate
from minitorch.optim.optimizer import Optimizer

MODES = ("triangular", "triangular2", "exp_range")


class CyclicLR(LRScheduler):
    """Up and down between two bounds, again and again.

    Momentum (or β₁) goes the other way.  Call `step()` after every batch.

    Args:
        optimizer: whose learning rates are set.
        base_lr: the lower bound, or one for each parameter group.
        max_lr: the upper bound of the first cycle, or one for each parameter group.
        step_size_up: steps up in a cycle.
        step_size_down: steps down; as many as up if None.
        mode: `"triangular"` for cycles of the same height, `"triangular2"` for each of half the height of the
            one before, `"exp_range"` for heights times gamma^(number of the step).
        gamma: see `mode`.
        scale_fn: the factor of the height as a function, in the place of `mode`.
        scale_mode: whether that is a function of the number of the `"cycle"` (from 1) or of `"iterations"`.
        cycle_momentum: whether momentum is changed, too.
        base_momentum, max_momentum: its bounds, or one for each parameter group.
        last_epoch: −1, or the step to go on from.

    Raises:
        ArgumentError: for another mode, and for momentum where the optimizer has none.

    Source: L. Smith, Cyclical Learning Rates for Training Neural Networks, 2017.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0, momentum=0.9)
    >>> scheduler = minitorch.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.5, max_lr=1.5, step_size_up=2)
    >>> for step in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [1.0]
    [1.5]
    [1.0]
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        attach(self, optimizer)
        if mode not in MODES and scale_fn is None:
            raise ArgumentError(f"CyclicLR: mode must be one of {MODES}, or give scale_fn; got {mode!r}")
        rates = per_group("CyclicLR", "base_lr", optimizer, base_lr)
        self.max_lrs = per_group("CyclicLR", "max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        self.mode, self.gamma, self._scale_fn_custom = mode, gamma, scale_fn
        if scale_fn is None:
            scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.scale_mode, self.cycle_momentum = scale_mode, cycle_momentum
        if cycle_momentum:
            if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
                raise ArgumentError(
                    f"CyclicLR: {type(optimizer).__name__} has neither momentum nor betas; "
                    f"pass cycle_momentum=False"
                )
            self.use_beta1 = "betas" in optimizer.defaults
            self.base_momentums = per_group("CyclicLR", "base_momentum", optimizer, base_momentum)
            self.max_momentums = per_group("CyclicLR", "max_momentum", optimizer, max_momentum)
        if last_epoch == -1:
            for k, group in enumerate(optimizer.param_groups):
                set_rate(group, rates[k])
                if cycle_momentum:
                    group["max_momentum"] = self.max_momentums[k]
                    group["base_momentum"] = self.base_momentums[k]
        super().__init__(optimizer, last_epoch)
        self.base_lrs = rates

    def scale_fn(self, x: float) -> float:
        """The factor of the height, as a function of the number of the cycle or of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[Any]:
        """The learning rates for the step `self.last_epoch`; sets the momentum along with them."""
        self._warn_outside_step()
        cycle = floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        up = place <= self.step_ratio
        height = place / self.step_ratio if up else (place - 1) / (self.step_ratio - 1)
        factor = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, low, high in bounds:
                momentum = high - (high - low) * height * factor
                if self.use_beta1:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        return [
            low + (high - low) * height * factor
            for low, high in zip(self.base_lrs, self.max_lrs, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """All that the schedule remembers; of a callable object its attributes, of a function nothing."""
        custom = self._scale_fn_custom
        plain = custom is None or isinstance(custom, FunctionType)
        return {**super().state_dict(), "_scale_fn_custom": None if plain else dict(custom.__dict__)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`; a function stays that of this schedule."""
        check_state(self, state_dict)
        state = dict(state_dict)
        attributes = state.pop("_scale_fn_custom")
        self.__dict__.update(state)
        if attributes is not None and self._scale_fn_custom is not None:
            self._scale_fn_custom.__dict__.update(attributes)
