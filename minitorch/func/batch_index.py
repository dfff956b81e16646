"""x[index] and x[index] = v for batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import NoRuleError, VmapError
from minitorch.func.batch import BatchedArray, Level
from minitorch.func.batch_rules import batch_of, has, outermost, slice_of
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.backend import Array


def is_tensor(item: Any) -> bool:
    """Whether a part of an index is an array."""
    return hasattr(item, "dtype")


def spread(index: Any, ndim: int) -> list[Any]:
    """The parts of an index, with an ellipsis written out as slices."""
    items = list(index) if isinstance(index, tuple) else [index]
    at = next((i for i, item in enumerate(items) if item is Ellipsis), None)
    if at is not None:
        used = sum(
            item.ndim if is_tensor(item) and item.dtype.kind == "b" else item is not None
            for item in items
            if item is not Ellipsis
        )
        items[at : at + 1] = [slice(None)] * (ndim - used)
    return items


def layout(items: list[Any]) -> int | None:
    """How many dims stand before those that index arrays make; None if these arrays are apart, and come first."""
    if not any(map(is_tensor, items)):
        return None
    places = [i for i, item in enumerate(items) if is_tensor(item) or isinstance(item, int)]
    if places[-1] - places[0] + 1 != len(places):
        return None
    return places[0]


def get(x: BatchedArray, index: Any) -> Array:
    """x[index] for each slice."""
    level = outermost(x, index)
    assert level is not None
    items = spread(index, x.ndim)
    if not any(map(is_tensor, items)):
        return BatchedArray(x.inner[(slice(None), *items)], level)
    return pick(x, items, level)


def pick(x: Array, items: list[Any], level: Level) -> Array:
    """x[items] with index arrays; the batch, the index or both belong to the outermost vmap."""
    batched = [item for item in items if has(item, level)]
    if any(item.dtype.kind == "b" for item in batched):
        raise NoRuleError(
            "vmap: a mask that differs from slice to slice would select another number of elements from each; "
            "use minitorch.where(mask, x, y)"
        )
    before = layout(items)
    count = max(
        (item.ndim if item.dtype.kind != "b" else 1) for item in items if is_tensor(item)
    )  # dims that the index arrays make
    inside = [batch_of(item, level, count) for item in items]
    if not batched:
        y = x.inner[(slice(None), *inside)]
        return BatchedArray(y if before is not None else to_front(y, count), level)
    if not has(x, level):
        y = x[tuple(inside)]  # (before…, batch, made…, after…)
        return BatchedArray(to_front(y, before or 0), level)
    backend = backend_of(batched[0].inner)
    slices = backend.arange(level.size).reshape((level.size, *(1,) * count))
    y = x.inner[(slices, *inside)]  # (batch, made…, rest…)
    if before:
        order = [
            0,
            *range(count + 1, count + 1 + before),
            *range(1, count + 1),
            *range(count + 1 + before, y.ndim),
        ]
        y = y.transpose(order)
    return BatchedArray(y, level)


def put_at_once(x: BatchedArray, items: list[Any], value: Any, level: Level) -> None:
    """x[items] = value, where index arrays come first."""
    count = max(item.ndim for item in items if is_tensor(item))
    inside = [batch_of(item, level, count) for item in items]
    backend = backend_of(next((b for b in inside if is_tensor(b) and b.__class__ is BatchedArray), x.inner))
    slices = backend.arange(level.size).reshape((level.size, *(1,) * count))
    rest = x.ndim - sum(is_tensor(item) or isinstance(item, int) for item in items)
    rest += sum(item is None for item in items)
    x.inner[(slices, *inside)] = batch_of(value, level, count + rest)


def to_front(y: Array, dim: int) -> Array:
    """One dim moved to the front."""
    return y.transpose((dim, *(i for i in range(y.ndim) if i != dim))) if dim else y


def put(x: BatchedArray, index: Any, value: Any) -> None:
    """x[index] = value for each slice.

    Raises:
        VmapError: if the index or the value differs from slice to slice, and `x` does not.
    """
    level = outermost(x, index, value)
    assert level is not None
    if not has(x, level):
        raise NoRuleError(
            "vmap: values that differ from slice to slice cannot be stored in one and the same tensor"
        )
    items = spread(index, x.ndim)
    if not any(map(is_tensor, items)):
        region = BatchedArray(x.inner[(slice(None), *items)], level)
        backend_of(region).copyto(region, value)
        return
    if level.size > 1 and x.inner.strides[0] == 0:
        raise VmapError("vmap: the slices of this tensor share their memory (it was expanded); clone() it")
    whole = tuple(items)
    if layout(items) == 0 and not any(is_tensor(item) and item.dtype.kind == "b" for item in items):
        put_at_once(x, items, value, level)
        return
    for i in range(level.size):
        x.inner[i, ...][slice_of(whole, level, i)] = slice_of(value, level, i)
