"""What was taken for what, and how far two raters agree: confusion matrix, Cohen's kappa, Matthews' correlation."""

from __future__ import annotations

import math

from minitorch.dtypes import float64, int64
from minitorch.errors import ArgumentError, ShapeError
from minitorch.filled import zeros
from minitorch.metrics.base import Metric, State, result, undefined, warn_undefined
from minitorch.metrics.counts import LabelCounts
from minitorch.metrics.inputs import (
    number_of_classes,
    predicted_labels,
    require_choice,
    require_count,
    require_number,
)
from minitorch.ops.counting import bincount
from minitorch.variable import Tensor

MOST_CLASSES = 2**12  # with more and without num_classes, the matrix would take more than 128 MiB


class ConfusionMatrix(Metric):
    """M[i, j] = how many elements of class i were predicted to be of class j.

    Args:
        num_classes: C; if not given, the highest label so far says it.
        normalize: `"true"` divides each row by its sum, `"pred"` each column, `"all"` by the number of elements.
        threshold: from where on a probability means class 1.

    Shape:
        `update(preds, target)`: scores (N, C, …), probabilities (N, …) or labels (N, …); labels (N, …).
        The value is (C, C), of int64, or of float64 if normalized.

    Undefined (NaN, with a warning): normalized rows or columns of a class that does not occur.

    Raises:
        ShapeError: if predictions do not fit the target.
        DtypeError: if the target is not of integers or booleans.
        ArgumentError: for NaN, probabilities outside of [0, 1], labels below 0 or not below `num_classes`.

    >>> import minitorch
    >>> from minitorch.metrics import confusion_matrix
    >>> confusion_matrix(minitorch.tensor([0, 1, 1]), minitorch.tensor([0, 0, 1]))
    tensor([[1, 1],
            [0, 1]])
    """

    _name = "confusion_matrix"

    def __init__(
        self, num_classes: int | None = None, normalize: str | None = None, threshold: float = 0.5
    ) -> None:
        super().__init__()
        require_choice(self._name, "normalize", normalize, (None, "true", "pred", "all"))
        if num_classes is not None:
            require_count(self._name, "num_classes", num_classes)
        require_number(self._name, "threshold", threshold, 0, 1)
        self.num_classes = num_classes
        self.normalize = normalize
        self.threshold = threshold

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        preds, target, known = predicted_labels(self._name, preds, target, self.threshold)
        classes = number_of_classes(self._name, self.num_classes, known, preds, target, MOST_CLASSES)
        places = target * classes + preds
        return {"matrix": bincount(places, minlength=classes * classes).reshape(classes, classes)}

    def _join(self, a: State, b: State) -> State:
        classes = max(len(a["matrix"]), len(b["matrix"]))
        return {"matrix": widened(a["matrix"], classes) + widened(b["matrix"], classes)}

    def _layout(self) -> dict[str, Tensor]:
        return {"matrix": zeros(self.num_classes or 0, self.num_classes or 0, dtype=int64)}

    def _check_state(self, state: State) -> None:
        matrix = state["matrix"]
        if matrix.shape[0] != matrix.shape[1]:
            raise ShapeError(f"matrix {tuple(matrix.shape)} is not square")
        if (matrix < 0).any().item():
            raise ArgumentError("matrix has counts below 0")

    def _value(self, state: State) -> Tensor:
        matrix = (state or self._layout())["matrix"]
        if self.normalize is None:
            return matrix.clone()
        if self.normalize == "all":
            sums = matrix.sum()
        else:
            sums = matrix.sum(1 if self.normalize == "true" else 0, keepdim=True)
        if (sums == 0).any().item():
            warn_undefined(f"{self._name}: there are classes that do not occur: their shares are NaN")
        return matrix.to(float64) / sums.to(float64)


def widened(matrix: Tensor, classes: int) -> Tensor:
    """The matrix with further classes, of which there are none."""
    if len(matrix) == classes:
        return matrix
    wide = zeros(classes, classes, dtype=int64)
    wide[: len(matrix), : len(matrix)] = matrix
    return wide


class CohenKappa(ConfusionMatrix):
    """How much more two raters agree than by chance: κ = 1 − Σ w·M / Σ w·E, with E[i, j] = row i · column j / all.

    Args:
        num_classes: see `ConfusionMatrix`.
        weights: how bad it is to take i for j. None: alike, w = [i ≠ j]; `"linear"`: |i − j|; `"quadratic"`: (i − j)².
        threshold: from where on a probability means class 1.

    Shape and errors are those of `ConfusionMatrix`; the value is a number.

    Undefined (NaN, with a warning) if nothing was seen, or both raters know one class only, the same.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960; Weighted kappa, 1968.

    >>> import minitorch
    >>> from minitorch.metrics import cohen_kappa
    >>> cohen_kappa(minitorch.tensor([0, 1, 1, 0]), minitorch.tensor([0, 1, 0, 0])).item()
    0.5
    """

    _name = "cohen_kappa"

    def __init__(
        self, num_classes: int | None = None, weights: str | None = None, threshold: float = 0.5
    ) -> None:
        require_choice(self._name, "weights", weights, (None, "linear", "quadratic"))
        super().__init__(num_classes, None, threshold)
        self.weights = weights

    def _value(self, state: State) -> Tensor:
        matrix = super()._value(state).to(float64)
        rows, columns = matrix.sum(1, keepdim=True), matrix.sum(0, keepdim=True)  # (C, 1), (1, C)
        steps = result(range(len(matrix)))
        apart = (steps.unsqueeze(1) - steps).abs()
        w = (
            (apart > 0).to(float64)
            if self.weights is None
            else apart
            if self.weights == "linear"
            else apart**2
        )
        by_chance = (w * rows * columns).sum().item()
        if not by_chance:
            return undefined(
                self._name, "all predictions and all targets are of one class, or there are none"
            )
        return result(1 - (w * matrix).sum().item() * matrix.sum().item() / by_chance)


class MatthewsCorrcoef(LabelCounts):
    """The correlation of prediction and target: (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)).

    s elements, c of them right, class k predicted pₖ times and target tₖ times. Computed with whole numbers up to the
    root. Undefined (NaN, with a warning) when all predictions, or all targets, are of one class.

    Args:
        num_classes: refuses labels that are not below; the value does not depend on it.
        threshold: from where on a probability means class 1.

    Shape and errors are those of `Precision`.

    Source: J. Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, 2004.

    >>> import minitorch
    >>> from minitorch.metrics import matthews_corrcoef
    >>> matthews_corrcoef(minitorch.tensor([0, 1, 1, 0]), minitorch.tensor([0, 1, 1, 0])).item()
    1.0
    """

    _name = "matthews_corrcoef"

    def _value(self, state: State) -> Tensor:
        tp, predicted, actual = (x.tolist() for x in self._counts(state))
        right, all_ = sum(tp), sum(actual)
        spread_of_predicted = all_**2 - sum(p * p for p in predicted)
        spread_of_actual = all_**2 - sum(t * t for t in actual)
        if not spread_of_predicted or not spread_of_actual:
            return undefined(self._name, "all predictions or all targets are of one class")
        covariance = right * all_ - sum(p * t for p, t in zip(predicted, actual, strict=True))
        return result(covariance / math.sqrt(spread_of_predicted * spread_of_actual))


def confusion_matrix(
    preds: Tensor,
    target: Tensor,
    num_classes: int | None = None,
    normalize: str | None = None,
    threshold: float = 0.5,
) -> Tensor:
    """How many elements of class i were predicted to be of class j; see `ConfusionMatrix`.

    >>> import minitorch
    >>> from minitorch.metrics import confusion_matrix
    >>> confusion_matrix(minitorch.tensor([0.9, 0.2]), minitorch.tensor([1, 1]), normalize="all").tolist()
    [[0.0, 0.0], [0.5, 0.5]]
    """
    return ConfusionMatrix(num_classes, normalize, threshold).update(preds, target).compute()


def cohen_kappa(
    preds: Tensor,
    target: Tensor,
    num_classes: int | None = None,
    weights: str | None = None,
    threshold: float = 0.5,
) -> Tensor:
    """How much more two raters agree than by chance; see `CohenKappa`.

    >>> import minitorch
    >>> from minitorch.metrics import cohen_kappa
    >>> cohen_kappa(minitorch.tensor([0, 1, 2]), minitorch.tensor([0, 1, 2]), weights="linear").item()
    1.0
    """
    return CohenKappa(num_classes, weights, threshold).update(preds, target).compute()


def matthews_corrcoef(
    preds: Tensor, target: Tensor, num_classes: int | None = None, threshold: float = 0.5
) -> Tensor:
    """The correlation of prediction and target; see `MatthewsCorrcoef`.

    >>> import minitorch
    >>> from minitorch.metrics import matthews_corrcoef
    >>> matthews_corrcoef(minitorch.tensor([0, 1]), minitorch.tensor([1, 0])).item()
    -1.0
    """
    return MatthewsCorrcoef(num_classes, threshold).update(preds, target).compute()
