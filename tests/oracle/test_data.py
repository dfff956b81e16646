"""The same batches as PyTorch's, where no random numbers are drawn, and errors in the same cases."""

from __future__ import annotations

import collections
import inspect
from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

Pair = collections.namedtuple("Pair", "a b")
SAMPLES: dict[str, Any] = {
    "int": lambda t, k: k,
    "bool": lambda t, k: k > 1,
    "float": lambda t, k: 0.5 * k,
    "str": lambda t, k: f"s{k}",
    "bytes": lambda t, k: b"x",
    "tensor": lambda t, k: t.ones(2, 3) * k,
    "int-tensor": lambda t, k: t.tensor([k, k + 1]),
    "zero-dim": lambda t, k: t.tensor(float(k)),
    "array": lambda t, k: np.full((2,), k, np.float64),
    "small-array": lambda t, k: np.full((2,), k, np.int8),
    "np-float32": lambda t, k: np.float32(k),
    "np-float64": lambda t, k: np.float64(k),
    "np-int16": lambda t, k: np.int16(k),
    "np-bool": lambda t, k: np.bool_(k > 1),
    "tuple": lambda t, k: (k, float(k), "a"),
    "list": lambda t, k: [k, [k, t.ones(1)]],
    "dict": lambda t, k: {"x": t.ones(1), "y": {"z": k}},
    "ordered": lambda t, k: collections.OrderedDict(b=k, a=1.0),
    "named": lambda t, k: Pair(k, (t.ones(1), "q")),
    "empty": lambda t, k: t.zeros(0, 2),
    "ragged": lambda t, k: t.ones(k),
    "ragged-list": lambda t, k: [1] * k,
    "none": lambda t, k: None,
    "object": lambda t, k: object(),
    "set": lambda t, k: {k},
    "string-array": lambda t, k: np.array(["a"]),
}


def plain(value: Any) -> Any:
    """Values with tensors replaced by their dtype, shape and elements."""
    if isinstance(value, (minitorch.Tensor, torch.Tensor)):
        return str(value.dtype).split(".")[1], tuple(value.shape), value.tolist()
    if isinstance(value, dict):
        return type(value).__name__, {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(item) for item in value]
    return value


def outcome(function: Any) -> Any:
    try:
        return plain(function())
    except Exception as error:
        return error


def agree(ours: Any, theirs: Any) -> bool:
    """Whether both gave the same, or failed, ours with an error that passes for theirs."""
    return isinstance(ours, type(theirs)) if isinstance(theirs, Exception) else ours == theirs


@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
@pytest.mark.parametrize("name", SAMPLES)
def test_collate(name: str, function: str) -> None:
    results = []
    for library in (minitorch, torch):
        samples = [SAMPLES[name](library, k) for k in range(1, 4)]
        results.append(outcome(lambda: getattr(library.utils.data, function)(samples)))  # noqa: B023
    if name in ("object", "string-array") and function == "default_convert":
        assert [type(r) for r in results] == [tuple, tuple]
    else:
        assert agree(*results)


LOADERS: list[dict[str, Any]] = [
    {},
    {"batch_size": 3},
    {"batch_size": 3, "drop_last": True},
    {"batch_size": None},
    {"batch_size": None, "sampler": [3, 1]},
    {"sampler": [3, 1, 0], "batch_size": 2},
    {"batch_sampler": [[1, 2], [0]]},
    {"batch_size": 20},
    {"collate_fn": len, "batch_size": 3},
    {"sampler": [0], "shuffle": True},
    {"batch_size": None, "drop_last": True},
    {"batch_size": 0},
    {"batch_sampler": [[0]], "batch_size": 2},
    {"num_workers": -1},
    {"timeout": -1},
    {"prefetch_factor": 2},
    {"persistent_workers": True},
    {"multiprocessing_context": "fork"},
    {"num_workers": 1, "multiprocessing_context": "no"},
    {"num_workers": 1, "multiprocessing_context": 3},
    {"num_workers": 1, "prefetch_factor": -1},
    {"num_workers": 1, "timeout": -1},
]


@pytest.mark.parametrize("kind", ["map", "iterable"])
@pytest.mark.parametrize("settings", LOADERS, ids=str)
def test_loader(settings: dict[str, Any], kind: str) -> None:
    results = []
    for library in (minitorch, torch):
        d = library.utils.data

        class Stream(d.IterableDataset):  # type: ignore[name-defined, misc]
            def __iter__(self) -> Any:
                return iter(range(7))

        dataset = list(range(7)) if kind == "map" else Stream()
        results.append(outcome(lambda: list(d.DataLoader(dataset, **settings))))  # noqa: B023
    assert agree(*results)


@pytest.mark.parametrize("lengths", [[0.5, 0.5], [0.3, 0.3, 0.4], [7, 0], [1, 2, 4], [0.6, 0.2, 0.2], [1.0]])
def test_random_split_lengths(lengths: list[float]) -> None:
    ours, theirs = (
        [len(p) for p in library.utils.data.random_split(range(7), lengths)] for library in (minitorch, torch)
    )
    assert ours == theirs


NAMES = [
    "DataLoader",
    "RandomSampler",
    "WeightedRandomSampler",
    "SubsetRandomSampler",
    "BatchSampler",
    "SequentialSampler",
    "Subset",
    "TensorDataset",
    "ConcatDataset",
    "ChainDataset",
    "StackDataset",
    "default_collate",
    "default_convert",
]


@pytest.mark.parametrize("name", NAMES)
def test_signature(name: str) -> None:
    ours, theirs = (
        inspect.signature(getattr(library.utils.data, name)).parameters for library in (minitorch, torch)
    )
    ours = {name: parameter for name, parameter in ours.items() if name != "worker_type"}
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("length", "replicas"), [(10, 3), (9, 3), (2, 5), (0, 2), (1, 1)])
def test_parts_of_several_processes(length, replicas, drop_last):
    for rank in range(replicas):
        settings = {"num_replicas": replicas, "rank": rank, "shuffle": False, "drop_last": drop_last}
        ours, theirs = (
            lib.utils.data.DistributedSampler(range(length), **settings) for lib in (minitorch, torch)
        )
        expected = [] if length == 0 else list(theirs)
        assert list(ours) == expected
        assert len(ours) == len(theirs)
        assert ours.total_size == theirs.total_size
