"""What the page for instructors says of assignments, lessons and files."""

import re
from pathlib import Path

import pytest

from minitorch.coursework.master import points_of
from minitorch.coursework.tasks import TESTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "for-instructors.md").read_text(encoding="utf-8")
FOLDERS = [path.parent for path in sorted((ROOT / "notebooks" / "assignments").glob(f"*/{TESTS}"))]


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    part = PAGE.split(f"## {heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_files_that_it_names_are_there() -> None:
    named = re.findall(r"`((?:minitorch|backends|notebooks|docs)/[\w./]*)`", PAGE)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_it_says_of_every_assignment(folder: Path) -> None:
    number = folder.name.partition("_")[0]
    assert number in [row[0] for row in table("The assignments")]
    points = points_of(folder)
    assert len(points) in (5, 6)
    assert 26 <= sum(points.values()) <= 30


def test_every_lesson_is_in_the_plan() -> None:
    lessons = {int(path.name[:2]) for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    planned = [int(n) for row in table("A course of ten weeks") for n in re.findall(r"\b\d+\b", row[1])]
    assert sorted(planned) == sorted(lessons)


def test_lessons_come_before_the_assignments_that_need_them() -> None:
    plan = table("A course of ten weeks")
    week_of = {int(n): int(row[0]) for row in plan for n in re.findall(r"\b\d+\b", row[1])}
    due = {
        n: int(row[0])
        for row in plan
        for part in re.findall(r"([\d and]+) due", row[3])
        for n in re.findall(r"\d", part)
    }
    assert set(due) == set("1234567")
    for number, _, lessons, _ in table("The assignments"):
        assert all(week_of[int(n)] < due[number] for n in re.findall(r"\d+", lessons))
