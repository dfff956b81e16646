"""Accuracy, precision, recall, F, Matthews, confusion matrices and kappa, beside scikit-learn."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import sklearn.metrics as sk

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor
AVERAGES = ["micro", "macro", "weighted", None]


def labels(seed: int, classes: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.integers(0, classes, n)
    return np.where(rng.random(n) < 0.6, target, rng.integers(0, classes, n)), target


def streamed(
    metric: metrics.Metric, preds: np.ndarray, target: np.ndarray, cuts: list[int]
) -> metrics.Metric:
    for p, y in zip(np.split(preds, cuts), np.split(target, cuts), strict=True):
        metric.update(t(p), t(y))
    return metric


RATES = [
    (metrics.Precision, metrics.precision, sk.precision_score, {}),
    (metrics.Recall, metrics.recall, sk.recall_score, {}),
    (metrics.F1Score, metrics.f1_score, sk.f1_score, {}),
    (metrics.FBetaScore, metrics.fbeta_score, sk.fbeta_score, {"beta": 2.0}),
    (metrics.FBetaScore, metrics.fbeta_score, sk.fbeta_score, {"beta": 0.5}),
]


@pytest.mark.parametrize(("kind", "function", "oracle", "settings"), RATES)
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("seed", range(4))
def test_rates_of_many_classes(kind, function, oracle, settings, average, seed) -> None:
    preds, target = labels(seed, 5)
    wanted = oracle(target, preds, average=average, zero_division=0, **settings)
    np.testing.assert_allclose(function(t(preds), t(target), average=average, **settings), wanted, rtol=1e-14)
    metric = streamed(kind(average=average, **settings), preds, target, [1, 1, 17, 50])
    np.testing.assert_allclose(metric.compute(), wanted, rtol=1e-14)


@pytest.mark.parametrize(("kind", "function", "oracle", "settings"), RATES)
def test_rates_of_two_classes(kind, function, oracle, settings) -> None:
    preds, target = labels(3, 2)
    wanted = oracle(target, preds, **settings)
    assert function(t(preds), t(target), **settings).item() == pytest.approx(wanted, rel=1e-14)
    assert function(t(preds == 1), t(target == 1), **settings).item() == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize(("kind", "function", "oracle", "settings"), RATES)
@pytest.mark.parametrize("zero_division", [0.0, 1.0, math.nan])
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("num_classes", [None, 4])
def test_classes_that_do_not_occur(
    kind, function, oracle, settings, zero_division, average, num_classes
) -> None:
    preds, target = (
        np.array([0, 0, 2, 2, 0]),
        np.array([0, 2, 2, 2, 0]),
    )  # class 1 nowhere; with num_classes 3, too
    settings = settings | {"average": average, "zero_division": zero_division}
    known = list(range(num_classes or 3)) if average is None or num_classes else None
    wanted = oracle(target, preds, labels=known, **settings)
    got = function(t(preds), t(target), num_classes=num_classes, **settings)
    np.testing.assert_allclose(got, wanted, rtol=1e-14)


def test_a_class_never_predicted_warns_and_is_zero() -> None:
    with pytest.warns(metrics.UndefinedMetricWarning, match="precision: 0/0"):
        value = metrics.precision(t([0, 0, 0]), t([0, 1, 1]))
    assert value.item() == 0
    with pytest.warns(metrics.UndefinedMetricWarning, match="recall: 0/0"):
        assert metrics.recall(t([0, 1, 2]), t([0, 1, 1]), average="macro").item() == pytest.approx(0.5)


@pytest.mark.parametrize("average", ["binary", "micro", "macro", "weighted"])
def test_nothing_at_all(average) -> None:
    with pytest.warns(metrics.UndefinedMetricWarning):
        assert metrics.Recall(average).compute().item() == 0
    empty = t([], dtype=minitorch.int64)
    assert math.isnan(metrics.recall(empty, empty, average, zero_division=math.nan).item())
    with pytest.warns(metrics.UndefinedMetricWarning, match="nothing was seen"):
        assert math.isnan(metrics.Accuracy().compute().item())


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_accuracy_of_scores(k) -> None:
    rng = np.random.default_rng(k)
    scores, target = rng.random((40, 5)), rng.permutation(np.arange(40) % 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn finds k = 5 pointless
        wanted = sk.top_k_accuracy_score(target, scores, k=k)
    assert metrics.accuracy(t(scores), t(target), top_k=k).item() == pytest.approx(wanted, rel=1e-15)
    assert streamed(metrics.Accuracy(k), scores, target, [7, 7, 30]).compute().item() == pytest.approx(wanted)


def test_among_equal_scores_the_first_class_wins() -> None:
    scores = minitorch.ones(3, 3)
    assert [metrics.accuracy(scores, t([0, 1, 2]), top_k=k).item() for k in (1, 2, 3)] == [1 / 3, 2 / 3, 1]


def test_scores_over_further_dims_and_probabilities() -> None:
    rng = np.random.default_rng(0)
    scores, target = rng.random((2, 4, 3, 5)), rng.integers(0, 4, (2, 3, 5))
    assert metrics.accuracy(t(scores), t(target)).item() == (scores.argmax(1) == target).mean()
    both = metrics.accuracy(t(scores), t(target), top_k=2).item()
    assert both == (np.argsort(-scores, 1)[:, :2] == target[:, None]).any(1).mean()
    assert metrics.accuracy(t([0.5, 0.6, 0.2]), t([0, 1, 1])).item() == 2 / 3
    assert metrics.accuracy(t([0.5, 0.6, 0.2]), t([0, 1, 1]), threshold=0.1).item() == 2 / 3


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
def test_confusion_matrix(normalize) -> None:
    preds, target = labels(1, 4)
    wanted = sk.confusion_matrix(target, preds, normalize=normalize)
    np.testing.assert_allclose(metrics.confusion_matrix(t(preds), t(target), normalize=normalize), wanted)
    metric = streamed(metrics.ConfusionMatrix(normalize=normalize), preds, target, [3, 30])
    np.testing.assert_allclose(metric.compute(), wanted)


def test_confusion_matrix_grows_or_is_as_large_as_said() -> None:
    metric = metrics.ConfusionMatrix().update(t([0]), t([1])).update(t([3]), t([0]))
    assert metric.compute().shape == (4, 4)
    assert metric.compute().nonzero().tolist() == [[0, 3], [1, 0]]
    assert metrics.ConfusionMatrix(num_classes=3).compute().tolist() == [[0] * 3] * 3
    with pytest.warns(metrics.UndefinedMetricWarning):
        shares = metrics.confusion_matrix(t([0]), t([0]), num_classes=2, normalize="true").tolist()
    assert shares[0] == [1, 0]
    assert all(map(math.isnan, shares[1]))


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(3))
def test_kappa(weights, seed) -> None:
    preds, target = labels(seed, 4)
    wanted = sk.cohen_kappa_score(target, preds, weights=weights)
    assert metrics.cohen_kappa(t(preds), t(target), weights=weights).item() == pytest.approx(
        wanted, rel=1e-12
    )
    metric = streamed(metrics.CohenKappa(weights=weights), preds, target, [10])
    assert metric.compute().item() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_matthews(classes) -> None:
    preds, target = labels(classes, classes)
    wanted = sk.matthews_corrcoef(target, preds)
    assert metrics.matthews_corrcoef(t(preds), t(target)).item() == pytest.approx(wanted, rel=1e-12)
    metric = streamed(metrics.MatthewsCorrcoef(), preds, target, [10, 40])
    assert metric.compute().item() == pytest.approx(wanted, rel=1e-12)


def test_matthews_of_more_than_int64_can_square() -> None:
    metric = metrics.MatthewsCorrcoef(2)
    counts = [t([n, n]) for n in (2**40, 2**41, 2**41)]
    metric.load_state_dict(dict(zip(("tp", "predicted", "actual"), counts, strict=True)))
    assert metric.compute().item() == 0


@pytest.mark.parametrize("function", [metrics.cohen_kappa, metrics.matthews_corrcoef])
def test_agreement_on_one_class_is_undefined(function) -> None:
    with pytest.warns(metrics.UndefinedMetricWarning, match="one class"):
        assert math.isnan(function(t([1, 1]), t([1, 1])).item())


FUNCTIONS = [
    metrics.accuracy,
    metrics.precision,
    metrics.recall,
    metrics.f1_score,
    metrics.fbeta_score,
    metrics.confusion_matrix,
    metrics.cohen_kappa,
    metrics.matthews_corrcoef,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        ([0, 1], t([0, 1]), ArgumentTypeError, "preds is list"),
        (t([0, 1]), np.array([0, 1]), ArgumentTypeError, "target is ndarray"),
        (t([0, 1]), t([0.0, 1.0]), DtypeError, "labels"),
        (t([0, 1]), t([1j, 0]), DtypeError, "labels"),
        (t([0, 1]), t([0, 1, 1]), ShapeError, "differ in shape"),
        (t([[0], [1]]), t([0, 1]), ShapeError, "differ in shape"),
        (t([0, -1]), t([0, 1]), ArgumentError, "-1"),
        (t([0, 1]), t([0, -100]), ArgumentError, "-100"),
        (t([0.5, math.nan]), t([0, 1]), ArgumentError, "NaN"),
        (t([0.5, 2.0]), t([0, 1]), ArgumentError, "probabilities"),
        (t([[0.5, math.nan]]), t([1]), ArgumentError, "NaN"),
        (t([[0.5, 0.5]]), t([2]), ArgumentError, "label 2"),
        (t([[0.5, 0.5]]), t([1, 1]), ShapeError, "do not fit"),
        (minitorch.zeros(2, 0), t([0, 0]), ShapeError, "no classes"),
        (t([0.5, 0.5]), t([0, 2]), ArgumentError, "label 2"),
    ],
)
def test_bad_input_is_refused(function, preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        function(preds, target)
    assert str(caught.value).startswith(f"{function.__name__}: ")


def test_bad_settings_are_refused() -> None:
    for make in (
        lambda: metrics.Precision("mean"),
        lambda: metrics.Precision("binary", num_classes=3),
        lambda: metrics.Recall(num_classes=0),
        lambda: metrics.Recall(zero_division=2.0),
        lambda: metrics.FBetaScore(beta=-1.0),
        lambda: metrics.FBetaScore(beta=math.nan),
        lambda: metrics.Accuracy(top_k=0),
        lambda: metrics.Accuracy(threshold=1.5),
        lambda: metrics.ConfusionMatrix(normalize="rows"),
        lambda: metrics.CohenKappa(weights="cubic"),
    ):
        with pytest.raises(ArgumentError):
            make()
    with pytest.raises(ArgumentTypeError):
        metrics.Accuracy(top_k=1.5)
    with pytest.raises(ShapeError, match="top_k"):
        metrics.accuracy(t([[0.1, 0.9]]), t([1]), top_k=3)
    with pytest.raises(ShapeError, match="scores of 3 classes"):
        metrics.precision(t([[0.1, 0.9, 0.0]]), t([1]))
    with pytest.raises(ArgumentError, match="renumber"):
        metrics.confusion_matrix(t([10**9]), t([0]))
