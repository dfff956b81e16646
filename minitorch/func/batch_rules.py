"""How functions of arrays apply to batches of them: the few rules, and the loop for everything else.

A rule gets `BatchedArray`s and ordinary arrays mixed.  It takes the outermost vmap off its arguments, computes
with the batches inside (where a further vmap may wait), and wraps the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.errors import NoRuleError, VmapError
from minitorch.func.batch import BatchedArray, Level
from minitorch.registry import backend_of, current_backend
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.backend import Array


def levels_of(x: Any) -> tuple[Level, ...]:
    """The vmaps whose slices an array (or a Variable's array) holds, the outermost first."""
    array = x.array if isinstance(x, Value) else x
    return array.shape.levels if array.__class__ is BatchedArray else ()


def is_sequence(x: Any) -> bool:
    """Whether arrays may stand inside of this tuple, named tuple or list."""
    return x.__class__ in (tuple, list) or hasattr(x, "_fields")


def rebuilt(like: Any, parts: list[Any]) -> Any:
    """A tuple, named tuple or list of the same kind."""
    return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)


def outermost(*values: Any) -> Level | None:
    """The innermost running vmap, whose wrapping is outermost, among arrays; also inside of tuples."""
    found: Level | None = None
    level: Level | None
    for x in values:
        if x.__class__ is BatchedArray:
            level = x.level
        elif is_sequence(x):
            level = outermost(*x)
        elif isinstance(x, Value):
            level = outermost(x.array)
        else:
            continue
        if level is not None and (found is None or level.serial > found.serial):
            found = level
    return found


def has(x: Any, level: Level) -> bool:
    """Whether the outermost wrapping of an array is of this vmap."""
    return x.__class__ is BatchedArray and x.level is level


def batch_of(x: Any, level: Level, ndim: int) -> Any:
    """The inside of an array, with its slices' dims brought to `ndim`, to broadcast; other values as they are."""
    if not has(x, level):
        return x
    inner = x.inner
    missing = ndim - inner.ndim + 1
    return inner.reshape((inner.shape[0], *(1,) * missing, *inner.shape[1:])) if missing > 0 else inner


def whole_batch(x: Any, level: Level) -> Array:
    """The inside of an array; what is the same for all slices is repeated, without copying."""
    if has(x, level):
        return x.inner
    return backend_of(x).broadcast_to(x, (level.size, *x.shape))


def elementwise(function: Callable[..., Array], *args: Any) -> Array:
    """A function of arrays that broadcast."""
    level = outermost(*args)
    if level is None:
        return function(*args)
    ndim = max(x.ndim for x in args if hasattr(x, "ndim"))
    return BatchedArray(function(*[batch_of(x, level, ndim) for x in args]), level)


def backend_below(*values: Any) -> Any:
    """The backend that serves the arrays among values, else the one in use."""
    found = first_array(values)
    return current_backend() if found is None else backend_of(found)


def first_array(values: Any) -> Any:
    """The array that decides which backend computes: a batch, if there is one, else the first; also in tuples."""
    found = None
    for x in values:
        if is_sequence(x):
            x = first_array(x)
        if x.__class__ is BatchedArray:
            return x
        if found is None and hasattr(x, "dtype") and hasattr(x, "strides"):
            found = x
    return found


# Slice after slice ---------------------------------------------------------------------------------------


def slice_of(x: Any, level: Level, i: int) -> Any:
    """The i-th slice of an array, or of those inside of tuples, dicts and Variables; other values as they are."""
    if x.__class__ is BatchedArray:
        if x.level is level:
            return x.inner[i, ...]
        if level in x.shape.levels:
            return BatchedArray(split(x.inner, level)[i, ...], x.level)
        return x
    if is_sequence(x):
        return rebuilt(x, [slice_of(v, level, i) for v in x])
    if x.__class__ is dict:
        return {key: slice_of(v, level, i) for key, v in x.items()}
    return x


def split(x: BatchedArray, level: Level) -> Array:
    """The batch of a vmap, wherever it is wrapped: an array whose first dim is that of its slices."""
    if x.level is level:
        return x.inner
    batch = split(x.inner, level)  # (n of level, n of x.level, …)
    return BatchedArray(batch.swapaxes(0, 1), x.level)


def join(x: Array, level: Level) -> BatchedArray:
    """The reverse of `split`: an array whose first dim holds the slices of `level`, wrapped in the right order."""
    if x.__class__ is BatchedArray and x.level.serial > level.serial:
        return BatchedArray(join(x.inner.swapaxes(0, 1), level), x.level)
    return BatchedArray(x, level)


def collect(results: list[Any], level: Level) -> Any:
    """The results for all slices as a batch; also of tuples. What is no array must be the same for all.

    Raises:
        VmapError: if shapes differ from slice to slice.
    """
    first = results[0]
    if isinstance(first, (tuple, list)):
        parts = [collect(list(part), level) for part in zip(*results, strict=True)]
        return parts if isinstance(first, list) else tuple(parts)
    if not hasattr(first, "dtype"):
        if any(r != first for r in results):
            raise VmapError("vmap: a number would differ from slice to slice")
        return first
    arrays = [backend_of(r).asarray(r) for r in results]
    require_one_shape([tuple(a.shape) for a in arrays])
    lead = next((a for a in arrays if a.__class__ is BatchedArray), arrays[0])
    return BatchedArray(backend_of(lead).stack(arrays, 0), level)


def require_one_shape(shapes: list[tuple[int, ...]]) -> None:
    """Raises a NoRuleError if results for slices differ in shape."""
    if len(set(shapes)) > 1:
        raise NoRuleError(
            f"vmap: the result would have another shape for each slice: {', '.join(map(str, sorted(set(shapes))))}; "
            f"compute with minitorch.where instead of masks and nonzero()"
        )


def by_slices(function: Callable[..., Any], *args: Any, **settings: Any) -> Any:
    """Any function of arrays: computed for one slice after the other."""
    level = outermost(*args, *settings.values())
    if level is None:
        return function(*args, **settings)
    if not level.size:
        return empty_batch(function, level, args, settings)
    return collect(
        [function(*slice_of(args, level, i), **slice_of(settings, level, i)) for i in range(level.size)],
        level,
    )


def empty_batch(function: Callable[..., Any], level: Level, args: Any, settings: Any) -> Any:
    """The result for no slices at all, whose shape one slice of zeros tells."""

    def zeros(x: Any) -> Any:
        if x.__class__ in (tuple, list):
            return type(x)(map(zeros, x))
        if has(x, level):
            return backend_of(x.inner).zeros(x.inner.shape[1:], x.dtype)
        return x

    def none_of(y: Any) -> Any:
        if y.__class__ in (tuple, list):
            return type(y)(map(none_of, y))
        return BatchedArray(backend_of(y).zeros((0, *y.shape), y.dtype), level) if hasattr(y, "dtype") else y

    return none_of(function(*zeros(tuple(args)), **{key: zeros(x) for key, x in settings.items()}))
