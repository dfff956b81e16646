"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number
from minitorch.registry import backend_of


class Adagrad(Optimizer):
    """Steps that shrink where gradients have been large: divided by the root of the sum of all g².

    With g = gradient + weight_decay · x, and t the number of the step:

        s ← s + g²
        x ← x − lr / (1 + (t − 1)·lr_decay) · g / (√s + eps)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        lr_decay: how fast the learning rate falls.
        weight_decay: strength of an L2 penalty.
        initial_accumulator_value: where s starts.
        eps: keeps the divisor away from zero.
        foreach, fused: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: J. Duchi, E. Hazan, Y. Singer, Adaptive Subgradient Methods, JMLR 12 (2011).

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.Adagrad([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.9000, 1.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for x in group["params"]:
                batch = Batch(backend_of(x.array))
                batch.append(x, x.array, self.state[x])
                batch.numbers("step")
                batch.buffers("sum", self.defaults["initial_accumulator_value"])

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            check_number(where, name, group[name])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The sum of all squared gradients."""
        return ("sum",)

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the scaled gradient."""
        sums = batch.buffers("sum", self.defaults["initial_accumulator_value"])
        batch.backend.adagrad_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(sums),
            batch.real(batch.advance()),
            lr=batch.rate(group["lr"]),
            lr_decay=float(group["lr_decay"]),
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            maximize=bool(group["maximize"]),
        )
