"""Folders of files and streams: the order, the workers' shares, and what is refused."""

from __future__ import annotations

import pickle
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minitorch.errors import ArgumentError, ArgumentTypeError, DatasetError
from minitorch.utils.data import (
    ChainDataset,
    DataLoader,
    FileFolder,
    StreamDataset,
    random_split,
    worker_info,
)


@pytest.fixture
def as_worker(monkeypatch: Any) -> Any:
    def set_worker(k: int, n: int) -> None:
        info = SimpleNamespace(id=k, num_workers=n)
        monkeypatch.setattr(worker_info, "get_worker_info", lambda: info)

    return set_worker


# Folders ------------------------------------------------------------------------------------------------


def test_files_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/2.npy", "b/10.npy", "a/1.npy", ".hidden/3.npy", "a/.4.npy", "a/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
        if name.endswith(".npy"):
            np.save(tmp_path / name, np.full(2, len(name)))
    data = FileFolder(tmp_path, np.load, "*.npy")
    assert [path.relative_to(tmp_path).as_posix() for path in data.paths] == [
        "a/1.npy",
        "b/10.npy",
        "b/2.npy",
    ]
    assert next(iter(DataLoader(data, batch_size=3))).tolist() == [[7, 7], [8, 8], [7, 7]]
    assert len(FileFolder(tmp_path, str)) == 4
    assert len(FileFolder(tmp_path, str, "b/*.npy")) == 2
    assert sorted(map(len, random_split(pickle.loads(pickle.dumps(data)), [2, 1]))) == [1, 2]


def test_folders_without_files(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no file below .* fits the pattern '\*.jpg'"):
        FileFolder(tmp_path, str, "*.jpg")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        FileFolder(tmp_path / "nowhere", str)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(b"junk")
    with pytest.raises(ValueError, match="pickle") as caught:
        FileFolder(tmp_path, np.load)[0]
    assert str(tmp_path / "x.npy") in caught.value.__notes__[0]


# Streams ------------------------------------------------------------------------------------------------


def lines(path: Path) -> Any:
    with path.open() as file:
        yield from map(int, file)


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{k}.txt" for k in range(4)]
    for k, path in enumerate(paths):
        path.write_text("".join(f"{100 * k + i}\n" for i in range(10 + k)))
    return paths


def test_epochs_begin_again(shards: list[Path]) -> None:
    everything = [100 * k + i for k in range(4) for i in range(10 + k)]
    data = StreamDataset(shards, lines)
    assert list(data) == list(data) == everything
    assert list(pickle.loads(pickle.dumps(data))) == everything
    assert [x for batch in DataLoader(data, batch_size=7) for x in batch.tolist()] == everything
    assert list(StreamDataset(lambda: (k**2 for k in range(4)))) == [0, 1, 4, 9]
    assert list(ChainDataset([StreamDataset("ab"), StreamDataset("c")])) == ["a", "b", "c"]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("shuffle", [0, 5])
def test_workers_share_the_samples(shards: list[Path], as_worker: Any, workers: int, shuffle: int) -> None:
    for data in (
        StreamDataset(shards, lines, shuffle=shuffle),
        StreamDataset(range(46), shuffle=shuffle),
        StreamDataset(lambda: iter(shards), lines, shuffle=shuffle),
    ):
        alone = sorted(data)
        shares = []
        for k in range(workers):
            as_worker(k, workers)
            shares.append(list(data))
        as_worker(0, 1)
        assert sorted(chain.from_iterable(shares)) == alone
        assert len(alone) == 46
        if data.read is None or workers > 4:
            assert not isinstance(data.source, list) or all(shares)


@pytest.mark.parametrize("kind", ["process", "thread"])
@pytest.mark.parametrize("count", [4, 1])
def test_workers_of_a_loader_share_the_samples(shards: list[Path], kind: Any, count: int) -> None:
    data = StreamDataset(shards[:count], lines, shuffle=6)
    for epoch in range(2):
        data.set_epoch(epoch)
        found = [x for batch in DataLoader(data, 4, num_workers=2, worker_type=kind) for x in batch.tolist()]
        assert sorted(found) == sorted(StreamDataset(shards[:count], lines))


def test_each_worker_opens_its_own_shards(shards: list[Path], as_worker: Any) -> None:
    opened = []

    def read(path: Path) -> Any:
        opened.append(path)
        return lines(path)

    as_worker(1, 2)
    list(StreamDataset(shards, read))
    assert opened == [shards[1], shards[3]]


def test_the_random_order_depends_on_seed_epoch_and_worker(as_worker: Any) -> None:
    def order(seed: int = 0, epoch: int = 0) -> list[int]:
        data = StreamDataset(range(100), shuffle=20, seed=seed)
        data.set_epoch(epoch)
        return list(data)

    assert order() == order() != order(seed=1)
    assert order() != order(epoch=1) == order(epoch=1)
    as_worker(0, 2)
    zero = [k // 2 for k in order()]
    as_worker(1, 2)
    assert zero != [k // 2 for k in order()]


@given(st.integers(0, 60), st.integers(0, 70), st.integers(0, 5))
def test_shuffling_keeps_every_sample_and_the_buffers_reach(n: int, size: int, seed: int) -> None:
    order = list(StreamDataset(range(n), shuffle=size, seed=seed))
    assert sorted(order) == list(range(n))
    assert all(k < place + max(size, 1) for place, k in enumerate(order))


def test_shuffling_is_fair() -> None:
    first = [next(iter(StreamDataset(range(50), shuffle=10, seed=seed))) for seed in range(500)]
    counts = np.bincount(first, minlength=10)
    assert len(counts) == 10
    assert counts.min() > 25
    assert counts.max() < 80


def test_a_buffer_reads_no_further_than_it_must() -> None:
    seen = []

    def source() -> Any:
        for k in range(10**9):
            seen.append(k)
            yield k

    stream = iter(StreamDataset(source, shuffle=8))
    for _ in range(5):
        next(stream)
    assert len(seen) <= 8 + 5


def test_what_can_be_gone_through_only_once() -> None:
    with pytest.raises(
        ArgumentTypeError, match="a generator can be gone through only once; pass a list, or a function"
    ):
        StreamDataset(x for x in "ab")
    with pytest.raises(ArgumentTypeError, match="got int"):
        StreamDataset(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="got -1"):
        StreamDataset("ab", shuffle=-1)
