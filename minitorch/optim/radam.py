"""RAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_betas, check_number


class RAdam(Optimizer):
    """Adam that trusts its mean square only once enough gradients are in it; a warm-up that needs no settings.

    With g = gradient + weight_decay · x, and t the number of the step:

        m ← β₁·m + (1 − β₁)·g
        v ← β₂·v + (1 − β₂)·g²
        m̂ = m/(1 − β₁ᵗ),   ρ∞ = 2/(1 − β₂) − 1,   ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ)
        x ← x − lr · m̂ · r · √(1 − β₂ᵗ)/(√v + eps)     if ρ > 5, with
                r² = (ρ − 4)·(ρ − 2)·ρ∞ / ((ρ∞ − 4)·(ρ∞ − 2)·ρ)
        x ← x − lr · m̂                                 otherwise

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        betas: how slowly the two means change.
        eps: keeps the divisor away from zero.
        weight_decay: strength of an L2 penalty.
        decoupled_weight_decay: shrink x by lr · weight_decay · x instead of adding to the gradient.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: L. Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.RAdam([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    repeatable = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "weight_decay"):
            check_number(where, name, group[name])
        check_betas(where, group["betas"])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The means of the gradient and of its square."""
        return ("exp_avg", "exp_avg_sq")

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the mean gradient, scaled once the mean square can be trusted."""
        beta1, beta2 = map(float, group["betas"])
        most = 2 / (1 - beta2) - 1

        def trust(t: float) -> float:
            filled = 1 - beta2**t
            length = most - 2 * t * beta2**t / filled
            if length <= 5:
                return 0.0
            square = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
            return float((square * filled) ** 0.5)

        means, squares, steps = batch.buffers("exp_avg"), batch.buffers("exp_avg_sq"), batch.advance()
        batch.backend.radam_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(means),
            batch.real(squares),
            batch.real(steps),
            batch.real([trust(t) for t in steps]),
            lr=batch.rate(group["lr"]),
            beta1=beta1,
            beta2=beta2,
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            decoupled=bool(group["decoupled_weight_decay"]),
            maximize=bool(group["maximize"]),
        )
