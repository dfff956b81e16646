"""The picture of a graph as SVG, light or dark as the reader's system is."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from minitorch.viz.layout import Layout
from minitorch.viz.scene import LINE, Scene

STYLE = """
.mt { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; --paper: #fff; --ink: #1f2430;
  --soft: #5b6472; --edge: #8a94a3; --op: #e8f0fe; --op-line: #3467c8; --leaf: #e3f5e7; --leaf-line: #2b8a4b;
  --constant: #f1f2f4; --constant-line: #7a828e; --group: #f3e9fd; --group-line: #8147c2; --frame: #8147c20d; }
@media (prefers-color-scheme: dark) { .mt { --paper: #14171c; --ink: #e8eaed; --soft: #a9b1bd; --edge: #7c8796;
  --op: #1b2a4a; --op-line: #7ea6f4; --leaf: #17331f; --leaf-line: #63c583; --constant: #262a31;
  --constant-line: #8d96a3; --group: #2d1f42; --group-line: #b98bf0; --frame: #b98bf012; } }
.mt .paper { fill: var(--paper); }
.mt text { fill: var(--ink); text-anchor: middle; }
.mt text.more { fill: var(--soft); }
.mt text.name { fill: var(--group-line); text-anchor: start; }
.mt path { fill: none; stroke: var(--edge); stroke-width: 1.4; }
.mt .head { fill: var(--edge); stroke: none; }
.mt rect { stroke-width: 1.4; }
.mt .op rect { fill: var(--op); stroke: var(--op-line); }
.mt .leaf rect { fill: var(--leaf); stroke: var(--leaf-line); }
.mt .constant rect { fill: var(--constant); stroke: var(--constant-line); stroke-dasharray: 4 3; }
.mt .group rect { fill: var(--group); stroke: var(--group-line); stroke-width: 2.2; }
.mt .frame { fill: var(--frame); stroke: var(--group-line); stroke-width: 1; stroke-dasharray: 2 3; }
"""


def svg(scene: Scene, names: dict[int, str]) -> str:
    """The SVG document of a scene.

    Args:
        scene: what is drawn.
        names: of the groups that are open.
    """
    found = scene.layout()
    width, height = round(found.width), round(found.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mt" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="graph with {len(scene.items)} items">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="mt-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for group, (left, top, right, bottom) in sorted(found.frames.items()):
        parts.append(
            f'<rect class="frame" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{bottom - top:.1f}" rx="6"/><text class="name" x="{left + 6:.1f}" y="{top + 13:.1f}">'
            f"{escape(names[group])}</text>"
        )
    parts += [f'<path d="{curve(found, route)}" marker-end="url(#mt-head)"/>' for route in found.routes]
    for item, box in zip(scene.items, found.boxes, strict=False):
        x, y = box.x - box.width / 2, box.y - box.height / 2
        parts.append(
            f'<g class="{item.kind}"><title>{escape(item.hint)}</title><rect x="{x:.1f}" y="{y:.1f}" '
            f'width="{box.width:.1f}" height="{box.height:.1f}" rx="{12 if item.kind == "leaf" else 5}"/>'
        )
        for k, line in enumerate(item.lines):
            more = ' class="more"' if k else ""
            parts.append(f'<text{more} x="{box.x:.1f}" y="{y + 17 + LINE * k:.1f}">{escape(line)}</text>')
        parts.append("</g>")
    return "".join([*parts, "</svg>"])


def curve(found: Layout, route: list[int]) -> str:
    """The path of an edge: from the lower side of one box through its bends to the upper side of another."""
    points = stops(found, route)
    text = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        text += f" C{x:.1f},{middle:.1f} {to_x:.1f},{middle:.1f} {to_x:.1f},{to_y:.1f}"
    return text


def stops(found: Layout, route: list[int]) -> list[tuple[float, float]]:
    """The points that an edge passes."""
    boxes = [found.boxes[i] for i in route]
    points = [(box.x, box.y) for box in boxes]
    points[0] = boxes[0].x, boxes[0].y + boxes[0].height / 2
    points[-1] = boxes[-1].x, boxes[-1].y - boxes[-1].height / 2
    return points
