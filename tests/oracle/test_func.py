"""Transforms of functions, vmap, and the functional room of autograd do what they do in PyTorch."""

from __future__ import annotations

import pytest
from oracle.programs import Programs, leaf

pytestmark = pytest.mark.oracle
program = Programs()


def func(lib):
    import importlib

    return importlib.import_module(f"{lib.__name__}.func")


def functional(lib):
    import importlib

    return importlib.import_module(f"{lib.__name__}.autograd.functional")


def numbers(lib, *shape):
    return leaf(lib, *shape).detach()


@program
def gradients(lib):
    f = func(lib)
    x, y = numbers(lib, 3), numbers(lib, 3) + 1

    def g(x, y):
        return (x.sin() * y).sum()

    return (
        f.grad(g)(x, y),
        f.grad(g, argnums=1)(x, y),
        f.grad(g, argnums=(0, 1))(x, y),
        f.grad(g, argnums=-1)(x, y),
        f.grad_and_value(g)(x, y),
        f.grad(lambda x: (g(x, y), x.cos()), has_aux=True)(x),
        f.grad_and_value(lambda x: (g(x, y), x.cos()), has_aux=True)(x),
        f.grad(lambda x: f.grad(g)(x, y).sum())(x),
        f.grad(lambda d: (d["a"] * d["b"][0]).sum())({"a": x, "b": (y,)}),
    )


@program
def gradients_under_modes(lib):
    f, x = func(lib), leaf(lib, 3)
    w = numbers(lib, 3).requires_grad_()
    with lib.no_grad():
        a = f.grad(lambda x: (w * x * x).sum())(x)
    b = f.grad(lambda x: (w * x * x).sum())(x)
    b.sum().backward()

    def silent(x):
        with lib.no_grad():
            c = x**2
        return (x * c).sum()

    return a, b, x.grad, w.grad, f.grad(silent)(x.detach())


@program
def products(lib):
    f = func(lib)
    x, t = numbers(lib, 3), numbers(lib, 3) * 2
    output, pull = f.vjp(lambda x, y: (x * y, x.sum()), x, t)
    value, push = f.linearize(lambda x: x.exp() * x, x)
    return (
        output,
        pull((t, lib.ones((), dtype=lib.float64))),
        f.jvp(lambda x, y: (x * y).cumsum(0), (x, t), (t, x)),
        f.jvp(lambda x: (x**2, x.sin()), (x,), (t,), has_aux=True),
        f.vjp(lambda x: (x**2, x.sin()), x, has_aux=True)[2],
        value,
        push(t),
        f.vmap(pull)((lib.stack([t, x]), lib.ones(2, dtype=lib.float64))),
    )


@program
def jacobians(lib):
    f = func(lib)
    x, m = numbers(lib, 3), numbers(lib, 2, 3)
    results = []
    for jacobian in (f.jacrev, f.jacfwd):
        results += [
            jacobian(lambda x: (m @ x).sin())(x),
            jacobian(lambda x, y: x * y, argnums=(0, 1))(x, x + 1),
            jacobian(lambda x: {"a": x.exp(), "b": (x.sum(),)})(x),
            jacobian(lambda x: (x * x, x), has_aux=True)(x),
            f.vmap(jacobian(lambda x: x.cumprod(0)))(m),
            jacobian(jacobian(lambda x: (x**3).sum()))(x),
        ]
    return (
        *results,
        f.hessian(lambda x: x.prod())(x),
        f.jacrev(lambda x: x.outer(x), chunk_size=2)(x),
        f.hessian(lambda x, y: (x * x * y).sum(), argnums=(0, 1))(x, x),
    )


@program
def vmap_dims(lib):
    f = func(lib)
    m, v = numbers(lib, 2, 3), numbers(lib, 3)
    return (
        f.vmap(lib.dot, in_dims=(0, None))(m, v),
        f.vmap(lambda a: a * 2, in_dims=1, out_dims=1)(m),
        f.vmap(lambda a: a * 2, in_dims=-1, out_dims=-1)(m),
        f.vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(m),
        f.vmap(lambda a, b: a["x"] + b, in_dims=({"x": 0}, None))({"x": m}, v),
        f.vmap(f.vmap(lambda a, b: a * b, in_dims=(None, 0)), in_dims=(0, None))(v, v),
        f.vmap(lambda a: a.sum(), chunk_size=1)(m),
        f.vmap(lambda a: v)(m),
        f.vmap(lambda a: a.view(3, 1).expand(3, 2).transpose(0, 1).reshape(-1))(m),
        f.vmap(lambda a: a.softmax(0).log() @ m.T)(m),
        f.vmap(lambda a, b: lib.where(a > 1, a, b))(m, -m),
        f.vmap(lambda a: a[[0, 2]].flip(0))(m),
        f.vmap(lambda a, i: a.gather(0, i))(m, lib.tensor([[0, 1], [2, 2]])),
        f.vmap(lambda a: a.sort(descending=True)[1])(m),
        lib.vmap(lambda a: a.std())(m),
    )


@program
def vmap_and_gradients(lib):
    f = func(lib)
    m, w = leaf(lib, 2, 3), leaf(lib, 3)
    y = f.vmap(lambda a: (a * w).tanh().sum())(m)
    y.sum().backward()
    per_sample = f.vmap(f.grad(lambda w, a: (a * w).tanh().sum()), in_dims=(None, 0))(w.detach(), m.detach())
    second = f.vmap(f.grad(f.grad(lambda a: a**3)))(w.detach())
    return y, m.grad, w.grad, per_sample, second


@program
def vmap_changes_in_place(lib):
    f, m = func(lib), numbers(lib, 2, 3)

    def change(a):
        a.add_(1)
        a[0] = 5
        return a * 2

    return f.vmap(change)(m), m


def refused(name, function):
    def run(lib):
        return function(lib, func(lib), numbers(lib, 2, 3))

    run.__name__ = name
    program(run)


refused("item", lambda lib, f, m: f.vmap(lambda a: a.sum().item() * a)(m))
refused("branch", lambda lib, f, m: f.vmap(lambda a: a if a.sum() > 0 else -a)(m))
refused("captured", lambda lib, f, m: f.vmap(lambda a: lib.zeros(3, dtype=lib.float64).add_(a))(m))
refused("random", lambda lib, f, m: f.vmap(lambda a: a + lib.rand(3))(m))
refused("mask", lambda lib, f, m: f.vmap(lambda a: a[a > 1])(m))
refused("sizes", lambda lib, f, m: f.vmap(lambda a, b: a)(m, m[:1]))
refused("in_dims", lambda lib, f, m: f.vmap(lambda a: a, in_dims=5)(m))
refused("in_dims_none", lambda lib, f, m: f.vmap(lambda a: a, in_dims=None)(m))
refused("output", lambda lib, f, m: f.vmap(lambda a: 3)(m))
refused("scalar", lambda lib, f, m: f.vmap(lambda a: a)(m[0, 0]))
refused("randomness", lambda lib, f, m: f.vmap(lambda a: a, randomness="x")(m))
refused("vector", lambda lib, f, m: f.grad(lambda a: a)(m))
refused("number", lambda lib, f, m: f.grad(lambda a: 3.0)(m))
refused("integers", lambda lib, f, m: f.grad(lambda a: a.sum())(m.long()))
refused("argnums", lambda lib, f, m: f.grad(lambda a: a.sum(), argnums=2)(m))
refused("aux", lambda lib, f, m: f.grad(lambda a: a.sum(), has_aux=True)(m))
refused("tangents", lambda lib, f, m: f.jvp(lambda a: a.sum(), (m,), (m[0],)))
refused("no_tuple", lambda lib, f, m: f.jvp(lambda a: a.sum(), m, m))
refused("cotangents", lambda lib, f, m: f.vjp(lambda a: a.sum(), m)[1](m))


@program
def randomness(lib):
    f, m = func(lib), lib.zeros(4, 3)
    different = f.vmap(lambda a: a + lib.rand(3), randomness="different")(m)
    equal = f.vmap(lambda a: a + lib.rand(3), randomness="same")(m)
    return different[0].equal(different[1]), equal[0].equal(equal[3]), different.shape == equal.shape


@program
def modules(lib):
    f = func(lib)
    net = lib.nn.Linear(3, 2, dtype=lib.float64)
    params = {"weight": numbers(lib, 2, 3), "bias": numbers(lib, 2)}
    x = numbers(lib, 4, 3)
    stacked, buffers = f.stack_module_state([net, net])
    return (
        f.functional_call(net, params, x),
        f.functional_call(net, (params, {}), (x,)),
        f.grad(lambda p: f.functional_call(net, p, (x,)).sum())(params),
        f.vmap(lambda p, x: f.functional_call(net, p, (x,)), in_dims=(None, 0))(params, x),
        sorted(stacked),
        stacked["weight"].shape == (2, 2, 3),
        stacked["weight"].is_leaf,
        buffers,
    )


@program
def functional_products(lib):
    a = functional(lib)
    x, v = numbers(lib, 3), numbers(lib, 3) * 2

    def f(x):
        return (x**3).sum()

    return (
        a.vjp(lambda x: x.sin(), x, v),
        a.vjp(f, x),
        a.jvp(lambda x, y: (x * y, x), (x, v), (v, x)),
        a.vhp(f, x, v),
        a.hvp(f, x, v),
        a.hvp(lambda x, y: (x * x * y).sum(), (x, v), (v, x)),
        a.jvp(lambda x: x.exp(), leaf(lib, 3), v, create_graph=True),
    )


@program
def functional_jacobians(lib):
    a = functional(lib)
    x, v = numbers(lib, 3), numbers(lib, 3) * 2
    results = []
    for mode in ({}, {"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}):
        results += [
            a.jacobian(lambda x: x.sin(), x, **mode),
            a.jacobian(lambda x, y: (x * y, x.sum()), (x, v), **mode),
            a.jacobian(lambda x: (x.exp(),), (x,), **mode),
        ]
    for mode in ({}, {"vectorize": True}):
        results += [
            a.hessian(lambda x: (x**3).sum(), x, **mode),
            a.hessian(lambda x, y: (x * x * y).sum(), (x, v), **mode),
        ]
    forward = {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}
    number = a.hessian(lambda x: (x**3).sum(), x, **forward)
    return results, number.detach(), a.jacobian(lambda x: x**2, leaf(lib, 3), create_graph=True)


for _name, _call in {
    "independent": lambda a, x: a.jacobian(lambda x: x.detach() * 2, x, strict=True),
    "independent_in_part": lambda a, x: a.jacobian(lambda x, y: x, (x, x), strict=True),
    "strict_vectorized": lambda a, x: a.jacobian(lambda x: x, x, strict=True, vectorize=True),
    "forward_alone": lambda a, x: a.jacobian(lambda x: x, x, strategy="forward-mode"),
    "no_vector": lambda a, x: a.vjp(lambda x: x, x),
    "wrong_vector": lambda a, x: a.vjp(lambda x: x, x, x[:2]),
    "no_number": lambda a, x: a.hessian(lambda x: x, x),
    "no_tensor": lambda a, x: a.jacobian(lambda x: 3.0, x),
    "strict_hessian": lambda a, x: a.hessian(lambda x: x.sum(), x, strict=True),
    "lenient": lambda a, x: (a.jacobian(lambda x: x.detach() * 2, x), a.hvp(lambda x: x.sum(), x, x)),
}.items():

    def _run(lib, call=_call):
        return call(functional(lib), numbers(lib, 3))

    _run.__name__ = f"functional_{_name}"
    program(_run)


@program
def batched_gradients(lib):
    x = leaf(lib, 3)
    y = x.exp() * x
    (a,) = lib.autograd.grad(y, x, lib.eye(3, dtype=lib.float64), is_grads_batched=True, retain_graph=True)
    (b,) = lib.autograd.grad(
        y, x, lib.ones(2, 3, dtype=lib.float64), is_grads_batched=True, create_graph=True
    )
    return a, b


@program
def forward_mode(lib):
    import importlib

    fw = importlib.import_module(f"{lib.__name__}.autograd.forward_ad")
    x = numbers(lib, 3)
    with fw.dual_level():
        dual = fw.make_dual(x, x * 2)
        y = dual.sin() * dual
        return list(fw.unpack_dual(y)), fw.unpack_dual(x).tangent


@program
def a_function_with_a_rule_for_vmap(lib):
    f = func(lib)

    class Triple(lib.autograd.Function):
        @staticmethod
        def forward(x):
            return x * 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def backward(ctx, g):
            return g * 3

        @staticmethod
        def vmap(info, in_dims, x):
            return Triple.apply(x), in_dims[0]

    class Generated(lib.autograd.Function):
        generate_vmap_rule = True
        forward = staticmethod(lambda x: x**2)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    m = numbers(lib, 2, 3)
    return (
        f.vmap(Triple.apply, in_dims=1)(m),
        f.vmap(Generated.apply)(m),
        f.vmap(f.grad(lambda x: Generated.apply(x).sum()))(m),
        f.jacrev(f.jacrev(lambda x: Generated.apply(x).sum()))(m[0]),
    )


@program
def a_function_without_one(lib):
    class Plain(lib.autograd.Function):
        forward = staticmethod(lambda x: x**2)

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

    return func(lib).vmap(Plain.apply)(numbers(lib, 2, 3))


@pytest.mark.parametrize("name", program)
def test_program(name):
    program.check(name)
