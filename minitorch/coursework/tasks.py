"""Tests of an assignment: plain functions that say which task they belong to and what they are worth."""

from __future__ import annotations

import importlib.util
import itertools
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, TypeVar

from minitorch.errors import MissingDependencyError

Function = TypeVar("Function", bound=Callable[..., None])

TESTS = "test_tasks.py"
LONGEST = 500  # characters of an error that are shown
PASSED, FAILED, WAITING = "passed", "failed", "waiting"


class Waiting(AssertionError):
    """A gap is not filled yet."""


@dataclass(frozen=True)
class Worth:
    """Where a test stands in the assignment."""

    task: str
    points: float
    hidden: bool

    @property
    def marker(self) -> str:
        """The name by which `pytest -m` selects it."""
        return f"task{self.task.replace('.', '_')}"


@dataclass(frozen=True)
class Result:
    """What came out of one test."""

    test: str
    task: str
    points: float
    label: str
    status: str
    message: str = ""

    @property
    def earned(self) -> float:
        """All of its points, or none."""
        return self.points if self.status == PASSED else 0


def task(number: str, points: float, hidden: bool = False) -> Callable[[Function], Function]:
    """Says that a test belongs to a task, and how many points it gives.

    Args:
        number: the task, such as `"1.2"`; `pytest -m task1_2` selects it.
        points: what passing the test is worth.
        hidden: students do not get the test.

    >>> from minitorch.coursework import task
    >>> @task("1.2", points=3)
    ... def test_double(submission):
    ...     assert submission.double(4) == 8, "twice 4 is something else"
    >>> test_double.worth.marker
    'task1_2'
    """

    def mark(function: Function) -> Function:
        function.worth = Worth(number, points, hidden)  # type: ignore[attr-defined]
        return function

    return mark


class Submission:
    """The names that a student's code defined, as attributes; one that is missing is a gap.

    >>> from minitorch.coursework import Submission
    >>> Submission({"double": lambda x: 2 * x}).double(4)
    8
    """

    def __init__(self, names: dict[str, Any]):
        self._names = names

    def __getattr__(self, name: str) -> Any:
        value = self._names.get(name, ...)
        if value is ...:
            raise Waiting(f"`{name}` is not there yet")
        return value


expectations: list[object] | None = None


@contextmanager
def recording() -> Iterator[list[object]]:
    """Collects what `same` compares answers with, so that messages can be searched for it."""
    global expectations
    expectations = []
    try:
        yield expectations
    finally:
        expectations = None


def numbers(value: Any) -> tuple[Any, list[Any]]:
    """The structure of a value (its shape, for a rectangular one), and its numbers in order.

    >>> from minitorch.coursework.tasks import numbers
    >>> numbers([[1, 2], [3, 4]])
    ([2, 2], [1, 2, 3, 4])
    """
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, list | tuple):
        return [], [value]
    parts = [numbers(x) for x in value]
    inner = [structure for structure, _ in parts]
    alike = all(structure == inner[0] for structure in inner[1:])
    structure = [len(value), *(inner[0] if inner else [])] if alike else inner
    return structure, list(itertools.chain.from_iterable(found for _, found in parts))


def same(answer: Any, expected: Any, message: str, tolerance: float = 1e-6, given: object = None) -> None:
    """Fails with `message` unless an answer equals what was expected; the message is all that is shown.

    |answer − expected| ≤ tolerance · max(1, |expected|), number by number, and the same shape.

    Args:
        answer: a number, a sequence, an array or a tensor.
        expected: the same, from an oracle.
        message: what to look at; never the expected value.
        tolerance: how far apart numbers may be.
        given: an input, to be shown after the message.

    Raises:
        AssertionError: they differ.

    >>> from minitorch.coursework import same
    >>> same([0.1 + 0.2, 1.0], (0.3, 1), "the sum is wrong")
    """
    if expectations is not None:
        expectations.append(expected)
    shown = "" if given is None else f" [given {given}]"
    if answer is ... or answer is None:
        raise AssertionError(f"{message} [the result is {answer}]{shown}")
    shape, found = numbers(answer)
    wanted_shape, wanted = numbers(expected)
    if shape != wanted_shape:
        flat = isinstance(answer, list | tuple) and len(shape) == 1
        found_shape = f"length {shape[0]}" if flat else f"shape {tuple(shape)}"
        raise AssertionError(f"{message} [it has the {found_shape}, which is not right]{shown}")
    for x, y in zip(found, wanted, strict=True):
        if not isinstance(x, int | float | complex) or not isinstance(y, int | float | complex):
            equal = type(x) is type(y) and x == y  # what says that it equals everything equals nothing
        elif isinstance(y, bool):
            equal = x == y
        elif isinstance(x, complex) or isinstance(y, complex):
            equal = abs(x - y) <= tolerance * max(1.0, abs(y))
        else:
            equal = isclose(x, y, rel_tol=0, abs_tol=tolerance * max(1.0, abs(y))) or (x != x and y != y)
        if not equal:
            raise AssertionError(message + shown)


def load(path: str | Path) -> ModuleType:
    """The module of tests at `path`, loaded afresh and without the rewriting that pytest does."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"coursework: there is no {path.name} in {path.resolve().parent}: "
            "it came with the notebook, and has to lie beside it"
        )
    spec = importlib.util.spec_from_file_location(f"coursework_{path.stem}", path)
    assert spec is not None and spec.loader is not None  # noqa: PT018  (a .py file always has both)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        package = {"sklearn": "scikit-learn"}.get(str(error.name), error.name)
        raise MissingDependencyError(
            f"coursework: {path.name} needs {package}; run: pip install {package}"
        ) from error
    return module


def graded(module: ModuleType, number: str | None = None) -> dict[str, Callable[[Submission], None]]:
    """Its tests by name, in the order in which they stand in the file; of one task, if it is given."""
    return {
        name: test
        for name, test in vars(module).items()
        if hasattr(test, "worth") and number in (None, test.worth.task)
    }


def result_of(test: Callable[[Submission], None], status: str, message: str = "") -> Result:
    """A result of this test."""
    worth: Worth = test.worth  # type: ignore[attr-defined]
    label = (test.__doc__ or test.__name__).strip().partition("\n")[0].rstrip(".")
    return Result(test.__name__, worth.task, worth.points, label, status, message)


def judge(test: Callable[[Submission], None], names: dict[str, Any]) -> Result:
    """Runs a test on what a student's code defined; whatever that code does, a result comes back."""
    try:
        test(Submission(names))
    except Waiting as waiting:
        return result_of(test, WAITING, str(waiting))
    except AssertionError as failure:
        return result_of(test, FAILED, str(failure) or "the result is not right")
    except KeyboardInterrupt:
        raise
    except BaseException as failure:
        if type(failure) is NotImplementedError:  # minitorch's own errors derive from it
            return result_of(test, WAITING, "not solved yet")
        return result_of(test, FAILED, explained(failure, names))
    return result_of(test, PASSED)


def explained(failure: BaseException, names: dict[str, Any]) -> str:
    """The error, and the line of the student's code in which it happened, with the one that led there."""
    what = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
    what = what if len(what) <= LONGEST else what[:LONGEST] + " …"
    lines: list[str] = []
    reached = isinstance(failure, SyntaxError)
    step: TracebackType | None = failure.__traceback__
    while step is not None:
        frame = step.tb_frame
        if frame.f_globals is names:
            reached = True
            line = linecache.getline(frame.f_code.co_filename, step.tb_lineno).strip()
            if line and lines[-1:] != [line]:
                lines.append(line)
        step = step.tb_next
    if not reached:
        return f"what your code returned does not work here: {what}"
    if not lines:
        return f"your code stopped with {what}"
    came = f", which came from `{lines[-2]}`" if lines[1:] else ""
    return f"your code stopped with {what}, in the line `{lines[-1]}`{came}"
