"""Grading without containers: each submission in a process of its own, which may crash or hang.

This keeps mistakes apart, not malice: the code of a submission runs with your rights. Grade what you
do not trust in a container or as another user.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minitorch.coursework.master import MISTAKES
from minitorch.coursework.reading import pieces
from minitorch.coursework.tasks import FAILED, Result, graded, load, result_of
from minitorch.errors import ArgumentError

STARTUP = 60.0  # seconds until a process has to have begun


@dataclass
class Report:
    """What one submission got."""

    submission: str
    results: list[Result] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def points(self, number: str) -> float:
        """What it got for a task."""
        return sum(r.earned for r in self.results if r.task == number)

    @property
    def total(self) -> float:
        """What it got for all tasks."""
        return sum(r.earned for r in self.results)


class Stopped(Exception):
    """The process ended, or did not answer in time."""


class Process:
    """A worker, and the lines that it writes.

    It works on copies of the assignment and of the submission, in a folder of its own: what a submission deletes
    or writes over is not missing later, and the solution lies somewhere else.
    """

    def __init__(self, tests: Path, submission: Path, skip: list[str], names: list[str]):
        self.place = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        ignored = shutil.ignore_patterns("*.ipynb", MISTAKES, "__pycache__")
        shutil.copytree(tests.parent, self.place.name, ignore=ignored, dirs_exist_ok=True)
        shutil.copy(submission, self.place.name)
        command = [sys.executable, "-m", "minitorch.coursework.worker", tests.name, submission.name]
        self.running = subprocess.Popen(
            [*command, json.dumps(skip), json.dumps(names)],
            cwd=self.place.name,
            env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            encoding="utf-8",
            errors="replace",
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.running.stdout is not None
        for line in self.running.stdout:
            self.lines.put(line)
        self.lines.put("")

    def line(self, limit: float) -> dict[str, Any]:
        """What it says next."""
        try:
            line = self.lines.get(timeout=limit)
        except queue.Empty:
            raise Stopped(f"took longer than {limit:g} s") from None
        if not line:
            raise Stopped("ended the Python process")
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        return said if isinstance(said, dict) else {}

    def end(self) -> None:
        """Ends it, and what it started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, signal.SIGKILL)
        else:
            self.running.kill()
        self.running.wait()
        self.reader.join(timeout=5)
        if self.running.stdout is not None and not self.reader.is_alive():
            self.running.stdout.close()
        self.place.cleanup()


def grade(submission: str | Path, tests: str | Path, limit: float = 20.0) -> Report:
    """Runs the tests on one submission.

    Where the submission ends its process or hangs, the cell or the test in which it happened counts as
    failed, and a new process goes on without it.

    Args:
        submission: a notebook or a Python file.
        tests: the file with the tests.
        limit: seconds that each cell and each test may take.

    Returns:
        the points, and what went wrong.
    """
    submission, tests = Path(submission).resolve(), Path(tests).resolve()
    functions = graded(load(tests))
    report = Report(submission.stem)
    try:
        pieces(submission)
    except (ArgumentError, OSError, ValueError) as error:
        report.problems = [f"the file: cannot be read: {error}"]
        report.results = [result_of(test, FAILED, "the file cannot be read") for test in functions.values()]
        return report
    watch(report, functions, submission, tests, limit)
    return report


def watch(
    report: Report, functions: dict[str, Callable[..., None]], submission: Path, tests: Path, limit: float
) -> None:
    """Starts processes until every test has a result, and notes in a report what they say."""
    skip: list[str] = []
    left = list(functions)
    problems: dict[str, str] = {}
    while left:
        process = Process(tests, submission, skip, left)
        step: tuple[str, str] | None = None
        wait, running = STARTUP, True
        try:
            while running:
                match process.line(wait):
                    case {"piece": str(name), "problem": None}:
                        step = ("piece", name)
                    case {"piece": str(name), "problem": str(problem)}:
                        step = None
                        if problem:
                            problems[name] = problem
                    case {"test": str(name), "status": None} if name in left:
                        step = ("test", name)
                    case {"test": str(name), "status": str(s), "message": str(m)} if step == ("test", name):
                        step = None
                        report.results.append(result_of(functions[name], s, m))
                        left.remove(name)
                    case {"end": True}:
                        running = False
                    case _:
                        raise Stopped("wrote where only the grader writes")
                wait = limit
            break
        except Stopped as stopped:
            if step is None:
                problems["the file"] = f"could not be run: it {stopped}"
                break
            kind, name = step
            if kind == "piece":
                problems[name] = f"your code {stopped}"
                skip.append(name)
            else:
                report.results.append(result_of(functions[name], FAILED, f"your code {stopped}"))
                left.remove(name)
        finally:
            process.end()
    report.results += [result_of(functions[name], FAILED, "the submission could not be run") for name in left]
    report.problems = [f"{name}: {problem}" for name, problem in problems.items()]
