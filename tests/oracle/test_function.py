"""Operations of one's own, written as for PyTorch, do the same in minitorch."""

from __future__ import annotations

import pytest
from oracle.programs import Programs, leaf

pytestmark = pytest.mark.oracle
program = Programs()


def cube(lib):
    class Cube(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * g

    return Cube


@program
def first_derivative(lib):
    x = leaf(lib, 3)
    y = cube(lib).apply(x)
    y.sum().backward()
    return y, x.grad, y.is_leaf, y.grad_fn.name().startswith("CubeBackward")


@program
def higher_derivatives(lib):
    x = leaf(lib, 3)
    y = cube(lib).apply(x)
    results = []
    for _ in range(3):
        (y,) = lib.autograd.grad(y.sum(), x, create_graph=True)
        results.append(y)
    return results


@program
def not_recorded(lib):
    x = leaf(lib, 3)
    with lib.no_grad():
        off = cube(lib).apply(x)
    return off.requires_grad, cube(lib).apply(x.detach()).requires_grad


@program
def saved_output(lib):
    class Exp(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            (y,) = ctx.saved_tensors
            return g * y

    x = leaf(lib, 3)
    (g,) = lib.autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
    return g, lib.autograd.grad(g.sum(), x)


def scale(lib):
    class Scale(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor, name="none"):
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None, None

    return Scale


@program
def arguments_that_are_no_tensors(lib):
    x = leaf(lib, 3)
    scale(lib).apply(x, 2.5, "name").sum().backward()
    return x.grad


@program
def extra_nones_are_allowed(lib):
    x = leaf(lib, 3)
    scale(lib).apply(x, 2.5).sum().backward()
    return x.grad


@program
def too_few_gradients(lib):
    class Bad(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g

    Bad.apply(leaf(lib, 3), leaf(lib, 3)).sum().backward()


@program
def too_many_gradients(lib):
    class Bad(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g, g

    Bad.apply(leaf(lib, 3)).sum().backward()


@program
def gradient_of_a_wrong_shape(lib):
    class Bad(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g[:2]

    Bad.apply(leaf(lib, 3)).sum().backward()


@program
def gradient_that_broadcasting_left_too_large(lib):
    class Add(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, b):
            return x + b

        @staticmethod
        def backward(ctx, g):
            return g, g

    x, b = leaf(lib, 2, 3), leaf(lib, 3)
    Add.apply(x, b).sum().backward()
    return x.grad, b.grad


@program
def gradient_that_is_a_number(lib):
    class Bad(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return 2.0

    Bad.apply(leaf(lib, 3)).sum().backward()


@program
def needs_input_grad(lib):
    log = []

    class Product(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, y, c):
            log.append(tuple(ctx.needs_input_grad))
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx, g):
            log.append(tuple(ctx.needs_input_grad))
            x, y = ctx.saved_tensors
            return (
                g * y if ctx.needs_input_grad[0] else None,
                g * x if ctx.needs_input_grad[1] else None,
                None,
            )

    x, y = leaf(lib, 3), leaf(lib, 3).detach()
    Product.apply(x, y, 3).sum().backward()
    return log, x.grad, y.grad


@program
def none_for_an_input_that_needs_a_gradient(lib):
    class Drop(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return g, None

    x, y = leaf(lib, 3), leaf(lib, 3)
    Drop.apply(x, y).sum().backward()
    return x.grad, y.grad


def split(lib, materialize=True):
    class Split(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(materialize)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, g, h):
            if g is None or h is None:
                return (g * 2 if h is None else h * 3) * 100
            return g * 2 + h * 3

    return Split


@program
def several_results(lib):
    x = leaf(lib, 3)
    a, b = split(lib).apply(x)
    (a * b).sum().backward()
    return a, b, x.grad, a.output_nr, b.output_nr


@program
def an_unused_result_gets_zeros(lib):
    x = leaf(lib, 3)
    _, b = split(lib).apply(x)
    b.sum().backward()
    return x.grad


@program
def an_unused_result_gets_none(lib):
    x = leaf(lib, 3)
    a, _ = split(lib, materialize=False).apply(x)
    a.sum().backward()
    return x.grad


@program
def results_that_are_not_differentiable(lib):
    class Largest(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            values, indices = x.max(0)
            rounded = x.round()
            ctx.mark_non_differentiable(indices, rounded)
            ctx.save_for_backward(indices)
            ctx.n = len(x)
            return values, indices, rounded

        @staticmethod
        def backward(ctx, g, *_):
            (indices,) = ctx.saved_tensors
            full = lib.zeros(ctx.n, dtype=g.dtype)
            full[indices] = g
            return full

    x = leaf(lib, 4)
    values, indices, rounded = Largest.apply(x)
    values.backward()
    return values, indices.requires_grad, rounded.requires_grad, x.grad


@program
def results_that_are_no_tensors(lib):
    class Mixed(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, "text", None

        @staticmethod
        def backward(ctx, g, *_):
            return g * 2

    x = leaf(lib, 3)
    y, text, none = Mixed.apply(x)
    y.sum().backward()
    return text, none, x.grad


@program
def a_list_or_tuple_of_one(lib):
    class One(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return (x * 2,)

        @staticmethod
        def backward(ctx, g):
            return (g * 2,)

    x = leaf(lib, 3)
    result = One.apply(x)
    result[0].sum().backward()
    return isinstance(result, tuple), len(result), x.grad


@program
def an_input_returned_as_it_is(lib):
    class Identity(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x = leaf(lib, 3)
    y = Identity.apply(x)
    y.sum().backward()
    return y is x, x.grad, y.requires_grad, y.is_leaf


@program
def a_view_of_an_input_returned(lib):
    class Reverse(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, g):
            return -g

    x = leaf(lib, 3)
    Reverse.apply(x).sum().backward()
    return x.grad


@program
def changed_in_place(lib):
    class Double(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf(lib, 3)
    h = x * 1
    y = Double.apply(h)
    (y * h).sum().backward()
    return y is h, h, x.grad, h._version


@program
def a_leaf_changed_in_place(lib):
    class Double(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    Double.apply(leaf(lib, 3))


@program
def a_saved_input_changed_since(lib):
    x = leaf(lib, 3)
    h = x * 1
    y = cube(lib).apply(h)
    h.add_(1)
    y.sum().backward()


@program
def a_saved_result_changed_since(lib):
    class Exp(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    y = Exp.apply(leaf(lib, 3))
    y.add_(1)
    y.sum().backward()


@program
def a_second_walk(lib):
    y = cube(lib).apply(leaf(lib, 3)).sum()
    y.backward()
    y.backward()


@program
def a_second_walk_over_a_retained_graph(lib):
    x = leaf(lib, 3)
    y = cube(lib).apply(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


@program
def setup_context(lib):
    class Product(lib.autograd.Function):
        @staticmethod
        def forward(x, y, power):
            return x * y**power

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, y, ctx.power = inputs
            ctx.save_for_backward(x, y)

        @staticmethod
        def backward(ctx, g):
            x, y = ctx.saved_tensors
            return g * y**ctx.power, g * x * ctx.power * y ** (ctx.power - 1), None

    x, y = leaf(lib, 3), leaf(lib, 3)
    z = Product.apply(x, y, 2)
    gx, gy = lib.autograd.grad(z.sum(), [x, y], create_graph=True)
    return gx, gy, lib.autograd.grad((gx * gy).sum(), [x, y])


@program
def once_differentiable(lib):
    class Cube(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @lib.autograd.function.once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 3 * x.detach() ** 2 * g

    x = leaf(lib, 3)
    (g,) = lib.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    return g.detach(), lib.autograd.grad(g.sum(), x)


@program
def a_function_inside_of_a_function(lib):
    Cube = cube(lib)

    class Outer(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return Cube.apply(x) * 2

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            with lib.enable_grad():
                again = x.detach().requires_grad_()
                y = Cube.apply(again) * 2
                (inner,) = lib.autograd.grad(y, again, g)
            return inner

    x = leaf(lib, 3)
    Outer.apply(x).sum().backward()
    return x.grad


@program
def modes_inside(lib):
    log = []

    class Look(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            log.append(("forward", lib.is_grad_enabled(), x.requires_grad))
            return x * 2

        @staticmethod
        def backward(ctx, g):
            log.append(("backward", lib.is_grad_enabled()))
            return g * 2

    x = leaf(lib, 3)
    y = Look.apply(x).sum()
    lib.autograd.grad(y, x, retain_graph=True)
    lib.autograd.grad(y, x, create_graph=True)
    return log


@program
def integer_inputs(lib):
    class Pick(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, index):
            ctx.save_for_backward(index)
            ctx.n = len(x)
            return x[index]

        @staticmethod
        def backward(ctx, g):
            (index,) = ctx.saved_tensors
            full = lib.zeros(ctx.n, dtype=g.dtype)
            full[index] = g
            return full, None

    x = leaf(lib, 4)
    Pick.apply(x, lib.tensor([3, 1])).sum().backward()
    return x.grad


@program
def gradient_of_another_dtype(lib):
    class ToFloat(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.float()

        @staticmethod
        def backward(ctx, g):
            return g

    x = leaf(lib, 3)
    ToFloat.apply(x).sum().backward()
    return x.grad


@program
def an_attribute_holds_a_value_in_between(lib):
    class Sigmoid(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.y = 1 / (1 + (-x).exp())
            return ctx.y * 1

        @staticmethod
        def backward(ctx, g):
            return g * ctx.y * (1 - ctx.y)

    x = leaf(lib, 3)
    Sigmoid.apply(x).sum().backward()
    return x.grad


@program
def saving_none_and_plain_values(lib):
    class F(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(None, x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            none, _ = ctx.saved_tensors
            return g * 2 if none is None else None

    x = leaf(lib, 3)
    F.apply(x).sum().backward()
    return x.grad


@program
def saving_a_number(lib):
    class F(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    F.apply(leaf(lib, 3))


@program
def no_backward(lib):
    class F(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    y = F.apply(leaf(lib, 3))
    y.sum().backward()


@pytest.mark.parametrize("name", program)
def test_same_as_pytorch(name: str) -> None:
    program.check(name)
