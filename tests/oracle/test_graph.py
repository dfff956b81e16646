"""Saved-tensor hooks, hooks on nodes and on several gradients, gradient edges, and checkpoints, as in PyTorch."""

from __future__ import annotations

import importlib

import pytest
from oracle.programs import Programs, leaf

pytestmark = pytest.mark.oracle
program = Programs()


def graph(lib):
    return importlib.import_module(f"{lib.__name__}.autograd.graph")


def checkpoints(lib):
    return importlib.import_module(f"{lib.__name__}.utils.checkpoint")


@program
def saved_tensors(lib):
    x, packed = leaf(lib, 3), []
    with graph(lib).saved_tensors_hooks(lambda t: packed.append(t.requires_grad) or t * 2, lambda t: t * 2):
        y = (x * x).sum()
    (g,) = lib.autograd.grad(y, x, create_graph=True)
    return g, lib.autograd.grad(g.sum(), x), packed


@program
def saved_results(lib):
    x = leaf(lib, 3)
    with graph(lib).saved_tensors_hooks(lambda t: t.tolist(), lambda t: lib.tensor(t, dtype=lib.float64)):
        y = x.exp().sin().sum()
    y.backward()
    return x.grad


@program
def hooks_are_forbidden(lib):
    with (
        graph(lib).disable_saved_tensors_hooks("no"),
        graph(lib).saved_tensors_hooks(lambda t: t, lambda t: t),
    ):
        return "allowed"


@program
def mutation_is_allowed(lib):
    x = leaf(lib, 3)
    with graph(lib).allow_mutation_on_saved_tensors():
        y = x.clone()
        z = (y * y).sum() + y.exp().sum()
        y.zero_()
        z.backward()
    return x.grad


@program
def on_the_cpu(lib):
    x = leaf(lib, 3)
    with graph(lib).save_on_cpu():
        y = (x.exp() * x).sum()
    y.backward()
    return x.grad


@program
def edges(lib):
    x = leaf(lib, 3)
    y = (x * x).sum()
    edge = graph(lib).get_gradient_edge(y)
    (a,) = lib.autograd.grad(edge, graph(lib).get_gradient_edge(x), retain_graph=True)
    lib.autograd.backward(edge, inputs=[x])
    return a, x.grad, edge.output_nr, edge.node.name()


@program
def no_edge(lib):
    return graph(lib).get_gradient_edge(lib.ones(2)).output_nr


@program
def several_gradients(lib):
    x, y, z, seen = leaf(lib), leaf(lib), leaf(lib), []
    w = x * y
    graph(lib).register_multi_grad_hook(
        (x, w, z), lambda gs: seen.append([None if g is None else g.item() for g in gs])
    )
    (w * w).backward(retain_graph=True)
    (w * z).backward()
    first = []
    graph(lib).register_multi_grad_hook((x, y), lambda g: first.append(g.item()), mode="any")
    (x * y).backward()
    return seen, len(first)


@program
def nodes(lib):
    x, seen = leaf(lib, 2), []
    y = x * 2
    node = y.exp().grad_fn
    node.metadata["a"] = 1
    accumulate = y.grad_fn.next_functions[0][0]
    accumulate.register_prehook(lambda gs: tuple(g * 10 for g in gs))
    accumulate.register_hook(lambda ins, outs: seen.append((len(ins), outs[0].tolist())))
    y.sum().backward()
    return (
        node.name(),
        node.next_functions[0][0].name(),
        accumulate.name(),
        accumulate.variable is x,
        accumulate.next_functions,
        [f[0] is None for f in y.grad_fn.next_functions],
        node.metadata,
        isinstance(node, graph(lib).Node),
        isinstance(accumulate, graph(lib).Node),
        seen,
        x.grad,
    )


@program
def looking_at_what_is_saved(lib):
    x = leaf(lib, 2)
    return (x**2).grad_fn._saved_self, x.exp().grad_fn._saved_result, (x * x).grad_fn._saved_other


def run_checkpoint(lib, **settings):
    x, w = leaf(lib, 3), leaf(lib, 3)

    def function(x):
        return (x * w).sin().exp() * w

    y = checkpoints(lib).checkpoint(function, x, **settings)
    y.sum().backward()
    return y, x.grad, w.grad


@program
def checkpoint(lib):
    return run_checkpoint(lib, use_reentrant=False), run_checkpoint(lib, use_reentrant=True)


@program
def checkpoint_and_orders(lib):
    x = leaf(lib, 3)
    y = checkpoints(lib).checkpoint(lambda x: (x**3).exp().sum(), x, use_reentrant=False)
    (g,) = lib.autograd.grad(y, x, create_graph=True)
    return g, lib.autograd.grad(g.sum(), x)


@program
def reentrant_checkpoint_and_grad(lib):
    x = leaf(lib, 3)
    return lib.autograd.grad(checkpoints(lib).checkpoint(lambda x: x.exp().sum(), x, use_reentrant=True), x)


@program
def checkpoint_that_changes(lib):
    x, times = leaf(lib, 3), []

    def function(x):
        times.append(1)
        return x.exp().sum() if len(times) == 1 else lib.cat([x, x]).exp().sum()

    checkpoints(lib).checkpoint(function, x, use_reentrant=False).backward()
    return x.grad


@program
def checkpoint_sequential(lib):
    x, results = leaf(lib, 3), []
    for reentrant in (False, True):
        y = checkpoints(lib).checkpoint_sequential(
            [lib.sin, lib.exp, lib.tanh, lib.cos], 2, x, use_reentrant=reentrant
        )
        y.sum().backward()
        results.append((y, x.grad.clone()))
    return results


@program
def checkpoint_arguments(lib):
    return checkpoints(lib).checkpoint(lib.exp, leaf(lib, 3), use_reentrant=True, other=3)


@pytest.mark.parametrize("name", program)
def test_program(name):
    program.check(name)
