"""What all transforms share: they are modules without parameters, and draw from minitorch's own generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.nn.module import Module
from minitorch.sampling import rand, randint


class Transform(Module):
    """A module that changes images; `shown` names the attributes that it prints."""

    shown = ""

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown.split())


def uniform(low: float, high: float) -> float:
    """A number from the range [low, high)."""
    return low + (high - low) * rand(1).item()


def whole(low: int, high: int) -> int:
    """An integer from low to high − 1."""
    return int(randint(low, high, (1,)).item())


def happens(p: float) -> bool:
    """True with probability p."""
    return rand(1).item() < p


def check_chance(op_name: str, p: float) -> None:
    """Refuses what is no probability.

    Raises:
        ArgumentError: for a p outside of [0, 1].
    """
    if not 0 <= p <= 1:
        raise ArgumentError(f"{op_name}: p must be a probability, from 0 to 1, got {p}")


def symmetric(op_name: str, name: str, value: Any, lengths: Sequence[int] = (2,)) -> list[float]:
    """The range [−value, value], or the range that is given.

    Raises:
        ArgumentError: for a negative number, or a sequence of another length.
        ArgumentTypeError: for anything else.
    """
    if isinstance(value, (int, float)):
        if value < 0:
            raise ArgumentError(f"{op_name}: {name} as one number must not be negative, got {value}")
        return [-float(value), float(value)]
    check_sequence(op_name, name, value, lengths)
    return [float(v) for v in value]


def check_sequence(op_name: str, name: str, value: Any, lengths: Sequence[int] = (2,)) -> None:
    """Refuses anything but a sequence of one of these lengths.

    Raises:
        ArgumentError: for other lengths.
        ArgumentTypeError: for what is no sequence.
    """
    wanted = " or ".join(map(str, lengths))
    if not isinstance(value, Sequence):
        raise ArgumentTypeError(f"{op_name}: {name} must be a sequence of {wanted} numbers, got {value!r}")
    if len(value) not in lengths:
        raise ArgumentError(f"{op_name}: {name} must have {wanted} numbers, got {value!r}")
