"""Adafactor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import ArgumentTypeError
from minitorch.optim.batch import Batch
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Adafactor(Optimizer):
    """Adam's scaling in far less memory: of the mean squares of a matrix only rows' and columns' means are kept.

    With g the gradient, t the number of the step, β = 1 − t^beta2_decay, ρ = min(lr, 1/√t), and ε₁, ε₂ = eps:

        r ← β·r + (1 − β)·mean(g², columns)        c ← β·c + (1 − β)·mean(g², rows)
        v = r·c / max(mean(r), ε₁)                 for fewer than two dims  v ← β·v + (1 − β)·g²
        u = g / max(√v, ε₁)
        x ← x − lr · weight_decay · x − max(ε₂, rms(x)) · ρ · u / max(1, rms(u)/d)

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups; real ones.
        lr: the largest relative step, and the unit of weight decay.
        beta2_decay: how the means' memory grows with the number of steps.
        eps: (ε₁, ε₂); ε₁ None for the resolution of the parameters' dtype.
        d: the largest root mean square of an update.
        weight_decay: how fast parameters shrink, in units of lr.
        foreach: accepted; there is one way to compute a step here.
        maximize: climb instead of descending.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.
        DtypeError: by `step`, for complex parameters.

    Source: N. Shazeer, M. Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018; ε₁ bounds
    the results here, as in PyTorch, where the paper adds it to g².

    >>> import minitorch
    >>> x = minitorch.tensor([[1.0, 2.0]], requires_grad=True)
    >>> optimizer = minitorch.optim.Adafactor([x], lr=0.1)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([[0.8419, 1.8419]], requires_grad=True)
    """

    serves_complex = False
    repeatable = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        for name in ("lr", "weight_decay"):
            check_number(where, name, group[name])
        check_number(where, "beta2_decay", group["beta2_decay"], float("-inf"), 0.0)
        check_number(where, "d", group["d"], 1.0)
        if not isinstance(group["eps"], (tuple, list)) or len(group["eps"]) != 2:
            raise ArgumentTypeError(f"{where}: eps must be a pair (ε₁ or None, ε₂), got {group['eps']!r}")
        for k, eps in enumerate(group["eps"]):
            if k or eps is not None:
                check_number(where, f"eps[{k}]", eps)

    def state_shapes(self, group: Group, x: Variable) -> dict[str, tuple[int, ...]]:
        """The means over columns and over rows; for fewer than two dims the mean squares themselves."""
        shape = tuple(x.array.shape)
        if len(shape) < 2:
            return {"variance": shape}
        return {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}

    def update(self, group: Group, batch: Batch) -> None:
        """Takes a step along the scaled gradient, whose size is bounded."""
        backend, lr, decay = batch.backend, float(group["lr"]), float(group["weight_decay"])
        eps1, eps2 = group["eps"]
        if eps1 is None and batch.params:  # that of the first parameter, for the whole group
            eps1 = dtypes.finfo(batch.variables[0].dtype).eps
        for variable, state, x, g, t in zip(
            batch.variables, batch.states, batch.params, batch.grads, batch.advance(), strict=True
        ):
            for name, shape in self.state_shapes(group, variable).items():
                if state.get(name) is None:
                    state[name] = wrap(backend.zeros(shape, x.dtype))
            g = -g if group["maximize"] else g
            share = t ** float(group["beta2_decay"])
            size = max(float(eps2), rms(backend, x)) * min(lr, t**-0.5)
            if decay:
                backend.copyto(x, x * (1 - lr * decay))
            if g.ndim < 2:
                v = state["variance"].array
                backend.copyto(v, v + (g * g - v) * share)
            else:
                r, c = state["row_var"].array, state["col_var"].array
                backend.copyto(r, r + (backend.mean(g * g, axis=-1, keepdims=True) - r) * share)
                backend.copyto(c, c + (backend.mean(g * g, axis=-2, keepdims=True) - c) * share)
                v = r * c / backend.maximum(backend.mean(r, axis=-2, keepdims=True), eps1)
            u = g / backend.sqrt(backend.maximum(v, eps1 * eps1))
            backend.copyto(x, x - u * (size / max(1.0, rms(backend, u) / float(group["d"]))))


def rms(backend: Backend, x: Array) -> float:
    """√ mean(x²)."""
    return backend.global_norm([x]) / max(x.size, 1) ** 0.5
