"""Adadelta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number


class Adadelta(Optimizer):
    """Steps in the parameters' own units: the gradient times a ratio of two running root mean squares.

    With g = gradient + weight_decay · x:

        v ← ρ·v + (1 − ρ)·g²
        d = √(u + eps) / √(v + eps) · g
        u ← ρ·u + (1 − ρ)·d²
        x ← x − lr · d

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        rho: how slowly the means change.
        eps: keeps the roots away from zero.
        weight_decay: strength of an L2 penalty.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: M. Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.Adadelta([x])
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.9968, 1.9968], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "weight_decay"):
            check_number(where, name, group[name])
        check_number(where, "rho", group["rho"], 0.0, 1.0)

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The mean squares of gradients and of steps."""
        return ("square_avg", "acc_delta")

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the rescaled gradient."""
        squares, deltas = batch.buffers("square_avg"), batch.buffers("acc_delta")
        batch.advance()
        batch.backend.adadelta_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(squares),
            batch.real(deltas),
            lr=batch.rate(group["lr"]),
            rho=float(group["rho"]),
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            maximize=bool(group["maximize"]),
        )
