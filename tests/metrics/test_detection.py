"""Boxes: intersection over union and mean average precision, beside cases by hand and a plain loop."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor
UNIT = [0.0, 0.0, 10.0, 10.0]


def found(boxes, scores, labels=None) -> dict[str, minitorch.Tensor]:
    return true(boxes, labels) | {"scores": t(scores, dtype=minitorch.float32)}


def true(boxes, labels=None) -> dict[str, minitorch.Tensor]:
    labels = [0] * len(boxes) if labels is None else labels
    boxes = t(boxes, dtype=minitorch.float32).reshape(-1, 4)
    return {"boxes": boxes, "labels": t(labels, dtype=minitorch.int64)}


def at(x: float) -> list[float]:
    """A box of its own."""
    return [x, 0.0, x + 10.0, 10.0]


def test_iou_by_hand_and_at_random() -> None:
    boxes = t([UNIT, [5.0, 0.0, 15.0, 10.0], [20.0, 20.0, 30.0, 30.0], [2.0, 2.0, 2.0, 8.0]])
    wanted = [[1, 1 / 3, 0, 0], [1 / 3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(metrics.box_iou(boxes, boxes), wanted)
    assert metrics.box_iou(boxes, minitorch.zeros(0, 4)).shape == (4, 0)
    assert metrics.box_iou(t([[0, 0, 2, 2]]), t([[1, 1, 3, 3]])).item() == pytest.approx(1 / 7)
    rng = np.random.default_rng(0)
    corners = np.sort(rng.integers(0, 12, (2, 6, 2, 2)), axis=2)  # cells of a grid can be counted
    sets = [
        [{(i, j) for i in range(a[0], b[0]) for j in range(a[1], b[1])} for a, b in side] for side in corners
    ]
    wanted = [[len(a & b) / max(len(a | b), 1) for b in sets[1]] for a in sets[0]]
    np.testing.assert_allclose(metrics.box_iou(*(t(side.reshape(6, 4)) for side in corners)), wanted)


def test_perfect_and_useless_detections() -> None:
    target = [true([at(0), at(20)], [1, 2])]
    value = metrics.mean_average_precision([found([at(20), at(0)], [0.5, 0.1], [2, 1])], target)
    assert value["map"].item() == pytest.approx(1)
    assert value["classes"].tolist() == [1, 2]
    assert value["map_per_class"].tolist() == pytest.approx([1, 1])
    assert value["map_per_threshold"].shape == (10,)
    assert metrics.mean_average_precision([found([at(40)], [0.9], [1])], target)["map"].item() == 0
    assert metrics.mean_average_precision([found([], [], [])], target)["map"].item() == 0


def test_iou_decides_at_which_thresholds_a_box_is_found() -> None:
    value = metrics.mean_average_precision([found([[0.0, 0.0, 10.0, 7.0]], [0.5])], [true([UNIT])])
    np.testing.assert_allclose(
        value["map_per_threshold"], [1.0] * 5 + [0.0] * 5
    )  # 0.70 is found, 0.75 is not


def test_average_precision_by_hand() -> None:
    # Of 4 boxes, by score: found, missed, found, missed, missed; recalls ¼ and ½ with precisions 1 and ⅔.
    preds = found([at(0), at(100), at(20), at(120), at(140)], [0.9, 0.8, 0.7, 0.6, 0.5])
    value = metrics.mean_average_precision(
        [preds], [true([at(0), at(20), at(40), at(60)])], iou_thresholds=[0.5]
    )
    # Recalls 0 … 0.25 are 26 of 101, 0.26 … 0.5 are 25.
    assert value["map"].item() == pytest.approx((26 * 1 + 25 * 2 / 3) / 101)


def test_a_second_detection_of_a_box_is_wrong_and_the_better_score_takes_it() -> None:
    preds = found([at(1), at(0)], [0.9, 0.8])
    value = metrics.mean_average_precision([preds], [true([UNIT, at(20)])], iou_thresholds=[0.5])
    assert value["map"].item() == pytest.approx(
        51 / 101
    )  # recall ½ with precision 1, which the second does not lower
    # In another order of scores nothing changes; with the first one too far off, precision at ½ is ½.
    preds = found([at(9), at(0)], [0.9, 0.8])
    value = metrics.mean_average_precision([preds], [true([UNIT, at(40)])], iou_thresholds=[0.5])
    assert value["map"].item() == pytest.approx(51 / 101 / 2)


def test_boxes_of_other_images_and_classes_do_not_count() -> None:
    value = metrics.mean_average_precision(
        [found([at(0)], [0.9]), found([at(20)], [0.8])], [true([at(20)]), true([at(0)])]
    )
    assert value["map"].item() == 0
    value = metrics.mean_average_precision(
        [found([at(0), at(0)], [0.9, 0.8], [1, 0])], [true([at(0), at(20)], [0, 1])]
    )
    assert value["map_per_class"].tolist() == pytest.approx([1, 0])


def test_only_so_many_detections_of_an_image_count() -> None:
    preds, target = [found([at(40), at(0)], [0.9, 0.8])], [true([at(0)])]
    assert metrics.mean_average_precision(preds, target, max_detections=2)["map"].item() == pytest.approx(0.5)
    assert metrics.mean_average_precision(preds, target, max_detections=1)["map"].item() == 0


def iou_of(a: np.ndarray, b: np.ndarray) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    common = sides.prod() if (sides > 0).all() else 0.0
    return common / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - common)


def by_loops(images: list, threshold: float, label: int) -> float:
    """One class's average precision, as the definition says it."""
    outcome, count = [], 0
    for boxes, scores, labels, truths, truth_labels in images:
        free = [box for box, its in zip(truths, truth_labels, strict=True) if its == label]
        count += len(free)
        for i in sorted((i for i in range(len(boxes)) if labels[i] == label), key=lambda i: -scores[i]):
            overlaps = [iou_of(boxes[i], box) for box in free]
            hit = bool(overlaps) and max(overlaps) >= threshold
            if hit:
                free.pop(int(np.argmax(overlaps)))
            outcome.append((scores[i], hit))
    hits = np.cumsum([hit for _, hit in sorted(outcome, key=lambda pair: -pair[0])])
    total = 0.0
    for level in range(101):
        total += max((h / (i + 1) for i, h in enumerate(hits) if h * 100 >= level * count), default=0.0)
    return total / 101


@pytest.mark.parametrize("seed", range(3))
def test_at_random_beside_plain_loops(seed) -> None:
    rng = np.random.default_rng(seed)
    images, preds, target = [], [], []
    for _ in range(6):
        corner = rng.random((7, 2)) * 10
        truths = np.concatenate([corner, corner + 1 + rng.random((7, 2)) * 5], 1)
        boxes = np.concatenate(
            [truths + rng.normal(size=(7, 4)) * 0.2, truths[:3] + rng.normal(size=(3, 4)) * 0.2]
        )
        scores, truth_labels = rng.random(10), np.append(rng.integers(0, 3, 4), [0, 1, 2])
        labels = np.where(
            rng.random(10) < 0.8, np.append(truth_labels, truth_labels[:3]), rng.integers(0, 3, 10)
        )
        images.append((boxes, scores, labels, truths, truth_labels))
        preds.append({"boxes": t(boxes), "scores": t(scores), "labels": t(labels)})
        target.append({"boxes": t(truths), "labels": t(truth_labels)})
    thresholds = [0.5, 0.75, 0.9]
    value = metrics.mean_average_precision(preds, target, iou_thresholds=thresholds)
    wanted = [[by_loops(images, threshold, label) for threshold in thresholds] for label in range(3)]
    np.testing.assert_allclose(value["map_per_threshold"], np.mean(wanted, 0), rtol=1e-12)
    np.testing.assert_allclose(value["map_per_class"], np.mean(wanted, 1), rtol=1e-12)
    assert 0.1 < value["map"].item() < 0.95


def test_classes_without_targets_are_undefined() -> None:
    with pytest.warns(metrics.UndefinedMetricWarning, match="1 of 2"):
        value = metrics.mean_average_precision([found([at(0), at(20)], [0.9, 0.8], [0, 5])], [true([at(0)])])
    assert value["map"].item() == pytest.approx(1)
    assert value["map_per_class"].isnan().tolist() == [False, True]
    with pytest.warns(metrics.UndefinedMetricWarning):
        value = metrics.MeanAveragePrecision().compute()
    assert math.isnan(value["map"].item())
    assert value["classes"].tolist() == []


GOOD, TRUTH = found([at(0)], [0.9]), true([at(0)])


@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        (GOOD, [TRUTH], ArgumentTypeError, "list with one dict"),
        ([GOOD], [t([1])], ArgumentTypeError, "list with one dict"),
        ([GOOD], [], ArgumentError, "as many"),
        ([TRUTH], [TRUTH], ArgumentTypeError, "scores"),
        ([GOOD], [{"boxes": TRUTH["boxes"]}], ArgumentTypeError, "target_labels"),
        ([GOOD | {"scores": t([0.1, 0.2])}], [TRUTH], ShapeError, "one per box"),
        ([GOOD | {"scores": t([1])}], [TRUTH], DtypeError, "scores"),
        ([GOOD | {"scores": t([math.nan])}], [TRUTH], ArgumentError, "NaN"),
        ([GOOD | {"labels": t([0, 0])}], [TRUTH], ShapeError, "one per box"),
        ([GOOD | {"labels": t([0.0])}], [TRUTH], DtypeError, "labels"),
        ([GOOD | {"labels": t([-1])}], [TRUTH], ArgumentError, "-1"),
        ([GOOD | {"boxes": t([0.0, 0.0, 1.0, 1.0])}], [TRUTH], ShapeError, r"\(N, 4\)"),
        ([GOOD | {"boxes": t([[5.0, 0.0, 1.0, 1.0]])}], [TRUTH], ArgumentError, "width"),
        ([GOOD], [TRUTH | {"boxes": t([[math.nan, 0.0, 1.0, 1.0]])}], ArgumentError, "NaN"),
        ([GOOD], [TRUTH | {"boxes": t([[True, True, True, True]])}], DtypeError, "bool"),
    ],
)
def test_bad_input_is_refused(preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        metrics.mean_average_precision(preds, target)
    assert str(caught.value).startswith("mean_average_precision: ")


def test_bad_settings_are_refused() -> None:
    for settings in ({"iou_thresholds": []}, {"iou_thresholds": [0.0]}, {"max_detections": 0}):
        with pytest.raises(ArgumentError):
            metrics.MeanAveragePrecision(**settings)
    with pytest.raises(ArgumentTypeError, match="list of numbers"):
        metrics.MeanAveragePrecision(iou_thresholds=0.5)
