"""Composites of the backend interface for loss scaling; nothing in them waits for what a device computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any


class ScalingKernels:
    """What `GradScaler` does with gradients and with its scale."""

    isfinite: Callable[..., Array]
    all: Callable[..., Array]
    where: Callable[..., Array]
    logical_not: Callable[..., Array]
    maximum: Callable[..., Array]
    copyto: Callable[..., None]

    def unscale(self, grads: list[Array], inverse: Array, found: Array) -> None:
        """g ← g · inverse, in place;   found ← 1 if a g was infinite or NaN, else as it was."""
        for g in grads:
            finite = self.all(self.isfinite(g), axis=None)
            self.copyto(found, self.maximum(found, self.logical_not(finite).astype(found.dtype)))
            self.copyto(g, g * inverse)

    def update_scale(
        self, scale: Array, tracker: Array, found: Array, growth: float, backoff: float, interval: int
    ) -> None:
        """The scale shrinks where something was found, and grows after `interval` steps without; in place.

        It does not grow beyond what float32 holds. The tracker counts the steps since the last change.
        """
        bad = found > 0
        count = tracker + 1
        grown = scale * growth
        grows = (count == interval) & self.isfinite(grown)
        self.copyto(scale, self.where(bad, scale * backoff, self.where(grows, grown, scale)))
        self.copyto(tracker, self.where(bad | (count == interval), 0, count))
