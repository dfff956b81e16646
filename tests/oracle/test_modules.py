"""Containers, hooks, clipping and state against PyTorch: the same program, run with both."""

from collections import OrderedDict

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def both(program):
    """What a program returns with each library, which it gets as its only argument."""
    return program(minitorch), program(torch)


def values(tensors):
    return tuple(None if x is None else x.detach().numpy().tolist() for x in tensors)


def assert_same(ours, theirs):
    """Equal structures, with numbers equal within rounding."""
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    else:
        assert ours == theirs


def build(lib, seed=0):
    """A small network whose parameters depend on the seed alone."""
    nn, rng = lib.nn, np.random.default_rng(seed)
    net = nn.Sequential(
        OrderedDict(
            body=nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4)),
            heads=nn.ModuleDict({"a": nn.Linear(4, 2)})["a"],
        )
    )
    state = {
        k: lib.tensor(rng.normal(size=tuple(v.shape)).astype("float32")) for k, v in net.state_dict().items()
    }
    net.load_state_dict(state)
    return net


def sample(lib):
    x = lib.tensor(np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3))
    return x.requires_grad_()


CONTAINERS = {
    "nested": lambda nn, t: nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(), nn.Tanh())),
    "named": lambda nn, t: nn.Sequential(OrderedDict(a=nn.Linear(1, 2), b=nn.ReLU())),
    "empty": lambda nn, t: nn.Sequential(),
    "list": lambda nn, t: nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()]),
    "repeated": lambda nn, t: nn.ModuleList([nn.Sequential(nn.Linear(1, 1), nn.ReLU()) for _ in range(3)]),
    "empty list": lambda nn, t: nn.ModuleList(),
    "dict": lambda nn, t: nn.ModuleDict({"x": nn.ReLU(), "y": nn.ModuleList([nn.Tanh()])}),
    "parameters": lambda nn, t: nn.ParameterList([t(np.ones((2, 3), "float32")), "text"]),
    "no parameters": lambda nn, t: nn.ParameterList(),
    "parameter dict": lambda nn, t: nn.ParameterDict({"w": t(np.ones(2, "float32")), "n": 3}),
    "sum": lambda nn, t: nn.Sequential(nn.ReLU()) + nn.Sequential(nn.Tanh(), nn.ReLU()) * 2,
    "slice": lambda nn, t: nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())[1:],
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers(name):
    ours = CONTAINERS[name](minitorch.nn, minitorch.tensor)
    theirs = CONTAINERS[name](torch.nn, torch.tensor)
    assert repr(ours) == repr(theirs).replace("torch.", "minitorch.")
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [n for n, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]


def test_hooks_see_the_same():
    def program(lib):
        log, net, x = [], build(lib), sample(lib)
        for name, module in net.named_modules():
            module.register_forward_pre_hook(lambda m, args, n=name: log.append(("before", n, values(args))))
            module.register_forward_hook(lambda m, args, out, n=name: log.append(("after", n, values([out]))))
            module.register_full_backward_pre_hook(
                lambda m, go, n=name: log.append(("grad before", n, values(go)))
            )
            module.register_full_backward_hook(
                lambda m, gi, go, n=name: log.append(("grad", n, values(gi), values(go)))
            )
        (net(x) ** 2).sum().backward()
        return log, values([x.grad])

    assert_same(*both(program))


def test_hooks_change_the_same():
    def program(lib):
        net, x = build(lib), sample(lib)
        net.body[0].register_forward_pre_hook(lambda m, args: (args[0] * 2,))
        net.body[1].register_forward_hook(lambda m, args, out: out + 1)
        net.body[2].register_full_backward_pre_hook(lambda m, go: (go[0] * 3,))
        net.heads.register_full_backward_hook(lambda m, gi, go: (gi[0] * 0.5,))
        net(x).sum().backward()
        return values([x.grad, *(p.grad for p in net.parameters())])

    assert_same(*both(program))


def test_hooks_on_frozen_inputs_see_the_same():
    def program(lib):
        log, net, x = [], build(lib), sample(lib)
        net.body.register_full_backward_hook(lambda m, gi, go: log.append((values(gi), values(go))))
        net(x.detach()).sum().backward()
        return log

    with pytest.warns(UserWarning, match="Full backward hook is firing"):
        assert_same(*both(program))


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.5, float("inf")])
@pytest.mark.parametrize("max_norm", [0.1, 1000.0])
def test_clipping(norm_type, max_norm):
    def program(lib):
        net, x = build(lib), sample(lib)
        net(x).sum().backward()
        norm = lib.nn.utils.clip_grad_norm_(net.parameters(), max_norm, norm_type)
        lib.nn.utils.clip_grad_value_(net.parameters(), 0.02)
        return values([norm, *(p.grad for p in net.parameters())])

    assert_same(*both(program))


def test_vectors():
    def program(lib):
        net = build(lib)
        vector = lib.nn.utils.parameters_to_vector(net.parameters())
        lib.nn.utils.vector_to_parameters(vector * 2, net.parameters())
        return values([vector, *net.parameters()])

    assert_same(*both(program))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("batch_first", [True, False])
def test_padded_sequences(side, batch_first):
    def program(lib):
        rng = np.random.default_rng(0)
        parts = [lib.tensor(rng.normal(size=(n, 2))) for n in (3, 1, 2)]
        return values([lib.nn.utils.rnn.pad_sequence(parts, batch_first, 9.0, side)])

    assert_same(*both(program))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda lib, net: net.load_state_dict({}),
        lambda lib, net: net.load_state_dict({**net.state_dict(), "x": lib.zeros(1)}),
        lambda lib, net: net.load_state_dict({"heads.bias": lib.zeros(7)}, strict=False),
        lambda lib, net: net.load_state_dict(3),
        lambda lib, net: net(lib.zeros(2, 5)),
        lambda lib, net: net.nothing,
        lambda lib, net: net[7],
        lambda lib, net: net.get_submodule("body.9"),
        lambda lib, net: net.get_parameter("body.0.none"),
        lambda lib, net: setattr(net.heads, "weight", lib.zeros(1)),
        lambda lib, net: net.register_parameter("a.b", None),
        lambda lib, net: net.register_buffer("forward", lib.zeros(1)),
        lambda lib, net: net.add_module("m", 3),
        lambda lib, net: net.train("yes"),
        lambda lib, net: lib.nn.ModuleList()(1),
        lambda lib, net: lib.nn.ModuleDict({})["a"],
        lambda lib, net: lib.nn.BatchNorm2d(3)(lib.zeros(2, 3)),
        lambda lib, net: lib.nn.Conv2d(3, 4, 1, groups=2),
        lambda lib, net: lib.nn.Conv2d(3, 4, 1, padding_mode="none"),
        lambda lib, net: lib.nn.Conv2d(3, 4, 3, stride=2, padding="same"),
        lambda lib, net: lib.nn.ConvTranspose2d(1, 1, 2, padding_mode="reflect"),
        lambda lib, net: lib.nn.ConvTranspose2d(1, 1, 2)(lib.zeros(1, 2, 2), output_size=(9, 9)),
        lambda lib, net: lib.nn.GroupNorm(2, 3),
        lambda lib, net: lib.nn.Dropout(1.5),
        lambda lib, net: lib.nn.LSTM(2, 3, dropout=2),
        lambda lib, net: lib.nn.RNN(2, 3, nonlinearity="no"),
        lambda lib, net: lib.nn.GRU(2, 3)(lib.zeros(4, 5, 6)),
        lambda lib, net: lib.nn.GRU(2, 3)(lib.zeros(4)),
        lambda lib, net: lib.nn.GRU(2, 3)(lib.zeros(0, 4, 2)),
        lambda lib, net: lib.nn.LSTMCell(2, 3)(lib.zeros(1, 1, 2)),
        lambda lib, net: lib.nn.LSTM(2, 3)(lib.zeros(4, 1, 2), (lib.zeros(2, 1, 3), lib.zeros(1, 1, 3))),
        lambda lib, net: lib.nn.Softmax2d()(lib.zeros(2)),
        lambda lib, net: lib.nn.Hardtanh(1.0, 0.0),
        lambda lib, net: lib.nn.init.xavier_uniform_(lib.zeros(3)),
        lambda lib, net: lib.nn.init.calculate_gain("no"),
        lambda lib, net: lib.nn.utils.clip_grad_norm_(net.parameters(), 1.0, error_if_nonfinite=True),
    ],
)
def test_the_same_errors(break_it):
    """What PyTorch refuses is refused with an error that the same `except` catches."""

    def program(lib):
        net = build(lib)
        for p in net.parameters():
            p.grad = p.detach() * float("nan")
        try:
            break_it(lib, net)
        except Exception as error:
            return type(error)
        return None

    ours, theirs = both(program)
    assert theirs is not None
    assert ours is not None
    assert issubclass(ours, minitorch.errors.MinitorchError)
    built_in = next(kind for kind in theirs.__mro__ if kind.__module__ == "builtins")
    if built_in is AssertionError:  # PyTorch asserts some of its arguments
        built_in = ValueError
    assert issubclass(ours, built_in), f"PyTorch raises {theirs}"


def test_transposed_convolution_of_a_given_size():
    def program(lib):
        layer = lib.nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)
        lib.nn.init.constant_(layer.weight, 0.5)
        lib.nn.init.zeros_(layer.bias)
        x = lib.ones(1, 1, 3, 3)
        return [values([layer(x, output_size=size)]) for size in [(5, 6), (1, 1, 6, 5)]]

    assert_same(*both(program))
