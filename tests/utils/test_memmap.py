"""Arrays in files: the values, the memory that they take, and files that are not what they should be."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DatasetError, IndexRangeError
from minitorch.utils.data import DataLoader, MemmapDataset, StackDataset, Subset


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "<i2", ">i4", "int64", "float16", "<f4", ">f8", "complex64"]
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy(tmp_path: Path, dtype: str, order: Any) -> None:
    x = np.asarray(np.arange(24).reshape(4, 3, 2) % 2, dtype=dtype, order=order)
    np.save(tmp_path / "x.npy", x)
    data = MemmapDataset(tmp_path / "x.npy")
    assert len(data) == 4
    assert data.shape == (4, 3, 2)
    for indices in ([0, 1, 2, 3], [3, 0, 0], [-1], [2]):
        samples = data.__getitems__(indices)
        np.testing.assert_array_equal(np.stack([s.numpy() for s in samples]), x[indices])
        assert samples[0].dtype is data.dtype
    np.testing.assert_array_equal(data[1].numpy(), x[1])


@pytest.mark.parametrize(("dtype", "wide"), [("uint16", "int32"), ("uint32", "int64")])
def test_unsigned_integers_become_wider(tmp_path: Path, dtype: str, wide: str) -> None:
    x = np.array([0, np.iinfo(dtype).max], dtype)
    np.save(tmp_path / "x.npy", x)
    data = MemmapDataset(tmp_path / "x.npy")
    assert data[1].item() == x[1]
    assert data[1].dtype is getattr(minitorch, wide)


def test_bare_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.raw"
    x = np.arange(30, dtype="float32")
    path.write_bytes(b"header.." + x.tobytes())
    data = MemmapDataset(path, minitorch.float32, (-1, 2, 5), offset=8)
    assert len(data) == 3
    assert data[-1].tolist() == x.reshape(3, 2, 5)[2].tolist()
    assert MemmapDataset(path, "float32", offset=8)[29].item() == 29
    assert MemmapDataset(path, "float32", (3, 10), offset=8)[0].tolist() == list(range(10))


def test_samples_are_copies(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((4, 2)))
    data = MemmapDataset(tmp_path / "x.npy", transform=lambda x: x.mul_(2))
    assert data[0].tolist() == [2, 2]
    assert data[0].tolist() == [2, 2]
    assert np.load(tmp_path / "x.npy").sum() == 8


def test_an_empty_array(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((0, 2)))
    np.save(tmp_path / "y.npy", np.ones((3, 0)))
    assert len(MemmapDataset(tmp_path / "x.npy")) == 0
    assert MemmapDataset(tmp_path / "y.npy")[2].shape == (0,)
    assert MemmapDataset(tmp_path / "x.npy").__getitems__([]) == []


def test_in_batches_beside_another(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).random((20, 3)), np.arange(20)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    both = StackDataset(MemmapDataset(tmp_path / "x.npy"), MemmapDataset(tmp_path / "y.npy"))
    for xs, ys in DataLoader(Subset(both, list(range(19, -1, -1))), batch_size=6, shuffle=True):
        np.testing.assert_array_equal(xs.numpy(), x[ys.numpy()])


def test_a_file_larger_than_the_memory_it_takes(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.lib.format.open_memmap(
        path, "w+", "float32", (2**18, 1024)
    ).flush()  # 1 GiB of which nothing is stored
    code = f"""
import resource, minitorch
from minitorch.utils.data import DataLoader, MemmapDataset
minitorch.ones(2) + 1
kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = MemmapDataset({str(path)!r})
assert len(data) == 2**18
total = sum(float(x.sum()) for x in DataLoader(data, batch_size=64, sampler=range(0, 2**18, 4096)))
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - kib)
"""
    total, grown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(total) == 0
    assert int(grown) < 40 * 1024


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_in_other_processes(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} on this system")
    np.save(tmp_path / "x.npy", np.arange(1000.0))
    data = MemmapDataset(tmp_path / "x.npy")
    data[0]
    assert len(pickle.dumps(data)) < 1000
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(data.__getitem__, range(0, 1000, 50), chunksize=5)
    assert [x.item() for x in found] == list(range(0, 1000, 50))


# Files that are not what they should be -----------------------------------------------------------------


def error_of(*args: Any, **settings: Any) -> str:
    with pytest.raises(DatasetError) as caught:
        MemmapDataset(*args, **settings)
    assert str(args[0]) in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.ones((10, 10)))
    os.truncate(path, 500)
    assert "cut off" in error_of(path)
    assert "there are 500" in error_of(path)
    os.truncate(path, 20)
    assert "damaged" in error_of(path)


def test_a_file_that_changes_later(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.ones((10, 10)))
    data = pickle.loads(pickle.dumps(MemmapDataset(path)))
    np.save(path, np.ones((9, 10)))
    with pytest.raises(DatasetError, match="had 928 bytes when the dataset was made, and has 848 now"):
        data[0]


def test_what_is_no_array_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.array(["a", "b"]))
    assert "save arrays of numbers" in error_of(path)
    np.save(path, np.array([{}]), allow_pickle=True)
    assert "pickled Python objects" in error_of(path)
    np.save(path, np.array(1.0))
    assert "no dims" in error_of(path)
    path.write_text("1,2,3\n")
    assert "pass dtype=" in error_of(path)
    with pytest.raises(FileNotFoundError):
        MemmapDataset(tmp_path / "nowhere.npy")


def test_bare_numbers_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.raw"
    path.write_bytes(bytes(100))
    assert "are not samples of 12 bytes" in error_of(path, "float32", (-1, 3))
    assert "cut off" in error_of(path, "float32", (9, 3))
    assert "are not 2 samples of 12 bytes" in error_of(path, "float32", (2, 3))
    assert "offset of 200" in error_of(path, "uint8", offset=200)
    for shape in ((-2,), (3, -1), (-1, 0)):
        with pytest.raises(ArgumentError, match="shape"):
            MemmapDataset(path, "uint8", shape)
    with pytest.raises(ArgumentError, match="need a dtype"):
        MemmapDataset(path, shape=(10,))
    with pytest.raises(ArgumentTypeError, match="no dtype"):
        MemmapDataset(path, "float8")


def test_an_index_out_of_range(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones(3))
    for index in (3, -4):
        with pytest.raises(IndexRangeError, match="out of range for 3 samples"):
            MemmapDataset(tmp_path / "x.npy")[index]


def test_booleans_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.ones(3, bool))
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x07")
    data = MemmapDataset(path)
    assert data[0].item() is True
    with pytest.raises(DatasetError, match="other than 0 and 1"):
        data[2]


@given(st.binary(max_size=8), st.integers(0, 127))
def test_a_damaged_header_is_refused_by_name(tmp_path_factory: Any, junk: bytes, at: int) -> None:
    path = tmp_path_factory.mktemp("npy") / "x.npy"
    np.save(path, np.ones((2, 2)))
    content = path.read_bytes()
    path.write_bytes(content[:at] + junk + content[at + len(junk) :])
    said = ""
    try:
        data = MemmapDataset(path)
        data.__getitems__(range(len(data)))
    except DatasetError as error:
        said = str(error)
    assert not said or str(path) in said
