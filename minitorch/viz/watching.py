"""`watch`: notes for every recorded op the line that applied it, the modules around it, and the values.

An op keeps what its gradient needs, and no more. What a picture wants beyond that is noted while the program
runs, on the node itself, so it lives as long as the graph.
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any, NamedTuple

from minitorch.anomaly import user_frame
from minitorch.modes import Setting
from minitorch.nn.module import Module
from minitorch.op import Op
from minitorch.value import array_of
from minitorch.viz.summary import Summary, summary

CALL = Module.__call__.__code__


class Line(NamedTuple):
    """A line of the user's program."""

    file: str
    number: int
    code: str
    function: str


class Part(NamedTuple):
    """A module on the way from the outermost one that was called: its name in the one around it, and its class.

    Calls are numbered, so that two calls of one module are told apart.
    """

    name: str
    kind: str
    call: int


class Call(NamedTuple):
    """A call of a module that is running, and what it was given."""

    module: Module
    number: int
    given: tuple[Any, ...]


class Seen(NamedTuple):
    """What was noted of one op.

    Attributes:
        line: the innermost line outside of minitorch.
        path: the modules around it, the outermost first.
        inputs: of those inputs that no op made, by their number.
        outputs: of each result.
        constants: the values or numbers that went in and do not require grad, by their number.
        levels: for each of these inputs how many of the modules were not given it, but have it.
        names: the names of parameters in the outermost modules, by their ids.
    """

    line: Line | None
    path: tuple[Part, ...]
    inputs: dict[int, Summary]
    outputs: tuple[Summary, ...]
    constants: dict[int, Any]
    levels: dict[int, int]
    names: dict[int, str]


class watch(Setting):
    """Notes the source line, the modules and the values of every op that is recorded inside.

    Context manager or decorator. It costs time, for it looks at every value: use it on one batch. Nothing is
    noted of what runs outside of it, and pictures say so.

    >>> import minitorch
    >>> from minitorch import viz
    >>> x = minitorch.tensor(3.0, requires_grad=True)
    >>> with viz.watch():
    ...     y = x * x
    >>> y.grad_fn.seen.line.code, y.grad_fn.seen.outputs[0]["short"]
    ('y = x * x', '9')
    """

    def __init__(self) -> None:
        super().__init__(watcher=Watcher())


class Watcher:
    """Takes the notes of one `watch`."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.calls: Iterator[int] = count()
        self.paths: dict[tuple[int, ...], tuple[Part, ...]] = {}
        self.modules: dict[int, tuple[Module, dict[int, str]]] = {}  # with the names of those inside
        self.lines: dict[tuple[str, int], Line] = {}

    def note(self, node: Op, inputs: Any, outputs: Any) -> None:
        """Looks at an op that was just applied; called by `Op.apply`."""
        edges = node.edges
        running = self.running()
        path = self.path(running)
        leaves = {i: x for i, x in enumerate(inputs) if self.is_leaf(x, edges[i])}
        node.seen = Seen(
            self.line(),
            path,
            {i: summary(x) for i, x in leaves.items()},
            tuple(map(summary, outputs)),
            {i: x for i, x in leaves.items() if edges[i] is None},
            {i: level_of(x, running, path) for i, x in leaves.items()},
            self.names,
        )

    def is_leaf(self, x: Any, edge: Any) -> bool:
        """Whether an input is a leaf, or requires no grad."""
        return not isinstance(edge, Op) and self.is_shown(x)

    def is_shown(self, x: Any) -> bool:
        """Whether an input is an array or a number."""
        return isinstance(x, (bool, int, float, complex)) or hasattr(array_of(x), "dtype")

    def line(self) -> Line | None:
        """The user's line that is running."""
        frame = user_frame()
        if frame is None:
            return None
        place = frame.f_code.co_filename, frame.f_lineno
        if place not in self.lines:
            code = linecache.getline(*place).strip()
            self.lines[place] = Line(os.path.basename(place[0]), place[1], code, frame.f_code.co_name)
        return self.lines[place]

    def running(self) -> list[Call]:
        """The calls of modules that are running, the outermost first."""
        frame: Any = sys._getframe(2)
        running: list[Call] = []
        while frame is not None:
            if frame.f_code is CALL:
                names = frame.f_locals  # where a name of ours stays for as long as the call runs
                if "minitorch.viz" not in names:
                    names["minitorch.viz"] = next(self.calls)
                given = (*names["args"], *names["kwargs"].values())
                running.insert(0, Call(names["self"], names["minitorch.viz"], given))
            frame = frame.f_back
        return running

    def path(self, running: list[Call]) -> tuple[Part, ...]:
        """The modules that are running, with their names."""
        key = tuple(call.number for call in running)
        if key not in self.paths:
            self.paths[key] = self.parts(running)
        return self.paths[key]

    def parts(self, running: list[Call]) -> tuple[Part, ...]:
        """The names of modules, each inside of the one before it."""
        if not running:
            return ()
        root = running[0].module
        self.names.update({id(x): name for name, x in root.named_parameters()})
        found = [Part(type(root).__name__, type(root).__name__, running[0].number)]
        for outer, inner in pairwise(running):
            kind = type(inner.module).__name__
            steps = self.inside(outer.module).get(id(inner.module), kind).split(".")
            for i in range(1, len(steps)):
                between = outer.module.get_submodule(".".join(steps[:i]))
                found.append(Part(steps[i - 1], type(between).__name__, outer.number))
            found.append(Part(steps[-1], kind, inner.number))
        return tuple(found)

    def inside(self, module: Module) -> dict[int, str]:
        """The names of the modules inside of one, by their ids."""
        if id(module) not in self.modules:
            self.modules[id(module)] = module, {id(x): name for name, x in module.named_modules() if name}
        return self.modules[id(module)][1]


def level_of(x: Any, running: list[Call], path: tuple[Part, ...]) -> int:
    """How many modules of the path are around a value: those within the first that was given it are not."""
    for call in running:
        if any(x is given for given in call.given):
            return next(i for i, part in enumerate(path) if part.call == call.number)
    return len(path)
