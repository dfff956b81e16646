"""Rows of the op table: losses with a margin, negative log-likelihoods, CTC; Gumbel-softmax."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import scipy.spatial
import scipy.special
from op_rows_loss import REDUCTIONS, both, cross_entropy, reduced, unit
from op_samples import Sample, call, ints, public, row, x

SIGNS = np.array([1, -1, 1])


def every_reduction(*args: Any, **kwargs: Any) -> list[Sample]:
    return [call(*args, reduction=reduction, **kwargs) for reduction in REDUCTIONS]


# Margins ------------------------------------------------------------------------------------------

row(
    "margin_ranking_loss",
    lambda a, b, t, margin=0, reduction="mean": reduced(np.maximum(0, margin - t * (a - b)), reduction),
    lambda: [
        *every_reduction(x(3), x(3), SIGNS),
        *every_reduction(x(2, 3), x(2, 1), SIGNS[None], margin=0.7),
        call(x(), x(), np.array(1)),
        call(np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([1, -1]), kink=True),
    ],
)
row(
    "hinge_embedding_loss",
    lambda a, t, margin=1.0, reduction="mean": reduced(
        np.where(t == 1, a, 0) + np.where(t == -1, np.maximum(0, margin - a), 0), reduction
    ),
    lambda: [
        *every_reduction(x(2, 3), SIGNS),
        *every_reduction(x(3), SIGNS, margin=0.3),
        call(np.array([1.0, 0.5]), np.array([-1, -1]), kink=True),
    ],
    only_floats=True,
)


def cosine(a: Any, b: Any, t: Any, margin: float = 0, reduction: str = "mean") -> Any:
    cos = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return reduced(np.where(t == 1, 1 - cos, np.maximum(0, cos - margin)), reduction)


row(
    "cosine_embedding_loss",
    cosine,
    lambda: [
        *every_reduction(x(3, 4), x(3, 4), SIGNS),
        *every_reduction(x(3, 4), x(3, 4), SIGNS, margin=-0.5),
        call(x(4), x(4), np.array(-1), margin=-1.0),
        call(x(3, 4, low=0.5), x(3, 4, low=0.5), -np.ones(3, int), margin=0.2, reduction="none"),
    ],
    half=False,
)


def triplets(
    a: Any,
    p: Any,
    n: Any,
    *,
    swap: bool = False,
    margin: float = 1.0,
    reduction: str = "mean",
    order: float = 2,
) -> Any:
    def distance(u: Any, v: Any) -> Any:
        return np.linalg.norm(u - v + 1e-6, order, axis=-1)

    far = np.minimum(distance(a, n), distance(p, n)) if swap else distance(a, n)
    return reduced(np.maximum(0, margin + distance(a, p) - far), reduction)


row(
    "triplet_margin_loss",
    lambda a, p_, n, p=2, **settings: triplets(a, p_, n, order=p, **settings),
    lambda: [
        *every_reduction(x(4, 3), x(4, 3), x(4, 3)),
        *every_reduction(x(4, 3), x(4, 3), x(4, 3), margin=3.0, swap=True),
        call(x(4, 3), x(4, 3), x(4, 3), p=3, margin=2.5),
        call(x(3), x(3), x(3), p=1, margin=4.0),
    ],
    half=False,
)
row(
    "triplet_margin_with_distance_loss",
    triplets,
    lambda: [
        *every_reduction(x(4, 3), x(4, 3), x(4, 3)),
        *every_reduction(x(4, 3), x(4, 3), x(4, 3), margin=3.0, swap=True),
    ],
    half=False,
)
row(
    "soft_margin_loss",
    lambda a, t, reduction="mean": reduced(np.logaddexp(0, -t * a), reduction),
    lambda: [*every_reduction(x(2, 3), np.stack([SIGNS, -SIGNS])), call(x(3) * 10, SIGNS)],
    only_floats=True,
)


def soft_labels(a: Any, t: Any, weight: Any = 1, reduction: str = "mean") -> Any:
    losses = -(t * scipy.special.log_expit(a) + (1 - t) * scipy.special.log_expit(-a)) * np.asarray(weight)
    return reduced(losses.mean(-1), reduction)


row(
    "multilabel_soft_margin_loss",
    soft_labels,
    lambda: [
        *every_reduction(x(2, 3), unit(2, 3)),
        *every_reduction(x(2, 3), unit(2, 3), weight=(0.5, 0.0, 2.0)),
        call(x(3), unit(3)),
    ],
    **both("multilabel_soft_margin_loss"),
)


def classes(
    a: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any = None, reduction: str = "mean"
) -> Any:
    losses = []
    for scores, t in zip(np.atleast_2d(a), np.atleast_1d(target), strict=True):
        short = [
            max(0.0, margin - scores[t] + s) ** p * (1 if weight is None else weight[t])
            for j, s in enumerate(scores)
            if j != t
        ]
        losses.append(sum(short) / len(scores))
    return reduced(np.array(losses).reshape(np.shape(target)), reduction)


row(
    "multi_margin_loss",
    classes,
    lambda: [
        *every_reduction(x(4, 3), ints(4, high=3)),
        *every_reduction(x(4, 3), ints(4, high=3), p=2, margin=0.6, weight=(0.5, 0.0, 2.0)),
        call(x(3), np.array(1)),
        call(x(3), np.array([1]), reduction="none"),
        call(np.array([[1.0, 0.0, 2.0]]), np.array([0]), kink=True),
    ],
    half=False,
    **both("multi_margin_loss"),
)


def several(a: Any, target: Any, reduction: str = "mean") -> Any:
    losses = []
    for scores, t in zip(np.atleast_2d(a), np.atleast_2d(target), strict=True):
        own = list(itertools.takewhile(lambda label: label >= 0, t))
        others = set(range(len(scores))) - set(own)
        losses.append(sum(max(0.0, 1 - scores[i] + scores[j]) for i in own for j in others) / len(scores))
    return reduced(np.array(losses).reshape(np.shape(a)[:-1]), reduction)


LABELS = np.array([[2, 0, -1, 1], [-1, 3, 2, 0], [1, 1, 3, -1]])
row(
    "multilabel_margin_loss",
    several,
    lambda: [*every_reduction(x(3, 4), LABELS), call(x(4), LABELS[0])],
    half=False,
)

# Likelihoods --------------------------------------------------------------------------------------


def poisson(
    a: Any, t: Any, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
) -> Any:
    losses = np.exp(a) - t * a if log_input else a - t * np.log(a + eps)
    if full:
        stirling = t * np.log(t) - t + np.log(2 * np.pi * t) / 2
        losses = losses + np.where(t > 1, stirling, 0)
    return reduced(losses, reduction)


row(
    "poisson_nll_loss",
    poisson,
    lambda: [
        *every_reduction(x(2, 3), x(2, 3, low=0.1, high=4.0)),
        *every_reduction(x(2, 3), x(2, 3, low=0.1, high=4.0), full=True),
        call(x(2, 3, low=0.1), x(2, 3, low=0.1), log_input=False, eps=0.01),
    ],
    half=False,
)


def gaussian(a: Any, t: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Any:
    var = var[..., None] if np.ndim(var) and np.ndim(var) < a.ndim else np.asarray(var)
    losses = (np.log(np.maximum(var, eps)) + (a - t) ** 2 / np.maximum(var, eps)) / 2
    return reduced(losses + full * np.log(2 * np.pi) / 2, reduction)


row(
    "gaussian_nll_loss",
    gaussian,
    lambda: [
        *every_reduction(x(2, 3), x(2, 3), x(2, 3, low=0.2)),
        call(x(2, 3), x(2, 3), x(2, low=0.2), full=True),
        call(x(2, 3), x(2, 3), x(2, 1, low=0.2), reduction="none"),
        call(x(2, 3), x(2, 3), 0.5),
        call(x(2), x(2), np.array([0.1, 0.7]), eps=0.5, kink=True),
    ],
    half=False,
)
row(
    "pdist",
    lambda a, p=2.0: (
        scipy.spatial.distance.pdist(a, "minkowski", p=p)
        if 0 < p < np.inf
        else scipy.spatial.distance.pdist(a, "chebyshev" if p else lambda u, v: float((u != v).sum()))
    ),
    lambda: [
        call(x(4, 3)),
        call(x(4, 3), 1.0),
        call(x(4, 3), 3),
        call(x(4, 3), np.inf),
        call(x(4, 3), 0.0),
        call(x(2, 1)),
        call(np.ones((3, 2)), kink=True),
    ],
    half=False,
)


def linear_loss(a: Any, w: Any, t: Any, *args: Any, linear_bias: Any = 0.0, **settings: Any) -> Any:
    logits = np.tensordot(a, w, ((-1,), (-1,))) + linear_bias
    if settings.get("ignore_index") is None:
        settings["ignore_index"] = -100
    return cross_entropy(logits, t, *args, **settings)


row(
    "linear_cross_entropy",
    linear_loss,
    lambda: [
        *every_reduction(x(4, 3), x(5, 3), ints(4, high=5)),
        call(x(4, 3), x(5, 3), ints(4, high=5), linear_bias=x(5), label_smoothing=0.1, ignore_index=1),
        call(x(4, 3), x(5, 2, 3), ints(4, 2, high=5), linear_bias=x(5, 2)),
        call(x(4, 3), x(5, 3), unit(4, 5)),
        call(x(3), x(5, 3), np.array(2)),
    ],
    half=False,
)

# Paths --------------------------------------------------------------------------------------------


def spelled(path: tuple[int, ...], blank: int) -> list[int]:
    return [label for label, _ in itertools.groupby(path) if label != blank]


def all_paths(
    logits: Any,
    targets: Any,
    times: Any,
    lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """CTC by listing every path."""
    log_p = scipy.special.log_softmax(logits, -1)
    log_p = log_p[:, None] if logits.ndim == 2 else log_p
    times, lengths = np.atleast_1d(times), np.atleast_1d(lengths)
    rows = np.split(targets, np.cumsum(lengths)[:-1]) if targets.ndim == 1 else targets
    losses = []
    for n, (steps, length, target) in enumerate(zip(times, lengths, rows, strict=True)):
        total = sum(
            np.exp(sum(log_p[t, n, label] for t, label in enumerate(path)))
            for path in itertools.product(range(log_p.shape[2]), repeat=int(steps))
            if spelled(path, blank) == list(target[:length])
        )
        losses.append(-np.log(total) if total else 0.0 if zero_infinity else np.inf)
    if reduction == "mean":
        losses = list(np.array(losses) / np.maximum(lengths, 1))
    result = reduced(np.array(losses), reduction)
    return result.reshape(()) if logits.ndim == 2 else result


def of_logits(function: Any, log_softmax: Any) -> Any:
    return lambda logits, *args, **kwargs: function()(log_softmax(logits), *args, **kwargs)


def torch_ctc() -> Any:
    import torch

    return torch.nn.functional.ctc_loss


PADDED = np.array([[1, 1], [2, 1], [2, 0]])
row(
    "ctc_loss",
    all_paths,
    lambda: [
        *every_reduction(x(4, 3, 3), PADDED, np.array([4, 4, 3]), np.array([2, 2, 1])),
        call(x(4, 3, 3), np.array([1, 1, 2, 1, 2]), np.array([4, 2, 3]), np.array([2, 2, 1])),
        call(x(4, 2, 3), np.array([[0, 1], [1, 1]]), (4, 3), (2, 0), blank=2),
        call(x(3, 2, 3), PADDED[:2], (2, 3), (2, 2), zero_infinity=True, reduction="none"),
        call(x(4, 3), np.array([2, 1]), np.array(4), np.array(2), reduction="none"),
        call(x(2, 2, 3), PADDED[1:], np.array([0, 2]), np.array([0, 1])),
    ],
    function=of_logits(lambda: public("ctc_loss"), lambda z: z.log_softmax(-1)),
    torch=of_logits(torch_ctc, lambda z: z.log_softmax(-1)),
    half=False,
)

row(
    "gumbel_softmax",
    None,
    lambda: [
        call(x(3, 4)),
        call(x(3, 4), 0.5, dim=0),
        call(x(3), tau=2.0),
        call(x(2, 4), hard=True, kink=True),
    ],
    random=True,
)
