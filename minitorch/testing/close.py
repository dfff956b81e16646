"""`assert_close`: that what a program computes is what it should be, up to rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minitorch.creation import as_tensor
from minitorch.dtypes import complex64, complex128, dtype, float16, float32, float64, promote_types
from minitorch.errors import ArgumentError, ArgumentTypeError, MinitorchError
from minitorch.ops import isclose
from minitorch.value import Value

TOLERANCES: dict[dtype, tuple[float, float]] = {
    float16: (1e-3, 1e-5), float32: (1.3e-6, 1e-5), float64: (1e-7, 1e-7),
    complex64: (1.3e-6, 1e-5), complex128: (1e-7, 1e-7),
}  # fmt: skip


class NotCloseError(MinitorchError, AssertionError):
    """Two values that should be close are not."""


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Any = None,
) -> None:
    """Passes if |actual − expected| ≤ atol + rtol·|expected| in every element, and the shapes and dtypes are equal.

    Args:
        actual: tensors, arrays, numbers, or sequences and mappings of these.
        expected: what it should be.
        allow_subclasses: False asks for the very same types.
        rtol: the relative tolerance; by default it depends on the dtypes, and integers must be equal.
        atol: the absolute tolerance; both are given, or none.
        equal_nan: whether a NaN equals a NaN.
        check_device: accepted; tensors that are compared are on the CPU.
        check_dtype: whether the dtypes must be equal, too.
        check_layout: accepted; there is one layout.
        check_stride: whether the strides must be equal, too.
        msg: the message of the error, or a function that makes it from the message that there would be.

    Raises:
        NotCloseError: an AssertionError that says how many elements differ, and by how much.
        ArgumentError: for one tolerance without the other.
        ArgumentTypeError: for what cannot be compared.

    >>> import minitorch
    >>> minitorch.testing.assert_close(minitorch.tensor([0.1]) + 0.2, minitorch.tensor([0.3]))
    """
    if (rtol is None) != (atol is None):
        raise ArgumentError("assert_close: give both rtol and atol, or none of them")
    problem = difference(
        actual, expected, rtol, atol, equal_nan, check_dtype, check_stride, not allow_subclasses, ""
    )
    if problem:
        raise NotCloseError(msg(problem) if callable(msg) else msg or f"assert_close: {problem}")


def difference(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
    check_stride: bool,
    same_type: bool,
    place: str,
) -> str:
    """What is wrong with `actual`, or an empty string."""
    settings = (rtol, atol, equal_nan, check_dtype, check_stride, same_type)
    where = f" at {place}" if place else ""
    if same_type and type(actual) is not type(expected):
        return f"the types{where} are {type(actual).__name__} and {type(expected).__name__}"
    kinds = [k for k in (Mapping, Sequence) if isinstance(actual, k) and isinstance(expected, k)]
    if kinds and not isinstance(actual, str):
        keys, wanted = (list(x) if kinds[0] is Mapping else list(range(len(x))) for x in (actual, expected))
        if set(keys) != set(wanted):
            return f"the items{where} are {keys} and should be {wanted}"
        found = (difference(actual[k], expected[k], *settings, place=f"{place}[{k!r}]") for k in keys)
        return next(filter(None, found), "")
    if actual is None and expected is None:
        return ""
    for x in (actual, expected):
        if not isinstance(x, (bool, int, float, complex)) and not hasattr(x, "dtype"):
            raise ArgumentTypeError(
                f"assert_close: expected tensors or numbers{where}, got {type(x).__name__}"
            )
    numbers = not (hasattr(actual, "dtype") and hasattr(expected, "dtype"))
    if numbers and any(isinstance(x, Value) for x in (actual, expected)):
        raise ArgumentTypeError(
            f"assert_close: cannot compare {type(actual).__name__} and {type(expected).__name__}{where}; "
            f"make a tensor of the number"
        )
    if numbers and check_dtype and type(actual) is not type(expected):
        return f"the types{where} are {type(actual).__name__} and {type(expected).__name__}"
    x, y = (
        as_tensor(v, dtype=float64 if isinstance(v, float) else None).detach() for v in (actual, expected)
    )
    if x.shape != y.shape:
        return f"the shape{where} is {tuple(x.shape)} and should be {tuple(y.shape)}"
    if check_dtype and not numbers and x.dtype is not y.dtype:
        return f"the dtype{where} is {x.dtype} and should be {y.dtype}"
    if check_stride and x.stride() != y.stride():
        return f"the strides{where} are {x.stride()} and should be {y.stride()}"
    limits = [TOLERANCES.get(v.dtype, (0.0, 0.0)) for v in (x, y)]
    common = promote_types(x.dtype, y.dtype)
    x, y = x.to(common), y.to(common)
    r = max(a for a, _ in limits) if rtol is None else rtol
    a = max(b for _, b in limits) if atol is None else atol
    wrong = isclose(x, y, rtol=r, atol=a, equal_nan=equal_nan).logical_not()
    if not wrong.any():
        return ""
    wide = complex128 if common.is_complex else float64
    worst = float((x.to(wide) - y.to(wide)).abs()[wrong].max())
    return (
        f"{int(wrong.sum())} of {x.numel()} elements{where} differ, by up to {worst:g} "
        f"(allowed are {a:g} and {r:g} of the value)"
    )
