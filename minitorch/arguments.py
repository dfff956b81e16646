"""What goes into an op: arrays wrapped, devices checked, dtypes promoted, and errors explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.device import CPU
from minitorch.errors import ArgumentTypeError, BackendError, DtypeError, MinitorchError, ShapeError
from minitorch.registry import current_backend
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.backend import Backend
    from minitorch.op import Op
    from minitorch.variable import Variable


def prepare(op: type[Op], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs as the op takes them: arrays wrapped, devices checked, dtypes promoted.

    Returns `inputs` itself if nothing had to change.

    Raises:
        ArgumentTypeError: for an input that is neither a Variable, a number, an array nor None.
        BackendError: for inputs on different devices.
    """
    changed = False
    fitting: list[Any] = []
    scalars: tuple[Any, ...] = current_backend().scalar_types
    for x in inputs:
        if isinstance(x, scalars):
            x, changed = x.item(), True
        elif not (isinstance(x, (Value, bool, int, float, complex)) or (x is None and op.optional)):
            x, changed = as_input(op.op_name, x), True
        fitting.append(x)
    tensors: list[Any] = [x for x in fitting if isinstance(x, Value)]
    if not tensors:
        kinds = " and ".join(sorted({type(x).__name__ for x in inputs}))
        raise ArgumentTypeError(
            f"{op.op_name}: expected a Tensor, got {kinds.replace('NoneType', 'None')}; "
            f"make a tensor of a number with minitorch.tensor(...)"
        )
    if len({x.array.__class__ for x in tensors}) > 1 and len({x.device for x in tensors}) > 1:
        fitting, changed = on_one_device(op, fitting), True
        tensors = [x for x in fitting if isinstance(x, Value)]
    if op.promotes or op.float_only:
        present = [x for x in fitting if x is not None]
        common = dtypes.result_type(*present) if op.promotes else tensors[0].dtype
        if op.float_only and common.category < dtypes.FLOATING:
            common = dtypes.get_default_dtype()
        for i, x in enumerate(fitting):
            if hasattr(x, "array") and x.dtype is not common:
                fitting[i], changed = x.to(common), True
    return tuple(fitting) if changed else inputs


def on_one_device(op: type[Op], inputs: list[Any]) -> list[Any]:
    """The same inputs, with numbers on the CPU (0-d tensors) brought to where the other tensors are.

    Raises:
        BackendError: if tensors with dims are on different devices.
    """
    tensors: list[Any] = [x for x in inputs if isinstance(x, Value)]
    joins = [op.broadcasts and not x.array.ndim and x.device == CPU for x in tensors]
    places = list(dict.fromkeys(x.device for x, free in zip(tensors, joins, strict=True) if not free))
    if len(places) != 1:
        raise BackendError(mixed_devices(op.op_name, [x.device for x in tensors]))
    return [x.to(places[0]) if getattr(x, "device", places[0]) != places[0] else x for x in inputs]


def mixed_devices(op_name: str, devices: Sequence[Any]) -> str:
    """Says which tensors are where, and what to do."""
    names = list(dict.fromkeys(map(str, devices)))
    target = next(name for name in names if name != "cpu")
    return (
        f"{op_name}: got tensors on {' and '.join(names)}, and needs all of them on one device; move the others with "
        f".to({target!r}), and the parameters of a module with module.to({target!r})"
    )


def as_input(op_name: str, x: Any) -> Variable:
    """A Variable around an array; anything else is refused."""
    if (hasattr(x, "__array__") or hasattr(x, "__cuda_array_interface__")) and hasattr(x, "dtype"):
        return wrap(current_backend().asarray(x) if x.__class__.__module__ == "numpy" else x)
    if x is None:
        raise ArgumentTypeError(
            f"{op_name}: expected a Tensor, got None; did a function forget to return it?"
        )
    raise ArgumentTypeError(
        f"{op_name}: expected a Tensor or a number, got {type(x).__name__}; "
        f"make a tensor of it with minitorch.tensor(...)"
    )


def wrapped_around(inputs: tuple[Any, ...], backend: Backend, dtype: Any) -> tuple[Any, ...]:
    """Inputs whose Python integers, out of range for `dtype`, have wrapped around; () if there are none."""
    if not any(x.__class__ is int and -(2**63) <= x < 2**63 for x in inputs):
        return ()
    return tuple(
        wrap(backend.asarray(backend.asarray(x, "int64").astype(dtype))) if x.__class__ is int else x
        for x in inputs
    )


def explain(op: Op, error: Exception, arrays: list[Any]) -> MinitorchError:
    """A readable error for what the array library refused."""
    shapes = [tuple(a.shape) for a in arrays if hasattr(a, "shape")]
    kinds = [str(a.dtype) for a in arrays if hasattr(a, "dtype")]
    if isinstance(error, OverflowError):
        return DtypeError(f"{op.op_name}: a number does not fit into {' and '.join(kinds)}: {error}")
    if "broadcast" in str(error) and op.broadcasts:
        return ShapeError(broadcast_message(op.op_name, shapes))
    if isinstance(error, TypeError):
        return DtypeError(f"{op.op_name}: not defined for dtype {' and '.join(kinds)} ({error})")
    return ShapeError(f"{op.op_name}: {error} (shapes {', '.join(map(str, shapes))})")


def broadcasts_to(shape: Sequence[int], target: Sequence[int]) -> bool:
    """Whether a shape can be expanded to another one.

    >>> from minitorch.arguments import broadcasts_to
    >>> broadcasts_to((3, 1), (2, 3, 4)), broadcasts_to((2, 3), (3,))
    (True, False)
    """
    return len(shape) <= len(target) and all(
        n in (1, m) for n, m in zip(shape[::-1], target[::-1], strict=False)
    )


def broadcast_message(op_name: str, shapes: list[tuple[int, ...]]) -> str:
    """Says which dimension keeps these shapes from broadcasting."""
    text = f"{op_name}: shapes {' and '.join(map(str, shapes))} do not broadcast"
    for back in range(1, max(map(len, shapes)) + 1):
        sizes = sorted({s[-back] for s in shapes if len(s) >= back and s[-back] != 1})
        if len(sizes) > 1:
            text += (
                f": at dimension {-back} the sizes {' and '.join(map(str, sizes))} differ "
                f"and neither is 1. Reshape or unsqueeze one of them"
            )
            break
    return text
