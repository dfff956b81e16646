"""Modules as groups of nodes, which pictures fold into one box each.

The ops of one call of a module ran one after the other, so they are a stretch of the graph's order: a folded
group never stands both before and after another item, and what is drawn stays free of cycles.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minitorch.viz.trace import Node, Trace
from minitorch.viz.watching import Part

FEW = 40  # so many items are drawn unasked
CHUNK = 50  # ops in a group, where no modules are known


@dataclass
class Group:
    """One call of a module.

    Attributes:
        parent: the number of the group around it, −1 for none.
        nodes: the numbers of all nodes inside, those of inner groups too.
    """

    number: int
    name: str
    kind: str
    parent: int
    nodes: list[int] = field(default_factory=list)


@dataclass
class Grouping:
    """The groups of a trace, and the innermost one of each node (−1 for none)."""

    groups: list[Group]
    of: list[int]

    def around(self, node: int) -> tuple[int, ...]:
        """The groups around a node, the outermost first."""
        return self.chain(self.of[node])

    def chain(self, group: int) -> tuple[int, ...]:
        """A group and those around it, the outermost first."""
        found: list[int] = []
        while group >= 0:
            found.insert(0, group)
            group = self.groups[group].parent
        return tuple(found)

    def unfolded(self, depth: int | None) -> set[int]:
        """The groups that are drawn open.

        Args:
            depth: open so many levels of modules; None: as many as give a picture that can be overlooked.
        """
        levels = [len(self.chain(group.number)) for group in self.groups]
        if depth is not None:
            return {group.number for group in self.groups if levels[group.number] <= depth}
        children: dict[int, int] = {}
        for number in [*(group.parent for group in self.groups), *self.of]:
            children[number] = children.get(number, 0) + 1
        found: set[int] = set()
        count = children.get(-1, 0)
        for level in range(1, max(levels, default=0) + 1):
            opened = [group.number for group in self.groups if levels[group.number] == level]
            count += sum(children[number] - 1 for number in opened)
            if count > (FEW if level > 1 else 3 * FEW):
                break
            found.update(opened)
        return found

    def item(self, node: int, unfolded: set[int]) -> tuple[str, int]:
        """What stands for a node: the outermost folded group around it, or the node itself."""
        for group in self.around(node):
            if group not in unfolded:
                return "group", group
        return "node", node


def group(trace: Trace) -> Grouping:
    """The groups of a trace: by modules, or where none are known and the graph is long, by counting."""
    groups: list[Group] = []
    of = [-1] * len(trace.nodes)
    chunk = 0
    if not any(node.path for node in trace.nodes) and len(trace.nodes) > 4 * CHUNK:
        chunk = max(CHUNK, len(trace.ops) // FEW + 1)
    stack: list[tuple[Part, int]] = []
    calls: dict[tuple[int, str], list[int]] = {}
    for i, node in enumerate(trace.ops):
        path = node.path
        if chunk:
            first = i // chunk * chunk
            path = (
                Part(f"ops {first + 1} … {min(first + chunk, len(trace.ops))}", "no modules noted", first),
            )
        same = 0
        while same < min(len(stack), len(path)) and stack[same][0] == path[same]:
            same += 1
        del stack[same:]
        for part in path[same:]:
            parent = stack[-1][1] if stack else -1
            earlier = calls.setdefault((parent, part.name), [])
            again = "part" if part.call in earlier else "call"  # lists of modules are not called themselves
            earlier.append(part.call)
            name = part.name if len(earlier) == 1 else f"{part.name}, {again} {len(earlier)}"
            groups.append(Group(len(groups), name, part.kind, parent))
            stack.append((part, len(groups) - 1))
        of[node.number] = stack[-1][1] if stack else -1
    found = without_singles(Grouping(groups, of), trace)
    groups = found.groups
    for node in trace.nodes:
        for number in found.around(node.number):
            groups[number].nodes.append(node.number)
    return found


def without_singles(found: Grouping, trace: Trace) -> Grouping:
    """Drops the groups of a single node, such as an activation: folding them would hide it for nothing."""
    place_inputs(trace.nodes, found)
    counts = [0] * len(found.groups)
    for number in range(len(found.of)):
        for i in found.around(number):
            counts[i] += 1
    new: dict[int, int] = {-1: -1}
    groups: list[Group] = []
    for old in found.groups:
        new[old.number] = new[old.parent]
        if counts[old.number] > 1:
            new[old.number] = len(groups)
            groups.append(Group(len(groups), old.name, old.kind, new[old.parent]))
    return Grouping(groups, [new[number] for number in found.of])


def place_inputs(nodes: list[Node], found: Grouping) -> None:
    """Puts leaves and constants into the innermost group that holds all who use them."""
    common: dict[int, tuple[int, ...]] = {}
    for node in nodes:
        if node.kind != "op":
            continue
        around = found.around(node.number)
        for entry in node.inputs:
            if nodes[entry.source].kind == "op":
                continue
            own = around[: entry.level]
            known = common.get(entry.source, own)
            same = 0
            while same < min(len(known), len(own)) and known[same] == own[same]:
                same += 1
            common[entry.source] = own[:same]
    for number, around in common.items():
        if around:
            found.of[number] = around[-1]
