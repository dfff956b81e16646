"""Jacobians, Hessians, and their products with vectors, for functions of tensors.

Everything is computed by walks back.  A Jacobian-vector product, which elsewhere takes forward mode, is the
derivative of a vector-Jacobian product: u ↦ Jᵀu is linear, and the transpose of its Jacobian is J.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError, NotSupportedError, ShapeError
from minitorch.filled import eye
from minitorch.gradients import grad
from minitorch.modes import enable_grad, is_grad_enabled, set_grad_enabled
from minitorch.ops import stack
from minitorch.value import Value

Tensors = tuple[Any, ...]
Function = Callable[..., Any]


class Call:
    """One call of a user's function: its inputs and outputs, prepared for walks between them.

    Attributes:
        inputs: what the function was called with.
        outputs: what it returned.
        single: whether a lone tensor came in, and whether one came out.
    """

    def __init__(self, name: str, func: Function, inputs: Any, create_graph: bool) -> None:
        self.name, self.create_graph = name, create_graph
        given = as_tensors(f"{name}: inputs", inputs)
        if create_graph:
            self.inputs = tuple(x.view_as(x) if x.requires_grad else fresh(x) for x in given)
        else:
            self.inputs = tuple(fresh(x) for x in given)
        result = func(*self.inputs)
        self.outputs = as_tensors(f"{name}: what the function returned", result)
        self.single = (isinstance(inputs, Value), isinstance(result, Value))

    def require_dependence(self, outputs: Tensors, what: str = "output") -> None:
        """For strict mode.

        Raises:
            GradientError: for an output that does not depend on any input.
        """
        for i, y in enumerate(outputs):
            if not y.requires_grad:
                raise GradientError(
                    f"{self.name}: {what} {i} of the function does not depend on the inputs in a differentiable "
                    f"way; strict mode forbids that"
                )

    def filled(self, gradients: Sequence[Any], like: Tensors, strict: bool, what: str) -> Tensors:
        """Gradients with zeros for None; in strict mode None is an error."""
        full = []
        for i, (g, x) in enumerate(zip(gradients, like, strict=True)):
            if g is None or (strict and self.create_graph and not g.requires_grad):
                if strict:
                    raise GradientError(
                        f"{self.name}: {what} {i}"
                        + (
                            " does not depend on"
                            if g is None
                            else ": the derivative is constant, not a function of"
                        )
                        + " the other side; strict mode forbids that"
                    )
                g = x.new_zeros(x.shape) if g is None else g
            full.append(g)
        return tuple(full)

    def finish(self, values: Tensors, single: bool) -> Any:
        """Results as the user gets them: detached unless a graph is wanted, and alone if there is one only."""
        if not self.create_graph:
            values = tuple(x.detach() for x in values)
        return values[0] if single else values

    def vector(self, v: Any, like: Tensors, side: str) -> Tensors:
        """The vector of a product, one tensor for each of the tensors on its side.

        Raises:
            ArgumentError: if it is left out although that side is not a single number.
            ShapeError: if it does not fit.
        """
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                raise ArgumentError(
                    f"{self.name}: v may only be left out if the {side} is one tensor with one element"
                )
            return (like[0].new_ones(like[0].shape),)
        vs = as_tensors(f"{self.name}: v", v)
        if len(vs) != len(like):
            raise ArgumentError(f"{self.name}: v has {len(vs)} tensors for {len(like)} tensors of the {side}")
        for i, (a, b) in enumerate(zip(vs, like, strict=True)):
            if tuple(a.shape) != tuple(b.shape):
                raise ShapeError(
                    f"{self.name}: v[{i}] has shape {tuple(a.shape)}, but the {side} it belongs to has shape "
                    f"{tuple(b.shape)}"
                )
        return vs if self.create_graph else tuple(x.detach() for x in vs)


def as_tensors(what: str, values: Any) -> Tensors:
    """A tensor or a tuple of tensors, as a tuple.

    Raises:
        ArgumentTypeError: for anything else.
    """
    several = (values,) if isinstance(values, Value) else values
    if not isinstance(several, (tuple, list)):
        raise ArgumentTypeError(f"{what} must be a Tensor or a tuple of Tensors, got {type(values).__name__}")
    for i, x in enumerate(several):
        if not isinstance(x, Value):
            raise ArgumentTypeError(
                f"{what} must be a Tensor or a tuple of Tensors, got {type(x).__name__} at index {i}"
            )
    return tuple(several)


def fresh(x: Any) -> Any:
    """A new leaf with the memory of `x`."""
    return x.detach().requires_grad_()


def walk(
    outputs: Tensors, inputs: Tensors, starts: Tensors | None, create_graph: bool, **settings: Any
) -> Tensors:
    """The gradients of those outputs that have any; None for inputs that none depends on."""
    kept = [i for i, y in enumerate(outputs) if y.requires_grad]
    if not kept:
        return (None,) * len(inputs)
    return grad(
        [outputs[i] for i in kept],
        inputs,
        None if starts is None else [starts[i] for i in kept],
        create_graph=create_graph,
        allow_unused=True,
        **settings,
    )


def vjp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The product vᵀJ of a vector and the Jacobian of `func`.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of them.
        v: as the outputs; may be left out if there is a single number.
        create_graph: make the results differentiable.
        strict: raise if an output does not depend on an input, instead of giving zeros.

    Returns:
        The outputs of `func`, and the product, as the inputs.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.autograd.functional.vjp(lambda x: (x * x).sum(), x)
    (tensor(5.), tensor([2., 4.]))
    """
    with enable_grad():
        call = Call("vjp", func, inputs, create_graph)
        if strict:
            call.require_dependence(call.outputs)
        vs = call.vector(v, call.outputs, "output")
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = walk(call.outputs, call.inputs, vs, create_graph)
        product = call.filled(found, call.inputs, strict, "input")
    return call.finish(call.outputs, call.single[1]), call.finish(product, call.single[0])


def push(call: Call, outputs: Tensors, vs: Tensors, strict: bool, what: str) -> Tensors:
    """J·v for the Jacobian J of some outputs by the inputs: the derivative by u of uᵀJ, along v."""
    starts = tuple(y.new_zeros(y.shape).requires_grad_() for y in outputs)
    with enable_grad():
        pulled = walk(outputs, call.inputs, starts, True)
        pulled = call.filled(pulled, call.inputs, False, what)
    with set_grad_enabled(call.create_graph or is_grad_enabled()):
        found = walk(pulled, starts, vs, call.create_graph)
    return call.filled(found, outputs, strict, what)


def jvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The product Jv of the Jacobian of `func` and a vector.

    It takes two walks back; `minitorch.func.jvp` does the same.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of them.
        v: as the inputs; may be left out if there is a single number.
        create_graph: make the results differentiable.
        strict: raise if an output does not depend on an input, instead of giving zeros.

    Returns:
        The outputs of `func`, and the product, as the outputs.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.autograd.functional.jvp(lambda x: x * x, x, minitorch.tensor([1.0, 0.0]))
    (tensor([1., 4.]), tensor([2., 0.]))
    """
    with enable_grad():
        call = Call("jvp", func, inputs, create_graph)
        vs = call.vector(v, call.inputs, "input")
    if strict:
        call.require_dependence(call.outputs)
    product = push(call, call.outputs, vs, strict, "output")
    return call.finish(call.outputs, call.single[1]), call.finish(product, call.single[1])


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of `func`: the derivative of each element of the outputs by each element of the inputs.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of them.
        create_graph: make the result differentiable.
        strict: raise if an output does not depend on an input, instead of giving zeros.
        vectorize: one walk for all elements together, instead of one for each.
        strategy: "reverse-mode", a walk for each element of the outputs; "forward-mode", one for each element of
            the inputs, for which `vectorize` must be set.

    Shape:
        For an output of shape (M…) and an input of shape (N…): (M…, N…). With tuples of inputs or outputs
        a tuple, or a tuple of tuples with the outputs outside.

    >>> import minitorch
    >>> minitorch.autograd.functional.jacobian(lambda x: x * x, minitorch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ArgumentError(f"jacobian: strategy must be 'reverse-mode' or 'forward-mode', got {strategy!r}")
    if strict and vectorize:
        raise GradientError("jacobian: strict=True is not possible together with vectorize=True")
    if strategy == "forward-mode":
        if create_graph:
            raise NotSupportedError("jacobian: create_graph is not possible with strategy='forward-mode'")
        if not vectorize:
            raise NotSupportedError("jacobian: strategy='forward-mode' needs vectorize=True")
    with enable_grad():
        call = Call("jacobian", func, inputs, create_graph)
        if strict:
            call.require_dependence(call.outputs)
        if strategy == "forward-mode":
            blocks = columns(call)
        else:
            blocks = tuple(rows(call, y, strict, vectorize) for y in call.outputs)
    mine, theirs = call.single
    finished = tuple(call.finish(block, mine) for block in blocks)
    return finished[0] if theirs else finished


def rows(call: Call, y: Any, strict: bool, vectorize: bool) -> Tensors:
    """The Jacobian of one output by each of the inputs, by walks from its elements."""
    shapes = [(*y.shape, *x.shape) for x in call.inputs]
    if not y.numel() or not y.requires_grad:
        return tuple(x.new_zeros(shape) for x, shape in zip(call.inputs, shapes, strict=True))
    if vectorize:
        starts = unit_vectors(y)
        found = walk(
            (y,), call.inputs, (starts,), call.create_graph, retain_graph=True, is_grads_batched=True
        )
        return tuple(
            x.new_zeros(shape) if g is None else g.reshape(shape)
            for g, x, shape in zip(found, call.inputs, shapes, strict=True)
        )
    by_element = []
    for element in y.reshape(-1):
        found = walk((element,), call.inputs, None, call.create_graph, retain_graph=True)
        by_element.append(call.filled(found, call.inputs, strict, "input"))
    return tuple(
        stack(list(gs)).reshape(shape)
        for gs, shape in zip(zip(*by_element, strict=True), shapes, strict=True)
    )


def columns(call: Call) -> tuple[Tensors, ...]:
    """The Jacobian of each output by each of the inputs, by products with the inputs' unit vectors."""
    starts = tuple(y.new_zeros(y.shape).requires_grad_() for y in call.outputs)
    pulled = walk(call.outputs, call.inputs, starts, True)
    blocks: list[list[Any]] = [[] for _ in call.outputs]
    for x, g in zip(call.inputs, pulled, strict=True):
        if g is None or not g.requires_grad:
            found: Tensors = (None,) * len(starts)
        else:
            found = walk((g,), starts, (unit_vectors(x),), False, retain_graph=True, is_grads_batched=True)
        for block, y, column in zip(blocks, call.outputs, found, strict=True):
            if column is None:
                block.append(y.new_zeros((*y.shape, *x.shape)))
            else:
                block.append(column.reshape(x.numel(), -1).T.reshape(*y.shape, *x.shape))
    return tuple(map(tuple, blocks))


def unit_vectors(x: Any) -> Any:
    """Every unit vector in the shape of `x`, stacked: (n, …) for n elements."""
    n = x.numel()
    return eye(n, dtype=x.dtype, device=x.device).reshape(n, *x.shape)


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of `func`: the second derivatives of a number by pairs of elements of the inputs.

    Args:
        func: takes tensors, returns one tensor with one element.
        inputs: a tensor or a tuple of them.
        create_graph: make the result differentiable.
        strict: raise if a derivative does not depend on an input, instead of giving zeros.
        vectorize: one walk for all elements together, instead of one for each.
        outer_jacobian_strategy: the strategy of the outer of the two Jacobians, see `jacobian`.

    Shape:
        For inputs of shapes (M…) and (N…): (M…, N…). With a tuple of inputs a tuple of tuples.

    >>> import minitorch
    >>> minitorch.autograd.functional.hessian(lambda x: (x**3).sum(), minitorch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    if outer_jacobian_strategy not in ("reverse-mode", "forward-mode"):
        raise ArgumentError(
            f"hessian: outer_jacobian_strategy must be 'reverse-mode' or 'forward-mode', "
            f"got {outer_jacobian_strategy!r}"
        )

    def number(*xs: Any) -> Any:
        return single_number("hessian", func(*xs), strict)

    def slope(*xs: Any) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            xs = tuple(x.requires_grad_() if not x.requires_grad else x for x in xs)
        found = jacobian(number, xs if len(xs) > 1 or not alone else xs[0], create_graph=True)
        return found

    alone = isinstance(inputs, Value)
    return jacobian(slope, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def single_number(name: str, y: Any, strict: bool = False) -> Any:
    """What a function returned, which must be one tensor with one element, as a 0-d tensor.

    Raises:
        ArgumentTypeError, ShapeError: for anything else.
        GradientError: in strict mode, if it does not require grad.
    """
    if isinstance(y, (tuple, list)) or not isinstance(y, Value):
        raise ArgumentError(f"{name}: the function must return a single Tensor, got {type(y).__name__}")
    if y.array.size != 1:
        raise ShapeError(
            f"{name}: the function must return a single number, got shape {tuple(y.array.shape)}"
        )
    if strict and not y._requires_grad:
        raise GradientError(
            f"{name}: what the function returns does not depend on the inputs; strict mode forbids that"
        )
    return y.squeeze()  # type: ignore[attr-defined]


def slopes(call: Call, strict: bool) -> Tensors:
    """The gradient of a call's single output by the inputs, itself recorded."""
    y = single_number(call.name, call.outputs[0] if call.single[1] else call.outputs)
    if strict:
        call.require_dependence(call.outputs)
    found = walk((y,), call.inputs, None, True)
    return call.filled(found, call.inputs, False, "input")


def vhp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The product vᵀH of a vector and the Hessian of `func`, by two walks back.

    Args:
        func: takes tensors, returns one tensor with one element.
        inputs: a tensor or a tuple of them.
        v: as the inputs; may be left out if there is a single number.
        create_graph: make the results differentiable.
        strict: raise if a derivative does not depend on an input, instead of giving zeros.

    Returns:
        The output of `func`, and the product, as the inputs.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.autograd.functional.vhp(lambda x: (x**3).sum(), x, minitorch.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        call = Call("vhp", func, inputs, create_graph)
        vs = call.vector(v, call.inputs, "input")
        gradients = slopes(call, strict)
        if strict:
            call.require_dependence(gradients, "the derivative by input")
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = walk(gradients, call.inputs, vs, create_graph)
        product = call.filled(found, call.inputs, strict, "input")
    return call.finish(call.outputs, call.single[1]), call.finish(product, call.single[0])


def hvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The product Hv of the Hessian of `func` and a vector.

    As H is symmetric, `vhp` gives the same in fewer walks.

    Args:
        func: takes tensors, returns one tensor with one element.
        inputs: a tensor or a tuple of them.
        v: as the inputs; may be left out if there is a single number.
        create_graph: make the results differentiable.
        strict: raise if a derivative does not depend on an input, instead of giving zeros.

    Returns:
        The output of `func`, and the product, as the inputs.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.autograd.functional.hvp(lambda x: (x**3).sum(), x, minitorch.tensor([1.0, 0.0]))
    (tensor(9.), tensor([6., 0.]))
    """
    with enable_grad():
        call = Call("hvp", func, inputs, create_graph)
        vs = call.vector(v, call.inputs, "input")
        gradients = slopes(call, strict)
        if strict:
            call.require_dependence(gradients, "the derivative by input")
    product = push(call, gradients, vs, strict, "input")
    return call.finish(call.outputs, call.single[1]), call.finish(product, call.single[0])
