"""The profiler beside PyTorch's: schedules, names, counts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import minitorch
from minitorch.errors import NotSupportedNameError

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def test_schedules_are_the_same() -> None:
    names = ("wait", "warmup", "active", "repeat", "skip_first", "skip_first_wait")
    for numbers in itertools.product((0, 2), (1, 2), (1, 3), (0, 2), (0, 3), (0, 1)):
        settings = dict(zip(names, numbers, strict=True))
        ours, theirs = minitorch.profiler.schedule(**settings), torch.profiler.schedule(**settings)
        assert [ours(i).name for i in range(30)] == [theirs(i).name for i in range(30)], settings


@pytest.mark.parametrize("room", ["profiler", "autograd.profiler"])
def test_names_are_there_or_say_why_not(room: str) -> None:
    ours: Any = minitorch
    theirs: Any = torch
    for part in room.split("."):
        ours, theirs = getattr(ours, part), getattr(theirs, part)
    for name in theirs.__all__:
        if not hasattr(ours, name):
            with pytest.raises(NotSupportedNameError):
                getattr(ours, name)


def test_counts_and_steps_are_the_same() -> None:
    def counts(library: Any) -> dict[str, int]:
        nn, profiler = library.nn, library.profiler
        net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        optimizer = library.optim.SGD(net.parameters(), lr=0.1)
        options = {
            "activities": [profiler.ProfilerActivity.CPU],
            "schedule": profiler.schedule(wait=1, warmup=1, active=2, repeat=1),
        }
        with profiler.profile(**options) as prof:
            for _ in range(5):
                with profiler.record_function("block"):
                    loss = net(library.ones(3, 4)).sum()
                loss.backward()
                optimizer.step()
                prof.step()
        wanted = ("linear", "relu", "block", "Optimizer.step#SGD.step", "ProfilerStep")
        found: dict[str, int] = {}
        for row in prof.key_averages():
            name = row.key.removeprefix("aten::").partition("#0")[0]
            name = "ProfilerStep" if name.startswith("ProfilerStep") else name
            if name in wanted:
                found[name] = found.get(name, 0) + row.count
        return found

    assert counts(minitorch) == counts(torch)
