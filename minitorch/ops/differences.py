"""Differences and integrals of values on a grid: diff, gradient, the trapezoidal rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.ops.common import ndim_of, wrap_dim, wrap_dims
from minitorch.ops.cumulative import cumsum
from minitorch.ops.join import cat, narrow
from minitorch.ops.out import with_out
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


@with_out
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Variable:
    """xᵢ₊₁ − xᵢ along `dim`, `n` times over; for booleans, whether the two differ.

    Args:
        input: any shape but 0-d.
        n: how many times.
        dim: along which.
        prepend: what is put before the elements first.
        append: what is put behind them.

    >>> import minitorch
    >>> minitorch.diff(minitorch.tensor([1, 4, 9, 16])), minitorch.diff(minitorch.tensor([1, 4, 9, 16]), n=2)
    (tensor([3, 5, 7]), tensor([2, 2]))
    """
    if not ndim_of("diff", input):
        raise ShapeError("diff: needs a tensor of at least one dimension, got one of shape ()")
    if n < 0:
        raise ArgumentError(f"diff: n must not be negative, got {n}")
    d = wrap_dim("diff", dim, input.ndim)
    y = input
    if n and not (prepend is None and append is None):
        for extra in (prepend, append):
            if extra is not None and extra.ndim != input.ndim:
                raise ShapeError(
                    f"diff: prepend and append must have the {input.ndim} dimensions of the input, got {extra.ndim}"
                )
        y = cat([x for x in (prepend, input, append) if x is not None], d)
    if n > y.shape[d]:
        n = y.shape[d]
    for _ in range(n):
        length = max(y.shape[d] - 1, 0)
        if not y.shape[d]:
            break
        high, low = narrow(y, d, 1, length), narrow(y, d, 0, length)
        y = high != low if y.array.dtype.kind == "b" else high - low
    return y if n else y.clone()


def widths(op_name: str, y: Any, x: Any, dx: Any, d: int) -> Any:
    """The distances of neighbouring points: those of `x`, or `dx` everywhere."""
    if x is None:
        return 1 if dx is None else dx
    if dx is not None:
        raise ArgumentError(f"{op_name}: give the points x or their distance dx, not both")
    if not x.ndim:
        raise ShapeError(f"{op_name}: x must have at least one dimension, got one number")
    if x.ndim == 1:
        if x.shape[0] != y.shape[d]:
            raise ShapeError(
                f"{op_name}: there are {x.shape[0]} points x for {y.shape[d]} values along dim {d} of shape "
                f"{tuple(y.shape)}"
            )
        return diff(x).reshape([-1 if i == d else 1 for i in range(y.ndim)])
    missing = y.ndim - x.ndim
    return diff(x.reshape(*[1] * missing, *x.shape) if missing > 0 else x, dim=d - y.ndim)


def trapezoids(op_name: str, y: Any, x: Any, dx: Any, dim: int) -> tuple[Any, int]:
    """The areas between neighbouring points, and along which dim they stand, counted from the end."""
    d = wrap_dim(op_name, dim, ndim_of(op_name, y))
    if not y.ndim:
        raise ShapeError(f"{op_name}: needs values along at least one dimension, got one number")
    if y.dtype is dtypes.bool_:
        raise DtypeError(f"{op_name}: not defined for booleans; use x.float()")
    if x is None and not y.shape[d]:
        return narrow(y, d, 0, 0) * 0.5, d - y.ndim
    width = widths(op_name, y, x, dx, d)
    n = max(y.shape[d] - 1, 0)
    start = 1 if y.shape[d] else 0
    return (narrow(y, d, start, n) + narrow(y, d, 0, n)) * width * 0.5, d - y.ndim


def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Variable:
    """The integral of values `y` at points `x` by the trapezoidal rule: Σ (xᵢ₊₁ − xᵢ)·(yᵢ + yᵢ₊₁)/2 along `dim`.

    Args:
        y: the values.
        x: the points, a vector or a tensor that broadcasts with `y`.
        dx: their distance, 1 unless given, in place of `x`.
        dim: along which.

    >>> import minitorch
    >>> minitorch.trapezoid(minitorch.tensor([1.0, 2.0, 4.0]), minitorch.tensor([0.0, 1.0, 3.0]))
    tensor(7.5000)
    """
    areas, d = trapezoids("trapezoid", y, x, dx, dim)
    return areas.sum(d)


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Variable:
    """The integrals up to each point, by the trapezoidal rule; arguments as for `trapezoid`.

    >>> import minitorch
    >>> minitorch.cumulative_trapezoid(minitorch.tensor([1.0, 2.0, 4.0]))
    tensor([1.5000, 4.5000])
    """
    areas, d = trapezoids("cumulative_trapezoid", y, x, dx, dim)
    return cumsum(areas, d)


def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Variable, ...]:
    """The slope of a function, given by its values on a grid, along each dim: central differences.

    Inside, with the distances a to the point before and b to the one behind:
    y′ᵢ = −b/(a(a+b))·yᵢ₋₁ + (b−a)/(ab)·yᵢ + a/(b(a+b))·yᵢ₊₁.

    Args:
        input: the values.
        spacing: the distance of the points, a number or one for each dim; or their coordinates, a vector for each dim.
        dim: one dim or several; all of them without it.
        edge_order: 1 or 2: slopes at the ends from two points or from three.

    >>> import minitorch
    >>> minitorch.gradient(minitorch.tensor([1.0, 4.0, 9.0, 16.0]))
    (tensor([3., 4., 6., 7.]),)
    """
    if input.dtype in (dtypes.uint8, dtypes.bool_):
        raise DtypeError(f"gradient: {input.dtype} has no negative differences; use x.float()")
    if edge_order not in (1, 2):
        raise ArgumentError(f"gradient: edge_order must be 1 or 2, got {edge_order}")
    dims = wrap_dims("gradient", dim, ndim_of("gradient", input))
    if dim is not None and not input.ndim:
        raise ShapeError("gradient: a tensor of one number has no dims to go along")
    steps = _spacings(input, 1 if spacing is None else spacing, dims)
    result = []
    for d, step in zip(dims, steps, strict=True):
        if input.shape[d] < edge_order + 1:
            raise ShapeError(
                f"gradient: needs at least {edge_order + 1} points along each dim for edge_order={edge_order}, "
                f"got {input.shape[d]} along dim {d} of shape {tuple(input.shape)}"
            )
        result.append(_slope(input, step, d, edge_order))
    return tuple(result)


def _spacings(input: Any, spacing: Any, dims: tuple[int, ...]) -> list[Any]:
    """For each dim a distance, or the vector of coordinates."""
    if isinstance(spacing, Value) or not isinstance(spacing, Sequence):
        if isinstance(spacing, Value) and spacing.array.ndim:
            spacing = [spacing]
        else:
            return [spacing] * len(dims)
    if len(spacing) != len(dims):
        raise ArgumentError(
            f"gradient: spacing must be a number or {len(dims)} of them, one for each dim, got {len(spacing)}"
        )
    for d, step in zip(dims, spacing, strict=True):
        if isinstance(step, Value) and step.array.shape != (input.shape[d],):
            raise ShapeError(
                f"gradient: the coordinates along dim {d} must be a vector of {input.shape[d]} numbers, got shape "
                f"{tuple(step.array.shape)}"
            )
    return list(spacing)


def _slope(y: Any, step: Any, d: int, edge_order: int) -> Any:
    """The slope along one dim: from the neighbours on both sides, at the ends from one side."""
    n = y.shape[d]

    def part(x: Any, start: int, stop: int) -> Any:
        return narrow(x, d, start, stop - start)

    if not isinstance(step, Value):
        inside = (part(y, 2, n) - part(y, 0, n - 2)) / (2 * step)
        first, last = part(y, 1, 2) - part(y, 0, 1), part(y, n - 1, n) - part(y, n - 2, n - 1)
        if edge_order == 2:  # of the parabolas through the three outermost points
            first = part(y, 1, 2) * 2 - part(y, 0, 1) * 1.5 - part(y, 2, 3) * 0.5
            last = part(y, n - 1, n) * 1.5 - part(y, n - 2, n - 1) * 2 + part(y, n - 3, n - 2) * 0.5
        return cat([first / step, inside, last / step], d)
    gaps = diff(step).reshape([-1 if i == d else 1 for i in range(y.ndim)])
    slope = diff(y, dim=d) / gaps  # between neighbours
    a, b = part(gaps, 0, n - 2), part(gaps, 1, n - 1)
    before, behind = part(slope, 0, n - 2), part(slope, 1, n - 1)
    inside = before * (b / (a + b)) + behind * (a / (a + b))
    first, last = part(slope, 0, 1), part(slope, n - 2, n - 1)
    if edge_order == 2:
        first = first * 2 - part(inside, 0, 1)  # a parabola's slopes at two points average to its secant's
        last = last * 2 - part(inside, n - 3, n - 2)
    return cat([first, inside, last], d)


trapz = trapezoid  # the older name
