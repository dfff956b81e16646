"""The networks that make pictures and judge them."""

from __future__ import annotations

import minitorch
from minitorch import nn
from minitorch.models import Discriminator, Generator, weights_init


def test_sizes_of_the_tutorial() -> None:
    counts = [sum(p.numel() for p in net.parameters()) for net in (Generator(), Discriminator())]
    assert counts == [3_576_704, 2_765_568]
    assert [i for i, m in enumerate(Generator(ngf=2).main) if isinstance(m, nn.BatchNorm2d)] == [1, 4, 7, 10]
    assert [i for i, m in enumerate(Discriminator(ndf=2).main) if isinstance(m, nn.BatchNorm2d)] == [3, 6, 9]


def test_first_values() -> None:
    minitorch.manual_seed(0)
    net = Generator(ngf=16)
    assert net.apply(weights_init) is net
    assert abs(net.main[0].weight.std().item() - 0.02) < 1e-3
    assert abs(net.main[1].weight.mean().item() - 1) < 0.01
    assert not net.main[1].bias.any()


def test_one_learns_to_tell_and_the_other_to_mislead() -> None:
    minitorch.manual_seed(0)
    maker, judge = Generator(8, 4, 1).apply(weights_init), Discriminator(1, 4).apply(weights_init)
    real, noise, criterion = minitorch.ones(4, 1, 64, 64) * 0.8, minitorch.randn(4, 8, 1, 1), nn.BCELoss()
    rules = [minitorch.optim.Adam(net.parameters(), lr=2e-3, betas=(0.5, 0.999)) for net in (maker, judge)]
    yes, no = minitorch.ones(4), minitorch.zeros(4)
    made = maker(noise)
    assert made.shape == real.shape
    assert made.abs().max().item() <= 1

    def verdicts() -> minitorch.Tensor:
        return judge(maker(noise)).flatten()

    losses = []
    for _ in range(8):
        loss = criterion(judge(real).flatten(), yes) + criterion(judge(maker(noise).detach()).flatten(), no)
        judge.zero_grad()
        loss.backward()
        rules[1].step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    before = verdicts().mean().item()
    for _ in range(8):
        loss = criterion(verdicts(), yes)
        maker.zero_grad()
        loss.backward()
        rules[0].step()
    assert verdicts().mean().item() > before
