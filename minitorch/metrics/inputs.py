"""What metrics accept: labels, scores, probabilities; everything else is refused before it is counted."""

from __future__ import annotations

from typing import Any

from minitorch.dtypes import bool_, float64, int64
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError
from minitorch.variable import Tensor

LARGEST = 1e150  # the square of which is still far from overflowing


def require_tensors(name: str, **values: Any) -> None:
    """Refuses lists, arrays and numbers, naming the argument."""
    for what, value in values.items():
        if not isinstance(value, Tensor):
            raise ArgumentTypeError(
                f"{name}: {what} is {type(value).__name__}, expected a tensor; use minitorch.tensor({what})"
            )


def require_finite(name: str, what: str, x: Tensor) -> Tensor:
    """Real numbers as float64, none of them NaN, infinite, or so large that its square is."""
    if x.is_complex() or x.dtype == bool_:
        raise DtypeError(f"{name}: {what} is {x.dtype}, expected real numbers; use {what}.float()")
    x = x.detach().to(float64)
    if not (x.abs() <= LARGEST).all().item():
        raise ArgumentError(
            f"{name}: {what} has NaN, ∞ or numbers beyond {LARGEST}; leave such elements out with a mask, or rescale"
        )
    return x


def require_shape(name: str, preds: Tensor, target: Tensor) -> None:
    """Refuses what would broadcast: (N, 1) beside (N,) is a mistake."""
    if preds.shape != target.shape:
        raise ShapeError(
            f"{name}: preds {tuple(preds.shape)} and target {tuple(target.shape)} differ in shape; "
            "reshape one of them so that each prediction has its target"
        )


TWO_CLASSES = "one score for each label tells 0 from 1; scores of more classes have the shape (N, C, …)"
MORE_CLASSES = (
    "pass a larger num_classes; where there is an average, 'binary' means two classes, so choose another one"
)


def labels_of(name: str, what: str, x: Tensor) -> Tensor:
    """Labels 0, 1, 2, … as int64, flat."""
    if x.is_floating_point() or x.is_complex():
        raise DtypeError(
            f"{name}: {what} is {x.dtype}, expected labels, which are integers or booleans; use {what}.long()"
        )
    flat = x.detach().to(int64).reshape(-1)
    if flat.numel() and flat.min().item() < 0:
        raise ArgumentError(
            f"{name}: {what} has the label {flat.min().item()}, expected 0, 1, 2, …; "
            "leave such elements out, as in preds[target >= 0], target[target >= 0]"
        )
    return flat


def require_below(name: str, what: str, labels: Tensor, classes: int, remedy: str) -> None:
    """Refuses labels of classes that there are not."""
    if labels.numel() and labels.max().item() >= classes:
        raise ArgumentError(
            f"{name}: {what} has the label {labels.max().item()}, expected labels below {classes}, the number of "
            f"classes; {remedy}"
        )


def scores_of(name: str, what: str, x: Tensor) -> Tensor:
    """A tensor of floats without NaN, detached."""
    if not x.is_floating_point():
        raise DtypeError(
            f"{name}: {what} is {x.dtype}, expected scores, which are floats; use {what}.float()"
        )
    if x.isnan().any().item():
        raise ArgumentError(f"{name}: {what} has NaN; a score that is no number has no rank")
    return x.detach()


def probabilities_of(name: str, what: str, x: Tensor) -> Tensor:
    """Scores between 0 and 1."""
    x = scores_of(name, what, x)
    if x.numel() and (x.min().item() < 0 or x.max().item() > 1):
        raise ArgumentError(
            f"{name}: {what} lies between {x.min().item():g} and {x.max().item():g}, expected probabilities between "
            f"0 and 1; use {what}.sigmoid() for logits, {what}.long() for labels"
        )
    return x


def binary_target(name: str, target: Tensor) -> Tensor:
    """Labels 0 and 1 as booleans."""
    labels = labels_of(name, "target", target)
    require_below(name, "target", labels, 2, TWO_CLASSES)
    return labels.to(bool_)


def rows_of_scores(name: str, preds: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (N, C, …) and labels (N, …) as (M, C) and (M,)."""
    if preds.ndim != target.ndim + 1 or (preds.shape[0], *preds.shape[2:]) != tuple(target.shape):
        raise ShapeError(
            f"{name}: preds {tuple(preds.shape)} do not fit target {tuple(target.shape)}, expected scores "
            "(N, C, …) of C classes for labels (N, …)"
        )
    classes = preds.shape[1]
    if not classes:
        raise ShapeError(
            f"{name}: preds {tuple(preds.shape)} have no classes, expected scores (N, C, …), C ≥ 1"
        )
    labels = labels_of(name, "target", target)
    require_below(
        name, "target", labels, classes, f"scores of {classes} classes go with labels 0 to {classes - 1}"
    )
    return preds.detach().movedim(1, -1).reshape(-1, classes), labels


def predicted_labels(name: str, preds: Any, target: Any, threshold: float) -> tuple[Tensor, Tensor, int]:
    """Predictions in any form, and the target, as flat labels; and how many classes the form says there are, or 0.

    Scores (N, C, …) for labels (N, …): the class of the highest, the first of several. Probabilities of the target's
    shape: 1 where above the threshold. Labels of the target's shape: as they are.
    """
    require_tensors(name, preds=preds, target=target)
    if preds.ndim == target.ndim + 1 and preds.is_floating_point():
        scores, labels = rows_of_scores(name, scores_of(name, "preds", preds), target)
        return scores.argmax(1), labels, scores.shape[1]
    require_shape(name, preds, target)
    labels = labels_of(name, "target", target)
    if not preds.is_floating_point():
        return labels_of(name, "preds", preds), labels, 0
    require_below(name, "target", labels, 2, TWO_CLASSES)
    return (probabilities_of(name, "preds", preds) > threshold).to(int64).reshape(-1), labels, 2


def number_of_classes(
    name: str, num_classes: int | None, known: int, preds: Tensor, target: Tensor, most: int
) -> int:
    """How many classes there are at least: as set, as the scores have, or as the highest label says."""
    if num_classes is not None:
        if known > num_classes:
            raise ShapeError(
                f"{name}: got scores of {known} classes, expected at most {num_classes}; was num_classes set right, "
                "or is average 'binary'? More classes need 'micro', 'macro', 'weighted' or None"
            )
        for what, labels in (("preds", preds), ("target", target)):
            require_below(name, what, labels, num_classes, MORE_CLASSES)
        return num_classes
    if not target.numel():
        return known
    highest = int(max(preds.max().item(), target.max().item()))
    if highest >= most:
        raise ArgumentError(
            f"{name}: the label {highest} would make {highest + 1} classes, expected at most {most}; "
            "renumber the labels (minitorch.unique, return_inverse=True), or say num_classes if there are so many"
        )
    return max(known, highest + 1)


def require_choice(name: str, what: str, value: Any, choices: tuple[Any, ...]) -> None:
    """Refuses settings that there are not."""
    if not isinstance(value, (str, type(None))) or value not in choices:
        raise ArgumentError(f"{name}: {what} is {value!r}, expected one of {', '.join(map(repr, choices))}")


def require_count(name: str, what: str, value: Any, least: int = 1) -> None:
    """Refuses what is no whole number, or too small."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ArgumentTypeError(f"{name}: {what} is {value!r}, expected an int")
    if value < least:
        raise ArgumentError(f"{name}: {what} is {value}, expected {least} or more")


def require_number(name: str, what: str, value: Any, low: float, high: float) -> None:
    """Refuses what is no number, NaN, and numbers outside of [low, high]."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ArgumentTypeError(f"{name}: {what} is {value!r}, expected a number")
    if not low <= value <= high:
        raise ArgumentError(f"{name}: {what} is {value}, expected a number from {low} to {high}")
