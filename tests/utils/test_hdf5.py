"""HDF5 files: the values, other processes and threads, and files that are damaged."""

from __future__ import annotations

import builtins
import multiprocessing
import pickle
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DatasetError,
    DtypeError,
    IndexRangeError,
    MissingDependencyError,
    ShapeError,
)
from minitorch.utils.data import DataLoader, HDF5Dataset, random_split

h5py = pytest.importorskip("h5py")
SIZE = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        x = np.arange(SIZE * 6, dtype="float32").reshape(SIZE, 2, 3)
        file.create_dataset("x", data=x, chunks=(16, 2, 3), compression="gzip")
        file["group/y"] = np.arange(SIZE)
        file["group/name"] = [f"sample {k} ü" for k in range(SIZE)]
        file["big"] = np.arange(SIZE, dtype=">u2")
        file["flag"] = np.arange(SIZE) % 2 == 0
        file["short"] = np.ones(3)
        file["scalar"] = 1.0
        file["parts"] = np.zeros(SIZE, [("a", "i4"), ("b", "f4")])
    return tmp_path / "data.h5"


def value(k: int) -> list[list[float]]:
    return (np.arange(6.0).reshape(2, 3) + 6 * k).tolist()


def test_one_array(path: Path) -> None:
    data = HDF5Dataset(path, "x")
    assert len(data) == SIZE
    assert data[3].tolist() == value(3)
    assert data[-1].tolist() == value(SIZE - 1)
    assert data[0].dtype is minitorch.float32


def test_several_arrays(path: Path) -> None:
    x, y, name = HDF5Dataset(path, ("x", "group/y", "group/name"))[7]
    assert x.tolist() == value(7)
    assert y.item() == 7
    assert name == "sample 7 ü"
    sample = HDF5Dataset(path, {"label": "group/y", "flag": "flag", "big": "big"})[4]
    assert {key: x.item() for key, x in sample.items()} == {"label": 4, "flag": True, "big": 4}
    assert sample["big"].dtype is minitorch.int32
    assert sample["flag"].dtype is minitorch.bool


def test_all_arrays_at_the_top(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = np.ones((4, 2)), np.arange(4)
        file["deeper/z"] = np.ones(9)
    sample = HDF5Dataset(tmp_path / "data.h5")[2]
    assert sorted(sample) == ["x", "y"]
    assert sample["y"].item() == 2
    with h5py.File(tmp_path / "none.h5", "w"):
        pass
    with pytest.raises(ArgumentError, match="no arrays at the top"):
        HDF5Dataset(tmp_path / "none.h5")


def test_neighbours_are_read_in_one_go(path: Path, monkeypatch: Any) -> None:
    data = HDF5Dataset(path, "x")
    asked = []
    array = data._file()[2]["x"]

    class Spy:
        def __getitem__(self, where: slice) -> Any:
            asked.append((where.start, where.stop))
            return array[where]

    monkeypatch.setattr(data, "_file", lambda: (0, None, {"x": Spy()}))
    found = data.__getitems__([5, 3, 4, 20, 3])
    assert asked == [(3, 6), (20, 21)]
    assert [x.tolist() for x in found] == [value(k) for k in (5, 3, 4, 20, 3)]


def test_in_shuffled_batches(path: Path) -> None:
    data = HDF5Dataset(path, ("x", "group/y"), transform=lambda sample: (sample[0] / 2, sample[1]))
    parts = random_split(data, [200, 100])
    seen = []
    for part in parts:
        for x, y in DataLoader(part, batch_size=32, shuffle=True):
            assert x.tolist() == [(np.array(value(int(k))) / 2).tolist() for k in y]
            seen += y.tolist()
    assert sorted(seen) == list(range(SIZE))


def test_the_file_is_opened_by_who_needs_it(path: Path) -> None:
    data = HDF5Dataset(path, "x")
    assert data._open is None
    data[0]
    assert data._open is not None
    again = pickle.loads(pickle.dumps(data))
    assert again._open is None
    assert again[5].tolist() == value(5)
    data.close()
    assert data._open is None
    assert data[1].tolist() == value(1)


def read_all(data: HDF5Dataset, seed: int, queue: Any) -> None:
    order = random.Random(seed).choices(range(SIZE), k=600)
    wrong = [k for k in order if data[k][0].tolist() != value(k)]
    batches = [data.__getitems__(order[start : start + 50]) for start in range(0, 600, 50)]
    wrong += [k for k, (_, y) in zip(order, chain.from_iterable(batches), strict=True) if y.item() != k]
    queue.put((seed, wrong))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_two_processes_read_at_once(path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} on this system")
    data = HDF5Dataset(path, ("x", "group/y"))
    data[0]  # the parent has the file open when the children come
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    children = [context.Process(target=read_all, args=(data, seed, queue)) for seed in (1, 2)]
    for child in children:
        child.start()
    read_all(data, 0, queue)
    found = dict(queue.get(timeout=60) for _ in range(3))
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    assert found == {0: [], 1: [], 2: []}
    assert data[9][0].tolist() == value(9)


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_workers_of_a_loader_read_it(path: Path, kind: Any) -> None:
    data = HDF5Dataset(path, ("x", "group/y"))
    data[0]
    seen = []
    for x, y in DataLoader(data, 32, shuffle=True, num_workers=2, worker_type=kind):
        assert x.tolist() == [value(int(k)) for k in y]
        seen += y.tolist()
    assert sorted(seen) == list(range(SIZE))


def test_several_threads_read_at_once(path: Path) -> None:
    data = HDF5Dataset(path, "x")
    order = random.Random(0).choices(range(SIZE), k=400)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(data.__getitem__, order))
    assert [x.tolist() for x in found] == [value(k) for k in order]


def test_a_file_larger_than_the_memory_it_takes(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    with h5py.File(tmp_path / "big.h5", "w") as file:
        file.create_dataset(
            "x", (2**20, 1024), "float32", chunks=(64, 1024)
        )  # 4 GiB, of which nothing is stored
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = HDF5Dataset(tmp_path / "big.h5", "x")
    assert sum(float(x.sum()) for x in DataLoader(data, 16, sampler=range(0, 2**20, 2**14))) == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


# Files that are not what they should be -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "error", "said"),
    [
        ("nowhere", DatasetError, "no array 'nowhere'.*at the top there are big, flag, group"),
        ("group", DatasetError, "'group' is no array with samples"),
        ("scalar", DatasetError, "'scalar' is no array with samples"),
        (("x", "short"), ShapeError, "different numbers of samples: {'x': 300, 'short': 3}"),
        ("parts", DtypeError, "'parts' has elements of type"),
        ((), ArgumentError, "pass keys="),
    ],
)
def test_keys_that_do_not_fit(path: Path, keys: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        HDF5Dataset(path, keys)
    assert str(path) in str(caught.value)


def test_an_index_out_of_range(path: Path) -> None:
    with pytest.raises(IndexRangeError, match="index 300 is out of range"):
        HDF5Dataset(path, "x")[SIZE]


def test_what_is_no_file_of_this_kind(path: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such file"):
        HDF5Dataset(tmp_path / "nowhere.h5", "x")
    text = tmp_path / "text.h5"
    text.write_text("1,2,3")
    with pytest.raises(DatasetError, match="is no HDF5 file"):
        HDF5Dataset(text, "x")
    for kept in (100, 4000, path.stat().st_size - 1):
        text.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(DatasetError, match="cut off or damaged"):
            HDF5Dataset(text, "x")


def test_damaged_elements_are_found_when_they_are_read(path: Path) -> None:
    with h5py.File(path) as file:
        chunk = file["x"].id.get_chunk_info(2)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(b"\xff" * chunk.size)
    data = HDF5Dataset(path, "x")
    assert data[0].tolist() == value(0)
    with pytest.raises(DatasetError, match="'x' cannot be read at samples 33 to 33"):
        data[33]
    assert data[100].tolist() == value(100)


def test_a_damaged_tree_is_named(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"TREE", b"EERT"))
    for keys in (None, "x"):
        with pytest.raises(DatasetError, match="the file is damaged") as caught:
            HDF5Dataset(path, keys)
        assert str(path) in str(caught.value)


def test_a_file_that_changes_later(path: Path) -> None:
    data = pickle.loads(pickle.dumps(HDF5Dataset(path, "x")))
    with h5py.File(path, "w") as file:
        file["x"] = np.ones((7, 2))
    with pytest.raises(DatasetError, match="had 300 samples when the dataset was made, and has 7 now"):
        data[0]


def test_without_h5py(path: Path, monkeypatch: Any) -> None:
    monkeypatch.delitem(sys.modules, "h5py")
    original = builtins.__import__

    def refuse(name: str, *args: Any, **settings: Any) -> Any:
        if name.startswith("h5py"):
            raise ImportError(name)
        return original(name, *args, **settings)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingDependencyError, match=r"minitorch-edu\[data\]"):
        HDF5Dataset(path, "x")


def test_a_transform_that_is_none(path: Path) -> None:
    with pytest.raises(
        ArgumentTypeError, match="transform must be callable, got 'big'; several keys go in a list"
    ):
        HDF5Dataset(path, "x", "big")  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="path must be a path, got 3"):
        HDF5Dataset(3)  # type: ignore[arg-type]
