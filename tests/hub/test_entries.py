"""Models from a folder with a hubconf.py, and what is refused."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import minitorch
from minitorch import hub, nn
from minitorch.errors import ArgumentError, ArgumentTypeError, MissingDependencyError, NotSupportedError

CODE = """
dependencies = ["minitorch"]
from minitorch import nn
from neighbour import SIZE

def line(outputs=1, **settings):
    "A line."
    return nn.Linear(SIZE, outputs, **settings)

def _hidden():
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "hubconf.py").write_text(CODE)
    (tmp_path / "neighbour.py").write_text("SIZE = 3")
    sys.modules.pop("neighbour", None)
    return str(tmp_path)


def test_a_folder(folder: str) -> None:
    before = list(sys.path)
    assert hub.list(folder, source="local") == ["line"]
    assert hub.help(folder, "line", source="local") == "A line."
    net = hub.load(folder, "line", 2, source="local", bias=False)
    assert (net.in_features, net.out_features, net.bias) == (3, 2, None)
    assert sys.path == before


def test_folders_do_not_see_each_others_neighbours(tmp_path: Path) -> None:
    for name, size in (("a", 1), ("b", 2)):
        (tmp_path / name / "parts").mkdir(parents=True)
        (tmp_path / name / "hubconf.py").write_text(
            "from neighbour import SIZE\ndef size():\n    from parts import late\n    return SIZE, late.SIZE"
        )
        (tmp_path / name / "neighbour.py").write_text(f"SIZE = {size}")
        (tmp_path / name / "parts" / "late.py").write_text(f"SIZE = {size}")
    before = set(sys.modules)
    assert hub.load(tmp_path / "a", "size", source="local") == (1, 1)
    assert hub.load(tmp_path / "b", "size", source="local") == (2, 2)
    assert set(sys.modules) == before


def test_what_is_loaded_already_stays(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    own = importlib.import_module("neighbour")
    hub.load(folder, "line", source="local")
    assert sys.modules.pop("neighbour") is own


@pytest.mark.parametrize(("code", "message"), [("def f(:", "SyntaxError"), ("1 / 0", "ZeroDivisionError")])
def test_a_hubconf_that_cannot_be_run(tmp_path: Path, code: str, message: str) -> None:
    (tmp_path / "hubconf.py").write_text(code)
    with pytest.raises(ArgumentError, match=rf"hubconf\.py cannot be run: {message}"):
        hub.load(tmp_path, "f", source="local")


def test_what_a_folder_has_not(folder: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no function 'curve'; there are line"):
        hub.load(folder, "curve", source="local")
    with pytest.raises(ArgumentTypeError, match="name of a function"):
        hub.load(folder, nn.Linear, source="local")
    with pytest.raises(ArgumentError, match=r"has no hubconf\.py"):
        hub.load(tmp_path / "nothing", "line", source="local")
    (tmp_path / "hubconf.py").write_text("dependencies = ['no_such_library']\nline = int")
    with pytest.raises(MissingDependencyError, match="needs no_such_library"):
        hub.load(folder, "line", source="local")
    (tmp_path / "hubconf.py").write_text("import no_such_library")
    with pytest.raises(MissingDependencyError, match="no_such_library"):
        hub.list(folder, source="local")


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'minitorch-edu\[hub\]'"):
        hub.load("a/b", nn.Linear, 1, 1, source="huggingface")


def test_refused() -> None:
    with pytest.raises(
        NotSupportedError,
        match=r"git clone https://github\.com/pytorch/vision --branch v0.10`.*source='local'",
    ):
        hub.load("pytorch/vision:v0.10", "resnet18")
    with pytest.raises(ArgumentError, match="'local', 'huggingface' or 'github', got 'ftp'"):
        hub.list("a/b", source="ftp")
    with pytest.raises(ArgumentTypeError, match="source must be a string, got int"):
        hub.load("a/b", "net", source=3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="trust_repo must be"):
        hub.load("a/b", "net", source="huggingface", trust_repo="yes")
    with pytest.raises(ArgumentError, match="trust_repo=True"):
        hub.load("a/b", "net", source="huggingface")
    with pytest.raises(ArgumentTypeError, match="must be a module"):
        hub.load("a/b", 3, source="huggingface")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="further arguments"):
        hub.load("a/b", nn.Linear(1, 1), 2, source="huggingface")
    with pytest.raises(ArgumentError, match="weights_file"):
        hub.load(".", "net", source="local", weights_file="a.pth")
    assert minitorch.hub is hub
