"""The walk back through the graph: `Walk`, with hooks, retained graphs, and derivatives of every order.

Nodes wait in a heap, the most recently applied first.  What an op consumed is always older than the op, so
every consumer of a value has added its share before the value's own node is taken.  There is no recursion:
a chain of a million ops is walked like a chain of ten.

Gradients in flight belong to the walk alone.  Those of leaves are handed over at its end, so a walk that
fails leaves every `.grad` as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from heapq import heappop, heappush
from threading import Lock
from typing import TYPE_CHECKING, Any

from minitorch.anomaly import check_gradients
from minitorch.errors import ArgumentTypeError, GradientError, ShapeError
from minitorch.modes import current, walking
from minitorch.op import BATCHES, FREED, Op
from minitorch.registry import backend_of
from minitorch.value import Value, array_of, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

_accumulating = Lock()
running_walk: ContextVar[Any] = ContextVar("minitorch.walk")


class as_running:
    """Makes a walk known to the hooks and Functions that it calls."""

    __slots__ = ("_token", "_walk")

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def __enter__(self) -> None:
        self._token = running_walk.set(self._walk)

    def __exit__(self, *_: Any) -> None:
        running_walk.reset(self._token)


class Walk:
    """One walk back from some roots.

    Attributes:
        pending: gradients on their way, by the node or leaf that they go to; a list, one entry per
            output, for nodes with several outputs.
        heap: the nodes with pending gradients, the latest applied first.
    """

    for_batches: Any = None  # what vmap makes of a node before its formula runs

    def __init__(self, create_graph: bool, retain_graph: bool) -> None:
        self.create_graph, self.retain_graph = create_graph, retain_graph
        self.pending: dict[Any, Any] = {}
        self.heap: list[tuple[int, Op]] = []
        self.owned: set[Any] = set()  # targets whose pending array is a sum that nobody else holds
        self.needed: set[Any] | None = None  # None: everything
        self.captured: dict[tuple[Any, int], Any] = {}
        self.roots: tuple[Any, ...] = ()
        self.retained: list[tuple[Variable, Any]] = []
        self.held: set[int] = set()  # ids of arrays that a user may hold, or that became somebody's .grad

    def run(self) -> None:
        """Takes node after node until none is left."""
        heap, pending, owned, captured = self.heap, self.pending, self.owned, self.captured
        create_graph, deposit = self.create_graph, self.deposit
        check_nan, for_batches = current().anomaly and current().check_nan, self.for_batches
        while heap:
            node = heappop(heap)[1]
            g = pending.pop(node)
            if owned:
                owned.discard(node)
            hooks, saved, edges = node.hooks, node.saved, node.edges
            if hooks is not None:
                g = self.before(node, g)
            if captured or node.outputs is not None:
                g = self.arrive(node, g)
            worker = node
            if saved is not None:
                unpacked = node.unpack(create_graph)
                if unpacked is not saved:
                    worker = node.twin(unpacked)
            if for_batches is not None:
                worker = for_batches(worker, g)
            formula = worker.backward
            if not create_graph and worker.fused_backward is not None:
                formula = worker.fused_backward
            grads = formula(*g) if g.__class__ is list else formula(g)
            if saved is not None and not self.retain_graph:
                node.saved = FREED
            if hooks is not None:
                grads = self.after(node, grads, g)
            if check_nan:
                check_gradients(node, grads)
            if grads.__class__ is not tuple:
                grads = (grads,)
            if len(grads) != len(edges):
                raise GradientError(
                    f"{node.op_name}: backward returned {len(grads)} gradients for {len(edges)} inputs"
                )
            numbers = node.edge_outputs
            for i, target in enumerate(edges):
                if target is not None and grads[i] is not None:
                    deposit(target, grads[i], 0 if numbers is None else numbers[i], node)

    def deposit(self, target: Any, g: Any, number: int, source: Op | None) -> None:
        """Adds a gradient, which `source` computed, to what is pending for one output of `target`."""
        if self.needed is not None and target not in self.needed:
            return
        outputs = None
        if is_node := isinstance(target, Op):
            outputs = target.outputs
            shape, dtype = (target.shape, target.dtype) if outputs is None else outputs[number]
        else:
            array = target.array
            shape, dtype = array.shape, array.dtype
        if g.shape != shape:
            g = fit(g, shape, source)
        if g.dtype is not dtype and array_of(g).dtype != dtype:
            g = cast(g, dtype)
        pending = self.pending
        if outputs is not None:
            self.deposit_at(target, g, number)
        elif target not in pending:
            pending[target] = g
            if is_node:
                heappush(self.heap, (-target.serial, target))
        elif self.create_graph or not shape:
            pending[target] = pending[target] + g
        elif target in self.owned:
            backend_of(g).add_into(pending[target], g)
        else:
            pending[target] = backend_of(g).add(pending[target], g)
            self.owned.add(target)

    def deposit_at(self, node: Op, g: Any, number: int) -> None:
        """Adds a gradient to what is pending for one of the several outputs of a node."""
        waiting = self.pending.get(node)
        if waiting is None:
            self.pending[node] = waiting = [None] * len(node.outputs or ())
            heappush(self.heap, (-node.serial, node))
        waiting[number] = g if waiting[number] is None else waiting[number] + g

    def arrive(self, node: Op, g: Any) -> Any:
        """Captures what `grad()` asked for; fills in zeros for outputs that got no gradient."""
        gradients = g if g.__class__ is list else [g]
        for number, value in enumerate(gradients):
            if (node, number) in self.captured:
                self.captured[node, number] = value
        if node.outputs is None or not node.materialize:
            return g
        return [
            self.zeros(node, *node.outputs[k]) if value is None else value
            for k, value in enumerate(gradients)
        ]

    def zeros(self, node: Op, shape: tuple[int, ...], dtype: Any) -> Any:
        """A gradient of zeros, as the walk carries them."""
        array = node.backend.zeros(shape, dtype)
        return wrap(array) if self.create_graph else array

    # Hooks ---------------------------------------------------------------------------------------

    def before(self, node: Op, g: Any) -> Any:
        """Runs the hooks on the gradients of a node's outputs."""
        gradients = list(g) if g.__class__ is list else [g]
        for number, hook in node.node_hooks().of("output"):
            if gradients[number] is not None:
                gradients[number] = self.call(hook, gradients[number])
        for number, hook in node.node_hooks().of("retain"):
            variable = hook()
            if variable is not None and gradients[number] is not None:
                self.retained.append((variable, gradients[number]))
        for _, hook in node.node_hooks().of("before"):
            changed = self.user(hook, tuple(map(self.as_variable, gradients)))
            if changed is not None:
                gradients = [self.as_carried(x) for x in changed]
        return gradients if g.__class__ is list else gradients[0]

    def after(self, node: Op, grads: Any, g: Any) -> Any:
        """Runs the hooks on the gradients of a node's inputs."""
        for _, hook in node.node_hooks().of("after"):
            grads = grads if grads.__class__ is tuple else (grads,)
            outputs = tuple(g) if g.__class__ is list else (g,)
            changed = self.user(
                hook, tuple(map(self.as_variable, grads)), tuple(map(self.as_variable, outputs))
            )
            if changed is not None:
                changed = changed if isinstance(changed, (tuple, list)) else (changed,)
                grads = tuple(map(self.as_carried, changed))
        return grads

    def call(self, hook: Callable[..., Any], g: Any) -> Any:
        """The gradient after a tensor's hook, which may return another one or None."""
        changed = self.user(hook, self.as_variable(g))
        if changed is None:
            return g
        if not isinstance(changed, Value):
            raise ArgumentTypeError(
                f"hook: expected a Tensor or None from the hook, got {type(changed).__name__}"
            )
        if changed.array.shape != g.shape:
            raise ShapeError(
                f"hook: the hook returned a gradient of shape {tuple(changed.array.shape)} "
                f"in place of one of shape {tuple(g.shape)}"
            )
        return self.as_carried(changed)

    def user(self, function: Callable[..., Any], *args: Any) -> Any:
        """Calls a user's function, which sees Variables and the ordinary rules."""
        with walking(self.create_graph, raw=False):
            return function(*args)

    def will_reach(self, targets: Sequence[tuple[Any, int]]) -> int:
        """How many of these outputs of nodes, or leaves, get a gradient in this walk."""
        found: set[tuple[Any, int]] = set()
        seen: set[Any] = set()
        stack = [(root.grad_fn or root, root._output_nr) for root in self.roots]
        while stack:
            place = stack.pop()
            node = place[0]
            if self.needed is not None and node not in self.needed:
                continue
            found.add(place)
            if node not in seen and isinstance(node, Op):
                seen.add(node)
                numbers = node.edge_outputs or (0,) * len(node.edges)
                stack += [place for place in zip(node.edges, numbers, strict=True) if place[0] is not None]
        return sum(target in found for target in targets)

    def as_variable(self, g: Any) -> Any:
        """A gradient as a user sees it."""
        if g is None or isinstance(g, Value):
            return g
        array = backend_of(g).asarray(g)
        self.held.add(id(array))
        return wrap(array)

    def as_carried(self, g: Any) -> Any:
        """A user's gradient as the walk carries it."""
        if not isinstance(g, Value) or self.create_graph:
            return g
        if not g.array.shape and g.array.__class__ not in BATCHES:
            return g.array[()]
        self.held.add(id(g.array))
        return g.array

    # The end of the walk -------------------------------------------------------------------------

    def leaf_gradients(self) -> list[tuple[Variable, Any]]:
        """What arrived at leaves, after their hooks."""
        arrived = []
        for leaf, g in self.pending.items():
            if leaf._leaf_hooks:
                for hook in list(leaf._leaf_hooks.values()):
                    g = self.call(hook, g)
            arrived.append((leaf, g))
        return arrived

    def deliver(self, gradients: list[tuple[Variable, Any]]) -> None:
        """Accumulates into `.grad`, of leaves and of the inner values that retain theirs."""
        with _accumulating:
            for leaf, g in gradients:
                if self.create_graph:
                    leaf._grad = g if leaf._grad is None else leaf._grad + g
                elif leaf._grad is None:
                    leaf._grad = wrap(self.exclusive(leaf, g))
                else:
                    backend_of(leaf.array).add_into(leaf._grad.array, g)
                    leaf._grad._version_counter().value += 1
            for inner, g in self.retained:
                value = g if self.create_graph else wrap(self.exclusive(inner, g))
                inner.grad = value if inner.grad is None else inner.grad + value
        for leaf, _ in gradients:
            if leaf._post_hooks:
                for hook in list(leaf._post_hooks.values()):
                    hook(leaf)

    def exclusive(self, x: Variable, g: Any) -> Any:
        """An array that nothing else will change: a copy, unless this one is whole and nobody holds it."""
        backend = backend_of(x.array)
        array = backend.asarray(g)
        if id(array) in self.held or not backend.is_whole(array):
            array = backend.copy(array)
        self.held.add(id(array))
        return array


def fit(g: Any, shape: tuple[int, ...], source: Op | None) -> Any:
    """A gradient in the shape of the input that it belongs to, for ops that broadcast.

    Raises:
        GradientError: for any other op whose backward returned another shape.
    """
    if source is None or not source.broadcasts:
        raise GradientError(
            f"{source.op_name if source else 'backward'}: backward returned a gradient of shape {tuple(g.shape)} "
            f"for an input of shape {tuple(shape)}"
        )
    return sum_to(g, shape)


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """Undoes broadcasting: sums `g` over the dimensions along which `shape` was stretched.

    >>> import minitorch
    >>> from minitorch.engine import sum_to
    >>> sum_to(minitorch.ones(4, 3), (1, 3))
    tensor([[4., 4., 4.]])
    """
    extra = g.ndim - len(shape)
    dims = (
        *range(extra),
        *(i + extra for i, n in enumerate(shape) if n == 1 != g.shape[i + extra]),
    )
    if dims and g.dtype.itemsize > 2:
        g = g.sum(dims, keepdims=True)
    elif dims:  # float16, which the op adds up in float32
        from minitorch.ops.reduce import sum

        g = sum(g, dims, keepdim=True)
    return g.reshape(shape)


def cast(g: Any, dtype: Any) -> Any:
    """A gradient in the dtype of the value that it belongs to; for a real value the real part."""
    if array_of(g).dtype.kind == "c" and dtype.kind != "c":
        g = g.real
    return g.to(dtype) if hasattr(g, "to") else g.astype(dtype)
