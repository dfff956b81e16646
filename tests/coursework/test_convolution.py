"""Assignment 5: that races are seen without luck, and what happens when kernels are really compiled."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from minitorch.coursework.grading import grade
from minitorch.coursework.master import master_of, read, with_mistake, write
from minitorch.coursework.mistakes import Mistake
from minitorch.coursework.tasks import TESTS, load

numba = pytest.importorskip("numba")
from numba import njit, prange  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "notebooks" / "assignments" / "5_convolution"


@njit
def put(y, i, value):
    y[i] += value


@njit(parallel=True)
def own_places(x, y):
    for i in prange(len(x)):
        y[i] = 0.0
        for j in prange(x.shape[1]):  # inside of another one, so a plain loop
            y[i] += x[i, j]


@njit(parallel=True)
def one_loop_after_the_other(x, y):
    for i in prange(len(y)):
        y[i] = 0.0
    for i in prange(len(y)):
        y[len(y) - 1 - i] = x[i, 0]


@njit(parallel=True)
def own_buffer(x, y):
    for i in prange(len(x)):
        buffer = np.zeros(2)
        buffer[0] += x[i, 0]
        y[i] = buffer[0]


@njit(parallel=True)
def same_element(x, y):
    for i in prange(len(x)):
        y[0] += x[i, 0]


@njit(parallel=True)
def through_a_helper(x, y):
    for i in numba.prange(len(x)):
        put(y, 0, x[i, 0])


@njit(parallel=True)
def whole_array(x, y):
    for i in prange(len(x)):
        y += x[i, : len(y)]


@njit(parallel=True)
def through_a_slice(x, y):
    for i in prange(len(x)):
        part = y[1:]
        part[0] = x[i, 0]


@njit(parallel=True)
def shared_buffer(x, y):
    buffer = np.zeros(2)
    for i in prange(len(x)):
        buffer[0] = x[i, 0]
        y[i] = buffer[0]


@pytest.mark.parametrize("kernel", [own_places, one_loop_after_the_other, own_buffer])
def test_no_race_is_seen_where_there_is_none(kernel):
    watch = load(FOLDER / TESTS).watch
    x, y = np.random.default_rng(0).normal(size=(3, 4)), np.zeros(3)
    turns = watch(kernel, x, y)
    assert turns.loops
    assert not turns.clash
    assert y.any()


@pytest.mark.parametrize(
    "kernel", [same_element, through_a_helper, whole_array, through_a_slice, shared_buffer]
)
def test_a_race_is_seen(kernel):
    watch = load(FOLDER / TESTS).watch
    turns = watch(kernel, np.random.default_rng(0).normal(size=(3, 4)), np.zeros(3))
    assert turns.clash


def compiled_points(notebook, place):
    """What a submission loses when it is graded with the compiler on, and all that is said."""
    path = place / "submission.ipynb"
    write(notebook, path)
    results = grade(path, FOLDER / TESTS, limit=60.0).results
    lost: dict[str, float] = {}
    for r in results:
        if r.earned < r.points:
            lost[r.task] = lost.get(r.task, 0) + r.points
    return lost, " ".join(r.message for r in results)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "lost", "said"),
    [
        (None, {}, ""),
        (
            Mistake(
                "a new array in the inner loops",
                "            for j in range(y.shape[3]):\n                total = 0.0\n",
                "            for j in range(y.shape[3]):\n                total = np.zeros(8_000).sum()\n",
                {},
            ),
            {"5.3": 2},
            "times faster than conv_loop",
        ),
        (
            Mistake("not compiled", "@njit(parallel=True)\ndef forward_kernel", "def forward_kernel", {}),
            {"5.3": 2},
            "@njit(parallel=True)",
        ),
        (
            Mistake("what Numba does not know", "    _, channels, height, width = x.shape\n    outputs",
                    "    import os\n    _, channels, height, width = x.shape\n    outputs", {}),
            {"5.3": 2},
            "Numba cannot compile it",
        ),
    ],
    ids=["reference", "slow", "plain", "unknown"],
)  # fmt: skip
def test_compiled(mistake, lost, said, tmp_path):
    notebook = read(master_of(FOLDER))
    found, messages = compiled_points(with_mistake(notebook, mistake) if mistake else notebook, tmp_path)
    assert found == lost
    assert said in messages


@pytest.mark.slow
def test_the_three_convolutions_and_the_network(tmp_path):
    notebook = read(master_of(FOLDER))
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace(
            "\n# race_of_three()\n# read_digits()", "\nrace_of_three()\nread_digits()"
        )
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    (tmp_path / "whole.py").write_text(code)
    (tmp_path / TESTS).write_text((FOLDER / TESTS).read_text())
    run = subprocess.run(
        [sys.executable, "whole.py"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    loops, whole, compiled = (float(line.split()[-2]) for line in lines[-4:-1])
    assert loops > 10 * whole
    assert loops > 10 * compiled
    assert float(lines[-1].split()[-1].rstrip("%")) > 90
    assert run.stdout.count("correct.") == 6
