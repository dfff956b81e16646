"""ImageNet: the archives as they are published, in small, and what torchvision made of them."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DatasetError, DownloadError
from minitorch.vision.datasets import ImageNet, imagenet

Image = pytest.importorskip("PIL.Image")
matlab = pytest.importorskip("scipy.io")

WORDS = {"n01": "tench, Tinca tinca", "n02": "goldfish", "n99": "fish"}
TRUTH = [2, 1, 2]


def jpeg(value: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), value).save(out, "JPEG")
    return out.getvalue()


def tar(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as pack:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            pack.addfile(info, io.BytesIO(data))
    return out.getvalue()


def devkit(tmp_path: Path, truth: str = "".join(f"{n}\n" for n in TRUTH), **changes: Any) -> bytes:
    fields = ["ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height"]
    rows = [
        (i, wnid, text, "-", int(wnid == "n99"), [], 0) for i, (wnid, text) in enumerate(WORDS.items(), 1)
    ]
    synsets = np.array(rows, dtype=[(f, object) for f in fields]).reshape(3, 1)
    matlab.savemat(tmp_path / "meta.mat", {"synsets": synsets} | changes)
    data = f"{imagenet.DEVKIT}/data"
    meta = (tmp_path / "meta.mat").read_bytes()
    return tar(
        {f"{data}/meta.mat": meta, f"{data}/ILSVRC2012_validation_ground_truth.txt": truth.encode()}, "w:gz"
    )


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place(tmp_path, monkeypatch, "devkit", devkit(tmp_path))
    inner = {f"{w}.tar": tar({f"{w}_{i}.JPEG": jpeg(i) for i in range(2)}) for w in ("n01", "n02")}
    place(tmp_path, monkeypatch, "train", tar(inner))
    images = {f"ILSVRC2012_val_0000000{i}.JPEG": jpeg(i) for i in (3, 1, 2)}
    place(tmp_path, monkeypatch, "val", tar(images))
    return tmp_path


def place(root: Path, monkeypatch: pytest.MonkeyPatch, which: str, data: bytes) -> None:
    name = imagenet.ARCHIVE_META[which][0]
    (root / name).write_bytes(data)
    monkeypatch.setitem(imagenet.ARCHIVE_META, which, (name, hashlib.md5(data).hexdigest()))


def test_the_archives_are_unpacked_once(root: Path) -> None:
    data = ImageNet(root)
    assert data.classes == [("tench", "Tinca tinca"), ("goldfish",)]
    assert data.wnids == ["n01", "n02"]
    assert data.class_to_idx == {"tench": 0, "Tinca tinca": 0, "goldfish": 1}
    assert data.wnid_to_idx == {"n01": 0, "n02": 1}
    assert data.targets == [0, 0, 1, 1]
    assert data[2][0].size == (8, 8)
    assert "Split: train" in repr(data)
    validation = ImageNet(root, "val")
    assert [(Path(p).name[-6], t) for p, t in validation.imgs] == [("2", 0), ("1", 1), ("3", 1)]
    for archive in root.glob("*.tar*"):
        archive.unlink()
    assert ImageNet(root, "val").imgs == validation.imgs
    assert sorted(p.name for p in root.iterdir()) == ["meta.bin", "meta.mat", "train", "val"]


def test_a_folder_prepared_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "val" / "n02").mkdir(parents=True)
    (tmp_path / "val" / "n02" / "x.JPEG").write_bytes(jpeg(1))
    minitorch.save(({"n02": ("goldfish",)}, ["n02"]), tmp_path / "meta.bin", format="torch")
    assert ImageNet(tmp_path, "val").classes == [("goldfish",)]
    (tmp_path / "val" / "other").mkdir()
    with pytest.raises(DatasetError, match="the folders other are no classes"):
        ImageNet(tmp_path, "val", allow_empty=True)


def test_what_is_missing_or_wrong(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="split must be one of 'train', 'val'"):
        ImageNet(root, "test")
    for which in ("devkit", "val"):
        name, _ = imagenet.ARCHIVE_META[which]
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[:-1])
        with pytest.raises(DownloadError, match=f"{name} is damaged"):
            ImageNet(root, "val")
        (root / name).unlink()
        with pytest.raises(DatasetError, match=f"{name} is not there; get it from https://image-net.org"):
            ImageNet(root, "val")
        (root / name).write_bytes(whole)
        ImageNet(root)
    place(root, monkeypatch, "val", tar({"one.JPEG": jpeg(1)}))
    with pytest.raises(DatasetError, match="has 1 images, and meta.bin the classes of 3"):
        ImageNet(root, "val")
    assert not (root / "val").exists()
    (root / "meta.bin").write_bytes(b"damaged")
    with pytest.raises(DatasetError, match="remove it, it is made again"):
        ImageNet(root)


@pytest.mark.parametrize(
    ("truth", "changes", "what"),
    [
        ("2\n3\n", {}, r"line 2: '3' is not the number of a class"),
        ("2\nx\n", {}, r"line 2: 'x' is not"),
        ("1\n", {"synsets": 5}, "not the list of ImageNet's classes"),
        ("1\n", {"synsets": {"a": 1}}, "not the list of ImageNet's classes"),
    ],
)
def test_a_bad_devkit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truth: str, changes: dict[str, Any], what: str
) -> None:
    place(tmp_path, monkeypatch, "devkit", devkit(tmp_path, truth, **changes))
    with pytest.raises(DatasetError, match=what):
        ImageNet(tmp_path)
    assert not (tmp_path / "meta.bin").exists()
