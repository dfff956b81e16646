"""A linear layer and the cross-entropy of what it gives, in one module: LinearCrossEntropyLoss."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from minitorch.errors import ArgumentError, ShapeError
from minitorch.nn import functional as F
from minitorch.nn.linear import Linear
from minitorch.nn.loss import WeightedLoss
from minitorch.variable import Variable


@dataclass(frozen=True, slots=True)
class LinearCrossEntropyOptions:
    """How PyTorch splits a batch to save memory; here the options are checked, and change nothing.

    Args:
        allow_retain_graph: whether the graph may be kept after a backward pass; it always may.
        batch_chunk_size: how many samples are computed at once.
        chunking_method: how to choose it: `"auto"`, `"aspect_ratio"`, `"aspect_ratio:2"`.
        acc_policy: `"auto"`, `"accurate"`, `"balanced"` or `"compact"`.
        acc_dtype: in which gradients are added up.

    >>> import minitorch
    >>> minitorch.nn.LinearCrossEntropyOptions(batch_chunk_size=32).acc_policy
    'auto'
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ArgumentError(f"LinearCrossEntropyOptions: unknown acc_policy {self.acc_policy!r}")
        method = self.chunking_method
        if method not in (None, "auto") and not re.fullmatch(r"aspect_ratio(:0*[1-9]\d*)?", str(method)):
            raise ArgumentError(f"LinearCrossEntropyOptions: unknown chunking_method {method!r}")
        size = self.batch_chunk_size
        if size is not None and size <= 0:
            raise ArgumentError(
                f"LinearCrossEntropyOptions: batch_chunk_size must be positive or None, got {size!r}"
            )
        if self.acc_dtype is not None and not self.acc_dtype.is_floating_point:
            raise ArgumentError(
                f"LinearCrossEntropyOptions: acc_dtype must be a floating-point dtype, got {self.acc_dtype}"
            )


class LinearCrossEntropyLoss(WeightedLoss):
    """`CrossEntropyLoss` of x·Wᵀ + b, with its own W and b.

    Args:
        in_features: size of each input.
        num_classes: C.
        out_features: further dims d₁, … of the logits: a loss at several places.
        bias: whether b is added.
        device, dtype: of the parameters.
        reduction: see `Loss`.
        weight: of each class.
        ignore_index: targets of this value do not count; −100 if left out.
        label_smoothing: the share of each target that is spread evenly over all classes.
        options: see `LinearCrossEntropyOptions`.

    Shape: (N, in_features) or (in_features), and targets as for `CrossEntropyLoss` → () or, with `"none"`,
        (N, d₁, …) or ().

    Attributes:
        linear: the layer, a `Linear`.

    >>> import minitorch
    >>> loss = minitorch.nn.LinearCrossEntropyLoss(4, 3)
    >>> loss(minitorch.zeros(2, 4), minitorch.tensor([0, 2]))
    tensor(1.0986, grad_fn=<CrossEntropyBackward0>)
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Variable | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise ShapeError(
                f"LinearCrossEntropyLoss: weight has shape {tuple(weight.shape)}, expected ({num_classes},)"
            )
        if not 0 <= label_smoothing <= 1:
            raise ArgumentError(
                f"LinearCrossEntropyLoss: label_smoothing must lie between 0 and 1, got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes, self.out_features = num_classes, out_features
        self.ignore_index, self.label_smoothing, self.options = ignore_index, label_smoothing, options
        self.linear = Linear(
            in_features, math.prod(out_features, start=num_classes), bias, device=device, dtype=dtype
        )

    def forward(self, input: Variable, target: Variable) -> Variable:
        places = (self.num_classes, *self.out_features)
        w, b = self.linear.weight, self.linear.bias
        return F.linear_cross_entropy(
            input,
            w.reshape(*places, w.shape[1]),
            target,
            linear_bias=None if b is None else b.reshape(places),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
