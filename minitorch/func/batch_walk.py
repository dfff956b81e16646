"""The walk back where vmap is about: gradients of batches, and batches of gradients.

A gradient may hold slices of a vmap that its target knows nothing of.  If that vmap is running while the walk
is started, as in `vmap(grad(f))`, each slice wants a gradient of its own, and they stay apart.  If not, as in
the gradient of a loss that was computed with vmap, the target was used in every slice: they add up.
"""

from __future__ import annotations

from heapq import heappush
from typing import Any

from minitorch.engine import Walk, cast, fit
from minitorch.errors import ArgumentError
from minitorch.func.batch import BatchedArray, Level
from minitorch.func.batch_ops import Repeat, SumBatch, gather, take, ways_in
from minitorch.func.batch_rules import is_sequence, levels_of, outermost
from minitorch.modes import current
from minitorch.op import Op, Saved
from minitorch.registry import backend_of
from minitorch.value import Value


def batches_about(roots: tuple[Any, ...]) -> bool:
    """Whether a walk may meet batches: inside of a vmap, from one, or with a graph alive that leads into one."""
    return bool(ways_in) or current().level is not None or any(levels_of(root) for root in roots)


class BatchWalk(Walk):
    """A walk whose gradients may be batches."""

    def __init__(self, create_graph: bool, retain_graph: bool) -> None:
        super().__init__(create_graph, retain_graph)
        self.running: set[Level] = set()
        level = current().level
        while level is not None:
            self.running.add(level)
            level = level.outer

    def deposit(self, target: Any, g: Any, number: int, source: Op | None) -> None:
        """Adds a gradient to what is pending, after its slices fit to those of the target."""
        if self.needed is not None and target not in self.needed:
            return
        if isinstance(target, Op):
            shape, dtype = (target.shape, target.dtype) if target.outputs is None else target.outputs[number]
        else:
            shape, dtype = target.array.shape, target.array.dtype
        wanted, given = getattr(shape, "levels", ()), levels_of(g)
        for level in wanted:
            if level not in given:
                g = Repeat.apply(g, level=level)
        if tuple(g.shape) != tuple(shape):
            g = fit(g, tuple(shape), source)
        for level in given:
            if level not in wanted and level not in self.running:
                g = SumBatch.apply(g, level=level)
        if g.dtype != dtype:
            g = cast(g, dtype)
        if isinstance(target, Op) and target.outputs is not None:
            self.deposit_at(target, g, number)
        elif target in self.pending:
            self.pending[target] = self.pending[target] + g
        else:
            self.pending[target] = g
            if isinstance(target, Op):
                heappush(self.heap, (-target.serial, target))

    def for_batches(self, node: Op, g: Any) -> Any:
        """The node itself, or where batches are about something with its formula that can work on them."""
        gradients = g if g.__class__ is list else [g]
        saved = node.saved.__dict__ if isinstance(node.saved, Saved) else {}
        if outermost(*gradients, *saved.values(), *node.__dict__.values()) is None:
            return node
        return BatchFormula(node)

    def exclusive(self, x: Any, g: Any) -> Any:
        """An array that nothing else will change; batches are copied."""
        return super().exclusive(x, g) if not levels_of(g) else backend_of(g).copy(g)


class BatchFormula:
    """The formula of a node for batches: at once where that works, else for one slice after the other."""

    fused_backward = None

    def __init__(self, node: Op) -> None:
        self.node = node

    def backward(self, *gradients: Any) -> Any:
        """Runs the formula."""
        node = self.node
        worker = node.twin(node.saved)
        lead = next((v for v in held(node, gradients) if v.__class__ is BatchedArray), None)
        worker.backend = node.backend if lead is None else backend_of(lead)
        try:
            return worker.backward(*gradients)
        except (ValueError, TypeError, IndexError, RuntimeError):
            level = outermost(*held(node, gradients))
            if level is None or not level.size:
                raise
            return gather([self.of_slice(level, i, gradients) for i in range(level.size)], level)

    def of_slice(self, level: Level, i: int, gradients: tuple[Any, ...]) -> Any:
        """The formula for one slice."""
        node = self.node
        worker = node.twin(node.saved)
        for name, value in node.__dict__.items():
            if name not in ("saved", "edges", "shape", "outputs"):
                worker.__dict__[name] = take(value, level, i)
        if isinstance(node.saved, Saved):
            worker.saved = Saved(take(dict(node.saved.__dict__), level, i))
        slices = take(gradients, level, i)
        inside = [v for v in held(worker, slices) if hasattr(v, "dtype")]
        batches = [v for v in inside if v.__class__ is BatchedArray]
        if batches or inside:
            worker.backend = backend_of((batches or inside)[0])
        return BatchFormula(worker).backward(*slices) if batches else worker.backward(*slices)


def held(node: Op, gradients: Any) -> list[Any]:
    """The arrays that a formula works with."""
    saved = node.saved.__dict__ if isinstance(node.saved, Saved) else {}
    found: list[Any] = []
    stack: list[Any] = [*gradients, *saved.values(), *(v for k, v in node.__dict__.items() if k != "edges")]
    while stack:
        x = stack.pop()
        if is_sequence(x):
            stack += x
        elif isinstance(x, Value):
            found.append(x.array)
        else:
            found.append(x)
    return found


def walk_batch(
    outputs: Any,
    inputs: Any,
    starts: tuple[Any, ...],
    retain_graph: bool | None,
    create_graph: bool,
    allow_unused: bool | None,
    materialize_grads: bool,
) -> tuple[Any, ...]:
    """`autograd.grad` with `is_grads_batched`: one walk with all the gradients that there are to start with."""
    from minitorch.func.vectorize import vmap
    from minitorch.gradients import grad

    unused: list[int] = []
    given = [i for i, g in enumerate(starts) if g is not None]
    if not given:
        raise ArgumentError("grad: with is_grads_batched=True, grad_outputs must be given")

    def walk(*gs: Any) -> tuple[Any, ...]:
        all_starts: list[Any] = [None] * len(starts)
        for i, g in zip(given, gs, strict=True):
            all_starts[i] = g
        found: tuple[Any, ...] = grad(
            outputs,
            inputs,
            all_starts,
            retain_graph,
            create_graph,
            allow_unused=allow_unused,
            materialize_grads=materialize_grads,
        )
        unused[:] = [i for i, g in enumerate(found) if g is None]
        return tuple(g for g in found if g is not None)

    results = list(vmap(walk)(*(starts[i] for i in given)))
    for i in unused:
        results.insert(i, None)
    return tuple(results)
