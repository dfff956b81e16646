"""Which libraries each cell of a lesson needs, beside NumPy and minitorch: found by reading the code.

In the reader's browser a library may not be there. Then a cell runs up to the first statement that needs it, and
what that statement and those after it would have made is missing in later cells.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn"}
NEEDLESS = {*sys.stdlib_module_names, "numpy", "minitorch", "minitorch_numpy"}
LATE = {"matplotlib", "scikit-learn", "h5py"}  # the browser misses these when they are used, not at `import`
FIGURES = {  # of minitorch.viz
    *("activation_histograms", "attention", "confusion_matrix", "feature_maps", "filters", "grad_cam"),
    *("gradient_histograms", "learning_curves", "saliency", "trajectories"),
}
CLASSES = {"HDF5Dataset": "h5py", "bfloat16": "ml_dtypes"}  # of minitorch, by what it imports for them
BACKENDS = {"numba", "cupy"}
Needs = frozenset[str]
NOTHING: Needs = frozenset()


def package_of(module: str) -> Needs:
    """The library that a module comes with."""
    top = module.partition(".")[0]
    return NOTHING if top in NEEDLESS else frozenset([DISTRIBUTIONS.get(top, top)])


def imports(node: ast.AST) -> Iterator[tuple[str, Needs]]:
    """The names that an import binds, and the libraries behind them."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0], package_of(alias.name)
        case ast.ImportFrom(module=str(module), names=names):
            for alias in names:
                yield alias.asname or alias.name, package_of(module)


def root(node: ast.AST) -> Iterator[str]:
    """The name in front of attributes and indices, if there is one."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def visible(node: ast.AST, local: frozenset[str] = frozenset()) -> Iterator[ast.AST]:
    """A node and all below it, without the names that are a function's own."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        inner = [n for child in ast.iter_child_nodes(node) for n in ast.walk(child)]
        local |= {n.arg for n in inner if isinstance(n, ast.arg)}
        local |= {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if not (isinstance(node, ast.Name) and node.id in local):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from visible(child, local)


class Reader:
    """Reads the cells of one lesson in their order."""

    def __init__(self) -> None:
        self._behind: dict[str, Needs] = {}  # what is needed for a name to be what the lesson says
        self._imported: set[str] = set()

    def read(self, source: str) -> list[str]:
        """The libraries that the next cell needs."""
        cell: set[str] = set()
        stops: set[str] = set()  # what has ended the cell by now, in a browser without it
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for name, needs in imports(statement):
                    cell |= needs
                    stops |= needs - LATE
                    self._behind[name] = needs | stops
                    self._imported.add(name)
                continue
            uses = self._uses(statement)
            cell |= uses
            if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                stops |= uses
            for name in self._made(statement, data=bool(stops - {"matplotlib"})):
                self._behind[name] = uses | stops
        return sorted(cell)

    def _uses(self, statement: ast.stmt) -> Needs:
        """What a statement needs, when it is run or, for a function, called."""
        found: set[str] = set()
        for node in visible(statement):
            for _, needs in imports(node):
                found |= needs
            match node:
                case ast.Name(id=name, ctx=ast.Load()):
                    found |= self._behind.get(name, NOTHING)
                case ast.Attribute(value=ast.Name(id="viz"), attr=name) if name in FIGURES:
                    found.add("matplotlib")
                case ast.Attribute(attr=name) if name in CLASSES:
                    found.add(CLASSES[name])
                case ast.Constant(value=str(text)) if text in BACKENDS:
                    found.add(text)
                case ast.keyword(arg="num_workers", value=ast.Constant(value=int(count))) if count:
                    found.add("multiprocessing")
        return frozenset(found)

    def _made(self, statement: ast.stmt, data: bool) -> Iterator[str]:
        """The names that a statement makes or changes; with `data`, what it hands to functions counts as changed."""
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
            return
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    yield name
                case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                    yield from root(node)
                case ast.Expr(value=ast.Call(func=function, args=args)):
                    changed = [function] if isinstance(function, ast.Attribute) else []
                    for part in [*changed, *(args if data else [])]:
                        yield from (name for name in root(part) if name not in self._imported)
