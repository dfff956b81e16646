"""How well boxes are found: intersection over union, mean average precision."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import NoneType
from typing import Any

from minitorch.creation import tensor
from minitorch.dtypes import bool_, float64, int64
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.filled import zeros
from minitorch.metrics.base import Metric, State, result, warn_undefined
from minitorch.metrics.inputs import (
    labels_of,
    require_count,
    require_finite,
    require_number,
    require_tensors,
    scores_of,
)
from minitorch.modes import no_grad
from minitorch.ops import argsort, cat, clamp, maximum, minimum, where
from minitorch.ops.counting import searchsorted, unique
from minitorch.variable import Tensor

COCO_THRESHOLDS = tuple(i / 100 for i in range(50, 100, 5))
LEVELS = 101  # of recall: 0, 0.01, …, 1


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Area of the intersection / area of the union, for every box of the one and every box of the other.

    Args:
        boxes1: (N, 4), corners (x1, y1, x2, y2) with x1 ≤ x2 and y1 ≤ y2.
        boxes2: (M, 4).

    Shape: (N, 4), (M, 4) → (N, M), of float64; 0 for two boxes without area.

    Raises:
        ShapeError: if boxes do not have four corners.
        ArgumentError: for NaN and ∞, and corners in another order.

    >>> import minitorch
    >>> from minitorch.metrics import box_iou
    >>> box_iou(minitorch.tensor([[0.0, 0.0, 2.0, 2.0]]), minitorch.tensor([[1.0, 0.0, 3.0, 2.0]])).item() * 3
    1.0
    """
    with no_grad():
        a, b = boxes_of("box_iou", "boxes1", boxes1), boxes_of("box_iou", "boxes2", boxes2)
        low = maximum(a[:, None, :2], b[None, :, :2])  # (N, M, 2)
        high = minimum(a[:, None, 2:], b[None, :, 2:])
        common = clamp(high - low, min=0).prod(2)
        areas = [(x[:, 2:] - x[:, :2]).prod(1) for x in (a, b)]
        union = areas[0][:, None] + areas[1] - common
        return where(union > 0, common / where(union > 0, union, result(1.0)), result(0.0))


def boxes_of(name: str, what: str, boxes: Any) -> Tensor:
    """Boxes as float64, checked."""
    require_tensors(name, **{what: boxes})
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ShapeError(f"{name}: {what} {tuple(boxes.shape)}, expected (N, 4); no boxes are zeros(0, 4)")
    boxes = require_finite(name, what, boxes)
    if (boxes[:, 2:] < boxes[:, :2]).any().item():
        raise ArgumentError(
            f"{name}: {what} has x2 < x1 or y2 < y1, expected (x1, y1, x2, y2); "
            "for (x, y, width, height) add the first two numbers to the last two"
        )
    return boxes


class MeanAveragePrecision(Metric):
    """The mean over classes and IoU thresholds of the average precision of detected boxes, as for COCO.

    In each image and class, detections take boxes in the order of their scores: each the box that it overlaps most
    among those that are still free and whose IoU is not below the threshold. What finds none is a false positive.
    Over all images, ordered by score: precision at recall r is the greatest precision at recalls of r or more, and
    the average precision its mean over r = 0, 0.01, …, 1 (0 where r is never reached).

    Recalls are compared as whole numbers, so no rounding moves a step. Crowds and ranges of areas are not offered.

    Args:
        iou_thresholds: numbers in (0, 1]; 0.5, 0.55, …, 0.95 if not given.
        max_detections: of each image and class only so many detections count, those of the highest scores.

    Shape:
        `update(preds, target)`: lists with one dict per image: `boxes` (N, 4) as (x1, y1, x2, y2), `scores` (N,) and
        `labels` (N,) for predictions; `boxes` (M, 4) and `labels` (M,) for targets.
        The value is a dict: `map`, a number; `map_per_threshold` (T,); `map_per_class` (K,); `classes` (K,), the
        labels that occur among targets or detections.

    Undefined (NaN, with a warning): a class without targets; means leave it out.

    Raises:
        ArgumentTypeError: if an entry is missing, or no tensor.
        ShapeError: if numbers of boxes, scores and labels differ.
        DtypeError: for scores that are no floats, labels that are no integers.
        ArgumentError: for NaN, corners in another order, labels below 0, lists of different lengths.

    Source: T.-Y. Lin et al., Microsoft COCO: common objects in context, 2014, and its evaluation code.

    >>> import minitorch
    >>> from minitorch.metrics import mean_average_precision
    >>> box = minitorch.tensor([[0.0, 0.0, 10.0, 8.0]])
    >>> found = {"boxes": box, "scores": minitorch.tensor([0.9]), "labels": minitorch.tensor([0])}
    >>> true = {"boxes": minitorch.tensor([[0.0, 0.0, 10.0, 10.0]]), "labels": minitorch.tensor([0])}
    >>> round(mean_average_precision([found], [true])["map"].item(), 4)
    0.7
    """

    _name = "mean_average_precision"
    _kept = ("scores", "labels", "hits", "truths")

    def __init__(self, iou_thresholds: Sequence[float] | None = None, max_detections: int = 100) -> None:
        super().__init__()
        if not isinstance(iou_thresholds, (Sequence, NoneType)):
            raise ArgumentTypeError(
                f"{self._name}: iou_thresholds are {iou_thresholds!r}, expected a list of numbers"
            )
        given = COCO_THRESHOLDS if iou_thresholds is None else tuple(iou_thresholds)
        if not given:
            raise ArgumentError(f"{self._name}: iou_thresholds are empty, expected at least one")
        for threshold in given:
            require_number(self._name, "an IoU threshold", threshold, 1e-9, 1)
        require_count(self._name, "max_detections", max_detections)
        self.iou_thresholds = given
        self.max_detections = max_detections

    def _measure(self, preds: Sequence[dict[str, Tensor]], target: Sequence[dict[str, Tensor]]) -> State:
        for what, images in (("preds", preds), ("target", target)):
            if not isinstance(images, (list, tuple)) or not all(isinstance(image, dict) for image in images):
                raise ArgumentTypeError(f"{self._name}: {what} must be a list with one dict per image")
        if len(preds) != len(target):
            raise ArgumentError(
                f"{self._name}: got {len(preds)} images predicted and {len(target)} of targets, expected as many"
            )
        new: State = {name: [x] for name, x in self._layout().items()}
        for found, true in zip(preds, target, strict=True):
            self._measure_image(new, found, true)
        return {name: [cat(parts)] for name, parts in new.items()}

    def _measure_image(self, new: State, found: dict[str, Tensor], true: dict[str, Tensor]) -> None:
        boxes, labels = self._entry("preds", found)
        truth, truth_labels = self._entry("target", true)
        require_tensors(self._name, scores=found.get("scores"))
        scores = scores_of(self._name, "scores", found["scores"])
        if scores.shape != labels.shape:
            raise ShapeError(
                f"{self._name}: {tuple(scores.shape)} scores for {len(boxes)} boxes, expected one per box"
            )
        new["truths"].append(truth_labels.clone())
        for label in unique(labels).tolist():
            mine = (labels == label).nonzero().reshape(-1)
            mine = mine[argsort(scores[mine], descending=True, stable=True)][: self.max_detections]
            overlaps = box_iou(boxes[mine], truth[truth_labels == label]).tolist()
            new["scores"].append(scores[mine].to(float64))
            new["labels"].append(labels[mine])
            hits = [matched(overlaps, threshold) for threshold in self.iou_thresholds]
            new["hits"].append(tensor(hits, dtype=bool_).reshape(len(hits), -1).mT)  # (T, n) → (n, T)

    def _entry(self, what: str, image: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        for name in ("boxes", "labels"):
            require_tensors(self._name, **{f"{what}_{name}": image.get(name)})
        boxes = boxes_of(self._name, f"{what}_boxes", image["boxes"])
        labels = image["labels"]
        if tuple(labels.shape) != (len(boxes),):
            raise ShapeError(
                f"{self._name}: {what} have labels {tuple(labels.shape)} for {len(boxes)} boxes, expected one per box"
            )
        return boxes, labels_of(self._name, f"{what}_labels", labels)

    def _layout(self) -> dict[str, Tensor]:
        return {
            "scores": zeros(0, dtype=float64),
            "labels": zeros(0, dtype=int64),
            "hits": zeros(0, len(self.iou_thresholds), dtype=bool_),
            "truths": zeros(0, dtype=int64),
        }

    def _check_state(self, state: State) -> None:
        if len({len(state[name]) for name in ("scores", "labels", "hits")}) > 1:
            raise ShapeError("scores, labels and hits differ in length")
        if state["scores"].isnan().any().item():
            raise ArgumentError("scores have NaN")

    def _value(self, state: State) -> dict[str, Tensor]:
        state = {name: cat(state[name]) if state else x for name, x in self._layout().items()}
        classes = unique(cat([state["labels"], state["truths"]]))
        rows = []
        for label in classes.tolist():
            mine = state["labels"] == label
            order = argsort(state["scores"][mine], descending=True, stable=True)
            truths = int((state["truths"] == label).sum().item())
            rows.append([average_precision_101(hits, truths) for hits in state["hits"][mine][order].mT])
        values = result(rows).reshape(len(rows), len(self.iou_thresholds))  # (K, T)
        known = values[~values.isnan().any(1)]
        if len(known) < len(values) or not len(values):
            missing = f"{len(values) - len(known)} of {len(values)} classes have no targets"
            warn_undefined(f"{self._name}: {missing}: their values are NaN, means leave them out")
        nothing = result(math.nan)
        return {
            "map": known.mean() if len(known) else nothing,
            "map_per_threshold": known.mean(0) if len(known) else nothing.expand(values.shape[1]).clone(),
            "map_per_class": values.mean(1),
            "classes": classes,
        }


def matched(overlaps: list[list[float]], threshold: float) -> list[bool]:
    """Whether each detection (rows, best score first) gets a box (columns) of its own."""
    free = set(range(len(overlaps[0]))) if overlaps else set()
    hits = []
    for row in overlaps:
        best = max(free, key=lambda box: row[box], default=-1)
        hit = best >= 0 and row[best] >= threshold
        if hit:
            free.discard(best)
        hits.append(hit)
    return hits


def average_precision_101(hits: Tensor, truths: int) -> float:
    """The mean over 101 recalls of the greatest precision from there on; NaN if there is nothing to find."""
    if not truths:
        return math.nan
    if not len(hits):
        return 0.0
    true = hits.to(int64).cumsum(0)
    precision = true.to(float64) / tensor(range(1, len(hits) + 1))
    best = precision.flip(0).cummax(0).values.flip(0)
    # Recall true/truths reaches i/100 where true · 100 ≥ i · truths.
    first = searchsorted(true * (LEVELS - 1), tensor(range(LEVELS)) * truths)
    reached = first[first < len(hits)]
    return best[reached].sum().item() / LEVELS


def mean_average_precision(
    preds: Sequence[dict[str, Tensor]],
    target: Sequence[dict[str, Tensor]],
    iou_thresholds: Sequence[float] | None = None,
    max_detections: int = 100,
) -> dict[str, Tensor]:
    """The mean of the average precisions of detected boxes; see `MeanAveragePrecision`.

    >>> import minitorch
    >>> from minitorch.metrics import mean_average_precision
    >>> box, label = minitorch.tensor([[0, 0, 2, 2]]), minitorch.tensor([3])
    >>> found = {"boxes": box, "scores": minitorch.tensor([0.5]), "labels": label}
    >>> mean_average_precision([found], [{"boxes": box, "labels": label}])["map_per_class"].tolist()
    [1.0]
    """
    return MeanAveragePrecision(iou_thresholds, max_detections).update(preds, target).compute()
