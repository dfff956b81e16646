"""A folder of submissions: which files they are, and the table, the CSV and the JSON of their points."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

from minitorch.coursework.grading import Report, grade
from minitorch.coursework.master import points_of
from minitorch.coursework.tasks import TESTS


def files_in(folder: Path) -> list[Path]:
    """The notebooks and Python files in a folder, without what came with the assignment or was left by programs."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_file()
        and path.suffix in (".ipynb", ".py")
        and path.name[0] != "."
        and path.name not in (TESTS, "conftest.py")
    ]


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, without those of Jupyter, macOS, Python, and Otter's tests."""
    others = ("__MACOSX", "__pycache__", "tests")
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_dir() and path.name[0] != "." and path.name not in others
    ]


def candidates(folder: Path, name: str) -> list[Path]:
    """What a student may have handed in: files called `name` first, notebooks before Python files."""
    found = files_in(folder)
    waiting = folders_in(folder)
    while waiting:
        inner = waiting.pop(0)
        found += files_in(inner)
        waiting += folders_in(inner)
    return sorted(found, key=lambda path: (path.name != name, path.suffix != ".ipynb"))


def submissions_in(folder: str | Path, name: str = "") -> dict[str, list[Path]]:
    """The submissions in a folder: its notebooks and Python files, and those in folders of students.

    Args:
        folder: where they lie; or a single file.
        name: what the notebook is called that was handed out.

    Returns:
        for each student the files; the first is the one to be graded.
    """
    folder = Path(folder)
    if folder.is_file():
        return {folder.stem: [folder]}
    found = {path.name: files for path in folders_in(folder) if (files := candidates(path, name))}
    for path in files_in(folder):
        found[path.stem if path.stem not in found else path.name] = [path]
    return dict(sorted(found.items()))


def grade_folder(folder: str | Path, assignment: str | Path, limit: float = 20.0) -> list[Report]:
    """Grades every submission in a folder."""
    name = next((path.name for path in sorted(Path(assignment).glob("*.ipynb"))), "")
    reports = []
    for student, (path, *others) in submissions_in(folder, name).items():
        report = grade(path, Path(assignment) / TESTS, limit)
        report.submission = student
        if unread := [other.name for other in others if other.suffix == ".ipynb"]:
            report.problems.append(f"graded is {path.name}, and not {', '.join(unread)}")
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
    with open(out / "points.csv", "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        csv.writer(file).writerows(table(reports, assignment))
    found = [{**asdict(r), "total": r.total} for r in reports]
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (out / "results.json").write_text(text, encoding="utf-8", errors="backslashreplace")
    return out / "points.csv", out / "results.json"
