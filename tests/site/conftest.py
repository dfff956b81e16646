"""A small site with live cells, served on loopback, and a real browser that looks at it.

What is needed and not there skips these tests, with the reason: Chromium (MINITORCH_CHROMIUM, or `chromium` on the
PATH), Playwright (`make test-site` installs it), npm, and NumPy for Pyodide (MINITORCH_PYODIDE_WHEELS).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSIONS = ROOT / "docs" / "extensions"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install playwright"
    )
    program = os.environ.get("MINITORCH_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed, or MINITORCH_CHROMIUM does not name it")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a fresh browser that must ask no other host, and have no error in its console."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    wrong: list[str] = []
    page.on(
        "console", lambda it: wrong.append(f"console: {it.text}") if it.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
    elsewhere = re.compile(r"^(?!http://127\.0\.0\.1[:/]|data:|blob:|about:)")
    page.on("request", lambda it: wrong.append(f"asked: {it.url}") if elsewhere.match(it.url) else None)
    yield page
    context.close()
    assert not wrong


class Handler(SimpleHTTPRequestHandler):
    """Serves files without a word; with `isolated`, in the way in which a browser grants shared memory."""

    isolated = False

    def log_message(self, *_: Any) -> None:
        pass

    def end_headers(self) -> None:
        if self.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()


class Isolated(Handler):
    isolated = True


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """`serve(folder, isolated=False)` serves a folder on loopback until the tests end; returns the address."""
    servers: list[ThreadingHTTPServer] = []

    def serve(folder: Path, isolated: bool = False) -> str:
        handler = partial(Isolated if isolated else Handler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def run(*command: str) -> None:
    """Runs a program of the site's build; its words are those of the failure."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def build() -> Callable[[Path, dict[str, str]], Path]:
    """`build(folder, {file: Markdown})` builds a small site, and returns where it lies."""

    def build(folder: Path, pages: dict[str, str]) -> Path:
        """Builds a site of these pages below `folder`, with the settings and the assets of the real one."""
        docs, site = folder / "docs", folder / "site"
        docs.mkdir(parents=True)
        for shared in ("assets", "javascripts", "live", "stylesheets"):
            (docs / shared).symlink_to(ROOT / "docs" / shared)
        for name, text in pages.items():
            (docs / name).write_text(text, "utf-8")
        # Lists replace those of the file that is inherited from.
        (folder / "mkdocs.yml").write_text(
            f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: {docs}\nsite_dir: {site}\n"
            "nav: []\nnot_in_nav: '*'\nplugins: [search]\n",
            "utf-8",
        )
        run("-m", "mkdocs", "build", "--quiet", "--config-file", str(folder / "mkdocs.yml"))
        return site

    return build


@pytest.fixture(scope="session")
def live_assets() -> None:
    """What live cells need lies in docs/assets/py/."""
    if not os.environ.get("MINITORCH_PYODIDE_WHEELS"):
        pytest.skip("MINITORCH_PYODIDE_WHEELS names no folder with NumPy for Pyodide")
    if shutil.which("npm") is None:
        pytest.skip("npm, which fetches Pyodide, is not installed")
    pytest.importorskip("mkdocs", reason="MkDocs is not installed: pip install 'minitorch-edu[docs]'")
    for program in ("vendor.py", "live_cells.py"):
        run(str(EXTENSIONS / program))
    served = (ROOT / "docs" / "assets" / "py" / "served.js").read_text("utf-8")
    assert "minitorch_edu" in served, "the build of the site says why the cells cannot be run"
