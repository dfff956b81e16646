"""Module: registration, names, iteration, casts, representation, and errors that say where they happened."""

import copy
import pickle

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    BackendError,
    GradientError,
    ModuleAttributeError,
    ModuleKeyError,
    NotSupportedError,
    ShapeError,
)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(3, 4)
        self.features = nn.Sequential(nn.ReLU(), nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.scale = nn.Parameter(minitorch.ones(4))
        self.register_buffer("steps", minitorch.zeros(1, dtype=minitorch.int64))

    def forward(self, x):
        return self.features(self.stem(x)) * self.scale


class Empty(nn.Module):
    pass


def message(error):
    return str(error.value)


# Registration -------------------------------------------------------------------------------------


def test_attributes_are_registered_and_found():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == [
        "scale",
        *("stem.weight", "stem.bias"),
        *("features.1.weight", "features.1.bias", "features.2.weight", "features.2.bias"),
    ]
    assert [name for name, _ in net.named_children()] == ["stem", "features"]
    assert [name for name, _ in net.named_modules()] == [
        *("", "stem", "features"),
        *("features.0", "features.1", "features.2"),
    ]
    assert next(name for name, _ in net.named_buffers()) == "steps"
    assert net.get_submodule("features.1") is net.features[1]
    assert net.get_submodule("") is net
    assert net.get_parameter("features.1.bias") is net.features[1].bias
    assert net.get_buffer("features.2.running_mean") is net.features[2].running_mean


def test_names_take_prefixes_and_leave_out_duplicates():
    net = Net()
    net.tied = net.stem
    net.again = net.scale
    names = [name for name, _ in net.named_parameters(prefix="net")]
    assert names[0] == "net.scale"
    assert not any("tied" in name or "again" in name for name in names)
    every = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert {"tied.weight", "again"} <= set(every)
    assert len(list(net.named_modules(remove_duplicate=False))) == len(list(net.named_modules())) + 1
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert len(list(net.children())) == 2


def test_assignment_moves_a_name_between_kinds():
    net = Net()
    net.stem = nn.Parameter(minitorch.ones(1))
    assert "stem" in dict(net.named_parameters())
    assert "stem" not in dict(net.named_children())
    net.stem = nn.Identity()
    assert "stem" in dict(net.named_children())
    assert "stem" not in dict(net.named_parameters())
    net.stem = None
    assert net.stem is None
    assert "stem" not in dict(net.named_children())
    del net.stem
    assert not hasattr(net, "stem")
    net.steps = minitorch.ones(2)
    assert net.get_buffer("steps").shape == (2,)
    net.plain = 3
    del net.plain
    assert not hasattr(net, "plain")


def test_buffers_may_be_left_out_of_the_state():
    net = Empty()
    net.register_buffer("kept", minitorch.zeros(1))
    net.register_buffer("scratch", minitorch.zeros(1), persistent=False)
    net.mask = nn.Buffer(minitorch.ones(2), persistent=False)
    net.mean = nn.Buffer(minitorch.ones(2))
    assert [name for name, _ in net.named_buffers()] == ["kept", "scratch", "mask", "mean"]
    assert list(net.state_dict()) == ["kept", "mean"]
    del net.scratch
    net.register_buffer("scratch", minitorch.zeros(1))
    assert "scratch" in net.state_dict()
    twin = pickle.loads(pickle.dumps(net))
    assert list(twin.state_dict()) == list(net.state_dict())
    assert isinstance(copy.deepcopy(net).mask, nn.Buffer)


def test_dir_lists_members_but_no_numbers():
    assert {"stem", "scale", "steps", "forward"} <= set(dir(Net()))
    assert "0" not in dir(nn.Sequential(nn.ReLU()))


def test_a_parameter_shares_memory_and_is_a_leaf():
    x = minitorch.zeros(2)
    p = nn.Parameter(x)
    x += 1
    assert p.tolist() == [1.0, 1.0]
    assert p.is_leaf
    assert p.requires_grad
    assert not nn.Parameter(x, requires_grad=False).requires_grad
    with minitorch.no_grad():
        assert nn.Parameter(x).requires_grad
    p.grad = minitorch.ones(2)
    twin = copy.deepcopy(p)
    assert type(twin) is nn.Parameter
    assert twin.grad is None
    assert type(p * 2) is minitorch.Tensor
    assert nn.Parameter().shape == (0,)
    assert repr(p) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


# Modes, casts, gradients ------------------------------------------------------------------------------


def test_casts_keep_parameters_the_same_objects():
    net = Net()
    before = list(net.parameters())
    net(minitorch.randn(2, 3)).sum().backward()
    assert net.double() is net
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    assert {p.dtype for p in net.parameters()} == {minitorch.float64}
    assert {p.grad.dtype for p in net.parameters()} == {minitorch.float64}
    assert net.steps.dtype is minitorch.int64
    assert net.features[2].running_mean.dtype is minitorch.float64
    assert net.half().stem.weight.dtype is minitorch.float16
    assert net.float().stem.weight.dtype is minitorch.float32
    assert net.to(minitorch.float64).stem.weight.dtype is minitorch.float64
    assert net.to("cpu", minitorch.float32).stem.weight.dtype is minitorch.float32
    assert net.to(minitorch.zeros(1, dtype=minitorch.float64)).stem.weight.dtype is minitorch.float64
    assert net.cpu() is net
    assert net.type(minitorch.float32).steps.dtype is minitorch.float32
    assert all(p.is_leaf and p.requires_grad for p in net.parameters())


def test_gradients_are_cleared():
    net = Net()
    net(minitorch.randn(2, 3)).sum().backward()
    grads = [p.grad for p in net.parameters()]
    net.zero_grad(set_to_none=False)
    assert all(p.grad is not None and not p.grad.any() for p in net.parameters())
    assert not any(g.any() for g in grads)
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_freezing():
    net = Net()
    assert net.requires_grad_(False) is net
    assert not net(minitorch.randn(2, 3)).requires_grad
    net.stem.requires_grad_()
    assert [n for n, p in net.named_parameters() if p.requires_grad] == ["stem.weight", "stem.bias"]


def test_apply_visits_children_first():
    seen = []
    net = Net()
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["Linear", "ReLU", "Linear", "BatchNorm1d", "Sequential", "Net"]


def test_a_copy_keeps_ties():
    net = Net()
    net.tied = net.stem
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin.tied is twin.stem
        assert twin.stem.weight is not net.stem.weight


def test_representation():
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Sequential(nn.ReLU())

        def extra_repr(self):
            return "first\nsecond"

    assert repr(Small()) == ("Small(\n  first\n  second\n  (a): Sequential(\n    (0): ReLU()\n  )\n)")
    assert repr(Empty()) == "Empty()"


# Errors ---------------------------------------------------------------------------------------------------


def test_errors_in_forward_name_the_path():
    net = Net()
    net.features[1] = nn.Linear(5, 4)
    with pytest.raises(ShapeError) as error:
        net(minitorch.zeros(2, 3))
    assert message(error).startswith("Net.features.1 (Linear): linear: an input of shape (2, 4)")
    with pytest.raises(RuntimeError, match=r"^Sequential\.1 \(Linear\): linear"):
        net.features(minitorch.zeros(2, 4))
    with pytest.raises(RuntimeError, match=r"^Linear: linear"):
        net.stem(minitorch.zeros(2, 4))


def test_errors_of_modules_that_are_not_registered_say_so():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(3, 3)]  # a plain list does not register

        def forward(self, x):
            return self.layers[0](x)

    with pytest.raises(ShapeError, match=r"^Hidden\.\? \(Linear\): linear"):
        Hidden()(minitorch.zeros(1, 2))


def test_errors_through_lists_are_followed():
    class Listed(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.ModuleList([nn.Identity(), nn.Linear(3, 3)])

        def forward(self, x):
            return self.blocks[1](x)

    outer = nn.ModuleDict({"inner": Listed()})
    net = nn.Sequential(outer["inner"])
    with pytest.raises(ShapeError, match=r"^Sequential\.0\.blocks\.1 \(Linear\): linear"):
        net(minitorch.zeros(1, 2))


def test_a_module_without_forward_cannot_be_called():
    with pytest.raises(NotSupportedError, match="Empty has no forward method") as error:
        Empty()(1)
    assert isinstance(error.value, NotImplementedError)


@pytest.mark.parametrize("value", [nn.Parameter(minitorch.ones(1)), nn.ReLU(), nn.Buffer(minitorch.ones(1))])
def test_assignment_before_init(value):
    class Late(nn.Module):
        def __init__(self):
            self.value = value
            super().__init__()

    with pytest.raises(AttributeError, match=r"Late: super\(\).__init__\(\) was not called yet"):
        Late()


def test_registration_before_init():
    class Late(nn.Module):
        def __init__(self):
            self.register_buffer("x", minitorch.ones(1))

    with pytest.raises(ModuleAttributeError, match="was not called yet"):
        Late()


def test_missing_attributes():
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'stam'") as error:
        Net().stam  # noqa: B018
    assert error.value.name == "stam"  # by which Python suggests 'stem'
    with pytest.raises(AttributeError, match="stam"):
        del Net().stam


def test_refused_registrations():
    net = Net()
    x = minitorch.ones(2, requires_grad=True)
    with pytest.raises(TypeError, match="cannot assign a Variable as parameter 'scale'"):
        net.scale = minitorch.ones(4)
    with pytest.raises(TypeError, match="cannot assign a int as module 'stem': expected a Module"):
        net.stem = 3
    with pytest.raises(TypeError, match="cannot assign a str as buffer 'steps'"):
        net.steps = "no"
    with pytest.raises(ArgumentTypeError, match="'w' is a Variable, expected a Parameter or None"):
        net.register_parameter("w", x)
    with pytest.raises(ArgumentTypeError, match="'b' is a int, expected a Tensor or None"):
        net.register_buffer("b", 3)
    with pytest.raises(ArgumentTypeError, match=r"'m' is a class \(ReLU, without parentheses\)"):
        net.add_module("m", nn.ReLU)
    with pytest.raises(KeyError, match=r"the name 'a\.b' must not be empty or contain a dot"):
        net.register_parameter("a.b", None)
    with pytest.raises(ModuleKeyError, match="''"):
        net.register_module("", nn.ReLU())
    with pytest.raises(KeyError, match="Net has an attribute 'forward' already"):
        net.register_buffer("forward", x)
    with pytest.raises(ArgumentTypeError, match="the name must be a string, got int"):
        net.add_module(3, nn.ReLU())


def test_a_parameter_must_be_a_leaf():
    p = nn.Parameter(minitorch.ones(2))
    computed = nn.Parameter(minitorch.ones(2))
    computed.grad_fn = (p * 2).grad_fn
    net = Net()
    for name in ("w", "stem", "scale"):
        before = getattr(net, name, None)
        with pytest.raises(ValueError, match=f"'{name}' is not a leaf: it was computed by MulBackward0"):
            setattr(net, name, computed)
        assert getattr(net, name, None) is before


def test_refused_parameters():
    with pytest.raises(TypeError, match="Parameter: expected a Tensor, got list"):
        nn.Parameter([1.0])
    with pytest.raises(GradientError, match="only floating-point and complex tensors"):
        nn.Parameter(minitorch.ones(2, dtype=minitorch.int64))
    assert not nn.Parameter(minitorch.ones(2, dtype=minitorch.int64), requires_grad=False).requires_grad


def test_refused_paths_and_moves():
    net = Net()
    with pytest.raises(
        AttributeError, match=r"Sequential has no module '7' \(of 'features.7'\); it has 0, 1, 2"
    ):
        net.get_submodule("features.7")
    with pytest.raises(AttributeError, match="Linear has no parameter 'wait'"):
        net.get_parameter("stem.wait")
    with pytest.raises(AttributeError, match="Net has no buffer 'scale'"):
        net.get_buffer("scale")
    with pytest.raises(TypeError, match=r"floating-point or complex dtype, not minitorch\.int64"):
        net.to(minitorch.int64)
    with pytest.raises(BackendError, match="cuda"):
        net.to("cuda")
    with pytest.raises(BackendError, match="cuda"):
        net.cuda()
    with pytest.raises(ArgumentError, match="train: mode must be True or False"):
        net.train("no")
    assert net.stem.weight.dtype is minitorch.float32
