"""A loader that is saved in the middle of an epoch goes on with exactly the batches that would have followed."""

from __future__ import annotations

from typing import Any

import pytest
import worker_datasets as samples

import minitorch
from minitorch import errors
from minitorch.utils import data

KINDS: list[dict[str, Any]] = [
    {},
    {"num_workers": 2},
    {"num_workers": 2, "worker_type": "thread"},
    {"num_workers": 2, "worker_type": "thread", "persistent_workers": True},
]
ORDERS: list[dict[str, Any]] = [
    {"shuffle": True},
    {"shuffle": True, "generator": 3},
    {"sampler": 4},
    {},
]


def plain(batches: Any) -> list[Any]:
    return [[x.tolist() for x in batch] for batch in batches]


def made(dataset: Any, order: dict[str, Any], **kind: Any) -> data.DataLoader:
    order = dict(order)
    if "generator" in order:
        order["generator"] = minitorch.Generator().manual_seed(order["generator"])
    if "sampler" in order:
        generator = minitorch.Generator().manual_seed(order["sampler"])
        order["sampler"] = data.WeightedRandomSampler([1.0] * 20, 15, generator=generator)
    return data.DataLoader(dataset, batch_size=3, **order, **kind)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_resume(order: dict[str, Any], kind: dict[str, Any]) -> None:
    loader = made(samples.OwnDraws(), order, **kind)
    list(loader)
    batches = iter(loader)
    seen = [next(batches) for _ in range(2)]
    state, random_state = loader.state_dict(), minitorch.get_rng_state()
    rest, following = plain(batches), plain(loader)
    assert len(seen) + len(rest) == len(loader)
    for other in (kind, {}):  # the number of workers may change
        minitorch.manual_seed(99)
        again = made(samples.OwnDraws(), order, **other)
        again.load_state_dict(state)
        assert again.state_dict().keys() == state.keys()
        minitorch.set_rng_state(random_state)
        assert plain(again) == rest
        assert plain(again) == following


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_resume_of_streams(kind: dict[str, Any]) -> None:
    loader = data.DataLoader(samples.Count(23), 2, **kind)
    whole = iter(loader)
    seen = [next(whole) for _ in range(5)]
    state = loader.state_dict()
    rest = plain(whole)
    again = data.DataLoader(samples.Count(23), 2, **kind)
    again.load_state_dict(state)
    assert plain(again) == rest
    assert sum(len(x) for x, _ in seen) + sum(len(x) for x, _ in rest) == 23


def test_the_state_can_be_saved(tmp_path: Any) -> None:
    loader = made(samples.OwnDraws(), {"shuffle": True, "generator": 1})
    batches = iter(loader)
    next(batches)
    minitorch.save({"loader": loader.state_dict()}, tmp_path / "state.pt")
    again = made(samples.OwnDraws(), {"shuffle": True, "generator": 2})
    again.load_state_dict(minitorch.load(tmp_path / "state.pt")["loader"])
    assert plain(again) == plain(batches)


def test_before_and_after_an_epoch() -> None:
    loader = made(samples.OwnDraws(), {"shuffle": True, "generator": 1})
    new = loader.state_dict()
    first = plain(loader)
    between = loader.state_dict()
    second = plain(loader)
    loader.load_state_dict(new)
    assert plain(loader) == first
    loader.load_state_dict(between)
    assert plain(loader) == second


def test_at_the_last_batch_nothing_follows() -> None:
    loader = data.DataLoader(samples.OwnDraws(6), 3)
    for _ in loader:
        state = loader.state_dict()
    loader.load_state_dict(state)
    assert list(loader) == []
    assert len(list(loader)) == 2


def test_batches_that_came_before_their_turn() -> None:
    settings: dict[str, Any] = {"num_workers": 2, "worker_type": "thread", "in_order": False}
    loader = data.DataLoader(samples.Slow({0: 0.3}), 1, **settings)
    batches = iter(loader)
    seen = [next(batches).item() for _ in range(3)]
    state = loader.state_dict()
    list(batches)
    again = data.DataLoader(samples.Slow({}), 1)
    again.load_state_dict(state)
    assert 0 not in seen
    assert sorted([*seen, *(x.item() for x in again)]) == list(range(8))


def test_states_that_do_not_fit() -> None:
    state = data.DataLoader(samples.Squares(), 2).state_dict()
    with pytest.raises(errors.StateDictError, match="batch_size was 2 where this was saved, and is 3 here"):
        data.DataLoader(samples.Squares(), 3).load_state_dict(state)
    with pytest.raises(errors.StateDictError, match="expected the keys .*, got a"):
        data.DataLoader(samples.Squares(), 2).load_state_dict({"a": 1})
    with pytest.raises(errors.ArgumentTypeError, match="expected a dict, got int"):
        data.DataLoader(samples.Squares(), 2).load_state_dict(3)
    with pytest.raises(
        errors.StateDictError, match="0 generators were saved, this loader and its samplers have 1"
    ):
        data.DataLoader(samples.Squares(), 2, generator=minitorch.Generator()).load_state_dict(state)
    stream = data.DataLoader(samples.Count(4), 2, num_workers=2).state_dict()
    with pytest.raises(errors.StateDictError, match="num_workers, of a dataset without indices, was 2"):
        data.DataLoader(samples.Count(4), 2).load_state_dict(stream)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "x"), ("received", -4), ("given", [1, 2, 3]), ("ended", [0]), ("turn", 9), ("ahead", 3), ("finished", 2)],
)  # fmt: skip
def test_values_that_do_not_fit(name: str, value: Any) -> None:
    loader = data.DataLoader(samples.Count(8), batch_size=2)
    next(iter(loader))
    state = loader.state_dict()
    with pytest.raises(errors.StateDictError, match=rf"{name} is .*, which no DataLoader saves"):
        loader.load_state_dict({**state, name: value})
    loader.load_state_dict(state)
    assert len(list(loader)) == 3
