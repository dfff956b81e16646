"""MNIST and its relatives: the IDX format, whole and damaged, compressed or not, and from a server."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import FileServer, serving

from minitorch.errors import ArgumentError, DatasetError, DownloadError, IndexRangeError
from minitorch.utils.data import DataLoader
from minitorch.vision import transforms
from minitorch.vision.datasets import CIFAR10, CIFAR100, EMNIST, KMNIST, MNIST, FashionMNIST
from minitorch.vision.datasets.hashes import SHA256
from minitorch.vision.datasets.idx import read_idx

Image = pytest.importorskip("PIL.Image")

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (20, 28, 28), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 20, dtype=np.uint8)


def idx(x: np.ndarray[Any, Any]) -> bytes:
    return struct.pack(f">HBB{x.ndim}I", 0, 8, x.ndim, *x.shape) + x.tobytes()


def write(folder: Path, images: str, labels: str, packed: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, x in ((images, IMAGES), (labels, LABELS)):
        data = idx(x)
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(data) if packed else data)
    return folder


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST, KMNIST])
@pytest.mark.parametrize("train", [True, False])
def test_images_and_labels(tmp_path: Path, kind: type[MNIST], train: bool) -> None:
    lead = "train" if train else "t10k"
    write(tmp_path / kind.__name__ / "raw", f"{lead}-images-idx3-ubyte", f"{lead}-labels-idx1-ubyte")
    data = kind(tmp_path, train)
    assert len(data) == 20
    np.testing.assert_array_equal(data.data.numpy(), IMAGES)
    np.testing.assert_array_equal(data.targets.numpy(), LABELS)
    assert (data.data.dtype.name, data.targets.dtype.name) == ("uint8", "int64")
    img, target = data[3]
    assert (img.mode, img.size, type(target)) == ("L", (28, 28), int)
    np.testing.assert_array_equal(np.asarray(img), IMAGES[3])
    assert target == LABELS[3]
    assert data[-1][1] == LABELS[-1]
    assert len(data.classes) == len(data.class_to_idx) == 10
    assert repr(data).splitlines()[:3] == [
        f"Dataset {kind.__name__}",
        "    Number of datapoints: 20",
        f"    Root location: {tmp_path}",
    ]
    with pytest.raises(IndexError):
        data[20]


def test_transforms_and_batches(tmp_path: Path) -> None:
    write(tmp_path / "MNIST" / "raw", "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    data = MNIST(str(tmp_path), transform=transforms.ToTensor(), target_transform=lambda t: t + 100)
    x, y = next(iter(DataLoader(data, batch_size=4)))
    np.testing.assert_allclose(x.numpy()[:, 0], IMAGES[:4] / np.float32(255), rtol=1e-6)
    assert y.tolist() == [100 + int(t) for t in LABELS[:4]]
    again = pickle.loads(pickle.dumps(MNIST(tmp_path)))  # as it goes to the processes of a DataLoader
    np.testing.assert_array_equal(np.asarray(again[7][0]), IMAGES[7])
    assert "Transform: ToTensor()" in repr(data)
    assert "Target transform: <function" in repr(data)


@pytest.mark.parametrize("split", EMNIST.splits)
def test_emnist(tmp_path: Path, split: str) -> None:
    for part in ("train", "test"):
        lead = f"emnist-{split}-{part}"
        write(
            tmp_path / "EMNIST" / "raw", f"{lead}-images-idx3-ubyte", f"{lead}-labels-idx1-ubyte", packed=True
        )
    data = EMNIST(tmp_path, split, train=split != "digits")
    assert data[5][1] == LABELS[5]
    assert len(data.classes) == {"byclass": 62, "bymerge": 47, "balanced": 47, "letters": 27}.get(split, 10)
    with pytest.raises(ArgumentError, match="split must be one of 'byclass'"):
        EMNIST(tmp_path, "all")


def test_what_is_missing_or_does_not_belong_together(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte.gz is not there; use download=True"):
        MNIST(tmp_path)
    raw = write(tmp_path / "MNIST" / "raw", "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    labels = raw / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(LABELS[:-1]))
    with pytest.raises(DatasetError, match="has 20 images, and .* 19 labels"):
        MNIST(tmp_path)
    labels.write_bytes(idx(LABELS + 5))
    with pytest.raises(DatasetError, match="has a label 1[0-4], and there are 10 classes"):
        MNIST(tmp_path)
    labels.unlink()
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    with pytest.raises(DownloadError, match="and should be sha256 3552534a0a558bbe"):
        MNIST(tmp_path)


GOOD = idx(IMAGES)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "it begins with , and bytes of 3 dims"),
        (b"\x00\x00\x08\x01" + GOOD[4:], "begins with 00 00 08 01"),
        (b"\x00\x00\x0d\x03" + GOOD[4:], "begins with 00 00 0d 03"),
        (b"<html>", "begins with 3c 68 74 6d"),
        (GOOD[:10], "ends within its header"),
        (GOOD[:-1], "says 15680 bytes.*and it ends after 15679"),
        (GOOD + b"x", "more follow"),
        (
            GOOD[:4] + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 2**32 - 1),
            "claims 79228162458924105385300197375",
        ),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_damaged(tmp_path: Path, data: bytes, what: str, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(gzip.compress(data) if suffix else data)
    claims = suffix == "" and what.startswith("says")  # the size of the file is known before it is read
    with pytest.raises(DatasetError, match="claims 15680" if claims and len(data) < 15680 else what):
        read_idx(path, 3)


def test_damaged_compression(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    packed = gzip.compress(GOOD)
    for data in (packed[:-200], packed[:20], packed[:-8] + bytes(8), b"\x1f\x8c" + packed[2:], b"no"):
        path.write_bytes(data)
        with pytest.raises(DatasetError, match=r"x.gz is damaged"):
            read_idx(path, 3)
    path.write_bytes(gzip.compress(idx(np.zeros((0, 28, 28), np.uint8))))
    assert tuple(read_idx(path, 3).shape) == (0, 28, 28)


# Downloads -------------------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as state:
        yield state


def test_download(server: FileServer, tmp_path: Path) -> None:
    resources = []
    for lead in ("train", "t10k"):
        for name, x in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
            packed = gzip.compress(idx(x))
            server.files[f"/good/{lead}-{name}-ubyte.gz"] = packed
            resources.append((f"{lead}-{name}-ubyte.gz", hashlib.md5(packed).hexdigest()))

    class Here(MNIST):
        mirrors = [f"{server.url}/gone/", f"{server.url}/good/"]  # noqa: RUF012

    Here.resources = resources
    for _ in range(2):
        data = Here(tmp_path, download=True)
        np.testing.assert_array_equal(data.data.numpy(), IMAGES)
    assert len(server.asked) == 8  # four names from each mirror, once
    (tmp_path / "Here" / "raw" / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    with pytest.raises(DownloadError, match="damaged or another file"):
        Here(tmp_path)
    with pytest.warns(UserWarning, match="downloaded again"):
        Here(tmp_path, download=True)


def test_download_of_emnist(server: FileServer, tmp_path: Path) -> None:
    source = tmp_path / "gzip.zip"
    with zipfile.ZipFile(source, "w") as out:
        for part in ("train", "test"):
            out.writestr(f"gzip/emnist-mnist-{part}-images-idx3-ubyte.gz", gzip.compress(idx(IMAGES)))
            out.writestr(f"gzip/emnist-mnist-{part}-labels-idx1-ubyte.gz", gzip.compress(idx(LABELS)))
    server.files["/gzip.zip"] = source.read_bytes()

    class Here(EMNIST):
        urls = [f"{server.url}/gzip.zip"]  # noqa: RUF012
        md5 = hashlib.md5(source.read_bytes()).hexdigest()

    for train in (True, False):
        np.testing.assert_array_equal(
            Here(tmp_path, "mnist", train=train, download=True).data.numpy(), IMAGES
        )
    assert len(server.asked) == 1
    names = sorted(p.name for p in (tmp_path / "Here" / "raw").iterdir())
    assert len(names) == 5
    assert "gzip.zip" in names


def test_train_is_no_name_of_a_split(tmp_path: Path) -> None:
    for kind in (MNIST, CIFAR10):
        with pytest.raises(ArgumentError, match="train must be True or False, got 'test'"):
            kind(tmp_path, train="test")  # type: ignore[arg-type]


def test_indices_that_are_not_there(tmp_path: Path) -> None:
    write(tmp_path / "MNIST" / "raw", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    data = MNIST(tmp_path, train=False)
    assert data[-1][1] == LABELS[-1]
    with pytest.raises(IndexRangeError, match="index 20 is out of range for 20 samples"):
        data[20]


def test_files_are_compared_with_the_strongest_hash_that_is_known(tmp_path: Path) -> None:
    names = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
    for kind, algorithm in ((MNIST, "sha256"), (FashionMNIST, "sha256"), (KMNIST, "md5")):
        write(tmp_path / kind.__name__ / "raw", *names, packed=True)
        with pytest.raises(DownloadError, match=f"its {algorithm} is"):
            kind(tmp_path, train=False)
    for md5, sha256 in SHA256.items():
        assert bytes.fromhex(md5 + sha256)
        assert (len(md5), len(sha256)) == (32, 64)
    assert {md5 for kind in (MNIST, FashionMNIST) for _, md5 in kind.resources} < SHA256.keys()
    assert {CIFAR10.tgz_md5, CIFAR100.tgz_md5} < SHA256.keys()
