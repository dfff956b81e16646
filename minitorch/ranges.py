"""Numbers at equal distances, and the indices of triangles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.creation import finish, numpy_dtype, shape_of
from minitorch.device import new_backend
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.layout import creates
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


def number(op_name: str, value: Any) -> Any:
    """The Python number behind a number or a 0-d tensor.

    Raises:
        ShapeError: for a tensor of other shapes.
    """
    if isinstance(value, Value):
        if value.array.ndim:
            raise ShapeError(f"{op_name}: expected a number or a 0-d tensor, got shape {value.array.shape}")
        return value.item()  # type: ignore[attr-defined]
    return value.item() if hasattr(value, "item") else value


def steps_between(op_name: str, start: Any, end: Any, step: Any) -> float:
    """How many steps lead from start to end.

    Raises:
        ArgumentError: if they lead away from it, or never arrive.
    """
    if not all(math.isfinite(v) for v in (start, end)):
        raise ArgumentError(f"{op_name}: start and end must be finite, got {start} and {end}")
    if not step or math.isnan(step) or (end - start) * math.copysign(1, step) < 0:
        raise ArgumentError(f"{op_name}: cannot step from {start} to {end} in steps of {step}")
    return (end - start) / step


@creates
def arange(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """Numbers from `start` up to but not including `end`, in steps of `step`.

    Args:
        start: the first number; 0 if only one number is given, which is `end` then.
        end: where to stop.
        step: the distance, which may be negative.
        dtype: int64 for integers, else the default dtype.
        device: where it lives.
        requires_grad: whether gradients shall be accumulated in its `.grad`.

    Raises:
        ArgumentError: if the steps lead away from `end`.

    >>> import minitorch
    >>> minitorch.arange(1, 4), minitorch.arange(0, 1, 0.25)
    (tensor([1, 2, 3]), tensor([0.0000, 0.2500, 0.5000, 0.7500]))
    """
    if end is None:
        start, end = 0, start
    start, end, step = (number("arange", v) for v in (start, end, step))
    if dtype is None:
        dtype = dtypes.int64 if all(isinstance(v, int) for v in (start, end, step)) else None
    kind = numpy_dtype(dtype)
    if kind == "int64":
        start, end, step = int(start), int(end), int(step)
    count = math.ceil(steps_between("arange", start, end, step))
    if kind.kind not in "fcV":
        start, step = int(start), int(step)
    return finish((new_backend().arange(count) * step + start).astype(kind), device, requires_grad)


@creates
def range(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """Numbers from `start` up to and including `end`; old code only: PyTorch deprecates it in favour of `arange`.

    >>> import minitorch
    >>> minitorch.range(1, 3)
    tensor([1., 2., 3.])
    """
    if end is None:
        start, end = 0, start
    start, end, step = (number("range", v) for v in (start, end, step))
    count = math.floor(steps_between("range", start, end, step)) + 1
    values = new_backend().arange(count) * step + start
    return finish(values.astype(numpy_dtype(dtype)), device, requires_grad)


def equally_spaced(op_name: str, start: Any, end: Any, steps: Any, kind: Any) -> Any:
    """`steps` numbers from start to end; counted from both ends, so that both are met exactly."""
    start, end, steps = (number(op_name, v) for v in (start, end, steps))
    if not isinstance(steps, int):
        raise ArgumentTypeError(f"{op_name}: steps must be an int, got {steps!r}")
    if steps < 0:
        raise ArgumentError(f"{op_name}: steps must not be negative, got {steps}")
    if kind.kind in "iub":
        start, end = int(start), int(end)
    backend = new_backend()
    step = (end - start) / (steps - 1) if steps > 1 else 0
    places = backend.arange(steps)
    values = backend.where(places < steps / 2, start + places * step, end - (steps - 1 - places) * step)
    return values if steps > 1 else values * 0 + start


@creates
def linspace(
    start: Any, end: Any, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Variable:
    """`steps` numbers at equal distances from `start` to `end`, both included.

    Raises:
        ArgumentError: if `steps` is negative.

    >>> import minitorch
    >>> minitorch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    kind = numpy_dtype(dtype)
    return finish(equally_spaced("linspace", start, end, steps, kind).astype(kind), device, requires_grad)


@creates
def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Variable:
    """`steps` numbers from base^start to base^end, equally spaced on a logarithmic scale.

    Raises:
        ArgumentError: if `steps` is negative.

    >>> import minitorch
    >>> minitorch.logspace(0, 3, 4), minitorch.logspace(0, 3, 4, base=2)
    (tensor([   1.,   10.,  100., 1000.]), tensor([1., 2., 4., 8.]))
    """
    kind = numpy_dtype(dtype)
    powers = float(base) ** equally_spaced("logspace", start, end, steps, kind)
    return finish(powers.astype(kind), device, requires_grad)


def triangle_places(
    op_name: str, row: int, col: int, offset: int, lower: bool, dtype: Any, device: Any
) -> Variable:
    """The rows and columns of the elements of a triangle."""
    shape = shape_of(op_name, (row, col))
    kind = numpy_dtype(dtypes.int64 if dtype is None else dtype)
    if kind.kind != "i":
        raise ArgumentError(f"{op_name}: dtype must be int64 or int32, got {dtype}")
    backend = new_backend()
    below = backend.arange(shape[1]) - backend.arange(shape[0]).reshape(-1, 1) - offset
    rows, columns = backend.nonzero(below <= 0 if lower else below >= 0)
    return finish(backend.stack([rows, columns]).astype(kind), device)


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None
) -> Variable:
    """The rows and the columns of the elements on and below a diagonal, in two rows.

    >>> import minitorch
    >>> minitorch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return triangle_places("tril_indices", row, col, offset, True, dtype, device)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None
) -> Variable:
    """The rows and the columns of the elements on and above a diagonal, in two rows.

    >>> import minitorch
    >>> minitorch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    return triangle_places("triu_indices", row, col, offset, False, dtype, device)
