"""Tutorial programs, run in both libraries from the same weights: the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
import minitorch.nn
import minitorch.optim

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def filled(lib: Any, module: Any, scale: float = 0.2) -> Any:
    """The module with parameters that are the same in both libraries."""
    rng = np.random.default_rng(0)
    with lib.no_grad():
        for p in module.parameters():
            p.copy_(lib.from_numpy((rng.normal(size=tuple(p.shape)) * scale).astype(np.float32)))
    return module


def numbers(lib: Any, rng: np.random.Generator, *shape: int) -> Any:
    return lib.from_numpy(rng.normal(size=shape).astype(np.float32))


def gan(lib: Any) -> list[Any]:
    """Two steps of a small DCGAN."""
    nn, rng = lib.nn, np.random.default_rng(1)
    generator = filled(lib, nn.Sequential(
        nn.ConvTranspose2d(5, 8, 4, 1, 0, bias=False), nn.BatchNorm2d(8), nn.ReLU(True),
        nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False), nn.Tanh(),
    ))  # fmt: skip
    critic = filled(lib, nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(4, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
    ))  # fmt: skip
    loss = nn.BCELoss()
    steps = [lib.optim.Adam(net.parameters(), lr=2e-3, betas=(0.5, 0.999)) for net in (critic, generator)]
    seen = []
    for _ in range(2):
        fake = generator(numbers(lib, rng, 3, 5, 1, 1))
        critic.zero_grad()
        real_loss = loss(critic(numbers(lib, rng, 3, 3, 8, 8)).view(-1), lib.ones(3))
        fake_loss = loss(critic(fake.detach()).view(-1), lib.zeros(3))
        (real_loss + fake_loss).backward()
        steps[0].step()
        generator.zero_grad()
        fooled = loss(critic(fake).view(-1), lib.ones(3))
        fooled.backward()
        steps[1].step()
        seen += [real_loss, fake_loss, fooled]
    return seen + list(generator.state_dict().values()) + list(critic.state_dict().values())


def gradient_penalty(lib: Any) -> list[Any]:
    """The penalty of WGAN-GP, differentiated through the gradient of the input."""
    nn, rng = lib.nn, np.random.default_rng(2)
    critic = filled(lib, nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1), nn.LayerNorm([4, 4, 4]), nn.SiLU(), nn.Flatten(), nn.Linear(64, 1)
    ))  # fmt: skip
    x = numbers(lib, rng, 3, 1, 8, 8).requires_grad_()
    score = critic(x)
    (g,) = lib.autograd.grad(score, x, grad_outputs=lib.ones_like(score), create_graph=True)
    penalty = ((g.view(3, -1).norm(2, dim=1) - 1) ** 2).mean()
    penalty.backward()
    return [penalty, *(p.grad for p in critic.parameters() if p.grad is not None)]


def meta_learning(lib: Any) -> list[Any]:
    """One step of MAML: the outer gradient goes through three inner steps."""
    rng = np.random.default_rng(3)
    w = numbers(lib, rng, 3, 1).requires_grad_()
    total = lib.zeros(())
    for _ in range(2):
        x, fast = numbers(lib, rng, 6, 3), w
        y = lib.sin(x).sum(1, keepdim=True)
        for _ in range(3):
            loss = lib.nn.functional.mse_loss(lib.tanh(x @ fast), y)
            fast = fast - 0.1 * lib.autograd.grad(loss, fast, create_graph=True)[0]
        total = total + lib.nn.functional.mse_loss(lib.tanh(x @ fast), y)
    total.backward()
    return [total, w.grad]


def tagger(lib: Any) -> list[Any]:
    """Embedding, bidirectional LSTM, log-softmax and a clipped step of AdamW."""
    nn, rng = lib.nn, np.random.default_rng(4)
    embedding, lstm, head = nn.Embedding(9, 6), nn.LSTM(6, 5, bidirectional=True), nn.Linear(10, 3)
    layers = filled(lib, nn.ModuleList([embedding, lstm, head]))
    optimizer = lib.optim.AdamW(layers.parameters(), lr=1e-2)
    seen = []
    for _ in range(3):
        words, tags = lib.from_numpy(rng.integers(0, 9, 7)), lib.from_numpy(rng.integers(0, 3, 7))
        hidden, _ = lstm(embedding(words).view(7, 1, -1))
        loss = nn.functional.nll_loss(nn.functional.log_softmax(head(hidden.view(7, -1)), dim=1), tags)
        optimizer.zero_grad()
        loss.backward()
        seen += [loss, nn.utils.clip_grad_norm_(layers.parameters(), 0.5)]
        optimizer.step()
    return seen + list(layers.parameters())


def constant_columns(lib: Any) -> list[Any]:
    """Standardising data one column of which is constant."""
    x = lib.tensor([[2.0, 1.0], [2.0, 3.0], [2.0, 4.0]], requires_grad=True)
    z = (x - x.mean(0)) / (x.std(dim=0) + 1e-5)
    (z * lib.tensor([[1.0], [2.0], [4.0]])).sum().backward()
    return [z, x.grad]


@pytest.mark.parametrize("program", [gan, gradient_penalty, meta_learning, tagger, constant_columns])
def test_the_numbers_are_the_same(program: Callable[[Any], list[Any]]) -> None:
    ours, theirs = program(minitorch), program(torch)
    assert len(ours) == len(theirs) > 0
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("value", [0.1, -2.0, float("nan"), 3])
def test_formatting_of_a_number(value: float) -> None:
    assert f"{minitorch.tensor(value)}" == f"{torch.tensor(value)}"
    assert f"{minitorch.tensor(value):8.3f}" == f"{torch.tensor(value):8.3f}"
