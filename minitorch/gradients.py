"""`backward()` and `grad()`: where a walk back starts, and what becomes of the gradients that it finds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch import watch
from minitorch.anomaly import check_root
from minitorch.engine import Walk, as_running
from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError, ShapeError
from minitorch.modes import current, walking
from minitorch.op import BATCHES, Op
from minitorch.registry import backend_of, current_backend
from minitorch.value import Value, wrap
from minitorch.watch import WATCHING

if TYPE_CHECKING:
    from minitorch.variable import Variable


class GradientEdge(NamedTuple):
    """A place in the graph: a node, and which of its outputs; `autograd.graph.get_gradient_edge` gives it.

    Attributes:
        node: an op's node, or the AccumulateGrad of a leaf.
        output_nr: which of its outputs.
    """

    node: Any
    output_nr: int


def at_edge(edge: GradientEdge) -> Variable:
    """A Variable that stands at an edge: the leaf itself, or one without memory of its own."""
    node, number = edge
    if not isinstance(node, Op):
        return node.variable
    shape, dtype = node.outputs[number] if node.outputs is not None else (node.shape, node.dtype)
    x = wrap(node.backend.broadcast_to(node.backend.zeros((), dtype), shape))
    x.grad_fn, x._output_nr, x._requires_grad = node, number, True
    return x


def backward(
    tensors: Variable | GradientEdge | Sequence[Variable | GradientEdge],
    grad_tensors: Variable | Sequence[Variable | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Variable | GradientEdge | Sequence[Variable | GradientEdge] | None = None,
) -> None:
    """Adds the gradients of `tensors` with respect to the graph's leaves to their `.grad`.

    Args:
        tensors: where the walk starts.
        grad_tensors: for each the gradient to start with; may be left out for one-element tensors.
        retain_graph: keep saved values for another walk; by default only with `create_graph`.
        create_graph: record the walk itself, so that its results can be differentiated.
        inputs: accumulate into these leaves only.

    Raises:
        GradientError: if a tensor does not require grad, or has several elements and no gradient given.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> minitorch.autograd.backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    targets = None if inputs is None else _as_tuple(inputs)
    if targets is not None and not targets:
        raise ArgumentError("backward: inputs is empty; leave it out for all leaves")
    for i, x in enumerate(targets or ()):
        if not x.requires_grad:
            raise GradientError(f"backward: input {i} of shape {tuple(x.shape)} does not require grad")
    walk = _walk(_starts(tensors), _as_tuple(grad_tensors), retain_graph, create_graph, targets)
    with walking(create_graph, raw=False), as_running(walk):
        gradients = walk.leaf_gradients()
        for x in targets or ():
            if x.grad_fn is not None:
                g = walk.captured[x.grad_fn, x._output_nr]
                if g is not None:
                    gradients.append((x, g))
        walk.deliver(gradients)


def grad(
    outputs: Variable | GradientEdge | Sequence[Variable | GradientEdge],
    inputs: Variable | GradientEdge | Sequence[Variable | GradientEdge],
    grad_outputs: Variable | Sequence[Variable | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Variable, ...]:
    """The gradients of `outputs` with respect to `inputs`, returned instead of accumulated.

    Args:
        outputs: where the walk starts.
        inputs: what to differentiate by: leaves or inner values.
        grad_outputs: for each output the gradient to start with.
        retain_graph: keep saved values for another walk; by default only with `create_graph`.
        create_graph: record the walk itself, so that its results can be differentiated.
        only_inputs: ignored, as in PyTorch, with a warning if False: leaves that are not asked for get nothing.
        allow_unused: give None for an input that the outputs do not depend on, instead of an error.
        is_grads_batched: `grad_outputs` have one more dim in front, and a walk starts with each slice; all of them
            run together, and the results have that dim, too.
        materialize_grads: give zeros instead of None.

    Raises:
        GradientError: if an input does not require grad or was not used.

    >>> import minitorch
    >>> x = minitorch.tensor(3.0, requires_grad=True)
    >>> (dx,) = minitorch.autograd.grad(x**3, x, create_graph=True)
    >>> minitorch.autograd.grad(dx, x)
    (tensor(18.),)
    """
    if not only_inputs:
        warnings.warn(
            "grad: only_inputs=False is ignored; use backward() to fill .grad", FutureWarning, stacklevel=2
        )
    if is_grads_batched:
        from minitorch.func.batch_walk import walk_batch

        return walk_batch(
            outputs,
            inputs,
            _as_tuple(grad_outputs),
            retain_graph,
            create_graph,
            allow_unused,
            materialize_grads,
        )
    if materialize_grads and allow_unused is False:
        raise ArgumentError("grad: materialize_grads=True contradicts allow_unused=False")
    targets = _as_tuple(inputs)
    if not targets:
        raise ArgumentError("grad: inputs is empty; name what to differentiate by")
    for i, x in enumerate(targets):
        if not hasattr(x, "requires_grad"):
            raise ArgumentTypeError(f"grad: expected Tensors as inputs, got {type(x).__name__}")
        if not x.requires_grad:
            raise GradientError(
                f"grad: input {i} of shape {tuple(x.shape)} does not require grad; "
                f"set x.requires_grad_() before it is used"
            )
    walk = _walk(_starts(outputs), _as_tuple(grad_outputs), retain_graph, create_graph, targets)
    with walking(create_graph, raw=False), as_running(walk):
        leaves = {id(leaf): g for leaf, g in walk.leaf_gradients()}
        walk.deliver([])
    results: list[Any] = []
    for i, x in enumerate(targets):
        g = leaves.get(id(x)) if x.grad_fn is None else walk.captured[x.grad_fn, x._output_nr]
        if g is None and materialize_grads:
            g = walk.as_variable(backend_of(x.array).zeros(x.array.shape, x.array.dtype))
        elif g is None and not allow_unused:
            raise GradientError(
                f"grad: input {i} of shape {tuple(x.shape)} was not used to compute the outputs; "
                f"pass allow_unused=True to get None for it"
            )
        elif g is not None and not create_graph:
            g = wrap(walk.exclusive(x, g)) if not isinstance(g, Value) else g
        results.append(g)
    return tuple(results)


def _walk(
    roots: tuple[Variable, ...],
    gradients: tuple[Variable | None, ...],
    retain_graph: bool | None,
    create_graph: bool,
    targets: tuple[Variable, ...] | None,
) -> Walk:
    """Starts a walk at the roots and runs it to its end."""
    for g in gradients:
        if g is not None and not isinstance(g, Value):
            raise ArgumentTypeError(f"backward: a gradient must be a Tensor or None, got {type(g).__name__}")
    for root in roots:
        if not isinstance(root, Value):
            raise ArgumentTypeError(f"backward: expected Tensors to start from, got {type(root).__name__}")
    if gradients and len(gradients) != len(roots):
        raise ArgumentError(f"backward: {len(gradients)} gradients are given for {len(roots)} tensors")
    kind = Walk
    if BATCHES:
        from minitorch.func.batch_walk import BatchWalk, batches_about

        kind = BatchWalk if batches_about(roots) else Walk
    walk = kind(create_graph, create_graph if retain_graph is None else retain_graph)
    walk.roots = roots
    if targets is not None:
        walk.captured = {(x.grad_fn, x._output_nr): None for x in targets if x.grad_fn is not None}
        walk.needed = _leading_to(roots, targets)
    if current().anomaly and current().check_nan:
        for root in roots:
            check_root(root)
    backend = backend_of(roots[0].array) if roots else current_backend()
    there = backend.on(backend.device_index(roots[0].array)) if roots else nullcontext()
    with walking(create_graph, raw=not create_graph), current_backend().quiet(), there, as_running(walk):
        for i, root in enumerate(roots):
            if root._view is not None:
                root._view.refresh(root)
            g = _first_gradient(root, gradients[i] if gradients else None)
            walk.deposit(root.grad_fn or root, walk.as_carried(g), root._output_nr, None)
        if WATCHING:
            watch.run(walk)
        else:
            walk.run()
    return walk


def _first_gradient(root: Variable, g: Variable | None) -> Variable:
    shape = tuple(root.array.shape)
    if not root._requires_grad:
        raise GradientError(
            f"backward: the tensor of shape {shape} does not require grad and has no grad_fn. Nothing that "
            f"it was computed from requires grad, or it was computed under no_grad() or after detach()"
        )
    if g is None:
        if root.array.size != 1:
            raise GradientError(
                f"backward: a gradient starts from a single number, but this tensor has shape {shape}. "
                f"Reduce it first (loss.mean() or loss.sum()), or pass gradient= of its shape"
            )
        return wrap(backend_of(root.array).full(shape, 1, root.array.dtype))
    if g.array.shape != shape:
        raise ShapeError(
            f"backward: the gradient has shape {tuple(g.array.shape)}, the tensor has shape {shape}; "
            f"they must be equal"
        )
    return g


def _leading_to(roots: tuple[Variable, ...], targets: tuple[Variable, ...]) -> set[Any]:
    """The nodes on some way from the roots to the targets, and the targets themselves."""
    goals = {x.grad_fn or x for x in targets}
    needed = set(goals)
    consumers: dict[Any, list[Op]] = {}
    seen: set[Any] = set()
    stack: list[Any] = [root.grad_fn or root for root in roots]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Op):
            for edge in node.edges:
                if edge is not None:
                    consumers.setdefault(edge, []).append(node)
                    stack.append(edge)
    stack = [goal for goal in goals if goal in seen]
    while stack:
        for consumer in consumers.get(stack.pop(), ()):
            if consumer not in needed:
                needed.add(consumer)
                stack.append(consumer)
    return needed


def _starts(tensors: Any) -> tuple[Any, ...]:
    if tensors is None:
        raise ArgumentTypeError("backward: expected Tensors to start from, got None")
    return _as_tuple(tensors)


def _as_tuple(tensors: Any) -> tuple[Any, ...]:
    if tensors is None:
        return ()
    if isinstance(tensors, (Value, GradientEdge)):
        tensors = (tensors,)
    try:
        several = tuple(tensors)
    except TypeError:
        raise ArgumentTypeError(f"backward: expected Tensors, got {type(tensors).__name__}") from None
    return tuple([at_edge(x) if x.__class__ is GradientEdge else x for x in several])
