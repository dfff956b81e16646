"""NAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_betas, check_number


class NAdam(Optimizer):
    """Adam with Nesterov momentum: the gradient is used as if the next momentum step were already taken.

    With g = gradient + weight_decay · x, t the number of the step, and ψ = momentum_decay:

        μₜ = β₁ · (1 − ½ · 0.96^(t·ψ)),   Πₜ = μ₁ · … · μₜ
        m ← β₁·m + (1 − β₁)·g
        v ← β₂·v + (1 − β₂)·g²
        x ← x − lr · ((1 − μₜ)/(1 − Πₜ)·g + μₜ₊₁/(1 − Πₜ₊₁)·m) / (√(v/(1 − β₂ᵗ)) + eps)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        betas: how slowly the two means change.
        eps: keeps the divisor away from zero.
        weight_decay: strength of an L2 penalty.
        momentum_decay: how fast μ comes up to β₁.
        decoupled_weight_decay: shrink x by lr · weight_decay · x instead of adding to the gradient.
        foreach, capturable: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: T. Dozat, Incorporating Nesterov Momentum into Adam, 2016.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.NAdam([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.8944, 1.8944], requires_grad=True)
    """

    number_names = ("step", "mu_product")
    repeatable = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "weight_decay", "momentum_decay"):
            check_number(where, name, group[name])
        check_betas(where, group["betas"])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The means of the gradient and of its square."""
        return ("exp_avg", "exp_avg_sq")

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the mean gradient as it will be."""
        beta1, beta2 = map(float, group["betas"])
        momentum_decay = float(group["momentum_decay"])

        def momentum(t: float) -> float:
            return beta1 * (1.0 - 0.5 * 0.96 ** (t * momentum_decay))

        means, squares = batch.buffers("exp_avg"), batch.buffers("exp_avg_sq")
        steps, products = batch.advance(), batch.numbers("mu_product", 1.0)
        now, later = [], []
        for array, t in zip(products, steps, strict=True):
            array[...] = array * momentum(t)
            product, following = float(array), momentum(t + 1)
            now.append((1 - momentum(t)) / (1 - product))
            later.append(following / (1 - product * following))
        batch.backend.nadam_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(means),
            batch.real(squares),
            batch.real(steps),
            batch.real(now),
            batch.real(later),
            lr=batch.rate(group["lr"]),
            beta1=beta1,
            beta2=beta2,
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            decoupled=bool(group["decoupled_weight_decay"]),
            maximize=bool(group["maximize"]),
        )
