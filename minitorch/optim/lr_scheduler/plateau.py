"""A schedule that waits until a metric stops getting better."""

from __future__ import annotations

from math import inf
from typing import Any, SupportsFloat

from minitorch.errors import ArgumentError
from minitorch.optim.lr_scheduler.scheduler import (
    LRScheduler,
    attach,
    current_rates,
    set_rate,
    warn_about_epoch,
)
from minitorch.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiplies the learning rate by `factor` when a metric has not improved for `patience` epochs.

    Args:
        optimizer: whose learning rates are set.
        mode: `"min"` if the metric shall fall, `"max"` if it shall rise.
        factor: below 1.
        patience: epochs without improvement that are tolerated.
        threshold: changes below it are no improvement.
        threshold_mode: `"rel"` for a part of the best value, `"abs"` for a difference.
        cooldown: epochs after a reduction in which nothing is counted.
        min_lr: the lowest learning rate, or one for each parameter group.
        eps: smaller changes of the learning rate are not made.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [1.0]
    [1.0]
    [1.0]
    [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ArgumentError(f"ReduceLROnPlateau: factor must be below 1, got {factor}")
        if mode not in ("min", "max"):
            raise ArgumentError(f"ReduceLROnPlateau: mode must be 'min' or 'max', got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ArgumentError(
                f"ReduceLROnPlateau: threshold_mode must be 'rel' or 'abs', got {threshold_mode!r}"
            )
        self.optimizer = attach(self, optimizer)
        groups = len(optimizer.param_groups)
        self.factor = factor
        self.default_min_lr: float | None = None
        if isinstance(min_lr, (list, tuple)):
            if len(min_lr) != groups:
                raise ArgumentError(
                    f"ReduceLROnPlateau: min_lr has {len(min_lr)} values for {groups} parameter groups"
                )
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * groups
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        self.mode_worse = inf if mode == "min" else -inf
        self.last_epoch = 0
        self._last_lr = current_rates(optimizer)
        self._reset()

    def _reset(self) -> None:
        """Forgets the best value and all counts."""
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether a reduction was made less than `cooldown` epochs ago."""
        return self.cooldown_counter > 0

    def is_better(self, metric: float, best: float) -> bool:
        """Whether the metric has improved on the best value."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            goal = best * (1.0 + sign * self.threshold)
        else:
            goal = best + sign * self.threshold
        return metric < goal if self.mode == "min" else metric > goal

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Takes note of the metric of an epoch, and reduces the learning rates if it is time.

        Args:
            metrics: the value, a number or a tensor of one element.
            epoch: the number of the epoch, if it is not the next one; deprecated.
        """
        metric = float(metrics)
        if epoch is not None:
            warn_about_epoch()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(metric, self.best):
            self.best = metric
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = current_rates(self.optimizer)

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise ArgumentError(
                    f"ReduceLROnPlateau: the optimizer has {len(groups)} parameter groups, min_lr "
                    f"was given for {len(self.min_lrs)}; set scheduler.min_lrs anew"
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, lowest)
            if old - new > self.eps:
                set_rate(group, new)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
        super().load_state_dict(state_dict)
        self.mode_worse = inf if self.mode == "min" else -inf
