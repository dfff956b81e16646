"""The layered layout: downward, without overlaps, and the same in Python as in the browser."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from importlib.resources import files
from typing import Any

import pytest

from minitorch.viz.layout import Box, Layout, layout

Drawn = tuple[list[dict[str, Any]], list[tuple[int, int]]]


def random_graph(seed: int) -> Drawn:
    """Boxes in an order that edges follow; stretches of them are groups."""
    rng = random.Random(seed)
    n = rng.randint(2, 30)
    boxes = []
    for i in range(n):
        around = [1000 + i // 10, 2000 + i // 5] if i >= 5 else []
        boxes.append({"width": 40.0 + rng.randint(0, 80), "height": 27.0, "around": around, "isInput": False})
    edges = [(a, b) for b in range(1, n) for a in sorted(rng.sample(range(b), min(b, rng.randint(1, 3))))]
    targets = {b for _, b in edges}
    for i, box in enumerate(boxes):
        box["isInput"] = i not in targets
    return boxes, edges


def placed(graph: Drawn) -> Layout:
    boxes, edges = graph
    return layout([Box(b["width"], b["height"], tuple(b["around"]), b["isInput"]) for b in boxes], edges)


@pytest.mark.parametrize("seed", range(20))
def test_edges_go_down_and_boxes_do_not_touch(seed: int) -> None:
    boxes, edges = random_graph(seed)
    found = placed((boxes, edges))
    for a, b in edges:
        top, bottom = found.boxes[a], found.boxes[b]
        assert top.y + top.height / 2 < bottom.y - bottom.height / 2
    real = found.boxes[: len(boxes)]
    for i, box in enumerate(real):
        assert box.width / 2 <= box.x <= found.width - box.width / 2
        assert box.height / 2 <= box.y <= found.height - box.height / 2
        for other in real[:i]:
            apart_x = abs(box.x - other.x) >= (box.width + other.width) / 2
            apart_y = abs(box.y - other.y) >= (box.height + other.height) / 2
            assert apart_x or apart_y


@pytest.mark.parametrize("seed", range(20))
def test_routes_lead_from_layer_to_layer(seed: int) -> None:
    boxes, edges = random_graph(seed)
    found = placed((boxes, edges))
    assert sorted((route[0], route[-1]) for route in found.routes) == sorted(edges)
    for route in found.routes:
        layers = [found.boxes[i].layer for i in route]
        assert layers == list(range(layers[0], layers[-1] + 1))


@pytest.mark.parametrize("seed", range(20))
def test_frames_hold_their_boxes(seed: int) -> None:
    boxes, edges = random_graph(seed)
    found = placed((boxes, edges))
    for given, box in zip(boxes, found.boxes, strict=False):
        for group in given["around"]:
            left, top, right, bottom = found.frames[group]
            assert left < box.x - box.width / 2
            assert box.x + box.width / 2 < right
            assert top < box.y - box.height / 2
            assert box.y + box.height / 2 < bottom


def test_frames_hold_nothing_else() -> None:
    # a group whose first box is used outside while it goes on, and to which a late input comes
    inside = (7,)
    boxes = [
        Box(50, 20),
        Box(50, 20, inside),
        Box(50, 20, inside),
        Box(50, 20, (), True),
        Box(50, 20, inside),
        Box(50, 20),
        Box(50, 20),
    ]
    found = layout(boxes, [(0, 1), (1, 2), (2, 4), (3, 4), (1, 5), (4, 6), (5, 6)])
    _, top, _, bottom = found.frames[7]
    for i in (0, 3, 5, 6):
        assert not top < found.boxes[i].y < bottom


def test_an_order_without_crossings_is_found() -> None:
    # two chains whose boxes come in turn: a wrong order would cross them
    boxes = [Box(50, 20) for _ in range(8)]
    edges = [(0, 3), (1, 2), (2, 5), (3, 4), (4, 7), (5, 6)]
    found = layout(boxes, edges).boxes
    left = {i for i in range(8) if found[i].x < 60}
    assert left in ({0, 3, 4, 7}, {1, 2, 5, 6})


def test_a_single_box() -> None:
    one = layout([Box(40, 20)], [])
    assert (one.width, one.height) == (72.0, 52.0)


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs what the browser runs")
def test_the_browser_places_everything_alike() -> None:
    graphs = [random_graph(seed) for seed in range(20)]
    source = (files("minitorch.viz") / "page" / "layout.js").read_text("utf-8")
    tail = """
    const graphs = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify(graphs.map(([boxes, edges]) => {
      const found = layout(boxes, edges);
      return [found.boxes.map((box) => [box.x, box.y]), found.routes, [...found.frames], found.width, found.height];
    })));
    """
    done = subprocess.run(
        ["node", "-e", source + tail], input=json.dumps(graphs), capture_output=True, text=True, check=True
    )
    for graph, (places, routes, frames, width, height) in zip(graphs, json.loads(done.stdout), strict=True):
        found = placed(graph)
        assert routes == found.routes
        for box, (x, y) in zip(found.boxes, places, strict=True):
            assert (box.x, box.y) == pytest.approx((x, y))
        assert {group: pytest.approx(frame) for group, frame in frames} == found.frames
        assert (found.width, found.height) == pytest.approx((width, height))
