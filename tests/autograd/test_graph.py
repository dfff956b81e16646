"""Nodes, edges, hooks on several gradients, and hooks on what ops save."""

import gc
import weakref

import numpy as np
import pytest

import minitorch
from minitorch.autograd import graph


def leaf(*values):
    return minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)


def same(actual, expected):
    np.testing.assert_allclose(actual.detach().numpy(), np.asarray(expected), rtol=1e-12)


def test_nodes():
    x = leaf(1.0, 2.0)
    y = (x * 2).exp()
    node = y.grad_fn
    assert isinstance(node, graph.Node)
    assert node.name() == "ExpBackward0"
    (mul, number), *_ = node.next_functions
    assert (mul.name(), number) == ("MulBackward0", 0)
    (accumulate, _), other = mul.next_functions
    assert accumulate.name() == "torch::autograd::AccumulateGrad"
    assert accumulate.variable is x
    assert other == (None, 0)
    assert accumulate is mul.next_functions[0][0]
    node.metadata["mine"] = 3
    assert y.grad_fn.metadata == {"mine": 3}
    assert (x * x).grad_fn._saved_self is x
    same(node._saved_result, y.detach().numpy())
    with pytest.raises(AttributeError, match="_saved_other"):
        node._saved_other  # noqa: B018


def test_hooks_of_accumulators():
    x = leaf(1.0, 2.0)
    node = (x * 2).grad_fn.next_functions[0][0]
    seen = []
    before = node.register_prehook(lambda gs: (gs[0] * 10,))
    after = node.register_hook(
        lambda inputs, outputs: seen.append((inputs, outputs[0].tolist(), x.grad.tolist()))
    )
    x.sum().backward()
    assert seen == [((), [10.0, 10.0], [10.0, 10.0])]
    before.remove()
    after.remove()
    x.sum().backward()
    same(x.grad, [11.0, 11.0])
    assert len(seen) == 1


def test_edges_stand_for_tensors():
    x = leaf(3.0)
    y = x * x
    edge, source = graph.get_gradient_edge(y), graph.get_gradient_edge(x)
    del y
    (g,) = minitorch.autograd.grad(edge, source, retain_graph=True)
    same(g, [6.0])
    minitorch.autograd.backward(edge, minitorch.ones(1, dtype=minitorch.float64), inputs=[source])
    same(x.grad, [6.0])
    parts = (x * minitorch.ones(4, dtype=minitorch.float64)).split(2)
    assert graph.get_gradient_edge(parts[1]).output_nr == 1
    (g,) = minitorch.autograd.grad(graph.get_gradient_edge(parts[1].sum()), graph.get_gradient_edge(parts[1]))
    same(g, [1.0, 1.0])
    with pytest.raises(RuntimeError, match="require grad"):
        graph.get_gradient_edge(minitorch.ones(1))


def test_hook_on_all_of_several_gradients():
    x, y, z = leaf(1.0), leaf(2.0), leaf(3.0)
    w, seen = x * y, []
    handle = graph.register_multi_grad_hook((x, w, z), lambda gs: seen.append([g and g.item() for g in gs]))
    (w * w).backward(retain_graph=True)
    assert seen == [[8.0, 4.0, None]]
    (w * z).backward()
    assert seen[1:] == [[6.0, 3.0, 2.0]]
    handle.remove()
    (x * z).backward()
    assert len(seen) == 2


def test_hook_on_any_of_several_gradients():
    x, y, seen = leaf(1.0), leaf(2.0), []
    graph.register_multi_grad_hook((x, y), lambda g: seen.append(g.item()), mode="any")
    (x * y).backward()
    (x * y).backward()
    assert len(seen) == 2
    with pytest.raises(ValueError, match="mode"):
        graph.register_multi_grad_hook((x,), print, mode="other")


def test_saved_tensors_go_through_hooks():
    x, w, packed = leaf(1.0, 2.0), leaf(3.0, 4.0), []

    def pack(t):
        packed.append(t.tolist())
        return t.numpy(force=True).copy()

    with graph.saved_tensors_hooks(pack, minitorch.from_numpy):
        y = ((x * w).exp() / w).sum()
    y.backward()
    assert len(packed) == 5
    expected = leaf(1.0, 2.0)
    ((expected * w).exp() / w).sum().backward()
    same(x.grad, expected.grad.numpy())


def test_what_hooks_return_is_used_for_every_order():
    x = leaf(1.0, 2.0)
    with graph.saved_tensors_hooks(lambda t: t * 4, lambda t: t / 2):  # twice what was saved
        y = (x * x).sum()
    (g,) = minitorch.autograd.grad(y, x, create_graph=True)
    same(g, 4 * x.detach().numpy())
    (h,) = minitorch.autograd.grad(g.sum(), x)
    same(h, [2.0, 2.0])


def test_only_the_innermost_hooks_apply():
    x, seen = leaf(1.0), []
    with graph.saved_tensors_hooks(lambda t: seen.append("outer") or t, lambda t: t):
        with graph.saved_tensors_hooks(lambda t: seen.append("inner") or t, lambda t: t):
            x.exp()
        x.exp()
    x.exp()
    assert seen == ["inner", "outer"]


def test_hooks_see_what_functions_of_the_user_save():
    class Square(minitorch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = leaf(3.0)
    with graph.saved_tensors_hooks(lambda t: t + 1, lambda t: t):
        y = Square.apply(x)
    y.backward()
    same(x.grad, [8.0])


def test_hooks_with_mistakes():
    x = leaf(1.0, 2.0)
    for unpack, kind in ((lambda t: 3, TypeError), (lambda t: t[:1], RuntimeError)):
        with graph.saved_tensors_hooks(lambda t: t, unpack):
            y = x.exp().sum()
        with pytest.raises(kind, match="unpack"):
            y.backward()
    with (
        pytest.raises(RuntimeError, match="in place"),
        graph.saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t),
    ):
        x.exp()
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x.exp()
        z = y.sum()
    y.detach().add_(1)
    with pytest.raises(RuntimeError, match="changed in place"):
        z.backward()


def test_packed_memory_is_let_go():
    x = leaf(*range(100))
    with graph.saved_tensors_hooks(lambda t: t.shape, minitorch.zeros):
        h = x * 2
        y = h.exp().sum()
    alive = weakref.ref(h.array)
    del h
    gc.collect()
    assert alive() is None
    del y


def test_ready_made_hooks():
    x = leaf(1.0, 2.0)
    with graph.save_on_cpu(pin_memory=True):
        y = x.exp().sum()
    y.backward()
    same(x.grad, np.exp([1.0, 2.0]))
    x.grad = None
    with graph.allow_mutation_on_saved_tensors():
        h = x.clone()
        y = h.exp() * h
        h.zero_()
    y.sum().backward()
    same(x.grad, np.exp([1.0, 2.0]) * [2.0, 3.0])
    with (
        graph.disable_saved_tensors_hooks("not today"),
        pytest.raises(RuntimeError, match="not today"),
        graph.save_on_cpu(),
    ):
        pass


def test_increment_version():
    x = leaf(1.0, 2.0)
    y = x * 1
    z = (y * y).sum()
    graph.increment_version(y)
    with pytest.raises(RuntimeError, match="in place"):
        z.backward()


def test_nodes_of_indexing_are_called_as_the_last_step_is():
    x = minitorch.eye(3).requires_grad_()
    names = {
        "SelectBackward0": (x[0], x[:, 1], x[1, :], x[None, 0], x[..., 1], x[1:, 0]),
        "SliceBackward0": (x[:], x[:2], x[0, :2], x[:, :2]),
        "UnsqueezeBackward0": (x[None], x[1:, None], x[0, 1:, None]),
        "AliasBackward0": (x[...], x[:, :]),
        "IndexBackward0": (x[[0, 1]], x[x > 0], x[:, [0]]),
    }
    for name, values in names.items():
        assert [y.grad_fn.name() for y in values] == [name] * len(values)


def test_only_inputs_is_accepted_in_its_place():
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = minitorch.autograd.grad((x * x).sum(), x, None, True, True, True, False)
    assert g.tolist() == [2.0, 4.0]
    assert g.requires_grad
    with pytest.warns(FutureWarning, match="only_inputs"):
        minitorch.autograd.grad((x * x).sum(), x, only_inputs=False)


@pytest.mark.parametrize("result", [None, 3.0, (None, 1)])
def test_a_function_of_the_user_may_return_no_tensor(result):
    class Nothing(minitorch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return result

    assert Nothing.apply(leaf(1.0, 2.0)) is result
