"""What vmap promises: dims, trees, randomness, refusals; values are compared in test_vmap_table.py."""

import numpy as np
import pytest

import minitorch
from minitorch.errors import VmapError
from minitorch.func import grad, vmap

X = minitorch.arange(6.0, dtype=minitorch.float64).reshape(2, 3)


def same(actual, expected):
    np.testing.assert_allclose(actual.detach().numpy(), np.asarray(expected), rtol=1e-10, atol=1e-12)


def test_dims_in_and_out():
    same(vmap(lambda a: 2 * a, in_dims=1)(X), 2 * X.numpy().T)
    same(vmap(lambda a: 2 * a, in_dims=-1, out_dims=-1)(X), 2 * X.numpy())
    same(vmap(lambda a, b: a * b, in_dims=(0, None))(X, X[0]), X.numpy() * X[0].numpy())
    a, b = vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(X)
    same(a, X.numpy().T)
    same(b, X.numpy().sum(1))
    same(vmap(lambda a: X[0], out_dims=None)(X), X[0].numpy())
    same(vmap(lambda a: X[0])(X), [X[0].numpy()] * 2)


def test_trees_of_arguments_and_results():
    tree = {"x": X, "more": [X + 1, 5]}
    found = vmap(
        lambda d: {"y": (d["x"] + d["more"][0]) * d["more"][1]}, in_dims=({"x": 0, "more": [0, None]},)
    )(tree)
    same(found["y"], (2 * X.numpy() + 1) * 5)
    same(vmap(lambda a, *, b: a + b)(X, b=X), 2 * X.numpy())
    assert isinstance(vmap(lambda a: [a, a])(X), list)


def test_vmaps_inside_of_each_other():
    a, b = X[0], X[:, 0] + 1
    same(vmap(lambda x: vmap(lambda y: x * y)(b))(a), np.outer(a.numpy(), b.numpy()))
    cube = minitorch.arange(24.0).reshape(2, 3, 4)
    same(vmap(vmap(lambda v: v.sum()))(cube), cube.numpy().sum(-1))
    same(vmap(vmap(minitorch.dot, (None, 0)), (0, None))(X, X), X.numpy() @ X.numpy().T)
    same(
        vmap(vmap(lambda i, v: v[i], (0, None)), (None, 0))(minitorch.tensor([2, 0]), X), X.numpy()[:, [2, 0]]
    )
    twice = vmap(vmap(grad(lambda v: v**3)))(X)
    same(twice, 3 * X.numpy() ** 2)


def test_gradients_flow_through():
    x, w = X.clone().requires_grad_(), minitorch.ones(3, dtype=minitorch.float64, requires_grad=True)
    y = vmap(lambda a: (a * w).sin().sum())(x)
    y.sum().backward()
    same(x.grad, np.cos(X.numpy()))
    same(w.grad, (X.numpy() * np.cos(X.numpy())).sum(0))
    (g,) = minitorch.autograd.grad(vmap(lambda a: (a * w).prod())(x).sum(), w, create_graph=True)
    (h,) = minitorch.autograd.grad(g.sum(), w)
    same(h, [(X[:, 1] * X[:, 0] * X[:, 2] * 2).sum().item()] * 3)


def test_inner_gradients_stay_apart():
    w = X[0].clone().requires_grad_()
    rows = vmap(lambda a: minitorch.autograd.grad((a * w * w).sum(), w)[0])(X)
    same(rows, 2 * X.numpy() * X[0].numpy())


def test_chunks():
    x = minitorch.arange(10.0).reshape(5, 2)
    for size in (1, 2, 5, 9):
        same(vmap(lambda a: a.cumsum(0), chunk_size=size)(x), x.numpy().cumsum(1))
        same(vmap(lambda a: a * 2, out_dims=1, chunk_size=size)(x), 2 * x.numpy().T)


def test_no_slices_at_all():
    assert vmap(lambda a: a @ a.T)(minitorch.zeros(0, 2, 3)).shape == (0, 2, 2)
    assert vmap(lambda a: a.sort().values)(minitorch.zeros(0, 3)).shape == (0, 3)


def draw(a):
    return a + minitorch.rand(3)


def test_randomness():
    x = minitorch.zeros(4, 3)
    with pytest.raises(RuntimeError, match="randomness"):
        vmap(draw)(x)
    different = vmap(draw, randomness="different")(x)
    assert len({tuple(row) for row in different.tolist()}) == 4
    equal = vmap(draw, randomness="same")(x)
    assert len({tuple(row) for row in equal.tolist()}) == 1
    dropped = vmap(lambda a: minitorch.nn.functional.dropout(a, 0.5), randomness="different")(
        minitorch.ones(8, 64)
    )
    assert len({tuple(row) for row in dropped.tolist()}) == 8
    nested = vmap(vmap(draw, randomness="different"), randomness="same")(minitorch.zeros(2, 4, 3))
    same(nested[0], nested[1].numpy())
    assert not nested[0, 0].equal(nested[0, 1])
    with pytest.raises(ValueError, match="randomness"):
        vmap(draw, randomness="other")


@pytest.mark.parametrize(
    "function",
    [
        lambda a: a if a.sum() > 0 else -a,
        lambda a: a * a.sum().item(),
        lambda a: a[: int(a[0])],
        lambda a: minitorch.tensor(a.tolist()),
        lambda a: minitorch.tensor(a.numpy()),
        lambda a: a[a > 2],
        lambda a: a.nonzero(),
        lambda a: a.repeat_interleave(a.long()),
    ],
)
def test_slices_cannot_go_different_ways(function):
    with pytest.raises(VmapError):
        vmap(function)(X)


def test_what_is_the_same_for_all_slices_cannot_be_changed_by_one():
    kept = minitorch.zeros(3, dtype=minitorch.float64)
    for change in (
        kept.add_,
        kept.copy_,
        lambda a: kept.__setitem__(0, a[0]),
        lambda a: kept[1:].mul_(a[1:]),
    ):
        with pytest.raises(VmapError, match="changed in place"):
            vmap(lambda a, change=change: change(a))(X)
        same(kept, np.zeros(3))


def test_changes_in_place():
    x = X.clone()
    y = vmap(lambda a: a.add_(1))(x)
    same(x, X.numpy() + 1)
    same(y, X.numpy() + 1)

    def fill(a):
        b = minitorch.zeros_like(a)  # zeros, but the same ones for all slices
        b = b.clone()
        b[1] = a[0]
        b[0] += a[2]
        return b

    same(vmap(fill)(X), [[2.0, 0.0, 0.0], [5.0, 3.0, 0.0]])
    w = X[0].clone().requires_grad_()
    vmap(lambda a: (w * a).mul_(2).sum())(X).sum().backward()
    same(w.grad, 2 * X.numpy().sum(0))


def test_functions_without_a_rule_run_slice_by_slice():
    weight = minitorch.tensor([0.5, 1.0, 2.0], dtype=minitorch.float64)
    target = minitorch.tensor([2, 0])

    def loss(a, i):
        return minitorch.nn.functional.cross_entropy(a, i, weight=weight, reduction="sum")

    expected = [loss(X[i], target[i]).item() for i in range(2)]
    same(vmap(loss)(X, target), expected)
    kept = minitorch.zeros(3, dtype=minitorch.float64)

    def bad(a, i):
        loss(a, i)
        return kept.add_(1.0)

    with pytest.raises(VmapError, match="in place"):
        vmap(bad)(X, target)


def test_functions_of_the_user():
    class Scale(minitorch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x, w):
            return x * w

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return g * w, g * x

    same(vmap(grad(lambda x, w: Scale.apply(x, w).sum(), argnums=1), (0, None))(X, X[0]), X.numpy())

    class WithRule(Scale):
        generate_vmap_rule = False

        @staticmethod
        def vmap(info, in_dims, x, w):
            assert info.batch_size == 2
            assert in_dims == (0, None)
            return WithRule.apply(x, w), 0

    same(vmap(WithRule.apply, (0, None))(X, X[0]), X.numpy() * X[0].numpy())

    class Without(Scale):
        generate_vmap_rule = False

    with pytest.raises(RuntimeError, match="generate_vmap_rule"):
        vmap(Without.apply)(X, X)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: vmap(lambda a: a)(minitorch.tensor(1.0)), "0-d"),
        (lambda: vmap(lambda a: a, in_dims=2)(X), "out of range"),
        (lambda: vmap(lambda a: a, in_dims=None)(X), "in_dims"),
        (lambda: vmap(lambda a, b: a, in_dims=(0,))(X, X), "entries"),
        (lambda: vmap(lambda a, b: a)(X, X[:1]), "different numbers"),
        (lambda: vmap(lambda a, b: a)(X, 3.0), "float"),
        (lambda: vmap(lambda a: 3.0)(X), "must return tensors"),
        (lambda: vmap(lambda a: a, out_dims=None)(X), "out_dims"),
        (lambda: vmap(lambda a: a, out_dims=(0, 0))(X), "out_dims"),
        (lambda: vmap(lambda a: a, chunk_size=0), "chunk_size"),
    ],
)
def test_errors(wrong, message):
    with pytest.raises((RuntimeError, ValueError, IndexError), match=message):
        wrong()


def test_batched_gradients():
    x = X[0].clone().requires_grad_()
    y, unused = x.sin(), X[0].clone().requires_grad_()
    starts = minitorch.eye(3, dtype=minitorch.float64)
    found, none = minitorch.autograd.grad(
        y, (x, unused), starts, is_grads_batched=True, allow_unused=True, retain_graph=True
    )
    same(found, np.diag(np.cos(X[0].numpy())))
    assert none is None
    (g,) = minitorch.autograd.grad(y, x, starts, is_grads_batched=True, create_graph=True)
    (h,) = minitorch.autograd.grad(g.sum(), x)
    same(h, -np.sin(X[0].numpy()))


def test_walks_elsewhere_are_ordinary_ones():
    from minitorch.func.batch_ops import ways_in

    x = X.clone().requires_grad_()
    y = vmap(lambda a: a.sum())(x).sum()
    assert len(ways_in) >= 1
    y.backward()
    del y
    assert len(ways_in) == 0


def test_a_batch_can_be_printed():
    seen = []
    vmap(lambda a: seen.append(repr(a)) or a)(X)
    assert seen == ["BatchedTensor(2 slices of shape (3,), float64)"]
