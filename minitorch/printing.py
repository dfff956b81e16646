"""How a tensor shows itself: as PyTorch's does, with dtype and grad_fn where they are not obvious.

Four digits after the point; scientific notation where magnitudes differ by more than a thousandfold or are
very large or small; long tensors are summarised by the first and last three elements of each dim.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.errors import ArgumentError
from minitorch.registry import backend_of

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

    >>> import minitorch
    >>> minitorch.set_printoptions(precision=2)
    >>> minitorch.tensor([1 / 3, 2.0])
    tensor([0.33, 2.00])
    >>> minitorch.set_printoptions(profile="default")
    >>> minitorch.tensor([1 / 3, 2.0])
    tensor([0.3333, 2.0000])
    """
    presets = {"default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80)}
    if profile is not None and profile not in presets:
        raise ArgumentError(f"set_printoptions: profile must be one of {[*presets]}, got {profile!r}")
    if profile is not None:
        Options.precision, Options.threshold, Options.edgeitems, Options.linewidth = presets[profile]
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
    """`tensor(…)`, or `Parameter containing: …` for a parameter.

    >>> import minitorch
    >>> from minitorch.printing import tensor_repr
    >>> tensor_repr(minitorch.ones(2, dtype=minitorch.float64))
    'tensor([1., 1.], dtype=minitorch.float64)'
    """
    if hasattr(x.array, "everything"):  # inside of vmap
        return repr(x.array)
    name = "tensor("
    suffixes = []
    array = backend_of(x.array).to_numpy(x.array)
    if not x.is_cpu:
        suffixes.append(f"device='{x.device}'")
    if not array.size and array.ndim != 1:
        suffixes.append(f"size={tuple(array.shape)}")
    default = dtypes.get_default_dtype()
    obvious = (default, default.to_complex(), dtypes.int64, dtypes.bool_) if array.size else (default,)
    if x.dtype not in obvious:
        suffixes.append(f"dtype={x.dtype}")
    if x.grad_fn is not None:
        suffixes.append(f"grad_fn=<{x.grad_fn.name()}>")
    elif x.requires_grad:
        suffixes.append("requires_grad=True")
    text = name + elements(array, len(name))
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > Options.linewidth:
            text += f",\n{' ' * len(name)}{suffix}"
            length = len(name) + len(suffix)
        else:
            text += f", {suffix}"
            length += len(suffix) + 2
    text += ")"
    return f"Parameter containing:\n{text}" if type(x).__name__ == "Parameter" else text


def elements(array: Any, indent: int) -> str:
    """All elements, or those at the ends of each dim."""
    if not array.size:
        return "[]"
    cut = array.size > Options.threshold
    values = ends(array) if cut else array
    if array.dtype.kind == "c":
        style: Style = ComplexStyle(values)
    else:
        style = FloatStyle(values) if array.dtype.kind in "fV" else Style(values)
    return nested(array, style, indent, cut)


def ends(array: Any) -> Any:
    """The elements that a summary shows."""
    edge = Options.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * edge:
            array = array.take([*range(edge), *range(n - edge, n)], axis)
    return array


class Style:
    """How numbers are written, in view of all that will be seen, so that they have the same width."""

    def __init__(self, values: Any) -> None:
        self.width = max((len(str(v)) for v in values.ravel().tolist()), default=1)

    def text(self, value: Any) -> str:
        """One element."""
        return str(value).rjust(self.width)


class FloatStyle(Style):
    """Whole numbers as `1.`, others with four digits, or all in scientific notation."""

    def __init__(self, values: Any) -> None:
        numbers = [v for v in values.ravel().tolist() if v != 0 and math.isfinite(v)]
        sizes = [abs(v) for v in numbers]
        self.whole = all(v == math.ceil(v) for v in numbers)
        self.scientific = bool(sizes) and (
            max(sizes) / min(sizes) > 1000.0 or max(sizes) > 1.0e8 or min(sizes) < 1.0e-4
            if Options.sci_mode is None
            else Options.sci_mode
        )
        self.width = max((len(self.written(v)) for v in numbers), default=1)

    def written(self, value: float) -> str:
        """One element, without padding."""
        if self.scientific:
            return f"{value:.{Options.precision}e}"
        if self.whole:
            return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
        return f"{value:.{Options.precision}f}"

    def text(self, value: Any) -> str:
        """One element."""
        return self.written(value).rjust(self.width)


class ComplexStyle(Style):
    """`real+imagj`, both parts in the style of their own kind."""

    def __init__(self, values: Any) -> None:
        self.real, self.imag = FloatStyle(values.real), FloatStyle(values.imag)
        self.width = self.real.width + self.imag.width + 1

    def text(self, value: Any) -> str:
        """One element."""
        imag = self.imag.text(value.imag).lstrip()
        return f"{self.real.text(value.real)}{'' if imag[0] in '+-' else '+'}{imag}j"


def nested(array: Any, style: Style, indent: int, cut: bool) -> str:
    """Nested brackets, one line per innermost row (broken where it is too long)."""
    if array.ndim == 0:
        return style.text(array.item())
    edge, n = Options.edgeitems, array.shape[0]
    cut_here = cut and n > 2 * edge
    places = [*range(edge), None, *range(n - edge, n)] if cut_here else list(range(n))
    if array.ndim == 1:
        texts = [" ..." if i is None else style.text(array[i].item()) for i in places]
        per_line = max((Options.linewidth - indent) // (style.width + 2), 1)
        lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = ["..." if i is None else nested(array[i], style, indent + 1, cut) for i in places]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
