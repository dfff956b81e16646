"""Parametrizations, norms of weights, and pruning: what must hold, whatever the numbers."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.nn.utils import parametrizations, parametrize, prune


@pytest.fixture(autouse=True)
def seed():
    minitorch.manual_seed(0)


class Square(nn.Module):
    def forward(self, x):
        return x * x

    def right_inverse(self, x):
        return x.sqrt()


def test_a_parametrized_tensor_is_computed_from_its_original():
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "bias", minitorch.nn.ReLU())
    original = layer.parametrizations.bias.original
    with minitorch.no_grad():
        original.copy_(minitorch.tensor([-1.0, 2.0]))
    assert layer.bias.tolist() == [0.0, 2.0]
    layer.bias.sum().backward()
    assert original.grad.tolist() == [0.0, 1.0]
    assert [name for name, _ in layer.named_parameters()] == ["weight", "parametrizations.bias.original"]


def test_assignments_go_through_the_inverse():
    layer = nn.Linear(2, 1)
    layer.weight.data.abs_()
    before = layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", Square())
    assert minitorch.allclose(layer.weight, before)
    layer.weight = minitorch.tensor([[4.0, 9.0]])
    assert layer.parametrizations.weight.original.tolist() == [[2.0, 3.0]]
    with pytest.raises(KeyError, match="weight"):
        layer.weight = nn.Parameter(before)


def test_without_an_inverse_nothing_can_be_assigned():
    layer = parametrize.register_parametrization(nn.Linear(2, 1), "weight", nn.Tanh())
    with pytest.raises(RuntimeError, match="Tanh has no right_inverse"):
        layer.weight = minitorch.ones(1, 2)


def test_copies_keep_their_own_originals_and_files_cannot_name_the_class():
    layer = parametrizations.weight_norm(nn.Linear(2, 3))
    twin = copy.deepcopy(layer)
    with minitorch.no_grad():
        layer.parametrizations.weight.original0.mul_(2)
    assert minitorch.allclose(layer.weight, twin.weight * 2)
    with pytest.raises(NotSupportedError, match="state_dict"):
        pickle.dumps(layer)
    parametrize.remove_parametrizations(twin, "weight")
    assert type(twin) is nn.Linear
    assert type(pickle.loads(pickle.dumps(twin))) is nn.Linear


def test_the_state_of_a_parametrized_module_goes_round():
    first, second = (parametrizations.spectral_norm(nn.Linear(3, 4)).eval() for _ in range(2))
    second.load_state_dict(first.state_dict())
    assert minitorch.equal(first.weight, second.weight)


def test_within_cached_a_tensor_is_computed_once():
    layer = parametrizations.weight_norm(nn.Linear(2, 3))
    with parametrize.cached():
        assert layer.weight is layer.weight
        with parametrize.cached():
            inner = layer.weight
        assert layer.weight is inner
    assert layer.weight is not layer.weight


@pytest.mark.parametrize("kind", ["Linear", "Conv1d", "ConvTranspose1d"])
def test_the_largest_singular_value_becomes_one(kind):
    made = nn.Linear(5, 7) if kind == "Linear" else getattr(nn, kind)(5, 7, 2)
    layer = parametrizations.spectral_norm(made, n_power_iterations=200)
    w = layer.weight.detach().numpy()
    matrix = np.moveaxis(w, 1, 0) if kind == "ConvTranspose1d" else w
    assert np.linalg.norm(matrix.reshape(len(matrix), -1), 2) == pytest.approx(1, abs=1e-4)
    older = nn.utils.spectral_norm(nn.Linear(5, 7), n_power_iterations=200)
    older(minitorch.ones(5))
    assert np.linalg.norm(older.weight.detach().numpy(), 2) == pytest.approx(1, abs=1e-4)


def test_two_forward_passes_before_a_backward_pass():
    layer = parametrizations.spectral_norm(nn.Linear(3, 3))
    (layer(minitorch.ones(3)) - layer(minitorch.zeros(3))).sum().backward()
    assert layer.parametrizations.weight.original.grad is not None


def test_weight_norm_keeps_the_weight_and_separates_its_length():
    layer = nn.Linear(3, 4)
    before = layer.weight.detach().clone()
    with pytest.warns(FutureWarning, match="parametrizations"):
        nn.utils.weight_norm(layer)
    assert minitorch.allclose(layer.weight, before)
    with minitorch.no_grad():
        layer.weight_g.mul_(3)
    layer(minitorch.ones(3))
    assert minitorch.allclose(layer.weight, before * 3)
    with pytest.raises(ArgumentError), warnings.catch_warnings(action="ignore"):
        nn.utils.weight_norm(layer)


@pytest.mark.parametrize("method", ["random_unstructured", "l1_unstructured"])
def test_as_many_elements_as_asked_for_are_pruned(method):
    layer = nn.Linear(5, 4)
    getattr(prune, method)(layer, "weight", amount=0.25)
    assert int((layer.weight == 0).sum()) == 5
    getattr(prune, method)(layer, "weight", amount=3)
    assert int((layer.weight_mask == 0).sum()) in range(5, 9)
    layer(minitorch.ones(5)).sum().backward()
    assert bool((layer.weight_orig.grad[layer.weight_mask == 0] == 0).all())


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_random_slices(dim):
    layer = prune.random_structured(nn.Conv2d(4, 4, 3), "weight", amount=2, dim=dim)
    others = [d for d in range(4) if d != dim % 4]
    assert int((layer.weight_mask.sum(others) == 0).sum()) == 2


def test_a_failed_pruning_leaves_the_module_alone():
    layer = nn.Linear(3, 2)
    with pytest.raises(ArgumentError, match="more than there is"):
        prune.l1_unstructured(layer, "weight", amount=100)
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    assert not prune.is_pruned(layer)


def test_own_pruning_methods():
    class EverySecond(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    layer = nn.Linear(4, 1)
    EverySecond.apply(layer, "weight")
    assert layer.weight_mask.tolist() == [[0.0, 1.0, 0.0, 1.0]]
    assert EverySecond().prune(minitorch.ones(3)).tolist() == [0.0, 1.0, 0.0]


def test_the_state_of_a_pruned_module_goes_round():
    first, second = (prune.random_unstructured(nn.Linear(4, 3), "weight", 0.5) for _ in range(2))
    second.load_state_dict(first.state_dict())
    assert minitorch.equal(second(minitorch.ones(4)), first(minitorch.ones(4)))


def test_skip_init_draws_nothing():
    minitorch.manual_seed(3)
    expected = minitorch.rand(1)
    minitorch.manual_seed(3)
    layer = nn.utils.skip_init(nn.Linear, 3, 2, bias=False)
    assert minitorch.equal(minitorch.rand(1), expected)
    assert layer.weight.shape == (2, 3)


def test_a_failed_functional_call_leaves_the_module_alone():
    layer = nn.Linear(3, 2)
    before = layer.weight
    with pytest.raises(FutureWarning):
        nn.utils.stateless.functional_call(layer, {"weight": minitorch.ones(2, 3)}, minitorch.ones(3))
    with warnings.catch_warnings(action="ignore"):
        with pytest.raises(RuntimeError):
            nn.utils.stateless.functional_call(layer, {"weight": minitorch.ones(2, 2)}, minitorch.ones(3))
        with pytest.raises(KeyError):
            nn.utils.stateless.functional_call(layer, {"kernel": before}, minitorch.ones(3))
        with pytest.raises(RuntimeError, match="missing bias"):
            nn.utils.stateless.functional_call(layer, {"weight": before}, minitorch.ones(3), strict=True)
    assert layer.weight is before
