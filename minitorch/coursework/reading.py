"""Submissions: the code of a notebook or of a Python file, run piece by piece."""

from __future__ import annotations

import ast
import json
import linecache
import tokenize
from collections.abc import Collection, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from minitorch.coursework.tasks import explained
from minitorch.errors import ArgumentError


def code_cells(path: str | Path) -> list[str]:
    """The sources of a notebook's code cells; lines that only Jupyter understands become comments."""
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise ArgumentError(
            f"coursework: {Path(path).name} is no notebook as Jupyter writes it; open it there and save it again"
        ) from None
    return [
        ""
        if source.lstrip().startswith("%%")
        else "\n".join(
            "#" + line if line.startswith(("%", "!", "?")) else line for line in source.split("\n")
        )
        for source in sources
    ]


def pieces(path: str | Path) -> list[tuple[str, str | ast.stmt]]:
    """What a submission is made of: the cells of a notebook, or the statements of a Python file.

    Raises:
        ArgumentError: it is neither.
    """
    path = Path(path)
    if path.suffix == ".ipynb":
        return [(f"cell {i}", source) for i, source in enumerate(code_cells(path), 1)]
    try:
        with tokenize.open(path) as file:  # which looks for a declared encoding, as Python does
            source = file.read()
    except (SyntaxError, UnicodeDecodeError):
        raise ArgumentError(f"coursework: {path.name} is no text in UTF-8; save it as UTF-8") from None
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return [("the file", source)]
    return [(f"line {statement.lineno}", statement) for statement in tree.body]


def compiled(name: str, piece: str | ast.stmt, path: Path) -> CodeType:
    """Code whose lines tracebacks can show."""
    if isinstance(piece, ast.stmt):
        return compile(ast.Module([piece], []), str(path), "exec")
    file = f"<{path.name}, {name}>"
    linecache.cache[file] = (len(piece), None, piece.splitlines(keepends=True), file)
    return compile(piece, file, "exec")


def steps(
    path: str | Path, names: dict[str, Any], skip: Collection[str] = ()
) -> Iterator[tuple[str, str | None]]:
    """Runs a submission; of each piece its name comes first, with None, then again with what went wrong, or "".

    A piece that fails does not keep the later ones from running.
    """
    path = Path(path)
    for name, piece in pieces(path):
        if name in skip:
            continue
        yield name, None
        problem = ""
        try:
            exec(compiled(name, piece, path), names)
        except KeyboardInterrupt:
            raise
        except BaseException as failure:
            problem = explained(failure, names)
        yield name, problem


def namespace_of(path: str | Path) -> dict[str, Any]:
    """What the code of a submission defines."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for _ in steps(path, names):
        pass
    return names
