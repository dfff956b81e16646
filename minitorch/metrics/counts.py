"""How many predictions are right: accuracy, and of each class precision, recall and F."""

from __future__ import annotations

from minitorch.creation import tensor
from minitorch.dtypes import float64, int64
from minitorch.errors import ArgumentError, ShapeError
from minitorch.filled import zeros
from minitorch.metrics.base import Metric, State, result, undefined, warn_undefined
from minitorch.metrics.inputs import (
    number_of_classes,
    predicted_labels,
    require_choice,
    require_count,
    require_number,
    require_tensors,
    rows_of_scores,
    scores_of,
)
from minitorch.ops import cat, where
from minitorch.ops.counting import bincount
from minitorch.variable import Tensor

AVERAGES = ("binary", "micro", "macro", "weighted", None)
MOST_CLASSES = 2**20  # with more and without num_classes, labels are probably hashes or the like


class Accuracy(Metric):
    """The share of predictions that are right: #(prediction = target) / #all.

    With `top_k`, a prediction is right if the target is among the k classes of the highest scores; among equal scores
    the class of the lower number comes first, as in `argmax`.

    Args:
        top_k: how many of the highest scores count; above 1, predictions must be scores.
        threshold: from where on a probability means class 1.

    Shape:
        `update(preds, target)`: scores (N, C, …), probabilities (N, …) or labels (N, …); labels (N, …).
        Every element counts alike. The value is a number.

    Undefined (NaN, with a warning) before anything was seen.

    Raises:
        ShapeError: if predictions do not fit the target, or there are fewer classes than `top_k`.
        DtypeError: if the target is not of integers or booleans.
        ArgumentError: for NaN, probabilities outside of [0, 1], labels that are negative or without a score.

    >>> import minitorch
    >>> from minitorch.metrics import accuracy
    >>> scores = minitorch.tensor([[0.2, 0.5, 0.3], [0.1, 0.2, 0.7]])
    >>> accuracy(scores, minitorch.tensor([2, 2])).item(), accuracy(scores, minitorch.tensor([2, 2]), top_k=2).item()
    (0.5, 1.0)
    """

    _name = "accuracy"

    def __init__(self, top_k: int = 1, threshold: float = 0.5) -> None:
        super().__init__()
        require_count(self._name, "top_k", top_k)
        require_number(self._name, "threshold", threshold, 0, 1)
        self.top_k = top_k
        self.threshold = threshold

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        if self.top_k == 1:
            labels, target, _ = predicted_labels(self._name, preds, target, self.threshold)
            right = labels == target
        else:
            right = self._among_highest(preds, target)
        return {"correct": right.sum(), "total": tensor(right.numel())}

    def _among_highest(self, preds: Tensor, target: Tensor) -> Tensor:
        require_tensors(self._name, preds=preds, target=target)
        scores, target = rows_of_scores(self._name, scores_of(self._name, "preds", preds), target)
        classes = scores.shape[1]
        if self.top_k > classes:
            raise ShapeError(
                f"{self._name}: top_k is {self.top_k}, but preds {tuple(preds.shape)} have scores of {classes} "
                "classes; choose a smaller top_k"
            )
        column = target.unsqueeze(1)
        own = scores.gather(1, column)  # (M, 1)
        classes_before = tensor(range(classes)) < column
        return ((scores > own) | ((scores == own) & classes_before)).sum(1) < self.top_k

    def _layout(self) -> dict[str, Tensor]:
        return {"correct": tensor(0), "total": tensor(0)}

    def _check_state(self, state: State) -> None:
        if not 0 <= state["correct"].item() <= state["total"].item():
            raise ArgumentError("correct must be between 0 and total")

    def _value(self, state: State) -> Tensor:
        if not state or not state["total"].item():
            return undefined(self._name, "nothing was seen")
        return result(state["correct"].item() / state["total"].item())


class LabelCounts(Metric):
    """Of every class how often it was predicted, how often it was the target, and how often both: the sums tp, p, t."""

    def __init__(self, num_classes: int | None = None, threshold: float = 0.5) -> None:
        super().__init__()
        if num_classes is not None:
            require_count(self._name, "num_classes", num_classes)
        require_number(self._name, "threshold", threshold, 0, 1)
        self.num_classes = num_classes
        self.threshold = threshold

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        name = self._name
        preds, target, known = predicted_labels(name, preds, target, self.threshold)
        classes = number_of_classes(name, self.num_classes, known, preds, target, MOST_CLASSES)
        return {
            "tp": bincount(target[preds == target], minlength=classes),
            "predicted": bincount(preds, minlength=classes),
            "actual": bincount(target, minlength=classes),
        }

    def _join(self, a: State, b: State) -> State:
        classes = max(len(a["tp"]), len(b["tp"]))
        return {name: widened(a[name], classes) + widened(b[name], classes) for name in a}

    def _layout(self) -> dict[str, Tensor]:
        empty = zeros(self.num_classes or 0, dtype=int64)
        return {"tp": empty, "predicted": empty, "actual": empty}

    def _check_state(self, state: State) -> None:
        if len({len(x) for x in state.values()}) > 1:
            raise ShapeError(f"tp, predicted and actual differ in length: {[len(x) for x in state.values()]}")
        if (state["tp"] < 0).any() or any((state["tp"] > state[x]).any() for x in ("predicted", "actual")):
            raise ArgumentError("tp must be between 0 and the others")
        if state["predicted"].sum().item() != state["actual"].sum().item():
            raise ArgumentError("predicted and actual differ in their sums")

    def _counts(self, state: State) -> tuple[Tensor, Tensor, Tensor]:
        state = state or self._layout()
        return state["tp"], state["predicted"], state["actual"]


def widened(x: Tensor, classes: int) -> Tensor:
    """Counts of further classes, which are 0."""
    return x if len(x) == classes else cat([x, zeros(classes - len(x), dtype=int64)])


class _Rate(LabelCounts):
    """A quotient of counts per class, and its averages over classes."""

    def __init__(
        self,
        average: str | None = "binary",
        num_classes: int | None = None,
        threshold: float = 0.5,
        zero_division: float | None = None,
    ) -> None:
        require_choice(self._name, "average", average, AVERAGES)
        if average == "binary":
            if num_classes not in (None, 2):
                raise ArgumentError(
                    f"{self._name}: average 'binary' is for 2 classes, got num_classes {num_classes}; "
                    "choose 'micro', 'macro', 'weighted' or None"
                )
            num_classes = 2
        if zero_division is not None and zero_division == zero_division:
            require_number(self._name, "zero_division", zero_division, 0, 1)
        super().__init__(num_classes, threshold)
        self.average = average
        self.zero_division = zero_division

    def _quotient(self, tp: Tensor, predicted: Tensor, actual: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError

    def _value(self, state: State) -> Tensor:
        tp, predicted, actual = self._counts(state)
        if self.average == "binary":
            tp, predicted, actual = tp[1:], predicted[1:], actual[1:]
        elif self.average == "micro":
            tp, predicted, actual = (x.sum(0, keepdim=True) for x in (tp, predicted, actual))
        elif self.average is not None and self.num_classes is None:
            occurs = predicted + actual > 0
            tp, predicted, actual = tp[occurs], predicted[occurs], actual[occurs]
        numerator, denominator = self._quotient(tp.to(float64), predicted.to(float64), actual.to(float64))
        nothing = denominator == 0
        values = where(nothing, result(self._instead()), numerator / where(nothing, result(1.0), denominator))
        if nothing.any().item():
            self._warn(f"0/0 for {int(nothing.sum().item())} of {len(nothing)} classes")
        if self.average is None:
            return values
        if self.average in ("binary", "micro"):
            return values[0].clone()
        weights = actual.to(float64) if self.average == "weighted" else values.new_ones(len(values))
        defined = ~values.isnan()
        weights, values = weights[defined], values[defined]
        if not weights.sum().item():
            self._warn("there is no class to average over")
            return result(self._instead())
        return (values * weights).sum() / weights.sum()

    def _instead(self) -> float:
        return 0.0 if self.zero_division is None else float(self.zero_division)

    def _warn(self, why: str) -> None:
        if self.zero_division is None:
            warn_undefined(
                f"{self._name}: {why}: 0 is taken instead; say zero_division=0 (or 1, nan) to choose"
            )


class Precision(_Rate):
    """Of what was predicted to be a class, the share that is: tp / (tp + fp).

    Args:
        average: `"binary"`: of class 1 alone, of two. `"micro"`: of all classes' counts together. `"macro"`: the mean
            over classes. `"weighted"`: the mean weighted by how often each class is the target. None: one per class.
        num_classes: C; if not given, the highest label says it, and means leave out classes that are neither target
            nor predicted. If given, they count, too.
        threshold: from where on a probability means class 1.
        zero_division: stands for 0/0, the precision of a class never predicted: 0, 1, or NaN, which means leave out
            of means. None stands for 0 and warns.

    Shape:
        `update(preds, target)`: scores (N, C, …), probabilities (N, …) or labels (N, …); labels (N, …).
        The value is a number; (C,) without average.

    Raises:
        ShapeError: if predictions do not fit the target.
        DtypeError: if the target is not of integers or booleans.
        ArgumentError: for NaN, probabilities outside of [0, 1], labels below 0 or not below `num_classes`.

    >>> import minitorch
    >>> from minitorch.metrics import precision
    >>> preds, target = minitorch.tensor([1, 1, 0, 1]), minitorch.tensor([1, 0, 0, 1])
    >>> round(precision(preds, target).item(), 4), precision(preds, target, average="micro").item()
    (0.6667, 0.75)
    """

    _name = "precision"

    def _quotient(self, tp: Tensor, predicted: Tensor, actual: Tensor) -> tuple[Tensor, Tensor]:
        return tp, predicted


class Recall(_Rate):
    """Of what is a class, the share that was predicted to be: tp / (tp + fn).

    Arguments, shapes and errors are those of `Precision`; 0/0 is the recall of a class that is never the target.

    >>> import minitorch
    >>> from minitorch.metrics import recall
    >>> recall(minitorch.tensor([0, 1, 2, 2]), minitorch.tensor([0, 1, 1, 2]), average=None).tolist()
    [1.0, 0.5, 1.0]
    """

    _name = "recall"

    def _quotient(self, tp: Tensor, predicted: Tensor, actual: Tensor) -> tuple[Tensor, Tensor]:
        return tp, actual


class FBetaScore(_Rate):
    """The weighted harmonic mean of precision and recall: (1 + β²) · tp / ((1 + β²) · tp + β² · fn + fp).

    Args:
        beta: how much more recall counts than precision; 1 for alike, 0 is precision.
        average: see `Precision`, as for the other arguments, shapes and errors.
        num_classes: see `Precision`.
        threshold: see `Precision`.
        zero_division: stands for 0/0, the F of a class that is neither target nor predicted.

    Source: C. J. van Rijsbergen, Information Retrieval, 2nd ed. 1979, chapter 7.

    >>> import minitorch
    >>> from minitorch.metrics import fbeta_score
    >>> round(fbeta_score(minitorch.tensor([1, 1, 0]), minitorch.tensor([1, 0, 0]), beta=2.0).item(), 4)
    0.8333
    """

    _name = "fbeta_score"

    def __init__(
        self,
        beta: float = 1.0,
        average: str | None = "binary",
        num_classes: int | None = None,
        threshold: float = 0.5,
        zero_division: float | None = None,
    ) -> None:
        require_number(self._name, "beta", beta, 0, 1e100)
        super().__init__(average, num_classes, threshold, zero_division)
        self.beta = beta

    def _quotient(self, tp: Tensor, predicted: Tensor, actual: Tensor) -> tuple[Tensor, Tensor]:
        square = self.beta**2
        return (1 + square) * tp, square * actual + predicted


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall: 2 · tp / (2 · tp + fn + fp).

    Arguments, shapes and errors are those of `Precision`; 0/0 is the F of a class neither target nor predicted.

    >>> import minitorch
    >>> from minitorch.metrics import F1Score
    >>> F1Score().update(minitorch.tensor([1, 1, 0]), minitorch.tensor([1, 0, 1])).compute().item()
    0.5
    """

    _name = "f1_score"

    def __init__(
        self,
        average: str | None = "binary",
        num_classes: int | None = None,
        threshold: float = 0.5,
        zero_division: float | None = None,
    ) -> None:
        super().__init__(1.0, average, num_classes, threshold, zero_division)


def accuracy(preds: Tensor, target: Tensor, top_k: int = 1, threshold: float = 0.5) -> Tensor:
    """The share of predictions that are right; see `Accuracy`.

    >>> import minitorch
    >>> from minitorch.metrics import accuracy
    >>> accuracy(minitorch.tensor([0, 1, 1, 1]), minitorch.tensor([0, 1, 0, 1])).item()
    0.75
    """
    return Accuracy(top_k, threshold).update(preds, target).compute()


def precision(
    preds: Tensor,
    target: Tensor,
    average: str | None = "binary",
    num_classes: int | None = None,
    threshold: float = 0.5,
    zero_division: float | None = None,
) -> Tensor:
    """Of what was predicted to be a class, the share that is; see `Precision`, also for the settings.

    >>> import minitorch
    >>> from minitorch.metrics import precision
    >>> precision(minitorch.tensor([1, 1]), minitorch.tensor([1, 0])).item()
    0.5
    """
    return Precision(average, num_classes, threshold, zero_division).update(preds, target).compute()


def recall(
    preds: Tensor,
    target: Tensor,
    average: str | None = "binary",
    num_classes: int | None = None,
    threshold: float = 0.5,
    zero_division: float | None = None,
) -> Tensor:
    """Of what is a class, the share that was predicted to be; see `Recall`.

    >>> import minitorch
    >>> from minitorch.metrics import recall
    >>> recall(minitorch.tensor([0.9, 0.2]), minitorch.tensor([1, 1])).item()
    0.5
    """
    return Recall(average, num_classes, threshold, zero_division).update(preds, target).compute()


def fbeta_score(
    preds: Tensor,
    target: Tensor,
    beta: float = 1.0,
    average: str | None = "binary",
    num_classes: int | None = None,
    threshold: float = 0.5,
    zero_division: float | None = None,
) -> Tensor:
    """The weighted harmonic mean of precision and recall; see `FBetaScore`.

    >>> import minitorch
    >>> from minitorch.metrics import fbeta_score
    >>> fbeta_score(minitorch.tensor([1, 1]), minitorch.tensor([1, 0]), beta=0.0).item()
    0.5
    """
    return FBetaScore(beta, average, num_classes, threshold, zero_division).update(preds, target).compute()


def f1_score(
    preds: Tensor,
    target: Tensor,
    average: str | None = "binary",
    num_classes: int | None = None,
    threshold: float = 0.5,
    zero_division: float | None = None,
) -> Tensor:
    """The harmonic mean of precision and recall; see `F1Score`.

    >>> import minitorch
    >>> from minitorch.metrics import f1_score
    >>> f1_score(minitorch.tensor([0, 1, 2]), minitorch.tensor([0, 1, 2]), average="macro").item()
    1.0
    """
    return F1Score(average, num_classes, threshold, zero_division).update(preds, target).compute()
