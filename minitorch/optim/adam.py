"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_betas, check_number
from minitorch.value import Value


class Adam(Optimizer):
    """Steps of about the size lr: the gradient's mean, divided by the root of its mean square.

    With g = gradient + weight_decay · x, and t the number of the step:

        m ← β₁·m + (1 − β₁)·g
        v ← β₂·v + (1 − β₂)·g²
        x ← x − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        betas: how slowly the two means change.
        eps: keeps the divisor away from zero.
        weight_decay: strength of an L2 penalty.
        amsgrad: divide by the largest mean square so far.
        foreach, capturable, fused: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.
        decoupled_weight_decay: shrink x by lr · weight_decay · x instead of adding to the gradient.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization, 2015; S. Reddi, S. Kale,
    S. Kumar, On the Convergence of Adam and Beyond, 2018.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.Adam([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.9000, 1.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "weight_decay"):
            check_number(where, name, group[name])
        check_betas(where, group["betas"])
        tensors = [isinstance(value, Value) for value in (group["lr"], *group["betas"])]
        if tensors[1] != tensors[2]:
            raise ArgumentError(f"{where}: betas must be two numbers or two tensors, got {group['betas']!r}")
        if any(tensors) and group["foreach"] and not group["capturable"]:
            raise ArgumentError(f"{where}: a tensor as lr or betas needs foreach=False, or capturable=True")

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The means of the gradient and of its square, and the largest of these."""
        names = ("exp_avg", "exp_avg_sq")
        return (*names, "max_exp_avg_sq") if group["amsgrad"] else names

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the scaled mean gradient."""
        means, squares = batch.buffers("exp_avg"), batch.buffers("exp_avg_sq")
        peaks = batch.real(batch.buffers("max_exp_avg_sq")) if group["amsgrad"] else None
        beta1, beta2 = group["betas"]
        batch.backend.adam_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(means),
            batch.real(squares),
            peaks,
            batch.real(batch.advance()),
            lr=batch.rate(group["lr"]),
            beta1=float(beta1),
            beta2=float(beta2),
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            decoupled=bool(group["decoupled_weight_decay"]),
            maximize=bool(group["maximize"]),
        )
