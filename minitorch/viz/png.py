"""The picture of a graph as PNG, which matplotlib draws."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

from minitorch.viz.figures import import_matplotlib
from minitorch.viz.scene import LINE, Scene
from minitorch.viz.svg import stops

COLORS = {  # fill and line
    "op": ("#e8f0fe", "#3467c8"),
    "leaf": ("#e3f5e7", "#2b8a4b"),
    "constant": ("#f1f2f4", "#7a828e"),
    "group": ("#f3e9fd", "#8147c2"),
}
INK, SOFT, EDGE = "#1f2430", "#5b6472", "#8a94a3"
POINTS = 72 / 96  # of a pixel
LARGEST = 30_000  # pixels in height or width


def png(scene: Scene, names: dict[int, str], scale: float) -> bytes:
    """The PNG file of a scene.

    Args:
        scene: what is drawn.
        names: of the groups that are open.
        scale: how many pixels one of the SVG becomes.
    """
    import_matplotlib("viz.graph")
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
    from matplotlib.path import Path

    found = scene.layout()
    scale = min(scale, LARGEST / max(found.width, found.height))
    figure = Figure(figsize=(found.width / 96, found.height / 96), dpi=96 * scale, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, found.width), ylim=(found.height, 0))
    axes.axis("off")
    font: dict[str, Any] = {"family": "monospace", "size": 12 * POINTS}
    for group, (left, top, right, bottom) in sorted(found.frames.items()):
        axes.add_patch(
            Rectangle(
                (left, top),
                right - left,
                bottom - top,
                facecolor="#8147c20d",
                edgecolor="#8147c2",
                linestyle=":",
            )
        )
        axes.text(left + 6, top + 13, names[group], color="#8147c2", fontdict=font, parse_math=False)
    for route in found.routes:
        points = stops(found, route)
        corners, codes = [points[0]], [Path.MOVETO]
        for (x, y), (to_x, to_y) in pairwise(points):
            corners += [(x, (y + to_y) / 2), (to_x, (y + to_y) / 2), (to_x, to_y)]
            codes += [Path.CURVE4] * 3
        axes.add_patch(
            FancyArrowPatch(path=Path(corners, codes), arrowstyle="-|>", mutation_scale=8, color=EDGE)
        )
    for item, box in zip(scene.items, found.boxes, strict=False):
        fill, line = COLORS[item.kind]
        x, y = box.x - box.width / 2, box.y - box.height / 2
        axes.add_patch(
            FancyBboxPatch(
                (x, y),
                box.width,
                box.height,
                boxstyle=f"round,pad=0,rounding_size={12 if item.kind == 'leaf' else 5}",
                facecolor=fill,
                edgecolor=line,
                linestyle="--" if item.kind == "constant" else "-",
                linewidth=2 if item.kind == "group" else 1,
            )
        )
        for k, text in enumerate(item.lines):
            axes.text(
                box.x,
                y + 17 + LINE * k,
                text,
                ha="center",
                color=SOFT if k else INK,
                fontdict=font,
                parse_math=False,
            )
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
