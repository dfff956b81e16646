"""Random numbers: repeatable, of the right distribution, in the right dtype."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import minitorch
from minitorch import Generator

N = 20_000
DRAWS: dict[str, Any] = {
    "rand": lambda g: minitorch.rand(50, generator=g),
    "randn": lambda g: minitorch.randn(50, generator=g),
    "randint": lambda g: minitorch.randint(0, 99, (50,), generator=g),
    "randperm": lambda g: minitorch.randperm(50, generator=g),
    "normal": lambda g: minitorch.normal(1.0, 2.0, (50,), generator=g),
    "bernoulli": lambda g: minitorch.bernoulli(minitorch.full((50,), 0.5), generator=g),
    "multinomial": lambda g: minitorch.multinomial(minitorch.arange(1.0, 51.0), 30, generator=g),
    "uniform_": lambda g: minitorch.empty(50).uniform_(generator=g),
    "normal_": lambda g: minitorch.empty(50).normal_(generator=g),
    "log_normal_": lambda g: minitorch.empty(50).log_normal_(generator=g),
    "exponential_": lambda g: minitorch.empty(50).exponential_(generator=g),
    "cauchy_": lambda g: minitorch.empty(50).cauchy_(generator=g),
    "geometric_": lambda g: minitorch.empty(50).geometric_(0.3, generator=g),
    "bernoulli_": lambda g: minitorch.empty(50).bernoulli_(generator=g),
    "random_": lambda g: minitorch.empty(50).random_(generator=g),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_repeats(name: str) -> None:
    draw = DRAWS[name]
    a, b = draw(Generator().manual_seed(3)), draw(Generator().manual_seed(3))
    assert minitorch.equal(a, b)
    g = Generator().manual_seed(3)
    assert minitorch.equal(draw(g), a)
    assert not minitorch.equal(draw(g), a)
    assert not minitorch.equal(draw(Generator().manual_seed(4)), a)


@pytest.mark.parametrize("name", DRAWS)
def test_the_default_generator(name: str) -> None:
    draw = DRAWS[name]
    minitorch.manual_seed(5)
    a = draw(None)
    minitorch.manual_seed(5)
    assert minitorch.equal(draw(None), a)
    assert minitorch.equal(draw(Generator().manual_seed(5)), a)


@pytest.mark.parametrize("name", DRAWS)
def test_a_state_continues(name: str) -> None:
    draw, g = DRAWS[name], Generator().manual_seed(1)
    draw(g)
    state = g.get_state()
    assert state.dtype is minitorch.uint8
    a = draw(g)
    g.set_state(state)
    assert minitorch.equal(draw(g), a)
    other = Generator()
    other.set_state(state)
    assert minitorch.equal(draw(other), a)


def test_the_state_of_the_default_generator() -> None:
    state = minitorch.get_rng_state()
    a = minitorch.rand(3)
    minitorch.set_rng_state(state)
    assert minitorch.equal(minitorch.rand(3), a)


def test_seeds() -> None:
    assert minitorch.manual_seed(7) is minitorch.default_generator
    assert minitorch.initial_seed() == 7
    assert Generator().manual_seed(-1).initial_seed() == 2**64 - 1
    assert minitorch.seed() == minitorch.initial_seed()
    assert Generator().seed() != Generator().seed()
    assert Generator("cpu").device == minitorch.device("cpu")


FITS: dict[str, tuple[Any, Any]] = {
    "rand": (lambda g: minitorch.rand(N, generator=g), stats.uniform()),
    "randn": (lambda g: minitorch.randn(N, generator=g), stats.norm()),
    "normal": (lambda g: minitorch.normal(1.0, 2.0, (N,), generator=g), stats.norm(1, 2)),
    "uniform_": (lambda g: minitorch.empty(N).uniform_(-2, 3, generator=g), stats.uniform(-2, 5)),
    "normal_": (lambda g: minitorch.empty(N).normal_(5, 0.5, generator=g), stats.norm(5, 0.5)),
    "log_normal_": (
        lambda g: minitorch.empty(N).log_normal_(0.2, 0.7, generator=g),
        stats.lognorm(0.7, scale=math.exp(0.2)),
    ),
    "exponential_": (lambda g: minitorch.empty(N).exponential_(2.0, generator=g), stats.expon(scale=0.5)),
    "cauchy_": (lambda g: minitorch.empty(N).cauchy_(1.0, 3.0, generator=g), stats.cauchy(1, 3)),
}


@pytest.mark.parametrize("name", FITS)
def test_distributions(name: str) -> None:
    draw, expected = FITS[name]
    values = draw(Generator().manual_seed(0)).double().numpy()
    assert stats.kstest(values, expected.cdf).pvalue > 1e-3


def test_discrete_distributions() -> None:
    g = Generator().manual_seed(0)
    trials = minitorch.empty(N).geometric_(0.3, generator=g)
    assert trials.min() == 1
    assert trials.mean().item() == pytest.approx(1 / 0.3, rel=0.03)
    assert minitorch.empty(N).bernoulli_(0.2, generator=g).mean().item() == pytest.approx(0.2, abs=0.01)
    chances = minitorch.tensor([0.0, 1.0, 0.25]).expand(N, 3)
    means = minitorch.bernoulli(chances, generator=g).mean(0)
    assert means[:2].tolist() == [0, 1]
    assert means[2].item() == pytest.approx(0.25, abs=0.01)
    dice = minitorch.randint(1, 7, (N,), generator=g)
    counts = np.bincount(dice.numpy(), minlength=7)[1:]
    assert stats.chisquare(counts).pvalue > 1e-3
    drawn = minitorch.multinomial(minitorch.tensor([1.0, 0.0, 3.0]), N, replacement=True, generator=g)
    assert np.bincount(drawn.numpy(), minlength=3)[1] == 0
    assert (drawn == 2).double().mean().item() == pytest.approx(0.75, abs=0.02)


def test_permutations() -> None:
    g = Generator().manual_seed(0)
    assert sorted(minitorch.randperm(100, generator=g).tolist()) == list(range(100))
    firsts = [minitorch.randperm(5, generator=g)[0].item() for _ in range(2000)]
    assert stats.chisquare(np.bincount(firsts, minlength=5)).pvalue > 1e-3
    without = minitorch.multinomial(minitorch.ones(10), 10, generator=g)
    assert sorted(without.tolist()) == list(range(10))


def test_complex_normal() -> None:
    z = minitorch.randn(N, dtype=minitorch.complex64, generator=Generator().manual_seed(0))
    assert (z.abs() ** 2).mean().item() == pytest.approx(1, abs=0.03)
    assert z.real.var().item() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_never_reaches_one(dtype: str) -> None:
    kind = getattr(minitorch, dtype)
    x = minitorch.rand(200_000, dtype=kind, generator=Generator().manual_seed(0))
    assert x.dtype is kind
    assert x.min() >= 0
    assert x.max() < 1
    y = minitorch.empty(1000, dtype=kind).uniform_(2, 3)
    assert y.min() >= 2
    assert y.dtype is kind


def test_random_integers_of_every_dtype() -> None:
    for dtype in (minitorch.uint8, minitorch.int8, minitorch.int16, minitorch.int32, minitorch.int64):
        x = minitorch.empty(5000, dtype=dtype).random_(generator=Generator().manual_seed(0))
        assert x.min() >= 0
        assert x.max().item() > minitorch.iinfo(dtype).max * 0.9
    f = minitorch.empty(5000).random_(generator=Generator().manual_seed(0))
    assert minitorch.equal(f, f.round())
    assert 2**23 < f.max().item() <= 2**24
    assert set(minitorch.empty(100).random_(3, 5).tolist()) == {3, 4}
    assert set(minitorch.empty(100).random_(2).tolist()) == {0, 1}


def test_filling_a_recorded_value_ends_its_gradient() -> None:
    x = minitorch.ones(3, requires_grad=True)
    h = x * 2
    h.uniform_()
    (h * 5).sum().backward()
    assert x.grad.tolist() == [0, 0, 0]
