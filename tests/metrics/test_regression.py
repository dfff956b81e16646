"""Errors of regression, R² and explained variance, beside scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics as sk

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor
KINDS = [
    (metrics.MeanSquaredError, metrics.mean_squared_error, sk.mean_squared_error),
    (metrics.MeanAbsoluteError, metrics.mean_absolute_error, sk.mean_absolute_error),
    (metrics.R2Score, metrics.r2_score, sk.r2_score),
    (metrics.ExplainedVariance, metrics.explained_variance, sk.explained_variance_score),
]
CHOICES = ["uniform_average", "raw_values", "variance_weighted"]


@pytest.mark.parametrize(("kind", "function", "oracle"), KINDS)
@pytest.mark.parametrize("multioutput", CHOICES)
@pytest.mark.parametrize("shape", [(50,), (50, 1), (50, 3)])
@pytest.mark.parametrize("shift", [0, 1e6])
def test_values(kind, function, oracle, multioutput, shape, shift) -> None:
    if multioutput == "variance_weighted" and kind in (metrics.MeanSquaredError, metrics.MeanAbsoluteError):
        with pytest.raises(ArgumentError, match="multioutput"):
            kind(multioutput)
        return
    rng = np.random.default_rng(0)
    target = rng.normal(size=shape) + shift
    preds = target + rng.normal(size=shape) / 2 + 0.1
    wanted = oracle(target, preds, multioutput=multioutput)
    if shape == (50,) and multioutput == "raw_values":
        wanted = np.reshape(wanted, 1)
    np.testing.assert_allclose(function(t(preds), t(target), multioutput), wanted, rtol=1e-9)
    metric = kind(multioutput)
    for p, y in zip(np.split(preds, [0, 1, 20, 20]), np.split(target, [0, 1, 20, 20]), strict=True):
        metric.update(t(p), t(y))
    np.testing.assert_allclose(metric.compute(), wanted, rtol=1e-9)


def test_float32_and_integers_are_summed_in_float64() -> None:
    preds = np.float32([0.1, 0.2, 0.3])
    wanted = sk.mean_squared_error([1, 2, 3], preds.astype("float64"))
    assert metrics.mean_squared_error(t(preds), t([1, 2, 3])).item() == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize("function", [metrics.r2_score, metrics.explained_variance])
def test_a_constant_target_is_undefined(function) -> None:
    preds, target = t([0.1, 0.2, 0.3]), minitorch.full((3,), 0.1)
    with pytest.warns(metrics.UndefinedMetricWarning, match="constant"):
        assert math.isnan(function(preds, target).item())
    both = minitorch.stack([target, preds], 1)
    with pytest.warns(metrics.UndefinedMetricWarning, match="an output"):
        assert function(both, both).item() == 1
    with pytest.warns(metrics.UndefinedMetricWarning, match="an output"):
        assert function(both, both, "variance_weighted").item() == 1
    with pytest.warns(metrics.UndefinedMetricWarning, match="an output"):
        assert function(both, both, "raw_values").isnan().tolist() == [True, False]
    with pytest.warns(metrics.UndefinedMetricWarning, match="two elements"):
        assert math.isnan(function(t([1.0]), t([1.0])).item())


@pytest.mark.parametrize("kind", [kind for kind, *_ in KINDS])
def test_nothing_at_all_is_undefined(kind) -> None:
    with pytest.warns(metrics.UndefinedMetricWarning):
        assert math.isnan(kind().compute().item())
    with pytest.warns(metrics.UndefinedMetricWarning):
        assert math.isnan(kind().update(minitorch.zeros(0), minitorch.zeros(0)).compute().item())


@pytest.mark.parametrize("function", [f for _, f, _ in KINDS], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        ([1.0], t([1.0]), ArgumentTypeError, "preds is list"),
        (t([1.0, 2.0]), t([[1.0], [2.0]]), ShapeError, "differ in shape"),
        (minitorch.zeros(2, 2, 2), minitorch.zeros(2, 2, 2), ShapeError, "reshape"),
        (minitorch.zeros(2, 0), minitorch.zeros(2, 0), ShapeError, "expected"),
        (t(1.0), t(1.0), ShapeError, "expected"),
        (t([1.0, math.nan]), t([1.0, 2.0]), ArgumentError, "preds has NaN"),
        (t([1.0, 1.0]), t([1.0, -math.inf]), ArgumentError, "target has NaN, ∞"),
        (t([True, False]), t([1.0, 2.0]), DtypeError, "bool"),
        (t([1j, 2.0]), t([1.0, 2.0]), DtypeError, "complex"),
    ],
)
def test_bad_input_is_refused(function, preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        function(preds, target)
    assert str(caught.value).startswith(f"{function.__name__}: ")


@pytest.mark.parametrize("kind", [kind for kind, *_ in KINDS])
def test_another_number_of_outputs_is_refused(kind) -> None:
    metric = kind().update(minitorch.zeros(2, 3), minitorch.ones(2, 3))
    with pytest.raises(ShapeError, match="before it"):
        metric.update(minitorch.zeros(2, 1), minitorch.ones(2, 1))
    assert metric.state_dict()["count"].item() == 2
