"""Rows of the op table: losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special
from op_samples import Sample, call, ints, public, row, x


def reduced(losses: Any, reduction: str = "mean", weight: Any = None) -> Any:
    if reduction == "none":
        return losses
    if reduction == "batchmean":
        return losses.sum() / len(losses)
    return losses.sum() / (losses.size if reduction == "mean" else 1)


REDUCTIONS = ("mean", "sum", "none")


def pairs(**settings: Any) -> list[Sample]:
    """Calls with two tensors of one shape, with each reduction."""
    each = [call(x(2, 3), x(2, 3), reduction=reduction, **settings) for reduction in REDUCTIONS]
    return [*each, call(x(), x(), **settings), call(x(0, 3), x(0, 3), reduction="sum", **settings)]


def distances(losses: Any, weighted_mean: bool = True) -> Any:
    """A reference for a loss of the distance between input and target."""

    def loss(a: Any, b: Any, reduction: str = "mean", weight: Any = None, **settings: Any) -> Any:
        each = losses(np.abs(a - b), **settings) * (1 if weight is None else weight)
        y = reduced(each, reduction)
        if weight is not None and reduction == "mean" and weighted_mean:
            y = y * each.size / weight.sum()
        return y

    return loss


def weighted() -> list[Sample]:
    return [call(x(2, 3), x(2, 3), reduction=reduction, weight=x(2, 3, low=0.1)) for reduction in REDUCTIONS]


TIE = np.array([0.5, -1.0, 2.0])
row(
    "mse_loss",
    distances(np.square),
    lambda: [*pairs(), *weighted(), call(TIE.copy(), TIE.copy())],
)
row(
    "l1_loss",
    distances(lambda d: d),
    lambda: [*pairs(), *weighted(), call(TIE.copy(), TIE.copy(), kink=True)],
)
row(
    "smooth_l1_loss",
    distances(lambda d, beta=1.0: np.where(d < beta, d * d / 2 / (beta or 1), d - beta / 2)),
    lambda: [
        *pairs(),
        *pairs(beta=0.3),
        call(x(2, 3), x(2, 3), beta=0),
        call(TIE.copy(), TIE + np.array([0.0, 1.0, -1.0]), kink=True),
        call(TIE.copy(), TIE.copy(), beta=0, kink=True),
    ],
)
row(
    "huber_loss",
    distances(lambda d, delta=1.0: np.where(d <= delta, d * d / 2, delta * (d - delta / 2)), False),
    lambda: [
        *pairs(),
        *pairs(delta=0.3),
        *weighted(),
        call(TIE.copy(), TIE + np.array([0.0, 1.0, -1.0]), kink=True),
    ],
)

# Binary decisions ---------------------------------------------------------------------------------


def with_constants(function: Any) -> Any:
    """The call with weights, given as numbers, made into tensors that are not differentiated."""

    def loss(a: Any, b: Any, weight: Any = None, pos_weight: Any = None, **settings: Any) -> Any:
        if weight is not None:
            settings["weight"] = a.new_tensor(weight)
        if pos_weight is not None:
            settings["pos_weight"] = a.new_tensor(pos_weight)
        return function()(a, b, **settings)

    return loss


def both(name: str) -> dict[str, Any]:
    """The loss `name` of minitorch and of PyTorch, with constant weights."""

    def ours() -> Any:
        return public(name)

    def theirs() -> Any:
        import torch

        return getattr(torch.nn.functional, name)

    return {"function": with_constants(ours), "torch": with_constants(theirs)}


def unit(*shape: int) -> Any:
    return x(*shape, low=0.05, high=0.95)


row(
    "binary_cross_entropy",
    lambda p, t, weight=1, reduction="mean": reduced(
        -np.asarray(weight) * (t * np.maximum(np.log(p), -100) + (1 - t) * np.maximum(np.log1p(-p), -100)),
        reduction,
    ),
    lambda: [
        *[call(unit(2, 3), unit(2, 3), reduction=reduction) for reduction in REDUCTIONS],
        call(unit(2, 3), unit(2, 3), weight=(0.5, 0.0, 2.0)),
        call(unit(2, 3), unit(2, 3), weight=((0.5,), (3.0,)), reduction="sum"),
        call(unit(), unit()),
        call(unit(0, 3), unit(0, 3), reduction="sum"),
        call(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]), kink=True),
    ],
    half=False,
    **both("binary_cross_entropy"),
)


def with_logits(z: Any, t: Any, weight: Any = 1, reduction: str = "mean", pos_weight: Any = 1) -> Any:
    weight, pos_weight = np.asarray(weight), np.asarray(pos_weight)
    losses = -pos_weight * t * scipy.special.log_expit(z) - (1 - t) * scipy.special.log_expit(-z)
    return reduced(losses * weight, reduction)


row(
    "binary_cross_entropy_with_logits",
    with_logits,
    lambda: [
        *[call(x(2, 3), unit(2, 3), reduction=reduction) for reduction in REDUCTIONS],
        call(x(2, 3), unit(2, 3), weight=(0.5, 0.0, 2.0)),
        call(x(2, 3), unit(2, 3), pos_weight=(0.5, 1.0, 2.0), reduction="none"),
        call(x(2, 3), unit(2, 3), weight=((0.5,), (3.0,)), pos_weight=(0.5, 1.0, 2.0)),
        call(x(), unit()),
        call(x(3) * 300, unit(3)),
        call(x(0, 3), unit(0, 3), reduction="sum"),
    ],
    **both("binary_cross_entropy_with_logits"),
)
row(
    "kl_div",
    lambda q, t, reduction, log_target=False: reduced(
        np.exp(t) * (t - q) if log_target else scipy.special.xlogy(t, t) - t * q, reduction
    ),
    lambda: [
        *[call(x(2, 3), unit(2, 3), reduction=reduction) for reduction in ("sum", "none", "batchmean")],
        call(x(2, 3), x(2, 3), reduction="batchmean", log_target=True),
    ],
    half=False,
)

# Classes ------------------------------------------------------------------------------------------


def likelihood(
    log_p: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Cross-entropy of log-probabilities, sample by sample, in plain loops."""
    single = log_p.ndim == 1
    log_p, target = (log_p[None], target[None]) if single else (log_p, target)
    classes, indices = log_p.shape[1], target.dtype.kind in "iu"
    weight = np.ones(classes) if weight is None else np.array(weight)
    places = np.moveaxis(log_p, 1, -1).reshape(-1, classes)
    wanted = target.reshape(-1) if indices else np.moveaxis(target, 1, -1).reshape(-1, classes)
    losses, total = np.zeros(len(places)), 0.0
    for i, (row_, t) in enumerate(zip(places, wanted, strict=True)):
        if indices and t == ignore_index:
            continue
        p = np.eye(classes)[t] if indices else t
        p = p * (1 - label_smoothing) + label_smoothing / classes
        losses[i] = -np.sum(p * weight * row_)
        total += weight[t] if indices else 1.0
    if reduction == "none":
        shape = log_p.shape[:1] + log_p.shape[2:]
        return losses.reshape(() if single else shape)
    return losses.sum() / (total if reduction == "mean" else 1)


def cross_entropy(logits: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
    log_p = scipy.special.log_softmax(logits, axis=min(1, logits.ndim - 1))
    return likelihood(log_p, target, *args, **kwargs)


CLASSES = np.array([0, 3, 1, 1])
FACTORS = (0.5, 1.0, 0.0, 2.0, 0.3)
SOME = np.array([0, -100, 1, 3])


def classes() -> list[Sample]:
    return [
        *[call(x(4, 5), CLASSES, reduction=reduction) for reduction in REDUCTIONS],
        *[call(x(4, 5), SOME, reduction=reduction) for reduction in REDUCTIONS],
        call(x(4, 5), CLASSES, ignore_index=1),
        call(x(4, 5), CLASSES.astype(np.uint8)),
        call(x(5), np.array(2)),
        call(x(2, 5, 3, 2), ints(2, 3, 2, high=5)),
        call(x(2, 5, 3), ints(2, 3, high=5), ignore_index=0, reduction="none"),
        call(x(0, 5), np.zeros(0, np.int64), reduction="sum"),
        call(x(4, 5), np.full(4, -100), reduction="sum"),
        *[call(x(4, 5), SOME, weight=FACTORS, reduction=reduction) for reduction in REDUCTIONS],
        call(x(2, 5, 3), ints(2, 3, high=5), weight=FACTORS),
    ]


row("nll_loss", likelihood, classes, **both("nll_loss"))
row(
    "cross_entropy",
    cross_entropy,
    lambda: [
        *classes(),
        call(x(4, 5) * 300, CLASSES),
        *[call(x(4, 5), SOME, label_smoothing=0.1, reduction=reduction) for reduction in REDUCTIONS],
        call(x(2, 5, 3), ints(2, 3, high=5), label_smoothing=0.3),
        *[call(x(4, 5), unit(4, 5), reduction=reduction) for reduction in REDUCTIONS],
        call(x(4, 5), unit(4, 5), label_smoothing=0.1),
        call(x(2, 5, 3), unit(2, 5, 3)),
        call(x(5), unit(5)),
        call(x(4, 5), SOME, weight=FACTORS, label_smoothing=0.1),
        call(x(4, 5), SOME, weight=FACTORS, label_smoothing=0.1, reduction="none"),
        call(x(4, 5), unit(4, 5), weight=FACTORS, label_smoothing=0.1),
        call(x(2, 5, 3), unit(2, 5, 3), weight=FACTORS, reduction="none"),
    ],
    half=False,
    **both("cross_entropy"),
)
