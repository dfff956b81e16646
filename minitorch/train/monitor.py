"""Which value of the history tells whether an epoch was better than those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.train.checks import check_number

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class Monitor:
    """Compares one value of the history between epochs.

    Args:
        who: names the callback, for messages.
        name: such as "val_loss"; None for that one if there is a validation, and "loss" if not.
        mode: "min" if smaller is better, "max" if larger is.
        min_delta: smaller differences are no improvement.

    Raises:
        ArgumentTypeError, ArgumentError: naming the argument that is of no use.
    """

    def __init__(self, who: str, name: str | None, mode: str, min_delta: float = 0.0) -> None:
        if name is not None and not isinstance(name, str):
            raise ArgumentTypeError(
                f"{who}: monitor must be a name in the history, such as 'val_loss', got {type(name).__name__}"
            )
        check_number(f"{who}: min_delta", min_delta)
        if mode not in ("min", "max"):
            raise ArgumentError(f"{who}: mode must be 'min' or 'max', got {mode!r}")
        if min_delta < 0:
            raise ArgumentError(f"{who}: min_delta must not be negative, got {min_delta}")
        self.who, self.name, self.mode, self.min_delta = who, name, mode, min_delta

    def value(self, trainer: Trainer) -> float:
        """The value of the epoch that was finished last.

        Raises:
            ArgumentError: if the history has no such value, or it is not one number.
        """
        row = trainer.history[-1]
        name = self.name or ("val_loss" if "val_loss" in row else "loss")
        value: Any = row.get(name)
        if isinstance(value, (int, float)):
            return float(value)
        found = "is not there" if name not in row else f"is {value!r}"
        hint = "; pass validation= to fit" if name.startswith("val_") and "val_loss" not in row else ""
        raise ArgumentError(
            f"{self.who}: monitor={name!r} {found}; the history has the numbers "
            f"{[key for key, x in row.items() if isinstance(x, (int, float))]}{hint}"
        )

    def better(self, value: float, best: float | None) -> bool:
        """Whether a value is an improvement; NaN never is, and the first other value always."""
        if best is None:
            return value == value
        return value < best - self.min_delta if self.mode == "min" else value > best + self.min_delta
