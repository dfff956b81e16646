"""Everything that `make assignments` makes, by Otter itself: built, executed, graded."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from minitorch.coursework.master import (
    changed,
    graded,
    load,
    master_of,
    mistakes_of,
    points_of,
    read,
    solution_lines,
    with_gaps,
    with_mistake,
    write,
)
from minitorch.coursework.tasks import TESTS

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "notebooks" / "assignments"
pytestmark = pytest.mark.slow
pytest.importorskip("otter.assign")
QUIET = {**os.environ, "PYTHONWARNINGS": "ignore"}  # what Otter and Jupyter warn of is not judged


@pytest.fixture(
    scope="module",
    params=sorted(p.parent for p in ASSIGNMENTS.glob(f"*/{TESTS}")),
    ids=lambda folder: folder.name,
)
def built(request, tmp_path_factory):
    """An assignment, and what was made of it."""
    out = tmp_path_factory.mktemp("assignments")
    command = [sys.executable, "-m", "minitorch.coursework", "build", str(request.param), "--out", str(out)]
    subprocess.run(command, check=True, env=QUIET, timeout=250)
    return request.param, out / request.param.name


def otter_points(built, notebook, place):
    """The points of each task, as Gradescope would show them."""
    folder, out = built
    place.mkdir()
    write(notebook, place / master_of(folder).name)
    command = [sys.executable, "-m", "otter", "run", "--no-logo", "-a", str(out / "autograder.zip")]
    # The zip brings minitorch along: the copy here is not needed.
    env = {key: value for key, value in QUIET.items() if key != "PYTHONPATH"}
    run = subprocess.run(
        [*command, master_of(folder).name], cwd=place, env=env, capture_output=True, text=True, timeout=250
    )
    assert run.returncode == 0, run.stderr
    found = json.loads((place / "results.json").read_text())
    return {
        test["name"].replace("task", "").replace("_", "."): test["score"]
        for test in found["tests"]
        if test["name"].startswith("task")
    }


def test_otter_agrees_about_the_reference_the_empty_version_and_a_mistake(built, tmp_path):
    folder, out = built
    points = points_of(folder)
    solved = read(out / "instructor" / master_of(folder).name)
    empty = read(out / "student" / master_of(folder).name)
    assert otter_points(built, solved, tmp_path / "solved") == points
    assert otter_points(built, empty, tmp_path / "empty") == dict.fromkeys(points, 0)
    mistake = mistakes_of(folder)[0]
    expected = {task: p - mistake.loses.get(task, 0) for task, p in points.items()}
    assert otter_points(built, with_mistake(solved, mistake), tmp_path / "wrong") == expected


def test_the_student_s_version_is_the_master_without_solutions(built):
    folder, out = built
    master = read(master_of(folder))
    student = read(out / "student" / master_of(folder).name)
    assert [cell["source"] for cell in student["cells"]] == [
        cell["source"] for cell in changed(master, with_gaps)["cells"]
    ]
    given = {
        line.strip() for cell in changed(master, with_gaps)["cells"] for line in cell["source"].split("\n")
    }
    secret = {line for line in solution_lines(master) if line not in given}
    assert secret
    for path in (out / "student").rglob("*"):
        if path.is_file() and path.suffix in (".py", ".md", ".txt"):
            text = path.read_text()
            assert [line for line in secret if len(line) > 25 and line in text] == [], path
            assert "BEGIN SOLUTION" not in text
    assert not (out / "student" / "mistakes.py").exists()


def test_hidden_tests_are_for_the_grader_only(built):
    folder, out = built
    tests = graded(load(folder / TESTS))
    visible = set(graded(load(out / "student" / TESTS)))
    assert visible == {name for name, test in tests.items() if not test.worth.hidden}
    with zipfile.ZipFile(out / "autograder.zip") as archive:
        source = archive.read(f"files/{TESTS}").decode()
        assert source == (folder / TESTS).read_text()
        otters = "".join(
            archive.read(n).decode() for n in archive.namelist() if re.match(r"tests/task.*\.py", n)
        )
    assert {name for name in tests if f"def {name}(env)" in otters} == set(tests)


def test_the_student_s_version_runs_in_jupyter_and_asks_for_work(built):
    import nbformat
    from nbclient import NotebookClient

    folder, out = built
    path = out / "student" / master_of(folder).name
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    for task in points_of(folder):
        assert f"Task {task} is waiting for you" in printed
