"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number
from minitorch.value import wrap


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    With g = gradient + weight_decay · x, and b = g in the first step:

        b ← momentum · b + (1 − dampening) · g
        x ← x − lr · b                            or, with Nesterov, x − lr · (g + momentum · b)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        momentum: how much of the previous direction is kept.
        dampening: how much of the gradient is left out of the direction.
        weight_decay: strength of an L2 penalty.
        nesterov: use the gradient as if the momentum step were already taken.
        maximize: climb instead of descending.
        foreach, fused: accepted; there is one way to compute a step here.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: I. Sutskever et al., On the importance of initialization and momentum in deep learning,
        2013.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.SGD([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    state_required = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "momentum", "weight_decay"):
            check_number(where, name, group[name])
        check_number(where, "dampening", group["dampening"], float("-inf"))
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ArgumentError(
                f"{where}: nesterov needs momentum > 0 and dampening 0, got "
                f"momentum={group['momentum']} and dampening={group['dampening']}"
            )

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The direction of the previous step."""
        return ("momentum_buffer",) if group["momentum"] else ()

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the gradient."""
        momentum = float(group["momentum"])
        buffers: list[Any] = []
        if momentum:
            old = [state.get("momentum_buffer") for state in batch.states]
            buffers = [None if b is None else b.array for b in old]
        batch.backend.sgd_step(
            batch.params,
            batch.grads,
            buffers,
            lr=batch.rate(group["lr"]),
            momentum=momentum,
            dampening=float(group["dampening"]),
            weight_decay=float(group["weight_decay"]),
            nesterov=bool(group["nesterov"]),
            maximize=bool(group["maximize"]),
        )
        for state, buffer in zip(batch.states, buffers, strict=False):
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = wrap(buffer)
