"""Writes the lessons, `docs/lessons/NN_name.md`, from the executed copies of `notebooks/*.ipynb`.

`make notebooks` keeps these copies in `build/notebooks/`. A code cell becomes a `<div class="cell">` that holds
the code and, in a `<div class="cell-output">`, what the notebook showed; `data-needs` names the libraries that the
cell needs beside NumPy and minitorch. Links lead to the other lessons' pages, and to the sources as the site shows
them.
"""

from __future__ import annotations

import ast
import base64
import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import source_pages
from needs import Reader

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
EXECUTED = ROOT / "build" / "notebooks"
OUT = ROOT / "docs" / "lessons"

LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)#\s]+)")
TIME = re.compile(r"ake\s+about\s+(an\s+hour(\s+and\s+a\s+half)?)")
DATA = re.compile(r"\bdata/[\w.]+")
TERMINAL = re.compile(r"\x1b\[[0-9;]*m")
CELL_FILE = re.compile(r"\S*/ipykernel_\d+/\d+\.py")  # how a kernel calls a cell
FRAME = re.compile(r"<iframe\b[^>]*?\bsrcdoc=(\"([^\"]*)\"|'([^']*)')")


def target(link: str) -> str:
    """Where a link of a notebook leads on the site."""
    path = Path(os.path.normpath(NOTEBOOKS / link))
    if path.suffix == ".ipynb":
        page = OUT / f"{path.stem}.md"
    elif path.is_relative_to(ROOT / "docs"):
        page = path
    else:
        page = source_pages.page_of(path)
    return PurePosixPath(os.path.relpath(page, OUT)).as_posix()


def text_of(source: str) -> str:
    """A text cell, as the site wants it: links, folded hints and solutions."""
    parts = re.split(r"(```.*?```)", source, flags=re.DOTALL)
    parts[::2] = [LINK.sub(lambda found: target(found[1]), part) for part in parts[::2]]
    return "".join(parts).replace("<details>", "<details markdown>")


def fenced(text: str, kind: str) -> str:
    """A block of text as it is, however many backticks stand in it."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"


def title_in(source: str) -> str | None:
    """The title that a cell gives its figure."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            titles = [k.value for k in node.keywords if k.arg == "title"]
            titles += node.args[:1] if called in ("set_title", "suptitle", "title") else []
            for value in titles:
                match value:
                    case ast.Constant(value=str(text)):
                        return text
                    case ast.JoinedStr(values=parts):
                        said = [p.value if isinstance(p, ast.Constant) else "…" for p in parts]
                        return "".join(map(str, said))
    return None


class Page:
    """One lesson: its Markdown, and the files that lie beside it."""

    def __init__(self, path: Path, count: int) -> None:
        self.name = path.stem
        self.files: dict[Path, bytes] = {}
        self._source = path.read_bytes()
        self._count = count
        self._cells: list[Any] = json.loads((EXECUTED / path.name).read_text("utf-8"))["cells"]
        self._needs = Reader()
        self._heading = ""

    def text(self) -> str:
        """The Markdown."""
        title, _, start = "".join(self._cells[0]["source"]).partition("\n")
        parts = [title, self._about(start), text_of(start.strip())]
        for cell in self._cells[1:]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                parts.append(self._code(cell, source))
            else:
                headings = re.findall(r"^#+ (.*)", source, re.MULTILINE)
                self._heading = headings[-1] if headings else self._heading
                parts.append(text_of(source))
        return "\n\n".join(parts) + "\n"

    def _about(self, start: str) -> str:
        said = [f"Lesson {int(self.name[:2])} of {self._count}"]
        if time := TIME.search(start):
            said.append(f"about {' '.join(time[1].split())}")
        self.files[OUT / f"{self.name}.ipynb"] = self._source
        said.append(f"[download the notebook]({self.name}.ipynb){{download}}")
        for name in sorted(
            {name for name in DATA.findall(self._code_text()) if (NOTEBOOKS / name).is_file()}
        ):
            self.files[OUT / name] = (NOTEBOOKS / name).read_bytes()
            self.files[OUT / "data" / "README.md"] = (NOTEBOOKS / "data" / "README.md").read_bytes()
            said.append(f"[{name}]({name}){{download}} ([source and licence](data/README.md))")
        return f"{' · '.join(said)}\n{{.lesson-about}}"

    def _code_text(self) -> str:
        return "\n".join("".join(cell["source"]) for cell in self._cells if cell["cell_type"] == "code")

    def _code(self, cell: Any, source: str) -> str:
        needs = " ".join(self._needs.read(source))
        attributes = f' data-needs="{needs}"' if needs else ""
        parts = [f'<div class="cell" id="{cell["id"]}"{attributes} markdown>', fenced(source, "python")]
        if shown := list(self._shown(cell, source)):
            parts += ['<div class="cell-output" markdown>', *shown, "</div>"]
        return "\n\n".join([*parts, "</div>"])

    def _shown(self, cell: Any, source: str) -> Iterator[str]:
        """What a cell put out; what it printed in pieces is one block."""
        said = ""
        for number, output in enumerate(cell["outputs"], 1):
            if output["output_type"] == "stream":
                if (
                    output["name"] == "stdout"
                ):  # the other tells of this computer: what was compiled, and where
                    said += CELL_FILE.sub("<cell>", "".join(output["text"]))
                continue
            if said.strip():
                yield fenced(said, "{.text .no-copy}")
            said = ""
            if output["output_type"] == "error":
                yield fenced(TERMINAL.sub("", "\n".join(output["traceback"])), "{.text .no-copy}")
            else:
                yield self._rich(output["data"], f"{cell['id']}-{number}", source)
        if said.strip():
            yield fenced(said, "{.text .no-copy}")

    def _rich(self, data: Any, name: str, source: str) -> str:
        if "text/html" in data:
            return self._html("".join(data["text/html"]), name)
        if "image/png" in data:
            picture = base64.b64decode(data["image/png"])
            width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))
            self.files[OUT / self.name / f"{name}.png"] = picture
            alt = title_in(source) or f"Figure: {self._heading}"
            alt = html.escape(" ".join(alt.split()))
            return f'<img src="{self.name}/{name}.png" alt="{alt}" width="{width}" height="{height}" loading="lazy">'
        return fenced("".join(data["text/plain"]), "{.text .no-copy}")

    def _html(self, text: str, name: str) -> str:
        """HTML as it is; pages inside of frames become files, loaded when they come into sight."""

        def as_file(frame: re.Match[str]) -> str:
            path = OUT / self.name / f"{name}-{frame.start()}.html"
            self.files[path] = html.unescape(frame[2] or frame[3]).encode()
            link = f'src="{self.name}/{path.name}" loading="lazy"'
            return frame[0].replace(f"srcdoc={frame[1]}", link)

        return f'<div class="cell-html">\n{FRAME.sub(as_file, text)}\n</div>'


def pages() -> Iterator[tuple[Path, str | bytes]]:
    """All pages of lessons, what lies beside them, and the sources that the site links to."""
    paths = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    index = (OUT / "index.md").read_text("utf-8")
    written = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("how-to/*.md")]
    texts = [path.read_text("utf-8") for path in written]
    for path in paths:
        if f"({path.stem}.md)" not in index:
            raise SystemExit(f"docs/lessons/index.md does not name {path.stem}")
        page = Page(path, len(paths))
        texts.append(page.text())
        yield OUT / f"{page.name}.md", texts[-1]
        yield from page.files.items()
    yield from source_pages.pages(texts)
