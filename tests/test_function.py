"""Operations of one's own: derivatives of every order, what may be returned and saved, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.autograd import Function, grad
from minitorch.autograd.function import once_differentiable
from minitorch.errors import ArgumentTypeError, GradientError, InplaceError, NotSupportedError, ShapeError


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class Exp(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * ctx.saved_tensors[0]


class SumAndProduct(Function):
    @staticmethod
    def forward(x: Any, y: Any, scale: float) -> Any:
        return (x + y) * scale, x * y

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, y, ctx.scale = inputs
        ctx.save_for_backward(x, y)

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any) -> Any:
        x, y = ctx.saved_tensors
        return g * ctx.scale + h * y, g * ctx.scale + h * x, None


def leaf(*values: float) -> Any:
    return minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)


def test_derivatives_of_every_order() -> None:
    x = leaf(2.0)
    y, expected = Cube.apply(x), [12, 12, 6]
    for value in expected:
        (y,) = grad(y.sum(), x, create_graph=True)
        assert y.item() == value


def test_saved_results_are_tied_to_the_graph() -> None:
    x = leaf(0.5)
    y = Exp.apply(x)
    for _ in range(4):
        (y,) = grad(y.sum(), x, create_graph=True)
        assert y.item() == pytest.approx(np.exp(0.5))


def test_setup_context_and_several_results() -> None:
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    total, product = SumAndProduct.apply(x, y, 10.0)
    (total * product).sum().backward()  # 10·(x + y)·x·y
    np.testing.assert_allclose(x.grad.numpy(), 10 * np.array([2 * 1 * 3 + 9, 2 * 2 * 4 + 16]))
    np.testing.assert_allclose(y.grad.numpy(), 10 * np.array([1 + 2 * 1 * 3, 4 + 2 * 2 * 4]))
    assert [total.output_nr, product.output_nr] == [0, 1]
    assert repr(total.grad_fn) == "<SumAndProductBackward>"


def test_a_result_without_gradient_counts_as_zeros() -> None:
    x, y = leaf(1.0), leaf(3.0)
    _, product = SumAndProduct.apply(x, y, 10.0)
    product.sum().backward()
    assert (x.grad.item(), y.grad.item()) == (3, 1)


def test_needs_input_grad() -> None:
    seen = []

    class Product(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any, name: str) -> Any:
            seen.append(ctx.needs_input_grad)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, None, None

    Product.apply(leaf(1.0), leaf(2.0).detach(), "name").sum().backward()
    assert seen == [(True, False, False)]


def test_forward_is_not_recorded_and_backward_only_on_demand() -> None:
    seen = []

    class Look(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            seen.append(minitorch.is_grad_enabled())
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            seen.append(minitorch.is_grad_enabled())
            return g * 2

    x = leaf(1.0)
    y = Look.apply(x).sum()
    grad(y, x, retain_graph=True)
    grad(y, x, create_graph=True)
    assert seen == [False, False, True]


def test_an_input_changed_in_place() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    x = leaf(1.0, 2.0)
    h = x * 1
    y = Double.apply(h)
    assert y is h
    (y * y).sum().backward()
    assert x.grad.tolist() == [8, 16]
    with pytest.raises(InplaceError):
        Double.apply(leaf(1.0))


def test_results_without_derivative() -> None:
    class Sort(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            order = minitorch.from_numpy(np.argsort(x.detach().numpy()))
            rank = order.double()
            ctx.mark_non_differentiable(order, rank)
            ctx.order = order
            return x[order], order, rank

        @staticmethod
        def backward(ctx: Any, g: Any, *_: Any) -> Any:
            full = minitorch.zeros_like(g)
            full[ctx.order] = g
            return full

    x = leaf(3.0, 1.0, 2.0)
    y, order, rank = Sort.apply(x)
    assert not order.requires_grad
    assert not rank.requires_grad
    (y * minitorch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert x.grad.tolist() == [3, 1, 2]


def test_once_differentiable() -> None:
    class Square(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, g: Any) -> Any:
            assert not minitorch.is_grad_enabled()
            return g * 2 * ctx.saved_tensors[0]

    x = leaf(3.0)
    (g,) = grad(Square.apply(x).sum(), x, create_graph=True)
    assert g.item() == 6
    with pytest.raises(GradientError, match=r"Square.*once_differentiable"):
        grad(g.sum(), x)


def test_a_gradient_of_the_shape_before_broadcasting() -> None:
    class Add(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, b: Any) -> Any:
            return x + b

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, g

    x, b = minitorch.ones(2, 3, requires_grad=True), minitorch.ones(3, requires_grad=True)
    Add.apply(x, b).sum().backward()
    assert b.grad.tolist() == [2, 2, 2]


def returning(value: Any) -> type[Function]:
    class Bad(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return value

    return Bad


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (2.0, ArgumentTypeError, "Bad.*gradient 0 is a float"),
        (minitorch.ones(2), ShapeError, r"Bad.*gradient 0 has shape \(2,\).*\(3,\)"),
        ((None, minitorch.ones(3)), GradientError, "Bad.*2 gradients for 1 arguments"),
        ((), GradientError, "Bad.*0 gradients for 1 arguments"),
    ],
)
def test_wrong_gradients(value: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        returning(value).apply(leaf(1.0, 2.0, 3.0)).sum().backward()


def test_saved_values_changed_since() -> None:
    h = leaf(1.0) * 1
    y = Cube.apply(h)
    h.add_(1)
    with pytest.raises(InplaceError, match=r"Cube.*saved_tensors\[0\]"):
        y.sum().backward()
    y = Exp.apply(leaf(1.0))
    y.add_(1)
    with pytest.raises(InplaceError, match=r"Exp.*saved_tensors\[0\]"):
        y.sum().backward()


def test_saved_values_freed() -> None:
    y = Cube.apply(leaf(1.0)).sum()
    y.backward()
    with pytest.raises(GradientError, match=r"Cube: backward a second time.*retain_graph"):
        y.backward()


def test_saving_something_else() -> None:
    class Bad(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(3)
            return x

    with pytest.raises(ArgumentTypeError, match=r"save_for_backward.*int.*ctx.value"):
        Bad.apply(leaf(1.0))


def test_methods_that_are_not_there() -> None:
    class Half(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x / 2

    class Empty(Function):
        pass

    with pytest.raises(NotSupportedError, match=r"Half.*backward\(ctx"):
        Half.apply(leaf(1.0)).sum().backward()
    with pytest.raises(NotSupportedError, match=r"forward\(ctx"):
        Empty.apply(leaf(1.0))


def test_gradients_are_copies() -> None:
    kept = minitorch.ones(3, dtype=minitorch.float64)
    x = leaf(1.0, 2.0, 3.0)
    returning(kept).apply(x).sum().backward()
    x.grad.add_(1)
    assert kept.tolist() == [1, 1, 1]
