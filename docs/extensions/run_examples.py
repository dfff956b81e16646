"""Runs the examples of the README, of the site and of all docstrings, with warnings as errors.

Part of `make docs`. The blocks of one page share their names, as a reader would have them in one session.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
import pkgutil
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import minitorch

ROOT = Path(__file__).resolve().parents[2]


def code_of(page: Path) -> str:
    """The Python blocks of a page, each at the line where it stands on the page."""
    text = page.read_text("utf-8")
    code = ""
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        code += "\n" * (text.count("\n", 0, block.start(1)) - code.count("\n")) + block[1]
    return code


def run(page: Path) -> str | None:
    """Runs the examples of one page; returns None, or what went wrong."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(compile(code_of(page), str(page), "exec"), {"__name__": "__main__"})
        except Exception:
            return printed.getvalue() + traceback.format_exc()
    return None


def run_docstrings() -> bool:
    """Runs the `>>>` examples of the package; returns whether any failed."""
    found = [m.name for m in pkgutil.walk_packages(minitorch.__path__, "minitorch.")]
    others = (
        "minitorch.testing.conformance",
        "minitorch.coursework.plugin",
    )  # made for pytest, which may not be there
    names = ["minitorch", *(name for name in found if not name.startswith(others))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = [doctest.testmod(importlib.import_module(name)) for name in names]
    failures = sum(result.failed for result in results)
    print(f"{'FAILED' if failures else 'ok    '}  docstrings: {sum(r.attempted for r in results)} lines")
    return failures > 0


def main() -> int:
    """Runs all examples in a temporary folder; returns 1 if any failed."""
    failed = False
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for page in (page for page in pages if code_of(page)):
            problem = run(page)
            failed = failed or problem is not None
            print(f"{'FAILED' if problem else 'ok    '}  {os.path.relpath(page, ROOT)}")
            if problem:
                print(problem)
        failed = run_docstrings() or failed
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
