"""Transforms of images: what they do by their formulas, on both kinds of images, and by their seeds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors
from minitorch.vision import transforms as T
from minitorch.vision.transforms import functional as F

Image = pytest.importorskip("PIL.Image")


def photo(height: int = 20, width: int = 24, seed: int = 0) -> Any:
    """A smooth coloured image: what noise would show as large differences stays within rounding."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [
        np.sin(x * random.uniform(0.05, 0.2) + y * random.uniform(0.05, 0.2) + random.uniform(0, 6))
        for _ in "rgb"
    ]
    return Image.fromarray((127.5 + 120 * np.stack(waves, -1)).astype(np.uint8))


def array(image: Any) -> Any:
    """The numbers of either kind of image, (C, H, W), as floats."""
    if isinstance(image, Image.Image):
        return np.atleast_3d(np.asarray(image)).transpose(2, 0, 1).astype(float)
    return image.numpy().astype(float)


ON_BOTH = [
    T.Resize((13, 15)),
    T.Resize(10),
    T.Resize((33, 31), interpolation=T.InterpolationMode.BICUBIC),
    T.CenterCrop(9),
    T.CenterCrop((30, 30)),
    T.Pad((1, 2, 3, 4), fill=9),
    T.Pad(3, padding_mode="reflect"),
    T.Pad(3, padding_mode="symmetric"),
    T.Pad((1, 2), padding_mode="edge"),
    T.RandomCrop(8, padding=2),
    T.RandomHorizontalFlip(),
    T.RandomVerticalFlip(),
    T.RandomResizedCrop(9),
    T.RandomGrayscale(0.5),
    T.Grayscale(),
    T.Grayscale(3),
    T.ColorJitter(0.3, 0.3, 0.3),
    T.GaussianBlur(5),
    T.RandomRotation(180, interpolation=T.InterpolationMode.BILINEAR),
    T.RandomAffine(0, translate=(0.2, 0.2)),
    T.RandAugment(1),
    T.RandAugment(1, 25),
    T.AutoAugment(T.AutoAugmentPolicy.CIFAR10),
]


@pytest.mark.parametrize("transform", ON_BOTH, ids=str)
def test_both_kinds_of_images_give_the_same(transform: Any) -> None:
    image = photo()
    for seed in range(3):
        minitorch.manual_seed(seed)
        of_image = array(transform(image))
        minitorch.manual_seed(seed)
        of_tensor = array(transform(F.pil_to_tensor(image)))
        assert of_image.shape == of_tensor.shape
        if isinstance(transform, T.RandomRotation):  # only its frame differs: Pillow does not blend with it
            inner = of_image[:, 6:-6, 8:-8]
            assert np.abs(inner - of_tensor[:, 6:-6, 8:-8]).max() <= 2
            continue
        assert np.abs(of_image - of_tensor).max() <= 3
        if getattr(transform, "fill", 0) == 0:  # colours, and the strengths of policies, are numbers of bytes
            minitorch.manual_seed(seed)
            of_floats = array(transform(F.to_tensor(image))) * 255
            assert np.abs(of_tensor - of_floats).max() <= 3


@pytest.mark.parametrize(
    "transform", [t for t in ON_BOTH if type(t).__name__.startswith(("Rand", "Color"))], ids=str
)
def test_seeds_repeat(transform: Any) -> None:
    x = F.pil_to_tensor(photo())
    results = []
    for seed in (4, 4, 5, 6, 7, 8, 9, 10):
        minitorch.manual_seed(seed)
        results.append(transform(x))
    assert results[0].equal(results[1])
    assert any(r.shape != results[0].shape or not r.equal(results[0]) for r in results[2:])


def test_to_tensor_and_back_is_exact() -> None:
    image = photo()
    for mode in ("RGB", "L", "RGBA", "LA"):
        again = T.ToPILImage()(T.ToTensor()(image.convert(mode)))
        assert again.mode == mode
        np.testing.assert_array_equal(np.asarray(again), np.asarray(image.convert(mode)))


def test_to_tensor_takes_arrays_of_any_memory_layout() -> None:
    a = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_allclose(F.to_tensor(a).numpy(), a.transpose(2, 0, 1) / 255, rtol=1e-6)
    np.testing.assert_allclose(
        F.to_tensor(a[::-1, ::2]).numpy(), a[::-1, ::2].transpose(2, 0, 1) / 255, rtol=1e-6
    )
    assert F.to_tensor(np.zeros((2, 3), np.int32)).dtype is minitorch.int32


def test_normalize_is_its_formula() -> None:
    x = minitorch.rand(2, 3, 4, 5)
    mean, std = [0.1, 0.2, 0.3], [0.5, 0.25, 2.0]
    expected = (x.numpy() - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    np.testing.assert_allclose(T.Normalize(mean, std)(x).numpy(), expected, rtol=1e-5, atol=1e-6)
    y = x.clone()
    assert T.Normalize(mean, std, inplace=True)(y) is y
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_gradients_flow_through_tensors() -> None:
    x = minitorch.rand(3, 6, 6, dtype=minitorch.float64).requires_grad_()
    change = T.Compose(
        [T.Pad(1, padding_mode="reflect"), T.GaussianBlur(3, 0.8), T.Resize(5), T.Normalize([0], [2])]
    )
    assert minitorch.autograd.gradcheck(change, (x,))


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric"])
def test_frames_are_those_of_numpy(mode: str) -> None:
    x = np.arange(60).reshape(3, 4, 5)
    got = F.pad(minitorch.tensor(x), [1, 2, 3, 0], padding_mode=mode)
    np.testing.assert_array_equal(got.numpy(), np.pad(x, ((0, 0), (2, 0), (1, 3)), mode=mode))


def test_four_quarter_turns_are_none() -> None:
    x = minitorch.rand(3, 7, 7)
    np.testing.assert_array_equal(F.rotate(x, 90).numpy(), np.rot90(x.numpy(), axes=(1, 2)))
    y = x
    for _ in range(4):
        y = F.rotate(y, 90)
    assert y.equal(x)


def test_a_turned_image_fits_when_it_may_expand() -> None:
    side = 10 * math.cos(math.radians(30)) + 20 * math.sin(math.radians(30))
    other = 20 * math.cos(math.radians(30)) + 10 * math.sin(math.radians(30))
    y = F.rotate(minitorch.ones(1, 10, 20), 30, expand=True)
    assert 0 <= y.shape[1] - side <= 2
    assert 0 <= y.shape[2] - other <= 2
    assert float(y.sum()) == pytest.approx(200, rel=0.03)


def test_erasing_writes_one_rectangle_of_the_drawn_size() -> None:
    minitorch.manual_seed(0)
    erase = T.RandomErasing(p=1.0, scale=(0.1, 0.2), value=[1.0, 2.0, 3.0])
    for _ in range(10):
        y = erase(minitorch.zeros(3, 30, 40)).numpy()
        rows, columns = np.nonzero(y[0])
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) == height * width
        assert 0.08 <= height * width / 1200 <= 0.22
        assert set(np.unique(y[2])) == {0.0, 3.0}


def test_probabilities_are_kept() -> None:
    minitorch.manual_seed(1)
    x = minitorch.tensor([[[1, 2]]])
    for make in (T.RandomHorizontalFlip, lambda p: T.RandomApply([T.RandomHorizontalFlip(1.0)], p)):
        count = sum(int(make(0.3)(x)[0, 0, 0]) == 2 for _ in range(600))
        assert 130 <= count <= 230
    choice = T.RandomChoice([T.Lambda(lambda _: 0), T.Lambda(lambda _: 1)], p=[3, 1])
    assert 100 <= sum(choice(x) for _ in range(600)) <= 200


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "F", "I"])
def test_frames_of_every_kind_of_image(mode: str) -> None:
    image = photo().convert("L" if mode in "FI" else "RGB").convert(mode)
    framed = F.pad(image, [2, 1], padding_mode="edge")
    assert framed.mode == mode
    assert framed.getpalette() == image.getpalette()
    numbers = np.asarray(image)
    expected = np.pad(numbers, [(1, 1), (2, 2)] + [(0, 0)] * (numbers.ndim - 2), mode="edge")
    np.testing.assert_array_equal(np.asarray(framed), expected)
    assert F.crop(F.pad(image, 3), 3, 3, 20, 24).tobytes() == image.tobytes()


def test_pillow_cannot_leave_out_antialias() -> None:
    with pytest.warns(UserWarning, match="antialias"):
        F.resize(photo(), 5, antialias=False)


def test_transforms_are_modules() -> None:
    change = minitorch.nn.Sequential(
        T.RandomApply(minitorch.nn.ModuleList([T.CenterCrop(4)]), p=1.0), T.Normalize([0.5], [0.5])
    )
    assert change(minitorch.ones(1, 6, 6)).equal(minitorch.ones(1, 4, 4))
    assert change.state_dict() == {}


def test_crops_are_parts_of_the_image() -> None:
    minitorch.manual_seed(2)
    x = minitorch.arange(30).reshape(1, 5, 6)
    corners = set()
    for _ in range(200):
        y = T.RandomCrop((3, 4))(x).numpy()
        top, left = divmod(int(y[0, 0, 0]), 6)
        np.testing.assert_array_equal(y[0], x.numpy()[0, top : top + 3, left : left + 4])
        corners.add((top, left))
    assert corners == {(top, left) for top in range(3) for left in range(3)}


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (errors.ArgumentTypeError, lambda: F.resize("cat.png", 3)),
        (errors.ArgumentTypeError, lambda: F.hflip(minitorch.zeros(3))),
        (errors.ArgumentTypeError, lambda: F.resize(minitorch.zeros(3, 4, 4), 3, interpolation="bilinear")),
        (errors.ArgumentError, lambda: F.resize(minitorch.zeros(3, 4, 4), 3, T.InterpolationMode.BOX)),
        (errors.ArgumentError, lambda: T.Resize((1, 2, 3))),
        (errors.ArgumentTypeError, lambda: T.Resize("large")),
        (errors.ArgumentError, lambda: F.resize(minitorch.zeros(3, 4, 4), 3, max_size=3)),
        (errors.ArgumentError, lambda: F.pad(minitorch.zeros(1, 2, 2), 2, padding_mode="reflect")),
        (errors.ArgumentError, lambda: T.Pad(1, padding_mode="circular")),
        (errors.ArgumentError, lambda: T.Pad((1, 2, 3))),
        (errors.ArgumentError, lambda: T.RandomCrop(5)(minitorch.zeros(1, 4, 4))),
        (errors.ArgumentError, lambda: F.normalize(minitorch.zeros(1, 4, 4), [0], [0])),
        (errors.ArgumentTypeError, lambda: F.normalize(photo(), [0], [1])),
        (
            errors.ArgumentTypeError,
            lambda: F.normalize(minitorch.zeros(1, 4, 4, dtype=minitorch.uint8), [0], [1]),
        ),
        (errors.ArgumentTypeError, lambda: F.to_tensor(minitorch.zeros(3, 4, 4))),
        (errors.ArgumentError, lambda: F.to_pil_image(minitorch.zeros(5, 4, 4))),
        (errors.ArgumentTypeError, lambda: F.to_pil_image(minitorch.zeros(3, 4, 4, dtype=minitorch.int64))),
        (errors.ArgumentError, lambda: F.to_pil_image(minitorch.zeros(3, 4, 4), "L")),
        (errors.ArgumentError, lambda: F.rotate(minitorch.zeros(3, 4, 4), 3, T.InterpolationMode.BICUBIC)),
        (errors.ArgumentError, lambda: F.rotate(minitorch.zeros(3, 4, 4), 3, fill=[1, 2])),
        (errors.ArgumentError, lambda: F.affine(minitorch.zeros(3, 4, 4), 3, [0, 0], 0.0, 0)),
        (errors.ArgumentError, lambda: T.RandomRotation(-3)),
        (errors.ArgumentError, lambda: T.RandomAffine(3, translate=(0.1, 1.5))),
        (errors.ArgumentError, lambda: T.ColorJitter(hue=0.6)),
        (errors.ArgumentTypeError, lambda: T.ColorJitter(contrast="much")),
        (errors.ArgumentTypeError, lambda: F.adjust_contrast(minitorch.zeros(4, 4, 4), 2.0)),
        (errors.ArgumentError, lambda: F.adjust_brightness(photo(), -1.0)),
        (errors.ArgumentError, lambda: T.GaussianBlur(4)),
        (errors.ArgumentError, lambda: T.GaussianBlur(3, 0.0)),
        (errors.ArgumentError, lambda: T.RandomErasing(p=1.5)),
        (errors.ArgumentTypeError, lambda: T.RandomErasing(p=1.0)(photo())),
        (errors.ArgumentTypeError, lambda: T.Lambda(3)),
        (errors.ArgumentTypeError, lambda: T.Compose(3)),
        (errors.ArgumentTypeError, lambda: T.Compose([T.ToTensor(), 3])),
    ],
)
def test_what_cannot_be_is_refused(error: type[Exception], call: Any) -> None:
    with pytest.raises(error):
        call()
