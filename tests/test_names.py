"""What is public, and what importing brings along."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import minitorch
import minitorch.rooms

HERE = Path(__file__).parent
PACKAGE = Path(minitorch.__file__).parent


def public_names() -> list[str]:
    """The names of `minitorch` and of `Tensor` that have no leading underscore, as `minitorch.x` and `Tensor.x`.

    Modules are left out unless `minitorch/__init__.py` names them: which others are loaded depends on what ran before.
    """
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    exported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.ImportFrom, ast.Import))
        for alias in node.names
    }
    names = {
        f"minitorch.{name}"
        for name, value in vars(minitorch).items()
        if not name.startswith("_") and (name in exported or not isinstance(value, ModuleType))
    }
    names |= {f"minitorch.{name}" for name in minitorch.rooms.TOP_LEVEL}
    names |= {f"minitorch.{room}" for room in minitorch._ROOMS}  # loaded when first used
    tensor = minitorch.Tensor
    names |= {f"Tensor.{name}" for name in dir(tensor) if not name.startswith("_") and hasattr(tensor, name)}
    return sorted(names)


def test_public_names_are_these() -> None:
    frozen = (HERE / "public_names.txt").read_text(encoding="utf-8").split()
    names = public_names()
    assert sorted(set(frozen) - set(names)) == [], "gone: say so in the changelog, and take them off the list"
    assert sorted(set(names) - set(frozen)) == [], "new: add them with `python tests/test_names.py`"


def imports_of(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_engine_reaches_arrays_only_through_a_backend(path: Path) -> None:
    banned = {"numpy", "cupy", "numba", "torch", "minitorch_numpy", "backends"}
    relative = path.relative_to(PACKAGE)
    if relative == Path("dtypes.py"):
        banned.remove("numpy")
    if relative.parts[0] == "testing":  # its references are computed with NumPy
        banned.remove("numpy")
    assert not imports_of(path) & banned


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=HERE
    ).stdout


def test_importing_brings_nothing_else_along() -> None:
    loaded = json.loads(run("import json, sys, minitorch; print(json.dumps(sorted(sys.modules)))"))
    packages = {name.split(".")[0] for name in loaded}
    heavy = {
        "scipy",
        "matplotlib",
        "numba",
        "cupy",
        "PIL",
        "torch",
        "sklearn",
        "tqdm",
        "pandas",
        "safetensors",
    }
    assert not packages & heavy
    assert {"minitorch", "minitorch_numpy", "numpy"} <= packages


def test_numpys_global_random_state_is_not_touched() -> None:
    code = """
import numpy, minitorch
numpy.random.seed(0)
before = numpy.random.get_state()[1].tolist()
minitorch.manual_seed(1)
minitorch.randn(10), minitorch.randperm(5), minitorch.zeros(3).uniform_()
print(before == numpy.random.get_state()[1].tolist())
"""
    assert run(code).strip() == "True"


def test_warnings_of_numpy_stay_as_they_were() -> None:
    code = """
import numpy
before = numpy.geterr()
import minitorch
x = minitorch.zeros(2, requires_grad=True)
(x / 0).sum().backward()
print(before == numpy.geterr())
"""
    assert run(code).strip() == "True"


if __name__ == "__main__":
    (HERE / "public_names.txt").write_text("\n".join(public_names()) + "\n", encoding="utf-8")
