"""How well scores put what is of a class before what is not: ROC and precision-recall curves, and areas below."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from minitorch.creation import tensor
from minitorch.dtypes import bool_, float64, int64
from minitorch.errors import ArgumentError, ShapeError
from minitorch.filled import ones, zeros
from minitorch.metrics.base import Metric, State, result, undefined, warn_undefined
from minitorch.metrics.inputs import (
    binary_target,
    require_choice,
    require_shape,
    require_tensors,
    rows_of_scores,
    scores_of,
)
from minitorch.ops import argsort, cat
from minitorch.variable import Tensor

Curve = tuple[Tensor, Tensor, Tensor]


def steps(scores: Tensor, positive: Tensor) -> Curve:
    """(true positives, false positives, threshold) of every threshold that there is, from the highest down.

    Equal scores are on the same side of every threshold, so they make one step.
    """
    order = argsort(scores, descending=True, stable=True)
    scores, positive = scores[order], positive[order].to(int64)
    last = ones(len(scores), dtype=bool_)
    last[:-1] = scores[1:] != scores[:-1]
    true = positive.cumsum(0)[last]
    return true, last.nonzero().reshape(-1) + 1 - true, scores[last]


def roc_of(scores: Tensor, positive: Tensor) -> Curve:
    """The ROC curve of one class; NaN where there are no positives, or no negatives."""
    true, false, thresholds = steps(scores, positive)
    origin = zeros(1, dtype=int64)
    true, false = cat([origin, true]), cat([origin, false])
    thresholds = cat([thresholds.new_full((1,), math.inf), thresholds])
    return false.to(float64) / false[-1], true.to(float64) / true[-1], thresholds


def precision_recall_of(scores: Tensor, positive: Tensor) -> Curve:
    """The precision-recall curve of one class; recall is NaN where there are no positives."""
    true, false, thresholds = steps(scores, positive)
    precision = cat([result([1.0]), true.to(float64) / (true + false)])
    recall = cat([result([0.0]), true.to(float64) / positive.sum()])
    return precision.flip(0), recall.flip(0), thresholds.flip(0)


def area_of(scores: Tensor, positive: Tensor) -> float:
    """The area below the ROC curve, by whole numbers up to the last division: P(score⁺ > score⁻) + P(=) / 2."""
    true, false, _ = steps(scores, positive)
    origin = zeros(1, dtype=int64)
    true, false = cat([origin, true]), cat([origin, false])
    twice = (false.diff() * (true[1:] + true[:-1])).sum().item()
    pairs = int(true[-1].item()) * int(false[-1].item())
    return twice / (2 * pairs) if pairs else math.nan


def average_precision_of(scores: Tensor, positive: Tensor) -> float:
    """Σ (recallₙ − recallₙ₋₁) · precisionₙ over thresholds; NaN without positives."""
    true, false, _ = steps(scores, positive)
    positives = positive.sum().item()
    if not positives:
        return math.nan
    more = cat([true[:1], true.diff()]).to(float64)
    return (more * true / (true + false)).sum().item() / positives


class _Ranking(Metric):
    """Keeps every score and label, since a rank depends on all of them."""

    _kept = ("scores", "target")

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        require_tensors(self._name, preds=preds, target=target)
        scores = scores_of(self._name, "preds", preds)
        if preds.ndim == target.ndim + 1 == 2:
            scores, labels = rows_of_scores(self._name, scores, target)
        else:
            require_shape(self._name, preds, target)
            if not preds.ndim:
                raise ShapeError(f"{self._name}: got a single number, expected (N,) scores; use reshape(1)")
            scores, labels = scores.reshape(-1), binary_target(self._name, target).to(int64)
        return {"scores": [scores.clone()], "target": [labels.clone()]}

    def _layout(self) -> dict[str, Tensor]:
        return {"scores": zeros(0), "target": zeros(0, dtype=int64)}

    def _check_entry(self, name: str, value: Any, example: Tensor) -> None:
        if name == "scores" and isinstance(value, Tensor) and value.ndim == 2:
            example = zeros(0, 0)
        super()._check_entry(name, value, example)

    def _check_state(self, state: State) -> None:
        scores, target = state["scores"], state["target"]
        if len(scores) != len(target):
            raise ShapeError(f"{len(scores)} scores for {len(target)} labels")
        classes = scores.shape[1] if scores.ndim == 2 else 2
        if scores.isnan().any().item():
            raise ArgumentError("scores have NaN")
        if len(target) and not 0 <= target.min().item() <= target.max().item() < classes:
            raise ArgumentError(f"labels are not below {classes}")

    def _all(self, state: State) -> tuple[Tensor, Tensor]:
        """All scores and labels; of nothing there is no ranking."""
        state = state or {"scores": [zeros(0)], "target": [zeros(0, dtype=int64)]}
        return cat(state["scores"]), cat(state["target"])


class _Curve(_Ranking):
    """A curve of each class: tensors for two classes, lists of tensors for scores (N, C)."""

    def _value(self, state: State) -> Any:
        scores, target = self._all(state)
        if scores.ndim == 1:
            return self._of_class(scores, target.to(bool_), 1)
        curves = [self._of_class(scores[:, c], target == c, c) for c in range(scores.shape[1])]
        return tuple(list(part) for part in zip(*curves, strict=True))

    def _of_class(self, scores: Tensor, positive: Tensor, number: int) -> Curve:
        raise NotImplementedError


class RocCurve(_Curve):
    """The share of negatives and of positives at or above each threshold: (fpr, tpr, thresholds).

    All thresholds that scores make, from the highest down, after (0, 0) at ∞; none is left out.

    Shape:
        `update(preds, target)`: scores (N,) for labels 0 and 1 of shape (N,); or scores (N, C) for labels (N,), which
        gives lists with the curve of each class against the others. With T different scores, curves are (T + 1,).

    Undefined (NaN, with a warning): tpr without positives, fpr without negatives.

    Raises:
        ShapeError: if scores do not fit the labels.
        DtypeError: for scores that are no floats, labels that are no integers or booleans.
        ArgumentError: for NaN, and labels without scores.

    Source: T. Fawcett, An introduction to ROC analysis, 2006.

    >>> import minitorch
    >>> from minitorch.metrics import roc_curve
    >>> fpr, tpr, thresholds = roc_curve(minitorch.tensor([0.75, 0.25, 0.5]), minitorch.tensor([1, 0, 0]))
    >>> fpr.tolist(), tpr.tolist(), thresholds.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 1.0, 1.0, 1.0], [inf, 0.75, 0.5, 0.25])
    """

    _name = "roc_curve"

    def _of_class(self, scores: Tensor, positive: Tensor, number: int) -> Curve:
        fpr, tpr, thresholds = roc_of(scores, positive)
        for rate, what in ((tpr, "positives"), (fpr, "negatives")):
            if rate.isnan().any().item():
                warn_undefined(f"{self._name}: class {number} has no {what}: their rate is NaN")
        return fpr, tpr, thresholds


class PrecisionRecallCurve(_Curve):
    """Precision and recall of predicting what is at or above each threshold: (precision, recall, thresholds).

    All thresholds that scores make, from the lowest up; then precision 1 and recall 0, which has no threshold.

    Shape and errors are those of `RocCurve`. With T different scores, curves are (T + 1,) and thresholds (T,).

    Undefined (NaN, with a warning): recall without positives.

    >>> import minitorch
    >>> from minitorch.metrics import precision_recall_curve
    >>> precision, recall, _ = precision_recall_curve(minitorch.tensor([0.2, 0.8, 0.5]), minitorch.tensor([1, 1, 0]))
    >>> recall.tolist()
    [1.0, 0.5, 0.5, 0.0]
    """

    _name = "precision_recall_curve"

    def _of_class(self, scores: Tensor, positive: Tensor, number: int) -> Curve:
        precision, recall, thresholds = precision_recall_of(scores, positive)
        if recall.isnan().any().item():
            warn_undefined(f"{self._name}: class {number} has no positives: recall is NaN")
        return precision, recall, thresholds


class _Area(_Ranking):
    """A number of each class against the others, and their mean."""

    def __init__(self, average: str | None = "macro") -> None:
        super().__init__()
        require_choice(self._name, "average", average, ("micro", "macro", "weighted", None))
        self.average = average

    def _of_class(self, scores: Tensor, positive: Tensor) -> float:
        raise NotImplementedError

    def _value(self, state: State) -> Tensor:
        scores, target = self._all(state)
        if scores.ndim == 1:
            value = self._of_class(scores, target.to(bool_))
            return (
                undefined(self._name, "one of the classes does not occur")
                if math.isnan(value)
                else result(value)
            )
        return self._over_classes(scores, target)

    def _over_classes(self, scores: Tensor, target: Tensor) -> Tensor:
        classes = range(scores.shape[1])
        positive = target.unsqueeze(1) == tensor(classes)  # (N, C)
        if self.average == "micro":
            value = self._of_class(scores.reshape(-1), positive.reshape(-1))
            return undefined(self._name, "there is nothing to rank") if math.isnan(value) else result(value)
        values = [self._of_class(scores[:, c], positive[:, c]) for c in classes]
        return self._averaged(values, positive.sum(0).tolist())

    def _averaged(self, values: list[float], sizes: list[int]) -> Tensor:
        absent = sum(math.isnan(value) for value in values)
        if absent:
            warn_undefined(
                f"{self._name}: {absent} of {len(values)} values are NaN, as classes do not occur; means leave them out"
            )
        if self.average is None:
            return result(values)
        weights = sizes if self.average == "weighted" else [1] * len(values)
        pairs = [(v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)]
        total = sum(w for _, w in pairs)
        return result(math.fsum(v * w for v, w in pairs) / total if total else math.nan)


class RocAuc(_Area):
    """The area below the ROC curve: the probability that a positive has a higher score than a negative; = counts ½.

    Args:
        average: of scores (N, C): `"macro"`: the mean over classes (or pairs). `"weighted"`: weighted by how often
            they occur. `"micro"`: all N·C decisions in one ranking. None: one per class. The last two need `"ovr"`.
        multi_class: `"ovr"`: each class against all others. `"ovo"`: each class against each other one, by the scores
            of either in turn.

    Shape and errors are those of `RocCurve`; the value is a number, or (C,) without average.

    Undefined (NaN, with a warning): a class that does not occur, or is the only one; means leave it out.

    Source: J. A. Hanley, B. J. McNeil, The meaning and use of the area under a ROC curve, 1982; D. J. Hand, R. J. Till,
    A simple generalisation of the area under the ROC curve for multiple class classification problems, 2001.

    >>> import minitorch
    >>> from minitorch.metrics import roc_auc
    >>> roc_auc(minitorch.tensor([0.1, 0.4, 0.35, 0.8]), minitorch.tensor([0, 0, 1, 1])).item()
    0.75
    """

    _name = "roc_auc"

    def __init__(self, average: str | None = "macro", multi_class: str = "ovr") -> None:
        super().__init__(average)
        require_choice(self._name, "multi_class", multi_class, ("ovr", "ovo"))
        if multi_class == "ovo" and average not in ("macro", "weighted"):
            raise ArgumentError(
                f"{self._name}: average {average!r} is for multi_class 'ovr', expected 'macro' or 'weighted' for 'ovo'"
            )
        self.multi_class = multi_class

    def _of_class(self, scores: Tensor, positive: Tensor) -> float:
        return area_of(scores, positive)

    def _over_classes(self, scores: Tensor, target: Tensor) -> Tensor:
        if self.multi_class == "ovr":
            return super()._over_classes(scores, target)
        values, sizes = [], []
        for a, b in combinations(range(scores.shape[1]), 2):
            either = (target == a) | (target == b)
            rows, labels = scores[either], target[either]
            values.append((area_of(rows[:, a], labels == a) + area_of(rows[:, b], labels == b)) / 2)
            sizes.append(len(rows))
        return self._averaged(values, sizes)


class AveragePrecision(_Area):
    """The mean of the precisions at each positive: Σ (recallₙ − recallₙ₋₁) · precisionₙ over thresholds.

    Args:
        average: of scores (N, C): see `RocAuc`.

    Shape and errors are those of `RocCurve`; the value is a number, or (C,) without average.

    Undefined (NaN, with a warning): a class that does not occur; means leave it out.

    >>> import minitorch
    >>> from minitorch.metrics import average_precision
    >>> round(average_precision(minitorch.tensor([0.1, 0.4, 0.35, 0.8]), minitorch.tensor([0, 0, 1, 1])).item(), 4)
    0.8333
    """

    _name = "average_precision"

    def _of_class(self, scores: Tensor, positive: Tensor) -> float:
        return average_precision_of(scores, positive)


def auc(x: Tensor, y: Tensor) -> Tensor:
    """The area below a curve, by trapezoids: Σ (xᵢ₊₁ − xᵢ) · (yᵢ₊₁ + yᵢ) / 2.

    Args:
        x: (N,), N ≥ 2, going up only or down only.
        y: (N,).

    Raises:
        ShapeError: if they are not two vectors of one length, at least 2.
        DtypeError: if they are not of floats.
        ArgumentError: for NaN, and an `x` that goes up and down.

    >>> import minitorch
    >>> from minitorch.metrics import auc
    >>> auc(minitorch.tensor([0.0, 0.5, 1.0]), minitorch.tensor([0.0, 1.0, 1.0])).item()
    0.75
    """
    require_tensors("auc", x=x, y=y)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ShapeError(f"auc: x {tuple(x.shape)} and y {tuple(y.shape)}, expected two of shape (N,), N ≥ 2")
    x, y = (scores_of("auc", name, value).to(float64) for name, value in (("x", x), ("y", y)))
    apart = x.diff()
    if not ((apart >= 0).all().item() or (apart <= 0).all().item()):
        raise ArgumentError("auc: x goes up and down, expected one direction; sort the points by x")
    return (apart * (y[1:] + y[:-1]) / 2).sum() * (-1 if (apart < 0).any().item() else 1)


def roc_curve(preds: Tensor, target: Tensor) -> Any:
    """False and true positive rates, and their thresholds; see `RocCurve`.

    >>> import minitorch
    >>> from minitorch.metrics import roc_curve
    >>> roc_curve(minitorch.tensor([0.2, 0.8]), minitorch.tensor([0, 1]))[1].tolist()
    [0.0, 1.0, 1.0]
    """
    return RocCurve().update(preds, target).compute()


def precision_recall_curve(preds: Tensor, target: Tensor) -> Any:
    """Precision, recall, and their thresholds; see `PrecisionRecallCurve`.

    >>> import minitorch
    >>> from minitorch.metrics import precision_recall_curve
    >>> precision_recall_curve(minitorch.tensor([0.2, 0.8]), minitorch.tensor([0, 1]))[0].tolist()
    [0.5, 1.0, 1.0]
    """
    return PrecisionRecallCurve().update(preds, target).compute()


def roc_auc(preds: Tensor, target: Tensor, average: str | None = "macro", multi_class: str = "ovr") -> Tensor:
    """The area below the ROC curve; see `RocAuc`.

    >>> import minitorch
    >>> from minitorch.metrics import roc_auc
    >>> roc_auc(minitorch.tensor([0.5, 0.5]), minitorch.tensor([0, 1])).item()
    0.5
    """
    return RocAuc(average, multi_class).update(preds, target).compute()


def average_precision(preds: Tensor, target: Tensor, average: str | None = "macro") -> Tensor:
    """The mean of the precisions at each positive; see `AveragePrecision`.

    >>> import minitorch
    >>> from minitorch.metrics import average_precision
    >>> average_precision(minitorch.tensor([0.8, 0.2]), minitorch.tensor([0, 1])).item()
    0.5
    """
    return AveragePrecision(average).update(preds, target).compute()
