"""grad, vjp, jvp, Jacobians, and transforms of transforms, against derivatives worked out by hand."""

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.func import (
    functional_call,
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    replace_all_batch_norm_modules_,
    stack_module_state,
    vjp,
    vmap,
)


def t(*values):
    return minitorch.tensor(values, dtype=minitorch.float64)


def same(actual, expected):
    np.testing.assert_allclose(actual.detach().numpy(), np.asarray(expected), rtol=1e-10, atol=1e-12)


def cubes(x):
    return (x**3).sum()


X = t(1.0, 2.0, -3.0)
E3 = np.eye(3)


def test_derivatives_of_every_order():
    f, expected = (lambda x: x**4), [32.0, 48.0, 48.0, 24.0, 0.0]
    for value in expected:
        f = grad(f)
        same(f(t(2.0)[0]), value)


def test_results_take_part_in_no_graph_unless_there_is_one_around():
    assert not grad(cubes)(X).requires_grad
    w = t(1.0, 2.0, 3.0).requires_grad_()
    g = grad(lambda x: (w * x * x).sum())(X)
    assert g.requires_grad
    g.sum().backward()
    same(w.grad, 2 * X.numpy())
    value = grad_and_value(lambda x: (w * x).sum())(X)[1]
    assert value.requires_grad
    with minitorch.no_grad():
        g = grad(lambda x: (w * x * x).sum())(X)
    assert not g.requires_grad
    same(g, 2 * w.detach().numpy() * X.numpy())


def test_an_argument_may_require_grad_itself():
    x = t(1.0, 2.0).requires_grad_()
    g = grad(cubes)(x)
    g.sum().backward()
    same(x.grad, 6 * x.detach().numpy())


def test_argnums_trees_and_aux():
    tree = {"a": X, "b": (2 * X,)}
    found = grad(lambda d, s: (d["a"] * d["b"][0] * s).sum())(tree, 3.0)
    same(found["a"], 6 * X.numpy())
    same(found["b"][0], 3 * X.numpy())
    first, second = grad(lambda x, y: (x * y).sum(), argnums=(0, -1))(X, X + 1)
    same(first, X.numpy() + 1)
    same(second, X.numpy())
    g, (value, aux) = grad_and_value(lambda x: (cubes(x), {"twice": 2 * x}), has_aux=True)(X)
    same(g, 3 * X.numpy() ** 2)
    same(value, (X.numpy() ** 3).sum())
    assert not aux["twice"].requires_grad
    assert grad(lambda x: (cubes(x), "anything"), has_aux=True)(X)[1] == "anything"


def test_an_unused_argument_has_a_gradient_of_zeros():
    same(grad(lambda x, y: x.sum(), argnums=1)(X, X), np.zeros(3))
    same(grad(lambda x: t(1.0)[0])(X), np.zeros(3))


def test_vjp_and_its_function_can_be_used_often():
    (total, product), pull = vjp(lambda x, y: (x + y, x * y), X, 2 * X)
    assert not total.requires_grad
    for _ in range(2):
        dx, dy = pull((t(1.0, 1.0, 1.0), t(1.0, 0.0, 0.0)))
        same(dx, [3.0, 1.0, 1.0])
        same(dy, [2.0, 1.0, 1.0])
    same(product, 2 * X.numpy() ** 2)
    batch = vmap(pull)(
        (minitorch.eye(3, dtype=minitorch.float64), minitorch.zeros(3, 3, dtype=minitorch.float64))
    )
    same(batch[0], E3)


def test_jvp_and_linearize():
    value, tangent = jvp(lambda x, y: x * y, (X, 2 * X), (t(1.0, 0.0, 0.0), t(0.0, 1.0, 0.0)))
    same(value, 2 * X.numpy() ** 2)
    same(tangent, [2.0, 2.0, 0.0])
    value, push = linearize(minitorch.sin, X)
    same(push(t(1.0, 2.0, 3.0)), np.cos(X.numpy()) * [1.0, 2.0, 3.0])
    same(vmap(push)(minitorch.eye(3, dtype=minitorch.float64)), np.diag(np.cos(X.numpy())))
    assert not tangent.requires_grad
    same(grad(lambda x: jvp(cubes, (x,), (t(1.0, 1.0, 1.0),))[1])(X), 6 * X.numpy())
    with pytest.raises(RuntimeError, match="strict"):
        jvp(lambda x: t(1.0), (X,), (X,), strict=True)


@pytest.mark.parametrize("jacobian", [jacrev, jacfwd])
def test_jacobians(jacobian):
    same(jacobian(minitorch.sin)(X), np.diag(np.cos(X.numpy())))
    m = minitorch.arange(6.0, dtype=minitorch.float64).reshape(2, 3)
    same(jacobian(lambda x: m @ x)(X), m.numpy())
    blocks = jacobian(lambda x, y: {"product": x * y, "sum": x.sum()}, argnums=(0, 1))(X, 2 * X)
    same(blocks["product"][0], np.diag(2 * X.numpy()))
    same(blocks["sum"][1], np.zeros(3))
    found, aux = jacobian(lambda x: (x * x, x), has_aux=True)(X)
    same(found, np.diag(2 * X.numpy()))
    same(aux, X.numpy())
    assert jacobian(lambda x: x[:0])(X).shape == (0, 3)
    same(vmap(jacobian(minitorch.sin))(minitorch.stack([X, 2 * X]))[1], np.diag(np.cos(2 * X.numpy())))


def test_chunks_change_nothing():
    whole = jacrev(lambda x: x.outer(x))(X)
    for size in (1, 2, 100):
        same(jacrev(lambda x: x.outer(x), chunk_size=size)(X), whole.numpy())


def test_hessians_of_all_combinations():
    expected = np.diag(6 * X.numpy())
    for outer in (jacrev, jacfwd):
        for inner in (jacrev, jacfwd, grad):
            same(outer(inner(cubes))(X), expected)
    same(hessian(cubes)(X), expected)
    blocks = hessian(lambda x, y: (x * y).sum(), argnums=(0, 1))(X, X)
    same(blocks[0][1], E3)
    same(blocks[0][0], np.zeros((3, 3)))


def test_transforms_do_not_confuse_their_variables():
    # d/dx x · d/dy (x + y) at y = 1 is 1; a confused engine says 2
    same(grad(lambda x: x * grad(lambda y: x + y)(t(1.0)[0]))(t(1.0)[0]), 1.0)
    same(jvp(lambda x: x * jvp(lambda y: x + y, (t(1.0),), (t(1.0),))[1], (t(1.0),), (t(1.0),))[1], [1.0])


def test_per_sample_gradients_of_a_module():
    minitorch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    x, y = minitorch.randn(5, 3, dtype=minitorch.float64), minitorch.tensor([0, 1, 1, 0, 1])
    params = {k: v.detach() for k, v in net.named_parameters()}

    def loss(params, x, y):
        return nn.functional.cross_entropy(functional_call(net, params, (x.unsqueeze(0),)), y.unsqueeze(0))

    found = vmap(grad(loss), in_dims=(None, 0, 0))(params, x, y)
    for i in range(5):
        net.zero_grad()
        nn.functional.cross_entropy(net(x[i : i + 1]), y[i : i + 1]).backward()
        for name, p in net.named_parameters():
            same(found[name][i], p.grad.numpy())


def test_an_ensemble():
    nets = [nn.Linear(3, 2) for _ in range(4)]
    params, buffers = stack_module_state(nets)
    assert params["weight"].requires_grad
    assert params["weight"].is_leaf
    assert buffers == {}
    x = minitorch.randn(5, 3)
    together = vmap(lambda p: functional_call(nets[0], (p, {}), x))(params)
    for i, net in enumerate(nets):
        same(together[i], net(x).detach().numpy())
    together.sum().backward()
    assert params["weight"].grad.shape == (4, 2, 3)
    with pytest.raises(RuntimeError, match="at least one"):
        stack_module_state([])
    with pytest.raises(RuntimeError, match="mode"):
        stack_module_state([nn.Linear(1, 1), nn.Linear(1, 1).eval()])


def test_functional_call_takes_several_dictionaries():
    net = nn.BatchNorm1d(2)
    mean, var = minitorch.ones(2), minitorch.ones(2)
    net.eval()
    y = functional_call(
        net, (dict(net.named_parameters()), {"running_mean": mean, "running_var": var}), minitorch.ones(3, 2)
    )
    same(y, np.zeros((3, 2)))
    with pytest.raises(ValueError, match="several"):
        functional_call(net, ({"weight": mean}, {"weight": mean}), minitorch.ones(3, 2))
    assert replace_all_batch_norm_modules_(net).running_var is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: grad(lambda x: x)(X), "0-d"),
        (lambda: grad(lambda x: 3.0)(X), "Tensor"),
        (lambda: grad(cubes, argnums=1)(X), "argnums"),
        (lambda: grad(cubes)(minitorch.tensor([1, 2])), "floating"),
        (lambda: grad(cubes)([1.0]), "tensors"),
        (lambda: grad(lambda x: cubes(x), has_aux=True)(X), "aux"),
        (lambda: vjp(cubes, X)[1](X), "shape"),
        (lambda: jvp(cubes, X, X), "tuples"),
        (lambda: jvp(cubes, (X,), (X[:2],)), "shape"),
        (lambda: jacrev(cubes, chunk_size=0), "chunk_size"),
    ],
)
def test_errors(wrong, message):
    with pytest.raises((RuntimeError, ValueError), match=message):
        wrong()


def test_names_that_are_not_there_say_so():
    with pytest.raises(AttributeError, match="functionalize"):
        minitorch.func.functionalize  # noqa: B018
    assert minitorch.vmap is vmap
