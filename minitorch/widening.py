"""Ops on bfloat16 where the array library has no arithmetic for it: computed in float32, rounded once at the end.

The casts are ops themselves, so gradients of every order come back through them, and a formula that takes
several steps loses nothing in between.
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


def widens(op: type[Op], inputs: Sequence[Any]) -> bool:
    """Whether the op computes, and one of its inputs is bfloat16, for which its backend has no arithmetic.

    Args:
        op: its class.
        inputs: Variables or bare arrays, and whatever else goes in.
    """
    narrow = dtypes.numpy_bfloat16
    if narrow is None or op.moves or op.view or op.in_place:
        return False
    for x in inputs:
        array = x.array if isinstance(x, Value) else x
        if getattr(array, "dtype", None) is narrow:
            return not backend_of(array).computes_bfloat16
    return False


def lacks_bfloat16(inputs: Sequence[Any]) -> bool:
    """Whether a backend that computes in bfloat16 was given such arrays: one function of its library may not."""
    arrays = [x.array if isinstance(x, Value) else x for x in inputs]
    return any(getattr(x, "dtype", None) is dtypes.numpy_bfloat16 for x in arrays)


def through_float32(op: type[Op], inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """Applies an op to bfloat16 inputs."""
    narrow = dtypes.numpy_bfloat16
    wide = [
        x.to(dtypes.float32) if isinstance(x, Value) and x.array.dtype is narrow else x  # type: ignore[attr-defined]
        for x in inputs
    ]
    with Setting(autocast=None):  # which has cast the inputs already
        y = op.apply(*wide, **settings)
    if isinstance(y, tuple):
        return tuple([x.to(dtypes.bfloat16) if x.dtype is dtypes.float32 else x for x in y])
    return y.to(dtypes.bfloat16) if y.dtype is dtypes.float32 else y


def raw_through_float32(op: type[Op], inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """The same on bare arrays, in the formulas of an ordinary walk."""
    narrow = dtypes.numpy_bfloat16
    y = op._apply_raw(
        tuple([x.astype("float32") if getattr(x, "dtype", None) is narrow else x for x in inputs]), settings
    )
    if isinstance(y, tuple):
        return tuple([x.astype(narrow) if getattr(x, "dtype", None) == "float32" else x for x in y])
    return y.astype(narrow) if y.dtype == "float32" else y
