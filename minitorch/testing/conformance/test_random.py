"""The contract of random generators: determined by the seed, in range, with the right moments."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch.backend import Backend

DRAWS = [
    ("uniform", ((50,), np.dtype("float32"))),
    ("uniform", ((50,), np.dtype("float64"))),
    ("normal", ((50,), np.dtype("float32"))),
    ("integers", (0, 1000, (50,), np.dtype("int64"))),
    ("permutation", (50, np.dtype("int64"))),
    ("keep_mask", ((50,), 0.5)),
]
names = [f"{name}-{i}" for i, (name, _) in enumerate(DRAWS)]


@pytest.mark.parametrize(("name", "args"), DRAWS, ids=names)
def test_the_seed_determines_everything(backend: Backend, name: str, args: tuple[object, ...]) -> None:
    """Equal seeds give equal numbers, others others, and the numbers go on."""
    a, b, c = (backend.random_generator(seed) for seed in (7, 7, 8))
    first, again, other = (backend.to_numpy(getattr(g, name)(*args)) for g in (a, b, c))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (backend.to_numpy(getattr(a, name)(*args)) != first).any()


@pytest.mark.parametrize(("name", "args"), DRAWS, ids=names)
def test_the_state_can_be_set(backend: Backend, name: str, args: tuple[object, ...]) -> None:
    """From a state on the same numbers follow, in another generator, too."""
    generator, other = backend.random_generator(1), backend.random_generator(2)
    getattr(generator, name)(*args)
    state = generator.get_state()
    assert state.dtype == np.uint8
    first = backend.to_numpy(getattr(generator, name)(*args))
    other.set_state(state)
    np.testing.assert_array_equal(backend.to_numpy(getattr(other, name)(*args)), first)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_uniform(backend: Backend, kind: str) -> None:
    """From 0, and always below 1."""
    x = backend.to_numpy(backend.random_generator(0).uniform((20000,), np.dtype(kind))).astype("float64")
    assert x.min() >= 0
    assert x.max() < 1
    assert abs(x.mean() - 1 / 2) < 0.01
    assert abs(x.var() - 1 / 12) < 0.005


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "complex64"])
def test_normal(backend: Backend, kind: str) -> None:
    """Mean 0 and variance 1, in all tails."""
    x = backend.to_numpy(backend.random_generator(0).normal((20000,), np.dtype(kind)))
    assert x.dtype == kind
    x = x.astype("complex128" if x.dtype.kind == "c" else "float64")
    assert abs(x.mean()) < 0.03
    assert abs((abs(x) ** 2).mean() - 1) < 0.05
    assert abs((x.real > 0).mean() - 0.5) < 0.02


def test_integers(backend: Backend) -> None:
    """The lower bound counts, the upper one does not."""
    x = backend.to_numpy(backend.random_generator(0).integers(-2, 3, (5000,), np.dtype("int32")))
    assert x.dtype == np.int32
    values, counts = np.unique(x, return_counts=True)
    assert values.tolist() == [-2, -1, 0, 1, 2]
    assert counts.min() > 850


def test_permutation(backend: Backend) -> None:
    """Each number once; every place is reached."""
    generator = backend.random_generator(0)
    rows = np.stack([backend.to_numpy(generator.permutation(5, np.dtype("int64"))) for _ in range(500)])
    np.testing.assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(5), (500, 1)))
    assert abs(rows.mean(axis=0) - 2).max() < 0.3


def test_keep_mask(backend: Backend) -> None:
    """True as often as asked; 0 and 1 are never and always."""
    generator = backend.random_generator(0)
    mask = backend.to_numpy(generator.keep_mask((100, 200), 0.3))
    assert mask.dtype == bool
    assert abs(mask.mean() - 0.3) < 0.02
    assert not backend.to_numpy(generator.keep_mask((1000,), 0.0)).any()
    assert backend.to_numpy(generator.keep_mask((1000,), 1.0)).all()
