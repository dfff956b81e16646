"""Build the sdist and the wheel, look inside, install what was built, and use it.

Run as `make wheel`, or `python tests/packaging/check_wheel.py` where the extra `wheel` is
installed. Nothing is written below the repository. Prints one line per check, and exits 1 at the
first that fails.
"""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMOKE = Path(__file__).with_name("smoke.py")
MAX_BYTES = 2_000_000
IN_SDIST = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "backends/minitorch_cupy/kernels/common.cuh",
    "backends/minitorch_numba/__init__.py",
    "backends/minitorch_numpy/__init__.py",
    "examples/quickstart.py",
    "minitorch/__init__.py",
    "mkdocs.yml",
    "pyproject.toml",
    "tests/packaging/check_wheel.py",
]
COMPILED = (".so", ".pyd", ".dylib", ".dll", ".a", ".o", ".pyc")


def check(what: str, ok: bool, otherwise: str) -> None:
    """Report one finding; stop with the explanation if it is a bad one."""
    if not ok:
        sys.exit(f"FAILED  {what}\n        {otherwise}")
    print(f"ok      {what}")


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program away from the repository; stop with its output if it fails."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    if done.returncode:
        line = " ".join(map(str, command))
        sys.exit(f"FAILED  {line}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(source: Path, out: Path, *kinds: str) -> list[Path]:
    """Build `--sdist` and/or `--wheel` from the source tree `source` into `out`."""
    run(sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", out, source, cwd=out)
    return sorted(out.iterdir())


def contents(wheel: Path) -> dict[str, bytes]:
    """The files of a wheel by name, without the list of hashes."""
    with zipfile.ZipFile(wheel) as archive:
        return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/RECORD")}


def inspect_wheel(wheel: Path) -> None:
    """Check the name, the size and every file of a wheel."""
    files = contents(wheel)
    size = wheel.stat().st_size
    check("wheel is pure Python", wheel.name.endswith("-py3-none-any.whl"), f"it is {wheel.name}")
    check(f"wheel is under 2 MB ({size / 1e6:.2f} MB)", size < MAX_BYTES, "what made it grow?")

    compiled = [name for name in files if name.endswith(COMPILED)]
    check("no compiled files", not compiled, f"found {compiled}")

    top = sorted({name.split("/")[0] for name in files})
    info = [name for name in top if name.endswith(".dist-info")]
    check("one dist-info folder", len(info) == 1, f"found {info}")
    strangers = [n for n in top if n not in info and not re.fullmatch(r"minitorch(_\w+)?", n)]
    check(
        f"top level: {', '.join(top)}",
        not strangers,
        f"{strangers} would be installed beside other people's packages; "
        "see [tool.hatch.build.targets.wheel] in pyproject.toml",
    )
    for needed in (
        "minitorch/__init__.py",
        "minitorch_cupy/kernels/common.cuh",
        "minitorch_numba/__init__.py",
        "minitorch_numpy/__init__.py",
    ):
        check(f"has {needed}", needed in files, "it is missing from the wheel")
    packages = [name for name in top if name not in info]
    untyped = [name for name in packages if f"{name}/py.typed" not in files]
    check("py.typed in every package", not untyped, f"add an empty py.typed to {untyped}")

    licences = [name for name in files if name.startswith(info[0]) and name.endswith("/LICENSE")]
    check("LICENSE shipped", len(licences) == 1, "project.license-files should name it")
    points = files.get(f"{info[0]}/entry_points.txt", b"").decode()
    check(
        "entry points of the backends",
        "[minitorch.backends]\ncupy = minitorch_cupy:CupyBackend\n"
        "numba = minitorch_numba:NumbaBackend\nnumpy = minitorch_numpy:NumpyBackend" in points,
        f"entry_points.txt reads:\n{points or '(nothing)'}",
    )

    metadata = email.message_from_bytes(files[f"{info[0]}/METADATA"])
    required = metadata.get_all("Requires-Dist", [])
    hard = [line for line in required if "extra ==" not in line]
    check("NumPy is the only hard dependency", hard == ["numpy>=2.0"], f"found {hard}")


def inspect_sdist(sdist: Path, unpack_to: Path) -> Path:
    """Check the files of an sdist and unpack it; returns the unpacked tree."""
    with tarfile.open(sdist) as archive:
        archive.extractall(unpack_to, filter="data")
        names = {name.partition("/")[2] for name in archive.getnames()}
    missing = [name for name in IN_SDIST if name not in names]
    check("sdist has what building and testing need", not missing, f"missing: {missing}")
    stray = [n for n in names if n.endswith(COMPILED) or n.startswith((".venv", "runs/", "site/"))]
    check("sdist has no build outputs", not stray, f"found {stray[:5]}")
    (tree,) = unpack_to.iterdir()
    return tree


def try_out(wheel: Path, folder: Path) -> None:
    """Install a wheel into a fresh environment and run the smoke program there."""
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=folder)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    said = run(python, "-I", "-W", "error", SMOKE, folder, cwd=folder)
    check(f"the installed wheel works: {said.strip()}", True, "")


def main() -> None:
    """Run every check, in the order in which a failure is easiest to understand."""
    with tempfile.TemporaryDirectory(prefix="check-wheel-") as temporary:
        folder = Path(temporary)
        first, second, unpacked = folder / "from-tree", folder / "from-sdist", folder / "unpacked"
        for new in (first, second, unpacked):
            new.mkdir()

        direct, sdist = build(ROOT, first, "--sdist", "--wheel")
        if direct.suffix != ".whl":
            direct, sdist = sdist, direct
        inspect_wheel(direct)
        tree = inspect_sdist(sdist, unpacked)

        (again,) = build(tree, second, "--wheel")
        ours, theirs = contents(direct), contents(again)
        differing = sorted(n for n in ours.keys() | theirs.keys() if ours.get(n) != theirs.get(n))
        check("the sdist builds the same wheel", not differing, f"these differ: {differing[:5]}")
        try_out(again, folder)


if __name__ == "__main__":
    main()
