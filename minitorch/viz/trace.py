"""The recorded graph behind a value, as plain data: nodes, where their inputs come from, what is known of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from minitorch.autograd.function import FunctionNode
from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError
from minitorch.op import FREED, Op, Saved
from minitorch.value import Value, array_of
from minitorch.viz.summary import Summary, summary
from minitorch.viz.watching import Line, Part, Seen

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep

MOST = 20_000  # ops in a picture


@dataclass
class Input:
    """One input of an op.

    Attributes:
        source: the number of the node that it comes from.
        output: which of that node's results it is.
        name: what the op's formula calls it.
        sent: the gradient that the op sends back along it.
        level: how many of the op's modules are around it, for leaves and constants, if that is known.
        local: the derivative of the op's result by it, where it is small; see `local.derivatives`.
    """

    source: int
    output: int
    name: str
    sent: Summary | None = None
    local: dict[str, str] | None = None
    level: int | None = None


@dataclass
class Node:
    """An op, a leaf or a constant.

    Attributes:
        kind: "op", "leaf" (gets a gradient) or "constant" (gets none).
        op: the name of the op; empty for the others.
        name: how the user calls it, if that is known.
        shapes: of each result.
        values: of each result, or None where it is not known.
        grads: the incoming gradients, of each result.
        path: the modules around it.
        line: the user's line that applied it.
    """

    number: int
    kind: str
    op: str = ""
    name: str = ""
    shapes: list[list[int]] = field(default_factory=list)
    values: list[Summary | None] = field(default_factory=list)
    grads: list[Summary | None] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    path: tuple[Part, ...] = ()
    line: Line | None = None
    made: str = ""  # the same as text, where only `detect_anomaly` noted it
    seen: bool = False

    @property
    def label(self) -> str:
        """What stands on top of it in a picture."""
        return self.op or self.name or (self.values[0] or {}).get("short", "") or self.kind


@dataclass
class Trace:
    """A graph.

    Attributes:
        nodes: each one after all that it is computed from.
        root: the number of the value that it ends in.
        formulas: of each op, forward and backward, from its docstring.
        sources: of each op, the file and line that define it.
        origin: the op, leaf or array behind each node.
    """

    nodes: list[Node]
    root: int
    formulas: dict[str, str]
    sources: dict[str, str]
    origin: list[Any]

    @property
    def ops(self) -> list[Node]:
        """The ops, in the order in which they ran."""
        return [node for node in self.nodes if node.kind == "op"]


def trace(loss: Any, names: dict[str, Any], inner: dict[str, Any]) -> Trace:
    """The graph behind a value.

    Args:
        loss: the value.
        names: how leaves and inner values are called.
        inner: names that are used where `names` and the modules say nothing: the user's variables.

    Raises:
        ArgumentTypeError, GradientError: for what has no graph.
        ArgumentError: for more ops than a picture shows.
    """
    if not isinstance(loss, Value):
        raise ArgumentTypeError(f"viz: expected a Tensor with a graph, got {type(loss).__name__}")
    if loss._view is not None:
        loss._view.refresh(loss)
    if loss.grad_fn is None:
        raise GradientError(
            f"viz: the tensor of shape {tuple(loss.array.shape)} has no graph: nothing that it was computed from "
            f"requires grad, or it was computed under no_grad() or after detach()"
        )
    return Builder(loss, names, inner).build()


class Builder:
    """Collects the nodes of one graph."""

    def __init__(self, loss: Any, names: dict[str, Any], inner: dict[str, Any]) -> None:
        self.loss = loss
        self.given = called(names)
        self.variables = called(inner)
        self.nodes: list[Node] = []
        self.origin: list[Any] = []
        self.numbers: dict[Any, int] = {}
        self.formulas: dict[str, str] = {}
        self.sources: dict[str, str] = {}

    def build(self) -> Trace:
        """Walks the graph, oldest op first."""
        ops = reachable(self.loss.grad_fn)
        if len(ops) > MOST:
            raise ArgumentError(
                f"viz: the graph has {len(ops):,} ops, a picture shows at most {MOST:,}; draw one step of the loop, or "
                f"detach() what came before"
            )
        for op in ops:
            self.add_op(op)
        root = self.numbers[self.loss.grad_fn]
        self.nodes[root].values[self.loss._output_nr] = summary(self.loss)
        return Trace(self.nodes, root, self.formulas, self.sources, self.origin)

    def add(self, key: Any, origin: Any, **fields: Any) -> int:
        """Adds a node; returns its number."""
        number = self.numbers[key] = len(self.nodes)
        self.nodes.append(Node(number, **fields))
        self.origin.append(origin)
        return number

    def add_op(self, op: Op) -> None:
        """Adds an op, and before it the leaves and constants among its inputs."""
        seen: Seen | None = op.seen
        saved = saved_values(op)
        parameters = {i: name for name, i in op.parameters.items()}
        inputs = []
        for i, edge in enumerate(op.edges):
            name = parameters.get(i, f"input {i}")
            if isinstance(edge, Op):
                source = self.numbers[edge]
            elif edge is not None:
                source = self.leaf(edge, seen, i)
            else:
                found = self.constant(op, seen, saved, i)
                if found is None:
                    continue
                source = found
            output = op.edge_outputs[i] if op.edge_outputs and isinstance(edge, Op) else 0
            values = self.nodes[source].values
            if values[output] is None and i in saved:
                values[output] = summary(saved[i])
            inputs.append(Input(source, output, name, level=seen.levels.get(i) if seen else None))
        shapes = [list(shape) for shape, _ in op.outputs] if op.outputs else [list(op.shape)]
        name = next((self.name(op, k) for k in range(len(shapes)) if self.name(op, k)), "")
        known = [saved.get(-1 - k) for k in range(len(shapes))]
        values = list(seen.outputs) if seen else [None if x is None else summary(x) for x in known]
        self.describe(op)
        self.add(
            op,
            op,
            kind="op",
            op=op.op_name,
            name=name,
            shapes=shapes,
            values=values,
            grads=[None] * len(shapes),
            inputs=inputs,
            path=seen.path if seen else (),
            line=seen.line if seen else None,
            made=op.line or "",
            seen=seen is not None,
        )

    def leaf(self, x: Any, seen: Seen | None, i: int) -> int:
        """The number of a leaf."""
        if x not in self.numbers:
            names = seen.names if seen else {}
            name = self.given.get(id(x)) or names.get(id(x)) or self.name(x, 0)
            value = seen.inputs.get(i) if seen else None
            self.add(
                x,
                x,
                kind="leaf",
                name=name,
                shapes=[list(x.array.shape)],
                values=[value or summary(x)],
                grads=[None],
            )
        return self.numbers[x]

    def constant(self, op: Op, seen: Seen | None, saved: dict[int, Any], i: int) -> int | None:
        """The number of an input that requires no grad, if it is known."""
        x = seen.constants.get(i) if seen else saved.get(i)
        if x is None:
            return None
        array = array_of(x)
        key = ("array", id(array)) if hasattr(array, "dtype") else (op.serial, i)
        if key not in self.numbers:
            value = seen.inputs[i] if seen else summary(array)
            name = self.given.get(id(array)) or (seen.names.get(id(x)) if seen else None)
            name = name or self.variables.get(id(array), "")
            self.add(
                key, array, kind="constant", name=name, shapes=[value["shape"]], values=[value], grads=[None]
            )
        return self.numbers[key]

    def name(self, key: Any, output: int) -> str:
        """How the user calls a result of an op, or a leaf."""
        for names in (self.given, self.variables):
            found = names.get((id(key), output)) or names.get(id(key))
            if found:
                return found
        return ""

    def describe(self, op: Op) -> None:
        """Notes the formula of an op, and where it is defined."""
        if op.op_name in self.formulas:
            return
        kind = op.function if isinstance(op, FunctionNode) else type(op)
        doc = kind.__dict__.get("__doc__") or ""
        self.formulas[op.op_name] = " ".join(doc.split("\n\n")[0].split()).rstrip(".")
        code = getattr(getattr(kind, "forward", None), "__code__", None)
        if code is not None and code.co_filename.startswith(ROOT):
            file = code.co_filename.removeprefix(ROOT).replace(os.sep, "/")
            self.sources[op.op_name] = f"{file}:{code.co_firstlineno}"


def called(names: dict[str, Any]) -> dict[Any, str]:
    """The names of values: by the id of a leaf, of a constant's array, or of an op and the number of its result."""
    found: dict[Any, str] = {}
    for name, x in names.items():
        if isinstance(x, Value):
            if x.grad_fn is not None:
                found.setdefault((id(x.grad_fn), x._output_nr), name)
            else:
                found.setdefault(id(x), name)
                found.setdefault(id(x.array), name)
    return found


def reachable(start: Op) -> list[Op]:
    """The ops behind one, the oldest first."""
    found = {start}
    stack = [start]
    while stack:
        for edge in stack.pop().edges:
            if isinstance(edge, Op) and edge not in found:
                found.add(edge)
                stack.append(edge)
    return sorted(found, key=lambda op: op.serial)


def saved_values(op: Op) -> dict[int, Any]:
    """What an op saved and nobody changed since: of input i under i, of result k under −1 − k."""
    saved = op.saved
    if saved is None or saved is FREED or saved.__class__ is not Saved:
        return {}
    return {
        source: getattr(saved, name)
        for name, version, at, source in op._origins or ()
        if version.value == at and getattr(saved, name, None) is not None
    }
