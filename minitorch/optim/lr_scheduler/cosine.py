"""Schedules along a cosine: once, with restarts, or up and down again in one cycle."""

from __future__ import annotations

from math import cos, floor, log, pi
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.optim.lr_scheduler.scheduler import LRScheduler, check_positive_int, current_rates
from minitorch.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """η = eta_min + ½ (η₀ − eta_min) (1 + cos(π · epoch / T_max)): down in T_max epochs, then up again.

    Args:
        optimizer: whose learning rates are set.
        T_max: epochs to the minimum.
        eta_min: the minimum.
        last_epoch: −1, or the epoch to go on from.

    Source: I. Loshchilov, F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(f"{scheduler.get_last_lr()[0]:.2f}")
    0.85
    0.50
    0.15
    0.00
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if not T_max > 0:
            raise ArgumentError(f"CosineAnnealingLR: T_max must be positive, got {T_max}")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `self.last_epoch`."""
        self._warn_outside_step()
        rates = current_rates(self.optimizer)
        if self._is_initial:
            return rates
        if self._step_count == 1 and self.last_epoch > 0:
            return self._get_closed_form_lr()
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            # One step past the minimum the recursion below would divide by zero.
            rise = (1 - cos(pi / self.T_max)) / 2
            return [
                rate + (base - self.eta_min) * rise for base, rate in zip(self.base_lrs, rates, strict=True)
            ]
        height = 1 + cos(pi * self.last_epoch / self.T_max)
        height_before = 1 + cos(pi * (self.last_epoch - 1) / self.T_max)
        return [height / height_before * (rate - self.eta_min) + self.eta_min for rate in rates]

    def _get_closed_form_lr(self) -> list[Any]:
        return annealed(self.base_lrs, self.eta_min, self.last_epoch / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """A cosine from the initial learning rate to `eta_min`, again and again.

    Args:
        optimizer: whose learning rates are set.
        T_0: epochs of the first period.
        T_mult: how many times longer each period is than the one before.
        eta_min: the minimum.
        last_epoch: −1, or the epoch to go on from.

    Source: I. Loshchilov, F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.

    >>> import minitorch
    >>> x = minitorch.zeros(1, requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=1.0)
    >>> scheduler = minitorch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> for epoch in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(f"{scheduler.get_last_lr()[0]:.2f}")
    0.50
    1.00
    0.50
    1.00
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        check_positive_int("CosineAnnealingWarmRestarts", "T_0", T_0)
        check_positive_int("CosineAnnealingWarmRestarts", "T_mult", T_mult)
        if not isinstance(eta_min, (int, float)):
            raise ArgumentError(f"CosineAnnealingWarmRestarts: eta_min must be a number, got {eta_min!r}")
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min = T_mult, eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the place `self.T_cur` in a period of `self.T_i` epochs."""
        self._warn_outside_step()
        return annealed(self.base_lrs, self.eta_min, self.T_cur / self.T_i)

    def step(self, epoch: float | None = None) -> None:
        """Sets the learning rates for the next epoch.

        Args:
            epoch: where to go; may be a fraction, as in `step(epoch + batch / batches)`.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ArgumentError(f"CosineAnnealingWarmRestarts: epoch must not be negative, got {epoch}")
        elif epoch < self.T_0:
            self.T_cur, self.T_i = epoch, self.T_0
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
        self.last_epoch = floor(epoch)
        self._get_lr_called_within_step = True
        try:
            rates = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set_rates(rates)


def annealed(base_lrs: list[Any], low: float, progress: float) -> list[Any]:
    """low + ½ (base − low) (1 + cos(π · progress)) for each of the learning rates."""
    return [low + (base - low) * (1 + cos(pi * progress)) / 2 for base in base_lrs]
