"""Capture and replay of CUDA graphs.

Arrays of a capture come from a pool of its own, which lives as long as the graph: nothing else gets their addresses,
so a replay finds everything where it was. Random generators hand out places relative to a beginning that stands in
the GPU's memory, and that each replay sets to where the generator is by then.

Source: NVIDIA, CUDA C++ Programming Guide, section "CUDA Graphs"; PyTorch documentation, "CUDA semantics".
"""

from __future__ import annotations

import gc
from contextlib import suppress
from typing import Any

import cupy as cp
import numpy as np

from minitorch.errors import BackendError
from minitorch_cupy import random
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
REMEDY = (
    "A graph is recorded while nothing is computed: no numbers can be looked at (item(), bool(), nonzero, boolean "
    "masks, shapes that depend on data), and kernels must have been compiled: run the step a few times before"
)


def new_pool() -> Any:
    """Memory for the arrays of captures."""
    return cp.cuda.MemoryPool()


def explained(error: BaseException) -> BackendError | None:
    """Why something cannot be captured, for an error of CUDA's that says so."""
    status = getattr(error, "status", None)
    if status not in REASONS and not 900 <= (status or 0) <= 910:
        return None
    reason = REASONS.get(status or 0, str(error))
    return BackendError(f"cuda.graph: this cannot be captured: {reason}. {REMEDY}")


class Recorded:
    """A graph that can be replayed.

    Attributes:
        pool: the memory of its arrays.
    """

    def __init__(self, graph: Any, pool: Any, draws: list[tuple[Any, Any, int]], replays: Any) -> None:
        self.graph, self.pool, self._draws = graph, pool, draws
        self._replays = replays

    def replay(self) -> None:
        """Asks the GPU for all of it, in the current stream."""
        for generator, base, used in self._draws:
            place = np.uint64(generator.seed), np.uint64(generator.offset)
            function("random.cu", "set_base")((1,), (1,), (base, *place))
            generator.offset += used
        self.graph.launch(cp.cuda.get_current_stream())
        if self._replays is not None:
            self._replays += 1


class Capture:
    """The recording of one graph: `begin()`, the work, and `end()` or `abandon(error)`."""

    def __init__(self, pool: Any, stream: Any) -> None:
        self.pool = new_pool() if pool is None else pool
        self.stream = cp.cuda.Stream(non_blocking=True) if stream is None else stream

    def begin(self) -> None:
        """Begins to record.

        Raises:
            BackendError: inside of another capture.
        """
        if capture.active:
            raise BackendError("cuda.graph: a graph is being captured already; captures do not nest")
        gc.collect()  # arrays in cycles would be given back in the middle of it
        function("random.cu", "set_base")
        cp.cuda.get_current_stream().synchronize()
        cp.cuda.Device().synchronize()
        self._generators = list(random.live)
        self._bases = [generator.begin_capture() for generator in self._generators]
        capture.replays, capture.counts = cp.zeros((), np.int64), False
        self._allocator = cp.cuda.using_allocator(self.pool.malloc)
        self._allocator.__enter__()
        self.stream.__enter__()
        capture.active = True
        self.stream.begin_capture()

    def _leave(self) -> list[tuple[Any, Any, int]]:
        capture.active = False
        self.stream.__exit__(None, None, None)
        self._allocator.__exit__(None, None, None)
        used = [generator.end_capture() for generator in self._generators]
        return [draw for draw in zip(self._generators, self._bases, used, strict=True) if draw[2]]

    def end(self) -> Recorded:
        """The graph.

        Raises:
            BackendError: if something in it cannot be captured.
        """
        try:
            graph = self.stream.end_capture()
        except cp.cuda.runtime.CUDARuntimeError as error:
            self._leave()
            raise explained(error) or error from error
        return Recorded(graph, self.pool, self._leave(), capture.replays if capture.counts else None)

    def abandon(self, error: BaseException | None) -> None:
        """Ends it after an error, and explains the error if it is CUDA's.

        Raises:
            BackendError: in place of an error that says that something cannot be captured.
        """
        with suppress(cp.cuda.runtime.CUDARuntimeError):  # the error that led here says more
            self.stream.end_capture()
        self._leave()
        better = None if error is None else explained(error)
        if better is not None:
            raise better from error
