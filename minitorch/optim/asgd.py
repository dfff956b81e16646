"""Averaged stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.backend_optim import descent_direction
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number


class ASGD(Optimizer):
    """Gradient descent with a falling learning rate, and the mean of all parameters on the way.

    With g = gradient + weight_decay · x, t the number of the step, η = lr and μ = 1 at first:

        x ← (1 − lambd·η)·x − η·g
        a ← a + μ·(x − a)                  the mean, state["ax"]
        η ← lr / (1 + lambd·lr·t)^alpha,   μ ← 1/max(1, t − t0)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        lambd: how fast the learning rate falls, and how fast parameters shrink.
        alpha: the power with which the learning rate falls.
        t0: the step at which the mean begins.
        weight_decay: strength of an L2 penalty.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: B. Polyak, A. Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.ASGD([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    number_names = ("step", "eta", "mu")
    repeatable = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "weight_decay"):
            check_number(where, name, group[name])
        for name in ("lambd", "alpha", "t0"):
            check_number(where, name, group[name], float("-inf"))

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The mean of the parameter."""
        return ("ax",)

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the gradient, and counts it in the mean."""
        backend, lr, lambd = batch.backend, float(group["lr"]), float(group["lambd"])
        rates, shares = batch.numbers("eta", lr), batch.numbers("mu", 1.0)
        state = batch.buffers("ax"), [float(r) for r in rates], [float(s) for s in shares]
        for x, g, mean, rate, share in batch.rows(*state):
            g = descent_direction(x, g, float(group["weight_decay"]), group["maximize"])
            backend.copyto(x, x * (1 - lambd * rate) - g * rate)
            backend.copyto(mean, x if share == 1 else mean + (x - mean) * share)
        for rate, share, t in zip(rates, shares, batch.advance(), strict=True):
            rate[...] = lr / (1 + lambd * lr * t) ** float(group["alpha"])
            share[...] = 1 / max(1.0, t - float(group["t0"]))
