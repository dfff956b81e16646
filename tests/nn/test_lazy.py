"""Lazy modules: parameters without a shape, and how they get one."""

import copy
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    NotSupportedError,
    ShapeError,
    StateDictError,
)
from minitorch.nn.lazy import LazyModuleMixin
from minitorch.nn.parameter import is_lazy

CASES = {
    "LazyLinear": (lambda: nn.LazyLinear(4), lambda: nn.Linear(3, 4), (2, 3)),
    "LazyConv1d": (
        lambda: nn.LazyConv1d(4, 2, bias=False),
        lambda: nn.Conv1d(3, 4, 2, bias=False),
        (2, 3, 5),
    ),
    "LazyConv2d": (lambda: nn.LazyConv2d(4, 3, groups=2), lambda: nn.Conv2d(6, 4, 3, groups=2), (6, 5, 4)),
    "LazyConv3d": (lambda: nn.LazyConv3d(4, 2), lambda: nn.Conv3d(3, 4, 2), (1, 3, 2, 2, 3)),
    "LazyConvTranspose1d": (
        lambda: nn.LazyConvTranspose1d(4, 2, 2),
        lambda: nn.ConvTranspose1d(3, 4, 2, 2),
        (1, 3, 4),
    ),
    "LazyConvTranspose2d": (
        lambda: nn.LazyConvTranspose2d(4, 3, groups=2),
        lambda: nn.ConvTranspose2d(6, 4, 3, groups=2),
        (1, 6, 2, 2),
    ),
    "LazyConvTranspose3d": (
        lambda: nn.LazyConvTranspose3d(4, 2),
        lambda: nn.ConvTranspose3d(3, 4, 2),
        (1, 3, 2, 2, 2),
    ),
    "LazyBatchNorm1d": (lambda: nn.LazyBatchNorm1d(), lambda: nn.BatchNorm1d(3), (4, 3)),
    "LazyBatchNorm2d": (
        lambda: nn.LazyBatchNorm2d(bias=False),
        lambda: nn.BatchNorm2d(3, bias=False),
        (4, 3, 2, 2),
    ),
    "LazyBatchNorm3d": (
        lambda: nn.LazyBatchNorm3d(affine=False),
        lambda: nn.BatchNorm3d(3, affine=False),
        (4, 3, 2, 2, 1),
    ),
    "LazyInstanceNorm1d": (
        lambda: nn.LazyInstanceNorm1d(),
        lambda: nn.InstanceNorm1d(3, affine=True, track_running_stats=True),
        (4, 3, 2),
    ),
    "LazyInstanceNorm2d": (
        lambda: nn.LazyInstanceNorm2d(track_running_stats=False),
        lambda: nn.InstanceNorm2d(3, affine=True),
        (4, 3, 2, 2),
    ),
    "LazyInstanceNorm3d": (
        lambda: nn.LazyInstanceNorm3d(affine=False),
        lambda: nn.InstanceNorm3d(3, track_running_stats=True),
        (1, 3, 2, 2, 2),
    ),
}
every_case = pytest.mark.parametrize("name", CASES)


def x(*shape):
    return minitorch.tensor(np.random.default_rng(0).normal(size=shape).astype("float32"))


def test_every_lazy_layer_has_a_case():
    assert set(CASES) == {name for name in dir(nn) if name.startswith("Lazy")}


@every_case
def test_the_first_input_makes_an_ordinary_layer(name):
    lazy, plain, shape = CASES[name]
    module, expected = lazy(), plain()
    assert type(module).__name__ == name
    assert module.has_uninitialized_params()
    minitorch.manual_seed(0)
    y = module(x(*shape).requires_grad_())
    assert type(module) is type(expected)
    assert repr(module) == repr(expected)
    minitorch.manual_seed(0)
    expected.reset_parameters()
    np.testing.assert_array_equal(y.detach().numpy(), expected(x(*shape)).detach().numpy())
    for (key, a), (other, b) in zip(module.state_dict().items(), expected.state_dict().items(), strict=True):
        assert key == other
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert [type(p) for p in module.parameters()] == [nn.Parameter for _ in expected.parameters()]
    y.sum().backward()
    assert all(p.grad is not None for p in module.parameters())


@every_case
def test_state_goes_in_before_the_first_input(name):
    lazy, plain, shape = CASES[name]
    module, full = lazy().double(), plain().double()
    keys = list(module.state_dict())
    assert keys == list(full.state_dict())
    assert repr(module.load_state_dict(full.state_dict())) == "<All keys matched successfully>"
    assert not module.has_uninitialized_params()
    inputs = x(*shape).double()
    np.testing.assert_array_equal(module(inputs).detach().numpy(), full(inputs).detach().numpy())
    assert repr(module) == repr(full)
    assert all(p.dtype is minitorch.float64 for p in module.parameters())


@every_case
def test_copies_stay_lazy(name):
    lazy, _, shape = CASES[name]
    module = lazy().double()
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert list(map(is_lazy, twin.state_dict().values())) == list(
            map(is_lazy, module.state_dict().values())
        )
        twin(x(*shape).double())
        assert all(p.dtype is minitorch.float64 for p in twin.parameters())
    assert type(module).__name__ == name


def test_there_is_nothing_to_compute_with():
    w = nn.LazyLinear(3).weight
    assert repr(w) == "<UninitializedParameter>"
    assert (w.requires_grad, w.dtype, w.device) == (True, minitorch.float32, minitorch.device("cpu"))
    for use in (lambda: w + 1, lambda: w.shape, lambda: w.tolist(), lambda: w.sum(), lambda: len(w)):
        with pytest.raises(ShapeError, match="UninitializedParameter: this tensor has no shape"):
            use()


def test_an_optimizer_may_come_first():
    net = nn.Sequential(nn.LazyLinear(3), nn.Tanh(), nn.LazyLinear(1))
    optimizer = minitorch.optim.SGD(net.parameters(), lr=0.1)
    net(x(4, 2)).sum().backward()
    before = net[0].weight.detach().clone()
    optimizer.step()
    assert not minitorch.equal(net[0].weight, before)


def test_a_state_without_shapes_fits_lazy_modules_only():
    empty, full = nn.Sequential(nn.LazyLinear(3)), nn.Sequential(nn.Linear(2, 3))
    other = nn.Sequential(nn.LazyLinear(3))
    assert repr(other.load_state_dict(empty.state_dict())) == "<All keys matched successfully>"
    assert is_lazy(other[0].weight)
    before = full[0].weight.detach().clone()
    with pytest.raises(StateDictError, match=r"0\.weight has no shape yet"):
        full.load_state_dict(empty.state_dict())
    assert minitorch.equal(full[0].weight, before)


def test_loading_that_fails_leaves_it_lazy():
    module = nn.LazyLinear(3)
    state = nn.Linear(2, 3).state_dict()
    del state["bias"]
    with pytest.raises(StateDictError, match="missing: bias"):
        module.load_state_dict(state)
    assert is_lazy(module.weight)


def test_loading_may_assign():
    module, full = nn.LazyLinear(3), nn.Linear(2, 3)
    module.load_state_dict(full.state_dict(), assign=True)
    assert minitorch.equal(module.weight, full.weight)
    assert module(x(1, 2)).shape == (1, 3)


def test_wrong_first_inputs():
    net = nn.Sequential(nn.LazyConv2d(3, 2, groups=2))
    with pytest.raises(ShapeError, match=r"LazyConv2d\): expected 3 dims"):
        net(x(2, 3))
    with pytest.raises(ArgumentError, match=r"3 input channels are not divisible") as caught:
        net(x(1, 3, 4, 4))
    assert "Sequential.0 (LazyConv2d)" in str(caught.value)
    with pytest.raises(ArgumentTypeError):
        net([1.0])
    with pytest.raises(ArgumentError, match="BatchNorm2d: expected an input"):
        nn.LazyBatchNorm2d()(x(2, 3))
    assert isinstance(net[0], nn.LazyConv2d)


class Scale(LazyModuleMixin, nn.Module):
    """A lazy module of one's own, which stays what it is."""

    def __init__(self):
        super().__init__()
        self.w = nn.UninitializedParameter()
        self.mean = nn.UninitializedBuffer()

    def initialize_parameters(self, input, double=False):
        self.w.materialize((input.shape[-1],), dtype=minitorch.float64 if double else None)
        self.mean.materialize(input.shape[1:])
        with minitorch.no_grad():
            self.w.fill_(2.0)
            self.mean.fill_(1.0)

    def forward(self, input, double=False):
        return (input - self.mean) * self.w


def test_lazy_modules_of_ones_own():
    module = Scale()
    assert list(module.state_dict()) == ["w", "mean"]
    assert module(minitorch.ones(2, 3) * 3).tolist() == [[4.0] * 3] * 2
    assert type(module) is Scale
    assert isinstance(module.mean, nn.Buffer)
    assert module(minitorch.ones(1, 3)).tolist() == [[0.0] * 3]
    assert Scale()(minitorch.ones(1, 3), double=True).dtype is minitorch.float64


def test_what_a_lazy_module_must_do():
    class Forgetful(LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.UninitializedParameter()

    with pytest.raises(NotSupportedError, match="Forgetful must define initialize_parameters"):
        Forgetful()(x(1))

    class Idle(Forgetful):
        def initialize_parameters(self, input):
            pass

    with pytest.raises(ShapeError, match="left parameters without a shape"):
        Idle()(x(1))
