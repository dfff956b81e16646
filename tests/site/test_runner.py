"""What runs the cells of a page, in the Python that runs the tests."""

from __future__ import annotations

import base64
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[2] / "docs" / "live" / "runner.py"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MPLBACKEND", "agg")
    spec = importlib.util.spec_from_file_location("runner", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Page:
    """A session that writes down what its cells show."""

    def __init__(self, runner: Any, **missing: str) -> None:
        self.shown: list[tuple[str, str]] = []
        self.session = runner.Session(lambda kind, text: self.shown.append((kind, text)), missing)
        self.number = 0

    def run(self, source: str, ends: str = "done") -> dict[str, str]:
        self.shown.clear()
        self.number += 1
        ended: dict[str, str] = self.session.run(source, self.number)
        assert ended["end"] == ends, ended
        return ended

    def text(self, kind: str = "stdout") -> str:
        return "".join(text for form, text in self.shown if form == kind)


@pytest.fixture
def page(runner: Any) -> Page:
    return Page(runner, nowhere="Nowhere")


def test_the_last_expression_is_the_value_unless_a_semicolon_or_none(page: Page) -> None:
    page.run("a = 2\nprint('x')\na + 1")
    assert page.shown == [("stdout", "x"), ("stdout", "\n"), ("text", "3")]
    for silent in ("a;", "None", "a = 3", "", "# nothing", "print"[:0]):
        page.run(silent)
        assert page.shown == []


def test_functions_of_one_cell_see_names_of_later_ones(page: Page) -> None:
    page.run("def f():\n    return later")
    page.run("later = 7")
    page.run("f()")
    assert page.text("text") == "7"


def test_pickle_finds_the_classes_of_cells(page: Page) -> None:
    page.run("import pickle\nclass Thing:\n    pass\ntype(pickle.loads(pickle.dumps(Thing()))) is Thing")
    assert page.text("text") == "True"
    assert "Thing" not in vars(sys.modules["__main__"])


def test_streams_are_given_back(page: Page) -> None:
    before = sys.stdout, sys.stderr, sys.modules["__main__"]
    page.run("1 / 0", ends="error")
    page.run("raise KeyboardInterrupt", ends="stopped")
    page.run("raise SystemExit", ends="error")
    assert (sys.stdout, sys.stderr, sys.modules["__main__"]) == before


def test_a_traceback_has_the_lines_of_all_cells_on_the_way(page: Page) -> None:
    page.run("import json\ndef f(text):\n    return json.loads(text)")
    ended = page.run("# a comment\nf('[')", ends="error")
    assert 'File "<cell 2>", line 2' in ended["short"]
    assert "f('[')" in ended["short"]
    assert 'File "<cell 1>", line 3' in ended["short"]
    assert "decoder.py" not in ended["short"]
    assert "decoder.py" in ended["full"]
    assert "runner.py" not in ended["full"]


def test_what_is_missing_stops_only_who_uses_it(page: Page) -> None:
    page.run(
        "import nowhere\nfrom nowhere import land\nimport nowhere.deep.down as down\nfrom nowhere.a import b as c"
    )
    for use in ("nowhere.x", "land()", "down.x", "c(1, k=2)"):
        ended = page.run(f"1\n{use}", ends="missing")
        assert (ended["library"], ended["line"]) == ("Nowhere", "2")
    assert page.run("import never_heard_of.it", ends="missing")["library"] == "never_heard_of"
    page.run("import json.nothing", ends="missing")
    assert "json.nothing" not in sys.modules


def test_a_library_that_minitorch_misses_is_no_traceback(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    ended = page.run(
        "from minitorch.errors import MissingDependencyError\nraise MissingDependencyError('needs x')",
        ends="missing",
    )
    assert ended["why"] == "needs x"


def test_figures_show_when_asked_for_and_at_the_end_of_the_cell(page: Page) -> None:
    pytest.importorskip("matplotlib")
    page.run(
        "from matplotlib import pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('between')\nplt.plot([2, 1]);"
    )
    assert [kind for kind, _ in page.shown] == ["png", "stdout", "stdout", "png"]
    first, *_, second = (base64.b64decode(text) for kind, text in page.shown if kind == "png")
    assert first.startswith(b"\x89PNG")
    assert first != second
    page.run("plt.get_fignums()")
    assert page.text("text") == "[]"


def test_richest_form_is_shown(page: Page) -> None:
    page.run(
        "class Both:\n    def _repr_html_(self): return '<b>x</b>'\n    def _repr_png_(self): return b'1'\nBoth()"
    )
    assert page.shown == [("html", "<b>x</b>")]
    page.run(
        "class Picture:\n    def _repr_html_(self): return None\n    def _repr_png_(self): return b'1'\nPicture()"
    )
    assert page.shown == [("png", "MQ==")]
    page.run("Both")  # the class itself has nothing to show but its name
    assert page.shown[0][0] == "text"


def test_too_much_text_is_cut_once(page: Page) -> None:
    page.run("for _ in range(3):\n    print('x' * 60_000)")
    assert page.text().count("which is not shown") == 1
    assert page.text().startswith("x" * 60_000 + "\n" + "x" * 39_000)
    assert len(page.text()) < 101_000
