"""The gradients of a graph: a walk back that notes what arrives at each node and what each op sends on."""

from __future__ import annotations

from typing import Any

from minitorch.autograd.function import FunctionNode
from minitorch.engine import Walk, as_running, cast, fit
from minitorch.errors import NotSupportedError
from minitorch.gradients import _first_gradient
from minitorch.modes import walking
from minitorch.op import BATCHES, Op
from minitorch.registry import backend_of
from minitorch.value import array_of
from minitorch.viz.summary import Summary, number, rows, summary
from minitorch.viz.trace import Trace

SMALL = 12  # derivatives of up to so many results by up to so many inputs are shown


class NotingWalk(Walk):
    """An ordinary walk that keeps the graph, and notes the gradients on their way."""

    def __init__(self) -> None:
        super().__init__(create_graph=False, retain_graph=True)
        self.incoming: dict[Op, list[Summary | None]] = {}
        self.sent: dict[Op, list[tuple[Any, int, Summary]]] = {}
        self.captured = {(None, 0): None}  # so that `arrive` is called for every node

    def arrive(self, node: Op, g: Any) -> Any:
        """Notes the whole gradient of a node's results."""
        g = super().arrive(node, g)
        self.incoming[node] = [None if x is None else summary(x) for x in (g if isinstance(g, list) else [g])]
        return g

    def deposit(self, target: Any, g: Any, number: int, source: Op | None) -> None:
        """Notes what one op sends to one of its inputs."""
        if array_of(g).__class__ in BATCHES:
            raise NotSupportedError(
                "viz.step: a part of the graph ran inside of vmap, where gradients are batches and no single values; "
                "call the function on one slice, or draw it with viz.graph"
            )
        if source is not None:
            shape, dtype = place(target, number)
            if g.shape != shape:
                g = fit(g, shape, source)
            if array_of(g).dtype != dtype:
                g = cast(g, dtype)
            self.sent.setdefault(source, []).append((target, number, summary(g)))
        super().deposit(target, g, number, source)


def place(target: Any, number: int) -> tuple[tuple[int, ...], Any]:
    """The shape and dtype of a leaf, or of a result of an op."""
    if not isinstance(target, Op):
        return target.array.shape, target.array.dtype
    return (target.shape, target.dtype) if target.outputs is None else target.outputs[number]


def add_gradients(found: Trace, loss: Any, gradient: Any = None) -> None:
    """Walks back from `loss` and writes the gradients into the nodes; no `.grad` is touched.

    Raises:
        GradientError: if `loss` has several elements and no gradient is given, or the graph was freed.
        NotSupportedError: if a part of it ran inside of vmap.
    """
    walk = NotingWalk()
    walk.roots = (loss,)
    backend = backend_of(loss.array)
    with walking(create_graph=False, raw=True), backend.quiet(), as_running(walk):
        g = _first_gradient(loss, gradient)
        walk.deposit(loss.grad_fn, walk.as_carried(g), loss._output_nr, None)
        walk.run()
    with walking(create_graph=False, raw=False), as_running(walk):
        leaves = {id(leaf): summary(arrived) for leaf, arrived in walk.leaf_gradients()}
    for node, origin in zip(found.nodes, found.origin, strict=True):
        if node.kind == "leaf":
            node.grads = [leaves.get(id(origin))]
        elif node.kind == "op":
            node.grads = walk.incoming.get(origin, node.grads)
            waiting = walk.sent.get(origin, [])
            for entry in node.inputs:
                target = found.origin[entry.source]
                for i, (goal, output, sent) in enumerate(waiting):
                    if goal is target and output == entry.output:
                        entry.sent = sent
                        del waiting[i]
                        break
            if node.grads[0] is not None:
                add_local(node, origin, found)


def add_local(node: Any, op: Op, found: Trace) -> None:
    """Writes the derivatives of an op's result by its inputs, where they are small."""
    inputs = [
        (i, entry) for i, entry in enumerate(node.inputs) if found.nodes[entry.source].kind != "constant"
    ]
    if op.outputs is not None or isinstance(op, FunctionNode) or not small(op.shape, op.dtype):
        return
    by_edge = jacobian(op)
    edges = [i for i, edge in enumerate(op.edges) if edge is not None]
    for (_, entry), i in zip(inputs, edges, strict=True):
        if (lines := by_edge.get(i)) is not None:
            entry.local = in_words(lines, tuple(op.shape), place(op.edges[i], entry.output)[0])


def small(shape: Any, dtype: Any) -> bool:
    """Whether a derivative by or of such an array is shown."""
    size = 1
    for n in shape:
        size *= n
    return 0 < size <= SMALL and dtype.kind == "f"


def jacobian(op: Op) -> dict[int, list[Any]]:
    """Of every small input the gradients of each element of the result, by the op's own formula."""
    backend = op.backend
    numbers = op.edge_outputs or (0,) * len(op.edges)
    wanted = [i for i, edge in enumerate(op.edges) if edge is not None and small(*place(edge, numbers[i]))]
    found: dict[int, list[Any]] = {i: [] for i in wanted}
    size = len(op.backend.zeros(op.shape, op.dtype).reshape(-1)) if wanted else 0
    worker = op.twin(op.unpack(False)) if op.saved is not None else op
    with walking(create_graph=False, raw=True), backend.quiet():
        for k in range(size):
            flat = backend.zeros((size,), op.dtype)
            flat[k] = 1
            g = flat.reshape(op.shape)
            grads = (worker.fused_backward or worker.backward)(g if op.shape else g[()])
            grads = grads if isinstance(grads, tuple) else (grads,)
            for i in wanted:
                shape = place(op.edges[i], numbers[i])[0]
                row = grads[i]
                if row is not None:
                    row = (fit(row, shape, op) if row.shape != shape else row).reshape(-1).tolist()
                found[i].append(row)
    return {i: lines for i, lines in found.items() if all(line is not None for line in lines)}


def in_words(lines: list[list[float]], shape: tuple[int, ...], by: tuple[int, ...]) -> dict[str, str]:
    """A Jacobian as text: as one number per element where each element depends on its own alone."""
    if len(lines) == 1:
        kind, values = "", lines[0]
    elif shape == by and all(x == 0 for k, line in enumerate(lines) for i, x in enumerate(line) if i != k):
        kind, values = "element by element", [line[k] for k, line in enumerate(lines)]
    else:
        return {"kind": "a row for each element of the result", "text": rows(lines)}
    short = number(values[0]) if len(values) == 1 else ""
    return {"kind": kind, "text": rows(folded(values, by)), "short": short}


def folded(values: list[float], shape: tuple[int, ...]) -> Any:
    """A flat list as nested lists."""
    if not shape:
        return values[0]
    if len(shape) == 1:
        return values
    step = len(values) // shape[0]
    return [folded(values[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
