"""Adamax."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_betas, check_number


class Adamax(Optimizer):
    """Adam with the largest recent gradient in the place of the root mean square.

    With g = gradient + weight_decay · x, and t the number of the step:

        m ← β₁·m + (1 − β₁)·g
        u ← max(β₂·u, |g| + eps)
        x ← x − lr / (1 − β₁ᵗ) · m / u

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        betas: how slowly the mean and the maximum change.
        eps: keeps the divisor away from zero.
        weight_decay: strength of an L2 penalty.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization, 2015, section 7.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.Adamax([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.9000, 1.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "weight_decay"):
            check_number(where, name, group[name])
        check_betas(where, group["betas"])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The mean and the maximum of the gradient."""
        return ("exp_avg", "exp_inf")

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the scaled mean gradient."""
        beta1, beta2 = map(float, group["betas"])
        means, peaks = batch.buffers("exp_avg"), batch.buffers("exp_inf")
        batch.backend.adamax_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(means),
            batch.real(peaks),
            batch.real(batch.advance()),
            lr=batch.rate(group["lr"]),
            beta1=beta1,
            beta2=beta2,
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            maximize=bool(group["maximize"]),
        )
