"""What is made of a master notebook: the student's version, the instructor's, and a zip for Gradescope."""

from __future__ import annotations

import copy
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

from minitorch.coursework.master import (
    BEGIN,
    END,
    MISTAKES,
    changed,
    master_of,
    points_of,
    read,
    visible_tests,
    with_gaps,
    write,
)
from minitorch.coursework.tasks import TESTS, graded, load
from minitorch.errors import ArgumentError, MissingDependencyError

# What Otter's own test files say; the tests themselves lie beside the notebook.
CASE = '''""" # BEGIN TEST CONFIG
points: {points}
hidden: {hidden}
""" # END TEST CONFIG
def {name}(env):
    from minitorch.coursework.otter import run

    run("{name}", env)'''

# They go into the zip: an autograder has to have what the tests were proven with.
PACKAGES = ["minitorch", "minitorch_numba", "minitorch_numpy"]
CONFTEST = '''"""Lets pytest run the tests on a notebook: pytest --submission=my.ipynb -m task1_2"""

pytest_plugins = "minitorch.coursework.plugin"
'''


def cell(kind: str, source: str) -> dict[str, Any]:
    """A new cell of a notebook."""
    extra: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **extra}


def otter_gaps(source: str) -> str:
    """The source of a cell with its solutions, and after each of them what Otter puts in its place."""
    if BEGIN not in source:
        return source
    marked = with_gaps(source, lambda indent, text: [f"{indent}\0{text}"])
    prompts = (line for line in marked.split("\n") if "\0" in line)
    lines: list[str] = []
    for line in source.split("\n"):
        if line.strip() == BEGIN:
            line += " NO PROMPT"
        lines.append(line)
        if line.strip() == END:
            indent, _, text = next(prompts).partition("\0")
            lines += [f'{indent}""" # BEGIN PROMPT', indent + text, f'{indent}""" # END PROMPT']
    return "\n".join(lines)


def otter_master(folder: str | Path, files: list[str]) -> dict[str, Any]:
    """The master notebook in the form of Otter Assign: with its configuration, and the tests as cells."""
    folder = Path(folder)
    notebook = changed(read(master_of(folder)), otter_gaps)
    requirements = ["numpy>=2.0"]
    if (folder / "requirements.txt").is_file():
        requirements += (folder / "requirements.txt").read_text(encoding="utf-8").split()
    config = [
        "# ASSIGNMENT CONFIG",
        f"name: {folder.name}",
        "init_cell: false",  # the cells that check need minitorch only
        "export_cell: false",
        "run_tests: false",
        "strip_solutions_from_all_cells: true",
        f"requirements: {requirements}",
        f"files: {files}",
        f"autograder_files: {[TESTS, *PACKAGES]}",
        "tests:\n  ok_format: false\n  files: true",
    ]
    cells = [cell("raw", "\n".join(config))]
    points = points_of(folder)
    tests = graded(load(folder / TESTS))
    left = list(points)
    for old in notebook["cells"]:
        cells.append(old)
        number = next((t for t in left if f'check("{t}")' in old["source"]), None)
        if number is not None and old["cell_type"] == "code":
            left.remove(number)
            question = f"name: task{number.replace('.', '_')}\npoints: {points[number]}\ncheck_cell: false"
            cells += [cell("raw", f"# BEGIN QUESTION\n{question}"), cell("raw", "# BEGIN TESTS")]
            for name, test in tests.items():
                worth = test.worth  # type: ignore[attr-defined]
                if worth.task == number:
                    hidden = str(worth.hidden).lower()
                    cells.append(cell("code", CASE.format(name=name, points=worth.points, hidden=hidden)))
            cells += [cell("raw", "# END TESTS"), cell("raw", "# END QUESTION")]
    if left:
        raise ArgumentError(f'coursework: {master_of(folder).name} has no cell with check("{left[0]}")')
    notebook = copy.deepcopy(notebook)
    notebook["cells"] = cells
    notebook["nbformat_minor"] = 4  # without identifiers of cells
    for each in cells:
        each.pop("id", None)
    return notebook


def build(folder: str | Path, out: str | Path) -> Path:
    """Makes `out/NAME/student`, `out/NAME/instructor` and `out/NAME/autograder.zip` by Otter Assign.

    Args:
        folder: an assignment: a master notebook, `test_tasks.py`, `mistakes.py` and what else it needs.
        out: where to put it.

    Raises:
        ArgumentError: `out/NAME` is the assignment itself, or a task has no cell that checks it.
        MissingDependencyError: otter-grader is not installed.
    """
    folder, out = Path(folder).resolve(), Path(out).resolve() / Path(folder).resolve().name
    if out == folder or out in folder.parents or folder in out.parents:
        raise ArgumentError(
            f"coursework.build: {out} would be replaced, and the assignment lies there; change --out"
        )
    try:
        from otter.assign import main as assign
    except ImportError:
        raise MissingDependencyError(
            "coursework.build: needs otter-grader; run: pip install 'minitorch-edu[coursework]'"
        ) from None
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    own = {master_of(folder).name, TESTS, MISTAKES, "requirements.txt"}
    others = [p for p in sorted(folder.iterdir()) if p.name not in own and p.name[0] not in "._"]
    skipped = shutil.ignore_patterns("__pycache__", "*.ipynb_checkpoints")
    with tempfile.TemporaryDirectory() as place:
        work = Path(place).resolve()
        for path in [*others, folder / TESTS]:
            if path.is_dir():
                shutil.copytree(path, work / path.name, ignore=skipped)
            else:
                shutil.copy(path, work)
        for package in PACKAGES:
            spec = importlib.util.find_spec(package)  # imports nothing
            assert spec is not None, f"{package} is part of minitorch"
            shutil.copytree(Path(spec.origin or "").parent, work / package, ignore=skipped)
        write(otter_master(folder, [p.name for p in others]), work / master_of(folder).name)
        assign(str(work / master_of(folder).name), str(work / "made"), no_pdfs=True)
        shutil.copytree(work / "made" / "student", out / "student")
        (made,) = (work / "made" / "autograder").glob("*.zip")
        shutil.copy(made, out / "autograder.zip")
    (out / "student" / TESTS).write_text(visible_tests(folder / TESTS), encoding="utf-8")
    shutil.copytree(folder, out / "instructor", ignore=skipped)
    solved = read(master_of(folder))
    student = read(out / "student" / master_of(folder).name)
    solved["metadata"] = student["metadata"]  # Otter grades only what has the name of the assignment in it
    write(solved, out / "instructor" / master_of(folder).name)
    for version in ("student", "instructor"):
        (out / version / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    return out
