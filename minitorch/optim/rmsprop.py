"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number


class RMSprop(Optimizer):
    """The gradient divided by the root of its running mean square.

    With g = gradient + weight_decay · x:

        v ← α·v + (1 − α)·g²
        x ← x − lr · g / (√v + eps)

    With momentum, b ← momentum · b + g / (√v + eps) and x ← x − lr · b.  Centered, the square of
    the running mean of g is subtracted from v under the root.

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        alpha: how slowly the means change.
        eps: keeps the divisor away from zero.
        weight_decay: strength of an L2 penalty.
        momentum: how much of the previous direction is kept.
        centered: divide by the standard deviation instead of the root mean square.
        capturable, foreach: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: G. Hinton, lecture 6e of Neural Networks for Machine Learning, 2012; centered: A.
    Graves, Generating Sequences With Recurrent Neural Networks, 2013.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.RMSprop([x], lr=0.01)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.9000, 1.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "eps", "momentum", "weight_decay", "alpha"):
            check_number(where, name, group[name])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The mean square, the mean if centered, and the previous direction if there is momentum."""
        names: tuple[str, ...] = ("square_avg",)
        if group["momentum"] > 0:
            names += ("momentum_buffer",)
        return (*names, "grad_avg") if group["centered"] else names

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the scaled gradient."""
        momentum = float(group["momentum"])
        squares = batch.buffers("square_avg")
        momenta = batch.real(batch.buffers("momentum_buffer")) if momentum > 0 else None
        means = batch.real(batch.buffers("grad_avg")) if group["centered"] else None
        batch.advance()
        batch.backend.rmsprop_step(
            batch.real(batch.params),
            batch.real(batch.grads),
            batch.real(squares),
            means,
            momenta,
            lr=batch.rate(group["lr"]),
            alpha=float(group["alpha"]),
            eps=float(group["eps"]),
            weight_decay=float(group["weight_decay"]),
            momentum=momentum,
            maximize=bool(group["maximize"]),
        )
