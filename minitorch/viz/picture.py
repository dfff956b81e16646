"""`graph` and `step`: the recorded graph as a page that one can look into, and as SVG, PNG or DOT."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import Any, BinaryIO

from minitorch.anomaly import user_frame
from minitorch.atomic import replace_file
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.value import Value
from minitorch.viz.dot import dot
from minitorch.viz.gradients import add_gradients
from minitorch.viz.groups import Grouping, group
from minitorch.viz.png import png
from minitorch.viz.scene import LINE, Scene, group_lines, scene, size, text_of
from minitorch.viz.svg import svg
from minitorch.viz.trace import Input, Node, Trace, trace

HEIGHT = 560  # pixels of the frame in a notebook


class Picture:
    """A graph that notebooks show as a page of its own, and that can be written to a file.

    Attributes:
        trace: the nodes, with all that is known of them.
        steps: whether gradients are known, so that one can step forward and backward.
    """

    def __init__(self, found: Trace, steps: bool, depth: int | None) -> None:
        self.trace, self.steps, self._depth = found, steps, depth

    @cached_property
    def _grouping(self) -> Grouping:
        return group(self.trace)

    @cached_property
    def _scene(self) -> Scene:
        return scene(self.trace, self._grouping, self._grouping.unfolded(self._depth))

    @property
    def _names(self) -> dict[int, str]:
        return {group.number: group.name for group in self._grouping.groups}

    def to_dict(self) -> dict[str, Any]:
        """What the page is made of: nodes, groups, formulas, as JSON has them.

        >>> import minitorch
        >>> from minitorch import viz
        >>> x = minitorch.tensor(3.0, requires_grad=True)
        >>> [node["lines"] for node in viz.step(x * x).to_dict()["nodes"]]
        [['x', '3', '∇ 6'], ['mul', '9', '∇ 1']]
        """
        grouping, found = self._grouping, self.trace
        groups = []
        for one in grouping.groups:
            lines = group_lines(one, found)
            fields = {"name": one.name, "type": one.kind, "parent": one.parent}
            groups.append({**fields, "lines": lines, "size": size(lines)})
        return {
            "steps": self.steps,
            "line": LINE,
            "ops": len(found.ops),
            "root": found.root,
            "nodes": [as_dict(node, grouping.of[node.number]) for node in found.nodes],
            "groups": groups,
            "unfolded": sorted(grouping.unfolded(self._depth)),
            "formulas": found.formulas,
            "sources": found.sources,
        }

    def to_html(self) -> str:
        """The whole page, which needs nothing from elsewhere."""
        data = json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        page = part("page.html").replace("/*CSS*/", part("page.css"))
        return page.replace("/*JS*/", part("layout.js") + part("page.js")).replace("/*DATA*/", data)

    def to_svg(self) -> str:
        """The picture without the page, as the groups are folded at first."""
        return svg(self._scene, self._names)

    def to_dot(self) -> str:
        r"""The same in the language of Graphviz.

        >>> import minitorch
        >>> from minitorch import viz
        >>> x = minitorch.tensor(3.0, requires_grad=True)
        >>> print(viz.graph(x.exp()).to_dot())
        digraph {
          node [fontname="monospace"];
          n0 [label="x\n3", shape=box, style="filled,rounded", fillcolor="#e3f5e7"];
          n1 [label="exp\n20.09", shape=box, style=filled, fillcolor="#e8f0fe"];
          n0 -> n1;
        }
        <BLANKLINE>
        """
        return dot(self._scene, self._grouping)

    def to_png(self, scale: float = 2.0) -> bytes:
        """The picture as the bytes of a PNG file.

        Args:
            scale: how many pixels one of the SVG becomes.

        Raises:
            MissingDependencyError: without matplotlib, which draws it.
        """
        return png(self._scene, self._names, scale)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file: `.html` with everything, `.svg`, `.png` or `.dot`.

        Raises:
            ArgumentError: for another ending.
            MissingDependencyError: for `.png` without matplotlib.
        """
        kinds: dict[str, Callable[[], Any]] = {
            ".html": self.to_html,
            ".svg": self.to_svg,
            ".png": self.to_png,
            ".dot": self.to_dot,
        }
        ending = os.path.splitext(os.fspath(path))[1].lower()
        if ending not in kinds:
            raise ArgumentError(
                f"viz.save: the ending of {os.fspath(path)!r} says which format to write; "
                f"expected one of {', '.join(kinds)}"
            )
        content = kinds[ending]()
        data = content if isinstance(content, bytes) else content.encode()

        def write(file: BinaryIO) -> None:
            file.write(data)

        replace_file(os.fspath(path), write)

    def _repr_html_(self) -> str:
        what = "Step through" if self.steps else "Look into"
        return (
            f'<iframe title="{what} the recorded graph of {len(self.trace.ops)} ops" sandbox="allow-scripts" '
            f'style="width:100%;height:{HEIGHT}px;border:1px solid #8a94a366;border-radius:6px" '
            f'srcdoc="{escape(self.to_html())}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<graph of {len(self.trace.ops)} ops; save() writes it to .html, .svg, .png or .dot>"


def graph(loss: Any, *, names: dict[str, Any] | None = None, depth: int | None = None) -> Picture:
    """Draws the recorded graph behind a value.

    Under `watch` the ops know their source lines, modules and values; otherwise only what they saved.

    Args:
        loss: the value; any shape.
        names: what tensors are called; by default parameters have their names in the outermost module, and others
            those of your variables.
        depth: unfold so many levels of modules; by default as many as can be overlooked.

    Raises:
        ArgumentTypeError, GradientError: for what has no graph.

    >>> import minitorch
    >>> from minitorch import viz
    >>> w = minitorch.ones(2, requires_grad=True)
    >>> viz.graph((w * 3).sum())
    <graph of 2 ops; save() writes it to .html, .svg, .png or .dot>
    """
    return Picture(trace(loss, given(names), variables()), False, depth)


def step(
    loss: Any, gradient: Any = None, *, names: dict[str, Any] | None = None, depth: int | None = None
) -> Picture:
    """The recorded graph with its gradients, to step through forward and backward.

    A walk back runs as `backward(retain_graph=True)` would, hooks included, but no `.grad` is touched. Call it before
    `backward()`, which frees what the ops saved.

    Args:
        loss: where the walk starts.
        gradient: what it starts with; may be left out for one-element tensors.
        names: as in `graph`.
        depth: as in `graph`.

    Raises:
        ArgumentTypeError, GradientError: for what has no graph, or whose graph was freed.

    >>> import minitorch
    >>> from minitorch import viz
    >>> w = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> with viz.watch():
    ...     loss = (w * w).sum()
    >>> viz.step(loss)
    <graph of 2 ops; save() writes it to .html, .svg, .png or .dot>
    """
    found = trace(loss, given(names), variables())
    add_gradients(found, loss, gradient)
    return Picture(found, True, depth)


def given(names: Any) -> dict[str, Any]:
    """The names that the user gives.

    Raises:
        ArgumentTypeError: unless it is a dict of tensors.
    """
    names = {} if names is None else names
    if not isinstance(names, dict) or not all(isinstance(x, Value) for x in names.values()):
        raise ArgumentTypeError(
            "viz: names must be a dict of tensors, such as dict(model.named_parameters())"
        )
    return names


def variables() -> dict[str, Any]:
    """The tensors among the user's variables, the nearest first."""
    frame = user_frame()
    if frame is None:
        return {}
    found = {**frame.f_locals, **{k: x for k, x in frame.f_globals.items() if k not in frame.f_locals}}
    return {name: x for name, x in found.items() if isinstance(x, Value) and not name.startswith("_")}


def part(name: str) -> str:
    """One of the files that the page is put together from."""
    return (files("minitorch.viz") / "page" / name).read_text("utf-8")


def as_dict(node: Node, group: int) -> dict[str, Any]:
    """A node as JSON has it; what is empty is left out."""
    text = text_of(node, group >= 0)
    what = list(text)
    lines = list(text.values())
    found = {
        "kind": node.kind,
        "op": node.op,
        "name": node.name,
        "lines": lines,
        "roles": "".join(role[0] for role in what),  # title, shape, value, gradient
        "size": size(lines),
        "group": group,
        "path": node.path,
        "line": node.line,
        "made": node.made,
        "shapes": node.shapes,
        "values": node.values,
        "grads": node.grads if any(node.grads) else [],
        "inputs": [input_as_dict(entry) for entry in node.inputs],
    }
    return {key: x for key, x in found.items() if x not in ("", (), [], None)}


def input_as_dict(entry: Input) -> dict[str, Any]:
    """An input as JSON has it."""
    found = {
        "source": entry.source,
        "output": entry.output,
        "name": entry.name,
        "sent": entry.sent,
        "local": entry.local,
    }
    return {key: x for key, x in found.items() if x is not None}
