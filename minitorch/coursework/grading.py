"""Grading without containers: each submission in a process of its own, which may crash or hang.

This keeps mistakes apart, not malice: the code of a submission runs with your rights. Grade what you
do not trust in a container or as another user.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from minitorch.coursework.master import MISTAKES, points_of
from minitorch.coursework.tasks import FAILED, TESTS, Result, graded, load, result_of

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
    """A worker, and the lines that it writes."""

    def __init__(self, place: Path, tests: Path, submission: Path, skip: list[str], names: list[str]):
        command = [sys.executable, "-m", "minitorch.coursework.worker", str(tests), str(submission)]
        self.running = subprocess.Popen(
            [*command, json.dumps(skip), json.dumps(names)],
            cwd=place,
            env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            encoding="utf-8",
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
        said: dict[str, Any] = json.loads(line)
        return said

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
    with (
        tempfile.TemporaryDirectory() as place
    ):  # with the data of the assignment, for the submission to read
        ignored = shutil.ignore_patterns("*.ipynb", MISTAKES, "__pycache__")
        shutil.copytree(tests.parent, place, ignore=ignored, dirs_exist_ok=True)
        return watched(submission, tests, limit, Path(place))


def watched(submission: Path, tests: Path, limit: float, place: Path) -> Report:
    """Starts processes in `place` until every test has a result."""
    functions = graded(load(tests))
    report = Report(submission.stem)
    skip: list[str] = []
    left = list(functions)
    problems: dict[str, str] = {}
    while left:
        process = Process(place, tests, submission, skip, left)
        step: tuple[str, str] | None = None
        wait = STARTUP
        try:
            while "end" not in (said := process.line(wait)):
                wait = limit
                if "piece" in said:
                    step = ("piece", said["piece"]) if not said["problem"] else None
                    if said["problem"] not in ("", "none"):
                        problems[said["piece"]] = said["problem"]
                elif "result" in said:
                    report.results.append(Result(**said["result"]))
                    left.remove(said["test"])
                    step = None
                else:
                    step = ("test", said["test"])
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
    return report


def submissions_in(folder: str | Path) -> dict[str, Path]:
    """The submissions in a folder by name: its notebooks and Python files, and those in folders of students."""
    found: dict[str, Path] = {}
    for path in sorted(Path(folder).iterdir()):
        if path.is_dir():
            inner = [*sorted(path.rglob("*.ipynb")), *sorted(path.rglob("*.py"))]
            inner = [p for p in inner if p.name not in (TESTS, "conftest.py") and p.parent.name != "tests"]
            if inner:
                found[path.name] = inner[0]
        elif path.suffix in (".ipynb", ".py") and path.name not in (TESTS, "conftest.py"):
            found[path.stem if path.stem not in found else path.name] = path
    return found


def grade_folder(folder: str | Path, assignment: str | Path, limit: float = 20.0) -> list[Report]:
    """Grades every submission in a folder."""
    reports = []
    for name, path in submissions_in(folder).items():
        report = grade(path, Path(assignment) / TESTS, limit)
        report.submission = name
        reports.append(report)
    return reports


def table(reports: list[Report], assignment: str | Path) -> list[list[str]]:
    """One line per submission, with a heading: points by task, total, number of problems."""
    points = points_of(assignment)
    heading = ["submission", *points, "total", "problems"]
    possible = ["(possible)", *(f"{p:g}" for p in points.values()), f"{sum(points.values()):g}", ""]
    lines = [
        [r.submission, *(f"{r.points(t):g}" for t in points), f"{r.total:g}", "; ".join(r.problems)]
        for r in reports
    ]
    return [heading, possible, *lines]


def save(reports: list[Report], assignment: str | Path, out: str | Path) -> tuple[Path, Path]:
    """Writes points.csv, and results.json with every message; returns where they are."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "points.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table(reports, assignment))
    found = [{**asdict(r), "total": r.total} for r in reports]
    (out / "results.json").write_text(
        json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return out / "points.csv", out / "results.json"
