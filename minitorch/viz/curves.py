"""Learning curves, out of what training wrote down."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.viz.figures import figure

Row = dict[str, Any]


def learning_curves(history: Any, *, log: bool = False) -> Any:
    """Draws each value of a training run over the epochs; validation stands beside training.

    The best epoch of validation is marked: the lowest of losses and errors, the highest of all else.

    Args:
        history: a list with a dict for each epoch, such as `[{"epoch": 1, "loss": 2.3, "val_loss": 2.1}]`, or the
            path of a `.csv` or `.jsonl` file with the same. What is not a number is left out.
        log: logarithmic axes for losses.

    Returns:
        The figure: a panel for each value, `val_x` in that of `x`.

    Raises:
        ArgumentError: for a history without numbers, or a line of a file that is damaged.

    >>> from minitorch import viz
    >>> figure = viz.learning_curves([{"loss": 2.0, "val_loss": 2.2}, {"loss": 1.0, "val_loss": 1.5}])
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['loss', 'val_loss (best 1.5)']
    """
    rows = read(history) if isinstance(history, (str, os.PathLike)) else check(history)
    names = list(dict.fromkeys(name for row in rows for name in row if name != "epoch"))
    curves = {name: points(rows, name) for name in names}
    curves = {name: curve for name, curve in curves.items() if curve}
    if not curves:
        raise ArgumentError("viz.learning_curves: the history holds no numbers but epochs")
    panels: dict[str, list[str]] = {}
    for name in curves:
        panels.setdefault(name.removeprefix("val_"), []).append(name)
    picture = figure("viz.learning_curves", 4.6 * min(3, len(panels)), 3.4 * (1 + (len(panels) - 1) // 3))
    every = picture.subplots(1 + (len(panels) - 1) // 3, min(3, len(panels)), squeeze=False).flatten()
    for axes, (panel, members) in zip(every, panels.items(), strict=False):
        for name in members:
            x, y = zip(*curves[name], strict=True)
            validation, label = name.startswith("val_"), name
            if validation:
                best = (min if "loss" in name or "error" in name else max)(range(len(y)), key=y.__getitem__)
                axes.scatter([x[best]], [y[best]], color=f"C{len(axes.lines)}", zorder=3)
                label = f"{name} (best {y[best]:.4g})"
            style = "--" if validation else "-"
            axes.plot(x, y, style, label=label, marker="." if len(x) < 20 else None)
        axes.set(xlabel="epoch", ylabel=panel)
        axes.grid(alpha=0.3)
        axes.legend()
        if log and "loss" in panel:
            axes.set_yscale("log")
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    return picture


def check(history: Any) -> list[Row]:
    """The rows of a history.

    Raises:
        ArgumentTypeError: unless they are dicts.
    """
    rows = list(history) if isinstance(history, Iterable) else [history]
    if not all(isinstance(row, dict) for row in rows):
        raise ArgumentTypeError(
            "viz.learning_curves: expected a list with a dict for each epoch, or the path of a file"
        )
    return rows


def points(rows: list[Row], name: str) -> list[tuple[float, float]]:
    """The epochs in which a value was noted, and the value."""
    found = []
    for i, row in enumerate(rows):
        epoch, value = row.get("epoch", i + 1), row.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
            found.append((float(epoch), float(value)))
    return found


def read(path: str | os.PathLike[str]) -> list[Row]:
    """The rows of a CSV or JSONL file.

    Raises:
        ArgumentError: for another ending, or a line that cannot be read.
    """
    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in (".csv", ".jsonl"):
        raise ArgumentError(f"viz.learning_curves: expected a .csv or .jsonl file, got {name!r}")
    with open(name, encoding="utf-8", newline="") as file:
        if ending == ".csv":
            return [{key: number(x) for key, x in row.items()} for row in csv.DictReader(file)]
        rows = []
        for i, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise ArgumentError(
                    f"viz.learning_curves: {name}, line {i}: expected a JSON object, got {line[:40]!r}"
                ) from error
        return check(rows)


def number(text: Any) -> Any:
    """The number that a field of a CSV file holds, or the field."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return text
