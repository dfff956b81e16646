"""What a picture says of an array: all of it when it is small, else its range, its mean and its spread."""

from __future__ import annotations

from typing import Any

from minitorch.op import BATCHES
from minitorch.registry import backend_of
from minitorch.value import array_of

WHOLE = 36  # up to so many elements are shown one by one
SHORT = 24  # letters of a vector that is shown whole
BARS = 16  # of a histogram
SMALLEST = 1e-12  # below, ranges count as one point

Summary = dict[str, Any]


def number(x: Any) -> str:
    """A number in four digits.

    >>> from minitorch.viz.summary import number
    >>> number(-0.123456), number(3.0), number(True)
    ('−0.1235', '3', 'True')
    """
    if isinstance(x, complex):
        return f"{number(x.real)}{'+' if x.imag >= 0 or x.imag != x.imag else '−'}{number(abs(x.imag))}i"
    text = f"{x:.4g}" if isinstance(x, float) else str(x)
    return text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


def rows(x: Any) -> str:
    r"""Nested lists of numbers, a line for each innermost list.

    >>> from minitorch.viz.summary import rows
    >>> rows([[1, 2], [3, 4]])
    '1  2\n3  4'
    """
    if not isinstance(x, list):
        return number(x)
    if x and isinstance(x[0], list):
        between = "\n\n" if x[0] and isinstance(x[0][0], list) else "\n"
        return between.join(map(rows, x))
    return "  ".join(map(number, x)) or "(empty)"


def summary(x: Any) -> Summary:
    """Shape, dtype, a short text and a longer one; for large arrays also the bars of a histogram.

    Args:
        x: a tensor, an array or a number.

    >>> import minitorch
    >>> from minitorch.viz.summary import summary
    >>> summary(minitorch.tensor([1.0, 2.0]))
    {'shape': [2], 'dtype': 'float32', 'short': '[1, 2]', 'long': '1  2'}
    """
    array = array_of(x)
    if not hasattr(array, "dtype"):
        return {"shape": [], "dtype": type(x).__name__, "short": number(x), "long": number(x)}
    found: Summary = {"shape": list(array.shape), "dtype": str(array.dtype)}
    if array.__class__ in BATCHES:
        return {**found, "short": "", "long": "a batch inside of vmap, which is not one value"}
    if array.dtype.kind == "V":  # bfloat16
        array = array.astype("float32")
    size = int(array.size)
    if size <= WHOLE:
        values = array.tolist()
        long = rows(values)
        short = long if array.ndim != 1 else "[" + ", ".join(map(number, values)) + "]"
        if size != 1 and (array.ndim > 1 or len(short) > SHORT):
            short = range_of(array)[0] if array.dtype.kind in "fiu" and size else ""
        return {**found, "short": short, "long": long}
    if array.dtype.kind not in "fiu":
        return {**found, "short": "", "long": f"{size:,} elements"}
    short, long, bars = range_of(array)
    return {**found, "short": short, "long": f"{size:,} elements\n{long}", "bars": bars}


def range_of(array: Any) -> tuple[str, str, list[int]]:
    """The range, mean and spread of an array in words, short and long, and the bars of its histogram."""
    backend = backend_of(array)
    with backend.quiet():
        x = array.reshape(-1).astype("float64")
        finite = x[abs(x) < float("inf")]
        odd = int(x.size) - int(finite.size)
        if not finite.size:
            return "not finite", f"{odd:,} NaN or infinite", []
        low, high = float(finite.min()), float(finite.max())
        mean, std = float(finite.mean()), float(finite.std())
        scale = (BARS - 1e-9) / (high - low) if high - low > SMALLEST else 0.0
        bars = backend.bincount(((finite - low) * scale).astype("int64"), None, BARS).tolist()
        zeros = float((finite == 0).mean())
    short = f"{number(low)} … {number(high)}" if low < high else f"all {number(low)}"
    long = f"mean {number(mean)}, std {number(std)}\nfrom {number(low)} to {number(high)}"
    if zeros:
        long += f"\n{100 * zeros:.3g} % zeros"
    if odd:
        short, long = f"{short}, {odd:,} NaN or ∞", f"{long}\n{odd:,} NaN or infinite"
    return short, long, bars
