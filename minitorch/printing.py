"""How a tensor shows itself: as PyTorch's does, with dtype and grad_fn where they are not obvious.

Four digits after the point; scientific notation where magnitudes differ by more than a thousandfold or are
very large or small; long tensors are summarised by the first and last three elements of each dim.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Options:
    """What `set_printoptions` changes."""

    precision = 4
    threshold: float = 1000
    edgeitems = 3
    linewidth = 80
    sci_mode: bool | None = None


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Changes how tensors are printed.

    Args:
        precision: digits after the point.
        threshold: tensors with more elements than this are summarised.
        edgeitems: how many elements a summary shows at each end of a dim.
        linewidth: characters per line.
        profile: `"default"`, `"short"` or `"full"` for a set of the above.
        sci_mode: always or never use scientific notation; None decides by magnitude.
    """
    presets = {"default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80)}
    if profile is not None:
        Options.precision, Options.threshold, Options.edgeitems, Options.linewidth = presets[
            profile
        ]
    for name, value in {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }.items():
        if value is not None:
            setattr(Options, name, value)
    Options.sci_mode = sci_mode


def tensor_repr(x: Variable) -> str:
    """`tensor(…)`, or `Parameter containing: …` for a parameter."""
    name = "tensor("
    suffixes = []
    array = x.detach().numpy()
    if not array.size and array.ndim != 1:
        suffixes.append(f"size={tuple(array.shape)}")
    defaults = (
        dtypes.get_default_dtype(),
        dtypes.get_default_dtype().to_complex(),
        dtypes.int64,
        dtypes.bool_,
    )
    if x.dtype not in defaults or (not array.size and x.dtype is not dtypes.get_default_dtype()):
        suffixes.append(f"dtype={x.dtype}")
    if x.grad_fn is not None:
        suffixes.append(f"grad_fn=<{x.grad_fn.name()}>")
    elif x.requires_grad:
        suffixes.append("requires_grad=True")
    body = rows(array, formatter(shown(array)), len(name)) if array.size else "[]"
    text = name + body
    for suffix in suffixes:
        last = text.rsplit("\n", 1)[-1]
        fits = len(last) + len(suffix) + 3 <= Options.linewidth
        text += f", {suffix}" if fits else f",\n{' ' * len(name)}{suffix}"
    text += ")"
    return f"Parameter containing:\n{text}" if type(x).__name__ == "Parameter" else text


def shown(array: Any) -> Any:
    """The elements that will be printed, flat."""
    if array.size <= Options.threshold:
        return array.ravel()
    edge = Options.edgeitems
    for axis in range(array.ndim):
        n = array.shape[axis]
        if n > 2 * edge:
            array = array.take([*range(edge), *range(n - edge, n)], axis)
    return array.ravel()


def formatter(values: Any) -> Callable[[Any], str]:
    """The function that gives every element the same width."""
    kind = values.dtype.kind
    if kind == "c":
        real, imag = formatter(values.real), formatter(abs(values.imag))
        return lambda v: (
            f"{real(v.real)}{'-' if v.imag < 0 or str(v.imag)[0] == '-' else '+'}{imag(abs(v.imag)).strip()}j"
        )
    if kind in "bui":
        texts = [str(v) for v in values.tolist()]
        width = max(map(len, texts), default=0)
        return lambda v: str(v.item()).rjust(width)
    number = float_text(values)
    width = max((len(number(v)) for v in values), default=0)
    return lambda v: number(v).rjust(width)


def float_text(values: Any) -> Callable[[Any], str]:
    """How one float is written, in view of all of them."""
    finite = [abs(v) for v in values.astype("float64").tolist() if math.isfinite(v) and v != 0]
    digits = Options.precision
    whole = all(v == math.ceil(v) for v in finite)
    if not finite:
        scientific = False
    else:
        top, low = max(finite), min(finite)
        scientific = top / low > 1000.0 or top > 1.0e8
        if not whole:
            scientific = scientific or low < 1.0e-4
    if Options.sci_mode is not None:
        scientific = Options.sci_mode

    def text(v: Any) -> str:
        v = float(v)
        if not math.isfinite(v):
            return str(v)
        if scientific:
            return f"{v:.{digits}e}"
        return f"{v:.0f}." if whole else f"{v:.{digits}f}"

    return text


def rows(array: Any, write: Callable[[Any], str], indent: int) -> str:
    """Nested brackets, one line per innermost row (broken where it is too long)."""
    if array.ndim == 0:
        return write(array[()]).strip() if array.dtype.kind != "c" else write(array[()])
    edge = Options.edgeitems
    summarise = array.size > Options.threshold and array.shape[0] > 2 * edge
    return nested(
        array, write, indent, array.size > Options.threshold and (summarise or array.ndim > 1)
    )


def nested(array: Any, write: Callable[[Any], str], indent: int, summarise: bool) -> str:
    edge, n = Options.edgeitems, array.shape[0]
    cut = summarise and n > 2 * edge
    places = [*range(edge), None, *range(n - edge, n)] if cut else list(range(n))
    if array.ndim == 1:
        texts = ["..." if i is None else write(array[i]) for i in places]
        width = max(map(len, texts), default=0) + 2
        per_line = max((Options.linewidth - indent) // width, 1)
        lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = ["..." if i is None else nested(array[i], write, indent + 1, summarise) for i in places]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
