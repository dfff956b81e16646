"""Writes the pages of the API reference, `docs/api/*.md`, from what the packages export.

A page shows every public name of one package, by the module that defines it. Only source text is read: nothing
is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "api"


class Page(NamedTuple):
    """One page: the names that `package` exports, out of modules that `wanted` accepts."""

    file: str
    title: str
    intro: str
    package: str
    wanted: Callable[[str], bool] = lambda module: True


ELSEWHERE = (
    "minitorch.ops.",
    "minitorch.variable",
    "minitorch.modes",
    "minitorch.registry",
    "minitorch.errors",
)
PAGES = [
    Page(
        "tensor",
        "Tensor",
        "`minitorch.Tensor` and `minitorch.Variable` are the same class. Most of its methods are the "
        "functions under [Operations](ops.md), with the tensor as first argument: `x.exp()` is "
        "`minitorch.exp(x)`.",
        "minitorch",
        lambda module: module == "minitorch.variable",
    ),
    Page(
        "ops",
        "Operations",
        "Functions of tensors. The class that holds an operation's formulas stands beside its function.",
        "minitorch",
        lambda module: module.startswith("minitorch.ops."),
    ),
    Page(
        "creation",
        "Creation, dtypes, files",
        "What else can be imported from `minitorch`.",
        "minitorch",
        lambda module: not module.startswith(ELSEWHERE),
    ),
    Page("autograd", "autograd", "", "minitorch.autograd"),
    Page("autograd-functional", "autograd.functional", "", "minitorch.autograd.functional"),
    Page("autograd-graph", "autograd.graph", "", "minitorch.autograd.graph"),
    Page("forward-ad", "autograd.forward_ad", "", "minitorch.autograd.forward_ad"),
    Page(
        "func",
        "func",
        "The page on [functions of functions](../functions-of-functions.md) tells more.",
        "minitorch.func",
    ),
    Page(
        "coursework",
        "coursework",
        "For assignments: `check` and `hint` in the cells of notebooks, `task` and `same` for those who write tests. "
        "`pip install 'minitorch-edu[coursework]'` brings otter-grader, which makes what students get; checking and "
        "grading need nothing.",
        "minitorch.coursework",
    ),
    Page("checkpoint", "utils.checkpoint", "", "minitorch.utils.checkpoint"),
    Page(
        "amp",
        "amp",
        "The page on [mixed precision](../mixed-precision.md) tells more.",
        "minitorch.amp",
    ),
    Page("linalg", "linalg", "", "minitorch.linalg"),
    Page("fft", "fft", "", "minitorch.fft"),
    Page("special", "special", "", "minitorch.special"),
    Page("distributions", "distributions", "", "minitorch.distributions"),
    Page("signal", "signal.windows", "", "minitorch.signal.windows"),
    Page("masked", "masked", "", "minitorch.masked"),
    Page("nn", "nn", "", "minitorch.nn"),
    Page("functional", "nn.functional", "", "minitorch.nn.functional"),
    Page("init", "nn.init", "", "minitorch.nn.init"),
    Page("nn-utils", "nn.utils", "", "minitorch.nn.utils"),
    Page("nn-rnn", "nn.utils.rnn", "", "minitorch.nn.utils.rnn"),
    Page("nn-parametrize", "nn.utils.parametrize", "", "minitorch.nn.utils.parametrize"),
    Page("nn-parametrizations", "nn.utils.parametrizations", "", "minitorch.nn.utils.parametrizations"),
    Page("nn-prune", "nn.utils.prune", "", "minitorch.nn.utils.prune"),
    Page("optim", "optim", "", "minitorch.optim"),
    Page("lr-scheduler", "optim.lr_scheduler", "", "minitorch.optim.lr_scheduler"),
    Page("swa-utils", "optim.swa_utils", "", "minitorch.optim.swa_utils"),
    Page("constraints", "distributions.constraints", "", "minitorch.distributions.constraints"),
    Page("cuda", "cuda", "The page on [GPUs](../gpu.md) tells more.", "minitorch.cuda"),
    Page("metrics", "metrics", "", "minitorch.metrics"),
    Page(
        "profiler",
        "profiler",
        "How it is used: [Where the time goes](../when-training-fails.md#where-the-time-goes).",
        "minitorch.profiler",
    ),
    Page(
        "testing",
        "testing",
        "For tests, of coursework above all. The suite that backends have to pass is told of under "
        "[Writing a backend](../write-a-backend.md#checking-one).",
        "minitorch.testing",
    ),
    Page("data", "utils.data", "See also [how data is loaded](../data-loading.md).", "minitorch.utils.data"),
    Page("train", "train", "The page on [training](../training.md) tells more.", "minitorch.train"),
    Page("tensorboard", "utils.tensorboard", "", "minitorch.utils.tensorboard"),
    Page("text-vocab", "text.vocab", "", "minitorch.text.vocab"),
    Page("text-data", "text.data", "", "minitorch.text.data"),
    Page("text-datasets", "text.datasets", "", "minitorch.text.datasets"),
    Page(
        "vision-transforms",
        "vision.transforms",
        "`pip install 'minitorch-edu[vision]'` brings Pillow; tensors need nothing else.",
        "minitorch.vision.transforms",
    ),
    Page("vision-functional", "vision.transforms.functional", "", "minitorch.vision.transforms.functional"),
    Page("vision-utils", "vision.utils", "", "minitorch.vision.utils"),
    Page(
        "vision-datasets",
        "vision.datasets",
        "See also [the table](../datasets.md).",
        "minitorch.vision.datasets",
    ),
    Page("vision-models", "vision.models", "See also [the table](../models.md).", "minitorch.vision.models"),
    Page("models", "models", "See also [the table](../models.md).", "minitorch.models"),
    Page(
        "viz",
        "viz",
        "The page on [looking inside](../looking-inside.md) tells more. `pip install 'minitorch-edu[viz]'` brings "
        "matplotlib, which the figures need; the graph does not.",
        "minitorch.viz",
    ),
    Page(
        "hub",
        "hub",
        "`pip install 'minitorch-edu[hub]'` brings what downloads; files that are there need nothing. See also "
        "[pretrained weights](../models.md#pretrained-weights).",
        "minitorch.hub",
    ),
    Page("downloads", "downloads", "", "minitorch.downloads"),
    Page(
        "registry",
        "Choosing a backend",
        "The page on [backends](../backends.md) tells more.",
        "minitorch.registry",
    ),
    Page("backend", "Backend", "For those who write [a backend](../backends.md).", "minitorch.backend"),
    Page("op", "Op", "For those who write [an operation](../how-it-works.md).", "minitorch.op"),
    Page("errors", "Errors", "", "minitorch.errors"),
]


@cache
def source(module: str) -> ast.Module:
    """The parsed source of a module of this repository."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text("utf-8"))


def summary(module: str) -> str:
    """The first paragraph of a module's docstring."""
    return " ".join((ast.get_docstring(source(module)) or "").split("\n\n")[0].split())


def is_module(name: str) -> bool:
    """Whether this dotted name is a module of this repository."""
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def exports(module: str) -> Iterator[tuple[str, str, str]]:
    """Each public name of a module, with the module that defines it, and its name there."""
    for node in source(module).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("minitorch"):
            for alias in node.names:
                name = alias.asname
                if name and not name.startswith("_") and not is_module(f"{node.module}.{alias.name}"):
                    yield name, *origin(node.module, alias.name)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, module, node.name


def origin(module: str, name: str) -> tuple[str, str]:
    """The module in which a name is defined, followed through re-exports, and its name there."""
    for node in source(module).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("minitorch"):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return origin(node.module, alias.name)
    return module, name


def is_documented(module: str, name: str) -> bool:
    """Whether a name is defined by a statement of its own, which is what mkdocstrings can show."""
    for node in source(module).body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() if node.name == name:
                return True
            case ast.Assign(targets=targets) if any(
                isinstance(t, ast.Name) and t.id == name for t in targets
            ):
                return True
            case ast.AnnAssign(target=ast.Name(id=found)) if found == name:
                return True
    return False


def text_of(page: Page) -> str:
    """The Markdown of one page."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for name, module, inner in exports(page.package):
        if page.wanted(module):
            sections.setdefault(module, []).append((name, inner))
    lines = [f"# {page.title}", "", page.intro or summary(page.package)]
    for module in sorted(sections):
        level = 2
        if len(sections) > 1:
            level = 3
            title = module.rpartition(".")[2].replace("_", " ")
            lines += ["", f"## {title[0].upper()}{title[1:]}", "", summary(module)]
        shown = [name for name, inner in sections[module] if is_documented(module, inner)]
        others = [name for name, inner in sections[module] if not is_documented(module, inner)]
        for name in shown:
            path = f"{page.package}.{name}"
            if is_module(
                path
            ):  # called as a function in it, and PyTorch has the function under the shorter path
                path += f".{name}"
            lines += ["", f"::: {path}", "    options:", f"      heading_level: {level}"]
        if others:
            lines += ["", f"Also {', '.join(f'`{name}`' for name in others)}."]
    return "\n".join(lines) + "\n"


def index() -> str:
    """The Markdown of the first page."""
    lines = [
        "# API reference",
        "",
        "Every public name, with its source. Where PyTorch has the same name, its arguments, defaults and "
        "meaning are the same.",
        "",
    ]
    lines += [f"- [{page.title}]({page.file}.md): {page.intro or summary(page.package)}" for page in PAGES]
    return "\n".join(lines) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Each page, and where it goes."""
    yield OUT / "index.md", index()
    for page in PAGES:
        yield OUT / f"{page.file}.md", text_of(page)
