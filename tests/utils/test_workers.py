"""Workers: the same batches in the same order with any number of them, and nothing left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import worker_datasets as samples

import minitorch
from minitorch import errors
from minitorch.utils import data

WAYS: list[dict[str, Any]] = [
    {"num_workers": 1},
    {"num_workers": 2},
    {"num_workers": 2, "multiprocessing_context": "fork", "prefetch_factor": 1},
    {"num_workers": 2, "persistent_workers": True},
]
THREADS: list[dict[str, Any]] = [
    {"num_workers": 1, "worker_type": "thread"},
    {"num_workers": 2, "worker_type": "thread", "prefetch_factor": 3},
    {"num_workers": 2, "worker_type": "thread", "persistent_workers": True},
]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test there is neither a worker nor a thread nor a file of one."""
    shm = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    yield
    gc.collect()
    assert not [p for p in multiprocessing.active_children() if p.name.startswith("minitorch")]
    deadline = time.monotonic() + 5
    while [t for t in threading.enumerate() if t.name.startswith("minitorch")]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (set(os.listdir("/dev/shm")) if shm or os.path.isdir("/dev/shm") else set()) <= shm


def plain(value: Any) -> Any:
    """Values with tensors replaced by their dtype and elements."""
    if isinstance(value, minitorch.Tensor):
        return str(value.dtype), tuple(value.shape), value.tolist()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return (
            type(value)(*map(plain, value)) if hasattr(value, "_fields") else [plain(item) for item in value]
        )
    return value


def two_epochs(dataset: Any, **settings: Any) -> Any:
    minitorch.manual_seed(5)
    loader = data.DataLoader(dataset, **settings)
    return [plain(list(loader)), plain(list(loader))]


# Order and randomness ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_processes_give_the_same_batches(way: dict[str, Any]) -> None:
    dataset = samples.Draws()
    expected = two_epochs(dataset, batch_size=3, shuffle=True)
    assert expected[0] != expected[1]
    assert two_epochs(dataset, batch_size=3, shuffle=True, **way) == expected


@pytest.mark.parametrize("way", THREADS, ids=str)
def test_threads_give_the_same_batches(way: dict[str, Any]) -> None:
    dataset = samples.OwnDraws()
    expected = two_epochs(dataset, batch_size=3, shuffle=True, drop_last=True)
    assert two_epochs(dataset, batch_size=3, shuffle=True, drop_last=True, **way) == expected


def test_spawned_processes_give_the_same_batches() -> None:
    expected = two_epochs(samples.Draws(4), batch_size=2)[0]
    minitorch.manual_seed(5)
    loader = data.DataLoader(samples.Draws(4), 2, num_workers=1, multiprocessing_context="spawn")
    assert plain(list(loader)) == expected


@pytest.mark.parametrize(
    "settings", [{"batch_size": None}, {"batch_sampler": [[3, 1], [2]]}, {"sampler": [4, 2]}], ids=str
)
def test_other_orders(settings: dict[str, Any]) -> None:
    expected = two_epochs(samples.OwnDraws(), **settings)
    assert two_epochs(samples.OwnDraws(), **settings, num_workers=2) == expected
    assert two_epochs(samples.OwnDraws(), **settings, num_workers=2, worker_type="thread") == expected


def test_a_generator_decides_about_everything() -> None:
    def batches(seed: int, workers: int) -> Any:
        generator = minitorch.Generator().manual_seed(seed)
        loader = data.DataLoader(samples.Draws(6), 2, shuffle=True, generator=generator, num_workers=workers)
        return plain(list(loader))

    assert batches(1, 0) == batches(1, 1)
    assert batches(1, 0) != batches(2, 0)


def test_the_streams_of_the_program_go_on_as_if_nothing_had_been_drawn() -> None:
    def drawn(load: bool) -> Any:
        minitorch.manual_seed(1)
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        np.random.randint(0, 9)  # noqa: NPY002
        minitorch.randint(0, 2**62, ())
        if load:
            minitorch.manual_seed(1)
            for _ in data.DataLoader(samples.Draws(), 4):
                pass
        return minitorch.rand(2).tolist(), random.random(), np.random.rand()  # noqa: NPY002

    assert drawn(True) == drawn(False)


def test_batches_as_they_come() -> None:
    loader = data.DataLoader(samples.Slow({0: 0.3}), 1, num_workers=2, in_order=False, worker_type="thread")
    numbers = [batch.item() for batch in loader]
    assert numbers[0] != 0
    assert sorted(numbers) == list(range(8))
    loader = data.DataLoader(samples.Slow({0: 0.5}), 1, num_workers=2, in_order=False)
    assert sorted(batch.item() for batch in loader) == list(range(8))


def test_workers_know_who_they_are() -> None:
    assert data.get_worker_info() is None
    loader = data.DataLoader(samples.Process(8), 1, num_workers=2, collate_fn=samples.keep_list)
    found = [batch[0] for batch in loader]
    assert [row[1] for row in found] == [0, 1] * 4
    assert {row[2] for row in found} == {2}
    assert len({row[0] for row in found} | {os.getpid()}) == 3
    assert len({row[3] for row in found}) == 2
    again = [batch[0] for batch in loader]
    assert not {row[0] for row in found} & {row[0] for row in again}


def test_workers_that_persist() -> None:
    loader = data.DataLoader(
        samples.Process(4), 1, num_workers=2, collate_fn=samples.keep_list, persistent_workers=True
    )
    pids = [{batch[0][0] for batch in loader} for _ in range(3)]
    assert pids[0] == pids[1] == pids[2]
    first = iter(loader)
    next(first)
    assert len(list(loader)) == 4  # the workers leave what they were asked for, and come here
    with pytest.raises(errors.WorkerError, match="went over to a newer one"):
        next(first)


def test_a_large_dataset_lies_in_memory_once() -> None:
    images = minitorch.arange(100_000).reshape(100, 1000)
    dataset = data.TensorDataset(images, minitorch.arange(100))
    loader = data.DataLoader(dataset, 10, num_workers=2)
    x = minitorch.cat([x for x, _ in loader])
    assert x.equal(images)


# Streams -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [{}, {"worker_type": "thread"}], ids=str)
def test_streams(kind: dict[str, Any]) -> None:
    loader = data.DataLoader(samples.Uneven(), 2, num_workers=2, **kind)
    expected = [[0, 1], [100, 101], [2], [102, 103], [104, 105], [106, 107], [108]]
    assert [batch.tolist() for batch in loader] == expected
    loader = data.DataLoader(samples.Uneven(), 2, num_workers=2, drop_last=True, prefetch_factor=1, **kind)
    assert [batch.tolist() for batch in loader] == [b for b in expected if len(b) == 2]
    loader = data.DataLoader(samples.Uneven(), 2, num_workers=2, in_order=False, **kind)
    assert sorted(batch.tolist() for batch in loader) == sorted(expected)
    loader = data.DataLoader(samples.Count(12), 2, num_workers=2, worker_init_fn=samples.start_at_ten, **kind)
    assert [batch[0].tolist() for batch in loader] == [[10], [11]]


def test_one_worker_draws_as_none_for_a_stream() -> None:
    expected = two_epochs(samples.Count(7), batch_size=2)
    for kind in ({}, {"worker_type": "thread"}):
        assert two_epochs(samples.Count(7), batch_size=2, num_workers=1, **kind) == expected


def test_a_stream_that_each_worker_reads_as_a_whole() -> None:
    loader = data.DataLoader(samples.Told(4, share=False), 2, num_workers=2, worker_type="thread")
    with pytest.warns(UserWarning, match=r"reported to be 4.*share its samples out among the 2 workers"):
        assert len(list(loader)) == 4


# What a batch may be -------------------------------------------------------------------------------------


VALUES: dict[str, Any] = {
    "structure": {
        "image": minitorch.arange(6.0).reshape(2, 3),
        "point": samples.Point(1, [minitorch.ones(1), "name"]),
        "bytes": b"raw",
        "none": [None, True, 2.5, 3j],
    },
    "0-d": minitorch.tensor(2.5),
    "empty": (minitorch.zeros(0, 3), minitorch.zeros(2, 0)),
    "not contiguous": minitorch.arange(12).reshape(3, 4).t()[::2],
    "array": {"a": np.arange(4.0), "b": np.array(["x"]), "c": np.zeros((0, 2)), "d": np.eye(3).T[:, 1]},
    "strings": ["a" * 100_000, "ä"],
    "dtypes": [minitorch.tensor([0, 1, 1]).to(kind) for kind in minitorch.dtypes.ALL],
    "large": minitorch.arange(3_000_000),
    "nothing": [],
}


def listed(value: Any) -> Any:
    """Comparable values: arrays and tensors as lists."""
    if isinstance(value, (minitorch.Tensor, np.ndarray)):
        return type(value).__name__, str(value.dtype), value.tolist()
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [listed(item) for item in value]
    return value


def test_all_values_go_through() -> None:
    names = list(VALUES)
    dataset = [VALUES[name] for name in names]
    loader = data.DataLoader(dataset, 2, num_workers=2, collate_fn=samples.keep_list)
    found = [value for batch in loader for value in batch]
    for name, value in zip(names, found, strict=True):
        assert listed(value) == listed(VALUES[name]), name


def test_batches_of_growing_size() -> None:
    loader = data.DataLoader(
        samples.Ragged(100_000), None, sampler=[3, 99_999, 5, 50_000, 20_000, 0, 7], num_workers=1
    )
    assert [len(x) for x in loader] == [3, 99_999, 5, 50_000, 20_000, 0, 7]


def test_batches_that_are_kept_are_not_overwritten() -> None:
    loader = data.DataLoader(data.TensorDataset(minitorch.arange(4000).reshape(40, 100)), 1, num_workers=1)
    kept, parts = [], []
    for k, (x,) in enumerate(loader):
        if k % 3 == 0:
            kept.append((k, x))
        elif k % 3 == 1:
            parts.append((k, x.numpy()[0, 50:]))  # only a view is left of it
    assert all(x.tolist() == [list(range(100 * k, 100 * k + 100))] for k, x in kept)
    assert all(x.tolist() == list(range(100 * k + 50, 100 * k + 100)) for k, x in parts)


def test_batches_that_a_worker_holds_on_to_are_not_overwritten() -> None:
    rows = [minitorch.full((1, 20_000), k) for k in range(24)]
    loader = data.DataLoader([x[0] for x in rows], 2, num_workers=1, collate_fn=samples.hold_batches)
    for k, (_, firsts) in enumerate(loader):
        assert firsts == list(range(0, 2 * k + 2, 2))


def test_large_batches_take_turns_in_few_places() -> None:
    loader = data.DataLoader([minitorch.full((20_000,), k) for k in range(60)], 2, num_workers=1)
    batches: Any = iter(loader)
    (window,) = batches.crew.windows
    for k, x in enumerate(batches):
        assert x[:, ::999].tolist() == [[i] * 21 for i in (2 * k, 2 * k + 1)]
        del x
    assert len(window.maps) <= 5


def test_batches_may_be_changed_in_place() -> None:
    loader = data.DataLoader(data.TensorDataset(minitorch.zeros(10, 5)), 2, num_workers=1)
    for (x,) in loader:
        assert x.tolist() == [[0.0] * 5] * 2
        x += 1
        assert x.storage().size() == 10
        (x.requires_grad_() * 2).sum().backward()
        assert x.grad.tolist() == [[2.0] * 5] * 2


def test_settings_reach_the_workers() -> None:
    minitorch.set_default_dtype(minitorch.float64)
    try:
        (batch,) = data.DataLoader(samples.OwnDraws(2), 2, num_workers=1)
        assert batch[1].dtype is minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)


@pytest.mark.parametrize("context", ["forkserver", "fork"])
def test_workers_after_kernels_ran_in_parallel(context: str) -> None:
    pytest.importorskip("numba")
    with minitorch.use_backend("numba"):
        x = minitorch.ones(2_000_000)
        assert (x + x).sum().item() == 4_000_000
        loader = data.DataLoader(samples.Computes(4), 2, num_workers=2, multiprocessing_context=context)
        assert [batch.tolist() for batch in loader] == [[500_000.0] * 2] * 2


# Notebooks and other settings ----------------------------------------------------------------------------


def test_more_workers_than_cores() -> None:
    with pytest.warns(UserWarning, match="1000 worker processes are to share"):
        data.DataLoader(samples.Squares(), num_workers=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data.DataLoader(samples.Squares(), num_workers=1000, worker_type="thread")


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"num_workers": 1, "prefetch_factor": 0}, errors.ArgumentError, "must be positive, got 0"),
        ({"worker_type": "fiber"}, errors.ArgumentError, "'process' or 'thread', got 'fiber'"),
        ({"num_workers": 1, "multiprocessing_context": "x"}, errors.ArgumentError, "one of .*fork.*got 'x'"),
        ({"num_workers": 1, "multiprocessing_context": 3}, errors.ArgumentTypeError, "name of one, got int"),
        (
            {"num_workers": 1, "worker_type": "thread", "multiprocessing_context": "fork"},
            errors.ArgumentError,
            "needs num_workers > 0 and worker_type='process'",
        ),
    ],
)
def test_refused(settings: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        data.DataLoader(samples.Squares(), **settings)


def test_what_cannot_be_given_to_a_process() -> None:
    with pytest.raises(errors.ArgumentTypeError, match=r"the dataset cannot be given .*module file.*'fork'"):
        iter(data.DataLoader(samples.Locked(), num_workers=1))
    with pytest.raises(errors.ArgumentTypeError, match="the collate_fn and the worker_init_fn cannot"):
        iter(data.DataLoader(range(3), num_workers=1, collate_fn=lambda x: x, worker_init_fn=lambda x: x))
    assert len(list(data.DataLoader(samples.Locked(), num_workers=1, multiprocessing_context="fork"))) == 20
    assert len(list(data.DataLoader(samples.Locked(), num_workers=1, worker_type="thread"))) == 20
