"""Checks of hyperparameters, which name the value and the range."""

from __future__ import annotations

from numbers import Real
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.value import Value


def check_number(
    where: str,
    name: str,
    value: Any,
    low: float = 0.0,
    high: float | None = None,
    *,
    open: bool = False,
) -> None:
    """Refuses what is not a number from `low` to `high`.

    Args:
        where: names the optimizer and the group.
        name: of the setting.
        value: a number, or a tensor of one element.
        low: the least value.
        high: the greatest value, None if there is none.
        open: whether `high` itself is out of range.

    Raises:
        ArgumentTypeError: if it is no number.
        ArgumentError: if it is out of range, or NaN.
    """
    if isinstance(value, Value):
        if value.array.size != 1:
            raise ArgumentError(
                f"{where}: {name} must be a number or a tensor of one element, got shape "
                f"{tuple(value.array.shape)}"
            )
        value = value.array.item()
    if not isinstance(value, Real):
        raise ArgumentTypeError(
            f"{where}: {name} must be a number, got {value!r} of type {type(value).__name__}"
        )
    plain = float(value)
    below = high is None or (plain < high if open else plain <= high)
    if not (plain >= low and below):
        bound = f"≥ {low:g}" if high is None else f"in [{low:g}, {high:g}{')' if open else ']'}"
        raise ArgumentError(f"{where}: {name} must be {bound}, got {value}")


def check_betas(where: str, betas: Any) -> None:
    """Refuses what is not a pair of decay rates in [0, 1)."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ArgumentTypeError(f"{where}: betas must be a pair such as (0.9, 0.999), got {betas!r}")
    for k, beta in enumerate(betas):
        check_number(where, f"betas[{k}]", beta, 0.0, 1.0, open=True)
