"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict."""

import copy
from collections import OrderedDict

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ModuleKeyError


def names(module):
    return list(module._modules)


def layers(count):
    return [nn.Linear(i + 1, i + 1) for i in range(count)]


def test_sequential_calls_in_order():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    x = minitorch.randn(4, 2)
    expected = net[2](net[0](x).clamp(min=0))
    assert minitorch.equal(net(x), expected)
    assert nn.Sequential()(x) is x


def test_sequential_by_name():
    net = nn.Sequential(OrderedDict(first=nn.ReLU(), second=nn.Tanh()))
    assert names(net) == ["first", "second"]
    assert net.first is net[0]
    assert names(net[1:]) == ["second"]
    net[1] = nn.Sigmoid()
    assert isinstance(net.second, nn.Sigmoid)


@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
def test_lists_behave_as_lists(kind):
    items = layers(4)
    made = kind(*items) if kind is nn.Sequential else kind(items)
    assert list(made) == items
    assert len(made) == 4
    assert made[-1] is items[3]
    part = made[1:3]
    assert isinstance(part, kind)
    assert list(part) == items[1:3]
    del made[1]
    assert list(made) == [items[0], items[2], items[3]]
    assert names(made) == ["0", "1", "2"]
    assert made.pop(-1) is items[3]
    made.insert(0, items[3])
    made.insert(-1, items[1])
    assert list(made) == [items[3], items[0], items[1], items[2]]
    assert made.append(items[0]) is made
    assert made.extend([items[1]]) is made
    assert names(made) == ["0", "1", "2", "3", "4", "5"]
    made[0] = items[2]
    assert made[0] is items[2]
    del made[1:]
    assert list(made) == [items[2]]
    assert "0" not in dir(made)


def test_sequential_arithmetic():
    a, b = nn.Sequential(nn.ReLU()), nn.Sequential(nn.Tanh(), nn.Sigmoid())
    assert list(a + b) == [*a, *b]
    assert list(b * 2) == [*b, *b] == list(2 * b)
    a += b
    assert names(a) == ["0", "1", "2"]
    b *= 2
    assert len(b) == 4


def test_extending_by_itself_ends():
    net = nn.Sequential(nn.ReLU())
    net.extend(net)
    assert len(net) == 2


def test_module_list_adds():
    items = layers(3)
    made = nn.ModuleList(items[:1]) + items[1:]
    assert isinstance(made, nn.ModuleList)
    assert list(made) == items
    made += items[:1]
    assert len(made) == 4
    assert repr(nn.ModuleList()) == "ModuleList()"


def test_module_dict():
    items = layers(3)
    made = nn.ModuleDict({"a": items[0]})
    made.update([("b", items[1])])
    made["c"] = items[2]
    assert list(made) == ["a", "b", "c"] == list(made.keys())
    assert list(made.values()) == items
    assert dict(made.items()) == dict(zip("abc", items, strict=True))
    assert "b" in made
    assert made.b is items[1]
    assert made.pop("b") is items[1]
    assert len(made) == 2
    made.update(nn.ModuleDict({"d": items[1]}))
    del made["a"]
    assert list(made) == ["c", "d"]
    made.clear()
    assert not len(made)


def test_parameter_list():
    made = nn.ParameterList([minitorch.ones(i) for i in range(1, 4)])
    assert all(isinstance(p, nn.Parameter) for p in made)
    assert [n for n, _ in made.named_parameters()] == ["0", "1", "2"]
    assert made[-1].shape == (3,)
    assert [p.shape[0] for p in made[1:]] == [2, 3]
    made.append("a string").extend([minitorch.zeros(4)])
    made += [minitorch.zeros(5)]
    made[0] = minitorch.zeros(7)
    assert made[0].requires_grad
    assert len(made) == 6
    assert made[3] == "a string"
    twin = copy.deepcopy(made)
    assert [n for n, _ in twin.named_parameters()] == ["0", "1", "2", "4", "5"]


def test_parameter_dict():
    made = nn.ParameterDict({"a": minitorch.ones(1)})
    made["b"] = nn.Parameter(minitorch.ones(2))
    made["c"] = 3
    assert [n for n, _ in made.named_parameters()] == ["a", "b"]
    assert made.a is made["a"]
    assert list(reversed(made)) == ["c", "b", "a"]
    assert made.get("zzz", 5) == 5
    assert made.setdefault("d", minitorch.ones(4)) is made["d"]
    assert made.popitem()[0] == "d"
    assert made.pop("c") == 3
    assert [k for k, _ in made.items()] == list(made.keys()) == ["a", "b"]
    assert len(made.values()) == 2
    twin = made.copy()
    assert twin["a"] is made["a"]
    both = made | nn.ParameterDict({"z": minitorch.ones(1)})
    assert list(both) == ["a", "b", "z"]
    made |= both
    assert "z" in made
    assert list(made.fromkeys(["x", "y"], 1)) == ["x", "y"]
    assert list({"k": 1} | nn.ParameterDict({"z": 2})) == ["k", "z"]
    made.clear()
    assert not len(made)


def test_refused():
    net, items = nn.Sequential(nn.ReLU(), nn.Tanh()), nn.ModuleList(layers(2))
    with pytest.raises(IndexError, match="Sequential: index 2 is out of range; it has 2 modules"):
        net[2]
    with pytest.raises(IndexRangeError, match="ModuleList: index -3"):
        items[-3]
    with pytest.raises(IndexRangeError, match="insert: index 5"):
        items.insert(5, nn.ReLU())
    with pytest.raises(ArgumentTypeError, match=r"element '1' is a class \(Tanh, without parentheses\)"):
        nn.Sequential(nn.ReLU(), nn.Tanh)
    with pytest.raises(ArgumentTypeError, match="element '0' is a list"):
        nn.Sequential([nn.ReLU()])
    with pytest.raises(ArgumentTypeError, match="insert: expected a Module, got int"):
        net.insert(0, 3)
    with pytest.raises(ArgumentTypeError, match="extend: expected modules in an iterable"):
        items.extend(3)
    with pytest.raises(ArgumentError, match=r"expected a Sequential after \+"):
        net + nn.ReLU()
    with pytest.raises(ArgumentError, match="cannot be repeated 0 times"):
        net * 0
    with pytest.raises(ArgumentTypeError, match=r"expected an integer after \*"):
        net * 1.5
    with pytest.raises(NotImplementedError, match="ModuleList has no forward"):
        items(1)
    with pytest.raises(KeyError, match="ModuleDict: no module 'b'; it has a"):
        nn.ModuleDict({"a": nn.ReLU()})["b"]
    with pytest.raises(ModuleKeyError, match="has an attribute 'keys' already"):
        nn.ModuleDict({"keys": nn.ReLU()})
    with pytest.raises(ArgumentTypeError, match="expected a dict or pairs"):
        nn.ModuleDict(3)
    with pytest.raises(ArgumentError, match="element 0 is not a pair"):
        nn.ModuleDict([("a", nn.ReLU(), 1)])
    with pytest.raises(IndexRangeError, match="ParameterList: index 0"):
        nn.ParameterList()[0]
    with pytest.raises(ArgumentTypeError, match="expected a list of parameters, got Variable"):
        nn.ParameterList(minitorch.ones(2))
    with pytest.raises(NotImplementedError, match="ParameterList cannot be called"):
        nn.ParameterList()(1)
    with pytest.raises(NotImplementedError, match="ParameterDict cannot be called"):
        nn.ParameterDict()(1)
    with pytest.raises(KeyError, match="ParameterDict: no parameter 'x'; it has none"):
        nn.ParameterDict()["x"]
    with pytest.raises(KeyError, match="popitem: it is empty"):
        nn.ParameterDict().popitem()
    with pytest.raises(ModuleKeyError, match="has an attribute 'values' already"):
        nn.ParameterDict({"values": minitorch.ones(1)})
    with pytest.raises(ArgumentTypeError, match="keys must be strings"):
        nn.ParameterDict({1: minitorch.ones(1)})
    assert len(net) == len(items) == 2


def test_dicts_of_parameters_print_types_and_sizes():
    values = nn.ParameterDict({"a": nn.Parameter(minitorch.zeros(2, 3)), "b": 1})
    assert "(a): Parameter containing: [minitorch.FloatTensor of size 2x3]" in repr(values)
    listed = nn.ParameterList([nn.Parameter(minitorch.zeros(2, 3))])
    assert "(0): Parameter containing: [minitorch.float32 of size 2x3]" in repr(listed)
