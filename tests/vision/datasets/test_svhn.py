"""SVHN, and MATLAB's files of version 5, which SciPy writes here."""

from __future__ import annotations

import contextlib
import hashlib
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import serving

from minitorch.errors import ArgumentError, DatasetError, DownloadError
from minitorch.vision.datasets import SVHN
from minitorch.vision.datasets.matlab import read_mat
from minitorch.vision.datasets.svhn import read_svhn

Image = pytest.importorskip("PIL.Image")
matlab = pytest.importorskip("scipy.io")

RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (32, 32, 3, 6), dtype=np.uint8)
Y = np.array([[1], [10], [9], [2], [10], [5]], np.uint8)


def kind_of(path: Path) -> type[SVHN]:
    class Here(SVHN):
        split_list = {  # noqa: RUF012
            "train": ["http://127.0.0.1:9/x", path.name, hashlib.md5(path.read_bytes()).hexdigest()]
        }

    return Here


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_images_and_labels(tmp_path: Path, packed: bool, dtype: Any) -> None:
    path = tmp_path / "train_32x32.mat"
    matlab.savemat(path, {"X": X, "y": Y.astype(dtype)}, do_compression=packed)
    data = kind_of(path)(tmp_path)
    assert data.data.shape == (6, 3, 32, 32)
    np.testing.assert_array_equal(data.data, X.transpose(3, 2, 0, 1))
    assert data.labels.tolist() == [1, 0, 9, 2, 0, 5]
    assert data.labels.dtype == np.int64
    img, target = data[1]
    assert (img.mode, img.size, target) == ("RGB", (32, 32), 0)
    np.testing.assert_array_equal(np.asarray(img), X[..., 1])
    assert len(data) == 6
    assert "Split: Train" in repr(data)
    assert kind_of(path)(tmp_path, target_transform=str)[0][1] == "1"


def test_arguments_and_files(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="split must be one of 'train', 'test', 'extra'"):
        SVHN(tmp_path, "val")
    with pytest.raises(DatasetError, match="train_32x32.mat is not there; use download=True"):
        SVHN(tmp_path)
    (tmp_path / "train_32x32.mat").write_bytes(b"no")
    with pytest.raises(DownloadError, match="should be md5 e26dedcc434d2e4c54c9b2d4a06d8373"):
        SVHN(tmp_path)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"X": X}, "no variable 'y'"),
        ({"X": X, "y": Y[:-1]}, r"'y' has shape \(5, 1\), and should have \(6, 1\)"),
        ({"X": X[:-1], "y": Y}, r"shape \(31, 32, 3, 6\)"),
        ({"X": X.astype(float), "y": Y}, "float64"),
        ({"X": "text", "y": Y}, "'X' is str"),
        ({"X": X, "y": Y + 1}, "between 2 and 11"),
    ],
)
def test_what_is_not_svhn(tmp_path: Path, values: dict[str, Any], what: str) -> None:
    path = tmp_path / "x.mat"
    matlab.savemat(path, values)
    with pytest.raises(DatasetError, match=what):
        read_svhn(path)


def test_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    path = tmp_path / "train_32x32.mat"
    matlab.savemat(path, {"X": X, "y": Y})
    kind = kind_of(path)
    with serving() as server:
        server.files["/x"] = path.read_bytes()
        kind.split_list["train"][0] = f"{server.url}/x"
        path.unlink()
        assert len(kind(tmp_path, download=True)) == 6
    assert len(kind(tmp_path, download=True)) == 6


# The format ------------------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    **{
        f"n_{t}": np.arange(6, dtype=t).reshape(2, 3)
        for t in ("u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8")
    },
    "one": 5,
    "empty": np.zeros((0, 3)),
    "text": "Größe",
    "cells": np.array(["a", np.arange(3.0)], dtype=object),
    "deep": {"a": {"b": 1.5}, "c": "x"},
    "table": np.array([(1, "n01"), (2, "n02")], dtype=[("id", object), ("wnid", object)]),
}


@pytest.mark.parametrize("packed", [True, False])
def test_values_against_scipy(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "x.mat"
    matlab.savemat(path, VALUES, do_compression=packed)
    got = read_mat(path, *VALUES)
    for name, x in VALUES.items():
        if name.startswith("n_") or name == "empty":
            np.testing.assert_array_equal(got[name], x)
            assert got[name].shape == x.shape
    assert got["one"].tolist() == [[5]]
    assert got["text"] == "Größe"
    assert got["cells"][0] == "a"
    assert got["cells"][1].tolist() == [[0, 1, 2]]
    assert got["deep"][0]["a"][0]["b"].tolist() == [[1.5]]
    assert [(row["id"].item(), row["wnid"]) for row in got["table"]] == [(1, "n01"), (2, "n02")]


def test_big_endian(tmp_path: Path) -> None:
    """SciPy cannot write it; put together by the specification."""

    def element(kind: int, data: bytes) -> bytes:
        return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)

    body = (
        element(6, struct.pack(">II", 10, 0))
        + element(5, struct.pack(">ii", 1, 3))
        + struct.pack(">I", 1 << 16 | 1)  # a short element
        + b"x\0\0\0"
        + element(3, struct.pack(">3h", 1, -2, 300))
    )
    path = tmp_path / "x.mat"
    path.write_bytes(bytes(124) + struct.pack(">H", 0x0100) + b"MI" + element(14, body))
    assert read_mat(path, "x")["x"].tolist() == [[1, -2, 300]]


def test_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.mat"
    for packed in (True, False):
        matlab.savemat(path, VALUES, do_compression=packed)
        good = path.read_bytes()
        for size in [0, 5, 127, *range(129, len(good) - 1, 61)]:
            path.write_bytes(good[:size])
            with pytest.raises(DatasetError):
                read_mat(path, *VALUES)
        chance = random.Random(0)
        for _ in range(500):
            data = bytearray(good)
            data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data)
            with contextlib.suppress(DatasetError):
                read_mat(path, *VALUES)
    path.write_bytes(good[:124] + b"\x00\x02IM" + good[128:])
    with pytest.raises(DatasetError, match="save it with -v7"):
        read_mat(path, "one")


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_parts_that_are_missing(tmp_path: Path, parts: int) -> None:
    whole = [(6, struct.pack("<II", 9, 0)), (5, struct.pack("<ii", 1, 1)), (1, b"x\0\0\0\0\0\0\0")]
    body = b"".join(struct.pack("<II", kind, 8 if kind != 1 else 1) + data for kind, data in whole[:parts])
    path = tmp_path / "x.mat"
    path.write_bytes(
        bytes(124) + struct.pack("<H", 0x0100) + b"IM" + struct.pack("<II", 14, len(body)) + body
    )
    with pytest.raises(DatasetError, match="damaged"):
        read_mat(path, "x")


def test_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "x.mat"
    header = bytes(124) + struct.pack("<H", 0x0100) + b"IM"
    for size in (2**32 - 1, 10**6, 100):
        packed = zlib.compress(struct.pack("<II", 14, size) + bytes(10**7))
        path.write_bytes(header + struct.pack("<II", 15, len(packed)) + packed)
        with pytest.raises(DatasetError, match="claim|should have"):
            read_mat(path, "x")
