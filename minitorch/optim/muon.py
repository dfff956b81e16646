"""Muon."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import ArgumentError
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number


class Muon(Optimizer):
    """Momentum whose steps are made orthogonal: every direction of a weight matrix moves equally far.

        b ← momentum·b + (1 − momentum)·g
        u = orthogonal(momentum·b + (1 − momentum)·g) with Nesterov, else orthogonal(b)
        x ← (1 − lr·weight_decay)·x − lr·f·u

    For the weights of hidden layers, which are matrices; give biases, embeddings and the last layer to AdamW.

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups; real matrices.
        lr: learning rate.
        weight_decay: how fast parameters shrink, in units of lr.
        momentum: how much of the previous direction is kept.
        nesterov: use the gradient as if the momentum step were already taken.
        ns_coefficients: (a, b, c) of the polynomial by which `orthogonal` is approached.
        eps: keeps its divisor away from zero.
        ns_steps: how often the polynomial is applied.
        adjust_lr_fn: `"original"` (or None) for f = √max(1, rows/columns), `"match_rms_adamw"` for
            f = 0.2·√max(rows, columns), with which the settings of AdamW serve.

    Raises:
        ArgumentError: for settings out of range, parameters that are no matrices, and as in `Optimizer`.
        DtypeError: by `step`, for complex parameters.

    Source: K. Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024; J. Liu et al.,
    Muon is Scalable for LLM Training, 2025.

    >>> import minitorch
    >>> x = minitorch.tensor([[2.0, 0.0], [0.0, 1.0]], requires_grad=True)
    >>> optimizer = minitorch.optim.Muon([x], lr=0.1, weight_decay=0)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x.detach().round(decimals=1)
    tensor([[1.9000, 0.0000],
            [0.0000, 0.9000]])
    """

    serves_complex = False
    state_required = False
    repeatable = False
    number_names = ()

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range, and parameters that are no matrices."""
        for name in ("lr", "weight_decay", "momentum"):
            check_number(where, name, group[name])
        if group["adjust_lr_fn"] not in (None, "original", "match_rms_adamw"):
            raise ArgumentError(
                f"{where}: adjust_lr_fn must be 'original', 'match_rms_adamw' or None, "
                f"got {group['adjust_lr_fn']!r}"
            )
        if group["ns_steps"] >= 100:
            raise ArgumentError(f"{where}: ns_steps must be less than 100, got {group['ns_steps']}")
        if len(group["ns_coefficients"]) != 3:
            raise ArgumentError(
                f"{where}: ns_coefficients must be three numbers, got {group['ns_coefficients']!r}"
            )
        for position, x in enumerate(group.get("params", ())):
            if x.array.ndim != 2:
                raise ArgumentError(
                    f"{where}: parameter {position} has shape {tuple(x.array.shape)}, Muon serves matrices "
                    f"only; give it to AdamW"
                )

    def state_names(self, group: Group) -> tuple[str, ...]:
        """The direction of the previous step."""
        return ("momentum_buffer",)

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the direction, made orthogonal."""
        backend, lr, momentum = batch.backend, float(group["lr"]), float(group["momentum"])
        coefficients = tuple(map(float, group["ns_coefficients"]))
        for x, g, b in zip(batch.params, batch.grads, batch.buffers("momentum_buffer"), strict=True):
            backend.copyto(b, b + (g - b) * (1 - momentum))
            u = g + (b - g) * momentum if group["nesterov"] else b
            u = orthogonal(backend, u, coefficients, group["ns_steps"], float(group["eps"]))
            rows, columns = x.shape
            if group["adjust_lr_fn"] == "match_rms_adamw":
                factor = 0.2 * sqrt(max(rows, columns))
            else:
                factor = sqrt(max(1.0, rows / columns))
            backend.copyto(x, x * (1 - lr * float(group["weight_decay"])) - u * (lr * factor))


def orthogonal(backend: Backend, g: Array, coefficients: tuple[float, ...], steps: int, eps: float) -> Array:
    """Near U·Vᵀ, where g = U·S·Vᵀ: x ← a·x + (b·xxᵀ + c·(xxᵀ)²)·x, again and again, from g/‖g‖ on.

    The rule is defined in bfloat16, whose eight bits of precision are kept here by rounding.
    """
    a, b, c = coefficients
    x = rounded(backend.astype(g, dtypes.float32.dtype))
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    norm = rounded(backend.full((), max(backend.global_norm([x]), eps), x.dtype))
    x = rounded(x / norm)
    for _ in range(steps):
        square = rounded(backend.matmul(x, x.T))
        polynomial = rounded(square * b + backend.matmul(square, square) * c)
        x = rounded(x * a + backend.matmul(polynomial, x))
    return backend.astype(x.T if tall else x, g.dtype)


def rounded(x: Array) -> Array:
    """x (float32) to eight bits of precision: the difference of two multiples of x leaves the upper ones.

    Source: T. Dekker, A Floating-Point Technique for Extending the Available Precision, 1971.
    """
    large = x * 65537.0
    return large - (large - x)
