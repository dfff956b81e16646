"""Datasets, samplers and the loader: every sample once, in the order asked for, in the right structure."""

from __future__ import annotations

import collections
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch import errors
from minitorch.utils import data


class Squares(data.Dataset[int]):
    def __init__(self, size: int) -> None:
        self.size = size

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < self.size:
            raise IndexError(index)
        return index**2

    def __len__(self) -> int:
        return self.size


class Count(data.IterableDataset[int]):
    def __init__(self, stop: int, told: int | None = None) -> None:
        self.stop, self.told = stop, told

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.stop))

    def __len__(self) -> int:
        return self.stop if self.told is None else self.told


class Point(NamedTuple):
    x: Any
    y: Any


def generator(seed: int = 0) -> Any:
    return minitorch.Generator().manual_seed(seed)


# Datasets ----------------------------------------------------------------------------------------------


def test_tensor_dataset() -> None:
    x, y = minitorch.arange(6).reshape(3, 2), minitorch.tensor([7, 8, 9])
    dataset = data.TensorDataset(x, y)
    assert len(dataset) == 3
    a, b = dataset[-1]
    assert (a.tolist(), b.item()) == ([4, 5], 9)
    with pytest.raises(errors.ShapeError, match=r"size mismatch: the tensors have shapes \(3, 2\), \(4,\)"):
        data.TensorDataset(x, minitorch.ones(4))
    with pytest.raises(errors.ShapeError, match=r"size mismatch.* \(\)"):
        data.TensorDataset(minitorch.tensor(1.0))
    with pytest.raises(errors.ArgumentTypeError, match=r"got ndarray; use minitorch\.as_tensor"):
        data.TensorDataset(np.ones(3))
    with pytest.raises(errors.ArgumentError, match="at least one tensor"):
        data.TensorDataset()


def test_concat_dataset() -> None:
    both = Squares(3) + Squares(2)
    assert isinstance(both, data.ConcatDataset)
    assert [both[i] for i in range(len(both))] == [0, 1, 4, 0, 1]
    assert both[-1] == 1
    assert both.cumulative_sizes == [3, 5]
    assert list(data.ConcatDataset([[], [1], [], [2]])) == [1, 2]
    for index in (5, -6):
        with pytest.raises(IndexError, match=f"index {index} is out of range for 5 samples"):
            both[index]
    with pytest.raises(errors.ArgumentError, match="at least one dataset"):
        data.ConcatDataset([])
    with pytest.raises(errors.ArgumentTypeError, match=r"dataset 1 is an IterableDataset.*ChainDataset"):
        data.ConcatDataset([Squares(1), Count(2)])


def test_chain_dataset() -> None:
    both = Count(2) + Count(3)
    assert isinstance(both, data.ChainDataset)
    assert list(both) == [0, 1, 0, 1, 2]
    assert len(both) == 5
    with pytest.raises(errors.ArgumentTypeError, match="dataset 1 is Squares, not an IterableDataset"):
        list(data.ChainDataset([Count(1), Squares(2)]))


def test_stack_dataset() -> None:
    pairs = data.StackDataset(Squares(3), "abc")
    assert pairs[2] == (4, "c")
    named = data.StackDataset(number=Squares(3), letter="abc")
    assert named[1] == {"number": 1, "letter": "b"}
    assert pairs.__getitems__([0, 2]) == [(0, "a"), (4, "c")]
    assert named.__getitems__([1]) == [{"number": 1, "letter": "b"}]
    assert len(pairs) == len(named) == 3
    for args, kwargs in (((), {}), ((Squares(1),), {"a": Squares(1)})):
        with pytest.raises(errors.ArgumentError, match="one of both"):
            data.StackDataset(*args, **kwargs)
    with pytest.raises(errors.ArgumentError, match=r"size mismatch between datasets: they have \[3, 2\]"):
        data.StackDataset(Squares(3), Squares(2))


def test_subset() -> None:
    part = data.Subset(Squares(10), [9, 0, 3])
    assert [part[i] for i in range(len(part))] == [81, 0, 9]
    assert part.__getitems__([2, 0]) == [9, 81]
    nested = data.Subset(part, [1, 2])
    assert list(nested.__getitems__([0, 1])) == [0, 9]

    class Negated(data.Subset[int]):
        def __getitem__(self, index: int) -> int:
            return -super().__getitem__(index)

    (batch,) = data.DataLoader(Negated(Squares(10), [9, 0, 3]), batch_size=3)
    assert batch.tolist() == [-81, 0, -9]


@given(st.integers(2, 40), st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_random_split_gives_every_sample_once(size: int, cuts: list[int]) -> None:
    lengths = np.diff([0, *sorted(min(c, size) for c in cuts), size]).tolist()
    parts = data.random_split(range(size), lengths)
    assert [len(part) for part in parts] == lengths
    assert sorted(i for part in parts for i in part.indices) == list(range(size))


def test_random_split_by_fractions() -> None:
    parts = data.random_split(Squares(10), [0.33, 0.33, 0.34], generator())
    assert [len(p) for p in parts] == [4, 3, 3]
    again = data.random_split(Squares(10), [0.33, 0.33, 0.34], generator())
    assert [p.indices for p in parts] == [p.indices for p in again]
    other = data.random_split(Squares(10), [0.33, 0.33, 0.34], generator(1))
    assert [p.indices for p in parts] != [p.indices for p in other]
    with pytest.warns(UserWarning, match="split at index 1 is 0"):
        data.random_split(Squares(1), [0.5, 0.5])


@pytest.mark.parametrize("lengths", [[3, 3], [0.5, 0.4], [11, -1], [9.5, 0.5]])
def test_random_split_refuses_lengths_that_do_not_add_up(lengths: list[float]) -> None:
    with pytest.raises(errors.ArgumentError, match="the dataset has 10 samples"):
        data.random_split(Squares(10), lengths)
    with pytest.raises(errors.ArgumentError, match=r"fraction 0 must be in \[0, 1\], got 1\.5"):
        data.random_split(Squares(10), [1.5, -0.5])


def test_classes_that_are_not_complete() -> None:
    with pytest.raises(NotImplementedError, match=r"must define __getitem__"):
        data.Dataset()[0]
    with pytest.raises(NotImplementedError, match=r"must define __iter__"):
        iter(data.IterableDataset())
    with pytest.raises(NotImplementedError, match=r"must define __iter__"):
        iter(data.Sampler())


# Samplers ----------------------------------------------------------------------------------------------


def test_random_sampler() -> None:
    sampler = data.RandomSampler(range(50), generator=generator())
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first == list(data.RandomSampler(range(50), generator=generator()))
    longer = data.RandomSampler(range(3), num_samples=8)
    drawn = list(longer)
    assert len(longer) == len(drawn) == 8
    assert [sorted(drawn[i : i + 3]) for i in (0, 3)] == [[0, 1, 2]] * 2
    assert len(set(drawn[6:])) == 2


def test_random_sampler_with_replacement() -> None:
    drawn = list(data.RandomSampler(range(4), replacement=True, num_samples=4000, generator=generator()))
    counts = collections.Counter(drawn)
    assert set(counts) == {0, 1, 2, 3}
    assert all(850 < n < 1150 for n in counts.values())


def test_the_order_does_not_depend_on_other_random_numbers() -> None:
    orders = []
    for other in (False, True):
        minitorch.manual_seed(3)
        order = []
        for i in data.RandomSampler(range(20)):
            order.append(i)
            if other:
                minitorch.rand(5)
        orders.append(order)
    assert orders[0] == orders[1]


def test_subset_random_sampler() -> None:
    sampler = data.SubsetRandomSampler([5, 7, 9], generator=generator())
    assert sorted(sampler) == [5, 7, 9]
    assert len(sampler) == 3


def test_weighted_random_sampler() -> None:
    sampler = data.WeightedRandomSampler([0.0, 1.0, 3.0], 4000, generator=generator())
    counts = collections.Counter(sampler)
    assert len(sampler) == 4000
    assert counts[0] == 0
    assert counts[2] / counts[1] == pytest.approx(3, rel=0.2)
    without = data.WeightedRandomSampler(minitorch.tensor([0.1, 0.9, 0.5]), 3, replacement=False)
    assert sorted(without) == [0, 1, 2]


@given(st.integers(0, 30), st.integers(1, 10), st.booleans())
def test_batch_sampler(size: int, batch_size: int, drop_last: bool) -> None:
    sampler = data.BatchSampler(range(size), batch_size, drop_last)
    batches = list(sampler)
    assert len(sampler) == len(batches)
    flat = [i for batch in batches for i in batch]
    assert flat == list(range(size - size % batch_size if drop_last else size))
    assert all(len(batch) == batch_size for batch in batches[: -1 if not drop_last else None])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data.RandomSampler(range(3), replacement=1), "replacement should be a boolean value, got 1"),
        (lambda: data.RandomSampler([]), "num_samples must be a positive integer, got 0"),
        (lambda: data.RandomSampler([1], num_samples=-1), "num_samples must be a positive integer, got -1"),
        (lambda: data.WeightedRandomSampler([1], True), "num_samples must be a positive integer, got True"),
        (
            lambda: data.WeightedRandomSampler([[1.0]], 1),
            r"must be a sequence of numbers, got shape \(1, 1\)",
        ),
        (lambda: list(data.WeightedRandomSampler([-1.0, 2.0], 1)), "weights must be finite, not negative"),
        (lambda: list(data.WeightedRandomSampler([1.0], 2, False)), "2 samples without replacement"),
        (lambda: data.BatchSampler([1], 0, False), "batch_size must be a positive integer, got 0"),
        (lambda: data.BatchSampler([1], 1.5, False), r"batch_size must be a positive integer, got 1\.5"),
        (lambda: data.BatchSampler([1], 1, None), "drop_last should be a boolean value, got None"),
    ],
)
def test_samplers_refuse(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(errors.MinitorchError, match=message):
        make()


# Collation ---------------------------------------------------------------------------------------------


def test_collate_structures() -> None:
    def sample(k: int) -> dict[str, Any]:
        return {
            "image": minitorch.full((2, 2), float(k)),
            "array": np.arange(3, dtype=np.int16) + k,
            "scalar": np.float32(k),
            "point": Point(k, 0.5 * k),
            "pair": (k, "name"),
            "list": [k > 0, b"raw"],
            "z": 1j * k,
        }

    batch = data.default_collate([sample(k) for k in range(3)])
    assert type(batch) is dict
    assert batch["image"].shape == (3, 2, 2)
    assert batch["array"].dtype is minitorch.int16
    assert batch["array"].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert batch["scalar"].dtype is minitorch.float32
    assert isinstance(batch["point"], Point)
    assert batch["point"].x.dtype is minitorch.int64
    assert batch["point"].y.dtype is minitorch.float64
    assert batch["pair"][0].tolist() == [0, 1, 2]
    assert batch["pair"][1] == ("name", "name", "name")
    assert batch["list"][0].tolist() == [False, True, True]
    assert batch["list"][1] == (b"raw",) * 3
    assert batch["z"].dtype is minitorch.complex64


def test_collate_keeps_classes_of_containers() -> None:
    ordered = data.default_collate([collections.OrderedDict(a=1), collections.OrderedDict(a=2)])
    assert type(ordered) is collections.OrderedDict
    default = collections.defaultdict(list, a=1)
    batch = data.default_collate([default, default])
    assert type(batch) is collections.defaultdict
    assert batch["b"] == []
    assert default == {"a": 1}
    proxy = data.default_collate([types.MappingProxyType({"a": 1})])
    assert proxy["a"].tolist() == [1]
    assert type(data.default_collate([collections.UserList([1])])) is collections.UserList


def test_gradients_flow_through_batches() -> None:
    x = minitorch.ones(2, requires_grad=True)
    data.default_collate([x, x * 2]).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    ("batch", "kind", "message"),
    [
        (
            [minitorch.ones(2), minitorch.ones(3), minitorch.ones(2), minitorch.ones(4)],
            errors.ShapeError,
            r"but sample 0 has shape \(2,\), sample 1 \(3,\), sample 3 \(4,\); pad or crop .*collate_fn",
        ),
        (
            [{"x": [np.ones(2), 1]}, {"x": [np.ones((2, 1)), 1]}],
            errors.ShapeError,
            r"at \['x'\]\[0\] of the sample sample 0 has shape \(2,\), sample 1 \(2, 1\)",
        ),
        (
            [minitorch.ones(k) for k in range(6)],
            errors.ShapeError,
            r"sample 3 \(3,\) and 2 more samples differ",
        ),
        ([[1, 2], [1]], errors.ShapeError, "sample 0 has length 2, sample 1 1"),
        ([(1,), 3], errors.ShapeError, "sample 0 has length 1, sample 1 -1"),
        ([{"a": 1}, {"b": 1}], errors.ArgumentError, r"sample 1 lacks keys of sample 0: it has \['b'\]"),
        ([{"a": 1}, 3], errors.ArgumentError, "it has int, expected"),
        ([1, None], errors.ArgumentTypeError, "sample 1 is NoneType, sample 0 is a number"),
        ([minitorch.ones(1), 2], errors.ArgumentTypeError, "sample 1 is int, sample 0 is a tensor"),
        (
            [(1, None)],
            errors.ArgumentTypeError,
            r"found NoneType at \[1\] of the sample; pass .* a collate_fn",
        ),
        ([np.array(["a"])], errors.ArgumentTypeError, "cannot make a tensor of an array of <U1"),
        ([object()], errors.ArgumentTypeError, "found object"),
        ([], errors.ArgumentError, "the batch is empty"),
    ],
)
def test_collate_refuses(batch: list[Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        data.default_collate(batch)


def test_convert() -> None:
    sample = {"a": np.ones(2), "b": (np.float32(1), "x"), "c": [Point(np.int8(3), None)], "d": 5}
    converted = data.default_convert(sample)
    assert converted["a"].dtype is minitorch.float64
    assert converted["b"][0].dtype is minitorch.float32
    assert converted["b"][1] == "x"
    assert converted["c"][0].x.item() == 3
    assert converted["c"][0].y is None
    assert converted["d"] == 5
    assert isinstance(sample["a"], np.ndarray)


# The loader --------------------------------------------------------------------------------------------


def test_batches_in_order() -> None:
    loader = data.DataLoader(Squares(5), batch_size=2)
    assert [batch.tolist() for batch in loader] == [[0, 1], [4, 9], [16]]
    assert len(loader) == 3
    loader = data.DataLoader(Squares(5), batch_size=2, drop_last=True)
    assert [batch.tolist() for batch in loader] == [[0, 1], [4, 9]]
    assert len(loader) == 2
    assert [batch.tolist() for batch in data.DataLoader([1, 2])] == [[1], [2]]


def test_shuffle_gives_every_sample_once_and_a_new_order_each_time() -> None:
    loader = data.DataLoader(Squares(30), batch_size=7, shuffle=True, generator=generator())
    epochs = [[i for batch in loader for i in batch.tolist()] for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1]) == [i**2 for i in range(30)]
    again = data.DataLoader(Squares(30), batch_size=7, shuffle=True, generator=generator())
    assert [i for batch in again for i in batch.tolist()] == epochs[0]
    minitorch.manual_seed(5)
    a = [b.tolist() for b in data.DataLoader(Squares(30), shuffle=True)]
    minitorch.manual_seed(5)
    assert a == [b.tolist() for b in data.DataLoader(Squares(30), shuffle=True)]


def test_two_iterators_at_once() -> None:
    loader = data.DataLoader(Squares(4), batch_size=2)
    assert [(a.tolist(), b.tolist()) for a in loader for b in loader] == [
        ([0, 1], [0, 1]), ([0, 1], [4, 9]), ([4, 9], [0, 1]), ([4, 9], [4, 9]),
    ]  # fmt: skip


def test_single_samples() -> None:
    loader = data.DataLoader(data.TensorDataset(minitorch.arange(3)), batch_size=None)
    assert [x.item() for (x,) in loader] == [0, 1, 2]
    assert len(loader) == 3
    assert list(data.DataLoader(Count(3), batch_size=None)) == [0, 1, 2]


def test_samplers_of_your_own() -> None:
    loader = data.DataLoader(Squares(5), sampler=[4, 0, 2], batch_size=2)
    assert [b.tolist() for b in loader] == [[16, 0], [4]]
    loader = data.DataLoader(Squares(5), batch_sampler=[[4], [0, 2]])
    assert [b.tolist() for b in loader] == [[16], [0, 4]]
    assert loader.batch_size is None
    assert len(loader) == 2


def test_collate_fn() -> None:
    loader = data.DataLoader(Squares(4), batch_size=2, collate_fn=sum)
    assert list(loader) == [1, 13]
    loader = data.DataLoader(Squares(2), batch_size=None, collate_fn=lambda x: x + 0.5)
    assert list(loader) == [0.5, 1.5]


def test_iterable_datasets() -> None:
    loader = data.DataLoader(Count(5), batch_size=2)
    assert [b.tolist() for b in loader] == [[0, 1], [2, 3], [4]]
    assert len(loader) == 3
    loader = data.DataLoader(Count(5), batch_size=2, drop_last=True)
    assert [b.tolist() for b in loader] == [[0, 1], [2, 3]]
    assert len(loader) == 2


def test_an_iterable_dataset_that_is_longer_than_told() -> None:
    loader = data.DataLoader(Count(7, told=4), batch_size=2)
    with pytest.warns(UserWarning, match="Length of IterableDataset Count was reported to be 4") as caught:
        assert len(list(loader)) == 4
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(data.DataLoader(Count(3, told=4), batch_size=2))) == 2


class OneByOne(data.TensorDataset):
    """Not exactly a TensorDataset, so batches are collated sample by sample."""


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_fast_way_gives_the_same_batches(wrapped: bool) -> None:
    x = minitorch.randn(23, 4, generator=generator())
    y = minitorch.arange(23, dtype=minitorch.int32)
    z = minitorch.arange(23) % 2 == 0
    loaders = []
    for kind in (data.TensorDataset, OneByOne):
        dataset: Any = kind(x, y, z)
        if wrapped:
            dataset = data.Subset(data.Subset(dataset, list(range(20, 2, -1))), [5, 1, 9, -1, 0])
        loaders.append(data.DataLoader(dataset, 2, shuffle=True, generator=generator()))
    for fast, slow in zip(*loaders, strict=True):
        assert type(fast) is type(slow) is list
        for a, b in zip(fast, slow, strict=True):
            assert a.dtype is b.dtype
            np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_batches_do_not_share_memory_with_the_dataset() -> None:
    x = minitorch.zeros(4)
    for (batch,) in data.DataLoader(data.TensorDataset(x), batch_size=2):
        batch += 1
    assert x.tolist() == [0.0] * 4


def test_getitems_that_gives_too_few_samples() -> None:
    class Short(Squares):
        def __getitems__(self, indices: list[int]) -> list[int]:
            return [0]

    with pytest.raises(errors.ShapeError, match=r"Short\.__getitems__: gave 1 samples for 3 indices"):
        list(data.DataLoader(Short(3), batch_size=3))


def test_errors_tell_the_indices() -> None:
    ragged = [minitorch.ones(2)] * 5 + [minitorch.ones(3)]
    with pytest.raises(errors.ShapeError, match=r"sample 1 \(3,\)") as caught:
        list(data.DataLoader(ragged, batch_size=2, sampler=[0, 5]))
    assert caught.value.__notes__ == ["The samples of this batch have the indices [0, 5]."]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_workers": -1}, "num_workers must not be negative, got -1"),
        ({"timeout": -1}, "timeout must not be negative"),
        ({"prefetch_factor": 2}, "prefetch_factor needs num_workers > 0"),
        ({"persistent_workers": True}, "persistent_workers needs num_workers > 0"),
        ({"multiprocessing_context": "fork"}, "multiprocessing_context needs num_workers > 0"),
        ({"batch_size": 0}, "batch_size must be a positive integer, got 0"),
        ({"batch_size": None, "drop_last": True}, "batch_size=None makes no batches"),
        ({"sampler": [0], "shuffle": True}, "sampler is mutually exclusive with shuffle"),
        ({"batch_sampler": [[0]], "batch_size": 2}, "batch_sampler is mutually exclusive with batch_size"),
        ({"batch_sampler": [[0]], "shuffle": True}, "batch_sampler is mutually exclusive"),
        ({"batch_sampler": [[0]], "drop_last": True}, "batch_sampler is mutually exclusive"),
        ({"batch_sampler": [[0]], "sampler": [0]}, "batch_sampler is mutually exclusive"),
    ],
)
def test_loader_refuses(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        data.DataLoader(Squares(4), **settings)


class NoLength(data.Dataset[int]):
    def __getitem__(self, i: int) -> int:
        return i


@pytest.mark.parametrize(
    ("dataset", "settings", "message"),
    [
        (range(3), {"num_workers": "2"}, "num_workers must be an integer, got '2'"),
        (range(3), {"num_workers": None}, "num_workers must be an integer"),
        (range(3), {"num_workers": 2.0}, r"num_workers must be an integer, got 2\.0"),
        (range(3), {"num_workers": 1, "prefetch_factor": 1.5}, "prefetch_factor must be an integer"),
        (range(3), {"timeout": "2"}, "timeout must be a number of seconds"),
        (range(3), {"timeout": None}, "timeout must be a number of seconds"),
        (range(3), {"worker_init_fn": 3}, "worker_init_fn must be callable, got 3"),
        (range(3), {"sampler": 3}, "sampler must be iterable, got 3"),
        (range(3), {"batch_sampler": 3}, "batch_sampler must be iterable, got 3"),
        (range(3), {"generator": 3}, r"must be a minitorch\.Generator, got int"),
        (range(3), {"generator": np.random.default_rng(0)}, r"minitorch\.Generator\(\)\.manual_seed"),
        (3, {}, "must give samples by index, with __getitem__, got int"),
        (None, {}, "got NoneType"),
        ((i for i in range(3)), {}, "got generator; .*StreamDataset"),
        (NoLength(), {}, "NoLength has no __len__.*sampler="),
    ],
)
def test_loader_refuses_settings_of_other_types(dataset: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ArgumentTypeError, match=message):
        data.DataLoader(dataset, **settings)


def test_a_dataset_without_length_has_the_order_of_its_sampler() -> None:
    assert [x.item() for x in data.DataLoader(NoLength(), sampler=[2, 0])] == [2, 0]
    with pytest.raises(errors.ArgumentTypeError, match="batch_sampler must give lists of indices"):
        list(data.DataLoader(NoLength(), batch_sampler=[0, 1]))  # type: ignore[list-item]


@pytest.mark.parametrize("settings", [{"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}])
def test_loader_refuses_an_order_for_iterable_datasets(settings: dict[str, Any]) -> None:
    (name,) = settings
    with pytest.raises(errors.ArgumentError, match=f"expected unspecified {name} option"):
        data.DataLoader(Count(3), **settings)


def test_settings_without_effect_are_accepted() -> None:
    loader = data.DataLoader(
        Squares(2), pin_memory=True, timeout=3, worker_init_fn=print, pin_memory_device="cuda", in_order=False
    )
    assert len(list(loader)) == 2


def test_a_loader_cannot_be_changed() -> None:
    loader = data.DataLoader(Squares(2))
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        with pytest.raises(ValueError, match=f"{name} cannot be changed after the loader was made"):
            setattr(loader, name, None)
    loader.pin_memory = True
    with pytest.raises(errors.ArgumentTypeError, match="collate_fn must be callable, got 3"):
        data.DataLoader(Squares(2), collate_fn=3)


def test_an_empty_dataset() -> None:
    assert list(data.DataLoader(Squares(0), batch_size=2)) == []
    with pytest.raises(errors.ArgumentError, match="num_samples must be a positive integer, got 0"):
        data.DataLoader(Squares(0), shuffle=True)


def test_anything_with_indices_and_a_length() -> None:
    assert [b.tolist() for b in data.DataLoader([3, 4, 5], batch_size=2)] == [[3, 4], [5]]
    (batch,) = data.DataLoader(np.eye(2), batch_size=2)
    assert batch.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    (batch,) = data.DataLoader(minitorch.eye(2), batch_size=2)
    assert batch.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_several_processes_read_everything_once() -> None:
    samplers = [data.DistributedSampler(range(12), 3, rank, seed=5) for rank in range(3)]
    first = [list(sampler) for sampler in samplers]
    assert sorted(i for part in first for i in part) == list(range(12))
    assert first == [list(sampler) for sampler in samplers]
    for sampler in samplers:
        sampler.set_epoch(1)
    second = [list(sampler) for sampler in samplers]
    assert sorted(i for part in second for i in part) == list(range(12))
    assert second != first
    assert first != [list(data.DistributedSampler(range(12), 3, rank, seed=6)) for rank in range(3)]
    loader = minitorch.utils.data.DataLoader(range(12), batch_size=2, sampler=samplers[1])
    assert [batch.tolist() for batch in loader] == [second[1][:2], second[1][2:]]


def test_mistakes_with_several_processes() -> None:
    with pytest.raises(errors.NotSupportedError, match="pass num_replicas= and rank="):
        data.DistributedSampler(range(3))
    with pytest.raises(errors.ArgumentError, match="between 0 and 1, got 2"):
        data.DistributedSampler(range(3), 2, 2)
    with pytest.raises(errors.ArgumentError, match="num_replicas must be a positive integer"):
        data.DistributedSampler(range(3), 0, 0)
