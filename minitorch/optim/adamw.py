"""AdamW: Adam with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.optim.adam import Adam


class AdamW(Adam):
    """Adam whose weight decay does not go through the gradient: x ← x − lr · weight_decay · x first.

    Args:
        params: tensors, (name, tensor) pairs, or dicts of parameter groups.
        lr: learning rate.
        betas: how slowly the two means change.
        eps: keeps the divisor away from zero.
        weight_decay: how fast parameters shrink, in units of lr.
        amsgrad: divide by the largest mean square so far.
        maximize: climb instead of descending.
        foreach, capturable, fused: accepted; there is one way to compute a step here.
        differentiable: not supported.

    Raises:
        ArgumentError: for settings out of range, and parameters as in `Optimizer`.

    Source: I. Loshchilov, F. Hutter, Decoupled Weight Decay Regularization, 2019.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.AdamW([x], lr=0.1, weight_decay=0.5)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([0.8500, 1.8000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state of AdamW or Adam; weight decay stays decoupled."""
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
