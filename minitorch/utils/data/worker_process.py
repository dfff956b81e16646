"""What a worker process does; the process that all others are forked from loads this file beforehand."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentTypeError
from minitorch.random import Generator, default_generator, use_generator
from minitorch.settings import set_num_threads
from minitorch.utils.data import collate, ring
from minitorch.utils.data.recipe import END, Recipe, seed_of, seed_of_stream
from minitorch.utils.data.seeds import seed_process
from minitorch.utils.data.worker_error import OTHER_MEANING, keeps_its_meaning, summary
from minitorch.utils.data.worker_info import WorkerInfo, set_for_process

Generator().get_state()  # NumPy loads its random numbers when they are first used: here, before any batch is seeded
GRACE = 1.0  # seconds that a worker has for the batch that it is at, when it is sent home


class Failure:
    """An exception on its way to the main process.

    Attributes:
        pickled: the exception, or None if it cannot be raised in the main process.
        why: it cannot.
        summary: its type and message.
        trace: the traceback, as text.
    """

    def __init__(self, error: BaseException) -> None:
        self.summary = summary(error)
        self.trace = "".join(traceback.format_exception(error))
        self.pickled: bytes | None = None
        self.why = OTHER_MEANING
        if keeps_its_meaning(error):
            self.why = "the exception itself cannot be pickled"
            try:
                pickled = pickle.dumps(error)
                pickle.loads(pickled)
            except Exception:
                return
            self.pickled = pickled


class Start:
    """What a process gets when it starts.

    Attributes:
        number: of the worker.
        count: of workers.
        seed: the worker's.
        connection: to the main process.
        file: where batches go, or None.
        content: the recipe and the worker_init_fn, to be unpacked.
        default_dtype: as in the main process.
        others: what a forked process has of other workers' connections.
    """

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def main(start: Any) -> None:
    """Loads batches until the main process says that it is enough, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which sends us home
    for connection in start.others:
        connection.close()
    tasks: SimpleQueue[Any] = SimpleQueue()
    worker = Worker(start)
    threading.Thread(target=watch, args=(start.connection, tasks, worker), daemon=True).start()
    try:
        if worker.prepare(start):
            worker.work(tasks)
        else:  # the main process sends us home when it has read why
            while tasks.get() is not None:
                pass
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # there is nobody to give the batch to
    worker.at_home.set()


def watch(connection: Any, tasks: SimpleQueue[Any], worker: Worker) -> None:
    """Takes tasks as they come; when the main process has gone, so does this one, whatever it is doing."""
    try:
        while True:
            message = pickle.loads(connection.recv_bytes())
            if message[0] == "epoch":
                worker.newest = message[1]
            tasks.put(message)
    except (EOFError, OSError):
        pass
    worker.newest = None
    tasks.put(None)
    if not worker.at_home.wait(GRACE):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)


class Worker:
    """The state of a worker process."""

    def __init__(self, start: Any) -> None:
        self.number, self.count, self.connection = start.number, start.count, start.connection
        self.slots = None if start.file is None else ring.Slots(start.file)
        self.newest: Any = 0  # the epoch that is wanted
        self.at_home = threading.Event()
        self.recipe: Recipe
        self.generator = Generator()

    def prepare(self, start: Any) -> bool:
        """Unpacks the dataset, and runs the user's function; whether that went well."""
        set_num_threads(1)
        if self.slots is not None:
            collate.lay_out = self.slots.lay_out
        dtypes.set_default_dtype(start.default_dtype)
        default_generator.manual_seed(start.seed)
        seed_process(start.seed)
        try:
            self.recipe, worker_init_fn = start.content.unpack()
            set_for_process(WorkerInfo(self.number, self.count, start.seed, self.recipe.dataset))
            if worker_init_fn is not None:
                worker_init_fn(self.number)
        except BaseException as error:
            self.fail(None, None, error)
            return False
        return True

    def work(self, tasks: SimpleQueue[Any]) -> None:
        """Loads what is asked for."""
        load, seed, epoch = None, 0, None
        with use_generator(self.generator):
            while (message := tasks.get()) is not None:
                if message[0] == "epoch":
                    _, epoch, seed, skip = message
                    try:
                        load = self.begin(seed, skip)
                    except BaseException as error:
                        self.fail(epoch, None, error)
                    continue
                _, number, indices, returned = message
                if self.slots is not None:
                    self.slots.begin(returned)
                if epoch != self.newest:
                    continue
                try:
                    self.seed(seed_of(seed, number))
                    assert load is not None
                    batch = load(indices)
                    if batch is END:
                        self.connection.send_bytes(pickle.dumps((epoch, number, None)))
                        continue
                    structure, buffers, starts = packed(batch, self.slots)
                except BaseException as error:
                    self.fail(epoch, number, error)
                    continue
                self.give(epoch, number, structure, buffers, starts)
                del batch, buffers

    def begin(self, seed: int, skip: int) -> Any:
        """Opens the dataset for an epoch; of a stream so many batches are had already."""
        self.seed(seed_of_stream(seed, self.number))
        load = self.recipe.start()
        for k in range(skip):
            self.seed(seed_of(seed, k * self.count + self.number))
            load(None)
        return load

    def seed(self, seed: int) -> None:
        """Starts all sources of randomness anew."""
        self.generator.manual_seed(seed)
        seed_process(seed)

    def give(
        self, epoch: Any, number: int, structure: bytes, buffers: list[memoryview], starts: list[int | None]
    ) -> None:
        """Sends a batch: its structure through the connection, its numbers through the file."""
        place = None
        if self.slots is not None and buffers:
            place = self.slots.put(buffers, starts)
        self.connection.send_bytes(
            pickle.dumps((epoch, number, structure, place, None if place else [*map(bytes, buffers)]))
        )

    def fail(self, epoch: Any, number: int | None, error: BaseException) -> None:
        """Sends an exception."""
        self.connection.send_bytes(pickle.dumps((epoch, number, Failure(error))))


def packed(batch: Any, slots: ring.Slots | None) -> tuple[bytes, list[memoryview], list[int | None]]:
    """A batch as it is sent, as `ring.pack` makes it.

    Raises:
        ArgumentTypeError: if something in it cannot be pickled.
    """
    try:
        return ring.pack(batch, slots)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ArgumentTypeError(
            f"DataLoader: the batch cannot leave the worker process: {error}; return tensors, numbers or strings from "
            f"the dataset and the collate_fn, or pass worker_type='thread'"
        ) from error
