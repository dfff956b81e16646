"""Programs as tutorials write them, and the small things in them that a line of a course relies on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch as torch
from minitorch import nn
from minitorch.errors import ArgumentTypeError, IndexTypeError
from minitorch.nn import functional as F
from minitorch.utils.data import DataLoader, TensorDataset

NAMED = {
    "flip": (lambda x: torch.flip(x, dims=(1,)), lambda a: a[:, ::-1]),
    "permute": (lambda x: x.permute(dims=(1, 0)), lambda a: a.T),
    "reshape": (lambda x: torch.reshape(x, shape=(3, 2)), lambda a: a.reshape(3, 2)),
    "view": (lambda x: x.view(size=(3, 2)), lambda a: a.reshape(3, 2)),
    "view as another dtype": (lambda x: x.view(dtype=torch.int32), lambda a: a.view(np.int32)),
    "expand": (lambda x: x.expand(size=(2, 2, 3)), lambda a: np.stack([a, a])),
    "repeat": (lambda x: x.repeat(repeats=(2, 1)), lambda a: np.tile(a, (2, 1))),
    "tile": (lambda x: torch.tile(x, dims=(2,)), lambda a: np.tile(a, (1, 2))),
}


@pytest.mark.parametrize("name", NAMED)
def test_sizes_and_dims_may_be_named(name: str) -> None:
    ours, reference = NAMED[name]
    a = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert np.array_equal(ours(torch.tensor(a)).numpy(), reference(a))


def test_randint_takes_all_its_arguments_by_name() -> None:
    x = torch.randint(high=3, size=(50,))
    assert x.shape == (50,)
    assert 0 <= x.min() <= x.max() < 3


def test_a_loss_prints_as_a_number() -> None:
    loss = torch.tensor(0.25, requires_grad=True)
    assert f"loss {loss}" == "loss 0.25"
    assert f"{loss * 2:.3f}" == "0.500"
    assert f"{torch.tensor([1, 2])}" == "tensor([1, 2])"


def test_a_tensor_of_a_range() -> None:
    assert torch.equal(torch.tensor(range(3)), torch.arange(3))
    assert torch.tensor([range(2), range(2, 4)]).tolist() == [[0, 1], [2, 3]]


def test_std_of_equal_numbers_has_the_gradient_zero() -> None:
    x = torch.tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]], requires_grad=True)
    x.std(1).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [[0, 0, 0], [-0.5, 0, 0.5]], atol=1e-7)


@pytest.mark.parametrize("n", [3, 4])
def test_cubes_and_fourth_powers(n: int) -> None:
    a = np.array([-1.7, 0.0, 0.3, 2.5])
    x = torch.tensor(a, requires_grad=True)
    y = x**n
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), x)
    np.testing.assert_allclose(y.detach().numpy(), a**n, rtol=1e-14)
    np.testing.assert_allclose(slope.detach().numpy(), n * a ** (n - 1), rtol=1e-14)
    np.testing.assert_allclose(bend.numpy(), n * (n - 1) * a ** (n - 2), rtol=1e-14)


def test_what_is_no_index_is_an_index_error() -> None:
    x = torch.ones(3)
    for wrong in (1.5, "a", torch.tensor([0.0, 1.0])):
        with pytest.raises(IndexError, match="index") as error:
            x[wrong]
        assert isinstance(error.value, IndexTypeError)


NOT_TENSORS = {
    "linear": lambda: nn.Linear(2, 2)([[1.0, 2.0]]),
    "linear, array": lambda: nn.Linear(2, 2)(np.zeros((1, 2), np.float32)),
    "conv2d": lambda: nn.Conv2d(1, 1, 2)(np.zeros((1, 4, 4), np.float32)),
    "max_pool2d": lambda: nn.MaxPool2d(2)(np.zeros((1, 4, 4))),
    "mse_loss": lambda: F.mse_loss(torch.zeros(2), 0.0),
    "l1_loss": lambda: F.l1_loss(torch.zeros(2), np.zeros(2)),
    "binary_cross_entropy": lambda: F.binary_cross_entropy(torch.zeros(2), [0.0, 1.0]),
    "kl_div": lambda: F.kl_div(torch.zeros(2), 1.0, reduction="sum"),
    "nll_loss": lambda: F.nll_loss(torch.zeros(2, 3), [0, 1]),
    "cross_entropy": lambda: F.cross_entropy(torch.zeros(2, 3), np.array([0, 1])),
    "softmax": lambda: torch.softmax([1.0, 2.0], 0),
    "argmax": lambda: torch.argmax([1, 2]),
}


@pytest.mark.parametrize("name", NOT_TENSORS)
def test_lists_and_arrays_in_place_of_tensors_are_refused_by_name(name: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"{name.split(',')[0]}: .*Tensor, got (list|ndarray|float)"):
        NOT_TENSORS[name]()


def two_moons() -> tuple[torch.Tensor, torch.Tensor]:
    """Two half circles that a line cannot part; the classes take turns."""
    angle = np.linspace(0, np.pi, 60)
    outer, inner = np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)]
    points = np.stack([outer, inner], 1).reshape(-1, 2).astype(np.float32)
    return torch.from_numpy(points), torch.tensor([0, 1] * 60)


def trainer() -> tuple[nn.Module, Any, Any]:
    """A model, its optimizer and schedule, the same at every call."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.2)
    return net, optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)


def epoch(net: nn.Module, optimizer: Any, scheduler: Any, loader: DataLoader[Any]) -> float:
    """One pass over the data; the last batch's loss."""
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()
    return float(loss)


def test_training_resumed_from_a_file_goes_on_as_if_never_stopped(tmp_path: Path) -> None:
    x, y = two_moons()
    loader = DataLoader(TensorDataset(x, y), batch_size=30)
    net, optimizer, scheduler = trainer()
    for _ in range(5):
        epoch(net, optimizer, scheduler, loader)
    torch.save(
        {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()},
        tmp_path / "run.ckpt",
    )
    straight = [epoch(net, optimizer, scheduler, loader) for _ in range(30)]

    net, optimizer, scheduler = trainer()
    state = torch.load(tmp_path / "run.ckpt")
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    assert [epoch(net, optimizer, scheduler, loader) for _ in range(30)] == straight
    with torch.no_grad():
        assert (net(x).argmax(1) == y).float().mean() > 0.97


def test_accumulated_gradients_are_those_of_the_whole_batch() -> None:
    x, y = two_moons()
    net, _, _ = trainer()
    F.cross_entropy(net(x), y).backward()
    whole = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    for part in range(4):
        (F.cross_entropy(net(x[part::4]), y[part::4]) / 4).backward()
    for p, g in zip(net.parameters(), whole, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), g.numpy(), atol=1e-6)


def test_frozen_layers_stay_and_the_new_head_learns() -> None:
    x, y = two_moons()
    net, _, _ = trainer()
    net.requires_grad_(False)
    net[2] = nn.Linear(16, 2)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.5, momentum=0.9)
    losses = []
    for _ in range(20):
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 1.5
    changed = [name for name, value in net.state_dict().items() if not torch.equal(value, before[name])]
    assert changed == ["2.weight", "2.bias"]
