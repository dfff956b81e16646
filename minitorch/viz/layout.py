"""A layered layout: longest paths give the layers, barycentres the order in them, least squares the places.

`page/layout.js` does the same in the browser, where modules fold and unfold.

Source: K. Sugiyama, S. Tagawa, M. Toda: Methods for visual understanding of hierarchical system structures, 1981.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SWEEPS = 8
GAP_X, GAP_Y, MARGIN = 22.0, 38.0, 16.0
PAD, TITLE = 6.0, 18.0  # around a group, and above it for its name


@dataclass
class Box:
    """Something that is drawn; without a height, a bend of a long edge.

    Attributes:
        around: the groups around it, the outermost first.
        x, y: its centre.
        is_input: it belongs right above what uses it.
    """

    width: float
    height: float
    around: tuple[int, ...] = ()
    is_input: bool = False
    x: float = 0.0
    y: float = 0.0
    layer: int = 0
    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)


@dataclass
class Layout:
    """Boxes with their places; for each edge the boxes that it passes, ends included."""

    boxes: list[Box]
    routes: list[list[int]]
    frames: dict[int, tuple[float, float, float, float]]  # of each group the left, top, right and bottom
    width: float
    height: float


def layout(boxes: Sequence[Box], edges: Sequence[tuple[int, int]]) -> Layout:
    """Places boxes, of which each comes after those that its edges come from.

    >>> from minitorch.viz.layout import Box, layout
    >>> found = layout([Box(40, 20), Box(40, 20), Box(40, 20)], [(0, 2), (1, 2)])
    >>> [(box.x, box.y) for box in found.boxes]
    [(36.0, 26.0), (98.0, 26.0), (67.0, 84.0)]
    """
    all_boxes, count_real = list(boxes), len(boxes)
    set_layers(all_boxes, edges)
    routes = bend(all_boxes, edges)
    count = 1 + max(box.layer for box in all_boxes)
    layers: list[list[int]] = [[] for _ in range(count)]
    for i, box in enumerate(all_boxes):
        layers[box.layer].append(i)
    order(all_boxes, layers)
    place(all_boxes, layers)
    extra = room_for_titles(all_boxes[:count_real], layers)
    y = 0.0
    for layer, above in zip(layers, extra, strict=True):
        height = max(all_boxes[i].height for i in layer)
        y += above
        for i in layer:
            all_boxes[i].y = y + height / 2
        y += height + GAP_Y
    frames = frames_around(all_boxes[:count_real])
    edges_of = [
        (b.x - b.width / 2, b.y - b.height / 2, b.x + b.width / 2, b.y + b.height / 2) for b in all_boxes
    ]
    rectangles = [*edges_of, *frames.values()]
    left, top = (MARGIN - min(r[k] for r in rectangles) for k in (0, 1))
    for box in all_boxes:
        box.x, box.y = box.x + left, box.y + top
    frames = {g: (r[0] + left, r[1] + top, r[2] + left, r[3] + top) for g, r in frames.items()}
    right, bottom = (max(r[k] for r in rectangles) for k in (2, 3))
    return Layout(all_boxes, routes, frames, right + left + MARGIN, bottom + top + MARGIN)


def room_for_titles(boxes: Sequence[Box], layers: list[list[int]]) -> list[float]:
    """How much lower each layer stands, because groups begin there, or ended above."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for box in boxes:
        for group in box.around:
            first[group] = min(first.get(group, box.layer), box.layer)
            last[group] = max(last.get(group, box.layer), box.layer)
    begin, end = [0] * len(layers), [0] * (len(layers) + 1)
    for box in boxes:
        begin[box.layer] = max(begin[box.layer], sum(first[g] == box.layer for g in box.around))
        end[box.layer + 1] = max(end[box.layer + 1], sum(last[g] == box.layer for g in box.around))
    return [TITLE * a + PAD * b for a, b in zip(begin, end[:-1], strict=True)]


def frames_around(boxes: Sequence[Box]) -> dict[int, tuple[float, float, float, float]]:
    """The frame of each group: around its boxes and the frames of the groups inside."""
    depth: dict[int, int] = {}
    inside: dict[int, list[tuple[float, float, float, float]]] = {}
    parent: dict[int, int] = {}
    for box in boxes:
        for level, group in enumerate(box.around):
            depth[group] = level
            if level:
                parent[group] = box.around[level - 1]
        if box.around:
            half, tall = box.width / 2, box.height / 2
            rectangle = box.x - half, box.y - tall, box.x + half, box.y + tall
            inside.setdefault(box.around[-1], []).append(rectangle)
    frames = {}
    for group in sorted(depth, key=lambda group: -depth[group]):
        parts = inside[group]
        frames[group] = frame = (
            min(r[0] for r in parts) - PAD,
            min(r[1] for r in parts) - TITLE,
            max(r[2] for r in parts) + PAD,
            max(r[3] for r in parts) + PAD,
        )
        if group in parent:
            inside.setdefault(parent[group], []).append(frame)
    return frames


def set_layers(boxes: list[Box], edges: Sequence[tuple[int, int]]) -> None:
    """Each box one layer below the lowest that it comes from; inputs right above what uses them.

    A group begins below all that enters it, and what it is used for stands below it, as inputs from outside stand
    above it: its frame holds what is its own.
    """
    after: dict[int, list[int]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
    entered: dict[int, int] = {}
    lowest: dict[int, int] = {}
    left: dict[int, set[int]] = {}
    for a, box in enumerate(boxes):
        above = [entered.get(group, 0) for group in box.around] + [lowest[g] + 1 for g in left.get(a, ())]
        box.layer = max([box.layer, *above])
        for group in box.around:
            lowest[group] = max(lowest.get(group, 0), box.layer)
        for b in after.get(a, ()):
            left.setdefault(b, set()).update(box.around[len(common(box.around, boxes[b].around)) :])
            boxes[b].layer = max(boxes[b].layer, box.layer + 1)
            if not box.is_input:
                for group in boxes[b].around[len(common(box.around, boxes[b].around)) :]:
                    entered[group] = max(entered.get(group, 0), box.layer + 1)
    first: dict[int, int] = {}
    for box in boxes:
        if not box.is_input:
            begin(first, box)
    inputs = [a for a, box in enumerate(boxes) if box.is_input and a in after]
    for a in sorted(inputs, key=lambda a: -len(boxes[a].around)):
        box, below = boxes[a], []
        for user in (boxes[b] for b in after[a]):
            entering = user.around[len(common(box.around, user.around)) :]
            below.append(first[entering[0]] if entering else user.layer)
        box.layer = min(below) - 1
        begin(first, box)
    highest = min(box.layer for box in boxes)
    for box in boxes:
        box.layer -= highest


def begin(first: dict[int, int], box: Box) -> None:
    """Notes that the groups around a box begin no lower than the box."""
    for group in box.around:
        first[group] = min(first.get(group, box.layer), box.layer)


def bend(boxes: list[Box], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Gives long edges a bend in each layer that they cross; those from one box share them."""
    chains: dict[int, list[int]] = {}
    routes = []
    for a, b in sorted(edges, key=lambda edge: (edge[0], boxes[edge[1]].layer)):
        chain = chains.setdefault(a, [a])
        span = boxes[b].layer - boxes[a].layer
        while len(chain) < span:
            boxes.append(Box(8.0, 0.0, common(boxes[a].around, boxes[b].around)))
            boxes[-1].layer = boxes[a].layer + len(chain)
            connect(boxes, chain[-1], len(boxes) - 1)
            chain.append(len(boxes) - 1)
        connect(boxes, chain[span - 1], b)
        routes.append([*chain[:span], b])
    return routes


def connect(boxes: list[Box], a: int, b: int) -> None:
    """Notes a piece of an edge at both of its ends."""
    boxes[a].down.append(b)
    boxes[b].up.append(a)


def common(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The groups around both."""
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    return a[:same]


def order(boxes: list[Box], layers: list[list[int]]) -> None:
    """Sorts each layer by the mean place of its neighbours; what is in one group stays side by side."""
    at = [0.0] * len(boxes)
    for layer in layers:
        for place_, i in enumerate(layer):
            at[i] = float(place_)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            wish = {}
            for i in layer:
                near = boxes[i].up if down else boxes[i].down
                wish[i] = sum(at[j] for j in near) / len(near) if near else at[i]
            sums: dict[int, list[float]] = {}
            for i in layer:
                for group in boxes[i].around:
                    sums.setdefault(group, []).append(wish[i])
            means = {group: sum(found) / len(found) for group, found in sums.items()}
            layer.sort(key=lambda i: [(means[g], g) for g in boxes[i].around] + [(wish[i], 1e9 + at[i])])
            for place_, i in enumerate(layer):
                at[i] = float(place_)


def place(boxes: list[Box], layers: list[list[int]]) -> None:
    """Moves boxes below and above their neighbours, as far as the order in their layer allows."""
    for layer in layers:
        x = 0.0
        for i in layer:
            boxes[i].x = x + boxes[i].width / 2
            x += boxes[i].width + GAP_X
        for i in layer:
            boxes[i].x -= (x - GAP_X) / 2
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            wishes = []
            for i in layer:
                box = boxes[i]
                near = box.up if down else box.down
                wishes.append(sum(boxes[j].x for j in near) / len(near) if near else box.x)
            settle(boxes, layer, wishes)


def settle(boxes: list[Box], layer: list[int], wishes: list[float]) -> None:
    """The places nearest to the wishes, in the least-squares sense, at which no two boxes of a layer touch.

    Neighbours that would collide become one block at the mean of their wishes; bends weigh more, so that long
    edges are straight.
    """
    offsets, offset = [], 0.0
    for k, i in enumerate(layer):
        if k:
            offset += (boxes[layer[k - 1]].width + boxes[i].width) / 2 + GAP_X
        offsets.append(offset)
    blocks: list[list[float]] = []  # weighted sum of wishes, weight, how many
    for k, i in enumerate(layer):
        weight = 1.0 if boxes[i].height else 4.0
        blocks.append([weight * (wishes[k] - offsets[k]), weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    k = 0
    for total, weight, count in blocks:
        for _ in range(int(count)):
            boxes[layer[k]].x = total / weight + offsets[k]
            k += 1
