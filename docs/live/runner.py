"""Runs the cells of a page as a notebook would: what worker.js loads into Pyodide.

It knows nothing of browsers: whatever a cell shows goes to `post(kind, text)`.
"""

from __future__ import annotations

import ast
import base64
import builtins
import io
import linecache
import os
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from typing import Any

os.environ.setdefault("MPLBACKEND", "agg")  # before matplotlib is imported: pictures, no windows
MOST = 100_000  # characters that a cell may print
FORMS = ("html", "svg", "png", "jpeg")  # how a value may want to be shown, the best first


class NotServed(ImportError):
    """A library that the site could serve, and that this copy of the site does not."""


class Absent:
    """Stands for a module that is not served, and for what is imported from it; whoever uses it is told."""

    def __init__(self, library: str) -> None:
        self.__dict__["library"] = library

    def __getattr__(self, name: str) -> Any:
        raise NotServed(f"{self.library} is not served here", name=self.library)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calling it is using it."""
        raise NotServed(f"{self.library} is not served here", name=self.library)


class Stream(io.TextIOBase):
    """What a cell prints, posted as it comes, until it is too much for a page."""

    def __init__(self, kind: str, post: Callable[[str, str], None]) -> None:
        self._kind, self._post, self._left = kind, post, MOST

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Posts `text`."""
        if text and self._left > 0:
            cut = "" if len(text) <= self._left else "\n… and more, which is not shown\n"
            self._post(self._kind, text[: self._left] + cut)
            self._left -= len(text) + len(cut)
        return len(text)


class Session:
    """The names of one page, and the cells that have run.

    Args:
        post: receives what cells show, as kind (`stdout`, `stderr`, `text`, `html`, …) and text.
        missing: which library each top-level module belongs to that is known, but not served.
    """

    def __init__(self, post: Callable[[str, str], None], missing: Mapping[str, str]) -> None:
        self._post, self._missing = post, missing
        main = types.ModuleType("__main__")  # where pickle looks for classes that a cell defines
        self.names = main.__dict__
        self.names["__builtins__"] = {**vars(builtins), "__import__": self._import, "display": self.display}
        self._main = main

    def run(self, source: str, number: int) -> dict[str, str]:
        """Runs the cell with this number; returns how it ended, and what there is to say about it."""
        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        before = sys.stdout, sys.stderr, sys.modules["__main__"]
        sys.stdout, sys.stderr = (Stream(kind, self._post) for kind in ("stdout", "stderr"))
        sys.modules["__main__"] = self._main
        try:
            self._execute(ast.parse(source, name), source, name)
            self._show_figures()
        except KeyboardInterrupt:
            return {"end": "stopped"}
        except BaseException as error:
            self._show_figures()
            return self._explain(error)
        finally:
            sys.stdout, sys.stderr, sys.modules["__main__"] = before
        return {"end": "done"}

    def _execute(self, tree: ast.Module, source: str, name: str) -> None:
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            exec(compile(tree, name, "exec"), self.names)
            return
        exec(compile(ast.Module(tree.body[:-1], tree.type_ignores), name, "exec"), self.names)
        value = eval(compile(ast.Expression(last.value), name, "eval"), self.names)
        if value is not None and not source.rstrip().endswith(";"):
            self.display(value)

    def display(self, *values: Any) -> None:
        """Shows values as a notebook does: as the richest of what they offer, else as their `repr`."""
        for value in values:
            self._post(*rich(value))

    def _show_figures(self) -> None:
        """Shows the figures that the cell drew and left open, and closes them."""
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
            for number in pyplot.get_fignums():
                self.display(pyplot.figure(number))
            pyplot.close("all")

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        """`import` as cells see it: of a library that is not served they get something that says so when used."""
        try:
            module = builtins.__import__(name, globals, locals, fromlist or (), level)
        except ModuleNotFoundError as error:
            if (top := name.partition(".")[0]) not in self._missing or error.name != top:
                raise
            module = inner = Absent(self._missing[top])
            for part in () if fromlist else name.split(".")[1:]:  # import a.b as c
                inner.__dict__[part] = inner = Absent(self._missing[top])
            for part in fromlist or ():  # from a.b import c
                module.__dict__[part] = Absent(self._missing[top])
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
            pyplot.show = lambda *_, **__: self._show_figures()  # type: ignore[attr-defined]
        return module

    def _explain(self, error: BaseException) -> dict[str, str]:
        """How a cell ended that raised `error`: the lines of cells alone, and everything."""
        report = traceback.TracebackException.from_exception(error, compact=True)
        report.stack[:] = [frame for frame in report.stack if frame.filename != __file__]
        full = "".join(report.format())
        report.stack[:] = [frame for frame in report.stack if frame.filename.startswith("<cell ")]
        short = "".join(report.format(chain=False))
        if not report.stack:  # the cell did not even begin: its syntax is wrong
            return {"end": "error", "short": short, "full": ""}
        ended, line = {"end": "error", "short": short, "full": full}, str(report.stack[-1].lineno)
        library = None
        for cause in (error, error.__cause__):  # minitorch's own error about it has the import's as its cause
            if isinstance(cause, NotServed | ModuleNotFoundError) and cause.name:
                library = self._missing.get(cause.name.partition(".")[0], cause.name)
        if library:
            why = f"There is no {library} in the Python of this page"
        elif type(error).__name__ == "MissingDependencyError":
            why, library = str(error), "a library"
        else:
            return ended
        return ended | {"end": "missing", "library": library, "why": why, "line": line}


def rich(value: Any) -> tuple[str, str]:
    """The kind and the text in which a value is shown; bytes in base 64."""
    for form in FORMS:
        made = getattr(type(value), f"_repr_{form}_", lambda _: None)(value)
        if isinstance(made, bytes):
            return form, base64.b64encode(made).decode()
        if made is not None:
            return form, made
    if (figure := sys.modules.get("matplotlib.figure")) is not None and isinstance(value, figure.Figure):
        file = io.BytesIO()
        value.savefig(file, format="png", bbox_inches="tight")
        return "png", base64.b64encode(file.getvalue()).decode()
    return "text", repr(value)
