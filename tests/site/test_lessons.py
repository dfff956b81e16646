"""The cells of the lessons, run in a browser: those that need nothing else show what the notebook showed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.site

SITE = Path(__file__).resolve().parents[2] / "site"
LESSONS = [path.stem for path in sorted((SITE.parent / "notebooks").glob("[0-9]*.ipynb"))]
SERVED = SITE / "assets" / "py" / "served.js"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LONG = {"12_gpt": "train-code"}  # a cell that takes minutes there; it is not run, nor are those below it
OTHERWISE = {  # what these cells show is not the same here and there, and both are right
    ("13_vae", "story-code"): "its random numbers follow those of cells that need more",
    ("13_vae", "trick-code"): "the same",
    ("16_backends", "own-code"): "a kernel loses what is printed inside of an operation",
}
MEASURED = re.compile(r"-?[\d.,]+ ?(?:ms|µs|s|GB/s|seconds)\b")  # every machine has its own
CELL_FILE = re.compile(r"<cell \d+>")


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    if not SERVED.exists() or "minitorch_edu" not in SERVED.read_text("utf-8"):
        pytest.skip("site/ has no live cells: build it with MINITORCH_PYODIDE_WHEELS")
    return serve(SITE, isolated=True)


def differs(shown: str, expected: str) -> bool:
    """Whether two texts differ in more than the last digits of a number, measured times, and how a cell is called."""
    shown, expected = (MEASURED.sub("…", CELL_FILE.sub("<cell>", text)) for text in (shown, expected))
    if NUMBER.sub("#", shown).split() != NUMBER.sub("#", expected).split():
        return True
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(expected), strict=True)
    return not all(math.isclose(float(a), float(b), rel_tol=1e-3, abs_tol=2e-4) for a, b in pairs)


def test_texts_are_compared_by_what_they_say() -> None:
    assert not differs("loss  0.5001 in 3 ms", "loss 0.5002 in 17 ms")
    assert differs("loss 0.5", "loss 0.6")
    assert differs("loss 0.5", "cost 0.5")
    assert differs("", "loss 0.5")


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_cells_of_a_lesson_show_what_the_notebook_showed(page: Any, address: str, lesson: str) -> None:
    page.goto(f"{address}/lessons/{lesson}.html")
    page.locator(".cell-page").wait_for()
    cells = page.locator("div.cell").all()
    built = [cell.locator(".cell-output").all_text_contents() for cell in cells]
    wrong = {}
    alone = 0
    for cell, expected in zip(cells, built, strict=True):
        name, status = cell.get_attribute("id"), cell.locator(".cell-status")
        if name == LONG.get(lesson):
            break
        cell.locator(".cell-run").click()
        status.filter(has_text=re.compile(r"^(done|error|needs|stopped)")).wait_for(timeout=120_000)
        if cell.get_attribute("data-needs"):
            continue
        alone += 1
        shown = cell.locator(".cell-shown").text_content()
        same = (lesson, name) in OTHERWISE or not differs(shown, "".join(expected))
        if not status.inner_text().startswith("done") or not same:
            wrong[name] = (status.inner_text(), shown, *expected)
    assert alone >= 2
    assert not wrong
