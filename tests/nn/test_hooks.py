"""Hooks of modules: order, what they may change, and what happens when something fails."""

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError


class TwoOutputs(nn.Module):
    def forward(self, x, y, shift=0.0):
        return x * 2 + shift, (x * y).sum(), 3


@pytest.fixture
def x():
    return minitorch.tensor([1.0, 2.0], requires_grad=True)


def test_forward_hooks_run_in_order_and_may_replace(x):
    log, layer = [], nn.Identity()
    layer.register_forward_hook(lambda m, args, out: log.append(("a", out.tolist())) or out * 10)
    layer.register_forward_hook(lambda m, args, out: log.append(("b", out.tolist())))
    layer.register_forward_hook(lambda m, args, out: log.append(("first", out.tolist())), prepend=True)
    assert layer(x).tolist() == [10.0, 20.0]
    assert log == [("first", [1.0, 2.0]), ("a", [1.0, 2.0]), ("b", [10.0, 20.0])]


def test_forward_pre_hooks_may_replace_arguments(x):
    layer = nn.Identity()
    layer.register_forward_pre_hook(lambda m, args: args[0] + 1)
    layer.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    assert layer(x).tolist() == [4.0, 6.0]
    both = TwoOutputs()
    both.register_forward_pre_hook(
        lambda m, args, kwargs: (args, {"shift": kwargs["shift"] + 1}), with_kwargs=True
    )
    both.register_forward_pre_hook(lambda m, args, kwargs: None, with_kwargs=True)
    seen = []
    both.register_forward_hook(
        lambda m, args, kwargs, out: seen.append((len(args), kwargs)), with_kwargs=True
    )
    assert both(x, x, shift=1.0)[0].tolist() == [4.0, 6.0]
    assert seen == [(2, {"shift": 2.0})]


def test_a_removed_hook_is_gone(x):
    layer, log = nn.Identity(), []
    handle = layer.register_forward_hook(lambda *_: log.append(1))
    with layer.register_forward_hook(lambda *_: log.append(2)):
        layer(x)
    handle.remove()
    handle.remove()
    layer(x)
    assert log == [1, 2]


def test_always_call(x):
    layer, log = nn.Linear(3, 3), []
    layer.register_forward_hook(lambda m, args, out: log.append(out), always_call=True)
    layer.register_forward_hook(lambda m, args, out: log.append("never"))
    with pytest.raises(ShapeError, match=r"^Linear: linear"):
        layer(x)
    assert log == [None]
    layer.register_forward_hook(lambda m, args, out: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="failed after an error in forward: division by zero"),
        pytest.raises(ShapeError),
    ):
        layer(x)


def test_backward_hooks_see_and_replace_gradients(x):
    layer, log = nn.Linear(2, 1, bias=False), []
    layer.load_state_dict({"weight": minitorch.tensor([[3.0, 4.0]])})
    layer.register_full_backward_pre_hook(lambda m, go: log.append(("pre", go[0].tolist())) or (go[0] * 2,))
    layer.register_full_backward_hook(
        lambda m, gi, go: log.append(("hook", gi[0].tolist(), go[0].tolist())) or (gi[0] * 10,)
    )
    layer(x).backward()
    assert log == [("pre", [1.0]), ("hook", [6.0, 8.0], [2.0])]
    assert x.grad.tolist() == [60.0, 80.0]
    assert layer.weight.grad.tolist() == [[2.0, 4.0]]


def test_backward_hooks_of_several_values(x):
    layer, log = TwoOutputs(), []
    layer.register_full_backward_hook(lambda m, gi, go: log.append((gi, go)))
    y = minitorch.tensor([5.0, 6.0])
    out, total, number = layer(x, y)
    assert number == 3
    (out.sum() + total).backward()
    ((gi, go),) = log
    assert gi[0].tolist() == [7.0, 8.0]
    assert gi[1] is None
    assert [g is None for g in go] == [False, False, True]
    assert x.grad.tolist() == [7.0, 8.0]
    log.clear()
    layer(x, y)[1].backward()
    assert [g is None for g in log[0][1]] == [True, False, True]


def test_backward_hooks_without_gradients_of_inputs(x):
    layer, log = nn.Linear(2, 1), []
    layer.register_full_backward_hook(lambda m, gi, go: log.append((gi, go[0].tolist())))
    layer(x.detach()).backward()
    assert log == [((None,), [1.0])]
    with minitorch.no_grad():
        layer(x)
    assert len(log) == 1


def test_backward_hooks_leave_second_derivatives_right(x):
    layer = nn.Tanh()
    layer.register_full_backward_hook(lambda m, gi, go: None)
    (g,) = minitorch.autograd.grad(layer(x).sum(), x, create_graph=True)
    (h,) = minitorch.autograd.grad(g.sum(), x)
    t = x.detach().tanh()
    assert minitorch.allclose(h, -2 * t * (1 - t * t))


def test_in_place_changes_behind_a_hook_are_noticed(x):
    layer = nn.Sigmoid()
    layer.register_full_backward_hook(lambda m, gi, go: None)
    y = layer(x)
    y += 1
    with pytest.raises(RuntimeError, match="changed in place"):
        y.sum().backward()


def test_wrong_hooks(x):
    layer = nn.Linear(2, 1)

    def refused(register, hook, error, match, argument=x, **settings):
        with register(hook, **settings), pytest.raises(error, match=match):
            layer(argument).backward()

    refused(
        layer.register_forward_pre_hook, lambda m, a, k: a,
        ArgumentTypeError, r"must return None or \(args, kwargs\)", with_kwargs=True,
    )  # fmt: skip
    refused(
        layer.register_full_backward_hook, lambda m, gi, go: (None, None),
        ArgumentError, "returned 2 gradients in place of 1",
    )  # fmt: skip
    refused(
        layer.register_full_backward_pre_hook, lambda m, go: (),
        ArgumentError, "returned 0 gradients in place of 1",
    )  # fmt: skip
    refused(
        layer.register_full_backward_hook, lambda m, gi, go: go,
        ArgumentError, "no input of the module requires grad", argument=x.detach(),
    )  # fmt: skip
    assert x.grad is None


def test_outputs_that_backward_hooks_cannot_reach(x):
    box = nn.Identity()
    box.register_full_backward_hook(lambda m, gi, go: None)
    with pytest.warns(UserWarning, match="need an output that is a Tensor or a tuple"):
        box([x])


def test_once_hooks_of_all_modules_are_gone_calls_are_short_again(x):
    from minitorch.nn.modules.module import register_module_forward_hook

    module, seen = nn.ReLU(), []
    handle = register_module_forward_hook(lambda m, args, y: seen.append(m))
    module(x)
    handle.remove()
    module(x)
    assert seen == [module]
    assert module._hooks is None
