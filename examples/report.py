"""The picture at the end of a training program: curves on the left, some samples with what the model said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt


def draw(
    path: str | Path,
    title: str,
    curves: Mapping[str, Sequence[float]],
    samples: Sequence[tuple[Any, str, bool]] = (),
    xlabel: str = "epoch",
) -> None:
    """Writes the picture, and says where.

    Args:
        path: of the PNG file; its folder is made.
        title: above everything.
        curves: of each name some values; names that contain "accuracy" get the right axis.
        samples: pictures of shape (3, H, W) with values from 0 to 1, a caption each, and whether it is right.
        xlabel: what the curves have a value for.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.figure(figsize=(12, 5), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subfigures(1, 2) if samples else (figure, None)

    losses = left.subplots()
    shares = losses.twinx() if any("accuracy" in name for name in curves) else None
    for number, (name, values) in enumerate(curves.items()):
        axes = shares if shares and "accuracy" in name else losses
        style = {"color": f"C{number}", "linestyle": ":" if axes is shares else "-", "label": name}
        axes.plot(range(1, len(values) + 1), values, **style)
    losses.set(xlabel=xlabel, ylabel="loss")
    if shares:
        shares.set(ylabel="accuracy", ylim=(0, 1.02))
    left.legend(loc="outside lower center", ncols=len(curves), frameon=False)

    if right:
        columns = max(2, min(6, len(samples) // 3))
        grid = list(right.subplots(-(-len(samples) // columns), columns, squeeze=False).flat)
        for axes in grid:
            axes.axis("off")
        for axes, (picture, caption, is_right) in zip(grid, samples, strict=False):
            axes.imshow(picture.permute(1, 2, 0).numpy())
            axes.set_title(caption, fontsize=8, color="black" if is_right else "tab:red")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    print(f"Picture: {path}")
