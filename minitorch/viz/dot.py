"""The graph in the DOT language, for those who have Graphviz."""

from __future__ import annotations

from minitorch.viz.groups import Grouping
from minitorch.viz.scene import Scene

SHAPES = {
    "op": 'shape=box, style=filled, fillcolor="#e8f0fe"',
    "leaf": 'shape=box, style="filled,rounded", fillcolor="#e3f5e7"',
    "constant": 'shape=box, style="filled,dashed", fillcolor="#f1f2f4"',
    "group": 'shape=box3d, style=filled, fillcolor="#f3e9fd"',
}


def dot(scene: Scene, grouping: Grouping) -> str:
    """The text of a digraph, in which open groups are clusters."""
    inside: dict[int, list[int]] = {}
    for i, item in enumerate(scene.items):
        inside.setdefault(item.around[-1] if item.around else -1, []).append(i)
    shown = {number for item in scene.items for number in item.around}

    def block(number: int, indent: str) -> list[str]:
        lines = []
        for i in inside.get(number, ()):
            item = scene.items[i]
            label = "\\n".join(quoted(line) for line in item.lines)
            lines.append(f'{indent}n{i} [label="{label}", {SHAPES[item.kind]}];')
        for group in grouping.groups:
            if group.parent == number and group.number in shown:
                lines.append(f"{indent}subgraph cluster_{group.number} {{")
                lines.append(f'{indent}  label="{quoted(group.name)}";')
                lines += [*block(group.number, indent + "  "), f"{indent}}}"]
        return lines

    edges = [f"  n{a} -> n{b};" for a, b in scene.edges]
    return "\n".join(["digraph {", '  node [fontname="monospace"];', *block(-1, "  "), *edges, "}", ""])


def quoted(text: str) -> str:
    """A text as it stands between DOT's quotation marks."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
