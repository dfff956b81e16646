"""Rprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number


class Rprop(Optimizer):
    """Steps by the sign of the gradient alone, each element with a step size of its own; for full batches.

    With p the gradient before, and s = lr at first:

        g·p > 0:   s ← min(η₊·s, s_max)
        g·p < 0:   s ← max(η₋·s, s_min),   g ← 0
        x ← x − sign(g)·s,   p ← g

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: where the step sizes start.
        etas: (η₋, η₊), the factors by which they shrink and grow.
        step_sizes: (s_min, s_max), their bounds.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: M. Riedmiller, H. Braun, A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP
        Algorithm, 1993.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.Rprop([x], lr=0.1)
    >>> for step in range(2):
    ...     x.grad = 2 * x.detach()
    ...     optimizer.step()
    >>> x
    tensor([ 0.7800, -1.7800], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        check_number(where, "lr", group["lr"])
        for name in ("etas", "step_sizes"):
            if not isinstance(group[name], (tuple, list)) or len(group[name]) != 2:
                raise ArgumentTypeError(f"{where}: {name} must be a pair of numbers, got {group[name]!r}")
        shrink, grow = group["etas"]
        if not 0.0 < shrink < 1.0 < grow:
            raise ArgumentError(f"{where}: etas must be 0 < η₋ < 1 < η₊, got {group['etas']}")

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The gradient before, and the step sizes."""
        return ("prev", "step_size")

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step against the signs of the gradient."""
        backend = batch.backend
        shrink, grow = map(float, group["etas"])
        least, most = map(float, group["step_sizes"])
        batch.advance()
        state = batch.buffers("prev"), batch.buffers("step_size", float(group["lr"]))
        for x, g, before, size in batch.rows(*state):
            g = -g if group["maximize"] else g
            turn = g * before
            new = backend.where(turn > 0, size * grow, backend.where(turn < 0, size * shrink, size))
            backend.copyto(size, backend.clip(new, least, most))
            backend.copyto(before, backend.where(turn < 0, backend.zeros((), x.dtype), g))
            backend.copyto(x, x - backend.sign(before) * size)
