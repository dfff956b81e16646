"""The cells of a notebook that check, hint and show: for students, while they work."""

from __future__ import annotations

import sys
from pathlib import Path

from minitorch.coursework.tasks import PASSED, TESTS, WAITING, graded, judge, load
from minitorch.errors import ArgumentError

quiet = False  # graders run the tests themselves
hints_given: dict[tuple[str, str], int] = {}


def check(number: str, tests: str | Path = TESTS) -> None:
    """Runs the tests of a task on what the notebook has defined so far, and prints what they found.

    Args:
        number: the task, such as `"1.2"`.
        tests: the file with the tests.

    Raises:
        FileNotFoundError: the file with the tests is not there.
        ArgumentError: it has no such task.
    """
    if quiet:
        return
    found = graded(load(tests), number)
    if not found:
        there = sorted({test.worth.task for test in graded(load(tests)).values()})  # type: ignore[attr-defined]
        raise ArgumentError(f"check: {Path(tests).name} has no task {number!r}, but {', '.join(there)}")
    names = sys._getframe(1).f_globals
    results = [judge(test, names) for test in found.values()]
    total = sum(r.points for r in results)
    if all(r.status == PASSED for r in results):
        print(f"Task {number}: correct. {total:g} of {total:g} points.")
    elif all(r.status == WAITING for r in results):
        print(f"Task {number} is waiting for you: {total:g} points, not solved yet.")
    else:
        print(f"Task {number}: {sum(r.earned for r in results):g} of {total:g} points.")
        for r in results:
            print(f"  {'✓' if r.status == PASSED else '✗'} {r.label} ({r.earned:g} of {r.points:g})")
            if r.message:
                print("      " + r.message.replace("\n", "\n      "))


def hint(number: str, tests: str | Path = TESTS) -> None:
    """Prints the first hint for a task; called again, the next one, which says more.

    Args:
        number: the task, such as `"1.2"`.
        tests: the file with the tests, in which `HINTS` maps tasks to lists of hints.
    """
    if quiet:
        return
    hints = getattr(load(tests), "HINTS", {}).get(number, [])
    if not hints:
        print(f"There is no hint for task {number}.")
        return
    key = (str(Path(tests).resolve()), number)
    given = min(hints_given.get(key, 0) + 1, len(hints))
    hints_given[key] = given
    print(f"Hint {given} of {len(hints)} for task {number}: {hints[given - 1]}")
    if given < len(hints):
        print("(Run the cell again for the next one.)")


def solution(number: str, tests: str | Path = TESTS) -> None:
    """Prints the solution of a task, where the file of tests has one in `SOLUTIONS`: lessons do, assignments do not.

    Args:
        number: the task, such as `"1.2"`.
        tests: the file with the tests.
    """
    if not quiet:
        shown = getattr(load(tests), "SOLUTIONS", {}).get(number)
        print(shown or f"The solution of task {number} is not handed out. Try hint({number!r}).")
