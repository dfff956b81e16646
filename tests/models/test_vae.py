"""The variational autoencoder."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch
from minitorch.models import VAE, vae_loss


def test_names_and_sizes() -> None:
    model = VAE()
    assert [name for name, _ in model.named_children()] == ["fc1", "fc21", "fc22", "fc3", "fc4"]
    assert sum(p.numel() for p in model.parameters()) == 652_824


def test_a_sample_has_the_mean_and_the_variance_that_were_asked_for() -> None:
    minitorch.manual_seed(0)
    mu, logvar = minitorch.full((20_000, 1), 3.0), minitorch.full((20_000, 1), 4.0).log()
    z = VAE(4, 3, 1).reparameterize(mu, logvar)
    assert z.mean().item() == pytest.approx(3, abs=0.05)
    assert z.var().item() == pytest.approx(4, abs=0.15)


def test_the_loss_is_the_bound() -> None:
    rng = np.random.default_rng(0)
    y, x = rng.uniform(0.1, 0.9, (2, 5)), rng.uniform(0, 1, (2, 5))
    mu, logvar = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    pixels = -(x * np.log(y) + (1 - x) * np.log(1 - y)).sum()
    divergence = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).sum()
    got = vae_loss(*(minitorch.tensor(v) for v in (y, x, mu, logvar)))
    assert got.item() == pytest.approx(pixels + divergence, rel=1e-9)


def test_it_learns_two_pictures() -> None:
    minitorch.manual_seed(0)
    x = minitorch.tensor([[1.0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]]).repeat(8, 1)
    model = VAE(6, 16, 2)
    rule = minitorch.optim.Adam(model.parameters(), lr=2e-2)
    losses = []
    for _ in range(120):
        loss = vae_loss(*(lambda y, mu, logvar: (y, x, mu, logvar))(*model(x)))
        rule.zero_grad()
        loss.backward()
        rule.step()
        losses.append(loss.item() / len(x))
    assert losses[0] > 4
    assert min(losses[-10:]) < 2  # ln 2 for which of the two, and what of the pixels remains
    assert ((model.decode(model.encode(x[:2])[0]) > 0.5) == x[:2].bool()).all()
