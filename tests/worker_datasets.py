"""Datasets that worker processes import: a class in a test module cannot be found from there."""

from __future__ import annotations

import builtins
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import minitorch
from minitorch.utils.data import Dataset, IterableDataset, get_worker_info


class Point(NamedTuple):
    x: Any
    y: Any


class Squares(Dataset[Any]):
    def __init__(self, size: int = 20) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, i: int) -> Any:
        return i * i


class Draws(Squares):
    """Random numbers of every kind."""

    def __getitem__(self, i: int) -> Any:
        return i, minitorch.rand(2), random.random(), np.random.rand()  # noqa: NPY002


class OwnDraws(Squares):
    """minitorch's random numbers."""

    def __getitem__(self, i: int) -> Any:
        return i, minitorch.rand(2), minitorch.randint(0, 9, (1,), generator=minitorch.default_generator)


class Constant(Squares):
    """The same value everywhere."""

    def __init__(self, value: Any, size: int = 4) -> None:
        super().__init__(size)
        self.value = value

    def __getitem__(self, i: int) -> Any:
        return self.value


class Ragged(Squares):
    """Sample i has i numbers, or so many as asked for."""

    def __getitem__(self, i: int) -> Any:
        return minitorch.arange(i)


class Process(Squares):
    """What can be seen of the worker."""

    def __getitem__(self, i: int) -> Any:
        info = get_worker_info()
        if info is None:
            return os.getpid(), -1, 0, 0
        return os.getpid(), info.id, info.num_workers, info.seed


class Computes(Squares):
    """Uses an operation that is worth several threads."""

    def __getitem__(self, i: int) -> Any:
        x = minitorch.ones(500_000)
        return (x * x).sum()


class Odd(Exception):
    """It cannot be made again from what it was made of."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


class Failing(Squares):
    """Does something bad at sample 7."""

    def __init__(self, how: str, size: int = 20) -> None:
        super().__init__(size)
        self.how = how

    def __getitem__(self, i: int) -> Any:
        if i != 7:
            return i
        if self.how == "raise":
            raise KeyError("a name")
        if self.how == "odd":
            raise Odd(1, 2)
        if self.how == "lambda":
            return lambda: 0
        if self.how == "graph":
            return minitorch.ones(1, requires_grad=True) * 2
        if self.how == "exit":
            os._exit(3)
        if self.how in ("StopIteration", "KeyboardInterrupt", "SystemExit"):
            raise getattr(builtins, self.how)
        if self.how == "sleep":
            time.sleep(60)
        os.kill(os.getpid(), getattr(signal, self.how, 36))
        time.sleep(60)
        return i


class Slow(Squares):
    """Takes its time at some samples."""

    def __init__(self, seconds: dict[int, float], size: int = 8) -> None:
        super().__init__(size)
        self.seconds = seconds

    def __getitem__(self, i: int) -> Any:
        time.sleep(self.seconds.get(i, 0))
        return i


class Count(IterableDataset[Any]):
    """0, 1, …, shared out among the workers."""

    def __init__(self, stop: int, share: bool = True) -> None:
        self.start, self.stop, self.share = 0, stop, share

    def __iter__(self) -> Iterator[Any]:
        info = get_worker_info()
        first, step = (0, 1) if info is None or not self.share else (info.id, info.num_workers)
        for i in range(self.start + first, self.stop, step):
            yield i, minitorch.rand(1)


class Told(Count):
    """The same with a length."""

    def __len__(self) -> int:
        return self.stop


class Uneven(IterableDataset[Any]):
    """Worker 0 has few samples, worker 1 has more."""

    def __iter__(self) -> Iterator[Any]:
        info = get_worker_info()
        assert info is not None
        return iter(range(100 * info.id, 100 * info.id + (3 if info.id == 0 else 9)))


class Locked(Squares):
    """Holds what cannot be pickled."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def keep_list(samples: list[Any]) -> list[Any]:
    return samples


HELD: list[Any] = []


def hold_batches(samples: list[Any]) -> Any:
    """Gives the batch, and the first element of all batches before it in this worker."""
    batch = minitorch.utils.data.default_collate(samples)
    HELD.append(batch)
    return batch, [int(x[0, 0]) for x in HELD]


class FailsWhile(Squares):
    """Sample 7 fails as long as there is a file."""

    def __init__(self, path: Any) -> None:
        super().__init__()
        self.path = str(path)

    def __getitem__(self, i: int) -> Any:
        if i == 7 and os.path.exists(self.path):
            with open(self.path, "a") as file:
                file.write("failed")
            raise ValueError("as long as there is a file")
        return i


def stop_at_start(worker: int) -> None:
    raise StopIteration


def fail_at_start(worker: int) -> None:
    raise ValueError(f"worker {worker} does not want")


def start_at_ten(worker: int) -> None:
    info = get_worker_info()
    assert info is not None
    assert info.id == worker
    info.dataset.start = 10
