"""Master notebooks: handout, starter and solution in one, the solution between two markers.

    def double(x):
        # BEGIN SOLUTION
        return 2 * x
        # END SOLUTION

Students get `raise NotImplementedError` in its place, or `...` where the gap is not in a function.
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minitorch.coursework.mistakes import Mistake
from minitorch.coursework.tasks import TESTS, graded, load
from minitorch.errors import ArgumentError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
GAP = 'raise NotImplementedError("your code here")'
MISTAKES = "mistakes.py"


def master_of(folder: str | Path) -> Path:
    """The notebook of an assignment."""
    found = sorted(Path(folder).glob("*.ipynb"))
    if len(found) != 1:
        raise FileNotFoundError(
            f"coursework: one notebook should lie in {folder}, and there are {len(found)}"
        )
    return found[0]


def read(path: str | Path) -> dict[str, Any]:
    """A notebook, with the source of each cell as one string."""
    notebook: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def write(notebook: dict[str, Any], path: Path) -> None:
    """Writes a notebook as Jupyter does."""
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def changed(notebook: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A copy in which the source of every code cell has been changed."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = change(cell["source"])
    return notebook


def with_gaps(
    source: str, gap: Callable[[str, str], list[str]] = lambda indent, text: [indent + text]
) -> str:
    r"""The source of a cell without its solutions.

    >>> from minitorch.coursework.master import with_gaps
    >>> print(with_gaps("def double(x):\n    # BEGIN SOLUTION\n    return 2 * x\n    # END SOLUTION"))
    def double(x):
        raise NotImplementedError("your code here")
    """
    if BEGIN not in source:
        return source
    functions = [
        range(node.lineno, (node.end_lineno or 0) + 2)  # a last comment is not part of the node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    ]
    kept: list[str] = []
    inside = False
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip() == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            in_function = bool(indent) and any(number in lines for lines in functions)
            kept += gap(indent, GAP if in_function else "...")
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ArgumentError(f"coursework: {BEGIN!r} without {END!r} in\n{source}")
    return "\n".join(kept)


def solution_lines(notebook: dict[str, Any]) -> list[str]:
    """Every line that stands between the markers, without its indentation."""
    found: list[str] = []
    for cell in notebook["cells"]:
        inside = False
        for line in map(str.strip, cell["source"].split("\n")) if cell["cell_type"] == "code" else ():
            if line in (BEGIN, END):
                inside = line == BEGIN
            elif inside and line:
                found.append(line)
    return found


def visible_tests(path: str | Path) -> str:
    """The file of tests without those that students do not get."""
    source = Path(path).read_text(encoding="utf-8")
    hidden = {name for name, test in graded(load(path)).items() if test.worth.hidden}  # type: ignore[attr-defined]
    lines: list[str | None] = list(source.split("\n"))
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name in hidden:
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            end = node.end_lineno or node.lineno
            while end < len(lines) and lines[end] == "":
                end += 1
            lines[start:end] = [None] * (end - start)
    return "\n".join(line for line in lines if line is not None).rstrip("\n") + "\n"


def mistakes_of(folder: str | Path) -> list[Mistake]:
    """The planted mistakes of an assignment."""
    return list(load(Path(folder) / MISTAKES).MISTAKES)


def with_mistake(notebook: dict[str, Any], mistake: Mistake) -> dict[str, Any]:
    """A copy of a master notebook with a planted mistake."""
    joint = "\n# next cell\n"
    code = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = iter(mistake.planted(joint.join(code)).split(joint))
    return changed(notebook, lambda _: next(sources))


def points_of(folder: str | Path) -> dict[str, float]:
    """The points of each task of an assignment."""
    points: dict[str, float] = {}
    for test in graded(load(Path(folder) / TESTS)).values():
        worth = test.worth  # type: ignore[attr-defined]
        points[worth.task] = points.get(worth.task, 0) + worth.points
    return points
