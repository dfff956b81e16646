"""What holds for every layer: state, modes, copies, and gradients against finite differences."""

import copy
import functools
import inspect
import pickle

import numpy as np
import pytest
from module_table import ROWS, Row, outputs_of

import minitorch
from minitorch import nn
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.nn.lazy import LazyModuleMixin

OLDER = {"NLLLoss2d"}  # the same class by another name, with a warning
CONTAINERS = {
    "Module",
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
    "Sequential",
    "RNNBase",
    "RNNCellBase",
}

every_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row.name}-{i}" for i, row in enumerate(ROWS)])


def made(row: Row, dtype=minitorch.float64):
    return row.build(nn, minitorch.tensor).to(dtype)


def called(module, row: Row):
    """The outputs of a call, with the same random numbers every time."""
    minitorch.manual_seed(0)
    inputs, _ = row.tensors(minitorch.tensor)
    return [y.detach().numpy() for y in outputs_of(module(*inputs))]


def assert_equal(ours, expected):
    assert len(ours) == len(expected) > 0
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_public_module_has_a_row():
    public = {
        name for name, kind in vars(nn).items() if inspect.isclass(kind) and issubclass(kind, nn.Module)
    }
    lazy = {name for name in public if issubclass(getattr(nn, name), LazyModuleMixin)}  # see test_lazy.py
    assert public - CONTAINERS - OLDER - lazy == {row.name for row in ROWS}


@every_row
def test_state_dict_round_trip(row):
    first, second = made(row), made(row)
    result = second.load_state_dict(first.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    assert_equal(called(second, row), called(first, row))


@every_row
def test_modes(row):
    module = made(row)
    assert module.training
    assert module.eval() is module
    assert not any(m.training for m in module.modules())
    state = {key: value.clone() for key, value in module.state_dict().items()}
    result = called(module, row)
    minitorch.manual_seed(1)
    assert_equal(called(module, row), result)
    if not getattr(module, "max_norm", None):  # which shortens rows whenever they are looked up
        for key, value in module.state_dict().items():
            assert minitorch.equal(value, state[key]), f"{key} changed in evaluation mode"
    assert module.train().training


@every_row
def test_copies(row):
    module = made(row)
    expected, state = called(module, row), copy.deepcopy(module.state_dict())
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        twin.load_state_dict(state)
        module.load_state_dict(state)
        assert repr(twin) == repr(module)
        assert_equal(called(twin, row), expected)
        with minitorch.no_grad():
            for parameter in twin.parameters():
                parameter.fill_(7.0)
        for (name, parameter), theirs in zip(module.named_parameters(), twin.parameters(), strict=True):
            assert theirs.requires_grad == parameter.requires_grad
            assert minitorch.equal(parameter, state[name]), "the copy shares memory"


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.kink], ids=[row.name for row in ROWS if not row.kink]
)
def test_gradients(row):
    module = made(row)
    if row.random:
        module.eval()
    inputs, leaves = row.tensors(minitorch.tensor)
    checked = [*leaves, *module.parameters()]

    def function(*_):
        return tuple(y for y in outputs_of(module(*inputs)) if y.is_floating_point())

    assert gradcheck(function, checked, fast_mode=True)
    if row.second:
        assert gradgradcheck(function, checked, fast_mode=True, atol=1e-4)


class WithDtype:
    """`nn`, whose layers are made in float64 by argument instead of by `.to`."""

    def __getattr__(self, name):
        kind = getattr(nn, name)
        if "dtype" not in inspect.signature(kind.__init__).parameters:
            return kind
        make = functools.partial(kind, dtype=minitorch.float64, device="cpu")
        make.from_pretrained = getattr(kind, "from_pretrained", None)
        return make


@every_row
def test_dtype_argument(row):
    module = row.build(WithDtype(), minitorch.tensor)
    assert all(p.dtype is minitorch.float64 for p in module.parameters())
    assert all(b.dtype in (minitorch.float64, minitorch.int64) for b in module.buffers())
    result = called(module, row)
    assert all(y.dtype in (np.float64, np.int64) for y in result)
