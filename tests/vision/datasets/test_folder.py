"""Folders of files, transforms and pictures of noise."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from minitorch.errors import ArgumentError, ArgumentTypeError, DatasetError, IndexRangeError
from minitorch.utils.data import DataLoader
from minitorch.vision import datasets, transforms
from minitorch.vision.datasets import DatasetFolder, FakeData, ImageFolder, VisionDataset
from minitorch.vision.datasets.folder import (
    MissingFolderError,
    default_loader,
    find_classes,
    has_file_allowed_extension,
    is_image_file,
    make_dataset,
)

Image = pytest.importorskip("PIL.Image")


def picture(path: Path, value: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 6, 3), value, np.uint8)).save(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    picture(tmp_path / "dog" / "b.png", 1)
    picture(tmp_path / "dog" / "deep" / "a.PNG", 2)
    picture(tmp_path / "cat" / "z.bmp", 3)
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    (tmp_path / "README").write_text("no class")
    return tmp_path


def test_images_and_classes(root: Path) -> None:
    data = ImageFolder(str(root))
    assert data.classes == ["cat", "dog"]
    assert data.class_to_idx == {"cat": 0, "dog": 1}
    assert [os.path.relpath(path, root) for path, _ in data.imgs] == [
        "cat/z.bmp",
        "dog/b.png",
        "dog/deep/a.PNG",
    ]
    assert data.imgs is data.samples
    assert data.targets == [0, 1, 1]
    assert [
        (np.asarray(img)[0, 0].tolist(), target) for img, target in (data[i] for i in range(len(data)))
    ] == [
        ([3] * 3, 0),
        ([1] * 3, 1),
        ([2] * 3, 1),
    ]
    loaded = next(iter(DataLoader(ImageFolder(root, transforms.ToTensor()), batch_size=3)))
    assert tuple(loaded[0].shape) == (3, 3, 4, 6)
    assert loaded[1].tolist() == [0, 1, 1]


def test_other_files(root: Path) -> None:
    data = DatasetFolder(root, lambda path: Path(path).read_text(), ".txt", str.upper, allow_empty=True)
    assert data[0] == ("NO IMAGE", 0)
    assert len(data) == 1
    chosen = ImageFolder(root, is_valid_file=lambda path: path.endswith("g"), allow_empty=True)
    assert chosen.targets == [1]

    class OnlyDogs(ImageFolder):
        def find_classes(self, directory: object) -> tuple[list[str], dict[str, int]]:
            return ["dog"], {"dog": 7}

    assert OnlyDogs(root).targets == [7, 7]
    assert make_dataset(root, extensions=".bmp", allow_empty=True)[0][1] == 0


def test_errors(root: Path, tmp_path: Path) -> None:
    (root / "empty").mkdir()
    with pytest.raises(
        MissingFolderError, match=r"no files whose names end with .* for the classes empty; allow_empty"
    ):
        ImageFolder(root)
    assert len(ImageFolder(root, allow_empty=True)) == 3
    with pytest.raises(FileNotFoundError, match="there should be one for each class"):
        find_classes(root / "empty")
    with pytest.raises(MissingFolderError, match="is not there, or no folder"):
        ImageFolder(root / "nowhere")
    with pytest.raises(ArgumentError, match="either extensions or is_valid_file"):
        DatasetFolder(root, str)
    with pytest.raises(ArgumentError, match="either extensions or is_valid_file"):
        DatasetFolder(root, str, ".png", is_valid_file=bool)
    with pytest.raises(ArgumentError, match="at least one class"):
        make_dataset(root, {}, ".png")


@pytest.mark.parametrize("data", [b"", b"no image", b"\x89PNG\r\n\x1a\n", None])
def test_damaged_images_are_named(root: Path, data: bytes | None) -> None:
    path = root / "dog" / "b.png"
    path.write_bytes(path.read_bytes()[:-30] if data is None else data)
    with pytest.raises(DatasetError, match=r"dog/b.png is damaged or no image"):
        ImageFolder(root)[1]


def test_names_of_files() -> None:
    assert is_image_file("x.JpEg")
    assert not is_image_file("x.gif")
    assert has_file_allowed_extension("x.tar.gz", ".gz")
    with pytest.raises(FileNotFoundError):
        default_loader("/nowhere/x.png")


def test_transforms_of_both() -> None:
    class Pair(VisionDataset):
        def __getitem__(self, index: int) -> tuple[str, str]:
            assert self.transforms is not None
            a, b = self.transforms("a", "b")
            return a, b

        def __len__(self) -> int:
            return 1

    assert Pair("~/x", transform=str.upper)[0] == ("A", "b")
    assert Pair("~/x").root == os.path.expanduser("~/x")
    assert Pair(None, lambda a, b: (b, a))[0] == ("b", "a")
    with pytest.raises(ArgumentError, match="give either transforms, or"):
        Pair(None, lambda a, b: (b, a), transform=str.upper)
    assert repr(Pair(None, target_transform=str.upper)).startswith(
        "Dataset Pair\n    Number of datapoints: 1\n    StandardTransform\n    Target transform: <method"
    )
    with pytest.raises(NotImplementedError):
        len(VisionDataset())


def test_noise() -> None:
    data = FakeData(5, (3, 7, 9), num_classes=3, random_offset=10)
    assert len(data) == 5
    img, target = data[4]
    assert (img.size, img.mode) == ((9, 7), "RGB")
    assert target in range(3)
    assert np.array_equal(np.asarray(img), np.asarray(data[4][0]))
    assert np.array_equal(np.asarray(img), np.asarray(FakeData(5, (3, 7, 9), random_offset=11)[3][0]))
    assert not np.array_equal(np.asarray(img), np.asarray(data[3][0]))
    assert FakeData(2, (1, 4, 4), transform=transforms.ToTensor(), target_transform=str)[0][0].shape[0] == 1
    with pytest.raises(IndexError):
        data[5]


def test_others_say_what_to_use() -> None:
    with pytest.raises(AttributeError, match="make a utils.data.Dataset"):
        datasets.CocoDetection  # noqa: B018


@pytest.mark.parametrize("name", ["transform", "target_transform", "loader", "is_valid_file"])
def test_functions_that_cannot_be_called(root: Path, name: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"ImageFolder: {name} must be callable, got 3"):
        ImageFolder(root, **{name: 3})  # type: ignore[arg-type]


def test_indices_that_are_not_there(root: Path) -> None:
    data = ImageFolder(root)
    assert data[-1][1] == 1
    for index in (3, -4):
        with pytest.raises(
            IndexRangeError, match=f"ImageFolder: index {index} is out of range for 3 samples"
        ):
            data[index]
    with pytest.raises(ArgumentTypeError, match="an index must be an integer, got slice"):
        data[0:2]  # type: ignore[index]


def test_a_negative_size() -> None:
    with pytest.raises(ArgumentError, match="size must not be negative, got -1"):
        FakeData(-1)
