"""Writes `docs/coverage.md`: for each name of PyTorch whether minitorch has it, and why not.

`pytorch_api.csv` beside this file says how many of several hundred public
programs use a name; `pytorch_names.txt` lists the public names of PyTorch 2.13.  Whether minitorch has a name is found
out by asking for it; the reasons are those that `minitorch.absent` gives in errors, too.
"""

from __future__ import annotations

import csv
import inspect
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[0] / "coverage.md"

# What the ranking takes for a name of PyTorch, because it reads programs and not types.
NOT_PYTORCH = {
    "Tensor.split(maxsplit=)": "a method of strings",
    "Tensor.index": "a method of lists",
    "Tensor.sort(key=)": "a method of lists",
    "Tensor.scatter(c=)": "a method of matplotlib",
    "Tensor.resize": "a method of pictures; PyTorch's is `resize_`",
    "Tensor.values": "a field of `max`, `sort` and others; of tensors, only sparse ones have it",
    "Tensor.indices": "a field of `max`, `sort` and others; of tensors, only sparse ones have it",
    "Tensor.name": "an attribute of named dims and of other objects; PyTorch's tensors have none",
    "torch.nn.Conv2D": "of other frameworks; PyTorch's is `Conv2d`",
    "torch.nn.MaxPool2D": "of other frameworks; PyTorch's is `MaxPool2d`",
    "torch.nn.Dense": "of other frameworks; PyTorch's is `Linear`",
}


class Answer(NamedTuple):
    """Whether minitorch has a name, and if not, why."""

    there: bool
    why: str = ""


def owners(first: str) -> list[Any]:
    """What a path starts from: `torch`, `Tensor`, `Module`, `Optimizer`, or several of them."""
    import minitorch
    import minitorch.nn
    import minitorch.optim

    roots = {
        "torch": minitorch,
        "Tensor": minitorch.Tensor,
        "Module": minitorch.nn.Module(),
        "Optimizer": minitorch.optim.SGD([minitorch.ones(1, requires_grad=True)], lr=1.0),
    }
    return [roots[name] for name in first.split("|")]


def look_up(path: str) -> Any:
    """The object of a path.

    Raises:
        AttributeError: if there is none.
    """
    first, *rest = path.split(".")
    error: AttributeError | None = None
    for found in owners(first):
        try:
            for name in rest:
                found = getattr(found, name)
        except AttributeError as refused:
            error = error or refused
        else:
            return found
    raise error or AttributeError(path)


def takes(found: Any, keyword: str) -> bool:
    """Whether a function or a class takes a keyword."""
    from minitorch.ops.out import NUMPY_NAMES

    inner = inspect.unwrap(found)
    try:
        parameters = inspect.signature(inner).parameters
    except (TypeError, ValueError):
        return False
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return True
    wrapped = hasattr(found, "__wrapped__")
    return keyword in parameters or (
        wrapped and (keyword == "out" or NUMPY_NAMES.get(keyword, "") in parameters)
    )


def answer(api: str) -> Answer:
    """Whether minitorch has a name, or takes a keyword."""
    from minitorch.absent import why

    path, _, rest = api.partition("(")
    path = path.strip()
    if api in NOT_PYTORCH or path in NOT_PYTORCH:
        return Answer(False, NOT_PYTORCH.get(api) or NOT_PYTORCH[path])
    if path.startswith("torchvision"):
        path = "torch.vision" + path.removeprefix("torchvision")
    try:
        found = look_up(path)
    except AttributeError as error:
        below = path.removeprefix("torch.")
        return Answer(False, why(below) or str(error).rpartition("; ")[2])
    keyword = rest.rstrip("=)")
    if rest.endswith("=)") and not takes(found, keyword):
        return Answer(False, f"does not take `{keyword}`")
    return Answer(True)


def ranked() -> list[tuple[dict[str, str], Answer]]:
    """What programs use most, and the answers."""
    with (HERE / "pytorch_api.csv").open(encoding="utf-8", newline="") as file:
        return [(row, answer(row["api"])) for row in csv.DictReader(file)]


def rooms() -> dict[str, list[tuple[str, Answer]]]:
    """All public names, by the room that they are in."""
    found = defaultdict(list)
    for line in (HERE / "pytorch_names.txt").read_text(encoding="utf-8").split():
        room, _, name = line.rpartition(".")
        found[room].append((name, answer(line.replace("torch.Tensor.", "Tensor."))))
    return dict(found)


def table(rows: list[tuple[str, ...]], *head: str) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def page() -> str:
    """The Markdown of the page."""
    most, everything = ranked(), rooms()
    own = [(row, a) for row, a in most if not row["api"].startswith("torchvision")]
    lines = [
        "# What of PyTorch is there",
        "",
        "This page is written by a program that asks minitorch for every name. What is missing says so when it is "
        "used, in the words that stand here.",
        "",
        "## In short",
        "",
        *table(
            [
                (
                    "what several hundred public programs use",
                    str(sum(a.there for _, a in own)),
                    str(len(own)),
                ),
                *(
                    (f"`{room}`", str(sum(a.there for _, a in names)), str(len(names)))
                    for room, names in everything.items()
                ),
            ],
            "names of PyTorch 2.13",
            "there",
            "of",
        ),
        "",
        "## By use",
        "",
        "The names, keywords and dtypes that public scripts, tutorials and course notebooks use, "
        "by the number of files.",
        "",
        *table(
            [(f"`{row['api']}`", row["files"], "yes" if a.there else f"no: {a.why}") for row, a in most],
            "name",
            "files",
            "there",
        ),
    ]
    for room, names in everything.items():
        there = [name for name, a in names if a.there]
        lines += ["", f"## {room}", ""]
        if there:
            lines += [f"There are {', '.join(f'`{name}`' for name in there)}.", ""]
        gone: dict[str, list[str]] = defaultdict(list)
        for name, a in names:
            if not a.there:
                gone[a.why].append(f"`{name}`")
        if gone:
            lines += table([(", ".join(missing), why) for why, missing in gone.items()], "not there", "why")
    return "\n".join(lines) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """The page, and where it goes."""
    yield PAGE, page()
