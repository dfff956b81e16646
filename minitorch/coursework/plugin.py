"""Plugin of pytest that runs the tests of an assignment on a submission.

In the folder of an assignment: `pytest --submission=my.ipynb -m task1_2`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from minitorch.coursework import checking
from minitorch.coursework.reading import namespace_of
from minitorch.coursework.tasks import PASSED, judge, load
from minitorch.errors import ArgumentError

POINTS: pytest.StashKey[dict[str, list[float]]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --submission."""
    parser.addoption("--submission", help="the notebook or Python file to test (the only notebook here)")


def pytest_configure(config: pytest.Config) -> None:
    """Starts with no points."""
    config.stash[POINTS] = defaultdict(lambda: [0.0, 0.0])


@pytest.fixture(scope="session")
def submissions() -> dict[Path, dict[str, Any]]:
    """What each submission defined, so that none is run twice."""
    return {}


@pytest.fixture
def submission(request: pytest.FixtureRequest, submissions: dict[Path, dict[str, Any]]) -> dict[str, Any]:
    """What the submission defines."""
    given = request.config.getoption("--submission")
    if given:
        path = Path(request.config.invocation_params.dir, given)
    else:
        notebooks = sorted(request.path.parent.glob("*.ipynb"))
        if len(notebooks) != 1:
            pytest.fail("say which file is to be tested: pytest --submission FILE", pytrace=False)
        path = notebooks[0]
    if not path.is_file():
        pytest.fail(f"there is no file {given}", pytrace=False)
    if path not in submissions:
        checking.quiet = True
        try:
            submissions[path] = namespace_of(path)
        except ArgumentError as error:
            pytest.fail(str(error), pytrace=False)
        finally:
            checking.quiet = False
    return submissions[path]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Makes each task a marker."""
    worth = getattr(getattr(item, "obj", None), "worth", None)
    if worth is not None:
        item.config.addinivalue_line("markers", f"{worth.marker}: task {worth.task}")
        item.add_marker(worth.marker)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Judges as every other grader does, so that a failure shows its message and no values."""
    worth = getattr(pyfuncitem.obj, "worth", None)
    if worth is None:
        return None
    test = getattr(load(pyfuncitem.path), pyfuncitem.originalname)
    names: Any = pyfuncitem.funcargs["submission"]
    result = judge(test, names)
    points = pyfuncitem.config.stash[POINTS][worth.task]
    points[0] += result.earned
    points[1] += result.points
    if result.status != PASSED:
        pytest.fail(f"task {worth.task}, {result.label}: {result.message}", pytrace=False)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the points of each task."""
    points = config.stash[POINTS]
    if points:
        terminalreporter.section("points")
        for number, (earned, possible) in points.items():
            terminalreporter.line(f"task {number}: {earned:g} of {possible:g}")
        terminalreporter.line(
            f"total: {sum(p[0] for p in points.values()):g} of {sum(p[1] for p in points.values()):g}"
        )
