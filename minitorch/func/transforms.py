"""`grad`, `vjp`, `jvp`, `linearize`: functions made into other functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from minitorch.errors import ArgumentError, GradientError, ShapeError
from minitorch.func.enter import Inside
from minitorch.func.tree import leaves, same_structure, tree_map, unflatten
from minitorch.modes import enable_grad
from minitorch.ops.common import wrap_dim
from minitorch.value import Value

Argnums = int | tuple[int, ...]
Function = Callable[..., Any]


def chosen(name: str, args: tuple[Any, ...], argnums: Argnums) -> tuple[int, ...]:
    """The places of the arguments to differentiate by, counted from the front.

    Raises:
        ArgumentError: if there are no such arguments.
    """
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not places:
        raise ArgumentError(f"{name}: argnums is empty; name the arguments to differentiate by")
    for i in places:
        if not -len(args) <= i < len(args):
            raise ArgumentError(
                f"{name}: argnums has {i!r}, but the function is called with {len(args)} arguments"
            )
    counted = tuple(wrap_dim(name, i, len(args)) for i in places)
    if len(set(counted)) < len(counted):
        raise ArgumentError(f"{name}: argnums {argnums!r} names an argument twice")
    return counted


def split_aux(name: str, result: Any, has_aux: bool) -> tuple[Any, Any]:
    """What a function returned, and what it returned beside that."""
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise ArgumentError(
            f"{name}: with has_aux=True the function must return a tuple (output, aux), got {type(result).__name__}"
        )
    return result


def tensors_in(name: str, tree: Any) -> tuple[Any, ...]:
    """The leaves of what a function returned.

    Raises:
        ArgumentError: unless all of them are tensors.
    """
    flat = leaves(tree)
    for y in flat:
        if not isinstance(y, Value):
            raise ArgumentError(f"{name}: the function must return tensors, it returned a {type(y).__name__}")
    if not flat:
        raise ArgumentError(f"{name}: the function must return tensors, it returned none")
    return tuple(flat)


def grad_and_value(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that computes the gradient of `func` and its value.

    Args:
        func: returns a single number as a tensor; or a tuple of that and anything else, if `has_aux`.
        argnums: the argument to differentiate by, or several of them; each may be a tree of tensors.
        has_aux: `func` returns something beside the number.

    Returns:
        A function whose result is (gradient, value), or (gradient, (value, aux)).

    >>> import minitorch
    >>> minitorch.func.grad_and_value(lambda x: x**3)(minitorch.tensor(2.0))
    (tensor(12.), tensor(8.))
    """

    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        inside = Inside("grad")
        places = chosen("grad", args, argnums)
        given = list(args)
        for i in places:
            given[i] = inside.enter(args[i])
        try:
            with enable_grad():
                value, aux = split_aux("grad", func(*given, **kwargs), has_aux)
        finally:
            inside.close()
        if not isinstance(value, Value):
            raise ArgumentError(
                f"grad: the function must return a Tensor, it returned a {type(value).__name__}"
            )
        if value.array.ndim:
            raise ShapeError(
                f"grad: the function must return a single number (0-d), got shape {tuple(value.array.shape)}; "
                f"reduce it, or use jacrev for all derivatives"
            )
        inputs = tuple(inside.entries)
        found = inside.leave(inside.pull((value,), inputs, None))
        trees = unflatten(tuple(given[i] for i in places), list(found))
        gradients = trees[0] if isinstance(argnums, int) else trees
        value = inside.leave(value)
        return (gradients, (value, inside.leave(aux))) if has_aux else (gradients, value)

    return wrapped


def grad(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that computes the gradient of `func`.

    Args:
        func: returns a single number as a tensor; or a tuple of that and anything else, if `has_aux`.
        argnums: the argument to differentiate by, or several of them; each may be a tree of tensors.
        has_aux: `func` returns something beside the number.

    Returns:
        A function whose result is the gradient, or (gradient, aux). With several argnums a tuple of gradients.

    >>> import minitorch
    >>> from minitorch.func import grad
    >>> x = minitorch.tensor(2.0)
    >>> grad(lambda x: x**3)(x), grad(grad(lambda x: x**3))(x)
    (tensor(12.), tensor(12.))
    """
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return wrapped


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The value of `func`, and a function that multiplies vectors by its Jacobian, from the left.

    Args:
        func: takes the primals; returns a tensor or a tree of them; or a tuple of that and anything else.
        primals: where to evaluate it: tensors, or trees of them.
        has_aux: `func` returns something beside its outputs.

    Returns:
        (output, vjp_fn) or (output, vjp_fn, aux). `vjp_fn(v)`, with `v` like the output, gives vᵀJ: a tuple with
        an entry for each primal.

    >>> import minitorch
    >>> y, vjp_fn = minitorch.func.vjp(minitorch.sin, minitorch.zeros(2))
    >>> y, vjp_fn(minitorch.tensor([1.0, 2.0]))
    (tensor([0., 0.]), (tensor([1., 2.]),))
    """
    inside, output, aux = run("vjp", func, primals, has_aux)
    flat = tensors_in("vjp", output)
    inputs = tuple(inside.entries)

    def vjp_fn(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        starts = matching("vjp_fn", cotangents, output)
        found = inside.leave(inside.pull(flat, inputs, starts))
        return unflatten(primals, list(found))

    result = inside.leave(output)
    return (result, vjp_fn, inside.leave(aux)) if has_aux else (result, vjp_fn)


def run(name: str, func: Function, primals: tuple[Any, ...], has_aux: bool) -> tuple[Inside, Any, Any]:
    """Runs a function on stand-ins for all of its arguments."""
    if not primals:
        raise ArgumentError(f"{name}: at least one argument to differentiate by is needed")
    inside = Inside(name)
    given = inside.enter(primals)
    try:
        with enable_grad():
            output, aux = split_aux(name, func(*given), has_aux)
    finally:
        inside.close()
    tensors_in(name, output)
    return inside, output, aux


def matching(name: str, given: Any, like: Any) -> tuple[Any, ...]:
    """The leaves of a tree that must look like another.

    Raises:
        ArgumentError, ShapeError: if it does not.
    """
    if not same_structure(given, like):
        raise ArgumentError(f"{name}: expected the structure of {shapes(like)}, got {shapes(given)}")
    for a, b in zip(leaves(given), leaves(like), strict=True):
        if not isinstance(a, Value):
            raise ArgumentError(f"{name}: expected tensors, got a {type(a).__name__}")
        if tuple(a.array.shape) != tuple(b.array.shape):
            raise ShapeError(f"{name}: expected shapes {shapes(like)}, got {shapes(given)}")
    return tuple(leaves(given))


def shapes(tree: Any) -> Any:
    """A tree with its tensors' shapes, for messages."""
    return tree_map(lambda x: tuple(x.array.shape) if isinstance(x, Value) else type(x).__name__, tree)


class Linear:
    """The derivative of a function at a point, as a linear function of tangents.

    Jᵀu for a stand-in u is linear in u, and its own transpose is J: so J·t is one more walk, along t.
    """

    def __init__(self, inside: Inside, outputs: tuple[Any, ...]) -> None:
        self.inside, self.outputs = inside, outputs
        self.inputs = tuple(inside.entries)
        own = Inside(inside.name)
        own.recorded = False
        self.starts = own.enter(tuple(y.new_zeros(y.shape) for y in outputs))
        own.close()
        self.pulled = inside.pull(outputs, self.inputs, self.starts, create_graph=True)

    def push(self, tangents: tuple[Any, ...], only: int | None = None) -> tuple[Any, ...]:
        """J·t; with `only`, for a tangent of that one input."""
        pulled = self.pulled if only is None else (self.pulled[only],)
        return self.inside.leave(self.inside.pull(pulled, self.starts, tangents))


def jvp(
    func: Function,
    primals: Any,
    tangents: Any,
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """The value of `func`, and the product of its Jacobian and a vector: its derivative along the tangents.

    It takes two walks back instead of forward mode, with the same result.

    Args:
        func: takes the primals; returns a tensor or a tree of them; or a tuple of that and anything else.
        primals: where to evaluate it: a tuple of tensors, or of trees of them.
        tangents: the direction, in the structure of the primals.
        strict: raise if an output does not depend on the primals, instead of giving zeros.
        has_aux: `func` returns something beside its outputs.

    Returns:
        (output, jvp_out) or (output, jvp_out, aux).

    >>> import minitorch
    >>> x, t = minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 0.0])
    >>> minitorch.func.jvp(lambda x: x * x, (x,), (t,))
    (tensor([1., 4.]), tensor([2., 0.]))
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise ArgumentError(
            f"jvp: primals and tangents must be tuples, got {type(primals).__name__} and {type(tangents).__name__}"
        )
    along = matching("jvp: tangents", tangents, primals)
    inside, output, aux = run("jvp", func, primals, has_aux)
    outputs = tensors_in("jvp", output)
    if strict:
        require_dependence(inside, outputs)
    pushed = unflatten(output, list(Linear(inside, outputs).push(along)))
    result = inside.leave(output)
    return (result, pushed, inside.leave(aux)) if has_aux else (result, pushed)


def require_dependence(inside: Inside, outputs: tuple[Any, ...]) -> None:
    """Raises a GradientError for an output that does not depend on the primals."""
    goals = {x.grad_fn for x in inside.entries}
    for i, y in enumerate(outputs):
        stack, seen = [y.grad_fn], set[Any]()
        while stack and stack[-1] not in goals:
            node = stack.pop()
            if node not in seen and hasattr(node, "edges"):
                seen.add(node)
                stack += [edge for edge in node.edges if edge is not None]
        if not stack:
            raise GradientError(f"jvp: output {i} does not depend on the primals; strict=True forbids that")


def linearize(func: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of `func`, and its derivative at that place as a linear function of tangents.

    `linearize` runs `func` once; each call of the function that it returns is one walk.

    Args:
        func: takes the primals; returns a tensor or a tree of them.
        primals: where to evaluate it: tensors, or trees of them.

    Returns:
        (output, jvp_fn); `jvp_fn(*tangents)` gives the derivative along tangents like the primals.

    >>> import minitorch
    >>> y, jvp_fn = minitorch.func.linearize(minitorch.sin, minitorch.zeros(2))
    >>> jvp_fn(minitorch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    inside, output, _ = run("linearize", func, primals, False)
    linear = Linear(inside, tensors_in("linearize", output))

    def jvp_fn(*tangents: Any) -> Any:
        along = matching("jvp_fn", tangents, primals)
        return unflatten(output, list(linear.push(along)))

    return inside.leave(output), jvp_fn
