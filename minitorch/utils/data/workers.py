"""Batches that workers load ahead of the user, handed out in the same order as without workers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Protocol

from minitorch.errors import WorkerError
from minitorch.utils.data.epoch import Epoch
from minitorch.utils.data.recipe import END


class Crew(Protocol):
    """Workers, be they processes or threads; each does its tasks one after the other.

    Attributes:
        epoch: how many epochs they have begun.
    """

    epoch: int

    def begin(self, epoch: Epoch) -> None:
        """Forgets what was asked for before, and lets the workers start on an epoch."""

    def send(self, worker: int, number: int, indices: Any) -> None:
        """Asks a worker for a batch, by its number in the epoch."""

    def receive(self, worker: int | None, timeout: float | None) -> tuple[int, int, Any] | None:
        """Waits for the next result of a worker, or of any: the worker, the number, and the batch; None if too late.

        Raises:
            Exception: what was raised in the worker.
            WorkerError: if a worker is no more.
        """

    def stop(self) -> None:
        """Sends all workers home, whatever they are doing, and waits for them."""


class Batches(Iterator[Any]):
    """The batches of one epoch. Task k of an indexed dataset goes to worker k mod n; each stream stays with its worker.

    Args:
        loader: the settings.
        epoch: what is to be loaded.
    """

    def __init__(self, loader: Any, epoch: Epoch) -> None:
        self.loader, self.epoch = loader, epoch
        # The number and the worker of each batch that was asked for.
        self.waiting: deque[tuple[int, int]] = deque()
        self.crew: Crew | None = crew_of(loader)
        self._is_stream = loader.recipe().is_stream
        self._tasks = epoch.tasks()
        self._asked = list(epoch.given)  # of each stream
        count = loader.num_workers
        first = epoch.turn if self._is_stream else epoch.received
        try:
            self.crew.begin(epoch)
            self._pass = self.crew.epoch
            for k in range(loader.prefetch_factor * count):
                self._ask((first + k) % count)
        except BaseException:
            self._finish(failed=True)
            raise

    def _ask(self, worker: int) -> None:
        """Asks a worker for one more batch, if there is one."""
        assert self.crew is not None
        if self._is_stream:
            if self.epoch.ended[worker]:
                return
            number, indices = self._asked[worker] * self.epoch.count + worker, None
            self._asked[worker] += 1
        else:
            task = next(self._tasks, None)
            if task is None:
                return
            number, indices = task
        self.crew.send(worker, number, indices)
        self.waiting.append((number, worker))

    def __next__(self) -> Any:
        while self.waiting:
            assert self.crew is not None
            if self.crew.epoch != self._pass:
                raise WorkerError(
                    "DataLoader: the workers of this iterator went over to a newer one, as persistent_workers=True has "
                    "them do; finish one iteration before the next, or make two loaders"
                )
            try:
                number, worker, batch = self._receive()
                self.waiting.remove((number, worker))
                if batch is END:
                    self.epoch.ended[worker] = True
                    self.waiting = deque(task for task in self.waiting if task[1] != worker)
                    continue
                self._ask(worker)
            except BaseException:
                self._finish(failed=True)
                raise
            if self._is_stream:
                self.epoch.receive_of(worker)
                self.loader.check_length(self.epoch)
            else:
                self.epoch.receive(number)
            return batch
        if self.crew is not None:
            self.epoch.finished = True
            self._finish()
        raise StopIteration

    def _receive(self) -> tuple[int, int, Any]:
        """The number, the worker and the batch that comes next."""
        assert self.crew is not None
        limit = self.loader.timeout
        deadline = time.monotonic() + limit
        while True:
            wanted, worker = self.waiting[0]
            result = self.crew.receive(
                worker if self.loader.in_order else None,
                max(0.0, deadline - time.monotonic()) if limit else None,
            )
            if result is None:
                raise WorkerError(
                    f"DataLoader: timed out: worker {worker} has not given batch {wanted} after {limit} seconds; its "
                    f"dataset hangs, or needs a larger timeout"
                )
            worker, number, batch = result
            if (number, worker) in self.waiting:  # else it is of a stream that is at its end
                return number, worker, batch

    def _finish(self, failed: bool = False) -> None:
        """Lets the workers go, unless they persist."""
        crew, self.crew = self.crew, None
        self.waiting.clear()
        if crew is not None and (failed or not self.loader.persistent_workers):
            crew.stop()
            if self.loader._crew is crew:
                self.loader._crew = None

    def __len__(self) -> int:
        return len(self.loader)

    def __del__(self) -> None:
        if getattr(self, "crew", None) is not None and not self.loader.persistent_workers:
            self._finish()


def crew_of(loader: Any) -> Crew:
    """The workers of a loader: those that persist, or new ones."""
    if loader._crew is not None:
        return loader._crew
    if loader.worker_type == "thread":
        from minitorch.utils.data.worker_thread import Threads

        crew: Crew = Threads(loader)
    else:
        from minitorch.utils.data.processes import Processes

        crew = Processes(loader)
    if loader.persistent_workers:
        loader._crew = crew
    return crew
