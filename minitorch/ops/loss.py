"""Losses of regression and of binary decisions, and the Kullback-Leibler divergence.

What every loss shares comes first: the reduction, and the checks for mistakes that otherwise run silently.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, watch
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.activation import softplus
from minitorch.ops.common import Binary, array_of, check_floating, looks_at, require_tensors
from minitorch.ops.pointwise import abs, exp, log, log1p
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


def choose_reduction(op_name: str, reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction meant, also by its older spelling in two flags.

    Raises:
        ArgumentError: for anything but `"mean"`, `"sum"` and `"none"`.
    """
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(
            f"{op_name}: size_average and reduce are deprecated; use reduction={reduction!r}",
            UserWarning,
            stacklevel=4,
        )
    if reduction not in ("mean", "sum", "none"):
        raise ArgumentError(f"{op_name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    return reduction


def check_not_empty(op_name: str, input: Any, reduction: str) -> None:
    """The mean loss of no samples would be NaN, and spoil every parameter without a word."""
    if reduction == "mean" and not input.array.size:
        raise ShapeError(
            f"{op_name}: the batch is empty (input of shape {tuple(input.shape)}), and the mean "
            "of no losses is NaN; "
            f"skip empty batches, or use reduction='sum'"
        )


def check_pair(op_name: str, input: Any, target: Any, reduction: str) -> None:
    """Refuses integers and empty batches; warns if shapes differ although they broadcast."""
    require_tensors(op_name, input=input, target=target)
    watch.loss(op_name, input, target)
    if input.array.shape != target.array.shape:
        given, wanted = tuple(target.shape), tuple(input.shape)
        remedy = "Give both the same shape"
        if given == wanted[:-1] and wanted[-1] == 1:
            remedy = "Use input.squeeze(-1), or target.unsqueeze(-1)"
        elif wanted == given[:-1] and given[-1] == 1:
            remedy = "Use target.squeeze(-1)"
        watch.suspect(
            "loss-shapes",
            f"{op_name}: a target of shape {given} and an input of shape {wanted} are broadcast "
            "against each other, "
            f"which is rarely meant and gives a wrong loss. {remedy}",
            stacklevel=4,
        )
    if input.array.dtype.kind in "biu" and target.array.dtype.kind in "biu" and op_name != "l1_loss":
        check_floating(op_name, input.array)
    check_not_empty(op_name, input, reduction)


def subtract(input: Any, target: Any) -> Any:
    """input − target, where one of them may be boolean."""
    if input.array.dtype.kind == "b" or target.array.dtype.kind == "b":
        common = dtypes.result_type(input, target)
        input, target = input.to(common), target.to(common)
    return input - target


def reduce_losses(losses: Any, reduction: str) -> Variable:
    """The mean or sum of losses, or all of them."""
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def finish(op_name: str, losses: Any, reduction: str) -> Variable:
    """As `reduce_losses`, after checking that the mean is not that of nothing."""
    check_not_empty(op_name, losses, reduction)
    return reduce_losses(losses, reduction)


def times_weight(op_name: str, losses: Any, weight: Any) -> Any:
    """Losses times a weight per element, of the same shape."""
    if weight is None:
        return losses
    if weight.shape != losses.shape:
        raise ShapeError(
            f"{op_name}: a weight of shape {tuple(weight.shape)} does not fit losses of shape "
            f"{tuple(losses.shape)}"
        )
    return losses * weight


def weighted_mean(op_name: str, losses: Any, weight: Any, reduction: str) -> Variable:
    """Losses times a weight per element, reduced; their mean is over the sum of the weights."""
    losses = times_weight(op_name, losses, weight)
    if weight is None or reduction != "mean":
        return reduce_losses(losses, reduction)
    return losses.sum() / weight.sum()


class SquaredError(Op):
    """y = Σ (x − t)² / s;   dx = g·2·(x − t) / s,  dt = −dx."""

    def forward(self, x: Array, t: Array, *, divisor: int) -> Array:
        self.divisor = divisor
        d = x - t
        self.save(x=x, t=t)
        self.keep(d=d)
        flat = d.reshape(-1)
        return self.backend.asarray(flat @ flat / divisor, x.dtype)

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        return self.share((self.saved.x - self.saved.t) * (g * (2 / self.divisor)))

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None]:
        return self.share(self.saved.d * (g * (2 / self.divisor)))

    def share(self, dx: Any) -> tuple[Any, Any]:
        """The gradients of both, as far as they are asked for."""
        need_x, need_t = self.needs_input_grad
        return dx if need_x else None, -dx if need_t else None


@kernel
def mse_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Variable:
    """(input − target)², averaged over all elements.

    Args:
        input: what was predicted.
        target: what it should be.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.
        weight: a factor per element; the mean is then over the sum of the factors.

    Raises:
        ShapeError: for the mean over an empty batch.

    Shapes that differ but broadcast, such as (N, 1) and (N), give a warning.

    >>> import minitorch
    >>> minitorch.nn.functional.mse_loss(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    reduction = choose_reduction("mse_loss", reduction, size_average, reduce)
    check_pair("mse_loss", input, target, reduction)
    x, t = input.array, target.array
    same = x.shape == t.shape and x.dtype == t.dtype
    wide = x.dtype.kind in "fV" and x.dtype.itemsize > 2  # one sum of squares would overflow in float16
    if same and wide and weight is None and reduction != "none":
        return SquaredError.apply(input, target, divisor=x.size if reduction == "mean" else 1)
    difference = subtract(input, target)
    return weighted_mean("mse_loss", difference * difference, weight, reduction)


@kernel
def l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Variable:
    """|input − target|, averaged over all elements; arguments as for `mse_loss`.

    >>> import minitorch
    >>> minitorch.nn.functional.l1_loss(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(1.)
    """
    reduction = choose_reduction("l1_loss", reduction, size_average, reduce)
    check_pair("l1_loss", input, target, reduction)
    return weighted_mean("l1_loss", abs(input - target), weight, reduction)


@kernel
def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Variable:
    """d²/(2β) where d = |input − target| < β, else d − β/2; averaged. Other arguments as for `mse_loss`.

    Source: R. Girshick, "Fast R-CNN" (2015).

    >>> import minitorch
    >>> minitorch.nn.functional.smooth_l1_loss(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(0.7500)
    """
    reduction = choose_reduction("smooth_l1_loss", reduction, size_average, reduce)
    if beta < 0:
        raise ArgumentError(f"smooth_l1_loss: beta must not be negative, got {beta}")
    check_pair("smooth_l1_loss", input, target, reduction)
    distance = abs(subtract(input, target))
    if beta == 0:
        return reduce_losses(distance, reduction)
    losses = where(distance < beta, distance * distance * (0.5 / beta), distance - 0.5 * beta)
    return reduce_losses(losses, reduction)


@kernel
def huber_loss(
    input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Variable:
    """d²/2 where d = |input − target| ≤ δ, else δ·(d − δ/2); averaged. Other arguments as for `mse_loss`.

    Source: P. Huber, "Robust Estimation of a Location Parameter" (1964).

    >>> import minitorch
    >>> minitorch.nn.functional.huber_loss(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(0.7500)
    """
    reduction = choose_reduction("huber_loss", reduction, None, None)
    if delta <= 0:
        raise ArgumentError(f"huber_loss: delta must be positive, got {delta}")
    check_floating("huber_loss", input.array)
    if target.is_complex():
        raise DtypeError(f"huber_loss: the target is {target.dtype}, expected real numbers; use target.real")
    check_pair("huber_loss", input, target, reduction)
    distance = abs(input - target.to(input.dtype))
    losses = where(distance <= delta, distance * distance * 0.5, (distance - 0.5 * delta) * delta)
    return reduce_losses(times_weight("huber_loss", losses, weight), reduction)


class BinaryCrossEntropy(Binary):
    """z = −t·log x − (1 − t)·log(1 − x), with logarithms of at least −100;   dx = g·(x − t) / (x·(1 − x)).

    The gradient with respect to the target is g·(log(1 − x) − log x).
    """

    def forward(self, x: Array, t: Array) -> Array:
        b = self.backend
        self.save(x=x, t=t)
        return (t - 1) * b.maximum(b.log1p(-x), -100) - t * b.maximum(b.log(x), -100)

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        x, t = self.saved.x, self.saved.t
        need_x, need_t = self.needs_input_grad
        spread = x * (1 - x)
        spread = where(array_of(spread) < 1e-12, 1e-12, spread)
        return (
            g * (x - t) / spread if need_x else None,
            g * (log1p(-x) - log(x)) if need_t else None,
        )


def check_binary(op_name: str, input: Any, target: Any) -> None:
    """Refuses targets of another shape or kind than the input."""
    require_tensors(op_name, input=input, target=target)
    watch.loss(op_name, input, target)
    if input.shape != target.shape:
        raise ShapeError(
            f"{op_name}: a target of shape {tuple(target.shape)} does not fit an input of shape "
            f"{tuple(input.shape)}; "
            f"give both the same shape, for instance by target.reshape(input.shape) or input.squeeze(-1)"
        )
    for name, x in (("input", input), ("target", target)):
        if x.array.dtype.kind in "biu":
            raise DtypeError(
                f"{op_name}: the {name} is {x.dtype}, expected floating-point numbers; use {name}.float()"
            )


def check_probabilities(op_name: str, name: str, x: Any) -> None:
    """Refuses numbers outside of [0, 1], and NaN."""
    if not (x.array.size and looks_at(x)):
        return
    low, high = float(x.array.min()), float(x.array.max())
    if not (low >= 0 and high <= 1):
        remedy = (
            "apply sigmoid to it, or use binary_cross_entropy_with_logits" if name == "input" else "scale it"
        )
        raise ArgumentError(
            f"{op_name}: all elements of the {name} must lie between 0 and 1, got numbers from "
            f"{low:.6g} to {high:.6g}; "
            f"{remedy}"
        )


@kernel
def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """−t·log p − (1 − t)·log(1 − p), averaged; logarithms are cut off at −100.

    Args:
        input: probabilities p between 0 and 1, as `sigmoid` gives them.
        target: probabilities t between 0 and 1, of the same shape.
        weight: a factor per element; it broadcasts.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Raises:
        ShapeError: if the shapes differ, or for the mean over an empty batch.
        ArgumentError: for numbers outside of [0, 1].

    >>> import minitorch
    >>> p, t = minitorch.tensor([0.5, 0.9]), minitorch.tensor([0.0, 1.0])
    >>> minitorch.nn.functional.binary_cross_entropy(p, t)
    tensor(0.3993)
    """
    reduction = choose_reduction("binary_cross_entropy", reduction, size_average, reduce)
    check_binary("binary_cross_entropy", input, target)
    if input.dtype is not target.dtype:
        raise DtypeError(
            f"binary_cross_entropy: the input is {input.dtype} and the target {target.dtype}; use "
            "target.to(input.dtype)"
        )
    check_not_empty("binary_cross_entropy", input, reduction)
    check_probabilities("binary_cross_entropy", "input", input)
    check_probabilities("binary_cross_entropy", "target", target)
    losses = BinaryCrossEntropy.apply(input, target)
    return reduce_losses(losses if weight is None else losses * weight, reduction)


@kernel
def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Variable:
    """`binary_cross_entropy` of sigmoid(input), without overflow: (1 − t)·x + log(1 + exp(−x)), averaged.

    Args:
        input: logits x, before any sigmoid.
        target: probabilities t between 0 and 1, of the same shape.
        weight: a factor per element; it broadcasts.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.
        pos_weight: a factor for the term of t, for instance one per class; it broadcasts.

    Raises:
        ShapeError: if the shapes differ, or for the mean over an empty batch.

    >>> import minitorch
    >>> x, t = minitorch.tensor([0.0, 800.0]), minitorch.tensor([0.0, 1.0])
    >>> minitorch.nn.functional.binary_cross_entropy_with_logits(x, t)
    tensor(0.3466)
    """
    name = "binary_cross_entropy_with_logits"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    check_binary(name, input, target)
    check_not_empty(name, input, reduction)
    positive = softplus(-input, threshold=math.inf)
    if pos_weight is not None:
        positive = positive * ((pos_weight - 1) * target + 1)
    losses = (input * (1 - target) + positive).to(target.dtype)
    return reduce_losses(losses if weight is None else losses * weight, reduction)


@kernel
def kl_div(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Variable:
    """The divergence t·(log t − x) of the distribution exp(x) from t, the Kullback-Leibler divergence.

    Args:
        input: log-probabilities x.
        target: probabilities t, or their logarithms with `log_target`.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"batchmean"` for the sum over the batch size, which is the divergence; `"mean"` divides by
            the number of elements; `"sum"` or `"none"`.
        log_target: whether the target holds logarithms.

    >>> import minitorch
    >>> x, t = minitorch.tensor([[0.5, 0.5]]).log(), minitorch.tensor([[1.0, 0.0]])
    >>> minitorch.nn.functional.kl_div(x, t, reduction="batchmean")
    tensor(0.6931)
    """
    if reduction != "batchmean":
        reduction = choose_reduction("kl_div", reduction, size_average, reduce)
    if reduction == "mean":
        warnings.warn(
            "kl_div: reduction='mean' divides by the number of all elements; 'batchmean' divides "
            "by the batch size "
            "only, which gives the divergence",
            UserWarning,
            stacklevel=3,
        )
    require_tensors("kl_div", input=input, target=target)
    check_floating("kl_div", input.array)
    check_not_empty("kl_div", input, "mean" if reduction == "batchmean" else reduction)
    if log_target:
        losses = exp(target) * (target - input)
    else:
        zero = target.array == 0
        losses = where(zero, 0.0, target * log(where(zero, 1.0, target))) - target * input
    if reduction == "batchmean":
        return losses.sum() / input.shape[0] if input.ndim else losses
    return reduce_losses(losses, reduction)
