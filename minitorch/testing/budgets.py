"""`time_budget` and `memory_budget`: whether a program is fast and frugal enough, beside another one.

Seconds say little: machines differ, and other programs run on them. So a budget is a multiple of what a reference
takes, on the same machine, in turn with it.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from time import perf_counter
from typing import Any

from minitorch.errors import ArgumentError, MinitorchError
from minitorch.op import Op
from minitorch.saving import is_array
from minitorch.value import Value

SHORTEST = 2e-3  # seconds that one measurement should take at least; the clock and the scheduler are coarse


class BudgetError(MinitorchError, AssertionError):
    """A program takes more time or memory than it may.

    Attributes:
        ratio: how many times as much as the reference.
    """

    def __init__(self, message: str, ratio: float) -> None:
        super().__init__(message)
        self.ratio = ratio


def time_budget(
    function: Callable[[], Any],
    reference: Callable[[], Any],
    times: float,
    *,
    repeats: int = 7,
    attempts: int = 3,
    name: str | None = None,
) -> float:
    """Passes if `function()` takes at most `times` as long as `reference()`, and returns the ratio.

    Both run once to warm up, then in turn. The ratio is that of the fastest runs: other programs can make a run only
    slower. Short ones run several times for one measurement. Before it fails, it goes on measuring, since it may have
    been disturbed all the time. What is hopelessly slow is not run a second time.

    Args:
        function: what is measured.
        reference: what it is compared with.
        times: how many times as long it may take.
        repeats: measurements of each.
        attempts: how often so many measurements are made before it counts as too slow.
        name: what messages call the function; by default its own name.

    Raises:
        BudgetError: an AssertionError with both times.
        ArgumentError: unless `times`, `repeats` and `attempts` are positive.

    >>> from minitorch.testing import time_budget
    >>> ratio = time_budget(lambda: sum(range(1000)), lambda: sum(range(2000)), times=4)
    >>> ratio < 4
    True
    """
    if times <= 0 or repeats < 1 or attempts < 1:
        raise ArgumentError(f"time_budget: expected positive numbers, got {times=}, {repeats=}, {attempts=}")
    theirs = max(seconds(reference, 1), 1e-9)
    own = seconds(function, 1)
    if own < max(1.0, 20 * times * theirs):  # the first run may have to compile, or to load something
        own = theirs = float("inf")
        for _ in range(attempts):
            found = in_turn(function, reference, repeats)
            own, theirs = min(own, found[0]), min(theirs, found[1])
            if own <= times * theirs:
                return own / theirs
    title = name or getattr(function, "__name__", "the function")
    raise BudgetError(
        f"{title} takes {readable(own)}, {own / theirs:.3g} × as long as the reference ({readable(theirs)}); at most "
        f"{times:g} × is allowed. A Python loop over elements is the usual reason: work on whole tensors",
        own / theirs,
    )


def in_turn(function: Callable[[], Any], reference: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """The seconds of the fastest run of both, measured in turn."""
    pair = (function, reference)
    counts = [max(1, int(SHORTEST / max(seconds(f, 1), 1e-9))) for f in pair]
    collecting = gc.isenabled()
    gc.disable()
    try:
        found: list[list[float]] = [[], []]
        for _ in range(repeats):
            for one, f, count in zip(found, pair, counts, strict=True):
                one.append(seconds(f, count))
    finally:
        if collecting:
            gc.enable()
    return min(found[0]), max(min(found[1]), 1e-9)


def seconds(function: Callable[[], Any], count: int) -> float:
    """The seconds of one call, out of several."""
    began = perf_counter()
    for _ in range(count):
        function()
    return (perf_counter() - began) / count


def memory_budget(
    function: Callable[[], Any],
    reference: Callable[[], Any],
    times: float,
    *,
    saved: bool = False,
    name: str | None = None,
) -> float:
    """Passes if `function()` needs at most `times` the memory of `reference()`, and returns the ratio.

    Args:
        function: what is measured.
        reference: what it is compared with.
        times: how many times as much it may need.
        saved: compare what the graph behind the results keeps for backward (`saved_bytes`) instead of the most that
            was allocated at one time, as `tracemalloc` counts it: Python's objects and NumPy's arrays.
        name: what messages call the function; by default its own name.

    Raises:
        BudgetError: an AssertionError with both numbers of bytes.
        ArgumentError: unless `times` is positive.

    >>> import minitorch
    >>> from minitorch.testing import memory_budget
    >>> x = minitorch.ones(100, 100)
    >>> memory_budget(lambda: x.exp().sum(), lambda: x.exp() + x.sin(), times=1) < 1
    True
    """
    if times <= 0:
        raise ArgumentError(f"memory_budget: expected a positive number of times, got {times}")
    measure = saved_by if saved else peak
    measure(function)  # what is loaded or cached at the first call does not count
    own, theirs = measure(function), measure(reference)
    ratio = own / max(theirs, 1)
    if ratio > times:
        title = name or getattr(function, "__name__", "the function")
        what = "keeps for backward" if saved else "needs"
        raise BudgetError(
            f"{title} {what} {own:,} bytes, {ratio:.3g} × as much as the reference ({theirs:,}); at most {times:g} × "
            f"is allowed. Are there large intermediate results that could be avoided?",
            ratio,
        )
    return ratio


def peak(function: Callable[[], Any]) -> int:
    """The most bytes that a call holds at one time, beyond what was held before."""
    gc.collect()
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        function()
        return max(tracemalloc.get_traced_memory()[1] - before, 0)
    finally:
        if not traced:
            tracemalloc.stop()


def saved_by(function: Callable[[], Any]) -> int:
    """The bytes that the graph behind the results of a call keeps."""
    result = function()
    return saved_bytes(*(result if isinstance(result, (tuple, list)) else (result,)))


def saved_bytes(*results: Any) -> int:
    """How many bytes the ops behind some tensors keep for backward; memory that several of them share counts once.

    >>> import minitorch
    >>> from minitorch.testing import saved_bytes
    >>> x = minitorch.ones(10, requires_grad=True)  # 40 bytes
    >>> saved_bytes(x + x), saved_bytes(x.exp()), saved_bytes(x.exp() * x)
    (0, 40, 80)
    """
    waiting: list[Any] = [y.grad_fn for y in results if isinstance(y, Value)]
    nodes: set[Op] = set()
    memory: dict[int, int] = {}
    while waiting:
        node = waiting.pop()
        if isinstance(node, Op) and node not in nodes:
            nodes.add(node)
            waiting.extend(node.edges)
            values = list(vars(node.saved).values()) if hasattr(node.saved, "__dict__") else []
            for value in values:
                for array in value if type(value) in (tuple, list) else (value,):
                    if is_array(array):
                        owner = array if array.base is None else array.base
                        memory[id(owner)] = getattr(owner, "nbytes", array.nbytes)
    return sum(memory.values())


def readable(duration: float) -> str:
    """Seconds, as people say them."""
    return f"{duration:.2f} s" if duration >= 1 else f"{1e3 * duration:.3g} ms"
