"""Shows the `>>>` examples of docstrings as code; Markdown alone would take them for quotations."""

from __future__ import annotations

from typing import Any

import griffe


class DoctestBlocks(griffe.Extension):
    """Fences every paragraph that starts with `>>>`."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrites the docstring of one module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = fence(obj.docstring.value)


def fence(text: str) -> str:
    """`text` with a code fence around each paragraph that starts with `>>>`."""
    lines: list[str] = []
    closing: str | None = None
    for line in [*text.split("\n"), ""]:
        if closing is None and line.lstrip().startswith(">>> "):
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f"{indent}```pycon")
            closing = f"{indent}```"
        elif closing is not None and not line.strip():
            lines.append(closing)
            closing = None
        lines.append(line)
    return "\n".join(lines[:-1])
