"""The graph that autograd records, as TensorBoard draws it."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentError, GradientError
from minitorch.modes import enable_grad
from minitorch.value import Value


def nodes_of(model: Any, inputs: Any) -> list[tuple[str, str, list[str]]]:
    """Name, operation and inputs of each node behind the model's output, in the order of computation.

    An operation stands in the scope of the module that computed it, a parameter in that of its module.

    Raises:
        ArgumentError: without input.
        GradientError: if nothing in the model requires a gradient: no graph is recorded then.
    """
    if inputs is None:
        raise ArgumentError(
            "SummaryWriter.add_graph: expected input_to_model, an example of what the model gets"
        )
    scopes: dict[int, str] = {}
    alive = []  # nodes, so that their ids stay theirs
    handles = []
    for path, module in model.named_modules():

        def note(module: Any, args: Any, output: Any, path: str = path) -> None:
            for node in walk(output, stop=scopes):
                alive.append(node)
                scopes[id(node)] = path.replace(".", "/")

        handles.append(module.register_forward_hook(note))
    try:
        with enable_grad():
            output = model(*inputs) if isinstance(inputs, (tuple, list)) else model(inputs)
    finally:
        for handle in handles:
            handle.remove()
    parameters = {id(x): name.replace(".", "/") for name, x in model.named_parameters()}
    names: dict[int, str] = {}
    result = []
    for node in walk(output):
        leaf = getattr(node, "variable", None)
        kind = "Parameter" if leaf is not None else node.name().removesuffix("Backward0")
        scope = "/".join(filter(None, (scopes.get(id(node)), kind)))
        name = unique(parameters.get(id(leaf), scope) if leaf is not None else scope, names)
        names[id(node)] = name
        sources = [names[id(source)] for source, _ in node.next_functions if source is not None]
        result.append((name, kind, sources))
    if not result:
        raise GradientError(
            "SummaryWriter.add_graph: no parameter of the model requires a gradient, so no graph is recorded"
        )
    return result


def unique(name: str, names: dict[int, str]) -> str:
    """The name, with a number behind it if another node has it."""
    taken, result, count = set(names.values()), name, 1
    while result in taken:
        count += 1
        result = f"{name}_{count}"
    return result


def walk(output: Any, stop: Any = ()) -> list[Any]:
    """The nodes behind an output, inputs before what was made of them, up to those whose id is in `stop`."""
    values = output.values() if isinstance(output, dict) else output
    tensors = [output] if isinstance(output, Value) else [x for x in values if isinstance(x, Value)]
    pending: list[Any] = [x.grad_fn for x in tensors if x.grad_fn is not None]
    order, seen = [], set(stop)
    while pending:
        node = pending[-1]
        if id(node) in seen:
            pending.pop()
            continue
        later = [n for n, _ in node.next_functions if n is not None and id(n) not in seen]
        if later:
            pending += later
        else:
            seen.add(id(node))
            order.append(pending.pop())
    return order
