"""Shows files of the repository on the site: those that its pages link to.

Each line and each definition can be linked to: `source/minitorch/op.py.md#L12`, or `#Op.apply`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OUT = DOCS / "source"
LINK = re.compile(r"\]\((?:\.\./)*source/([\w./-]+?)\.md[)#]")
HEAD = """---
search:
  exclude: true
hide:
  - toc
---

"""


def page_of(path: Path) -> Path:
    """Where a file or a folder is shown."""
    name = path.relative_to(ROOT)
    return OUT / name / "index.md" if path.is_dir() else OUT / f"{name}.md"


def linked(texts: Iterable[str]) -> Iterator[Path]:
    """The files and folders whose pages these texts link to."""
    for text in texts:
        for name in LINK.findall(text):
            yield ROOT / name.removesuffix("/index")


def definitions(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """Each class, function and method of a module: its name, its line, and whether it stands at the top."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, node.lineno, True
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner.lineno, False


def file_page(path: Path) -> str:
    """The Markdown of one file: its classes and functions, then every line."""
    text = path.read_text("utf-8").rstrip("\n")
    lines = [HEAD + f"# {path.relative_to(ROOT)}", ""]
    made = list(definitions(ast.parse(text)))
    names = {line: name for name, line, _ in made}
    if any(top for *_, top in made):
        links = (f"[`{name}`](#{name})" for name, _, top in made if top)
        lines += [f"In this file: {', '.join(links)}.", ""]
    shown = highlight(text, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n")
    for number, line in enumerate(shown.split("\n"), 1):
        link = f'<a href="#L{number}" data-line="{number}" tabindex="-1" aria-hidden="true"></a>'
        inside = f'<span id="{names[number]}">{line}</span>' if number in names else line
        start = '<div class="highlight source"><pre><code>' if number == 1 else ""
        lines.append(f'{start}<span id="L{number}">{link}{inside}</span>')
    return "\n".join([*lines, "</code></pre></div>", ""])


def folder_page(path: Path) -> str:
    """The Markdown of one folder: its files, with the first line of each."""
    lines = [HEAD + f"# {path.relative_to(ROOT)}", ""]
    for file in files_in(path):
        about = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]
        lines.append(f"- [`{file.name}`]({file.name}.md): {about}")
    return "\n".join([*lines, ""])


def files_in(folder: Path) -> list[Path]:
    """The modules of a folder that say something."""
    return [path for path in sorted(folder.glob("*.py")) if path.stat().st_size]


def pages(texts: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """The pages that these texts link to, and where they go."""
    for path in sorted(set(linked(texts))):
        if path.is_dir():
            yield page_of(path), folder_page(path)
            for file in files_in(path):
                yield page_of(file), file_page(file)
        else:
            yield page_of(path), file_page(path)
