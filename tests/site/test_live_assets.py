"""What the site serves for its cells: by Pyodide's lock, and by hash."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

EXTENSIONS = Path(__file__).resolve().parents[2] / "docs" / "extensions"
FILES = {
    "numpy": b"numpy's bytes",
    "scipy": b"scipy's",
    "scikit-learn": b"learn's",
    "matplotlib": b"m",
    "h5py": b"h",
}
NEEDS = {"scikit-learn": ["scipy"], "scipy": ["numpy"], "matplotlib": ["numpy"], "h5py": ["numpy"]}


def entry(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "file_name": f"{name}-1-py3-none-any.whl",
        "sha256": hashlib.sha256(FILES[name]).hexdigest(),
        "depends": NEEDS.get(name, []),
        "imports": [{"scikit-learn": "sklearn"}.get(name, name)],
        **{"install_dir": "site", "package_type": "package", "tool": {}, "unvendored_tests": False},
    }


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module live_cells.py, with a Pyodide of few bytes, and folders of its own."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    for name in ("vendor", "live_cells"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import live_cells
    import vendor

    for module in (vendor, live_cells):
        monkeypatch.setattr(module, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(live_cells, "PY", tmp_path / "py")
    for folder in ("cache", "py", "wheels"):
        (tmp_path / folder).mkdir()
    lock = {"info": {"python": "3.14.2"}, "packages": {name: entry(name) for name in FILES}}
    program = b"x=`https://example.org/pyodide/v${A}/full/`"
    with tarfile.open(vendor.PYODIDE.archive, "w:gz") as tar:
        for file, content in {"pyodide-lock.json": json.dumps(lock).encode(), "pyodide.mjs": program}.items():
            info = tarfile.TarInfo(f"package/{file}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    for file in vendor.PYODIDE.files:
        (tmp_path / "py" / file).write_bytes(b"")
    own = tmp_path / "minitorch_edu-0.1.0-py3-none-any.whl"
    own.write_bytes(b"ours")
    monkeypatch.setattr(live_cells, "own_wheel", lambda: own)
    monkeypatch.setattr(live_cells, "find_spec", lambda _: True)
    return live_cells


def says(assets: Any) -> Any:
    assets.write()
    return json.loads((assets.PY / "served.js").read_text().removeprefix("export default ").rstrip(";\n"))


def test_a_folder_serves_what_lies_in_it_with_all_it_needs(
    assets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINITORCH_PYODIDE_WHEELS", str(tmp_path / "wheels"))
    assert says(assets) is None  # no NumPy
    for name, content in {"numpy": b"another build", "scikit-learn": FILES["scikit-learn"]}.items():
        (tmp_path / "wheels" / entry(name)["file_name"]).write_bytes(content)
    served = says(assets)
    packages = served["lock"]["packages"]
    assert set(packages) == {"numpy", "minitorch"}  # scikit-learn lacks SciPy
    assert packages["numpy"]["sha256"] == hashlib.sha256(b"another build").hexdigest()
    assert packages["minitorch"]["depends"] == ["numpy"]
    assert (assets.PY / packages["minitorch"]["file_name"]).read_bytes() == b"ours"
    assert served["missing"]["sklearn"] == "scikit-learn"
    assert not [*assets.PY.glob("scikit*")]
    monkeypatch.delenv("MINITORCH_PYODIDE_WHEELS")
    assert says(assets) is None
    assert not [*assets.PY.rglob("*.whl")]  # nothing is left of the build before


def test_a_release_takes_only_files_with_the_hash_of_the_lock(
    assets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINITORCH_PYODIDE_WHEELS", "download")
    there = {entry(name)["file_name"]: content for name, content in FILES.items()}
    asked: list[str] = []

    def urlopen(address: str) -> io.BytesIO:
        asked.append(address)
        return io.BytesIO(there[address.rpartition("/")[2]])

    monkeypatch.setattr(assets.urllib.request, "urlopen", urlopen)
    assert set(says(assets)["lock"]["packages"]) == {*FILES, "minitorch"}
    assert sorted(asked) == sorted(f"https://example.org/pyodide/v314.0.7/full/{name}" for name in there)
    asked.clear()
    says(assets)
    assert not asked  # each file once
    (assets.CACHE / entry("scipy")["file_name"]).unlink()
    there[entry("scipy")["file_name"]] = b"tampered with"
    with pytest.raises(SystemExit, match="not the file that Pyodide's lock names"):
        says(assets)


def test_a_package_of_npm_must_have_its_hash(assets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import vendor

    with pytest.raises(SystemExit, match="not the pyodide that"):
        vendor.fetch(vendor.PYODIDE)  # the one of a few bytes
    monkeypatch.setattr(vendor.shutil, "which", lambda _: None)
    assert vendor.fetch(vendor.KATEX) is None  # without npm
