"""`detect_anomaly`: which op made a NaN, in the walk back or before it, and the user's line that applied it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minitorch.errors import AnomalyError
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.op import Op

LIBRARY = os.path.dirname(os.path.abspath(__file__)) + os.sep


def user_frame() -> Any:
    """The innermost frame outside of minitorch that is running, or None."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(LIBRARY):
        frame = frame.f_back
    return frame


def user_place() -> tuple[str, int] | None:
    """File and number of the innermost line outside of minitorch that is running."""
    frame = user_frame()
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


def user_line() -> str:
    """The innermost line outside of minitorch that is running, as `file:line: code`."""
    return line_at(user_place())


def line_at(place: tuple[str, int] | None) -> str:
    """A line of a program, as `file:line: code`."""
    import linecache  # heavy, and needed only here

    if place is None:
        return "an unknown line"
    name, number = place
    code = linecache.getline(name, number).strip()
    return f"{name}:{number}" + (f": {code}" if code else "")


def has_nan(x: Any) -> bool:
    """Whether a value, an array or a number contains NaN."""
    array = x.array if isinstance(x, Value) else x
    if getattr(array, "dtype", None) is None:
        return isinstance(x, (float, complex)) and x != x
    return array.dtype.kind in "fcV" and bool(backend_of(array).isnan(array).any())


def note(node: Op, inputs: Iterable[Any], outputs: Iterable[Any]) -> None:
    """Remembers the line that applies `node`, and whether NaN came into it or was made by it."""
    node.line = user_line()
    if any(map(has_nan, outputs)):
        node.nan = "received" if any(map(has_nan, inputs)) else "made"


def check_gradients(node: Op, grads: Any) -> None:
    """Raises an AnomalyError if a gradient that `node` returned contains NaN."""
    for i, g in enumerate(grads if isinstance(grads, tuple) else (grads,)):
        if g is not None and has_nan(g):
            raise AnomalyError(
                f"{node.op_name}: {node.name()} returned NaN in the gradient of its input {i}; "
                f"the operation was applied at {place(node)}. {origin(node)}"
            )


def check_root(root: Any) -> None:
    """Raises an AnomalyError if the value from which a walk shall start contains NaN."""
    if root.grad_fn is not None and has_nan(root):
        raise AnomalyError(f"backward: the value to start from is NaN. {origin(root.grad_fn)}")


def place(node: Op) -> str:
    """The line that applied `node`, if it is known."""
    return node.line or "a line that was run outside of detect_anomaly()"


def origin(node: Op) -> str:
    """Says where NaN first appeared on the way to `node`, or in it."""
    first, seen, stack = None, {node}, [node]
    while stack:
        found = stack.pop()
        if found.nan and (first is None or found.serial < first.serial):
            first = found
        for edge in found.edges:
            if edge is not None and not isinstance(edge, Value) and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    if first is None:
        return (
            "No NaN was seen in the forward pass: the derivative itself is undefined there, as 0/0 or 0·inf"
        )
    if first.nan == "made":
        return f"The forward pass first made NaN in {first.op_name}, at {place(first)}"
    return f"NaN came into the forward pass with an input of {first.op_name}, at {place(first)}"
