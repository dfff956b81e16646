"""The one-cycle policy."""

from __future__ import annotations

from math import cos, pi
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.optim.lr_scheduler.scheduler import LRScheduler, attach, check_positive_int, per_group
from minitorch.optim.optimizer import Optimizer


class OneCycleLR(LRScheduler):
    """Up from max_lr/div_factor to max_lr, and down to far below where it began, over the whole training.

    Momentum (or β₁) goes the other way.  Call `step()` after every batch.

    Args:
        optimizer: whose learning rates are set.
        max_lr: the highest learning rate, or one for each parameter group.
        total_steps: the length of the cycle, or None for epochs · steps_per_epoch.
        epochs, steps_per_epoch: the length in another form.
        pct_start: the part of the cycle in which the learning rate rises.
        anneal_strategy: `"cos"` or `"linear"`.
        cycle_momentum: whether momentum is changed, too.
        base_momentum, max_momentum: its bounds, or one for each parameter group.
        div_factor: max_lr divided by the initial learning rate.
        final_div_factor: the initial learning rate divided by the last one.
        three_phase: come back to the initial learning rate as fast as it rose, then go down.
        last_epoch: −1, or the step to go on from.

    Raises:
        ArgumentError: for settings out of range, and for more steps than there are in the cycle.

    Source: L. Smith, N. Topin, Super-Convergence, 2018.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0, momentum=0.9)
    >>> scheduler = minitorch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    >>> rates = []
    >>> for step in range(9):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     rates.append(scheduler.get_last_lr()[0])
    >>> max(rates), f"{rates[-1]:.0e}"
    (1.0, '4e-06')
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        attach(self, optimizer)
        if total_steps is not None:
            check_positive_int("OneCycleLR", "total_steps", total_steps)
        elif epochs is not None and steps_per_epoch is not None:
            check_positive_int("OneCycleLR", "epochs", epochs)
            check_positive_int("OneCycleLR", "steps_per_epoch", steps_per_epoch)
            total_steps = epochs * steps_per_epoch
        else:
            raise ArgumentError("OneCycleLR: give total_steps, or epochs and steps_per_epoch")
        if not 0 <= pct_start <= 1:
            raise ArgumentError(f"OneCycleLR: pct_start must be in [0, 1], got {pct_start!r}")
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(
                f"OneCycleLR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}"
            )
        self.total_steps = total_steps
        self._schedule_phases = phases(total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        self.cycle_momentum = cycle_momentum
        max_lrs = per_group("OneCycleLR", "max_lr", optimizer, max_lr)
        if cycle_momentum:
            if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
                raise ArgumentError(
                    f"OneCycleLR: {type(optimizer).__name__} has neither momentum nor betas; "
                    f"pass cycle_momentum=False"
                )
            self.use_beta1 = "betas" in optimizer.defaults
            highs = per_group("OneCycleLR", "max_momentum", optimizer, max_momentum)
            lows = per_group("OneCycleLR", "base_momentum", optimizer, base_momentum)
        if last_epoch == -1:
            for k, group in enumerate(optimizer.param_groups):
                group["initial_lr"] = max_lrs[k] / div_factor
                group["max_lr"] = max_lrs[k]
                group["min_lr"] = group["initial_lr"] / final_div_factor
                if cycle_momentum:
                    group["max_momentum"], group["base_momentum"] = highs[k], lows[k]
                    self._set_momentum(group, highs[k])
        super().__init__(optimizer, last_epoch)

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value

    def _anneal(self, start: float, end: float, progress: float) -> float:
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (cos(pi * progress) + 1)
        return (end - start) * progress + start

    def get_lr(self) -> list[Any]:
        """The learning rates for the step `self.last_epoch`; sets the momentum along with them."""
        self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ArgumentError(
                f"OneCycleLR: step {step} is past the end of the cycle of "
                f"total_steps={self.total_steps}; give the number of all batches in all epochs"
            )
        start, index = 0.0, 0
        while step > self._schedule_phases[index]["end_step"] and index + 1 < len(self._schedule_phases):
            start, index = self._schedule_phases[index]["end_step"], index + 1
        phase = self._schedule_phases[index]
        length = phase["end_step"] - start
        progress = (step - start) / length if length else 1.0
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(self._anneal(group[phase["start_lr"]], group[phase["end_lr"]], progress))
            if self.cycle_momentum:
                low, high = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._anneal(low, high, progress))
        return rates


def phases(total_steps: int, pct_start: float, three_phase: bool) -> list[dict[str, Any]]:
    """Where each part of the cycle ends, and the names of the settings between which it leads."""
    rise = float(pct_start * total_steps) - 1
    lines: list[tuple[float, str, str, str, str]] = [
        (rise, "initial_lr", "max_lr", "max_momentum", "base_momentum"),
        (total_steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"),
    ]
    if three_phase:
        fall = float(2 * pct_start * total_steps) - 2
        lines[1:] = [
            (fall, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
            (total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
        ]
    names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    return [dict(zip(names, line, strict=True)) for line in lines]
