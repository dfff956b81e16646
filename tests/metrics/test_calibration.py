"""Calibration error, beside scikit-learn's calibration curve and a plain loop."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor


def by_hand(confidence: np.ndarray, true: np.ndarray, bins: int, norm: str) -> float:
    accuracy, mean = calibration_curve(true, confidence, n_bins=bins)  # of bins that are not empty
    edges = np.linspace(0, 1, bins + 1)
    sizes = [((confidence > a) & (confidence <= b)).sum() for a, b in itertools.pairwise(edges)]
    share = np.array([size for size in sizes if size]) / len(true)
    apart = abs(accuracy - mean)
    return {"l1": (apart * share).sum(), "l2": math.sqrt((apart**2 * share).sum()), "max": apart.max()}[norm]


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
@pytest.mark.parametrize("bins", [1, 2, 10, 15])
def test_two_classes(norm, bins) -> None:
    rng = np.random.default_rng(bins)
    probabilities = rng.random(200)
    target = (rng.random(200) < probabilities**2).astype(int)
    wanted = by_hand(probabilities, target, bins, norm)
    got = metrics.calibration_error(t(probabilities), t(target), n_bins=bins, norm=norm)
    assert got.item() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_several_classes_by_the_highest_probability(norm) -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((100, 4)) ** 3
    scores /= scores.sum(1, keepdims=True)
    target = rng.integers(0, 4, 100)
    wanted = by_hand(scores.max(1), (scores.argmax(1) == target).astype(int), 10, norm)
    metric = metrics.CalibrationError(10, norm)
    for rows in np.split(np.arange(100), [3, 50]):
        metric.update(t(scores[rows]), t(target[rows]))
    assert metric.compute().item() == pytest.approx(wanted, rel=1e-12)


def test_edges_belong_to_the_bin_below() -> None:
    # Bins (0, ½] and (½, 1]: 0 and ½ in the first, so |0.25 − 0.5| · 2/3 + |1 − 0| / 3.
    assert metrics.calibration_error(t([0.0, 0.5, 1.0]), t([0, 1, 0]), n_bins=2).item() == pytest.approx(0.5)


def test_nothing_at_all_is_undefined() -> None:
    with pytest.warns(metrics.UndefinedMetricWarning):
        assert math.isnan(metrics.CalibrationError().compute().item())


@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        (0.5, t([1]), ArgumentTypeError, "preds is float"),
        (t([1, 0]), t([1, 0]), DtypeError, "scores"),
        (t([0.5, 1.5]), t([1, 0]), ArgumentError, "sigmoid"),
        (t([0.5, math.nan]), t([1, 0]), ArgumentError, "NaN"),
        (t([0.5, 0.5]), t([1, 2]), ArgumentError, "label 2"),
        (t([0.5, 0.5]), t([[1], [1]]), ShapeError, "differ in shape"),
        (t([[0.5, 0.1]]), t([1]), ArgumentError, "softmax"),
        (t([[0.5, 0.5]]), t([2]), ArgumentError, "label 2"),
    ],
)
def test_bad_input_is_refused(preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        metrics.calibration_error(preds, target)
    assert str(caught.value).startswith("calibration_error: ")


def test_bad_settings_are_refused() -> None:
    for settings in ({"n_bins": 0}, {"norm": "l3"}):
        with pytest.raises(ArgumentError):
            metrics.CalibrationError(**settings)
