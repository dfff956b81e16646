"""Workers that are processes, as the main process sees them: started, asked, listened to, and never left behind."""

from __future__ import annotations

import os
import pickle
import signal
import time
import weakref
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any

from minitorch import dtypes
from minitorch.errors import WorkerError
from minitorch.utils.data import ring, worker_process
from minitorch.utils.data.epoch import Epoch
from minitorch.utils.data.parcel import Parcel, default_context, start_process
from minitorch.utils.data.recipe import END
from minitorch.utils.data.worker_error import cannot_pass, place
from minitorch.utils.data.worker_process import Failure


class RemoteTraceback(Exception):
    """The traceback of an exception in another process, as text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class Processes:
    """A crew of processes.

    Args:
        loader: the settings.
    """

    def __init__(self, loader: Any) -> None:
        self.loader_settings = loader
        self.count: int = loader.num_workers
        self.is_stream: bool = loader.recipe().is_stream
        self.processes: list[Any] = []
        self.connections: list[Any] = []
        self.windows: list[ring.Window | None] = []
        self.asked: list[dict[int, Any]] = []  # by worker: what each number stands for
        self.epoch = 0
        self.needs_main = False
        self.heard: set[int] = set()  # the workers that have sent something
        self._end = weakref.finalize(self, dismiss, os.getpid(), self.processes, self.connections)

    def begin(self, epoch: Epoch) -> None:
        """Starts an epoch."""
        if not self.processes:
            self._start(epoch.seed)
        self.epoch += 1
        self.asked = [{} for _ in range(self.count)]
        for worker in range(self.count):
            skip = epoch.given[worker] if self.is_stream else 0
            self._post(worker, ("epoch", self.epoch, epoch.seed, skip))

    def _start(self, seed: int) -> None:
        loader = self.loader_settings
        context = loader.multiprocessing_context or default_context()
        parcel = Parcel(loader.recipe(), loader.worker_init_fn, context)
        self.needs_main = parcel.needs_main and context.get_start_method() != "fork"
        for worker in range(self.count):
            ours, theirs = context.Pipe()
            self.connections.append(ours)
            file = ring.File() if ring.AVAILABLE else None
            start = worker_process.Start(
                number=worker,
                count=self.count,
                seed=seed + worker,
                connection=theirs,
                file=file,
                content=parcel,
                default_dtype=dtypes.get_default_dtype(),
                others=list(self.connections) if context.get_start_method() == "fork" else [],
            )
            process = context.Process(
                target=worker_process.main, args=(start,), name=f"minitorch-loader-{worker}", daemon=True
            )
            start_process(process, parcel)
            theirs.close()
            self.processes.append(process)
            self.windows.append(None if file is None else ring.Window(file))

    def _post(self, worker: int, message: Any) -> None:
        with suppress(
            BrokenPipeError, ConnectionResetError
        ):  # what has become of it is said when its answer is awaited
            self.connections[worker].send_bytes(pickle.dumps(message))

    def send(self, worker: int, number: int, indices: Any) -> None:
        """Asks a worker for a batch."""
        self.asked[worker][number] = indices
        window = self.windows[worker]
        self._post(worker, ("batch", number, indices, window.take_returned() if window else []))

    def receive(self, worker: int | None, timeout: float | None) -> tuple[int, int, Any] | None:
        """Waits for a result, and for the end of any worker."""
        deadline = None if timeout is None else time.monotonic() + timeout
        wanted = range(self.count) if worker is None else (worker,)
        sources: dict[Any, int] = {self.connections[k]: k for k in wanted}
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait([*sources, *(process.sentinel for process in self.processes)], left)
            if not ready:
                return None
            talking: list[Any] = [source for source in ready if source in sources]
            if not talking:
                self._report_dead()
            for source in talking:
                try:
                    message = pickle.loads(source.recv_bytes())
                except (EOFError, OSError):
                    self._report_dead(sources[source])
                self.heard.add(sources[source])
                result = self._opened(sources[source], message)
                if result is not None:
                    return result

    def _opened(self, worker: int, message: Any) -> tuple[int, int, Any] | None:
        """What a message contains; None if it is of an earlier epoch."""
        epoch, number, content = message[:3]
        if isinstance(content, Failure):
            if epoch not in (None, self.epoch):  # nobody waits for that batch any more
                return None
            self._raise(worker, number, content)
        batch = END
        if content is not None:
            slot, beside = message[3:]
            if slot is not None:
                window = self.windows[worker]
                assert window is not None
                beside = window.view(*slot)
            if epoch == self.epoch:
                batch = ring.unpack(content, beside)
        if epoch != self.epoch:
            return None
        self.asked[worker].pop(number, None)
        return worker, number, batch

    def _raise(self, worker: int, number: int | None, failure: Failure) -> None:
        what = self._described(worker, number)
        if failure.pickled is None:
            raise cannot_pass(worker, failure.summary, what, failure.why) from RemoteTraceback(failure.trace)
        error = pickle.loads(failure.pickled)
        error.add_note(f"This happened in worker {worker} of a DataLoader, {what}.")
        raise error from RemoteTraceback(failure.trace)

    def _described(self, worker: int, number: int | None) -> str:
        return place(number, None if number is None else self.asked[worker].get(number))

    def _report_dead(self, worker: int | None = None) -> None:
        """Says what has become of a worker that has gone.

        Raises:
            WorkerError: always, if there is one.
        """
        for k, process in enumerate(self.processes):
            if worker is not None and k != worker:
                continue
            process.join(0 if worker is None else 5)
            code = process.exitcode
            if code is None and worker is None:
                continue
            self._drain(k)
            number = min(self.asked[k], default=None)
            where = self._described(k, number)
            if code is None:
                end, why = "closed its connection", "nothing is known of it"
            elif code < 0:
                end = f"was killed by {signal_name(-code)}"
                why = (
                    "the system does that when memory runs out"
                    if code == -9
                    else "a library that it calls may crash"
                )
            else:
                end = f"ended with exit code {code}"
                why = "its last words are on the standard error stream"
                if self.needs_main and k not in self.heard:
                    why += "; a program that defines the dataset itself runs under `if __name__ == '__main__':` only"
            raise WorkerError(f"DataLoader: worker {k} (pid {process.pid}) {end}, {where}; {why}")

    def _drain(self, worker: int) -> None:
        """Strikes off what a worker that has gone had still finished."""
        with suppress(EOFError, OSError):
            while self.connections[worker].poll():
                epoch, number, *_ = pickle.loads(self.connections[worker].recv_bytes())
                self.heard.add(worker)
                if epoch == self.epoch:
                    self.asked[worker].pop(number, None)

    def stop(self) -> None:
        """Ends all processes."""
        self._end()


def signal_name(number: int) -> str:
    """What a signal is called; those of real time have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def dismiss(owner: int, processes: list[Any], connections: list[Any]) -> None:
    """Tells the workers that it is over, and waits; whoever does not go is ended."""
    if os.getpid() != owner:  # a forked process has copies of the lists, but these are not its workers
        return
    for connection in connections:
        connection.close()
    deadline = time.monotonic() + 2 * worker_process.GRACE
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
        if process.exitcode is None:
            process.kill()
            process.join()
        process.close()
    processes.clear()
    connections.clear()
