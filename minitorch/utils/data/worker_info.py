"""What code that runs in a worker can learn about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass
class WorkerInfo:
    """The worker in which this code runs.

    Attributes:
        id: 0, 1, … of the worker.
        num_workers: how many there are.
        seed: the worker's own, different for each.
        dataset: the worker's copy.
        rng: None.
        worker_method: "multiprocessing" or "thread".
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str = "multiprocessing"


class _Here(threading.local):
    info: WorkerInfo | None = None


_thread = _Here()
_process: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """What is known about the worker in which this is called; None in the main process.

    An IterableDataset uses it to give each worker other samples, as each has a copy of the whole dataset.

    >>> import minitorch
    >>> from minitorch.utils.data import DataLoader, IterableDataset, get_worker_info
    >>> class Numbers(IterableDataset):
    ...     def __iter__(self):
    ...         info = get_worker_info()
    ...         return iter(range(6)) if info is None else iter(range(info.id, 6, info.num_workers))
    >>> list(DataLoader(Numbers(), batch_size=None))
    [0, 1, 2, 3, 4, 5]
    >>> [x.tolist() for x in DataLoader(Numbers(), batch_size=2, num_workers=2, worker_type="thread")]
    [[0, 2], [1, 3], [4], [5]]
    """
    return _thread.info or _process


def set_for_process(info: WorkerInfo | None) -> None:
    """Says which worker this process is."""
    global _process
    _process = info


def set_for_thread(info: WorkerInfo) -> None:
    """Says which worker this thread is."""
    _thread.info = info
