"""Losses of classification: cross_entropy from logits, nll_loss from log-probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import watch
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.dtypes import int64, uint8
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating, looks_at, require_tensors
from minitorch.ops.index import take_along_dim
from minitorch.ops.linalg import linear
from minitorch.ops.loss import check_not_empty, choose_reduction, reduce_losses
from minitorch.ops.shape import movedim
from minitorch.ops.softmax import Softmax, log_softmax
from minitorch.ops.where import where
from minitorch.value import wrap
from minitorch.widening import narrow

if TYPE_CHECKING:
    from minitorch.variable import Variable


class CrossEntropy(Op):
    """yᵢ = −wᵢ·log softmax(xᵢ)[tᵢ], over s;   dxᵢ = gᵢ·wᵢ·(softmax(xᵢ) − onehot(tᵢ)) / s.

    `reduction` "none" gives all yᵢ, "sum" and "mean" their sum, with s = Σ wᵢ for the mean and s = 1 else.
    """

    in_single = True

    def forward(self, x: Array, *, target: Array, weights: Array | None, reduction: str) -> Array:
        losses, kept = self.backend.cross_entropy(x, target)
        if weights is not None:
            losses = losses * weights
        scale: Any = 1.0
        if reduction == "mean":
            scale = one_over(len(target) if weights is None else weights.sum())
        self.scale, self.target, self.weights, self.each = scale, target, weights, reduction == "none"
        self.save(x=x)
        self.keep(kept=kept)
        if self.each:
            return losses
        total = self.backend.sum(losses, dtype="float32") if narrow(losses) else losses.sum()
        y = total * (scale if hasattr(scale, "dtype") else total.dtype.type(scale))
        return y.astype(x.dtype) if narrow(losses) else y

    def backward(self, g: Array) -> Array:
        x, scale = self.saved.x, self.row_scale(g)
        onehot = self.backend.zeros(x.shape, self.dtype)
        onehot[self.backend.arange(len(self.target)), self.target] = 1
        return (Softmax.apply(x, dim=1) - onehot) * (scale.reshape(-1, 1) if scale.ndim else scale)

    def fused_backward(self, g: Array) -> Array:
        saved, g = self.saved, g.astype("float32") if narrow(g) else g
        return self.backend.cross_entropy_backward(saved.x, saved.kept, self.target, self.row_scale(g))

    def row_scale(self, g: Any) -> Any:
        """What the gradient of each row is multiplied by."""
        if hasattr(self.scale, "dtype") or self.scale != 1:
            g = g * self.scale
        return g if self.weights is None else g * self.weights


def class_indices(op_name: str, input: Any, target: Any, ignore_index: int) -> tuple[Array, Array | None]:
    """The flat target after all checks, and a mask of those that are not ignored (None: all count).

    Raises:
        DtypeError: if the target does not hold integers.
        ShapeError: if its shape does not fit that of the input.
        IndexRangeError: for a class that the input does not have.
    """
    check_floating(op_name, input.array)
    shape, t = input.array.shape, array_of(target)
    long = t.dtype == int64.dtype
    if not long and t.dtype != uint8.dtype:
        remedy = "; for class probabilities it needs the shape of the input" if t.dtype.kind in "fV" else ""
        raise DtypeError(f"{op_name}: class indices must be int64, got {t.dtype}; use target.long(){remedy}")
    if not shape:
        raise ShapeError(f"{op_name}: a 0-d input has no classes; expected (N, C), (C) or (N, C, …)")
    expected = shape[:1] + shape[2:] if len(shape) > 1 else ()
    if t.shape != expected and not (len(shape) == 1 and t.shape == (1,)):
        raise ShapeError(target_message(op_name, shape, t.shape, expected))
    classes = shape[1] if len(shape) > 1 else shape[0]
    flat = t.reshape(-1) if long else t.reshape(-1).astype(int64.dtype)
    counted = None
    if not flat.size:
        return flat, counted
    if not looks_at(flat):
        counted = flat != ignore_index
        return flat * counted, counted
    low, high = int(flat.min()), int(flat.max())
    if low <= ignore_index <= high:
        counted = flat != ignore_index
        flat = flat * counted
        low, high = int(flat.min()), int(flat.max())
    if low < 0 or high >= classes:
        raise IndexRangeError(
            f"{op_name}: target class {low if low < 0 else high} is out of range for {classes} "
            "classes (input of shape "
            f"{tuple(shape)}); classes count from 0 to {classes - 1}, and ignore_index is {ignore_index}"
        )
    return flat, counted


def target_message(op_name: str, shape: Any, got: Any, expected: Any) -> str:
    """Says how the target's shape differs from what the input's asks for."""
    message = (
        f"{op_name}: a target of shape {tuple(got)} does not fit an input of shape {tuple(shape)}: "
        f"expected class indices of shape {tuple(expected)}"
    )
    if got == (*expected, 1):
        return message + "; use target.squeeze(-1)"
    if len(shape) > 1 and got[:1] != tuple(shape[:1]):
        return message + f": the batch sizes {got[0] if got else 1} and {shape[0]} differ"
    if tuple(got) == tuple(shape):
        return message + ", or floating-point class probabilities; for one-hot integers use target.argmax(1)"
    return message


def class_weights(op_name: str, input: Any, weight: Any, classes: int) -> Array:
    """The array of the weight of each class, after checking that there is one for each."""
    w = array_of(weight)
    if w.shape != (classes,):
        raise ShapeError(
            f"{op_name}: weight has shape {tuple(w.shape)}, expected one number for each of the "
            f"{classes} classes: "
            f"({classes},)"
        )
    return w if w.dtype == input.array.dtype else w.astype(input.array.dtype)


def rows(input: Any) -> Any:
    """(N, C, …) or (C) as (N′, C)."""
    if input.ndim == 1:
        return input.reshape(1, -1)
    return movedim(input, 1, -1).reshape(-1, input.shape[1]) if input.ndim > 2 else input


def row_weights(
    op_name: str, input: Any, weight: Any, target: Array, counted: Array | None, classes: int
) -> Array | None:
    """The weight of each row: that of its class, and 0 where the target is ignored; None for all 1."""
    weights = None if weight is None else class_weights(op_name, input, weight, classes)[target]
    if counted is None:
        return weights
    return counted.astype(input.array.dtype) if weights is None else weights * counted


@kernel
def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """−wᵢ · input[i, targetᵢ], averaged over Σ wᵢ: the negative log-likelihood of the target classes.

    Args:
        input: log-probabilities, as `log_softmax` gives them.
        target: the class of each sample, int64.
        weight: a factor per class.
        size_average: the older spelling of `reduction`.
        ignore_index: targets of this value count for nothing.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Shape: input (N, C), (C) or (N, C, d₁, …), target (N), () or (N, d₁, …).

    Raises:
        IndexRangeError: for a class that the input does not have; the message names it.
        DtypeError: if the target does not hold integers.
        ShapeError: if the shapes do not fit, or for the mean over an empty batch.

    >>> import minitorch
    >>> log_p = minitorch.log_softmax(minitorch.tensor([[0.0, 0.0], [3.0, 0.0]]), dim=1)
    >>> minitorch.nn.functional.nll_loss(log_p, minitorch.tensor([0, 1]))
    tensor(1.8709)
    """
    reduction = choose_reduction("nll_loss", reduction, size_average, reduce)
    require_tensors("nll_loss", input=input, target=target)
    watch.loss("nll_loss", input, target)
    if isinstance(input.grad_fn, Softmax):
        warn_of_softmax("nll_loss", "log-probabilities: use log_softmax in its place")
    t, counted = class_indices("nll_loss", input, target, ignore_index)
    check_not_empty("nll_loss", input, reduction)
    flat = rows(input)
    weights = row_weights("nll_loss", input, weight, t, counted, flat.shape[1])
    picked = -take_along_dim(flat, t.reshape(-1, 1), 1).reshape(-1)
    return reduce_rows(picked if weights is None else picked * weights, weights, target, reduction)


def reduce_rows(losses: Any, weights: Array | None, target: Any, reduction: str) -> Variable:
    """The losses of all rows, weighted already, reduced; the mean is over the sum of the weights."""
    if reduction == "none":
        return losses.reshape(target.shape)
    if reduction == "mean" and weights is not None:
        scale = one_over(weights.sum())
        return losses.sum() * (wrap(scale) if hasattr(scale, "dtype") else scale)
    return reduce_losses(losses, reduction)


def one_over(total: Any) -> Any:
    """1/n, NaN for n = 0; of a number on a GPU an array there, for which nothing has to wait."""
    if hasattr(total, "dtype") and not looks_at(total):
        return 1 / total  # times a sum that is then 0
    return 1 / float(total) if total else math.nan


def warn_of_softmax(op_name: str, expected: str) -> None:
    """Says that a loss was given probabilities where it expects something else."""
    watch.suspect(
        "loss-input",
        f"{op_name}: its input comes out of softmax, but it expects {expected}",
        stacklevel=4,
    )


@kernel
def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Variable:
    """−log softmax(input)[target], averaged: how far logits are from the target classes.

    With class probabilities p as target: −Σ wᶜ · pᶜ · log softmax(input)ᶜ, averaged over samples.

    Args:
        input: logits, before any softmax.
        target: the class of each sample (int64), or a probability for each class (the input's shape).
        weight: a factor per class.
        size_average: the older spelling of `reduction`.
        ignore_index: class indices of this value count for nothing.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.
        label_smoothing: the share ε of each target that is spread evenly over all classes.

    Shape: input (N, C), (C) or (N, C, d₁, …), target (N), () or (N, d₁, …), or that of the input.

    Raises:
        IndexRangeError: for a class that the input does not have; the message names it.
        DtypeError: if class indices are not integers.
        ShapeError: if the shapes do not fit, or for the mean over an empty batch.

    Source: label smoothing: C. Szegedy et al., "Rethinking the Inception Architecture" (2016).

    >>> import minitorch
    >>> logits = minitorch.tensor([[0.0, 0.0], [3.0, 0.0]])
    >>> minitorch.nn.functional.cross_entropy(logits, minitorch.tensor([0, 1]))
    tensor(1.8709)
    """
    reduction = choose_reduction("cross_entropy", reduction, size_average, reduce)
    require_tensors("cross_entropy", input=input, target=target)
    watch.loss("cross_entropy", input, target)
    if not 0 <= label_smoothing <= 1:
        raise ArgumentError(f"cross_entropy: label_smoothing must lie between 0 and 1, got {label_smoothing}")
    if isinstance(input.grad_fn, Softmax):
        warn_of_softmax("cross_entropy", "logits: leave the softmax out, cross_entropy applies it itself")
    if target.dtype.is_floating_point and target.shape == input.shape:
        if ignore_index >= 0:
            raise ArgumentError(
                f"cross_entropy: ignore_index={ignore_index} needs targets that are class indices, and these are "
                f"probabilities"
            )
        return probability_cross_entropy(input, target, weight, reduction, label_smoothing)
    t, counted = class_indices("cross_entropy", input, target, ignore_index)
    check_not_empty("cross_entropy", input, reduction)
    flat = rows(input)
    weights = row_weights("cross_entropy", input, weight, t, counted, flat.shape[1])
    if label_smoothing:
        return smoothed(flat, t, weight, weights, counted, target, reduction, label_smoothing)
    y = CrossEntropy.apply(flat, target=t, weights=weights, reduction=reduction)
    return y.reshape(target.shape) if reduction == "none" and target.ndim != 1 else y


def smoothed(
    flat: Any,
    t: Array,
    weight: Any,
    weights: Array | None,
    counted: Array | None,
    target: Any,
    reduction: str,
    share: float,
) -> Variable:
    """Cross-entropy of targets of which a share is spread evenly over all classes."""
    log_p = log_softmax(flat, 1)
    picked = -take_along_dim(log_p, t.reshape(-1, 1), 1).reshape(-1)
    if weights is not None:
        picked = picked * weights
    each = -(log_p if weight is None else log_p * class_weights("", flat, weight, flat.shape[1])).sum(1)
    losses = picked * (1 - share) + each * (share / flat.shape[1])
    if counted is not None:
        losses = where(wrap(counted), losses, 0.0)
    return reduce_rows(losses, weights, target, reduction)


def probability_cross_entropy(input: Any, target: Any, weight: Any, reduction: str, share: float) -> Variable:
    """−Σ wᶜ · pᶜ · log softmax(x)ᶜ over classes, for targets that are probabilities."""
    check_floating("cross_entropy", input.array)
    check_not_empty("cross_entropy", input, reduction)
    dim = 1 if input.ndim > 1 else 0
    classes = input.shape[dim]
    if share:
        target = target * (1 - share) + share / classes
    terms = log_softmax(input, dim) * target
    if weight is not None:
        w = class_weights("cross_entropy", input, weight, classes)
        terms = terms * w.reshape(-1, *(1,) * (input.ndim - dim - 1))
    losses = -terms.sum(dim)
    if reduction == "mean":
        return losses.sum() / (input.numel() / classes)
    return reduce_losses(losses, reduction)


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Variable:
    """`cross_entropy` of the logits x·Wᵀ + b.

    Args:
        input: x.
        linear_weight: W, a row per class; or with further dims in between, for a loss at several places.
        target: classes or probabilities, as for `cross_entropy`.
        linear_bias: b, of the shape of W without the last dim.
        weight: a factor per class.
        reduction: `"mean"`, `"sum"` or `"none"`.
        ignore_index: class indices of this value count for nothing; −100 if left out.
        label_smoothing: the share of each target that is spread evenly over all classes.
        options: `nn.LinearCrossEntropyOptions`: how PyTorch saves memory here; it changes no value.

    Shape: input (N, D) or (D), linear_weight (C, D) or (C, d₁, …, D).

    >>> import minitorch
    >>> x, w = minitorch.ones(1, 2), minitorch.zeros(4, 2)
    >>> minitorch.nn.functional.linear_cross_entropy(x, w, minitorch.tensor([3]))
    tensor(1.3863)
    """
    name = "linear_cross_entropy"
    require_tensors(name, input=input, linear_weight=linear_weight, target=target)
    if not 1 <= input.ndim <= 2 or linear_weight.ndim < 2 or input.shape[-1] != linear_weight.shape[-1]:
        raise ShapeError(
            f"{name}: an input of shape {tuple(input.shape)} does not fit a linear_weight of shape "
            f"{tuple(linear_weight.shape)}: expected (N, D) or (D), and (C, D) or (C, …, D)"
        )
    classes, *places, features = linear_weight.shape
    if linear_bias is not None and tuple(linear_bias.shape) != (classes, *places):
        raise ShapeError(
            f"{name}: linear_bias has shape {tuple(linear_bias.shape)}, expected {(classes, *places)}"
        )
    if places and input.ndim == 1:
        raise ShapeError(
            f"{name}: a linear_weight of {linear_weight.ndim} dims needs an input of shape (N, D)"
        )
    shape = (*input.shape[:-1], classes, *places)
    if ignore_index is not None and tuple(target.shape) == shape:
        raise ArgumentError(f"{name}: ignore_index does not apply to a target of probabilities")
    b = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight.reshape(-1, features), b).reshape(shape)
    return cross_entropy(
        logits,
        target,
        weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
