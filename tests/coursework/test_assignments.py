"""What the README of the assignments promises for every one of them."""

import ast
import functools
import os
import re
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from minitorch.coursework import checking
from minitorch.coursework.master import (
    changed,
    graded,
    load,
    master_of,
    mistakes_of,
    points_of,
    read,
    solution_lines,
    visible_tests,
    with_gaps,
    with_mistake,
    write,
)
from minitorch.coursework.mistakes import KINDS
from minitorch.coursework.reading import code_cells, namespace_of
from minitorch.coursework.tasks import FAILED, TESTS, WAITING, judge, numbers, recording

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "notebooks" / "assignments"
FOLDERS = [path.parent for path in sorted(ASSIGNMENTS.glob(f"*/{TESTS}"))]
EVERYDAY = 5  # mistakes of each assignment; the others are planted in the slow tests
PLANTED = [
    pytest.param(
        folder, mistake, id=f"{folder.name}: {mistake.name}", marks=[pytest.mark.slow] * (i >= EVERYDAY)
    )
    for folder in FOLDERS
    for i, mistake in enumerate(mistakes_of(folder))
]
COMMON = {-1, 0, 1, 2}  # numbers that tell nothing

every_assignment = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def results_of(folder, notebook, place):
    """What every test says to a notebook, and the numbers that each of them expected."""
    path = place / "submission.ipynb"
    write(notebook, path)
    results, expected = [], {}
    here = os.getcwd()
    os.chdir(folder)  # where the data of an assignment lie
    checking.quiet = True
    try:
        names = namespace_of(path)
        for name, test in graded(load(folder / TESTS)).items():
            with recording() as found:
                results.append(judge(test, names))
            expected[name] = {x for value in found for x in numbers(value)[1] if isinstance(x, int | float)}
    finally:
        checking.quiet = False
        os.chdir(here)
    return results, expected


@functools.cache
def outcome(folder, mistake=""):
    """What every test says to the reference, or to what the mistake of this name makes of it."""
    notebook = read(master_of(folder))
    for m in mistakes_of(folder):
        if m.name == mistake:
            notebook = with_mistake(notebook, m)
    with tempfile.TemporaryDirectory() as place:
        return results_of(folder, notebook, Path(place))


def lost(results):
    """The points that each task lost."""
    points = {}
    for r in results:
        if r.earned < r.points:
            points[r.task] = points.get(r.task, 0) + r.points
    return points


def leaks(results, expected):
    """The numbers in messages that are among the expected ones, as far as they are written out.

    In brackets `same` shows what the student's code was given, and what it returned.
    """
    for r in results:
        message = (
            ""
            if r.message.startswith(("your code stopped", "what your code returned"))
            else re.sub(r" \[.*\]$", "", r.message)
        )
        for text in re.findall(r"-?\d+(?:\.\d+)?", message):
            digits = len(text.partition(".")[2])
            if float(text) in COMMON:
                continue
            for number in expected[r.test]:
                near = round(number, digits) if digits and number == number else number
                if float(text) == near:
                    yield f"{text} is expected, and stands in: {r.message}"


@every_assignment
def test_the_reference_gets_full_marks(folder):
    results, _ = outcome(folder)
    assert [r for r in results if r.earned < r.points] == []


@every_assignment
def test_the_version_that_is_handed_out_gets_none(folder, tmp_path):
    empty = changed(read(master_of(folder)), with_gaps)
    results, _ = results_of(folder, empty, tmp_path)
    assert {r.status for r in results} == {WAITING}
    assert list(leaks(results, outcome(folder)[1])) == []


@pytest.mark.parametrize(("folder", "mistake"), PLANTED)
def test_a_mistake_loses_exactly_its_marks(folder, mistake):
    results, _ = outcome(folder, mistake.name)
    assert lost(results) == dict(mistake.loses)
    assert list(leaks(results, outcome(folder)[1])) == []
    assert all(r.message for r in results if r.earned < r.points)


@every_assignment
def test_mistakes_of_every_kind_are_planted_and_in_every_task(folder):
    mistakes = mistakes_of(folder)
    assert len({m.name for m in mistakes}) == len(mistakes)
    scalars_only = {"broadcast"} if folder.name == "1_scalar" else set()
    assert sorted({m.kind for m in mistakes} - {""}) == sorted(set(KINDS) - scalars_only)
    assert len(mistakes) >= 5
    assert {task for m in mistakes for task in m.loses} == set(points_of(folder))


@pytest.mark.slow
@every_assignment
def test_no_test_could_be_left_out(folder):
    """Each of them is failed by a planted mistake, so one that has become too weak is noticed."""
    unfailed = set(graded(load(folder / TESTS)))
    for mistake in mistakes_of(folder):
        results, _ = outcome(folder, mistake.name)
        unfailed -= {r.test for r in results if r.status == FAILED}
    assert unfailed == set()


@every_assignment
def test_no_line_of_a_solution_is_left(folder):
    master = read(master_of(folder))
    solved, given = solution_lines(master), []
    for cell in master["cells"]:
        if cell["cell_type"] == "code":
            given += map(str.strip, with_gaps(cell["source"]).split("\n"))
    handed_out = [
        line.strip() for cell in changed(master, with_gaps)["cells"] for line in cell["source"].split("\n")
    ]
    assert solved
    own = [line for line in solved if line not in given]
    assert len(own) > len(solved) / 2, "most lines of the solutions should stand nowhere else"
    assert [line for line in own if line in handed_out] == []
    assert not any("SOLUTION" in line for line in handed_out)
    # What is said in the middle of a text or of the tests would help as well.
    texts = "\n".join(cell["source"] for cell in master["cells"] if cell["cell_type"] == "markdown")
    texts += visible_tests(folder / TESTS)
    assert [line for line in own if len(line) > 25 and line in texts] == []


@every_assignment
def test_the_notebook_says_what_the_tests_say(folder):
    master, points = read(master_of(folder)), points_of(folder)
    texts = "\n".join(cell["source"] for cell in master["cells"] if cell["cell_type"] == "markdown")
    code = [cell["source"] for cell in master["cells"] if cell["cell_type"] == "code"]
    headings = re.findall(r"^## Task (\S+) · .* \((\S+) points?\)$", texts, re.MULTILINE)
    rows = re.findall(r"^\| (\d+\.\d+) \|.*\| (\S+) \|$", texts, re.MULTILINE)
    assert {task: float(p) for task, p in headings} == points == {task: float(p) for task, p in rows}
    assert [task for task, _ in headings] == list(points)
    for task in points:
        assert sum(f'check("{task}")' in source for source in code) == 1
        assert f'# hint("{task}")' in code
    assert 20 <= sum(points.values()) <= 40


@every_assignment
def test_nothing_in_the_folder_gives_anything_away(folder):
    tests = load(folder / TESTS)
    assert set(tests.HINTS) == set(points_of(folder))
    assert not hasattr(tests, "SOLUTIONS")
    assert all(len(hints) >= 2 for hints in tests.HINTS.values())


@every_assignment
def test_the_notebook_has_no_outputs_and_no_links_that_break_when_it_is_copied(folder):
    for cell in read(master_of(folder))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        else:
            assert re.findall(r"\]\((?!https?:|#)([^)]+)\)", cell["source"]) == []


@every_assignment
def test_what_it_needs_is_in_the_handout_and_in_the_extra(folder):
    path = folder / "requirements.txt"
    needed = path.read_text().split() if path.is_file() else []
    texts = "\n".join(cell["source"] for cell in read(master_of(folder))["cells"])
    told = " ".join(re.findall(r"`pip install ([^`]+)`", texts)).split()
    project = tomllib.loads((ASSIGNMENTS.parents[1] / "pyproject.toml").read_text())["project"]
    extra = [re.match(r"[\w-]+", r)[0] for r in project["optional-dependencies"]["coursework"]]
    assert sorted(set(told)) == sorted(needed)
    assert set(needed) <= set(extra)
    modules = {
        name.partition(".")[0]
        for source in [(folder / TESTS).read_text(), *code_cells(master_of(folder))]
        for node in ast.walk(ast.parse(source))
        for name in imported(node)
    }
    brought = {"minitorch", "minitorch_numpy", "numpy", *sys.stdlib_module_names}
    packages = {"sklearn": "scikit-learn"}
    assert {packages.get(m, m) for m in modules - brought} <= set(needed)


def imported(node):
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@every_assignment
def test_every_test_has_a_sentence_for_students(folder):
    for test in graded(load(folder / TESTS)).values():
        assert test.__doc__
