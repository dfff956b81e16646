"""Losses that ask for a margin: between scores, between distances, and between classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.dtypes import int64
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.ops.activation import logsigmoid, relu, softplus
from minitorch.ops.clamp import clamp, minimum
from minitorch.ops.common import check_floating, looks_at, require_tensors
from minitorch.ops.index import take_along_dim
from minitorch.ops.loss import choose_reduction, finish
from minitorch.ops.pointwise import sqrt
from minitorch.ops.vectors import pairwise_distance
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


@kernel
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """max(0, −t·(x₁ − x₂) + margin), averaged: the one that t points to shall be larger.

    Args:
        input1: scores x₁.
        input2: scores x₂ of the same number of dims.
        target: 1 where x₁ shall be larger, −1 where x₂ shall.
        margin: by how much.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    >>> import minitorch
    >>> x, y, t = minitorch.tensor([1.0, 2.0]), minitorch.tensor([2.0, 1.0]), minitorch.tensor([1.0, 1.0])
    >>> minitorch.nn.functional.margin_ranking_loss(x, y, t, reduction="none")
    tensor([1., 0.])
    """
    name = "margin_ranking_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input1=input1, input2=input2, target=target)
    if not input1.ndim == input2.ndim == target.ndim:
        raise ShapeError(
            f"{name}: all tensors need the same number of dims, got shapes {tuple(input1.shape)}, "
            f"{tuple(input2.shape)} and {tuple(target.shape)}"
        )
    return finish(name, clamp(-target * (input1 - input2) + float(margin), min=0), reduction)


@kernel
def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """x where t = 1, and max(0, margin − x) where t = −1; averaged. x is a distance.

    Arguments as for `margin_ranking_loss`.

    >>> import minitorch
    >>> x, t = minitorch.tensor([0.25, 0.25]), minitorch.tensor([1, -1])
    >>> minitorch.nn.functional.hinge_embedding_loss(x, t, reduction="none")
    tensor([0.2500, 0.7500])
    """
    name = "hinge_embedding_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input=input, target=target)
    check_floating(name, input.array)
    t = target.array
    losses = where(t != 1, clamp(margin - input, min=0), 0.0) + where(t != -1, input, 0.0)
    return finish(name, losses, reduction)


@kernel
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """1 − cos(x₁, x₂) where t = 1, and max(0, cos(x₁, x₂) − margin) where t = −1; averaged.

    Other arguments as for `margin_ranking_loss`.

    Shape: input1, input2 (N, D) and target (N), or (D) and ().

    >>> import minitorch
    >>> x, y = minitorch.tensor([[1.0, 0.0]]), minitorch.tensor([[1.0, 0.0]])
    >>> minitorch.nn.functional.cosine_embedding_loss(x, y, minitorch.tensor([-1]))
    tensor(1.)
    """
    name = "cosine_embedding_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input1=input1, input2=input2, target=target)
    dim = target.ndim
    if dim > 1 or input1.ndim != dim + 1 or input2.ndim != dim + 1:
        raise ShapeError(
            f"{name}: expected two inputs of shape (N, D) and a target of shape (N), or (D) and (), got "
            f"{tuple(input1.shape)}, {tuple(input2.shape)} and {tuple(target.shape)}"
        )
    # a sum of squares is never 0 here, so that the root has a derivative
    squares = ((input1 * input1).sum(dim) + 1e-12) * ((input2 * input2).sum(dim) + 1e-12)
    cosine = (input1 * input2).sum(dim) / sqrt(squares)
    t = target.array
    losses = where(t == 1, 1 - cosine, 0.0) + where(t == -1, clamp(cosine - margin, min=0), 0.0)
    return finish(name, losses, reduction)


@kernel
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """max(0, d(a, p) − d(a, n) + margin), averaged: a positive shall be closer to its anchor than a negative.

    Args:
        anchor: a, of shape (N, D) or (D).
        positive: p, such that the distance to a shall be small.
        negative: n, such that the distance to a shall be large.
        margin: by how much; above 0.
        p: which norm measures distances.
        eps: added to differences, see `pairwise_distance`.
        swap: take d(p, n) in the place of d(a, n) where it is smaller.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Source: V. Balntas et al., "Learning local feature descriptors with triplets" (2016).

    >>> import minitorch
    >>> a, p, n = (minitorch.tensor([[value]]) for value in (0.0, 1.0, 1.5))
    >>> minitorch.nn.functional.triplet_margin_loss(a, p, n)
    tensor(0.5000)
    """
    reduction = choose_reduction("triplet_margin_loss", reduction, size_average, reduce)

    def distance(x: Any, y: Any) -> Any:
        return pairwise_distance(x, y, p, eps)

    return triplets("triplet_margin_loss", anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Variable:
    """`triplet_margin_loss` with a distance of one's own.

    Args:
        anchor: a.
        positive: p.
        negative: n.
        distance_function: a differentiable function of two tensors; `pairwise_distance` if left out.
        margin: by how much; above 0.
        swap: take d(p, n) in the place of d(a, n) where it is smaller.
        reduction: `"mean"`, `"sum"` or `"none"`.

    >>> import minitorch
    >>> a, p, n = (minitorch.tensor([[value]]) for value in (0.0, 1.0, 1.5))
    >>> def squared(x, y):
    ...     return ((x - y) ** 2).sum(-1)
    >>> minitorch.nn.functional.triplet_margin_with_distance_loss(a, p, n, distance_function=squared, margin=2.0)
    tensor(0.7500)
    """
    name = "triplet_margin_with_distance_loss"
    reduction = choose_reduction(name, reduction, None, None)
    distance = pairwise_distance if distance_function is None else distance_function
    return triplets(name, anchor, positive, negative, distance, margin, swap, reduction)


def triplets(
    name: str,
    anchor: Any,
    positive: Any,
    negative: Any,
    distance: Callable[[Any, Any], Any],
    margin: float,
    swap: bool,
    reduction: str,
) -> Variable:
    """What both triplet losses compute."""
    require_tensors(name, anchor=anchor, positive=positive, negative=negative)
    if margin <= 0:
        raise ArgumentError(f"{name}: margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ShapeError(
            f"{name}: anchor, positive and negative need the same number of dims, got shapes "
            f"{tuple(anchor.shape)}, {tuple(positive.shape)} and {tuple(negative.shape)}"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return finish(name, clamp(margin + near - far, min=0), reduction)


@kernel
def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """log(1 + exp(−t·x)) for targets t of 1 and −1, averaged; arguments as for `margin_ranking_loss`.

    >>> import minitorch
    >>> minitorch.nn.functional.soft_margin_loss(minitorch.tensor([0.0]), minitorch.tensor([1.0]))
    tensor(0.6931)
    """
    reduction = choose_reduction("soft_margin_loss", reduction, size_average, reduce)
    require_tensors("soft_margin_loss", input=input, target=target)
    check_floating("soft_margin_loss", input.array)
    return finish("soft_margin_loss", softplus(-target * input, threshold=math.inf), reduction)


# Several classes ----------------------------------------------------------------------------------


def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """−t·log σ(x) − (1 − t)·log σ(−x), averaged over classes (the last dim) and then over samples.

    Args:
        input: logits x.
        target: 1 for each class that a sample belongs to, else 0.
        weight: a factor per class.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"`, or `"none"` for one value per sample.

    >>> import minitorch
    >>> minitorch.nn.functional.multilabel_soft_margin_loss(minitorch.zeros(1, 3), minitorch.ones(1, 3))
    tensor(0.6931)
    """
    name = "multilabel_soft_margin_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input=input, target=target)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return finish(name, losses.sum(-1) / input.shape[-1], reduction)


def samples(name: str, input: Any) -> Any:
    """Scores (N, C) or (C) as (N, C)."""
    if input.ndim > 2 or (input.ndim and not input.shape[-1]):
        raise ShapeError(f"{name}: expected an input of shape (N, C) or (C), got {tuple(input.shape)}")
    check_floating(name, input.array)
    return input if input.ndim == 2 else input.reshape(1, -1)


def labels(name: str, target: Any, classes: int, lowest: int = 0) -> Array:
    """The array of class numbers, after checking that there are such classes."""
    t = target.array
    if t.dtype != int64.dtype:
        raise DtypeError(f"{name}: class numbers must be int64, got {t.dtype}; use target.long()")
    if t.size and looks_at(t) and (int(t.min()) < lowest or int(t.max()) >= classes):
        wrong = int(t.min()) if int(t.min()) < lowest else int(t.max())
        raise IndexRangeError(f"{name}: target class {wrong} is out of range for {classes} classes")
    return t


@kernel
def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """Σ max(0, margin − x[t] + x[j])ᵖ / C over the classes j ≠ t, averaged over samples.

    Args:
        input: scores x of C classes.
        target: the class t of each sample.
        p: 1 or 2.
        margin: by how much the score of t shall be above each other.
        weight: a factor per class, taken at t.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Shape: input (N, C) and target (N), or (C) and ().

    >>> import minitorch
    >>> minitorch.nn.functional.multi_margin_loss(minitorch.tensor([[0.5, 0.0, 2.0]]), minitorch.tensor([0]))
    tensor(1.)
    """
    name = "multi_margin_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input=input, target=target)
    if p not in (1, 2):
        raise ArgumentError(f"{name}: p must be 1 or 2, got {p}")
    x = samples(name, input)
    count, classes = x.shape
    if target.ndim > 1 or target.numel() != count:
        raise ShapeError(
            f"{name}: a target of shape {tuple(target.shape)} does not fit an input of shape {tuple(input.shape)}: "
            f"expected one class number per sample"
        )
    t = labels(name, target, classes).reshape(-1, 1)
    if weight is not None and tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"{name}: weight has shape {tuple(weight.shape)}, expected one number per class: ({classes},)"
        )
    short = relu(margin - take_along_dim(x, target.reshape(-1, 1), 1) + x)
    losses = short if p == 1 else short * short
    if weight is not None:
        losses = losses * weight[target.reshape(-1, 1)]
    others = backend_of(t).arange(classes) != t
    losses = where(others, losses, 0.0).sum(1) / classes
    return finish(name, losses if target.ndim else losses.reshape(()), reduction)


@kernel
def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Variable:
    """Σ max(0, 1 − x[t] + x[j]) / C over the classes t of a sample and all other classes j, averaged over samples.

    Args:
        input: scores x of C classes.
        target: for each sample the numbers of its classes, filled up with −1 after the last one.
        size_average: the older spelling of `reduction`.
        reduce: the older spelling of `reduction`.
        reduction: `"mean"`, `"sum"` or `"none"`.

    Shape: input and target (N, C) or (C).

    >>> import minitorch
    >>> x, t = minitorch.tensor([[0.5, 0.0, 2.0]]), minitorch.tensor([[2, -1, 0]])
    >>> minitorch.nn.functional.multilabel_margin_loss(x, t)
    tensor(0.)
    """
    name = "multilabel_margin_loss"
    reduction = choose_reduction(name, reduction, size_average, reduce)
    require_tensors(name, input=input, target=target)
    if target.shape != input.shape:
        raise ShapeError(
            f"{name}: a target of shape {tuple(target.shape)} does not fit an input of shape {tuple(input.shape)}: "
            f"both need the same shape; fill the target up with -1"
        )
    x = samples(name, input)  # (N, C)
    t = labels(name, target, x.shape[1], lowest=-1).reshape(x.shape)
    backend = backend_of(t)
    listed = backend.cumsum(t < 0, 1) == 0  # up to the first −1
    t = backend.where(listed, t, 0)
    own = backend.zeros(x.shape, bool)
    rows, places = listed.nonzero()
    own[rows, t[rows, places]] = True
    short = relu(1 - take_along_dim(x, wrap(t), 1).unsqueeze(2) + x.unsqueeze(1))  # (N, t, j)
    counted = listed[:, :, None] & ~own[:, None, :]
    losses = where(counted, short, 0.0).sum((1, 2)) / x.shape[1]
    return finish(name, losses if input.ndim == 2 else losses.reshape(()), reduction)
