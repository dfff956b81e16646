"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch import metrics
from minitorch.errors import ArgumentError
from minitorch.viz.figures import figure


def confusion_matrix(
    preds: Any, target: Any, classes: Sequence[str] | None = None, *, normalize: str | None = None
) -> Any:
    """Draws how many elements of each class (rows) were predicted to be of which (columns).

    Args:
        preds: labels (N), or scores (N, classes).
        target: labels (N).
        classes: what the classes are called.
        normalize: `"true"`, `"pred"` or `"all"`: shares of the rows, of the columns or of everything, as in
            `metrics.confusion_matrix`.

    Raises:
        ArgumentError: for another number of names than classes.

    >>> import minitorch
    >>> from minitorch import viz
    >>> labels = minitorch.tensor([0, 1, 2, 2])
    >>> figure = viz.confusion_matrix(minitorch.tensor([0, 2, 2, 2]), labels, ["cat", "dog", "owl"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '0', '0', '0', '0', '1', '0', '0', '2']
    """
    settings = {} if classes is None else {"num_classes": len(classes)}
    counts = metrics.confusion_matrix(preds, target, normalize=normalize, **settings)
    n = len(counts)
    if classes is not None and len(classes) != n:
        raise ArgumentError(f"viz.confusion_matrix: {len(classes)} names for {n} classes")
    names = list(classes) if classes is not None else [str(k) for k in range(n)]
    side = min(12.0, 2.4 + 0.5 * n)
    picture = figure("viz.confusion_matrix", side + 0.8, side)
    axes = picture.subplots()
    values = counts.tolist()
    shown = axes.imshow(values, cmap="Blues", vmin=0)
    picture.colorbar(shown, ax=axes, shrink=0.8, label="share" if normalize else "elements")
    axes.set_xticks(range(n), names, rotation=90 if max(map(len, names)) > 3 else 0)
    axes.set_yticks(range(n), names)
    axes.set(xlabel="predicted", ylabel="true")
    half = max(map(max, values)) / 2
    for i, row in enumerate(values):
        for j, x in enumerate(row):
            if n <= 20:
                text = f"{x:.2f}" if normalize else f"{x:g}"
                axes.text(
                    j, i, text, ha="center", va="center", color="white" if x > half else "black", fontsize=8
                )
    return picture
