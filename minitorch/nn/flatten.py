"""Layers that only change the shape: Flatten, Unflatten."""

from __future__ import annotations

from typing import Any

from minitorch.nn.module import Module
from minitorch.variable import Variable


class Flatten(Module):
    """The dims from `start_dim` to `end_dim` joined into one; by default all but the batch.

    Shape: (*, S₁, …, Sₙ, *) → (*, S₁·…·Sₙ, *).

    >>> import minitorch
    >>> minitorch.nn.Flatten()(minitorch.zeros(32, 1, 5, 5)).shape
    minitorch.Size([32, 25])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Variable) -> Variable:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dim taken apart into several.

    Args:
        dim: which.
        unflattened_size: its new sizes, of which one may be −1.

    Shape: (*, S, *) → (*, *unflattened_size, *).

    >>> import minitorch
    >>> minitorch.nn.Unflatten(1, (3, -1))(minitorch.zeros(2, 12)).shape
    minitorch.Size([2, 3, 4])
    """

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: Variable) -> Variable:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
