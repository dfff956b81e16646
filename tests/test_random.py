"""Random numbers: repeatable, of the right distribution, in the right dtype."""

from __future__ import annotations

import copy
import math
import pickle
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
    "poisson": lambda g: minitorch.poisson(minitorch.full((50,), 9.0), generator=g),
    "binomial": lambda g: minitorch.binomial(minitorch.full((50,), 9.0), minitorch.full((50,), 0.5), g),
    "replaced": lambda g: minitorch.multinomial(minitorch.ones(3, 50), 30, True, generator=g),
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


def test_a_state_remembers_its_seed() -> None:
    g = Generator().manual_seed(12)
    other = Generator().set_state(g.get_state())
    assert other.initial_seed() == 12
    with pytest.raises(TypeError, match="set_state: expected the uint8 tensor that get_state"):
        g.set_state(minitorch.ones(3))


@pytest.mark.parametrize(
    "again", [Generator.clone_state, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))]
)
def test_copies_of_generators_go_their_own_way(again: Any) -> None:
    g = Generator().manual_seed(3)
    minitorch.rand(5, generator=g)
    other = again(g)
    a = minitorch.rand(5, generator=g)
    assert minitorch.equal(minitorch.rand(5, generator=other), a)
    assert not minitorch.equal(minitorch.rand(5, generator=g), a)


def test_forks_leave_no_trace() -> None:
    minitorch.manual_seed(1)
    a = minitorch.rand(3)
    minitorch.manual_seed(1)
    with pytest.raises(RuntimeError, match="inside"), minitorch.random.fork_rng():
        minitorch.manual_seed(99)
        raise RuntimeError("inside")
    assert minitorch.equal(minitorch.rand(3), a)
    with minitorch.random.fork_rng(enabled=False):
        minitorch.manual_seed(1)
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


@pytest.mark.parametrize("rate", [0.0, 0.7, 40.0])
def test_poisson(rate: float) -> None:
    x = minitorch.poisson(minitorch.full((N,), rate), generator=Generator().manual_seed(0)).double()
    assert x.mean().item() == pytest.approx(rate, rel=0.03)
    assert x.var().item() == pytest.approx(rate, rel=0.05)


def test_binomial() -> None:
    counts, chances = minitorch.tensor([3.0, 8.0]), minitorch.tensor([0.5, 0.25])
    x = minitorch.binomial(counts.expand(N, 2), chances.expand(N, 2), Generator().manual_seed(0))
    assert ((x >= 0) & (x <= counts)).all()
    np.testing.assert_allclose(x.mean(0), counts * chances, rtol=0.03)


def test_drawing_without_replacement_is_drawing_one_after_the_other() -> None:
    w = minitorch.tensor([1.0, 2.0, 0.0, 5.0])
    pairs = minitorch.multinomial(w.expand(N, 4), 2, generator=Generator().manual_seed(0)).numpy()
    for i, j in [(0, 1), (3, 0), (1, 3)]:
        wanted = w[i].item() / 8 * w[j].item() / (8 - w[i].item())
        assert ((pairs == [i, j]).all(1)).mean() == pytest.approx(wanted, abs=0.01)
    assert not (pairs == 2).any()


@pytest.mark.parametrize(
    "draw",
    [
        lambda p: minitorch.normal(p, p),
        lambda p: minitorch.normal(0.0, p),
        lambda p: minitorch.normal(p, 1.0),
        minitorch.bernoulli,
        minitorch.poisson,
        lambda p: minitorch.binomial(minitorch.full((2, 3), 4.0), p),
    ],
)
def test_chance_has_no_slope(draw: Any) -> None:
    p = minitorch.full((2, 3), 0.5, requires_grad=True)
    draw(p).sum().backward()
    assert p.grad.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minitorch.multinomial(minitorch.tensor([1.0, -1.0]), 1), "weights must be finite, not neg"),
        (lambda: minitorch.multinomial(minitorch.tensor([0.0, 0.0]), 1), "weights must be finite, not neg"),
        (lambda: minitorch.multinomial(minitorch.tensor([[1.0, 0.0]]), 2), "2 samples without replacement"),
        (lambda: minitorch.multinomial(minitorch.tensor([1, 2]), 1), "weights must be floating-point"),
        (lambda: minitorch.multinomial(minitorch.ones(2), 0), "num_samples must be positive"),
        (lambda: minitorch.poisson(-minitorch.ones(2)), "poisson: rates must be finite and not negative"),
        (lambda: minitorch.binomial(-minitorch.ones(2), minitorch.ones(2)), "counts must not be negative"),
        (lambda: minitorch.binomial(minitorch.ones(2), minitorch.full((2,), 1.5)), "probabilities must lie"),
        (lambda: minitorch.normal(1.0, 2.0), "normal: give a size, or a tensor"),
        (lambda: minitorch.normal(minitorch.ones(2), 2.0, size=(2,)), "mean and std must be numbers"),
        (lambda: minitorch.ones(2).cauchy_(sigma=0), "cauchy_: sigma must be positive"),
        (lambda: minitorch.ones(2).log_normal_(std=0), "log_normal_: std must be positive"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(minitorch.errors.MinitorchError, match=message):
        call()


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
