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

import minitorch

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
        [sys.executable, "-m", suite, "--backend", "my_backends:CountingBackend", "-q", "-x", "-k", "lstm"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is options, done.stdout
    assert ("unexpected keyword argument 'out'" in done.stdout) is not options


def masked_attention(x: Any, nothing: bool) -> Any:
    closed = minitorch.tensor([[False, False], [nothing, nothing]])
    layer = minitorch.nn.MultiheadAttention(2, 1, batch_first=True)
    return layer(x.reshape(1, 2, 2), x.reshape(1, 2, 2), x.reshape(1, 2, 2), attn_mask=closed)[0]


@pytest.mark.parametrize(
    ("values", "wrong", "remedy"),
    [
        ([0.0, 1.0], lambda x: x.sqrt() * 0, lambda x: (x + 1e-8).sqrt() * 0),
        ([0.0, 0.0], lambda x: (x**2).sum().sqrt(), lambda x: x.norm()),
        ([200.0, 0.0], lambda x: -x.softmax(0).log()[1], lambda x: -x.log_softmax(0)[1]),
        ([-200.0], lambda x: x.sigmoid().log(), minitorch.nn.functional.logsigmoid),
        ([100.0, 0.0], lambda x: x.exp().sum().log(), lambda x: x.logsumexp(0)),
        (
            [0.0, 1.0],
            lambda x: minitorch.where(x > 0, x.log(), 0.0),
            lambda x: minitorch.where(x > 0, minitorch.where(x > 0, x, 1.0).log(), 0.0),
        ),
        ([0.1, 0.2, 0.3, 0.4], lambda x: masked_attention(x, True), lambda x: masked_attention(x, False)),
    ],
    ids=["sqrt", "length", "softmax", "sigmoid", "exp", "where", "attention"],
)
def test_the_causes_of_nan_on_the_page_are_some_and_the_remedies_help(
    values: list[float], wrong: Any, remedy: Any
) -> None:
    for function, good in ((wrong, False), (remedy, True)):
        x = minitorch.tensor(values, requires_grad=True)
        function(x).sum().backward()
        assert bool(x.grad.isfinite().all()) is good


@pytest.mark.parametrize(
    "name",
    [
        "compile",
        "compiler",
        "jit",
        "fx",
        "export",
        "cond",
        "onnx",
        "distributed",
        "multiprocessing",
        "nn.parallel.DistributedDataParallel",
        "nn.SyncBatchNorm",
        "sparse",
        "optim.SparseAdam",
        "nested",
        "jagged",
        "ao",
        "quantization",
        "float8_e4m3fn",
        "mps",
        "xpu",
        "utils.cpp_extension",
        "library",
        "nn.attention.flex_attention",
        "vision.models.detection",
        "vision.models.segmentation",
        "vision.ops",
        "vision.io",
        "vision.transforms.v2",
    ],
)
def test_what_the_page_for_those_who_know_pytorch_calls_absent_is_absent(name: str) -> None:
    page = (DOCS / "coming-from-pytorch.md").read_text("utf-8").partition("### What is not there")[2]
    last = name.split(".")[-1]
    assert last in page or last in ("compiler", "float8_e4m3fn", "detection", "segmentation")
    *rooms, final = name.split(".")
    owner: Any = minitorch
    for room in rooms:
        owner = getattr(owner, room)
    with pytest.raises(AttributeError):
        getattr(owner, final)
