"""`autograd.Function` inside of vmap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch.errors import VmapError
from minitorch.func.batch import Level
from minitorch.func.batch_ops import Batch, Unbatch
from minitorch.func.batch_rules import levels_of, outermost
from minitorch.func.tree import broadcast_prefix, leaves, unflatten
from minitorch.modes import Setting
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.autograd.function import Function


class VmapInfo(NamedTuple):
    """What a Function's `vmap` is told.

    Attributes:
        batch_size: the number of slices.
        randomness: as in `vmap`.
    """

    batch_size: int
    randomness: str


def batch_level(args: tuple[Any, ...]) -> Level | None:
    """The innermost vmap whose slices are among the arguments."""
    return outermost(*args)


def apply_in_vmap(function: type[Function], level: Level, args: tuple[Any, ...]) -> Any:
    """Applies a Function that has a rule of its own to all slices.

    Raises:
        VmapError: if it has none.
    """
    if not function.has_vmap_rule():
        raise VmapError(
            f"{function.__name__}: a Function works inside of vmap if it has generate_vmap_rule = True, or a static "
            f"method vmap(info, in_dims, *args); this one has neither"
        )
    flat = leaves(args)
    batched = [isinstance(x, Value) and level in levels_of(x) for x in flat]
    whole = [Unbatch.apply(x, dim=0, level=level) if b else x for x, b in zip(flat, batched, strict=True)]
    in_dims = unflatten(args, [0 if b else None for b in batched])
    with Setting(level=level.outer):
        result, out_dims = function.vmap(
            VmapInfo(level.size, level.randomness), in_dims, *unflatten(args, whole)
        )
    outputs = leaves(result)
    dims = broadcast_prefix(f"{function.__name__}: out_dims", out_dims, result)
    return unflatten(
        result,
        [
            y if d is None else Batch.apply(y, dim=d % y.ndim, level=level)
            for y, d in zip(outputs, dims, strict=True)
        ],
    )
