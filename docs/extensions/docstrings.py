"""Makes the sources fit what mkdocstrings expects: the wording of docstrings, the fields of named tuples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import griffe

PYTHONS = {
    "bool",
    "complex",
    "float",
    "int",
}  # and also dtypes: names of minitorch, where griffe looks in the end


class Docstrings(griffe.Extension):
    """Shows examples as code, takes entries for several arguments apart, and lets formulas stand.

    A named tuple gets the constructor that Python gives it, so that its *Args* have types and its signature
    shows the fields.
    """

    def on_function(self, *, func: griffe.Function, **kwargs: Any) -> None:
        """Lets `float` be Python's in the annotations of one function."""
        for annotation in (func.returns, *(parameter.annotation for parameter in func.parameters)):
            for name in names_in(annotation):
                if name.name in PYTHONS:
                    name.parent = None

    def on_class_members(self, *, cls: griffe.Class, **kwargs: Any) -> None:
        """Adds `__init__` to one named tuple."""
        if (
            "NamedTuple" in {str(base).rpartition(".")[2] for base in cls.bases}
            and "__init__" not in cls.members
        ):
            fields = [
                griffe.Parameter(
                    name,
                    annotation=field.annotation,
                    default=field.value,
                    kind=griffe.ParameterKind.positional_or_keyword,
                )
                for name, field in cls.attributes.items()
                if field.annotation is not None
            ]
            made = griffe.Function("__init__", parameters=griffe.Parameters(*fields))
            self.on_function(func=made)
            cls.set_member("__init__", made)

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrites the docstring of one module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = escape_formulas(split_arguments(fence_examples(obj.docstring.value)))


def names_in(annotation: str | griffe.Expr | None) -> Iterator[griffe.ExprName]:
    """The names of an annotation."""
    if isinstance(annotation, griffe.ExprName):
        yield annotation
    elif isinstance(annotation, griffe.Expr):
        yield from (part for part in annotation.iterate(flat=True) if isinstance(part, griffe.ExprName))


def fence_examples(text: str) -> str:
    """`text` with a code fence around each paragraph of `>>>`, which Markdown would take for a quotation."""
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


def split_arguments(text: str) -> str:
    """`text` in which an entry of *Args* such as `device, dtype: …` is two entries of the same wording."""
    entry = r"^(?P<indent> +)(?P<names>\w+(, \w+)+):(?P<what>.*(\n(?P=indent) +\S.*)*)"

    def apart(match: re.Match[str]) -> str:
        return "\n".join(f"{match['indent']}{name}:{match['what']}" for name in match["names"].split(", "))

    before, heading, section = text.partition("\nArgs:\n")
    inside, blank, after = section.partition("\n\n")
    return before + heading + re.sub(entry, apart, inside, flags=re.MULTILINE) + blank + after


def escape_formulas(text: str) -> str:
    """`text` in which x[i][j] is not a link and a*b*c not emphasis, outside of code."""
    parts = re.split(r"(```.*?```|`[^`]*`)", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"(?<=\])\[|(?<=\w)\*(?=\w)", r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)
