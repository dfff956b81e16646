"""Names under the paths that programs import them from."""

import importlib
import warnings

import pytest

import minitorch
from minitorch import nn


@pytest.mark.parametrize("room", sorted(nn.modules.ROOMS))
def test_the_rooms_of_modules_hold_the_layers_of_nn(room):
    found = importlib.import_module(f"minitorch.nn.modules.{room}")
    assert found is getattr(nn.modules, room)
    for name in found.__all__:
        assert getattr(found, name) is getattr(nn, name) is getattr(nn.modules, name)
    with pytest.raises(AttributeError):
        found.NoSuchLayer  # noqa: B018


def test_base_classes_know_their_layers():
    from minitorch.nn.modules.batchnorm import _BatchNorm, _NormBase
    from minitorch.nn.modules.conv import _ConvNd
    from minitorch.nn.modules.loss import _Loss, _WeightedLoss

    assert isinstance(nn.BatchNorm2d(3), _BatchNorm)
    assert issubclass(_BatchNorm, _NormBase)
    assert not isinstance(nn.InstanceNorm2d(3), _BatchNorm)
    assert isinstance(nn.ConvTranspose1d(1, 1, 1), _ConvNd)
    assert issubclass(nn.CrossEntropyLoss, _WeightedLoss)
    assert issubclass(nn.MSELoss, _Loss)


def test_tuples_of_sizes():
    from minitorch.nn.common_types import _size_2_t
    from minitorch.nn.modules.utils import _ntuple, _pair, _reverse_repeat_tuple, _triple

    assert (_pair(3), _pair((1, 2)), _triple([1, 2, 3]), _ntuple(5)(0)) == (
        (3, 3),
        (1, 2),
        (1, 2, 3),
        (0,) * 5,
    )
    assert _reverse_repeat_tuple((1, 2), 2) == (2, 2, 1, 1)
    assert _size_2_t == int | tuple[int, int]


def test_a_prefix_can_be_taken_off():
    from minitorch.nn.modules.utils import consume_prefix_in_state_dict_if_present

    net = nn.Sequential(nn.Linear(2, 3))
    state = nn.DataParallel(net).state_dict()
    assert list(state) == ["module.0.weight", "module.0.bias"]
    consume_prefix_in_state_dict_if_present(state, "module.")
    assert set(state._metadata) == {"", "0"}
    assert repr(net.load_state_dict(state)) == "<All keys matched successfully>"


def test_data_parallel_calls_its_module():
    net = nn.Linear(2, 3)
    wrapped = nn.parallel.DataParallel(net, device_ids=[0, 1])
    assert minitorch.equal(wrapped(minitorch.ones(4, 2)), net(minitorch.ones(4, 2)))
    assert wrapped.module is net


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("uniform", ()),
        ("normal", ()),
        ("constant", (2.0,)),
        ("eye", ()),
        ("xavier_uniform", ()),
        ("xavier_normal", ()),
        ("kaiming_uniform", ()),
        ("kaiming_normal", ()),
        ("orthogonal", ()),
        ("sparse", (0.5,)),
    ],
)
def test_older_names_of_initial_values(name, args):
    first, second = minitorch.empty(3, 4), minitorch.empty(3, 4)
    minitorch.manual_seed(0)
    with pytest.warns(FutureWarning, match=f"{name}_"):
        assert getattr(nn.init, name)(first, *args) is first
    minitorch.manual_seed(0)
    getattr(nn.init, name + "_")(second, *args)
    assert minitorch.equal(first, second)


def test_fans():
    w = minitorch.zeros(16, 3, 5, 5)
    assert nn.init._calculate_fan_in_and_fan_out(w) == (75, 400)
    assert nn.init._calculate_correct_fan(w, "fan_out") == 400
    with pytest.raises(ValueError, match="fan_in"):
        nn.init._calculate_correct_fan(w, "fan")


def test_the_older_name_of_a_loss_warns():
    with pytest.warns(FutureWarning, match="NLLLoss"):
        loss = nn.NLLLoss2d()
    assert isinstance(loss, nn.NLLLoss)
    with warnings.catch_warnings(action="ignore"):
        assert repr(nn.NLLLoss2d()) == "NLLLoss2d()"
