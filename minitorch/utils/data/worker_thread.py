"""Workers that are threads: nothing is copied, and they run at once where the dataset releases the lock."""

from __future__ import annotations

import threading
import time
import weakref
from queue import Empty, SimpleQueue
from typing import Any

from minitorch.random import Generator, use_generator
from minitorch.utils.data.epoch import Epoch
from minitorch.utils.data.recipe import Recipe, seed_of, seed_of_stream
from minitorch.utils.data.worker_error import OTHER_MEANING, cannot_pass, keeps_its_meaning, place, summary
from minitorch.utils.data.worker_info import WorkerInfo, set_for_thread


class Threads:
    """A crew of threads, each with a queue of its own for tasks.

    Args:
        loader: the settings.
    """

    def __init__(self, loader: Any) -> None:
        self.recipe, self.worker_init_fn = loader.recipe(), loader.worker_init_fn
        self.in_order, self.count = loader.in_order, loader.num_workers
        self.threads: list[threading.Thread] = []
        self.tasks: list[SimpleQueue[Any]] = [SimpleQueue() for _ in range(self.count)]
        self.epoch = 0
        self.results: list[SimpleQueue[Any]] = []
        self._end = weakref.finalize(self, send_home, self.tasks)

    def begin(self, epoch: Epoch) -> None:
        """Starts an epoch: the results of earlier ones go to queues that nobody reads."""
        self.epoch += 1
        one: SimpleQueue[Any] = SimpleQueue()
        self.results = [SimpleQueue() if self.in_order else one for _ in range(self.count)]
        send_home(self.tasks, final=False)
        for worker, (tasks, results) in enumerate(zip(self.tasks, self.results, strict=True)):
            tasks.put((epoch.seed, epoch.given[worker] if self.recipe.is_stream else 0, results))
            if len(self.threads) < self.count:
                info = WorkerInfo(worker, self.count, epoch.seed + worker, None, worker_method="thread")
                thread = threading.Thread(
                    target=work,
                    args=(self.recipe.for_thread(), info, self.worker_init_fn, tasks),
                    name=f"minitorch-loader-{worker}",
                    daemon=True,
                )
                self.threads.append(thread)
                thread.start()

    def send(self, worker: int, number: int, indices: Any) -> None:
        """Asks a worker for a batch."""
        self.tasks[worker].put((number, indices))

    def receive(self, worker: int | None, timeout: float | None) -> tuple[int, int, Any] | None:
        """Waits for a result."""
        try:
            who, number, batch, error = self.results[worker or 0].get(timeout=timeout)
        except Empty:
            return None
        if error is not None:
            raise error
        return who, number, batch

    def stop(self) -> None:
        """Lets each thread finish the batch that it is at, at most, and waits for that a little."""
        self._end()
        deadline = time.monotonic() + 2
        for thread in self.threads:
            if thread is not threading.current_thread():
                thread.join(timeout=max(0.0, deadline - time.monotonic()))


def send_home(queues: list[SimpleQueue[Any]], final: bool = True) -> None:
    """Takes back what was asked for; if final, the threads end."""
    for queue in queues:
        while not queue.empty():
            try:
                queue.get_nowait()
            except Empty:  # the thread was faster
                break
        if final:
            queue.put(None)


def work(recipe: Recipe, info: WorkerInfo, worker_init_fn: Any, tasks: SimpleQueue[Any]) -> None:
    """What a thread does: two things in its queue begin an epoch or ask for a batch, and None ends it."""
    info.dataset = recipe.dataset
    set_for_thread(info)
    generator = Generator().manual_seed(info.seed)
    prepared = False
    load: Any = None
    number: Any
    with use_generator(generator):
        while (task := tasks.get()) is not None:
            number, indices = (None, None) if len(task) == 3 else task
            try:
                if len(task) == 3:
                    load = None
                    seed, skip, results = task
                    if not prepared and worker_init_fn is not None:
                        worker_init_fn(info.id)
                    prepared = True
                    generator.manual_seed(seed_of_stream(seed, info.id))
                    opened = recipe.start()
                    for k in range(skip):
                        generator.manual_seed(seed_of(seed, k * info.num_workers + info.id))
                        opened(None)
                    load = opened
                elif load is not None:  # else the epoch could not begin, which has been told
                    generator.manual_seed(seed_of(seed, number))
                    results.put((info.id, number, load(indices), None))
            except BaseException as error:  # the thread goes on: the user may begin another epoch
                results.put((info.id, number, None, outside(error, info.id, place(number, indices))))


def outside(error: BaseException, worker: int, where: str) -> BaseException:
    """The exception that is raised where batches are taken."""
    if keeps_its_meaning(error):
        return error
    instead = cannot_pass(worker, summary(error), where, OTHER_MEANING)
    instead.__cause__ = error
    return instead
