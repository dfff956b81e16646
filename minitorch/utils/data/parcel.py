"""How a dataset gets into a worker process, and how that is started."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, reduction, spawn
from typing import Any

from minitorch.errors import ArgumentTypeError
from minitorch.utils.data import ring

LARGE = 2**16  # bytes of an array, from which on it does not go through a pipe
PRELOADED = "minitorch.utils.data.worker_process"
USUAL = {
    "minitorch",
    "PIL",
    "h5py",
    "av",
}  # libraries of datasets, which workers need if the program has loaded them
_lock = threading.Lock()


def default_context() -> Any:
    """Processes are forked from one that has loaded minitorch and nothing else; where there is no fork, spawned."""
    methods = multiprocessing.get_all_start_methods()
    if "forkserver" not in methods:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if getattr(getattr(forkserver, "_forkserver", None), "_preload_modules", None) == ["__main__"]:
        usual = [name for name in list(sys.modules) if name.partition(".")[0] in USUAL]
        context.set_forkserver_preload(["__main__", PRELOADED, *usual])  # nobody else has said what to load
    return context


class _Pickler(reduction.ForkingPickler):
    """Notes whether something is defined in the program itself, so that a worker must load that, too."""

    needs_main = False

    def reducer_override(self, x: Any) -> Any:
        if getattr(x, "__module__", None) == "__main__" and (isinstance(x, type) or callable(x)):
            self.needs_main = True
        return NotImplemented


class Parcel:
    """The dataset and the functions of a loader, for worker processes.

    Large arrays in it lie in memory that all workers share, until they change them.

    Args:
        recipe: with the dataset and the collate_fn.
        worker_init_fn: the user's function.
        context: how processes are started; those that are forked have everything already.
    """

    def __init__(self, recipe: Any, worker_init_fn: Any, context: Any) -> None:
        self.content: Any = (recipe, worker_init_fn)
        self.needs_main = True
        self.packed: Any = None
        self.method = context.get_start_method()
        if self.method != "fork":
            self._pack()

    def _pack(self) -> None:
        stream, large = io.BytesIO(), []

        def keep(buffer: pickle.PickleBuffer) -> bool:
            raw = buffer.raw()
            if not ring.AVAILABLE or raw.nbytes < LARGE:
                return True
            large.append(raw)
            return False

        pickler = _Pickler(stream, 5, True, keep)
        try:
            pickler.dump(self.content)
        except RuntimeError as error:
            if "inheritance" not in str(error):
                raise
            return  # locks and the like can be pickled only while a process is being started
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ArgumentTypeError(self._cannot(error)) from error
        self.needs_main = pickler.needs_main
        main = sys.modules["__main__"]
        is_module = getattr(main, "__spec__", None) is not None or os.path.isfile(
            getattr(main, "__file__", "")
        )
        if self.needs_main and not is_module:
            raise ArgumentTypeError(self._cannot("it is defined in a notebook or an interactive session"))
        file: Any = None
        places: Any = None
        if large:
            file = ring.File()
            places = ring.Slots(file).put(large, [None] * len(large))
        self.packed = (stream.getvalue(), file, places)

    def _cannot(self, why: Any) -> str:
        recipe, worker_init_fn = self.content
        parts = {"dataset": recipe.dataset, "collate_fn": recipe.collate_fn, "worker_init_fn": worker_init_fn}
        found = []
        for name, part in parts.items():
            pickler = _Pickler(io.BytesIO(), 5)
            try:
                pickler.dump(part)
            except Exception:
                found.append(name)
            else:
                if pickler.needs_main and isinstance(why, str):
                    found.append(name)
        what = " and the ".join(found) or "dataset"
        return (
            f"DataLoader: the {what} cannot be given to worker processes: {why}. Define it in a module file "
            f"and import it, or pass multiprocessing_context='fork' or worker_type='thread'"
        )

    def __getstate__(self) -> Any:
        return self.packed or self.content

    def __setstate__(self, state: Any) -> None:
        self.packed = None
        self.content = None
        if len(state) == 3:
            self.packed = state
        else:
            self.content = state

    def unpack(self) -> Any:
        """The recipe and the worker_init_fn."""
        if self.packed is None:
            return self.content
        data, file, places = self.packed
        if file is None:
            return pickle.loads(data)
        offset, size, parts = places
        memory = memoryview(file.map(size, offset, private=True))
        return pickle.loads(data, buffers=[memory[start : start + count] for start, count in parts])


def start_process(process: Any, parcel: Parcel) -> None:
    """Starts a process; it loads the main program only if it must, so that one without `if __name__ …` can do."""
    with _lock, _without_main(process.name) if not parcel.needs_main else _as_it_is():
        process.start()


@contextmanager
def _without_main(ours: str) -> Iterator[None]:
    """While a process of this name is started, it is not told of the main program."""
    prepared = spawn.get_preparation_data

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = prepared(name)
        if name == ours:
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    spawn.get_preparation_data = get_preparation_data
    try:
        yield
    finally:
        spawn.get_preparation_data = prepared


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield
