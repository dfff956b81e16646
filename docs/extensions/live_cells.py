"""Puts what the live cells need into `docs/assets/py/`: packages for Pyodide, their lock, the lessons' data.

After vendor.py, which brings Pyodide itself. minitorch's wheel is built from this tree. NumPy and the others are those
of Pyodide's own lock file, by name and hash; MINITORCH_PYODIDE_WHEELS says where they come from: a folder with some of
them (then its files count, whatever their hash), or `download` for Pyodide's distribution (then a file of another
hash stops the build). Without it, or without Pyodide, the pages have no Run buttons.

The last file written is `served.js`, which the pages read: what is there, or nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vendor import ASSETS, CACHE, PYODIDE, ROOT

PY = ASSETS / "py"
WANTED = ("numpy", "matplotlib", "scikit-learn", "h5py")  # and what these need
log = logging.getLogger("mkdocs.live_cells")


def distribution() -> tuple[dict[str, Any], str]:
    """Pyodide's lock, and where its packages can be downloaded: both stand in the package from npm."""
    with tarfile.open(PYODIDE.archive) as tar:
        lock, program = (tar.extractfile(f"package/{name}") for name in ("pyodide-lock.json", "pyodide.mjs"))
        assert lock is not None
        assert program is not None
        address = re.search(rb"https://[^`\"]*?/v(?=\$\{\w+\}/full/)", program.read())
        assert address is not None, "pyodide.mjs names its distribution no longer"
        return json.load(lock), f"{address[0].decode()}{PYODIDE.version}/full/"


def needed(lock: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """These packages of a lock, and all that they depend on."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += lock["packages"][name]["depends"]
    return list(found)


def wheel_of(entry: dict[str, Any], source: str, address: str) -> Path | None:
    """The wheel of an entry of the lock: out of the folder `source`, or downloaded once and checked."""
    if source != "download":
        path = Path(source) / entry["file_name"]
        return path if path.exists() else None
    path = CACHE / entry["file_name"]
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        with urllib.request.urlopen(address + entry["file_name"]) as response:
            path.write_bytes(response.read())
    if sha256(path.read_bytes()) != entry["sha256"]:
        raise SystemExit(f"{path} is not the file that Pyodide's lock names: delete it")
    return path


def sha256(content: bytes) -> str:
    """The hash as the lock writes it."""
    return hashlib.sha256(content).hexdigest()


def own_wheel() -> Path:
    """minitorch's wheel, built from this tree."""
    out = CACHE / "wheel"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    return wheel


def data() -> bytes:
    """The files that lessons read, as they lie beside the notebooks."""
    folder, packed = ROOT / "notebooks", io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("data/*")):
            entry = zipfile.ZipInfo(
                path.relative_to(folder).as_posix()
            )  # without the time: same bytes, same name
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def serve(source: str) -> tuple[dict[str, Any] | None, dict[str, bytes]]:
    """What `served.js` says, None if there is no NumPy; and the files beside it, by name."""
    lock, address = distribution()
    every = lock["packages"]
    wheels = {name: wheel_of(every[name], source, address) for name in needed(lock, WANTED)}
    there = {name for name, wheel in wheels.items() if wheel}
    packages, files = {}, {}
    for name, wheel in wheels.items():
        if wheel and there.issuperset(needed(lock, (name,))):
            files[wheel.name] = wheel.read_bytes()
            packages[name] = every[name] | {"sha256": sha256(files[wheel.name])}
    if "numpy" not in packages:
        log.info("no Run buttons: %s has no %s", source, every["numpy"]["file_name"])
        return None, {}
    wheel, lessons = own_wheel(), data()
    # Named after their content: a browser never takes those of another day out of its cache.
    own = f"minitorch-{sha256(wheel.read_bytes())[:12]}/{wheel.name}"
    packed = f"data-{sha256(lessons)[:12]}.zip"
    files |= {own: wheel.read_bytes(), packed: lessons}
    packages["minitorch"] = {
        **{key: every["numpy"][key] for key in ("install_dir", "package_type", "tool", "unvendored_tests")},
        "name": "minitorch",
        "version": wheel.name.split("-")[1],
        "file_name": own,
        "sha256": sha256(files[own]),
        "imports": ["minitorch", "minitorch_numpy"],
        "depends": ["numpy"],
    }
    absent = (name for name in wheels if name not in packages)
    core = sum((PY / name).stat().st_size for name in PYODIDE.files)
    first = core + sum(len(files[packages[name]["file_name"]]) for name in ("numpy", "minitorch"))
    return {
        "lock": lock | {"packages": packages},
        "missing": {module: every[name]["name"] for name in absent for module in every[name]["imports"]},
        "data": packed,
        "megabytes": round(first / 1e6),  # that the first run loads
    }, files


def served() -> tuple[dict[str, Any] | None, dict[str, bytes]]:
    """The same, or nothing with a line in the log that says what is missing."""
    source = os.environ.get("MINITORCH_PYODIDE_WHEELS", "")
    if not (PY / "pyodide.mjs").exists():
        log.info("no Run buttons: Pyodide is not there")
    elif not source:
        log.info(
            "no Run buttons: MINITORCH_PYODIDE_WHEELS names no folder with NumPy for Pyodide, nor `download`"
        )
    elif find_spec("hatchling") is None:
        log.info("no Run buttons: hatchling, which builds minitorch's wheel, is not installed")
    else:
        return serve(source)
    return None, {}


def write() -> None:
    """Writes what is missing or out of date."""
    says, files = served()
    files["served.js"] = f"export default {json.dumps(says, indent=1)};\n".encode()
    for old in (*PY.glob("*.whl"), *PY.glob("data-*"), *PY.glob("minitorch-*/*")):
        if old.relative_to(PY).as_posix() not in files:
            old.unlink()
    for name, content in files.items():
        path = PY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write()
