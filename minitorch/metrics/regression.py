"""How far predicted numbers are from the true ones: squared and absolute errors, R², explained variance."""

from __future__ import annotations

import math
from typing import Any

from minitorch.creation import tensor
from minitorch.dtypes import float64
from minitorch.errors import ArgumentError, ShapeError
from minitorch.metrics.base import Metric, State, require_same_shape, result, undefined, warn_undefined
from minitorch.metrics.inputs import require_choice, require_finite, require_shape, require_tensors
from minitorch.ops import maximum, minimum, where
from minitorch.variable import Tensor

EMPTY = tensor([], dtype=float64)


class _Regression(Metric):
    """Numbers per output: (N,) has one output, (N, D) has D."""

    _choices: tuple[str, ...] = ("uniform_average", "raw_values")

    def __init__(self, multioutput: str = "uniform_average") -> None:
        super().__init__()
        require_choice(self._name, "multioutput", multioutput, self._choices)
        self.multioutput = multioutput

    def _columns(self, preds: Any, target: Any) -> tuple[Tensor, Tensor]:
        require_tensors(self._name, preds=preds, target=target)
        require_shape(self._name, preds, target)
        if preds.ndim not in (1, 2) or (preds.ndim == 2 and not preds.shape[1]):
            raise ShapeError(
                f"{self._name}: got shape {tuple(preds.shape)}, expected (N,) or (N, D) for D outputs; use reshape(-1)"
            )
        width = preds.shape[1] if preds.ndim == 2 else 1
        preds, target = (
            require_finite(self._name, "preds", preds),
            require_finite(self._name, "target", target),
        )
        return preds.reshape(-1, width), target.reshape(-1, width)

    def _averaged(self, values: Tensor) -> Tensor:
        if self.multioutput == "raw_values":
            return values
        return values.mean()


class MeanSquaredError(_Regression):
    """The mean of (prediction − target)².

    Args:
        multioutput: `"uniform_average"`: the mean over outputs; `"raw_values"`: one value per output.

    Shape:
        `update(preds, target)`: both (N,), or (N, D) for D outputs. The value is a number, or (D,) for raw values.

    Undefined (NaN, with a warning) before anything was seen.

    Raises:
        ShapeError: if shapes differ, or the number of outputs is not that of the batches before.
        DtypeError: for booleans and complex numbers.
        ArgumentError: for NaN, ∞, and numbers beyond 1e150, whose squares would overflow.

    >>> import minitorch
    >>> from minitorch.metrics import mean_squared_error
    >>> mean_squared_error(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0])).item()
    2.0
    """

    _name = "mean_squared_error"

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        preds, target = self._columns(preds, target)
        return {"total": self._error(preds - target).sum(0), "count": tensor(len(preds))}

    def _error(self, difference: Tensor) -> Tensor:
        return difference * difference

    def _layout(self) -> dict[str, Tensor]:
        return {"total": EMPTY, "count": tensor(0)}

    def _check_state(self, state: State) -> None:
        if not (state["total"] >= 0).all().item() or state["count"].item() < 0:
            raise ArgumentError("total and count must not be negative")

    def _value(self, state: State) -> Tensor:
        if not state or not state["count"].item():
            return undefined(self._name, "nothing was seen")
        return self._averaged(state["total"] / state["count"])


class MeanAbsoluteError(MeanSquaredError):
    """The mean of |prediction − target|.

    Arguments, shapes and errors are those of `MeanSquaredError`.

    >>> import minitorch
    >>> from minitorch.metrics import mean_absolute_error
    >>> mean_absolute_error(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0])).item()
    1.0
    """

    _name = "mean_absolute_error"

    def _error(self, difference: Tensor) -> Tensor:
        return difference.abs()


class R2Score(_Regression):
    """R² = 1 − Σ (target − prediction)² / Σ (target − its mean)²: 1 is perfect, 0 as good as the mean.

    Means and sums of squares around them are merged, never squares themselves, so numbers far from 0 lose no digits.

    Args:
        multioutput: `"uniform_average"`: the mean over outputs; `"raw_values"`: one value per output;
            `"variance_weighted"`: the mean weighted by the variance of each output's target.

    Shape and errors are those of `MeanSquaredError`.

    Undefined (NaN, with a warning) for fewer than two elements, and for a target that is constant; an output whose
    target is constant is left out of means.

    Source: T. F. Chan, G. H. Golub, R. J. LeVeque, Updating formulae and a pairwise algorithm for computing sample
    variances, 1979.

    >>> import minitorch
    >>> from minitorch.metrics import r2_score
    >>> r2_score(minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([1.0, 2.0, 3.0])).item()
    0.5
    """

    _name = "r2_score"
    _choices = ("uniform_average", "raw_values", "variance_weighted")

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        preds, target = self._columns(preds, target)
        error = target - preds
        state: State = {"count": tensor(len(preds)), "squares": (error * error).sum(0)}
        for name, x in (("target", target), ("error", error)):
            mean = x.sum(0) / max(len(x), 1)
            state[f"{name}_mean"] = mean
            state[f"{name}_spread"] = ((x - mean) ** 2).sum(0)
        infinite = target.new_full((1, target.shape[1]), math.inf)
        state["low"] = target.amin(0) if len(target) else infinite[0]
        state["high"] = target.amax(0) if len(target) else -infinite[0]
        return state

    def _join(self, a: State, b: State) -> State:
        require_same_shape(self._name, a["squares"], b["squares"])
        count = a["count"] + b["count"]
        joined: State = {"count": count, "squares": a["squares"] + b["squares"]}
        share = b["count"].to(float64) / max(count.item(), 1)
        for name in ("target", "error"):
            apart = b[f"{name}_mean"] - a[f"{name}_mean"]
            joined[f"{name}_mean"] = a[f"{name}_mean"] + apart * share
            between = apart * apart * a["count"] * share
            joined[f"{name}_spread"] = a[f"{name}_spread"] + b[f"{name}_spread"] + between
        joined["low"], joined["high"] = minimum(a["low"], b["low"]), maximum(a["high"], b["high"])
        return joined

    def _layout(self) -> dict[str, Tensor]:
        names = ("squares", "target_mean", "target_spread", "error_mean", "error_spread", "low", "high")
        return {"count": tensor(0)} | dict.fromkeys(names, EMPTY)

    def _check_state(self, state: State) -> None:
        widths = {len(x) for name, x in state.items() if name != "count"}
        if len(widths) > 1 or state["count"].item() < 0:
            raise ShapeError(f"sums are of {sorted(widths)} outputs and {state['count'].item()} elements")

    def _lost(self, state: State) -> Tensor:
        """What of the target's spread is not explained."""
        return state["squares"]

    def _value(self, state: State) -> Tensor:
        if not state or state["count"].item() < 2:
            return undefined(self._name, "fewer than two elements were seen")
        constant = state["low"] == state["high"]
        spread = where(constant, result(0.0), state["target_spread"])
        values = where(
            constant, result(math.nan), 1 - self._lost(state) / where(constant, result(1.0), spread)
        )
        if constant.all().item():
            warn_undefined(f"{self._name}: the target is constant: the result is NaN")
        elif constant.any().item():
            warn_undefined(
                f"{self._name}: an output has a constant target: its value is NaN, means leave it out"
            )
        if self.multioutput == "variance_weighted" and not constant.all().item():
            return (values * spread)[~constant].sum() / spread.sum()
        if self.multioutput == "raw_values" or constant.all().item():
            return self._averaged(values)
        return values[~constant].mean()


class ExplainedVariance(R2Score):
    """1 − Var(target − prediction) / Var(target): R² of predictions whose constant error is forgiven.

    Arguments, shapes, errors and undefined cases are those of `R2Score`.

    >>> import minitorch
    >>> from minitorch.metrics import explained_variance
    >>> explained_variance(minitorch.tensor([2.0, 3.0, 4.0]), minitorch.tensor([1.0, 2.0, 3.0])).item()
    1.0
    """

    _name = "explained_variance"

    def _lost(self, state: State) -> Tensor:
        return state["error_spread"]


def mean_squared_error(preds: Tensor, target: Tensor, multioutput: str = "uniform_average") -> Tensor:
    """The mean of (prediction − target)²; see `MeanSquaredError`.

    >>> import minitorch
    >>> from minitorch.metrics import mean_squared_error
    >>> mean_squared_error(minitorch.tensor([0.0]), minitorch.tensor([3.0])).item()
    9.0
    """
    return MeanSquaredError(multioutput).update(preds, target).compute()


def mean_absolute_error(preds: Tensor, target: Tensor, multioutput: str = "uniform_average") -> Tensor:
    """The mean of |prediction − target|; see `MeanAbsoluteError`.

    >>> import minitorch
    >>> from minitorch.metrics import mean_absolute_error
    >>> mean_absolute_error(minitorch.tensor([0.0]), minitorch.tensor([3.0])).item()
    3.0
    """
    return MeanAbsoluteError(multioutput).update(preds, target).compute()


def r2_score(preds: Tensor, target: Tensor, multioutput: str = "uniform_average") -> Tensor:
    """1 − Σ (target − prediction)² / Σ (target − its mean)²; see `R2Score`.

    >>> import minitorch
    >>> from minitorch.metrics import r2_score
    >>> r2_score(minitorch.tensor([2.0, 2.0]), minitorch.tensor([1.0, 3.0])).item()
    0.0
    """
    return R2Score(multioutput).update(preds, target).compute()


def explained_variance(preds: Tensor, target: Tensor, multioutput: str = "uniform_average") -> Tensor:
    """1 − Var(target − prediction) / Var(target); see `ExplainedVariance`.

    >>> import minitorch
    >>> from minitorch.metrics import explained_variance
    >>> explained_variance(minitorch.tensor([5.0, 5.0]), minitorch.tensor([1.0, 3.0])).item()
    0.0
    """
    return ExplainedVariance(multioutput).update(preds, target).compute()
