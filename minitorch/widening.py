"""Half precision where the array library has no arithmetic for it: computed in float32, rounded once at the end.

That is all of bfloat16 on a CPU, and float16 in ops that add up many numbers. The casts are ops themselves, so
gradients of every order come back through them, and a formula that takes several steps loses nothing in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.modes import Setting
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.op import Op


def narrow(x: Any) -> bool:
    """Whether a Variable or a bare array is of half precision."""
    dtype = getattr(x.array if isinstance(x, Value) else x, "dtype", None)
    return dtype is not None and (dtype is dtypes.numpy_bfloat16 or dtype == "float16")


def widens(op: type[Op], inputs: Sequence[Any]) -> bool:
    """Whether the op computes, and one of its inputs is of half precision, for which its backend has no arithmetic.

    Args:
        op: its class.
        inputs: Variables or bare arrays, and whatever else goes in.
    """
    if op.moves or op.view or op.in_place:
        return False
    for x in inputs:
        array = x.array if isinstance(x, Value) else x
        dtype = getattr(array, "dtype", None)
        if dtype is not None and (dtype is dtypes.numpy_bfloat16 or (op.in_single and dtype == "float16")):
            return not backend_of(array).computes_bfloat16
    return False


def refused(op: type[Op], error: Exception, inputs: Sequence[Any]) -> bool:
    """Whether an error says that a function of the array library, which computes in bfloat16, lacks it all the same.

    What CUDA itself reports is never that, nor is a lack of memory: those errors have classes of their own.
    """
    if dtypes.numpy_bfloat16 is None or op.moves or op.view or op.in_place:
        return False
    arrays = [x.array if isinstance(x, Value) else x for x in inputs]
    low = [x for x in arrays if getattr(x, "dtype", None) is dtypes.numpy_bfloat16]
    return bool(low) and error.__class__ in backend_of(low[0]).refusals


def through_float32(op: type[Op], inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """Applies an op to half-precision inputs; results are rounded to the dtype of the first of them."""
    half = next(x.dtype for x in inputs if isinstance(x, Value) and narrow(x))  # type: ignore[attr-defined]
    wide = [x.to(dtypes.float32) if isinstance(x, Value) and narrow(x) else x for x in inputs]  # type: ignore[attr-defined]
    with Setting(autocast=None):  # which has cast the inputs already
        y = op.apply(*wide, **settings)
    if isinstance(y, tuple):
        return tuple([x.to(half) if x.dtype is dtypes.float32 else x for x in y])
    return y.to(half) if y.dtype is dtypes.float32 else y


def raw_through_float32(op: type[Op], inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """The same on bare arrays, in the formulas of an ordinary walk."""
    half = next(x.dtype for x in inputs if narrow(x))
    y = op._apply_raw(tuple([x.astype("float32") if narrow(x) else x for x in inputs]), settings)
    if isinstance(y, tuple):
        return tuple([x.astype(half) if getattr(x, "dtype", None) == "float32" else x for x in y])
    return y.astype(half) if y.dtype == "float32" else y
