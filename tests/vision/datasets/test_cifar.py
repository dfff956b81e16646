"""CIFAR: pickles as Python 2 and Python 3 write them, damaged ones, and ones that would run code."""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import random
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import serving

from minitorch.errors import DatasetError, DownloadError
from minitorch.vision.datasets import CIFAR10, CIFAR100
from minitorch.vision.datasets.cifar import read_batch

Image = pytest.importorskip("PIL.Image")

RANDOM = np.random.default_rng(0)
DATA = RANDOM.integers(0, 256, (12, 3072), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 12).tolist()


def old_string(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text if len(text) < 256 else b"T" + struct.pack("<I", len(text)) + text


def as_python2(data: np.ndarray[Any, Any], labels: list[int], key: bytes = b"labels") -> bytes:
    """What cPickle of Python 2 writes with protocol 2, as the published batches are."""
    rows, columns = data.shape
    return b"".join(
        [
            b"\x80\x02}q\x01(",
            old_string(b"batch_label") + b"q\x02" + old_string(b"training batch 1 of 5") + b"q\x03",
            old_string(key) + b"q\x04]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
            old_string(b"data")
            + b"q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85",
            old_string(b"b")
            + b"\x87Rq\x09(K\x01M"
            + struct.pack("<H", rows)
            + b"M"
            + struct.pack("<H", columns),
            b"\x86cnumpy\ndtype\nq\x0a" + old_string(b"u1") + b"K\x00K\x01\x87Rq\x0b(K\x03",
            old_string(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
            old_string(data.tobytes()) + b"tb",
            old_string(b"filenames") + b"q\x0c]q\r(" + old_string(b"cat.png") + b"eu.",
        ]
    )


def as_python3(protocol: int = 2, **changes: Any) -> bytes:
    return pickle.dumps({b"data": DATA, b"labels": LABELS, "filenames": ["a.png"]} | changes, protocol)


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


META = pickle.dumps({"label_names": [f"class {i}" for i in range(10)], "num_vis": 3072}, 2)


def kind_of(files: dict[str, bytes], base: type[CIFAR10] = CIFAR10) -> type[CIFAR10]:
    class Here(base):  # type: ignore[misc,valid-type]
        pass

    Here.train_list = [[n, md5(d)] for n, d in files.items() if n.startswith(("data", "train"))]
    Here.test_list = [[n, md5(d)] for n, d in files.items() if n.startswith("test")]
    Here.meta = base.meta | {"md5": md5(files[base.meta["filename"]])}
    return Here


FILES = {
    "data_batch_1": as_python2(DATA[:5], LABELS[:5]),
    "data_batch_2": as_python2(DATA[5:], LABELS[5:]),
    "test_batch": as_python3(),
    "batches.meta": META,
}


def write(root: Path, files: dict[str, bytes], folder: str = "cifar-10-batches-py") -> Path:
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (root / folder / name).write_bytes(data)
    return root


@pytest.mark.parametrize("train", [True, False])
def test_images_and_labels(tmp_path: Path, train: bool) -> None:
    data = kind_of(FILES)(write(tmp_path, FILES), train)
    assert data.data.shape == (12, 32, 32, 3)
    assert data.data.dtype == np.uint8
    assert data.targets == LABELS
    np.testing.assert_array_equal(data.data.transpose(0, 3, 1, 2).reshape(12, 3072), DATA)
    img, target = data[7]
    assert (img.mode, img.size, target) == ("RGB", (32, 32), LABELS[7])
    np.testing.assert_array_equal(np.asarray(img), data.data[7])
    assert data.classes[3] == "class 3"
    assert data.class_to_idx["class 3"] == 3
    assert ("Split: Train" if train else "Split: Test") in repr(data)
    changed = kind_of(FILES)(tmp_path, transform=np.asarray, target_transform=str)
    assert changed[0][1] == str(LABELS[0])
    assert isinstance(changed[0][0], np.ndarray)


@pytest.mark.filterwarnings("ignore:numpy.core:DeprecationWarning")
def test_python_reads_the_same() -> None:
    batch = pickle.loads(FILES["data_batch_1"], encoding="latin1")
    np.testing.assert_array_equal(batch["data"], DATA[:5])
    assert batch["labels"] == LABELS[:5]


def test_cifar100(tmp_path: Path) -> None:
    files = {
        "train": as_python2(DATA, LABELS, b"fine_labels"),
        "test": pickle.dumps({b"data": DATA, b"fine_labels": LABELS, b"coarse_labels": LABELS}, 2),
        "meta": pickle.dumps({b"fine_label_names": [b"apple"] * 100, b"coarse_label_names": []}, 2),
    }
    write(tmp_path, files, "cifar-100-python")
    data = kind_of(files, CIFAR100)(tmp_path)
    assert data.targets == LABELS
    assert data.classes == ["apple"] * 100


def test_missing_and_damaged(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="batches.meta is not there; use download=True"):
        CIFAR10(tmp_path)
    write(tmp_path, FILES)
    (tmp_path / "cifar-10-batches-py" / "data_batch_2").write_bytes(FILES["data_batch_2"][:-9])
    with pytest.raises(
        DownloadError, match=f"data_batch_2 is damaged.*should be md5 {md5(FILES['data_batch_2'])}"
    ):
        kind_of(FILES)(tmp_path)


@pytest.mark.parametrize(
    ("batch", "what"),
    [
        (as_python2(DATA, LABELS[:-1]), "12 images and 11 labels"),
        (as_python2(DATA, [*LABELS[:-1], 10]), "no list of numbers below 10"),
        (as_python2(DATA[:, :-1], LABELS), r"has shape \(12, 3071\)"),
        (as_python3(data=DATA.reshape(12, 3, 32, 32)), "has shape"),
        (as_python3(data=[1, 2]), "has shape None"),
        (as_python3(data=DATA.astype(np.int16)), "i2"),
        (as_python3(data=np.asfortranarray(DATA)), "not as they should be"),
        (as_python3(labels="abc"), "labels"),
        (pickle.dumps([1, 2], 2), "holds list"),
        (b"", "ends too early"),
        (FILES["test_batch"][:5000], "ends too early"),
        (b"<html>", "instruction"),
    ],
)
def test_malformed_batches(tmp_path: Path, batch: bytes, what: str) -> None:
    files = FILES | {"data_batch_1": batch}
    with pytest.raises(DatasetError, match=what):
        kind_of(files)(write(tmp_path, files))


def test_no_code_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"

    class Evil:
        def __reduce__(self) -> Any:
            return exec, (f"open({str(trap)!r}, 'w')",)

    batches = [pickle.dumps({"data": DATA, "labels": Evil()}, p) for p in range(2, 6)]
    batches.append(b"cos\nsystem\n(S'touch " + str(trap).encode() + b"'\ntR.")
    batches.append(b"\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85R.")
    batches.append(pickle.dumps(np.array([Evil()], object), 2))
    for batch in batches:
        files = FILES | {"data_batch_1": batch}
        with pytest.raises(DatasetError):
            kind_of(files)(write(tmp_path, files))
    assert not trap.exists()


def test_mutations_give_typed_errors(tmp_path: Path) -> None:
    chance = random.Random(0)
    path = tmp_path / "batch"
    for good in (as_python2(DATA[:1], LABELS[:1]), pickle.dumps({"data": DATA[:1], "labels": [1]}, 2)):
        for _ in range(400):
            data = bytearray(good)
            for _ in range(chance.randint(1, 3)):
                data[chance.choice([chance.randrange(len(data)), chance.randrange(200)])] = chance.randrange(
                    256
                )
            path.write_bytes(data)
            with contextlib.suppress(DatasetError):
                read_batch(path)


def test_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as out:
        for name, data in FILES.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    kind = kind_of(FILES)
    kind.tgz_md5 = md5(packed.getvalue())
    with serving() as server:
        server.files["/cifar.tar.gz"] = packed.getvalue()
        kind.url = f"{server.url}/cifar.tar.gz"
        for _ in range(2):
            assert kind(tmp_path, download=True).targets == LABELS
        (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"damaged")
        assert kind(tmp_path, download=True).targets == LABELS  # unpacked again
        assert len(server.asked) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cifar-10-batches-py", "cifar-10-python.tar.gz"]
