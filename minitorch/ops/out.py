"""What PyTorch's functions take beside their own arguments: `out=`, and NumPy's names of keywords."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from minitorch import dtypes
from minitorch.errors import ArgumentTypeError, DtypeError, GradientError
from minitorch.modes import current, no_grad
from minitorch.registry import backend_of
from minitorch.value import Value

R = TypeVar("R")

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}

EXACT = {"aminmax", "gather", "multinomial"}  # whose out must have the very dtype of the result


def with_out(function: Callable[..., R]) -> Callable[..., R]:
    """Gives a function the keyword `out`, where its result is written, and NumPy's names of its own keywords.

    >>> import minitorch
    >>> y = minitorch.empty(2)
    >>> minitorch.add(minitorch.tensor([1.0, 2.0]), 1, out=y) is y, y
    (True, tensor([2., 3.]))
    """

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> R:
        if not keywords:
            return function(*args)
        for name in NUMPY_NAMES.keys() & keywords.keys():
            if name not in parameters_of(function):
                keywords[NUMPY_NAMES[name]] = keywords.pop(name)
        if "input" in keywords and "input" not in (names := parameters_of(function)):
            keywords[names[0]] = keywords.pop("input")  # PyTorch's older name of the matrix A
        out = keywords.pop("out", None)
        if out is None:
            return function(*args, **keywords)
        return write(function, args, keywords, out)

    return call


def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the arguments that a function takes."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def without_out(function: Callable[..., R]) -> Callable[..., R]:
    """The function as it was before `with_out`: for operators, which take no keywords."""
    return getattr(function, "__wrapped__", function)


def write(function: Callable[..., R], args: tuple[Any, ...], keywords: dict[str, Any], out: Any) -> R:
    """Calls the function and puts its result, or each of its results, into `out`.

    Raises:
        ArgumentTypeError: if `out` is not as many tensors as there are results.
        GradientError: if something that takes part requires grad.
        DtypeError: if the result does not fit the dtype of `out`.
    """
    from minitorch.inplace import check

    name = function.__name__
    keep_dtype(function, args, keywords, out)
    targets = list(out) if isinstance(out, (tuple, list)) else [out]
    for target in targets:
        if not isinstance(target, Value):
            raise ArgumentTypeError(f"{name}: out must be a Tensor, got {type(target).__name__}")
    inputs = [*args, *keywords.values()]
    nested = [x for arg in inputs if isinstance(arg, (tuple, list)) for x in arg]
    if current().grad and any(
        isinstance(x, Value) and x._requires_grad for x in [*inputs, *nested, *targets]
    ):
        raise GradientError(
            f"{name}: out= cannot be differentiated, and a tensor that takes part requires grad; "
            f"leave out= away, or call it under minitorch.no_grad()"
        )
    with no_grad():
        result: Any = function(*args, **keywords)
    results = list(result) if isinstance(result, (tuple, list)) else [result]
    if len(results) != len(targets):
        raise ArgumentTypeError(f"{name}: out must be {len(results)} tensors, got {len(targets)}")
    for target, y in zip(targets, results, strict=True):
        check(name, target)
        if not dtypes.can_cast(y.dtype, target.dtype) or (name in EXACT and y.dtype is not target.dtype):
            raise DtypeError(
                f"{name}: the result is {y.dtype} and cannot be stored in an out of {target.dtype}"
            )
    for target, y in zip(targets, results, strict=True):
        put(name, target, y)
    if not isinstance(result, (tuple, list)):
        return targets[0]
    return type(result)(*targets) if hasattr(result, "_fields") else type(result)(targets)  # type: ignore[return-value]


def keep_dtype(function: Callable[..., R], args: tuple[Any, ...], keywords: dict[str, Any], out: Any) -> None:
    """Where no tensor goes in, as in `zeros(2, out=y)`, the dtype is that of `out` unless another is given."""
    makes = isinstance(out, Value) and not any(isinstance(x, Value) for x in args)
    if makes and "dtype" in parameters_of(function):
        keywords.setdefault("dtype", out.dtype)


def put(name: str, target: Any, y: Any) -> None:
    """Writes `y` into the memory of `target`, which takes its shape."""
    backend = backend_of(target.array)
    if target.array.shape != y.array.shape:
        if target.array.size:
            warnings.warn(
                f"{name}: out of shape {tuple(target.array.shape)} was resized to {tuple(y.array.shape)}, the shape of "
                f"the result; pass an out of that shape, or an empty one",
                stacklevel=4,
            )
        target.array = backend.empty(y.array.shape, target.array.dtype)
    backend.copyto(target.array, y.array.astype(target.array.dtype))
    target._version_counter().value += 1
