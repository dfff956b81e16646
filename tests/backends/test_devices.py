"""What holds for every device but the CPU: moves, mixing, random numbers, files, modules, optimizers.

On `cuda` it needs a GPU; on the device of `strict_device`, which is none, it is shown everywhere.
"""

import copy
import io
import pickle

import numpy as np
import pytest
import strict_device

import minitorch
from minitorch import nn, optim
from minitorch.errors import ArgumentTypeError, BackendError
from minitorch.utils.data import DataLoader, TensorDataset


@pytest.fixture(params=["xpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def place(request):
    if request.param == "cuda":
        if not minitorch.cuda.is_available():
            pytest.skip("no GPU here")
        yield "cuda"
    else:
        with strict_device.registered():
            yield request.param


def test_there_and_back(place):
    x = minitorch.randn(2, 3)
    y = x.to(place)
    assert y.device == minitorch.device(place, 0)
    assert y.to(place) is y
    assert not y.is_cpu
    assert y.get_device() == 0
    assert minitorch.equal(y.cpu(), x)
    assert x.to("cpu") is x
    assert str(y).endswith(f"device='{place}:0')")
    assert y.to(x).device == x.device
    assert y.to(place, minitorch.float64).dtype is minitorch.float64
    with pytest.raises(ArgumentTypeError, match=r"numpy: .*x.cpu\(\).numpy\(\)"):
        y.numpy()
    np.testing.assert_array_equal(y.numpy(force=True), x.numpy())


def test_gradients_go_back_to_where_they_belong(place):
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    y = x.to(place)
    (y * y).sum().backward()
    assert x.grad.is_cpu
    assert x.grad.tolist() == [2.0, 4.0]
    w = minitorch.tensor([3.0], device=place, requires_grad=True)
    (g,) = minitorch.autograd.grad((w**2).to("cpu") ** 2, w, create_graph=True)
    assert minitorch.autograd.grad(g, w)[0].item() == 12 * 9


def test_tensors_of_two_devices_do_not_mix(place):
    x, w = minitorch.ones(2, 3), minitorch.ones(3, 2, device=place)
    for ask in (lambda: x @ w, lambda: x + w.T, lambda: minitorch.cat([x, w.T])):
        with pytest.raises(BackendError, match=rf"cpu.*{place}:0|{place}:0.*cpu") as caught:
            ask()
        assert f".to('{place}:0')" in str(caught.value)


def test_a_module_on_another_device_says_which_remedy(place):
    with pytest.raises(BackendError, match=rf"Linear.*module\.to\('{place}:0'\)"):
        nn.Linear(2, 1).to(place)(minitorch.ones(1, 2))


def test_numbers_on_the_cpu_join_in(place):
    x = minitorch.ones(2, device=place)
    factor = minitorch.tensor(3.0, requires_grad=True)
    y = x * factor + minitorch.tensor(1.0)
    assert y.device == x.device
    y.sum().backward()
    assert factor.grad.is_cpu
    assert factor.grad.item() == 2
    with pytest.raises(BackendError, match="one device"):
        minitorch.ones(2) * minitorch.tensor(3.0, device=place)


def test_new_tensors_are_made_where_it_is_said(place):
    like = minitorch.zeros(2, device=place)
    made = [
        minitorch.tensor([1.0], device=place),
        minitorch.as_tensor(np.ones(2), device=place),
        minitorch.empty(2, device=place),
        minitorch.full((2,), 3, device=place),
        minitorch.eye(2, device=place),
        minitorch.arange(3, device=place),
        minitorch.linspace(0, 1, 3, device=place),
        minitorch.rand(2, device=place),
        minitorch.randint(0, 5, (2,), device=place),
        minitorch.randperm(4, device=place),
        minitorch.ones_like(like),
        minitorch.randn_like(like),
        like.new_zeros(3),
        like.new_tensor([1.0]),
        minitorch.zeros_like(minitorch.ones(2), device=place),
    ]
    assert {str(x.device) for x in made} == {f"{place}:0"}
    assert minitorch.zeros_like(like, device="cpu").is_cpu


def test_a_device_as_context_and_as_default(place):
    with minitorch.device(place):
        assert minitorch.zeros(2).device.type == place
        assert minitorch.tensor([1.0]).device.type == place
        assert nn.Linear(2, 1).weight.device.type == place
        with minitorch.device("cpu"):
            assert minitorch.zeros(2).is_cpu
        assert minitorch.zeros(2, device="cpu").is_cpu
        assert minitorch.from_numpy(np.zeros(2)).is_cpu
    assert minitorch.zeros(2).is_cpu
    minitorch.set_default_device(place)
    try:
        assert minitorch.get_default_device().type == place
        assert minitorch.randn(2).device.type == place
    finally:
        minitorch.set_default_device("cpu")
    assert minitorch.randn(2).is_cpu


def test_random_numbers_follow_seeds_and_states(place):
    minitorch.manual_seed(5)
    first = minitorch.randn(4, device=place)
    minitorch.manual_seed(5)
    assert minitorch.equal(minitorch.randn(4, device=place), first)
    generator = minitorch.Generator(place).manual_seed(1)
    state = generator.get_state()
    assert state.is_cpu
    x = minitorch.rand(3, device=place, generator=generator)
    y = minitorch.rand(3, device=place, generator=generator)
    assert not minitorch.equal(x, y)
    generator.set_state(state)
    assert minitorch.equal(minitorch.rand(3, device=place, generator=generator), x)
    with pytest.raises(BackendError, match="generator of cpu.*minitorch.Generator"):
        minitorch.rand(3, device=place, generator=minitorch.Generator())
    with minitorch.random.fork_rng():
        z = minitorch.rand(3, device=place)
    assert minitorch.equal(minitorch.rand(3, device=place), z)


def test_dropout_and_distributions_draw_there(place):
    x = minitorch.ones(1000, device=place)
    assert 300 < (nn.functional.dropout(x) == 0).sum().item() < 700
    assert minitorch.bernoulli(x * 0.5).device == x.device
    assert minitorch.multinomial(minitorch.ones(5, device=place), 3).device == x.device
    assert minitorch.normal(x, 1.0).device == x.device
    assert nn.init.normal_(minitorch.empty(3, device=place)).device == x.device
    assert x.clone().uniform_().device == x.device


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_files(place, tmp_path, ending):
    net = nn.Linear(3, 2).to(place)
    path = tmp_path / f"net.{ending}"
    minitorch.save(net.state_dict(), path)
    assert minitorch.load(path, map_location="cpu")["weight"].is_cpu
    state = minitorch.load(path, map_location=place)
    assert state["weight"].device.type == place
    other = nn.Linear(3, 2)
    other.load_state_dict(state)
    assert other.weight.is_cpu
    assert minitorch.equal(other.weight, net.weight.cpu())


def test_copies_and_pickles_stay_where_they_are(place):
    x = minitorch.tensor([1.0, 2.0], device=place, requires_grad=True)
    assert copy.deepcopy(x).device == x.device
    again = pickle.loads(pickle.dumps(x))
    assert again.device == x.device
    assert again.requires_grad
    assert again.tolist() == [1.0, 2.0]
    file = io.BytesIO()
    minitorch.save(x, file)
    file.seek(0)
    assert minitorch.load(file).tolist() == [1.0, 2.0]


def test_copy_between_devices(place):
    x, y = minitorch.zeros(2, device=place), minitorch.tensor([1, 2])
    assert x.copy_(y, non_blocking=True).tolist() == [1.0, 2.0]
    assert y.copy_(x + 1).tolist() == [2, 3]
    x[0] = minitorch.tensor(7.0)
    assert x.tolist() == [7.0, 2.0]


def test_views_share_memory(place):
    x = minitorch.zeros(2, 3, device=place)
    x.t()[1].add_(1)
    x.as_strided((2,), (4,)).add_(5)
    assert x.tolist() == [[5.0, 1.0, 0.0], [0.0, 6.0, 0.0]]
    assert x.t()[1]._base is x
    w = minitorch.ones(3, device=place, requires_grad=True)
    y = w * 2
    y[1:].mul_(3)
    y.sum().backward()
    assert w.grad.tolist() == [2.0, 6.0, 6.0]


OPTIMIZERS = [
    "SGD",
    "Adam",
    "AdamW",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "ASGD",
]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_step_there_as_on_the_cpu(place, name):
    minitorch.manual_seed(0)
    nets = [nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))]
    nets.append(copy.deepcopy(nets[0]).to(place))
    x = minitorch.randn(5, 4)
    for net in nets:
        steps = getattr(optim, name)(net.parameters(), lr=0.01)
        where = next(net.parameters()).device
        for _ in range(3):
            steps.zero_grad()
            net(x.to(where)).square().mean().backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            steps.step()
        state = steps.state_dict()
        steps.load_state_dict(state)
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        np.testing.assert_allclose(b.detach().cpu().numpy(), a.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_a_model_moves_with_its_gradients(place):
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    net(minitorch.randn(4, 2)).sum().backward()
    net.to(place)
    assert {x.device.type for x in [*net.parameters(), *net.buffers()]} == {place}
    assert {x.grad.device.type for x in net.parameters()} == {place}
    net(minitorch.randn(4, 2, device=place)).sum().backward()
    assert {x.device.type for x in net.cpu().parameters()} == {"cpu"}


def test_vmap_and_derivatives_there(place):
    x = minitorch.randn(3, 4, device=place)
    y = minitorch.func.vmap(lambda row: (row * row).sum())(x)
    assert y.device == x.device
    assert minitorch.allclose(y.cpu(), (x * x).sum(1).cpu())
    g = minitorch.func.grad(lambda v: (v**3).sum())(x)
    assert minitorch.allclose(g.cpu(), 3 * x.cpu() ** 2)


def test_a_loader_gives_batches_to_move(place):
    data = DataLoader(TensorDataset(minitorch.arange(6.0)), batch_size=2, pin_memory=True)
    total = sum(x.to(place, non_blocking=True).sum().item() for (x,) in data)
    assert total == 15
