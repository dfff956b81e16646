"""Capture and replay of CUDA graphs.

Arrays of a capture come from a pool of its own, which lives as long as the graph: nothing else gets their addresses,
so a replay finds everything where it was. Random generators hand out places relative to a beginning that stands in
the GPU's memory, and that each replay sets to where the generator is by then.

Source: NVIDIA, CUDA C++ Programming Guide, section "CUDA Graphs"; PyTorch documentation, "CUDA semantics".
"""

from __future__ import annotations

import gc
from contextlib import ExitStack, suppress
from typing import Any

import cupy as cp
import numpy as np

from minitorch.errors import BackendError
from minitorch_cupy import cublas, random
from minitorch_cupy.memory import capture
from minitorch_cupy.sources import function

REASONS = {
    900: "something waited for the GPU, or copied to or from ordinary memory, inside of it",
    901: "an earlier call in it was not allowed",
    904: "work went to another stream and never came back; let the capture's stream wait for it: "
    "minitorch.cuda.current_stream().wait_stream(side)",
    905: "it waited for work that was asked for before it began",
    906: "work went to the default stream; use the stream of the capture",
    907: "it asked whether an event of its own was reached",
}
# What CuPy says before it asks CUDA, and what it means.
PHRASES = {
    "D2H transfers": "a number was asked for on the CPU, which is not known before the replay",
    "H2D transfers": "something was copied from the CPU, whose memory a replay would read anew",
    "during stream capture": "it calls a library of NVIDIA's that CuPy does not let into a capture",
    "stream is capturing": "something waited for the GPU, which does nothing before the replay",
}
REMEDY = (
    "A graph is recorded while nothing is computed: no numbers can be looked at (item(), bool(), nonzero, boolean "
    "masks, shapes that depend on data), and kernels must have been compiled: run the step a few times before"
)


def new_pool() -> Any:
    """Memory for the arrays of captures."""
    return cp.cuda.MemoryPool()


def explained(error: BaseException) -> BackendError | None:
    """Why something cannot be captured, for an error of CUDA's or CuPy's that says so."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and 900 <= status <= 910:
        reason = REASONS.get(status, str(error))
    elif isinstance(error, RuntimeError) and not isinstance(error, BackendError):
        found = [meaning for phrase, meaning in PHRASES.items() if phrase in str(error)]
        if not found:
            return None
        reason = f"{found[0]} (CuPy: {error})"
    else:
        return None
    return BackendError(f"cuda.graph: this cannot be captured: {reason}. {REMEDY}")


class Recorded:
    """A graph that can be replayed.

    Attributes:
        pool: the memory of its arrays.
    """

    def __init__(self, graph: Any, pool: Any, draws: list[tuple[Any, Any, int]], replays: Any) -> None:
        self.graph, self.pool, self._draws = graph, pool, draws
        self._replays = replays  # kept, since the graph counts there

    def replay(self) -> None:
        """Asks the GPU for all of it, in the current stream."""
        for generator, base, used in self._draws:
            place = np.uint64(generator.seed), np.uint64(generator.offset)
            function("random.cu", "set_base")((1,), (1,), (base, *place))
            generator.offset += used
        self.graph.launch(cp.cuda.get_current_stream())


class Capture:
    """The recording of one graph: `begin()`, the work, and `end()` or `abandon(error)`."""

    def __init__(self, pool: Any, stream: Any) -> None:
        self.pool = new_pool() if pool is None else pool
        self.stream = cp.cuda.Stream(non_blocking=True) if stream is None else stream

    def begin(self) -> None:
        """Begins to record; after an error everything is as it was.

        Raises:
            BackendError: inside of another capture, and if CUDA refuses.
        """
        if capture.active:
            raise BackendError("cuda.graph: a graph is being captured already; captures do not nest")
        gc.collect()  # arrays in cycles would be given back in the middle of it
        function("random.cu", "set_base")
        with ExitStack() as undo:
            self._draws: list[tuple[Any, Any, int]] = []
            for generator in list(random.live):
                generator.begin_capture()
                undo.callback(self._finish, generator)
            replays = cp.full((), -1, np.int64)
            replays += 1  # as at the end of each replay; a kernel that was never used cannot be captured
            undo.callback(cublas.Borrowed().give_back)
            cp.cuda.Device().synchronize()  # streams in which the graph is replayed find these numbers written
            undo.enter_context(cp.cuda.using_allocator(self.pool.malloc))
            undo.enter_context(self.stream)
            capture.active, capture.replays, capture.counts = True, replays, False
            undo.callback(setattr, capture, "active", False)
            try:
                self.stream.begin_capture()
            except RuntimeError as error:
                raise BackendError(
                    f"cuda.graph: the capture cannot begin ({error}); capture in a stream made by "
                    f"minitorch.cuda.Stream(), in which no other capture goes on"
                ) from error
            self._undo = undo.pop_all()

    def _finish(self, generator: random.Generator) -> None:
        base = generator.base
        used = generator.end_capture()
        if used:
            self._draws.append((generator, base, used))

    def end(self) -> Recorded:
        """The graph.

        Raises:
            BackendError: if something in it cannot be captured.
        """
        replays = capture.replays if capture.counts else None
        try:
            if replays is not None:
                replays += 1  # by the graph itself, so that it is done before the next replay in any stream
            graph = self.stream.end_capture()
        except RuntimeError as error:
            self.abandon(error)
            raise
        self._undo.close()
        return Recorded(graph, self.pool, self._draws, replays)

    def abandon(self, error: BaseException | None) -> None:
        """Ends it after an error, and explains the error if it is CUDA's.

        Raises:
            BackendError: in place of an error that says that something cannot be captured.
        """
        with suppress(RuntimeError):  # the error that led here says more
            self.stream.end_capture()
        self._undo.close()
        better = None if error is None else explained(error)
        if better is not None:
            raise better from error
