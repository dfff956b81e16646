"""Run every notebook from top to bottom in a fresh kernel, with warnings as errors.

Run as `make notebooks`, or `python tests/notebooks/run_notebooks.py [NAME…]` where the extra
`notebooks` is installed. The files are only read. It is an error if there is no notebook at all,
and if one was committed with outputs or execution counts, or links to a file that is not there.

Exercises are solved on the way. An exercise is a code cell with a gap in it, the code cell that checks
it, and then a text whose `<details>` hold the solution. The check must say that the exercise is
waiting; after the solution was run in place of the gap it must say "correct". Then the gap is put back.

A notebook that passed is kept with its outputs in `build/notebooks/`, without what this program put in; the
site shows these copies. With `--stale` only those run whose copy is missing, or was made of another text.

Assignments are run as they are, with their solutions, and their checks must say "correct".
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
KEPT = ROOT / "build" / "notebooks"
# Runs before the first cell. What the kernel does on its own account is not judged.
STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module=r"(ipykernel|jupyter_client|tornado|traitlets|zmq)\\b")
"""


LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
CHECK = re.compile(r'check\("\d+\.\d+"\)')
SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", re.DOTALL)


def leftovers(notebook: nbformat.NotebookNode) -> list[int]:
    """The 1-based positions of code cells that still hold outputs or execution counts."""
    return [
        position
        for position, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]


def dead_links(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    """The links to files that are not there."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return [link for text in texts for link in LINK.findall(text) if not (folder / link).exists()]


def inserted(source: str, **metadata: str) -> nbformat.NotebookNode:
    """A cell that is this program's, not the notebook's."""
    return nbformat.v4.new_code_cell(source, metadata={"inserted": True, **metadata})


def solve(notebook: nbformat.NotebookNode) -> None:
    """After the check of each exercise, adds cells that solve it, check it again, and open it again."""
    cells: list[nbformat.NotebookNode] = []
    for cell in notebook.cells:
        solution = SOLUTION.search(cell.source) if cell.cell_type == "markdown" else None
        if solution:
            gap, check = [c for c in cells if c.cell_type == "code"][-2:]
            check.metadata.expected = "is waiting for you"
            cells += [inserted(solution[1]), inserted(check.source, expected="correct"), inserted(gap.source)]
        if cell.cell_type == "code" and CHECK.fullmatch(cell.source):
            cell.metadata.expected = "correct"
        cells.append(cell)
    notebook.cells = cells


def digest(notebook: nbformat.NotebookNode) -> str:
    """A hash of what a notebook says, whatever it put out."""
    said = "\0".join(f"{cell.cell_type}\0{cell.source}" for cell in notebook.cells)
    return hashlib.sha256(said.encode()).hexdigest()


def kept_at(path: Path) -> Path:
    """Where the executed copy of a notebook lies."""
    return KEPT / path.relative_to(NOTEBOOKS)


def is_kept(path: Path) -> bool:
    """Whether the outputs of this very text are there."""
    kept = kept_at(path)
    if not kept.exists():
        return False
    made_of = nbformat.read(kept, as_version=4).metadata.get("made_of")
    return made_of == digest(nbformat.read(path, as_version=4))


def keep(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Writes the executed notebook, as a reader would have it who ran it from top to bottom."""
    made_of = digest(nbformat.read(path, as_version=4))
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("inserted")]
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        cell.execution_count = count
        cell.metadata = nbformat.NotebookNode()
    notebook.metadata.made_of = made_of
    kept = kept_at(path)
    kept.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, kept)


def unexpected(notebook: nbformat.NotebookNode) -> str | None:
    """What a check should have said and did not, if any."""
    for cell in notebook.cells:
        expected = cell.metadata.get("expected")
        said = "".join(output.get("text", "") for output in cell.get("outputs", []))
        if expected and expected not in said:
            return f"a check should say {expected!r}, but said {said!r}:\n{cell.source}"
    return None


def execute(notebook: nbformat.NotebookNode, folder: Path, timeout: int) -> str | None:
    """Run all cells in `folder`, and solve the exercises; returns None, or what went wrong."""
    solve(notebook)
    notebook.cells.insert(0, inserted(STRICT))
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    except DeadKernelError:
        return "the kernel died"
    except TimeoutError:
        return f"a cell took longer than {timeout} s"
    return unexpected(notebook)


def main() -> int:
    """Check and run the chosen notebooks; returns 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="parts of file names (all notebooks)")
    parser.add_argument("--stale", action="store_true", help="only those whose outputs are not kept yet")
    parser.add_argument("--timeout", type=int, default=300, help="seconds a cell may take (300)")
    options = parser.parse_args()

    paths = sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if options.names:
        paths = [p for p in paths if any(name in p.name for name in options.names)]
    if not paths:
        print(f"no notebooks to run below {NOTEBOOKS}", file=sys.stderr)
        return 1
    if options.stale:
        paths = [p for p in paths if not is_kept(p)]

    os.environ.pop("MPLBACKEND", None)  # pictures go into the notebook, as they do for readers
    failed = 0
    for path in paths:
        began = time.perf_counter()
        name = path.relative_to(ROOT)
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        if filled := leftovers(notebook):
            problem = f"cells {filled} hold outputs or counts: clear all outputs before committing"
        elif dead := dead_links(notebook, path.parent):
            problem = f"dead links: {dead}"
        else:
            problem = execute(notebook, path.parent, options.timeout)
            if problem is None:
                keep(notebook, path)
        failed += problem is not None
        verdict = "FAILED" if problem else "ok    "
        print(f"{verdict}  {name}  {time.perf_counter() - began:.1f} s", flush=True)
        if problem:
            print(problem, flush=True)
    print(f"{len(paths) - failed} of {len(paths)} notebooks passed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
