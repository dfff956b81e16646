"""What pages of the site claim, beyond what their own examples check."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from op_table import ROWS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def extension(name: str) -> Any:
    """A program of docs/extensions, as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "extensions" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("printed", "shown", "good"),
    [("4.0", "4.0", True), ("4.0", "5.0", False), ("4.0\n5.0", "4.0", False), ("  a", "a", True)],
)
def test_what_a_page_shows_is_compared_with_what_its_block_prints(
    tmp_path: Path, printed: str, shown: str, good: bool
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        f'<div class="cell" markdown>\n```python\nprint({printed!r})\n```\n'
        f'<div class="cell-output" markdown>\n```text\n{shown}\n```\n</div>\n</div>\n',
        "utf-8",
    )
    problem = extension("run_examples").run(page)
    assert (problem is None) is good
    assert problem is None or shown in problem


def test_blocks_of_a_page_share_names_and_an_error_names_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n", "utf-8")
    problem = extension("run_examples").run(page)
    assert problem is not None
    assert "AssertionError" in problem
    assert f'{page}", line 8' in problem


def test_more_than_nine_in_ten_of_the_names_that_programs_use_are_there() -> None:
    answers = [
        found.there for row, found in extension("coverage_page").ranked() if row["api"].startswith("torch.")
    ]
    assert len(answers) > 300
    assert sum(answers) > 0.9 * len(answers)


def test_the_op_table_has_nearly_500_functions() -> None:
    assert 475 <= len(ROWS) <= 500
    assert "nearly 500 differentiable functions" in (DOCS / "index.md").read_text("utf-8").replace("\n", " ")


def test_each_how_to_page_is_in_the_list_of_them_and_in_the_navigation() -> None:
    pages = {path.name for path in (DOCS / "how-to").glob("*.md")} - {"index.md"}
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "how-to" / "index.md").read_text("utf-8"))
    inside = re.findall(r"how-to/([\w-]+\.md)", (ROOT / "mkdocs.yml").read_text("utf-8"))
    assert sorted(listed) == sorted(pages)
    assert sorted(set(inside) - {"index.md"}) == sorted(pages)


@pytest.mark.parametrize("options", [True, False], ids=["as it stands", "without **options"])
def test_the_backend_of_the_page_passes_the_suite_that_it_names(tmp_path: Path, options: bool) -> None:
    block = next(
        iter(
            re.findall(
                r"^```python\n(.*?)^```", (DOCS / "write-a-backend.md").read_text("utf-8"), re.S | re.M
            )
        )
    )
    code = block.partition("\n\ncounting = ")[0]
    if not options:
        code = code.replace(", **options", "")
    (tmp_path / "my_backends.py").write_text(code, "utf-8")
    paths = [str(tmp_path), *(path for path in sys.path if path)]
    suite = "minitorch.testing.conformance"
    done = subprocess.run(
        [sys.executable, "-m", suite, "--backend", "my_backends:CountingBackend", "-q", "-k", "lstm or gru"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is options, done.stdout
    assert ("unexpected keyword argument 'out'" in done.stdout) is not options
