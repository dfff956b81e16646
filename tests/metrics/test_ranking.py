"""Curves and the areas below them, beside scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics as sk

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor


def binary(seed: int, ties: bool, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=80).round(1 if ties else 9).astype(dtype)
    return scores, (scores + rng.normal(size=80) > 0).astype(int)


def several(seed: int, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.integers(1, 6, (70, 4)).astype(float) if ties else rng.random((70, 4))
    return scores / scores.sum(1, keepdims=True), rng.permutation(np.arange(70) % 4)


def streamed(metric: metrics.Metric, preds: np.ndarray, target: np.ndarray) -> metrics.Metric:
    cuts = [1, 1, 2, 9, 30, 31, 64]
    for p, y in zip(np.split(preds, cuts), np.split(target, cuts), strict=True):
        metric.update(t(p), t(y))
    return metric


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(3))
def test_curves(seed, ties, dtype) -> None:
    scores, target = binary(seed, ties, dtype)
    for kind, function, wanted in (
        (metrics.RocCurve, metrics.roc_curve, sk.roc_curve(target, scores, drop_intermediate=False)),
        (
            metrics.PrecisionRecallCurve,
            metrics.precision_recall_curve,
            sk.precision_recall_curve(target, scores),
        ),
    ):
        for got in (function(t(scores), t(target)), streamed(kind(), scores, target).compute()):
            for mine, its in zip(got, wanted, strict=True):
                np.testing.assert_allclose(mine, its, rtol=1e-15)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_areas_of_two_classes(seed, ties) -> None:
    scores, target = binary(seed, ties)
    for kind, function, oracle in (
        (metrics.RocAuc, metrics.roc_auc, sk.roc_auc_score),
        (metrics.AveragePrecision, metrics.average_precision, sk.average_precision_score),
    ):
        wanted = pytest.approx(oracle(target, scores), rel=1e-13)
        assert function(t(scores), t(target)).item() == wanted
        assert function(t(scores), t(target == 1)).item() == wanted
        assert streamed(kind(), scores, target).compute().item() == wanted


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
def test_areas_of_each_class_against_the_others(average, ties) -> None:
    scores, target = several(1, ties)
    each = np.eye(4)[target]
    wanted = sk.roc_auc_score(each, scores, average=average)
    np.testing.assert_allclose(metrics.roc_auc(t(scores), t(target), average), wanted, rtol=1e-13)
    np.testing.assert_allclose(
        streamed(metrics.RocAuc(average), scores, target).compute(), wanted, rtol=1e-13
    )
    wanted = sk.average_precision_score(each, scores, average=average)
    np.testing.assert_allclose(metrics.average_precision(t(scores), t(target), average), wanted, rtol=1e-13)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_areas_of_each_class_against_each(average, ties) -> None:
    scores, target = several(2, ties)
    target[:5] = 0
    wanted = sk.roc_auc_score(target, scores, average=average, multi_class="ovo")
    assert metrics.roc_auc(t(scores), t(target), average, "ovo").item() == pytest.approx(wanted, rel=1e-13)


def test_curves_of_several_classes_are_lists() -> None:
    scores, target = several(3, True)
    fpr, tpr, thresholds = metrics.roc_curve(t(scores), t(target))
    for c in range(4):
        wanted = sk.roc_curve(target == c, scores[:, c], drop_intermediate=False)
        for mine, its in zip((fpr[c], tpr[c], thresholds[c]), wanted, strict=True):
            np.testing.assert_allclose(mine, its)
    assert len(metrics.precision_recall_curve(t(scores), t(target))[0]) == 4


def test_area_by_trapezoids() -> None:
    x, y = np.sort(np.random.default_rng(0).random((2, 9)))
    assert metrics.auc(t(x), t(y)).item() == pytest.approx(sk.auc(x, y))
    assert metrics.auc(t(x[::-1].copy()), t(y)).item() == pytest.approx(sk.auc(x[::-1], y))
    with pytest.raises(ArgumentError, match="sort"):
        metrics.auc(t([0.0, 1.0, 0.5]), t([0.0, 1.0, 1.0]))
    with pytest.raises(ShapeError):
        metrics.auc(t([0.0]), t([0.0]))


def test_infinite_scores_have_a_rank() -> None:
    scores = t([math.inf, 1.0, -math.inf, -math.inf])
    assert metrics.roc_auc(scores, t([1, 1, 0, 0])).item() == 1
    assert metrics.roc_auc(scores, t([1, 1, 1, 0])).item() == pytest.approx(2.5 / 3)


@pytest.mark.parametrize("target", [[1, 1], [0, 0], []])
def test_one_class_or_none_is_undefined(target) -> None:
    scores, labels = t([0.2, 0.8][: len(target)]), t(target, dtype=minitorch.int64)
    with pytest.warns(metrics.UndefinedMetricWarning, match="roc_auc"):
        assert math.isnan(metrics.roc_auc(scores, labels).item())
    with pytest.warns(metrics.UndefinedMetricWarning, match="no (positives|negatives)"):
        fpr, tpr, _ = metrics.roc_curve(scores, labels)
    assert fpr.isnan().any().item() == (0 not in target)
    assert tpr.isnan().any().item() == (1 not in target)
    if 1 in target:
        assert metrics.average_precision(scores, labels).item() == 1
    else:
        with pytest.warns(metrics.UndefinedMetricWarning, match="average_precision"):
            assert math.isnan(metrics.average_precision(scores, labels).item())


def test_a_class_that_does_not_occur_is_left_out_of_means() -> None:
    scores, target = several(4, False)
    rows = target != 2
    scores, target = scores[rows], target[rows]
    each = [sk.roc_auc_score(target == c, scores[:, c]) for c in (0, 1, 3)]
    with pytest.warns(metrics.UndefinedMetricWarning, match="1 of 4"):
        assert metrics.roc_auc(t(scores), t(target)).item() == pytest.approx(np.mean(each))
    with pytest.warns(metrics.UndefinedMetricWarning):
        assert metrics.roc_auc(t(scores), t(target), None).isnan().tolist() == [False, False, True, False]
    with pytest.warns(metrics.UndefinedMetricWarning, match="3 of 6"):
        assert 0 < metrics.roc_auc(t(scores), t(target), "macro", "ovo").item() < 1


@pytest.mark.parametrize(
    "function",
    [metrics.roc_curve, metrics.precision_recall_curve, metrics.roc_auc, metrics.average_precision],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        ([0.1], t([1]), ArgumentTypeError, "preds is list"),
        (t([1, 0]), t([1, 0]), DtypeError, "scores"),
        (t([0.1, math.nan]), t([1, 0]), ArgumentError, "NaN"),
        (t([0.1, 0.2]), t([1.0, 0.0]), DtypeError, "labels"),
        (t([0.1, 0.2]), t([1, 2]), ArgumentError, "label 2"),
        (t([0.1, 0.2]), t([1, -1]), ArgumentError, "-1"),
        (t([0.1, 0.2]), t([1]), ShapeError, "differ in shape"),
        (t([[0.1, 0.2]]), t([2]), ArgumentError, "label 2"),
        (t([[0.1, 0.2]]), t([1, 0]), ShapeError, "do not fit"),
        (t(0.5), t(1), ShapeError, "reshape"),
    ],
)
def test_bad_input_is_refused(function, preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        function(preds, target)
    assert str(caught.value).startswith(f"{function.__name__}: ")


def test_bad_settings_are_refused() -> None:
    for settings in ({"average": "samples"}, {"multi_class": "all"}, {"multi_class": "ovo", "average": None}):
        with pytest.raises(ArgumentError):
            metrics.RocAuc(**settings)


def test_batches_are_kept_in_few_chunks_and_in_order() -> None:
    metric = metrics.RocCurve()
    for i in range(100):
        metric.update(t([float(i)]), t([i % 2]))
    assert len(metric._state["scores"]) <= 8
    assert metric.state_dict()["scores"].tolist() == list(range(100))
    with pytest.raises(ShapeError, match="before"):
        metric.update(t([[0.1, 0.9]]), t([1]))
    assert len(metric.state_dict()["target"]) == 100
