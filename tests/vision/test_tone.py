"""Tones, random policies, and mixtures of images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors
from minitorch.vision import transforms as T
from minitorch.vision.transforms import functional as F
from minitorch.vision.transforms.policies import strength

Image = pytest.importorskip("PIL.Image")


def noise(seed: int = 0) -> Any:
    """Bytes (3, 20, 24), darker than white."""
    return np.random.default_rng(seed).integers(10, 200, (3, 20, 24), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("invert", ()),
        ("posterize", (3,)),
        ("solarize", (100,)),
        ("autocontrast", ()),
        ("equalize", ()),
        ("adjust_sharpness", (0.2,)),
        ("adjust_sharpness", (1.9,)),
    ],
)
def test_tensors_change_as_images_of_pillow_do(name: str, args: tuple[Any, ...]) -> None:
    x = noise()
    change = getattr(F, name)
    of_tensor = change(minitorch.tensor(x), *args).numpy().astype(int)
    of_image = np.asarray(change(Image.fromarray(x.transpose(1, 2, 0)), *args)).transpose(2, 0, 1).astype(int)
    assert np.abs(of_tensor - of_image).max() <= 1
    batch = minitorch.tensor(np.stack([x, noise(1)]))
    np.testing.assert_array_equal(change(batch, *args)[0].numpy(), of_tensor)


def test_equalized_tones_are_spread_evenly() -> None:
    tones = np.random.default_rng(0).triangular(10, 60, 200, (3, 200, 200)).astype(np.uint8)
    for channel in F.equalize(minitorch.tensor(tones)).numpy():
        assert np.abs(np.sort(channel.ravel()) - np.linspace(0, 255, 40000)).max() < 8


def test_one_tone_stays() -> None:
    x = minitorch.full((3, 5, 5), 77, dtype=minitorch.uint8)
    assert F.autocontrast(x).equal(x)
    assert F.equalize(x).equal(x)


@pytest.mark.parametrize("make", [T.RandAugment, T.AutoAugment])
def test_policies_repeat_by_seed_and_change_images(make: Any) -> None:
    x = minitorch.tensor(noise())
    results = []
    for seed in (3, 3, 4, 5, 6):
        minitorch.manual_seed(seed)
        results.append(make(fill=128)(x))
    assert results[0].equal(results[1])
    assert results[0].dtype is minitorch.uint8
    assert any(not r.equal(results[0]) for r in results[2:])


def test_strengths_grow_from_nothing_to_the_most() -> None:
    assert [strength("Rotate", k, 4, 20, 24) for k in range(4)] == pytest.approx([0, 10, 20, 30])
    assert [strength("Posterize", k, 5, 20, 24) for k in range(5)] == [8, 7, 6, 5, 4]
    assert [strength("Solarize", k, 3, 20, 24) for k in range(3)] == [255, 127.5, 0]
    assert strength("TranslateX", 9, 10, 20, 331) == pytest.approx(150)
    assert strength("Equalize", 5, 10, 20, 24) == 0


def test_mixup_is_its_formula() -> None:
    x = minitorch.rand(4, 3, 5, 6)
    labels = minitorch.tensor([0, 2, 1, 2])
    y, mixed = T.MixUp(alpha=0.7, num_classes=3)(x, labels)
    share = float(mixed[0, 0])  # of class 0, which only the first image has
    before = np.roll(x.numpy(), 1, 0)
    np.testing.assert_allclose(y.numpy(), share * x.numpy() + (1 - share) * before, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(mixed.numpy().sum(1), 1, rtol=1e-6)
    hot = np.eye(3)[[0, 2, 1, 2]]
    np.testing.assert_allclose(mixed.numpy(), share * hot + (1 - share) * np.roll(hot, 1, 0), atol=1e-6)


def test_cutmix_takes_a_rectangle_and_counts_its_pixels() -> None:
    minitorch.manual_seed(0)
    x = minitorch.arange(3.0).reshape(3, 1, 1, 1).expand(3, 2, 8, 10)
    hot = minitorch.eye(3)
    sizes = set()
    for _ in range(30):
        y, labels = T.CutMix()((x, hot))
        foreign = y[1, 0].numpy() == 0
        rows, columns = np.nonzero(foreign)
        assert not len(rows) or len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        assert float(labels[1, 0]) == pytest.approx(foreign.mean(), abs=1e-6)
        assert float(labels[1, 1]) == pytest.approx(1 - foreign.mean(), abs=1e-6)
        sizes.add(len(rows))
    assert len(sizes) > 5


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.ArgumentError, lambda: F.posterize(minitorch.zeros(3, 4, 4, dtype=minitorch.uint8), 9)),
        (errors.ArgumentTypeError, lambda: F.posterize(minitorch.zeros(3, 4, 4), 3)),
        (errors.ArgumentTypeError, lambda: F.equalize(minitorch.zeros(3, 4, 4))),
        (errors.ArgumentTypeError, lambda: F.solarize(minitorch.zeros(3, 4, 4), 2.0)),
        (errors.ArgumentTypeError, lambda: F.invert(minitorch.zeros(5, 4, 4))),
        (errors.ArgumentError, lambda: T.RandAugment(magnitude=31)),
        (errors.ArgumentError, lambda: T.AutoAugment("imagenet")),
        (errors.ArgumentError, lambda: T.MixUp(alpha=0.0)),
        (errors.ArgumentError, lambda: T.MixUp()(minitorch.zeros(2, 1, 4, 4), minitorch.tensor([0, 1]))),
        (errors.ArgumentError, lambda: T.MixUp()(minitorch.zeros(2, 1, 4, 4), minitorch.zeros(3, 2))),
        (
            errors.ArgumentError,
            lambda: T.CutMix(num_classes=3)(minitorch.zeros(2, 1, 4, 4), minitorch.zeros(2, 2)),
        ),
        (errors.ArgumentTypeError, lambda: T.MixUp()(minitorch.zeros(2, 1, 4, 4))),
        (
            errors.ArgumentTypeError,
            lambda: T.MixUp()(minitorch.zeros(2, 1, 4, 4, dtype=minitorch.uint8), minitorch.zeros(2, 2)),
        ),
    ],
)
def test_what_cannot_be_is_refused(error: type[Exception], call: Any) -> None:
    with pytest.raises(error):
        call()
