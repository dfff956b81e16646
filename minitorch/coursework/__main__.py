"""Grade submissions, or build what students get.

python -m minitorch.coursework grade SUBMISSIONS --assignment notebooks/assignments/1_scalar
python -m minitorch.coursework build notebooks/assignments/* --out build/assignments
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minitorch.coursework.building import build
from minitorch.coursework.gradebook import grade_folder, save, table
from minitorch.coursework.tasks import TESTS
from minitorch.errors import ArgumentError, MinitorchError


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m minitorch.coursework", description=__doc__.partition("\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    grading = commands.add_parser("grade", help="grade every submission in a folder")
    grading.add_argument(
        "folder", help="notebooks or Python files, or one folder per student; or a single file"
    )
    grading.add_argument("--assignment", required=True, help=f"the folder with {TESTS}")
    grading.add_argument("--limit", type=float, default=20, help="seconds per cell and per test (20)")
    grading.add_argument(
        "--out", default="build/grades", help="where points.csv and results.json go (build/grades)"
    )
    building = commands.add_parser("build", help="make student versions and autograders")
    building.add_argument("assignments", nargs="+", help="folders of assignments")
    building.add_argument("--out", default="build/assignments", help="where they go (build/assignments)")
    options = parser.parse_args(arguments)

    try:
        if options.command == "build":
            build_all(options.assignments, options.out)
        else:
            grade_all(options.folder, options.assignment, options.limit, options.out)
    except (MinitorchError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def build_all(folders: list[str], out: str) -> None:
    """Builds what is an assignment among the folders."""
    found = [folder for folder in folders if (Path(folder) / TESTS).is_file()]
    if not found:
        raise ArgumentError(
            f"coursework: there is no {TESTS} in {', '.join(folders)}; name folders of assignments"
        )
    for folder in found:
        print(build(folder, out))


def grade_all(folder: str, assignment: str, limit: float, out: str) -> None:
    """Grades a folder, and prints a table."""
    if not folder or not Path(folder).exists():
        raise ArgumentError(f"coursework: there is no folder {folder!r} with submissions")
    reports = grade_folder(folder, assignment, limit)
    if not reports:
        raise ArgumentError(f"coursework: there are no submissions in {folder}")
    lines = table(reports, assignment)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]) - 1)]
    for line in lines:
        print(
            "  ".join(
                [*(text.ljust(width) for text, width in zip(line, widths, strict=False)), line[-1]]
            ).rstrip()
        )
    for path in save(reports, assignment, out):
        print(path)


if __name__ == "__main__":
    sys.exit(main())
