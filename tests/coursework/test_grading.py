"""Grading in processes: whatever a submission does, the others and its own other tasks are graded."""

import csv
import json
import os
import re
import subprocess
import sys

import pytest

from minitorch.coursework.__main__ import main
from minitorch.coursework.gradebook import submissions_in
from minitorch.coursework.grading import grade

TESTS = '''
from minitorch.coursework import same, task

@task("1.1", points=2)
def test_double(submission):
    """double doubles."""
    same(submission.double(4.25), 8.5, "the value is not right")

@task("1.2", points=3)
def test_triple(submission):
    """triple triples."""
    same(submission.triple(4.25), 12.75, "the value is not right")

@task("1.2", points=1)
def test_data(submission):
    """The data can be read."""
    same(submission.data(), 42, "the data are not those in the file")
'''
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "triple": "def triple(x):\n    return 3 * x",
    "data": "def data():\n    return int(open('data.txt').read())",
}


@pytest.fixture
def assignment(tmp_path):
    folder = tmp_path / "1_numbers"
    folder.mkdir()
    (folder / "test_tasks.py").write_text(TESTS)
    (folder / "data.txt").write_text("42")
    return folder


def notebook(path, *cells):
    path.parent.mkdir(exist_ok=True)
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": c}
        for c in cells
    ]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("replaced", "by", "points"),
    [
        ("double", RIGHT["double"], (2, 4)),
        ("double", "def double(x):\n    print('x' * 100_000)\n    return 2 * x", (2, 4)),
        ("double", "def double(x):\n    import sys\n    sys.exit(0)", (0, 4)),
        ("double", "def double(x):\n    import os\n    os._exit(0)", (0, 4)),
        ("double", "def double(x):\n    while True:\n        pass", (0, 4)),
        ("double", "def double(x):\n    return double(x)", (0, 4)),
        ("double", "def double(x):\n    return input()", (0, 4)),
        ("double", "def double(x: return 2 * x", (0, 4)),
        ("triple", "import os\nos._exit(1)\n" + RIGHT["triple"], (2, 1)),
        ("triple", "import sys\nsys.exit()\n", (2, 1)),
        ("triple", "while True:\n    pass", (2, 1)),
        ("triple", "%matplotlib inline\n" + RIGHT["triple"], (2, 4)),
        ("data", "def data():\n    raise KeyboardInterrupt", (2, 3)),
    ],
)
def test_one_bad_cell_costs_its_own_task(assignment, tmp_path, replaced, by, points):
    cells = {**RIGHT, replaced: by}
    path = notebook(tmp_path / "in" / "ada.ipynb", "import math", *cells.values())
    report = grade(path, assignment / "test_tasks.py", limit=1.5)
    assert (report.points("1.1"), report.points("1.2")) == points
    assert len(report.results) == 3
    assert sorted(p.name for p in path.parent.iterdir()) == ["ada.ipynb"]


def test_a_submission_with_every_fault_keeps_the_marks_that_it_deserves(assignment, tmp_path):
    path = notebook(
        tmp_path / "ada.ipynb",
        "print('x' * 100_000); input()",
        "import sys; sys.exit()",
        "import os; os._exit(0)",
        "%matplotlib inline\n" + RIGHT["double"],
        "def triple(x):\n    import time\n    time.sleep(100)",
        RIGHT["data"],
    )
    report = grade(path, assignment / "test_tasks.py", limit=2.0)
    assert (report.points("1.1"), report.points("1.2")) == (2, 1)
    assert [p.partition(":")[0] for p in report.problems] == ["cell 1", "cell 2", "cell 3"]


@pytest.mark.slow
def test_what_happened_is_said(assignment, tmp_path):
    path = notebook(
        tmp_path / "ada.ipynb",
        "1 / 0",
        "def double(x):\n    return x.real.nothing",
        "def triple(x):\n    while True:\n        pass",
    )
    report = grade(path, assignment / "test_tasks.py", limit=1.0)
    assert report.problems == [
        "cell 1: your code stopped with ZeroDivisionError: division by zero, in the line `1 / 0`"
    ]
    messages = {r.test: r.message for r in report.results}
    assert "in the line `return x.real.nothing`" in messages["test_double"]
    assert messages["test_triple"] == "your code took longer than 1 s"
    assert messages["test_data"] == "`data` is not there yet"


def test_a_folder_of_submissions_becomes_a_table(assignment, tmp_path, capsys):
    folder = tmp_path / "in"
    notebook(folder / "ada.ipynb", *RIGHT.values())
    (folder / "bo.py").write_text("\n".join(RIGHT.values()).replace("3 *", "4 *"))
    (folder / "cy").mkdir()
    (folder / "cy" / "work.py").write_text("this is no Python")
    out = tmp_path / "out"
    assert main(["grade", str(folder), "--assignment", str(assignment), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    with open(out / "points.csv", newline="") as file:
        rows = [row[:4] for row in csv.reader(file)]
    assert rows == [
        ["submission", "1.1", "1.2", "total"],
        ["(possible)", "2", "4", "6"],
        ["ada", "2", "4", "6"],
        ["bo", "2", "1", "3"],
        ["cy", "0", "0", "0"],
    ]
    assert printed.split("\n")[3].split() == ["bo", "2", "1", "3"]
    results = json.loads((out / "results.json").read_text())
    assert [r["total"] for r in results] == [6, 3, 0]
    assert results[1]["results"][1]["message"] == "the value is not right"
    assert "SyntaxError" in results[2]["problems"][0]


def test_folders_of_students_are_found_and_files_that_came_with_the_assignment_are_not(tmp_path):
    for name in (
        "ada/test_tasks.py",
        "ada/conftest.py",
        "ada/tests/task1_1.py",
        "ada/zoo.py",
        "ada/.ipynb_checkpoints/zoo-checkpoint.ipynb",
        "empty/notes.txt",
        "__MACOSX/._b.py",
        ".ipynb_checkpoints/b-checkpoint.ipynb",
        "._b.py",
        "b.py",
        "cy/numbers-Copy1.ipynb",
        "cy/work/numbers.ipynb",
        "cy/helper.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = submissions_in(tmp_path, "numbers.ipynb")
    assert {student: [p.name for p in files] for student, files in found.items()} == {
        "ada": ["zoo.py"],
        "b": ["b.py"],
        "cy": ["numbers.ipynb", "numbers-Copy1.ipynb", "helper.py"],
    }


def test_of_several_notebooks_the_one_that_was_handed_out_is_graded_and_the_table_says_so(
    assignment, tmp_path, capsys
):
    notebook(assignment / "numbers.ipynb")
    notebook(tmp_path / "in" / "numbers-Copy1.ipynb")
    notebook(tmp_path / "in" / "numbers.ipynb", *RIGHT.values())
    (tmp_path / "all").mkdir()
    (tmp_path / "in").rename(tmp_path / "all" / "ada")
    assert (
        main(["grade", str(tmp_path / "all"), "--assignment", str(assignment), "--out", str(tmp_path)]) == 0
    )
    line = capsys.readouterr().out.splitlines()[2]
    assert re.split(r"  +", line) == [
        "ada",
        "2",
        "4",
        "6",
        "graded is numbers.ipynb, and not numbers-Copy1.ipynb",
    ]


@pytest.mark.parametrize("content", [b"no json", b"", b'{"worksheets": []}', b'{"cells": [1]}', b"\xff"])
@pytest.mark.parametrize("name", ["ada.ipynb", "ada.py"])
def test_a_file_that_cannot_be_read_is_said_to_be_one(assignment, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    report = grade(tmp_path / name, assignment / "test_tasks.py", limit=3.0)
    assert report.total == 0
    assert len(report.results) == 3
    if name.endswith(".ipynb") or content == b"\xff":
        assert report.problems[0].startswith(f"the file: cannot be read: coursework: {name} is no ")


@pytest.mark.parametrize(
    ("submissions", "said"),
    [("in", "no submissions"), ("out", "no folder"), ("", "no folder")],
)
def test_a_folder_that_is_empty_or_not_there_is_an_error(assignment, tmp_path, capsys, submissions, said):
    (tmp_path / "in").mkdir()
    path = str(tmp_path / submissions) if submissions else ""
    assert main(["grade", path, "--assignment", str(assignment)]) == 1
    assert said in capsys.readouterr().err


def test_one_file_is_graded_as_well(assignment, tmp_path, capsys):
    path = notebook(tmp_path / "ada.ipynb", *RIGHT.values())
    assert main(["grade", str(path), "--assignment", str(assignment), "--out", str(tmp_path / "out")]) == 0
    assert "ada         2    4    6" in capsys.readouterr().out


EVERY_CHANNEL = """import os
for i in range(3, 30):
    try:
        os.write(i, {!r})
    except OSError:
        pass"""
ODD = [
    "import os\nos.fork()",
    "import os\nos.closerange(3, 30)",
    EVERY_CHANNEL.format(b"hello\n"),
    EVERY_CHANNEL.format(b"\xff\n[1, 2]\n"),
    EVERY_CHANNEL.format(b'{"test": "test_double", "status": "passed", "message": 1}\n'),
    "import os, shutil\nshutil.rmtree(os.getcwd())\nos._exit(0)",
    "open('test_tasks.py', 'w').write('')\nopen('data.txt', 'w').write('7')\nimport os\nos._exit(0)",
    "class Equal:\n    def __eq__(self, other): return True",
]


@pytest.mark.parametrize(
    "first", [pytest.param(c, marks=[pytest.mark.slow] * (i > 2)) for i, c in enumerate(ODD)]
)
def test_what_a_submission_does_to_the_grader_costs_nobody_else_anything(assignment, tmp_path, first):
    path = notebook(
        tmp_path / "in" / "ada.ipynb", first, *RIGHT.values(), "def triple(x):\n    return Equal()"
    )
    report = grade(path, assignment / "test_tasks.py", limit=3.0)
    assert {r.test: r.earned for r in report.results} == {"test_double": 2, "test_triple": 0, "test_data": 1}
    assert len(report.results) == 3


def test_no_message_breaks_the_files(assignment, tmp_path):
    path = notebook(
        tmp_path / "in" / "ada.ipynb", "raise ValueError('\\ud800' + 'x' * 10**6)", *RIGHT.values()
    )
    out = tmp_path / "out"
    assert main(["grade", str(path.parent), "--assignment", str(assignment), "--out", str(out)]) == 0
    (report,) = json.loads((out / "results.json").read_text())
    assert report["total"] == 6
    assert len(report["problems"][0]) < 700


def test_the_solution_is_not_where_a_submission_runs(assignment, tmp_path):
    notebook(assignment / "numbers.ipynb", *RIGHT.values())
    (assignment / "mistakes.py").touch()
    cell = """import os, sys
def double(x):
    raise ValueError([sys.argv, sorted(os.listdir())])"""
    path = notebook(tmp_path / "in" / "ada.ipynb", cell)
    report = grade(path, assignment / "test_tasks.py", limit=3.0)
    assert "[['ada.ipynb'], ['ada.ipynb', 'data.txt', 'test_tasks.py']]" in report.results[0].message


def pytest_on(folder, *arguments):
    (folder / "conftest.py").write_text('pytest_plugins = "minitorch.coursework.plugin"\n')
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # they take longer than the tests
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)


def test_pytest_grades_by_the_same_tests(assignment, tmp_path):
    path = notebook(tmp_path / "bo.ipynb", *{**RIGHT, "triple": "def triple(x):\n    return 4 * x"}.values())
    run = pytest_on(assignment, "--strict-markers", f"--submission={path}")
    assert run.returncode == 1
    assert "2 passed" in run.stdout
    assert "task 1.2, triple triples: the value is not right" in run.stdout
    assert "12.75" not in run.stdout
    assert "task 1.1: 2 of 2\ntask 1.2: 1 of 4\ntotal: 3 of 6\n" in run.stdout
    run = pytest_on(assignment, f"--submission={path}", "-m", "task1_1")
    assert run.returncode == 0
    assert "1 passed, 2 deselected" in run.stdout


@pytest.mark.slow
def test_pytest_says_that_a_file_cannot_be_read(assignment, tmp_path):
    (tmp_path / "bo.ipynb").write_text("no json")
    run = pytest_on(assignment, f"--submission={tmp_path / 'bo.ipynb'}")
    assert "\ncoursework: bo.ipynb is no notebook as Jupyter writes it" in run.stdout
    assert "Traceback" not in run.stdout
