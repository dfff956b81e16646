"""Transforms of images, compared with torchvision on both kinds of images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")
pil_image = pytest.importorskip("PIL.Image")

from minitorch.vision.transforms import functional as F  # noqa: E402

pytestmark = pytest.mark.oracle

KINDS = ["float", "uint8", "grey", "batch", "RGB", "L"]

# Every call is made in both libraries; the names of modes are looked up in each.
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("resize", ([7, 9],), {}),
    ("resize", (5,), {}),
    ("resize", (30,), {"max_size": 33}),
    ("resize", ([40, 31],), {"interpolation": "BICUBIC"}),
    ("resize", ([7, 9],), {"interpolation": "BICUBIC"}),
    ("resize", ([7, 9],), {"interpolation": "NEAREST"}),
    ("crop", (2, 3, 5, 6), {}),
    ("crop", (-2, 3, 30, 6), {}),
    ("crop", (4, -3, 5, 40), {}),
    ("center_crop", ([6, 5],), {}),
    ("center_crop", (30,), {}),
    ("center_crop", ([30, 5],), {}),
    ("resized_crop", (1, 2, 9, 8, [5, 6]), {}),
    ("hflip", (), {}),
    ("vflip", (), {}),
    ("pad", (3,), {}),
    ("pad", ([1, 2],), {"fill": 1}),
    ("pad", ([1, 2, 3, 4],), {"padding_mode": "edge"}),
    ("pad", ([1, 2, 3, 4],), {"padding_mode": "reflect"}),
    ("pad", ([4, 3, 2, 1],), {"padding_mode": "symmetric"}),
    ("pad", ([-2, 3, -1, 1],), {"padding_mode": "symmetric"}),
    ("pad", ([-2, 3, 1, -1],), {"padding_mode": "edge"}),
    ("rotate", (30,), {}),
    ("rotate", (90,), {"expand": True}),
    ("rotate", (-37.5,), {"expand": True, "interpolation": "BILINEAR"}),
    ("rotate", (20.0,), {"center": [3, 4], "fill": 1}),
    ("affine", (15.0, [2, -1], 1.3, [5.0, -8.0]), {}),
    ("affine", (15.0, [2, -1], 0.8, 10.0), {"interpolation": "BILINEAR", "fill": 1}),
    ("affine", (0.0, [0, 0], 1.0, [12.0, 0.0]), {"center": [0, 0]}),
    ("rgb_to_grayscale", (), {}),
    ("rgb_to_grayscale", (3,), {}),
    ("adjust_brightness", (0.6,), {}),
    ("adjust_brightness", (1.7,), {}),
    ("adjust_contrast", (0.4,), {}),
    ("adjust_contrast", (1.8,), {}),
    ("adjust_saturation", (0.3,), {}),
    ("adjust_saturation", (2.0,), {}),
    ("adjust_hue", (0.2,), {}),
    ("adjust_hue", (-0.45,), {}),
    ("adjust_gamma", (1.7,), {"gain": 0.9}),
    ("invert", (), {}),
    ("posterize", (3,), {}),
    ("posterize", (1,), {}),
    ("solarize", (0.5,), {}),
    ("adjust_sharpness", (0.3,), {}),
    ("adjust_sharpness", (1.8,), {}),
    ("autocontrast", (), {}),
    ("equalize", (), {}),
    ("gaussian_blur", (3,), {}),
    ("gaussian_blur", ([5, 3], [1.2, 0.4]), {}),
]


def numbers(kind: str) -> Any:
    """The numbers of an image: (…, C, H, W), or (H, W, C) for Pillow's."""
    random = np.random.default_rng(5)
    if kind == "float":
        return random.random((3, 20, 24), dtype=np.float32)
    if kind == "batch":
        return random.random((2, 3, 20, 24), dtype=np.float32)
    shape = {"uint8": (3, 20, 24), "grey": (1, 20, 24), "RGB": (20, 24, 3), "L": (20, 24)}[kind]
    return random.integers(0, 256, shape, dtype=np.uint8)


def both(kind: str) -> tuple[Any, Any]:
    """The same image for minitorch and for torchvision."""
    array = numbers(kind)
    if kind in ("RGB", "L"):
        return pil_image.fromarray(array), pil_image.fromarray(array)
    return minitorch.tensor(array), torch.tensor(array)


def as_array(image: Any) -> Any:
    if isinstance(image, pil_image.Image):
        return np.asarray(image).astype(float)
    return np.asarray(image.numpy()).astype(float)


def settings(library: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    modes = library.InterpolationMode
    return {k: getattr(modes, v) if k == "interpolation" else v for k, v in keywords.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[0]}-{call[1]}-{call[2]}")
def test_functions_agree(call: Any, kind: str) -> None:
    name, args, keywords = call
    if (name, args, kind) == ("rgb_to_grayscale", (3,), "grey"):
        pytest.skip("torchvision leaves one channel, where its documentation says three")
    if name in ("posterize", "equalize") and kind in ("float", "batch"):
        pytest.skip("refused by both")
    theirs = torchvision.transforms.functional
    mine, other = both(kind)
    got = getattr(F, name)(mine, *args, **settings(F, keywords))
    expected = getattr(theirs, name)(other, *args, **settings(theirs, keywords))
    assert str(got.mode if kind in ("RGB", "L") else got.dtype).split(".")[-1] == str(
        expected.mode if kind in ("RGB", "L") else expected.dtype
    ).removeprefix("torch.")
    x, y = as_array(got), as_array(expected)
    assert x.shape == y.shape
    if kind in ("float", "batch"):
        np.testing.assert_allclose(x, y, atol=2e-5)
    else:
        assert np.abs(x - y).max() <= (0 if kind in ("RGB", "L") and name != "gaussian_blur" else 1)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("source", ["uint8", "int16", "float32", "float64"])
def test_dtypes_convert_alike(source: str, dtype: str) -> None:
    if (source, dtype) == ("float32", "int32"):
        pytest.skip("refused by both")
    array = numbers("float") if source.startswith("float") else numbers("uint8")
    array = array.astype(source)
    got = F.convert_image_dtype(minitorch.tensor(array), getattr(minitorch, dtype))
    expected = torchvision.transforms.functional.convert_image_dtype(
        torch.tensor(array), getattr(torch, dtype)
    )
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I", "F", "I;16", "HSV", "YCbCr"]
)
def test_images_become_the_same_tensors_and_return(mode: str) -> None:
    theirs = torchvision.transforms.functional
    if mode == "I;16":
        image = pil_image.frombytes(mode, (5, 4), np.arange(20, dtype=np.uint16).tobytes())
    else:
        image = (
            pil_image.fromarray(numbers("RGB")).convert("L" if mode in ("I", "F") else "RGB").convert(mode)
        )
    got, expected = F.to_tensor(image), theirs.to_tensor(image)
    assert str(got.dtype).split(".")[-1] == str(expected.dtype).split(".")[-1]
    np.testing.assert_array_equal(got.numpy(), expected.numpy())
    if mode != "I;16":
        np.testing.assert_array_equal(F.pil_to_tensor(image).numpy(), theirs.pil_to_tensor(image).numpy())
    if mode not in ("1", "P"):
        wanted = mode if mode in ("CMYK", "HSV", "YCbCr", "F") else None
        back = F.to_pil_image(got, wanted)
        again = theirs.to_pil_image(expected, wanted)
        assert back.mode == again.mode
        np.testing.assert_array_equal(np.asarray(back), np.asarray(again))


@pytest.mark.parametrize(
    "code",
    [
        "Resize(5)",
        "CenterCrop(3)",
        "Pad([1, 2], fill=3, padding_mode='edge')",
        "RandomCrop(4, padding=2)",
        "RandomHorizontalFlip(0.3)",
        "RandomResizedCrop([4, 5])",
        "RandomRotation(10, fill=3)",
        "RandomAffine(10, translate=(0.1, 0.2), shear=5)",
        "ColorJitter(0.3, (0.5, 1.5), 0.2, 0.1)",
        "Grayscale(3)",
        "GaussianBlur(3, 0.7)",
        "RandomErasing(0.3)",
        "AutoAugment(AutoAugmentPolicy.SVHN)",
        "RandAugment(3, fill=[1, 2, 3])",
        "Normalize([0.5], [0.25])",
        "ToTensor()",
        "PILToTensor()",
        "ToPILImage()",
        "Lambda(len)",
        "Compose([ToTensor(), CenterCrop(2)])",
        "RandomApply([CenterCrop(2)], p=0.3)",
        "RandomChoice([CenterCrop(2)])",
        "RandomOrder([CenterCrop(2)])",
    ],
)
def test_transforms_print_alike(code: str) -> None:
    mine = eval(code, vars(minitorch.vision.transforms).copy())
    theirs = eval(code, vars(torchvision.transforms).copy())
    assert repr(mine) == repr(theirs)


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"nrow": 3, "padding": 1, "pad_value": 0.5},
        {"normalize": True},
        {"normalize": True, "scale_each": True, "nrow": 2},
        {"normalize": True, "value_range": (0.25, 0.75)},
    ],
)
@pytest.mark.parametrize("shape", [(5, 3, 6, 4), (5, 1, 6, 4), (3, 6, 4), (1, 6, 4), (6, 4)])
def test_grids_agree(shape: tuple[int, ...], keywords: dict[str, Any]) -> None:
    array = np.random.default_rng(1).random(shape, dtype=np.float32)
    got = minitorch.vision.utils.make_grid(minitorch.tensor(array), **keywords)
    expected = torchvision.utils.make_grid(torch.tensor(array), **keywords)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["IMAGENET", "CIFAR10", "SVHN"])
def test_learned_policies_are_the_same(name: str) -> None:
    mine, theirs = minitorch.vision.transforms, torchvision.transforms
    policy = mine.AutoAugment(mine.AutoAugmentPolicy[name])
    assert policy.policies == theirs.AutoAugment(theirs.AutoAugmentPolicy[name]).policies


@pytest.mark.parametrize("kind", ["uint8", "RGB"])
@pytest.mark.parametrize("row", range(25))
def test_augmentations_with_the_same_draws_agree(
    row: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = minitorch.vision.transforms, torchvision.transforms
    image, other = both(kind)
    for signs in ([0, 1], [1, 0]):
        drawn = (row, [0.0, 0.0], signs)
        monkeypatch.setattr(mine.AutoAugment, "get_params", staticmethod(lambda _, drawn=drawn: drawn))
        monkeypatch.setattr(theirs.AutoAugment, "get_params", staticmethod(lambda _, drawn=drawn: drawn))
        for policy in ("IMAGENET", "CIFAR10", "SVHN"):
            got = as_array(mine.AutoAugment(mine.AutoAugmentPolicy[policy])(image))
            expected = as_array(theirs.AutoAugment(theirs.AutoAugmentPolicy[policy])(other))
            # Strengths may differ in their last bit: by one step of rounding for each change, or
            # where a point lies between two pixels.
            assert (np.abs(got - expected) > 2).mean() <= 0.02


@pytest.mark.parametrize("level", [0, 9, 17, 30])
def test_strengths_are_the_same(level: int) -> None:
    from minitorch.vision.transforms.policies import strength

    theirs = torchvision.transforms.RandAugment()._augmentation_space(31, (20, 24))
    assert list(theirs) == list(minitorch.vision.transforms.RandAugment.names)
    for name, (sizes, _) in theirs.items():
        expected = float(sizes[level]) if sizes.ndim else 0.0
        assert strength(name, level, 31, 20, 24) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
def test_mixtures_with_the_same_draws_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    v2 = pytest.importorskip("torchvision.transforms.v2")
    images = np.random.default_rng(0).random((4, 3, 10, 12), dtype=np.float32)
    mine, theirs = getattr(minitorch.vision.transforms, name)(num_classes=5), getattr(v2, name)(num_classes=5)
    monkeypatch.setattr(mine, "drawn_share", lambda: 0.3)
    monkeypatch.setattr(theirs._dist, "sample", lambda _: torch.tensor(0.3))
    monkeypatch.setattr(minitorch.vision.transforms.mixing, "whole", lambda _, end: end // 3)
    monkeypatch.setattr(torch, "randint", lambda end, size: torch.full(size, end // 3))
    got = mine(minitorch.tensor(images), minitorch.tensor([0, 3, 4, 1]))
    expected = theirs(torch.tensor(images), torch.tensor([0, 3, 4, 1]))
    for x, y in zip(got, expected, strict=True):
        np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"colors": "red", "width": 2},
        {"colors": ["#00ff00", (1, 2, 3)], "fill": True},
        {"labels": ["a", "dog"], "colors": "blue"},
        {"labels": ["a", "dog"], "fill_labels": True, "label_background_colors": "white"},
        {"labels": ["a", "dog"], "label_colors": "yellow"},
    ],
)
@pytest.mark.parametrize("kind", ["uint8", "float", "grey"])
def test_boxes_agree(kind: str, keywords: dict[str, Any]) -> None:
    mine, other = both(kind)
    boxes = [[1.2, 2.0, 15.0, 12.0], [4.0, 5.0, 22.0, 18.0]]
    got = minitorch.vision.utils.draw_bounding_boxes(mine, minitorch.tensor(boxes), **keywords)
    expected = torchvision.utils.draw_bounding_boxes(other, torch.tensor(boxes), **keywords)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6)
