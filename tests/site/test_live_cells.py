"""Cells of a page are run in a real browser."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.site, pytest.mark.slow]

CELLS = [
    'import minitorch\n\nx = minitorch.tensor([1.0, 2.0], requires_grad=True)\nprint("made")',
    "(x**2).sum().backward()\nx.grad",
    "def wrong():\n    return x @ minitorch.ones(3)\n\n\nwrong()",
    'print("begun")\nwhile True:\n    pass',
    "from minitorch import viz\n\nw = minitorch.tensor(3.0, requires_grad=True)\n"
    "with viz.watch():\n    loss = (w * 2 - 1) ** 2\nviz.step(loss)",
    "import numpy as np\nfrom matplotlib import pyplot as plt\n\nprint(np.arange(3))\nplt.plot([1, 2])",
    "import minitorch\n\nkept = 5\nkept",
    'import warnings\n\nwarnings.warn("careful")\nprint("a" * 5, end="\\r")\nprint("b")\nvalue = 3;',
]
BUILT = '\n<div class="cell-output" markdown>\n\nas it was built\n\n</div>\n'


def as_page(cells: list[str]) -> str:
    blocks = (
        f'<div class="cell" markdown>\n\n```python\n{cell}\n```\n{BUILT if at == 1 else ""}\n</div>\n'
        for at, cell in enumerate(cells)
    )
    return "# Cells\n\n" + "\n".join(blocks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., Path], live_assets: None) -> Path:
    return build(
        tmp_path_factory.mktemp("site"), {"index.md": as_page(CELLS), "other.md": "# Other\n\nNo cells.\n"}
    )


@pytest.fixture(scope="module")
def address(folder: Path, serve: Callable[..., str]) -> str:
    return serve(folder)


class Cells:
    """The cells of the page that is open, by their numbers from 1."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def __getitem__(self, number: int) -> Any:
        return self.page.locator("div.cell").nth(number - 1)

    def press(self, number: int, what: str = "Run") -> None:
        self[number].get_by_role("button", name=what, exact=False).first.click()

    def status(self, number: int, text: str) -> None:
        """Waits until a cell has ended, and its status begins with `text`."""
        status = self[number].locator(".cell-status")
        status.filter(has_text=re.compile(rf"^(done|error|needs|stopped|{text})")).wait_for()
        assert status.inner_text().startswith(text), self.shown(number)

    def shown(self, number: int) -> str:
        return str(self[number].locator(".cell-shown").inner_text())

    def run(self, number: int, ends: str = "done") -> str:
        self.press(number)
        self.status(number, ends)
        return self.shown(number)

    def write(self, number: int, source: str) -> None:
        self[number].locator("textarea").fill(source)


@pytest.fixture
def cells(page: Any, address: str) -> Cells:
    page.goto(f"{address}/index.html")
    page.locator(".cell-page").wait_for()
    return Cells(page)


def test_cells_share_their_names(cells: Cells) -> None:
    cells.press(1)
    cells[1].get_by_text(
        "Downloading and starting Python…"
    ).wait_for()  # one is not left waiting without a word
    cells.status(1, "done")
    assert cells.shown(1).strip() == "made"
    assert cells.run(2).strip() == "tensor([2., 4.])"
    assert not cells[2].locator(".cell-output").is_visible()


def test_an_error_shows_the_lines_of_the_cell_and_the_whole_on_demand(cells: Cells) -> None:
    cells.run(1)
    shown = cells.run(3, ends="error")
    assert 'File "<cell 3>", line 5' in shown
    assert "return x @ minitorch.ones(3)" in shown  # the source line, of a file that is nowhere
    assert "matmul" in shown
    assert "minitorch/" not in shown
    cells[3].locator("summary").click()
    assert "minitorch/" in cells.shown(3)


def test_a_syntax_error_points_at_its_place(cells: Cells) -> None:
    cells.write(1, "x = (1,\ny = 2 2\n")
    shown = cells.run(1, ends="error")
    assert "SyntaxError" in shown
    assert '"<cell 1>", line' in shown
    assert "Whole traceback" not in shown


def test_a_cell_whose_names_are_not_there_points_above(cells: Cells) -> None:
    shown = cells.run(2, ends="error")
    assert "NameError: name 'x' is not defined" in shown
    assert "has not run yet" in shown
    cells.press(2, "Run all cells above")
    cells.status(1, "done")
    assert cells.run(2).strip() == "tensor([2., 4.])"


def test_stop_ends_a_cell_that_never_would(cells: Cells) -> None:
    cells.run(1)
    cells.press(4)
    cells[4].get_by_text("begun", exact=True).wait_for()  # it came while the cell ran
    cells.press(4, "Stop")
    cells.status(4, "stopped")
    assert "names of all cells" in cells.shown(4)
    assert "NameError" in cells.run(2, ends="error")
    cells.press(4, "Run all cells above")
    cells.status(3, "error")  # as it should; and the ones above it ran
    assert cells.shown(2).strip() == "tensor([2., 4.])"


def test_stop_keeps_the_names_where_the_browser_shares_memory(
    page: Any, folder: Path, serve: Callable[..., str]
) -> None:
    page.goto(f"{serve(folder, isolated=True)}/index.html")
    cells = Cells(page)
    cells.run(1)
    cells.press(4)
    cells[4].get_by_text("begun", exact=True).wait_for()
    cells.press(4, "Stop")
    cells.status(4, "stopped")
    assert "still there" in cells.shown(4), cells.shown(4)
    assert cells.run(2).strip() == "tensor([2., 4.])"
    cells.write(
        4,
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    )
    cells.press(4)
    cells.status(4, "running")
    cells.press(4, "Stop")
    cells.status(4, "stopped")
    assert "names of all cells" in cells.shown(4)  # it would not stop by itself


def test_cells_that_wait_run_one_after_the_other_and_end_with_the_state(cells: Cells) -> None:
    cells.run(7)
    cells.press(4)
    cells[4].get_by_text("begun", exact=True).wait_for()
    cells.press(7)
    cells.status(7, "waiting")
    cells[7].get_by_text("Waits").click(force=True)  # which does nothing
    cells.status(4, "running")
    cells.press(4, "Stop")
    cells[7].get_by_text("Did not run").wait_for()
    assert cells.run(7).strip() == "5"


def test_an_edited_cell_runs_as_it_stands_and_reset_brings_it_back(cells: Cells) -> None:
    cells.write(2, "6 * 7  # changed")
    assert cells[2].locator("code .mi").all_inner_texts() == ["6", "7"]
    assert cells[2].locator("code .c1").inner_text() == "# changed"
    assert cells.run(2).strip() == "42"
    cells.press(2, "Reset")
    assert cells[2].locator("textarea").input_value() == CELLS[1]
    assert cells[2].locator("code").inner_text().strip() == CELLS[1]
    assert cells[2].locator(".cell-output").inner_text() == "as it was built"
    assert not cells[2].locator(".cell-shown").is_visible()


def test_restart_forgets_all_names(cells: Cells) -> None:
    cells.run(1)
    cells.page.get_by_role("button", name="Restart Python").click()
    assert "NameError" in cells.run(2, ends="error")


def test_the_widget_steps_through_a_graph_and_knows_the_lines_of_the_cell(cells: Cells) -> None:
    cells.run(1)
    cells.run(5)
    widget = cells[5].frame_locator("iframe")
    widget.locator("svg").first.wait_for()
    assert "loss = (w * 2 - 1) ** 2" in widget.locator("body").inner_html()
    before = widget.locator("body").inner_text()
    widget.get_by_role("button", name="one step on").click()
    assert widget.locator("body").inner_text() != before


def test_what_is_not_served_is_said_and_the_rest_runs(cells: Cells) -> None:
    shown = cells.run(6, ends="needs matplotlib")
    assert "[0 1 2]" in shown  # the import alone does not stop it
    assert "There is no matplotlib in the Python of this page. The cell ended at line 5;" in shown
    assert "Traceback" not in shown
    cells.write(6, "import numba")
    assert "There is no numba" in cells.run(6, ends="needs numba")


def wheel(name: str, source: str) -> bytes:
    """A package of one module."""
    packed, info = io.BytesIO(), f"{name}-1.0.dist-info"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{name}.py", source)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return packed.getvalue()


def test_packages_come_when_a_cell_needs_them_and_only_with_the_right_hash(
    page: Any, folder: Path, serve: Callable[..., str], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(folder, site)
    says = site / "assets" / "py" / "served.js"
    served = json.loads(says.read_text("utf-8").removeprefix("export default ").rstrip(";\n"))
    for name, content in {"early": b"", "later": b"", "forged": b"not what the lock says"}.items():
        file, data = f"{name}-1.0-py3-none-any.whl", wheel(name, f"name = {name!r}")
        (says.parent / file).write_bytes(content or data)
        served["lock"]["packages"][name] = served["lock"]["packages"]["minitorch"] | {
            **{"name": name, "file_name": file, "imports": [name], "depends": []},
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    says.write_text(f"export default {json.dumps(served)};", "utf-8")
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url.rpartition("/")[2]))
    page.goto(f"{serve(site)}/index.html")
    cells = Cells(page)
    cells.run(7)
    assert not [name for name in asked if name.startswith(("early", "later"))]
    cells.write(7, "import later\nlater.name")
    assert cells.run(7).strip() == "'later'"
    cells[6].evaluate("it => it.dataset.needs = 'early'")
    cells.write(
        6, "import sys\nimportlib = __import__('importlib.util')\nimportlib.util.find_spec('early').name"
    )
    assert cells.run(6).strip() == "'early'"
    cells.write(7, "import forged")
    assert "There is no forged" in cells.run(7, ends="needs forged")


def test_indices_have_64_bits(cells: Cells) -> None:
    cells.write(
        7, "import minitorch as torch\nx = torch.ones(3)\nprint(x.argmax().dtype, x.sort().indices.dtype)"
    )
    assert cells.run(7).split() == ["minitorch.int64"] * 2


def test_warnings_values_and_lines_that_are_written_over(cells: Cells) -> None:
    shown = cells.run(8)
    assert "<cell 8>:3: UserWarning: careful" in shown
    assert 'warnings.warn("careful")' in shown
    assert shown.rstrip().endswith("\nb")  # no aaaaa, and no 3 after the semicolon
    assert cells.run(7).strip() == "5"


def test_values_show_as_in_a_notebook(cells: Cells) -> None:
    cells.write(
        7,
        "import zlib, struct\n"
        "def chunk(kind, data):\n"
        "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n"
        "class Pixel:\n"
        "    def _repr_png_(self):\n"
        "        head = chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0))\n"
        "        head += chunk(b'IDAT', zlib.compress(b'\\0\\x80')) + chunk(b'IEND', b'')\n"
        "        return b'\\x89PNG\\r\\n\\x1a\\n' + head\n"
        "class Table:\n"
        "    def _repr_html_(self):\n"
        "        return '<table><tr><td>one</td></tr></table>'\n"
        "display(Pixel(), Table())\n"
        "'text'",
    )
    cells.run(7)
    shown = cells[7].locator(".cell-shown")
    assert shown.locator("img").evaluate("it => it.decode().then(() => it.naturalWidth)") == 1
    assert shown.locator("td").inner_text() == "one"
    assert shown.locator(".cell-value").inner_text() == "'text'"


def test_too_much_text_is_cut(cells: Cells) -> None:
    cells.write(7, "for i in range(1_000_000):\n    print('a line of text', i)")
    cells.press(7)
    cells[7].get_by_text("and more, which is not shown").wait_for()
    assert len(cells[7].locator(".cell-stdout").text_content()) < 110_000
    cells.press(7, "Stop")


def test_the_keyboard_reaches_and_leaves_everything(cells: Cells) -> None:
    page = cells.page
    area = cells[7].locator("textarea")
    area.focus()
    assert "Tab leaves the editor" in area.get_attribute("aria-label")
    page.keyboard.press("Control+a")
    page.keyboard.type("for i in range(2):\nprint(i)\n")
    assert area.input_value() == "for i in range(2):\n    print(i)\n    "
    page.keyboard.press("Backspace")
    page.keyboard.type("i")
    assert area.input_value().endswith("\ni")
    page.keyboard.press("Control+]")
    assert area.input_value().endswith("\n    i")
    page.keyboard.press("Control+[")
    page.keyboard.press("Control+z")
    assert area.input_value().endswith("\n    i")  # the browser's own undo
    page.keyboard.press("Control+[")
    page.keyboard.press("Shift+Enter")
    cells.status(7, "done")
    assert cells.shown(7).split() == ["0", "1", "1"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "▶ Run"
    page.keyboard.press("Enter")
    cells.status(7, "done")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Control+Enter")
    cells.status(7, "done")


def test_the_editor_covers_its_text_exactly(cells: Cells) -> None:
    area, code = (cells[3].locator(it).bounding_box() for it in ("textarea", "code"))
    assert {key: round(value) for key, value in area.items()} == {
        key: round(value) for key, value in code.items()
    }
    assert cells[3].locator("textarea").evaluate("it => it.scrollHeight <= it.clientHeight")


def test_a_long_line_scrolls_with_the_caret(cells: Cells) -> None:
    area = cells[7].locator("textarea")
    area.fill("")
    area.press_sequentially("x = '" + "long " * 60)
    block = cells[7].locator("pre").first
    assert block.evaluate("it => it.scrollLeft + it.clientWidth >= it.scrollWidth - 30")
    assert block.evaluate("it => it.scrollWidth > 2 * it.clientWidth")


def test_a_phone_does_not_scroll_sideways(cells: Cells) -> None:
    cells.page.set_viewport_size({"width": 360, "height": 740})
    cells.run(1)
    cells.run(3, ends="error")
    cells.run(5)
    assert cells.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_page_without_cells_loads_nothing(page: Any, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    page.goto(f"{address}/other.html", wait_until="networkidle")
    assert not [url for url in asked if "/py/" in url or "cells.js" in url]
    assert any("start.js" in url for url in asked)
