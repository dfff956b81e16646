"""What the formulas of several ops share.  Everything here takes bare arrays and Variables alike."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, IndexRangeError
from minitorch.op import Op
from minitorch.registry import backend_of
from minitorch.value import Value, array_of as array_of

Dims = int | Sequence[int] | None


class Binary(Op):
    """Base of elementwise ops of two values: dtypes are promoted, shapes broadcast."""

    promotes = broadcasts = True


def conj(x: Any) -> Any:
    """The complex conjugate; a real value as it is."""
    if x.__class__ in dtypes.REAL_NUMBERS:
        return x
    if x.__class__ is complex:
        return x.conjugate()
    kind = x.array.dtype.kind if isinstance(x, Value) else x.dtype.kind
    return x.conj() if kind == "c" else x


def looks_at(x: Any) -> bool:
    """Whether an op may look at the elements of `x`, to refuse wrong ones or to do less.

    Not on a GPU: the program would have to wait until they are known.
    """
    return bool(backend_of(array_of(x)).checks_values)


def is_bool(x: Any) -> bool:
    """Whether a number, or the elements of an array or Variable, are booleans."""
    if isinstance(x, Value):
        return bool(x.array.dtype.kind == "b")
    return isinstance(x, bool) or (hasattr(x, "dtype") and x.dtype.kind == "b")


def check_ordered(op_name: str, *values: Any) -> None:
    """Refuses complex numbers, which have no larger and smaller."""
    for x in values:
        if isinstance(x, complex) or (hasattr(x, "dtype") and x.dtype.kind == "c"):
            raise DtypeError(
                f"{op_name}: complex numbers have no order; compare x.abs(), x.real or x.imag instead"
            )


def check_floating(op_name: str, x: Any) -> None:
    """Refuses arrays of integers and booleans."""
    if x.dtype.kind in "biu":
        raise DtypeError(f"{op_name}: not defined for {x.dtype}, needs floating-point numbers; use x.float()")


def check_real(op_name: str, x: Any) -> None:
    """Refuses arrays of complex numbers."""
    if x.dtype.kind == "c":
        raise DtypeError(
            f"{op_name}: not defined for {x.dtype}, needs real numbers; use x.real, x.imag or x.abs()"
        )


def not_a_tensor(op_name: str, *inputs: Any) -> ArgumentTypeError:
    """The error for something else in the place of a tensor: a list, a number, None."""
    wrong = next((x for x in inputs if not hasattr(x, "ndim")), None)
    if wrong is None:
        return ArgumentTypeError(
            f"{op_name}: expected a Tensor, got None; did a function forget to return it?"
        )
    return ArgumentTypeError(
        f"{op_name}: expected a Tensor, got {type(wrong).__name__}; make a tensor of it with minitorch.tensor(...)"
    )


def require_tensors(op_name: str, **inputs: Any) -> None:
    """Refuses lists, arrays and numbers in the place of tensors.

    Raises:
        ArgumentTypeError: for anything that is not a Variable; the message gives its name.
    """
    for name, x in inputs.items():
        if not isinstance(x, Value):
            raise ArgumentTypeError(
                f"{op_name}: {name} must be a Tensor, got {type(x).__name__}; "
                f"make a tensor of it with minitorch.as_tensor(...)"
            )


def refuse_numbers(op_name: str, **inputs: Any) -> None:
    """Refuses Python numbers, lists and None where a tensor (or a bare array, in a formula) must stand.

    Raises:
        ArgumentTypeError: for anything without a dtype; the message gives its name.
    """
    for name, x in inputs.items():
        if not hasattr(x, "dtype"):
            raise ArgumentTypeError(
                f"{op_name}: {name} must be a Tensor, got {type(x).__name__}; "
                f"make a tensor of it with minitorch.tensor(...)"
            )


def check_number(op_name: str, number: int, dtype: Any) -> None:
    """Refuses a number that integers of this dtype cannot reach."""
    info = dtypes.iinfo(dtype)
    if not info.min <= number <= info.max:
        raise DtypeError(
            f"{op_name}: the number {number} does not fit into {dtype}; convert the tensor first"
        )


def check_not_bool(op_name: str, x: Any) -> None:
    """Refuses arrays of booleans."""
    if x.dtype.kind == "b":
        raise DtypeError(f"{op_name}: not defined for booleans; convert them with .int()")


def promoted(*inputs: Any) -> list[Any]:
    """Variables in their common dtype, for compositions of several ops, which would promote step by step."""
    common = dtypes.result_type(*inputs)
    return [x if x.dtype is common else x.to(common) for x in inputs]


def ndim_of(op_name: str, x: Any) -> int:
    """The number of dims of a tensor.

    Raises:
        ArgumentTypeError: for anything else.
    """
    try:
        return x.ndim
    except AttributeError:
        raise not_a_tensor(op_name, x) from None


def wrap_dim(op_name: str, dim: int, ndim: int) -> int:
    """`dim` counted from the front, after checking that the tensor has it."""
    if not isinstance(dim, int):
        raise ArgumentTypeError(f"{op_name}: dim must be an int, got {type(dim).__name__} {dim!r}")
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise IndexRangeError(
            f"{op_name}: dim {dim} is out of range for a tensor of {ndim} dimensions; "
            f"it must lie between {-limit} and {limit - 1}"
        )
    return dim % limit


def wrap_dims(op_name: str, dims: Dims, ndim: int) -> tuple[int, ...]:
    """Several dims counted from the front; None means all of them."""
    if dims is None:
        return tuple(range(ndim))
    if isinstance(dims, int):
        only = wrap_dim(op_name, dims, ndim)
        return (only,) if ndim else ()
    wrapped = tuple(wrap_dim(op_name, d, ndim) for d in dims)
    if len(set(wrapped)) != len(wrapped):
        raise ArgumentError(f"{op_name}: dim {tuple(dims)} names a dimension twice")
    return wrapped if ndim else ()


def reduced_dims(op_name: str, dims: Dims, ndim: int) -> tuple[int, ...]:
    """As `wrap_dims`; an empty sequence means all dims, as it does for reductions in PyTorch."""
    return wrap_dims(op_name, None if not isinstance(dims, int) and not dims else dims, ndim)


def ensure_size(size: tuple[Any, ...], named: Any = None) -> tuple[int, ...]:
    """A shape given as numbers, as one sequence or by name: `f(2, 3)`, `f((2, 3))` and `f(size=(2, 3))`."""
    if named is not None:
        size = (named,)
    if len(size) == 1 and not isinstance(size[0], int) and hasattr(size[0], "__iter__"):
        size = tuple(size[0]) if getattr(size[0], "ndim", 1) else size
    try:
        return tuple([index(n) for n in size])
    except TypeError:
        wrong = next((n for n in size if not hasattr(n, "__index__")), size[0])
        raise ArgumentTypeError(
            f"size: expected integers, got {wrong!r} of type {type(wrong).__name__}"
        ) from None
