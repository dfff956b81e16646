"""Trees: tuples, lists and dicts, inside of each other, with anything else as leaves."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.value import Value


def is_tensor(x: Any) -> bool:
    """Whether a leaf is a tensor."""
    return isinstance(x, Value)


def children(tree: Any) -> list[tuple[Any, Any]] | None:
    """The parts of a node, each with its key; None for a leaf."""
    if isinstance(tree, (tuple, list, deque)):
        return list(enumerate(tree))
    if type(tree) in (dict, OrderedDict, defaultdict):
        return list(tree.items())
    return None


def leaves(tree: Any) -> list[Any]:
    """All leaves, from left to right."""
    parts = children(tree)
    return [tree] if parts is None else [leaf for _, part in parts for leaf in leaves(part)]


def rebuild(tree: Any, parts: list[Any]) -> Any:
    """A node of the same kind with other parts."""
    if isinstance(tree, dict):
        items = zip(tree, parts, strict=True)
        return (
            defaultdict(tree.default_factory, items) if isinstance(tree, defaultdict) else type(tree)(items)
        )
    if hasattr(tree, "_fields"):
        return type(tree)(*parts)
    return (list if isinstance(tree, list) else deque if isinstance(tree, deque) else tuple)(parts)


def tree_map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A tree of the function's results for its leaves; other trees have the same nodes, at least."""
    parts = children(tree)
    if parts is None:
        return function(tree, *others)
    return rebuild(tree, [tree_map(function, part, *(other[key] for other in others)) for key, part in parts])


def same_structure(a: Any, b: Any) -> bool:
    """Whether two trees have the same nodes."""
    mine, yours = children(a), children(b)
    if mine is None or yours is None:
        return mine is yours
    return (
        len(mine) == len(yours)
        and isinstance(a, dict) == isinstance(b, dict)
        and all(isinstance(b, (tuple, list, deque)) or key in b for key, _ in mine)
        and all(same_structure(part, b[key]) for key, part in mine)
    )


def broadcast_prefix(name: str, prefix: Any, tree: Any) -> list[Any]:
    """For each leaf of a tree a value of a smaller tree, whose leaves stand for all that hangs from there.

    Raises:
        ArgumentError: if the smaller tree does not fit.
    """
    mine, yours = children(prefix), children(tree)
    if mine is None:
        return [prefix] * len(leaves(tree))
    if yours is None or len(mine) != len(yours) or isinstance(prefix, dict) != isinstance(tree, dict):
        raise ArgumentError(f"{name} {prefix!r} does not fit the structure of what it belongs to")
    return [leaf for key, part in yours for leaf in broadcast_prefix(name, prefix[key], part)]


def unflatten(tree: Any, values: list[Any]) -> Any:
    """A tree of the same structure with other leaves."""
    rest = iter(values)
    return tree_map(lambda _: next(rest), tree)
