"""What of a graph is drawn: boxes with a few lines of text, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass

from minitorch.viz.groups import Group, Grouping
from minitorch.viz.layout import Box, Layout, layout
from minitorch.viz.trace import Node, Trace

CHARACTER, LINE = 7.0, 15.0  # what a letter takes, and a line
LONGEST = 30  # letters in a line


@dataclass
class Item:
    """A node, or a folded group.

    Attributes:
        kind: "op", "leaf", "constant" or "group".
        number: of the node or the group.
        lines: its text; the first is its title.
        hint: a longer text, for those who point at it or have it read to them.
    """

    kind: str
    number: int
    lines: list[str]
    hint: str
    around: tuple[int, ...]


@dataclass
class Scene:
    """The items, each after those that its edges come from; edges by their places in the list."""

    items: list[Item]
    edges: list[tuple[int, int]]

    def layout(self) -> Layout:
        """Where everything stands."""
        boxes = [
            Box(*size(item.lines), item.around, item.kind in ("leaf", "constant")) for item in self.items
        ]
        return layout(boxes, self.edges)


def scene(trace: Trace, grouping: Grouping, unfolded: set[int]) -> Scene:
    """What is drawn when these groups are open."""
    shown = [grouping.item(node.number, unfolded) for node in trace.nodes]
    last = {key: number for number, key in enumerate(shown)}
    keys = sorted(last, key=lambda key: last[key])
    place = {key: i for i, key in enumerate(keys)}
    items = []
    for what, number in keys:
        if what == "node":
            node = trace.nodes[number]
            items.append(
                Item(
                    node.kind,
                    number,
                    list(text_of(node, grouping.of[number] >= 0).values()),
                    hint_of(node),
                    grouping.around(number),
                )
            )
        else:
            group = grouping.groups[number]
            hint = f"module {group.name} ({group.kind}), folded"
            items.append(Item("group", number, group_lines(group, trace), hint, grouping.chain(group.parent)))
    edges = {
        (place[shown[entry.source]], place[shown[node.number]]): None
        for node in trace.nodes
        for entry in node.inputs
        if shown[entry.source] != shown[node.number]
    }
    return Scene(items, list(edges))


def cut(text: str) -> str:
    """A text that is short enough for a line."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def shape_text(shape: list[int]) -> str:
    """A shape as in `64 × 10`."""
    return " × ".join(map(str, shape)) if shape else "()"


def title(node: Node, inside: bool) -> str:
    """What stands on top of a node; inside of a group, only the last part of a parameter's name."""
    if node.kind == "op":
        return cut(f"{node.name} = {node.op}" if node.name else node.op)
    value = node.values[0]
    own = node.name.rsplit(".", 1)[-1] if inside else node.name
    return cut(own or (value["short"] if value and not value["shape"] else "") or node.kind)


def text_of(node: Node, inside: bool) -> dict[str, str]:
    """The lines of a node by what they are: title, then value where it is small, else shape; then gradient."""
    value, g = node.values[0], node.grads[0]
    lines = {"title": title(node, inside)}
    if len(node.shapes) > 1:
        lines["shape"] = ", ".join(map(shape_text, node.shapes))
    elif value is None or not value["short"] or len(value["long"]) >= LONGEST or "\n" in value["long"]:
        lines["shape"] = shape_text(node.shapes[0])
    elif value["short"] != lines["title"]:
        lines["value"] = value["short"]
    if g is not None:
        lines["gradient"] = f"∇ {g['short']}"
    return {what: cut(line) for what, line in lines.items()}


def hint_of(node: Node) -> str:
    """What is shown to those who point at a node."""
    what = " ".join(part for part in (node.kind, node.op, node.name) if part)
    return f"{what}, {'; '.join(f'{shape_text(shape)}' for shape in node.shapes)}"


def group_lines(group: Group, trace: Trace) -> list[str]:
    """The text of a folded group."""
    count = sum(trace.nodes[i].kind == "op" for i in group.nodes)
    ops = f"{count} op" if count == 1 else f"{count} ops"
    return [cut(group.name), cut(f"{group.kind}, {ops}" if group.kind != group.name else ops)]


def size(lines: list[str]) -> tuple[float, float]:
    """The width and height of a box with this text."""
    return max(56.0, CHARACTER * max(map(len, lines)) + 20), LINE * len(lines) + 12
