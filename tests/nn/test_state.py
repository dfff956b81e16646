"""state_dict and load_state_dict: what they take, what they refuse, and that refusing changes nothing."""

from collections import OrderedDict

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentTypeError, NotSupportedError, StateDictError


def net():
    return nn.Sequential(OrderedDict(fc=nn.Linear(2, 3), norm=nn.BatchNorm1d(3), out=nn.Linear(3, 1)))


def snapshot(module):
    return {key: value.tolist() for key, value in module.state_dict().items()}


def test_values_share_memory_and_are_outside_of_the_graph():
    module = nn.Linear(2, 1)
    state = module.state_dict()
    assert isinstance(state, OrderedDict)
    assert not state["weight"].requires_grad
    state["weight"].fill_(5.0)
    assert module.weight.tolist() == [[5.0, 5.0]]
    assert module.state_dict(keep_vars=True)["weight"] is module.weight
    target = {"other": 1}
    assert module.state_dict(destination=target, prefix="a.") is target
    assert list(target) == ["other", "a.weight", "a.bias"]


def test_loading_copies_and_casts():
    module = nn.Linear(2, 1)
    weight, given = module.weight, minitorch.ones(1, 2, dtype=minitorch.float64)
    result = module.load_state_dict({"weight": given, "bias": minitorch.zeros(1)})
    assert result == ([], [])
    assert repr(result) == "<All keys matched successfully>"
    assert module.weight is weight
    assert weight.dtype is minitorch.float32
    given.fill_(9.0)
    assert weight.tolist() == [[1.0, 1.0]]


def test_assigning_takes_the_tensors_themselves():
    module = nn.BatchNorm1d(2)
    module.bias.requires_grad_(False)
    state = {
        "weight": minitorch.ones(2, dtype=minitorch.float64),
        "bias": nn.Parameter(minitorch.ones(2)),
        "running_mean": minitorch.ones(2),
        "running_var": minitorch.ones(2),
        "num_batches_tracked": minitorch.tensor(4),
    }
    module.load_state_dict(state, assign=True)
    assert module.weight.dtype is minitorch.float64
    assert isinstance(module.weight, nn.Parameter)
    assert module.weight.requires_grad
    assert module.bias is state["bias"]
    assert not module.bias.requires_grad
    assert module.running_mean is state["running_mean"]
    assert list(module.state_dict()) == list(state)


def test_loading_what_fits():
    module = net()
    state = module.state_dict()
    state["extra"] = minitorch.zeros(1)
    del state["out.bias"]
    state["fc.bias"] = minitorch.full((3,), 7.0)
    result = module.load_state_dict(state, strict=False)
    assert result.missing_keys == ["out.bias"]
    assert result.unexpected_keys == ["extra"]
    assert "missing_keys=['out.bias']" in repr(result)
    assert module.fc.bias.tolist() == [7.0] * 3


def test_every_mismatch_is_listed_and_nothing_is_loaded():
    module = net()
    before = snapshot(module)
    state = {key: value + 1 for key, value in module.state_dict().items()}
    state["fc.wieght"] = state.pop("fc.weight")
    state["out.bias"] = minitorch.zeros(4)
    state["norm.weight"] = [1.0, 1.0, 1.0]
    state["zzz"] = minitorch.zeros(2, 2)
    with pytest.raises(StateDictError) as error:
        module.load_state_dict(state)
    assert str(error.value).split("\n  ") == [
        "load_state_dict: the state dict does not fit Sequential:",
        "wrong type: norm.weight is a list, expected a Tensor",
        "shape mismatch: out.bias is (4,) in the state dict, (1,) in the module",
        "missing: fc.weight (3, 2)",
        "unexpected: fc.wieght (3, 2). Did you mean fc.weight?",
        "unexpected: zzz (2, 2)",
    ]
    assert snapshot(module) == before
    with pytest.raises(RuntimeError, match=r"shape mismatch: out\.bias"):
        module.load_state_dict({"out.bias": minitorch.zeros(4)}, strict=False)
    assert snapshot(module) == before


def test_missing_alone_is_refused_and_a_remedy_named():
    module = net()
    before = snapshot(module)
    state = {f"module.{key}": value + 1 for key, value in module.state_dict().items()}
    with pytest.raises(StateDictError) as error:
        module.load_state_dict(state)
    assert "unexpected: module.fc.weight (3, 2). Did you mean fc.weight?" in str(error.value)
    assert "strict=False loads the keys that fit" in str(error.value)
    assert snapshot(module) == before
    with pytest.raises(ArgumentTypeError, match="expected a dict of tensors, got list"):
        module.load_state_dict([1])


def test_many_wrong_keys_are_listed_without_guesses():
    with pytest.raises(StateDictError) as error:
        nn.Linear(1, 1).load_state_dict({f"layer{i}": minitorch.zeros(1) for i in range(6000)})
    assert str(error.value).count("unexpected:") == 6000


def test_state_dict_hooks():
    module, log = nn.Sequential(nn.Linear(1, 1)), []
    module[0].register_state_dict_pre_hook(lambda m, prefix, keep: log.append((prefix, keep)))
    handle = module[0].register_state_dict_post_hook(
        lambda m, state, prefix, metadata: state.__delitem__(prefix + "bias")
    )
    assert list(module.state_dict()) == ["0.weight"]
    assert log == [("0.", False)]
    handle.remove()
    assert list(module.state_dict()) == ["0.weight", "0.bias"]


def test_a_state_of_before_batches_were_counted_fits():
    norm, state = nn.BatchNorm1d(2), nn.BatchNorm1d(2).state_dict()
    norm(minitorch.ones(3, 2))
    del state["num_batches_tracked"]
    with pytest.raises(RuntimeError, match="missing: num_batches_tracked"):
        norm.load_state_dict(state)
    norm.load_state_dict(dict(state))  # without metadata: as old as can be
    assert int(norm.num_batches_tracked) == 1
    assert norm.running_mean.tolist() == [0.0, 0.0]


def test_a_pre_hook_can_rename_keys():
    module = nn.Sequential(nn.Linear(1, 1))

    def rename(m, state, prefix, metadata, strict, missing, unexpected, errors):
        state[prefix + "weight"] = state.pop(prefix + "kernel")

    module[0].register_load_state_dict_pre_hook(rename)
    state = {"0.kernel": minitorch.ones(1, 1), "0.bias": minitorch.zeros(1)}
    module.load_state_dict(state)
    assert module[0].weight.item() == 1.0
    assert list(state) == ["0.kernel", "0.bias"]


def test_a_post_hook_can_forgive():
    module = nn.Linear(1, 1)
    forgive = module.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    module.load_state_dict({"weight": minitorch.full((1, 1), 4.0)})
    assert module.weight.item() == 4.0
    forgive.remove()
    seen = []
    module.register_load_state_dict_post_hook(lambda m, keys: seen.append(m.weight.item()))
    for assign in (False, True):
        with pytest.raises(StateDictError, match="missing: bias"):
            module.load_state_dict({"weight": minitorch.full((1, 1), 5.0)}, assign=assign)
        assert module.weight.item() == 4.0
    assert seen == [5.0, 5.0]


def test_extra_state():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    first, second = nn.Sequential(Counter()), nn.Sequential(Counter())
    first[0].count = 3
    assert first.state_dict() == {"0._extra_state": {"count": 3}}
    second.load_state_dict(first.state_dict())
    assert second[0].count == 3
    with pytest.raises(StateDictError, match=r"missing: 0\._extra_state"):
        second.load_state_dict({})
    with pytest.raises(NotSupportedError, match="has no extra state"):
        nn.ReLU().get_extra_state()
    with pytest.raises(NotSupportedError, match="does not define set_extra_state"):
        nn.ReLU().set_extra_state({})


def test_what_did_not_fit_is_printed_under_pytorchs_name():
    found = nn.Linear(1, 1, bias=False).load_state_dict({"b": minitorch.zeros(1)}, strict=False)
    assert repr(found) == "_IncompatibleKeys(missing_keys=['weight'], unexpected_keys=['b'])"
