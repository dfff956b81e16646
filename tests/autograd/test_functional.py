"""Jacobians, Hessians and their products, against those worked out by hand."""

import numpy as np
import pytest

import minitorch
from minitorch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp


def t(*values):
    return minitorch.tensor(values, dtype=minitorch.float64)


def same(actual, expected):
    np.testing.assert_allclose(actual.detach().numpy(), np.asarray(expected), rtol=1e-10, atol=1e-12)


X = t(1.0, 2.0, -3.0)
V = t(1.0, 0.0, 2.0)
MODES = [
    {},
    {"vectorize": True},
    {"vectorize": True, "strategy": "forward-mode"},
]


def cubes(x):
    return (x**3).sum()


@pytest.mark.parametrize("mode", MODES)
def test_jacobian(mode):
    same(jacobian(minitorch.sin, X, **mode), np.diag(np.cos(X.numpy())))
    blocks = jacobian(lambda x, y: (x * y, x.sum()), (X, 2 * X), **mode)
    same(blocks[0][0], np.diag(2 * X.numpy()))
    same(blocks[0][1], np.diag(X.numpy()))
    same(blocks[1][0], np.ones(3))
    same(blocks[1][1], np.zeros(3))
    assert not blocks[0][0].requires_grad
    assert jacobian(lambda x: x.outer(x), X, **mode).shape == (3, 3, 3)


def test_jacobian_can_be_differentiated():
    x = X.clone().requires_grad_()
    for vectorize in (False, True):
        x.grad = None
        jacobian(lambda x: x**3, x, create_graph=True, vectorize=vectorize).sum().backward()
        same(x.grad, 6 * X.numpy())


@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
@pytest.mark.parametrize("vectorize", [False, True])
def test_hessian(vectorize, strategy):
    if strategy == "forward-mode" and not vectorize:
        with pytest.raises(NotImplementedError):
            hessian(cubes, X, vectorize=vectorize, outer_jacobian_strategy=strategy)
        return
    settings = {"vectorize": vectorize, "outer_jacobian_strategy": strategy}
    same(hessian(cubes, X, **settings), np.diag(6 * X.numpy()))
    blocks = hessian(lambda x, y: (x * x * y).sum(), (X, V), **settings)
    same(blocks[0][0], np.diag(2 * V.numpy()))
    same(blocks[0][1], np.diag(2 * X.numpy()))
    same(blocks[1][1], np.zeros((3, 3)))


def test_products():
    y, product = vjp(lambda x: x**2, X, V)
    same(y, X.numpy() ** 2)
    same(product, 2 * X.numpy() * V.numpy())
    y, product = jvp(lambda x, y: (x * y, x), (X, V), (V, X))
    same(product[0], V.numpy() ** 2 + X.numpy() ** 2)
    same(product[1], V.numpy())
    for function in (vhp, hvp):
        y, product = function(cubes, X, V)
        same(y, (X.numpy() ** 3).sum())
        same(product, 6 * X.numpy() * V.numpy())
        assert not product.requires_grad
    same(vjp(cubes, X)[1], 3 * X.numpy() ** 2)
    same(jvp(lambda x: x**2 * X, t(2.0))[1], 4 * X.numpy())


@pytest.mark.parametrize("function", [vjp, jvp, vhp, hvp])
def test_products_can_be_differentiated(function):
    x = X.clone().requires_grad_()
    v = t(1.0) if function is vjp else V
    f = (lambda x: (x**3).sum().reshape(1)) if function is vjp else cubes
    _, product = function(f, x, v, create_graph=True)
    product.sum().backward()
    order = {vjp: 6 * X.numpy(), jvp: 6 * X.numpy() * V.numpy(), vhp: 6 * V.numpy(), hvp: 6 * V.numpy()}
    same(x.grad, order[function])


def constant(x):
    return t(1.0)


def test_independence():
    same(jacobian(constant, X), np.zeros((1, 3)))
    same(vjp(lambda x: x.sum() * 0 + V, X, V)[1], np.zeros(3))
    same(jacobian(lambda x, y: x, (X, V))[1], np.zeros((3, 3)))
    same(hessian(lambda x: x.sum(), X), np.zeros((3, 3)))
    for strict in (
        lambda: jacobian(constant, X, strict=True),
        lambda: jacobian(lambda x, y: x, (X, V), strict=True),
        lambda: vjp(constant, X, t(1.0), strict=True),
        lambda: jvp(constant, X, V, strict=True),
        lambda: hessian(lambda x: x.sum(), X, strict=True),
        lambda: vhp(lambda x: x.sum(), X, V, strict=True),
        lambda: jacobian(lambda x: 2 * x, X, strict=True, create_graph=True),
    ):
        with pytest.raises(RuntimeError, match="strict"):
            strict()


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda: jacobian(cubes, 3.0), TypeError),
        (lambda: jacobian(lambda x: 3.0, X), TypeError),
        (lambda: jacobian(cubes, X, strict=True, vectorize=True), RuntimeError),
        (lambda: jacobian(cubes, X, strategy="forward-mode"), NotImplementedError),
        (lambda: jacobian(cubes, X, strategy="other"), ValueError),
        (lambda: vjp(lambda x: x, X), RuntimeError),
        (lambda: jvp(cubes, X), RuntimeError),
        (lambda: vjp(lambda x: x, X, V[:2]), RuntimeError),
        (lambda: hessian(lambda x: x, X), RuntimeError),
        (lambda: hvp(lambda x: (x, x), X, V), RuntimeError),
    ],
)
def test_errors(wrong, kind):
    with pytest.raises(kind):
        wrong()
