"""Whether probabilities mean what they say: the expected calibration error."""

from __future__ import annotations

from minitorch.dtypes import float64, int64
from minitorch.errors import ArgumentError
from minitorch.filled import zeros
from minitorch.metrics.base import Metric, State, result, undefined
from minitorch.metrics.inputs import (
    binary_target,
    probabilities_of,
    require_choice,
    require_count,
    require_shape,
    require_tensors,
    rows_of_scores,
)
from minitorch.ops.counting import bincount, searchsorted
from minitorch.variable import Tensor

SLACK = 1e-3  # by which the sum of probabilities may differ from 1: float16 is as coarse as that


class CalibrationError(Metric):
    """How far confidence is from what comes true, over bins of confidence: Σ |accᵦ − confᵦ| · nᵦ / N.

    Bins are equally wide; bin b holds confidences in (b/B, (b+1)/B], the first one 0, too. accᵦ is the share of
    its nᵦ elements that came true, confᵦ the mean of their confidences.

    Args:
        n_bins: B.
        norm: `"l1"` for the sum above (ECE), `"l2"` for √(Σ (accᵦ − confᵦ)² · nᵦ / N), `"max"` for the greatest
            |accᵦ − confᵦ| of a bin that is not empty (MCE).

    Shape:
        `update(preds, target)`: probabilities (N, …) of class 1 for labels 0 and 1 of shape (N, …); or probabilities
        (N, C, …) for labels (N, …), of which the highest is the confidence that its class is the target.
        The value is a number.

    Undefined (NaN, with a warning) before anything was seen.

    Raises:
        ShapeError: if probabilities do not fit the target.
        DtypeError: for probabilities that are no floats, labels that are no integers or booleans.
        ArgumentError: for NaN, what is not between 0 and 1, rows that do not sum to 1, labels without probability.

    Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, On calibration of modern neural networks, 2017.

    >>> import minitorch
    >>> from minitorch.metrics import calibration_error
    >>> calibration_error(minitorch.tensor([0.75, 0.75]), minitorch.tensor([1, 0]), n_bins=5).item()
    0.25
    """

    _name = "calibration_error"

    def __init__(self, n_bins: int = 15, norm: str = "l1") -> None:
        super().__init__()
        require_count(self._name, "n_bins", n_bins)
        require_choice(self._name, "norm", norm, ("l1", "l2", "max"))
        self.n_bins = n_bins
        self.norm = norm

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        name = self._name
        require_tensors(name, preds=preds, target=target)
        preds = probabilities_of(name, "preds", preds)
        if preds.ndim == target.ndim + 1:
            rows, labels = rows_of_scores(name, preds, target)
            sums = rows.to(float64).sum(1)
            if ((sums - 1).abs() > SLACK).any().item():
                raise ArgumentError(
                    f"{name}: probabilities of a row do not sum to 1; use preds.softmax(1) for logits"
                )
            true = (rows.argmax(1) == labels).to(float64)
            confidence = rows.amax(1).to(float64)
        else:
            require_shape(name, preds, target)
            true = binary_target(name, target).to(float64)
            confidence = preds.reshape(-1).to(float64)
        edges = result(range(1, self.n_bins)) / self.n_bins
        place = searchsorted(edges, confidence)
        return {
            "count": bincount(place, minlength=self.n_bins),
            "confidence": zeros(self.n_bins, dtype=float64).index_add(0, place, confidence),
            "correct": bincount(place[true > 0], minlength=self.n_bins),
        }

    def _layout(self) -> dict[str, Tensor]:
        counts = zeros(self.n_bins, dtype=int64)
        return {"count": counts, "confidence": zeros(self.n_bins, dtype=float64), "correct": counts}

    def _check_state(self, state: State) -> None:
        if not ((state["correct"] >= 0) & (state["correct"] <= state["count"])).all().item():
            raise ArgumentError("correct must be between 0 and count")
        if not state["confidence"].isfinite().all().item():
            raise ArgumentError("confidence has NaN or ∞")

    def _value(self, state: State) -> Tensor:
        if not state or not state["count"].sum().item():
            return undefined(self._name, "nothing was seen")
        some = state["count"] > 0
        count = state["count"][some].to(float64)
        apart = (state["correct"][some] - state["confidence"][some]).abs() / count
        if self.norm == "max":
            return apart.max()
        if self.norm == "l1":
            return (apart * count).sum() / count.sum()
        return ((apart**2 * count).sum() / count.sum()).sqrt()


def calibration_error(preds: Tensor, target: Tensor, n_bins: int = 15, norm: str = "l1") -> Tensor:
    """How far confidence is from what comes true; see `CalibrationError`.

    >>> import minitorch
    >>> from minitorch.metrics import calibration_error
    >>> calibration_error(minitorch.tensor([1.0, 0.0]), minitorch.tensor([1, 0]), norm="max").item()
    0.0
    """
    return CalibrationError(n_bins, norm).update(preds, target).compute()
