"""`count_ops`: which ops a part of a program applies, how often, and how many of them are recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minitorch import watch
from minitorch.errors import ArgumentTypeError, MinitorchError

if TYPE_CHECKING:
    from minitorch.op import Op


class OpCountError(MinitorchError, AssertionError):
    """A program applied other ops than it may, or more of them."""


class count_ops(watch.Watcher):
    """Counts the ops that this thread applies in a block; with limits, it holds them to these at the end.

    So a test can say that a function is vectorised (`at_most=10`, however large its inputs are), that it takes three
    products (`exactly={"matmul": 3}`), or that it does without what it should write itself (`at_most={"softmax": 0}`).
    An op has the name that `profiler` shows. Work that leaves minitorch, such as a loop over `x.tolist()`, is not seen:
    for that there is `time_budget`.

    Args:
        at_most: how many ops may run in all, or of each kind.
        exactly: how many of each kind must run.

    Attributes:
        ran: how often each op was applied.
        recorded: how often each became a node of the graph.
        backward: of how many nodes of each kind a walk back computed the formula.

    Raises:
        OpCountError: an AssertionError, at the end of the block.

    >>> import minitorch
    >>> from minitorch.testing import count_ops
    >>> x, w = minitorch.ones(4, 3), minitorch.ones(3, 2, requires_grad=True)
    >>> with count_ops() as ops:
    ...     (x @ w).relu().sum().backward()
    >>> ops["matmul"], ops.total, ops.backward["matmul"]
    (1, 3, 1)
    >>> with count_ops(at_most=5):  # doctest: +ELLIPSIS
    ...     total = sum(row.sum() for row in minitorch.ones(100, 2))
    Traceback (most recent call last):
        ...
    minitorch.testing.counting.OpCountError: count_ops: 201 ops ran, and at most 5 may: 100 × sum, 100 × add, ...
    """

    def __init__(
        self, *, at_most: int | Mapping[str, int] | None = None, exactly: Mapping[str, int] | None = None
    ) -> None:
        super().__init__()
        if exactly is not None and not isinstance(exactly, Mapping):
            raise ArgumentTypeError('count_ops: exactly takes names and numbers, as in {"matmul": 3}')
        self.at_most, self.exactly = at_most, exactly or {}
        self.ran: Counter[str] = Counter()
        self.recorded: Counter[str] = Counter()
        self.backward: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many ops were applied."""
        return self.ran.total()

    def __getitem__(self, op_name: str) -> int:
        return self.ran[op_name]

    def __enter__(self) -> Self:
        watch.start(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        watch.stop(self)
        if error is None and (problem := self.problem()):
            raise OpCountError(f"count_ops: {problem}")

    def op_ends(self, token: Any, op_class: type[Op], inputs: tuple[Any, ...], result: Any) -> None:
        """Counts an op that was applied."""
        self.ran[op_class.op_name] += 1
        first = result[0] if result.__class__ is tuple and result else result
        if isinstance(getattr(first, "grad_fn", None), op_class):
            self.recorded[op_class.op_name] += 1

    def node_ends(self, token: Any, node: Op, results: Any) -> None:
        """Counts a formula that a walk has computed."""
        self.backward[node.op_name] += 1

    def problem(self) -> str:
        """Which limit does not hold, or an empty string."""
        if isinstance(self.at_most, int) and self.total > self.at_most:
            most = ", ".join(f"{n} × {name}" for name, n in self.ran.most_common(3))
            return (
                f"{self.total} ops ran, and at most {self.at_most} may: {most}. Apply one op to the whole tensor "
                f"instead of a loop over its elements"
            )
        for name, limit in self.at_most.items() if isinstance(self.at_most, Mapping) else ():
            if self.ran[name] > limit:
                may = f"at most {limit} may" if limit else "this part is to be written without it"
                return f"{name} ran {self.ran[name]} ×, and {may}"
        for name, number in self.exactly.items():
            if self.ran[name] != number:
                return f"{name} ran {self.ran[name]} ×, and should run {number} ×"
        return ""
