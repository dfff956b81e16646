"""Hooks of every kind, state dicts, paths and containers against PyTorch: each program runs with both."""

import copy
import warnings
from collections import OrderedDict

import minitorch.nn.modules.module
import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def linear(lib, *shape):
    layer = lib.nn.Linear(*shape)
    with lib.no_grad():
        for p in layer.parameters():
            p.copy_(lib.tensor(np.arange(p.numel(), dtype="float32").reshape(tuple(p.shape)) / 8))
    return layer


def numbers(value):
    """Tensors as lists, in whatever they stand."""
    if hasattr(value, "detach"):
        return value.detach().tolist()
    if isinstance(value, dict):
        return [(k, numbers(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple)):
        return [numbers(v) for v in value]
    return value


class Kinds(frozenset):
    """The kinds of an error."""


def error_of(function, *args, **kwargs):
    """Which of the usual kinds of errors a call raises."""
    try:
        return numbers(function(*args, **kwargs))
    except Exception as error:
        kinds = (KeyError, AttributeError, IndexError, ValueError, TypeError, RuntimeError)
        return Kinds(kind.__name__ for kind in kinds if isinstance(error, kind))


# Hooks ------------------------------------------------------------------------------------------


def order_of_hooks(lib):
    log, net = [], lib.nn.Sequential(linear(lib, 2, 2), lib.nn.ReLU())

    def note(name):
        return lambda *args: log.append((name, len(args)))

    everywhere = lib.nn.modules.module
    handles = [
        everywhere.register_module_forward_pre_hook(note("global pre")),
        everywhere.register_module_forward_hook(note("global")),
        everywhere.register_module_forward_hook(note("global kwargs"), with_kwargs=True),
        everywhere.register_module_full_backward_pre_hook(note("global backward pre")),
        everywhere.register_module_full_backward_hook(note("global backward")),
    ]
    net.register_forward_pre_hook(note("pre"))
    net.register_forward_pre_hook(note("first pre"), prepend=True)
    net[0].register_forward_pre_hook(note("pre kwargs"), with_kwargs=True)
    net[0].register_forward_hook(note("forward"))
    net[0].register_forward_hook(note("first forward"), prepend=True)
    net[0].register_full_backward_hook(note("backward"))
    net[0].register_full_backward_hook(note("first backward"), prepend=True)
    net.register_full_backward_pre_hook(note("backward pre"))
    net(lib.ones(3, 2, requires_grad=True)).sum().backward()
    for handle in handles:
        handle.remove()
    log.append("removed")
    net(lib.ones(3, 2)).sum().backward()
    return log, len(net._forward_pre_hooks), len(net[0]._backward_hooks)


def replaced_values(lib):
    layer, x = linear(lib, 2, 2), lib.ones(3, 2, requires_grad=True)
    layer.register_forward_pre_hook(lambda m, args: args[0] * 2)
    layer.register_forward_pre_hook(lambda m, args, kwargs: ((args[0] + 1,), kwargs), with_kwargs=True)
    layer.register_forward_hook(lambda m, args, kwargs, y: y * 3, with_kwargs=True)
    layer.register_full_backward_pre_hook(lambda m, g: (g[0] * 2,))
    layer.register_full_backward_hook(lambda m, gi, go: (gi[0] + go[0],))
    y = layer(x)
    y.sum().backward()
    return numbers((y, x.grad, layer.weight.grad))


def hooks_after_errors(lib):
    log, layer = [], linear(lib, 2, 2)
    layer.register_forward_hook(lambda m, args, y: log.append(("always", y)), always_call=True)
    layer.register_forward_hook(lambda m, args, y: log.append("never"))
    handle = lib.nn.modules.module.register_module_forward_hook(
        lambda m, args, y: log.append("global always"), always_call=True
    )
    kinds = error_of(layer, lib.ones(3))
    handle.remove()
    return kinds, log


def older_backward_hooks(lib):
    log, layer = [], lib.nn.Tanh()
    layer.register_backward_hook(lambda m, gi, go: log.append(numbers((gi, go))))
    layer(lib.tensor([0.5, 1.0], requires_grad=True)).sum().backward()
    first = error_of(layer.register_full_backward_hook, print)
    other = lib.nn.Tanh()
    other.register_full_backward_hook(print)
    return (
        [[[round(v, 5) for v in g] for g in part] for part in log[0]],
        first,
        error_of(other.register_backward_hook, print),
    )


def watched_members(lib):
    everywhere, log = lib.nn.modules.module, []

    def parameter(module, name, p):
        log.append(("parameter", name))
        return lib.nn.Parameter(p.detach() * 0) if name == "weight" and p is not None else None

    handles = [
        everywhere.register_module_parameter_registration_hook(parameter),
        everywhere.register_module_buffer_registration_hook(lambda m, name, b: log.append(("buffer", name))),
        everywhere.register_module_module_registration_hook(lambda m, name, c: log.append(("module", name))),
    ]
    net = lib.nn.Sequential(lib.nn.Linear(2, 1), lib.nn.BatchNorm1d(1, affine=False))
    net.extra = lib.nn.ReLU()
    net.weight = lib.nn.Parameter(lib.ones(2))
    net.add_module("more", lib.nn.ReLU())
    for handle in handles:
        handle.remove()
    return log, numbers(net.weight)


# State ------------------------------------------------------------------------------------------


def state_dict_hooks(lib):
    log, net = [], lib.nn.Sequential(linear(lib, 2, 1), lib.nn.BatchNorm1d(1))
    net[0].register_state_dict_pre_hook(lambda m, prefix, keep: log.append((prefix, keep)))
    net[0].register_state_dict_post_hook(
        lambda m, state, prefix, metadata: state.__delitem__(prefix + "bias")
    )
    net._register_state_dict_hook(lambda m, state, prefix, metadata: OrderedDict(state, added=1))
    state = net.state_dict()
    net[0].register_state_dict_post_hook(lambda m, state, prefix, metadata: state)
    return numbers(state), log, error_of(net.state_dict)


def metadata_of_states(lib):
    class Versioned(lib.nn.Linear):
        _version = 7

    net = lib.nn.Sequential(Versioned(2, 1), lib.nn.Sequential(lib.nn.ReLU()))
    state = net.state_dict()
    seen = []
    net[0].register_load_state_dict_pre_hook(lambda m, *args: seen.append((type(m).__name__, args[1:4])))
    net[0]._register_load_state_dict_pre_hook(lambda *args: seen.append(args[1:4]))
    net[0]._register_load_state_dict_pre_hook(lambda m, *args: seen.append(args[1:4]), with_module=True)
    net.load_state_dict(state)
    net.load_state_dict(dict(state))
    with warnings.catch_warnings(action="ignore"):
        older = net.state_dict(OrderedDict(), "net.")
    return [(k, v["version"]) for k, v in state._metadata.items()], seen, list(older)


def loading_hooks(lib):
    net, log = lib.nn.Sequential(linear(lib, 2, 1), lib.nn.Sequential(linear(lib, 1, 1))), []
    net.register_load_state_dict_post_hook(lambda m, keys: log.append(("outer", *map(tuple, keys))))
    net[1].register_load_state_dict_post_hook(lambda m, keys: log.append(("inner", len(keys[0]))))
    net[0].register_load_state_dict_pre_hook(
        lambda m, state, prefix, *rest: state.update({prefix + "weight": state.pop(prefix + "kernel")})
    )
    state = net.state_dict()
    state["0.kernel"] = state.pop("0.weight") + 1
    state["more"] = state.pop("1.0.bias")
    keys = net.load_state_dict(state, strict=False)
    net.register_load_state_dict_post_hook(lambda m, keys: keys[0].clear())
    net.register_load_state_dict_post_hook(lambda m, keys: keys[1].clear())
    state["0.kernel"] = state.get("0.kernel", lib.ones(1, 2))
    return log, list(keys[0]), list(keys[1]), numbers(net[0].weight), error_of(net.load_state_dict, state)


def own_ways_to_load(lib):
    class Renaming(lib.nn.Linear):
        def _load_from_state_dict(self, state_dict, prefix, metadata, strict, missing, unexpected, errors):
            if prefix + "kernel" in state_dict:
                state_dict[prefix + "weight"] = state_dict.pop(prefix + "kernel")
            super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, unexpected, errors)

        def _save_to_state_dict(self, destination, prefix, keep_vars):
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "kernel"] = destination.pop(prefix + "weight")

    class Counting(lib.nn.Module):
        count = 3

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    net = lib.nn.Sequential(Renaming(2, 1), Counting())
    with lib.no_grad():
        net[0].weight.fill_(2)
    state = net.state_dict()
    other = lib.nn.Sequential(Renaming(2, 1), Counting())
    net[1].count = 5
    other.load_state_dict(state)
    plain = lib.nn.Linear(1, 1)
    return list(state), numbers(other[0].weight), other[1].count, error_of(plain.get_extra_state)


def assigned_values(lib):
    net = linear(lib, 2, 1)
    weight = lib.nn.Parameter(lib.ones(1, 2, dtype=lib.float64), requires_grad=False)
    before = net.weight
    net.load_state_dict({"weight": weight, "bias": lib.zeros(1)}, assign=True)
    facts = net.weight is weight, net.weight is before, str(net.weight.dtype).split(".")[-1]
    return facts, net.weight.requires_grad, type(net.bias).__name__, numbers(net.bias)


def buffers(lib):
    module = lib.nn.Module()
    module.register_buffer("kept", lib.ones(1))
    module.register_buffer("passing", lib.ones(2), persistent=False)
    module.register_buffer("none", None)
    module.later = lib.nn.Buffer(lib.zeros(1), persistent=False)
    first = list(module.state_dict()), [name for name, _ in module.named_buffers()]
    module.none = lib.ones(3)
    module.passing = None
    module.register_buffer("passing", lib.ones(2))
    errors = [
        error_of(module.register_buffer, "a.b", None),
        error_of(module.register_buffer, "", None),
        error_of(module.register_buffer, "training", None),
        error_of(module.register_buffer, "number", 1.0),
        error_of(module.register_parameter, "number", lib.ones(1)),
        error_of(module.register_parameter, "computed", lib.ones(1, requires_grad=True) * 2),
        error_of(module.register_module, "child", 1),
        error_of(setattr, module, "kept", 1),
    ]
    return first, list(module.state_dict()), errors


# Members and casts ---------------------------------------------------------------------------------


def paths(lib):
    net = lib.nn.Sequential(
        OrderedDict(body=lib.nn.Sequential(linear(lib, 2, 2), lib.nn.ReLU()), head=lib.nn.BatchNorm1d(2))
    )
    net.set_submodule("body.1", lib.nn.Tanh())
    net.set_submodule("extra", lib.nn.ReLU())
    return (
        repr(net),
        [
            error_of(net.set_submodule, "", lib.nn.ReLU()),
            error_of(net.set_submodule, "body.9", lib.nn.ReLU(), strict=True),
            error_of(net.set_submodule, "other.9", lib.nn.ReLU()),
            error_of(net.set_submodule, "body.0.weight", lib.nn.ReLU()),
            error_of(net.set_submodule, "body", 3),
            error_of(net.get_submodule, "body.7"),
            error_of(net.get_parameter, "body.0.scale"),
            error_of(net.get_buffer, "head.weight"),
            error_of(net.get_parameter, "head.running_mean"),
        ],
        numbers(net.get_parameter("body.0.weight")),
        numbers(net.get_buffer("head.running_var")),
        net.get_submodule("") is net,
    )


def shared_members(lib):
    layer = linear(lib, 2, 2)
    net = lib.nn.Sequential(layer, lib.nn.Sequential(layer), lib.nn.Linear(2, 2))
    net[2].weight = layer.weight
    return [
        [name for name, _ in net.named_modules()],
        [name for name, _ in net.named_modules(remove_duplicate=False)],
        [name for name, _ in net.named_modules(prefix="net")],
        [name for name, _ in net.named_parameters()],
        [name for name, _ in net.named_parameters(prefix="p", remove_duplicate=False)],
        [name for name, _ in net.named_parameters(recurse=False)],
        list(net.state_dict()),
        len(list(net.children())),
    ]


def casts(lib):
    net = lib.nn.Sequential(linear(lib, 2, 2), lib.nn.BatchNorm1d(2))

    def dtypes():
        return [str(v.dtype).split(".")[-1] for v in net.state_dict().values()]

    found = [(getattr(net, cast)() is net, dtypes()) for cast in ("double", "half", "float")]
    found.append((net.to(lib.float64) is net, dtypes()))
    found.append((net.to("cpu", lib.float32, non_blocking=True) is net, dtypes()))
    found.append((net.to(lib.zeros(1, dtype=lib.float64)) is net, dtypes()))
    found.append((net.to(memory_format=lib.channels_last) is net, dtypes()))
    found.append((net[0].type(lib.float32) is net[0], dtypes()))
    found.append(
        (net[0].type("torch.DoubleTensor" if lib is torch else "minitorch.DoubleTensor") is net[0], dtypes())
    )
    weight = net[0].weight
    net[0].to_empty(device="cpu")
    net(lib.ones(3, 2, dtype=lib.float64)).sum().backward()
    net.zero_grad(set_to_none=False)
    zero = numbers(net[0].weight.grad)
    net.zero_grad()
    return found, net[0].weight is weight, zero, net[0].weight.grad, error_of(net.to, lib.int64)


def copies(lib):
    net = lib.nn.Sequential(linear(lib, 2, 2), lib.nn.BatchNorm1d(2))
    net[0].register_forward_hook(lambda m, args, y: y * 2)
    net.double().eval().requires_grad_(False)
    deep, shallow = copy.deepcopy(net), copy.copy(net)
    with lib.no_grad():
        net[0].weight.fill_(9)
    return (
        numbers(deep[0].weight),
        numbers(shallow[0].weight),
        deep[0].weight.requires_grad,
        deep.training,
        numbers(deep(lib.ones(1, 2, dtype=lib.float64))),
        type(deep[0].weight).__name__,
        deep[0]._forward_hooks is net[0]._forward_hooks,
    )


def bases_in_turn(lib):
    class Mixin:
        def __init__(self, size=0):
            self.size = size

    class Both(lib.nn.Module, Mixin):
        call_super_init = True

        def __init__(self):
            super().__init__(size=4)

    class One(lib.nn.Module, Mixin):
        pass

    return Both().size, hasattr(One(), "size"), error_of(lib.nn.Module, 3), error_of(lib.nn.Module, size=3)


# Containers -------------------------------------------------------------------------------------


def sequences(lib):
    nn = lib.nn
    net = nn.Sequential(linear(lib, 2, 2), nn.ReLU())
    net.append(nn.Tanh()).extend([nn.Sigmoid(), nn.Identity()]).insert(1, nn.ELU())
    popped = net.pop(2)
    parts = [net + nn.Sequential(nn.ReLU()), net * 2, 2 * net, net[1:3], net[-1], net[[0][0]]]
    short = nn.Sequential(nn.ReLU(), nn.Tanh())
    short += nn.Sequential(nn.ELU())
    short *= 2
    del short[1]
    short[0] = nn.Identity()
    del short[1:3]
    errors = [
        error_of(nn.Sequential, 3),
        error_of(net.insert, 99, nn.ReLU()),
        error_of(net.insert, 0, 3),
        error_of(lambda: net + 3),
        error_of(lambda: net * 0),
        error_of(lambda: net * 1.5),
        error_of(lambda: net[99]),
        error_of(net.pop, 99),
    ]
    return repr(net), repr(popped), [repr(p) for p in parts], repr(short), len(net), errors


def lists(lib):
    nn = lib.nn
    layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    layers += [nn.ELU()]
    layers.insert(0, nn.Identity())
    layers[-1] = nn.Sigmoid()
    del layers[1]
    joined = layers + [nn.GELU(), nn.GELU()]  # noqa: RUF005
    popped = layers.pop(0)
    errors = [
        error_of(layers.extend, 3),
        error_of(layers.append, 3),
        error_of(lambda: layers[9]),
        error_of(nn.ModuleList([nn.ReLU()]), lib.ones(1)),
    ]
    shown = [repr(layers), repr(joined), repr(popped), repr(layers[:1]), repr(nn.ModuleList())]
    return shown, len(layers), [type(m).__name__ for m in layers], "0" in dir(layers), errors


def dicts(lib):
    nn = lib.nn
    layers = nn.ModuleDict({"b": nn.ReLU(), "a": nn.Tanh()})
    layers.update([("c", nn.ELU())])
    layers.update(nn.ModuleDict({"d": nn.GELU()}))
    layers["e"] = nn.Identity()
    popped = layers.pop("a")
    del layers["c"]
    facts = ["b" in layers, "a" in layers, list(layers), list(layers.keys()), len(layers)]
    errors = [
        error_of(layers.update, 3),
        error_of(layers.update, [("x",)]),
        error_of(lambda: layers["nothing"]),
        error_of(layers.pop, "nothing"),
        error_of(layers.__setitem__, "x", 3),
        error_of(layers.__setitem__, "a.b", nn.ReLU()),
    ]
    shown = repr(layers), repr(popped), [repr(v) for v in layers.values()]
    layers.clear()
    return shown, facts, len(layers), errors


def lists_of_parameters(lib):
    nn = lib.nn
    weights = nn.ParameterList([lib.ones(2), nn.Parameter(lib.zeros(1)), 5])
    weights.append(lib.ones(1, 1)).extend([lib.zeros(3)])
    weights += [lib.ones(2, 2)]
    weights[0] = lib.zeros(4)
    popped = weights.pop() if hasattr(weights, "pop") else None
    errors = [
        error_of(weights.extend, 3),
        error_of(lambda: weights[17]),
        error_of(weights, 3),
    ]
    shown = repr(weights), repr(weights[1:3]), [type(v).__name__ for v in weights], numbers(popped)
    return shown, len(weights), list(weights.state_dict()), numbers(weights[-1]), errors


def dicts_of_parameters(lib):
    nn = lib.nn
    weights = nn.ParameterDict({"b": lib.ones(2), "a": nn.Parameter(lib.zeros(1)), "n": 3})
    weights.update(OrderedDict(z=lib.ones(1), y=lib.ones(1)))
    weights |= nn.ParameterDict({"q": lib.ones(1)})
    both = weights | nn.ParameterDict({"r": lib.ones(2)})
    facts = [
        list(weights),
        list(reversed(weights)),
        list(both),
        weights.get("nothing"),
        weights.get("nothing", 3),
        numbers(weights.setdefault("s", lib.zeros(1))),
        weights.setdefault("n"),
        list(weights.fromkeys(["u", "v"], lib.ones(1))),
        list(weights.copy().keys()),
        weights.popitem()[0],
        numbers(weights.pop("b")),
        "b" in weights,
        len(weights),
    ]
    errors = [
        error_of(lambda: weights["nothing"]),
        error_of(weights.pop, "nothing"),
        error_of(weights.update, 3),
        error_of(weights.update, [("x",)]),
        error_of(weights, 3),
    ]
    shown = repr(weights), list(weights.state_dict()), [type(v).__name__ for v in weights.values()]
    weights.clear()
    return shown, facts, len(weights), errors


PROGRAMS = [
    *(order_of_hooks, replaced_values, hooks_after_errors, older_backward_hooks, watched_members),
    *(state_dict_hooks, metadata_of_states, loading_hooks, own_ways_to_load, assigned_values, buffers),
    *(paths, shared_members, casts, copies, bases_in_turn),
    *(sequences, lists, dicts, lists_of_parameters, dicts_of_parameters),
]


def assert_same(ours, theirs):
    if isinstance(theirs, (list, tuple)):
        assert isinstance(ours, (list, tuple))
        assert len(ours) == len(theirs), (ours, theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, Kinds):
        assert ours >= theirs
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-6)
    elif isinstance(theirs, str):
        assert ours == theirs.replace("torch.float", "minitorch.float").replace(
            "torch.Float", "minitorch.Float"
        )
    else:
        assert ours == theirs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_same_as_in_pytorch(program):
    assert_same(program(minitorch), program(torch))
