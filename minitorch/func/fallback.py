"""Ops without a rule for batches: applied to one slice after the other, and differentiable as ever."""

from __future__ import annotations

from typing import Any

from minitorch.errors import VmapError
from minitorch.func.batch import Level
from minitorch.func.batch_ops import gather, take
from minitorch.func.batch_rules import empty_batch, has, outermost
from minitorch.op import Op


def level_in(inputs: Any, settings: dict[str, Any]) -> Level:
    """The vmap whose slices are to be taken."""
    level = outermost(*inputs, *settings.values())
    assert level is not None
    return level


def apply_by_slices(op: type[Op], inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Applies an op to the slices of its inputs, each on its own.

    Raises:
        VmapError: for an op that changes what is the same for all slices.
    """
    if op.in_place and not has(inputs[0].array, level_in(inputs, settings)):
        raise VmapError(
            f"{op.op_name}: inside of vmap a tensor that is the same for all slices cannot be changed in place by "
            f"values that differ from slice to slice; use a clone() of it, or the out-of-place operation"
        )
    return over_slices(op.apply, inputs, settings)


def apply_raw_by_slices(op: type[Op], inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The same for bare arrays."""
    return over_slices(lambda *xs, **kw: op._apply_raw(xs, kw), inputs, settings)


def over_slices(function: Any, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Calls a function for each slice, and puts the results together."""
    level = level_in(inputs, settings)
    if not level.size:
        return empty_batch(function, level, inputs, settings)
    return gather(
        [function(*take(tuple(inputs), level, i), **take(settings, level, i)) for i in range(level.size)],
        level,
    )
