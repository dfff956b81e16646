"""`vmap`: a function of one example, applied to a whole batch at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from minitorch.errors import ArgumentError, NoRuleError, ShapeError
from minitorch.func import batch_backend as batch_backend
from minitorch.func.batch import Level
from minitorch.func.batch_loop import loop
from minitorch.func.batch_ops import Batch, Unbatch
from minitorch.func.tree import broadcast_prefix, is_tensor, leaves, unflatten
from minitorch.modes import Setting, current
from minitorch.ops import cat
from minitorch.ops.common import wrap_dim
from minitorch.value import Value


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that applies `func` to every slice of its arguments, and stacks the results.

    The slices are not taken one by one: inside, a tensor looks like one slice, but holds all of them, and each
    operation computes them together. What has no rule for that is computed slice by slice, and is as right.

    Args:
        func: a function of tensors; its arguments and results may be tuples, lists and dicts of them.
        in_dims: along which dim the slices of each argument lie, None for an argument that is the same for all; a
            number for all, or a tuple with one entry for each argument, which may mirror its structure.
        out_dims: where the dim of the slices stands in each result.
        randomness: what random operations do: "error", or numbers that are "different" or the "same" for all
            slices.
        chunk_size: how many slices to compute together; None for all.

    Raises:
        VmapError: where the program would have to go different ways for different slices (`if x > 0`,
            `x.item()`), where results would differ in shape, or a captured tensor is changed in place.

    >>> import minitorch
    >>> x, y = minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]), minitorch.ones(2, 2)
    >>> minitorch.vmap(minitorch.dot)(x, y)
    tensor([3., 7.])
    """
    if randomness not in ("error", "different", "same"):
        raise ArgumentError(f"vmap: randomness must be 'error', 'different' or 'same', got {randomness!r}")
    if chunk_size is not None and not chunk_size > 0:
        raise ArgumentError(f"vmap: chunk_size must be None or a positive number, got {chunk_size!r}")

    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        dims = in_dims_of(in_dims, args)
        flat = leaves(args)
        batched = [(x, d) for x, d in zip(flat, dims, strict=True) if d is not None]
        keywords = [x for x in leaves(kwargs) if isinstance(x, Value)]
        size = size_of(batched, keywords)
        dims = checked_dims(flat, dims)
        if chunk_size is None or chunk_size >= size:
            return run(func, args, flat, dims, kwargs, size, out_dims, randomness)
        parts = []
        for start in range(0, size, chunk_size):
            length = min(chunk_size, size - start)
            some = [x if d is None else x.narrow(d, start, length) for x, d in zip(flat, dims, strict=True)]
            words = unflatten(
                kwargs,
                [x.narrow(0, start, length) if is_tensor(x) else x for x in leaves(kwargs)],
            )
            parts.append(run(func, unflatten(args, some), some, dims, words, length, out_dims, randomness))
        return joined(parts, out_dims)

    if not hasattr(func, "__name__"):
        wrapped.__name__ = type(func).__name__
    return wrapped


def in_dims_of(in_dims: Any, args: tuple[Any, ...]) -> list[Any]:
    """For each leaf of the arguments the dim of its slices, or None."""
    if not isinstance(in_dims, (int, tuple, list)):
        raise ArgumentError(
            f"vmap: in_dims must be a number or a tuple with one entry for each argument, got {in_dims!r}"
        )
    if not args and in_dims not in (0, ()):
        raise ArgumentError("vmap: in_dims is given, but the function is called without positional arguments")
    if isinstance(in_dims, int):
        for x in leaves(args):
            if not is_tensor(x):
                raise ArgumentError(
                    f"vmap: in_dims={in_dims} says that every argument has slices, but one is a {type(x).__name__}; "
                    f"use None in in_dims for arguments that are the same for all"
                )
        return [in_dims for _ in leaves(args)]
    if len(in_dims) != len(args):
        raise ArgumentError(f"vmap: in_dims {in_dims!r} has {len(in_dims)} entries for {len(args)} arguments")
    return broadcast_prefix("vmap: in_dims", tuple(in_dims), tuple(args))


def size_of(batched: list[tuple[Any, Any]], keywords: list[Any]) -> int:
    """How many slices there are.

    Raises:
        ArgumentError: if there are none, or arguments disagree.
    """
    sizes = []
    for x, d in batched:
        if isinstance(d, bool) or not isinstance(d, int):
            raise ArgumentError(f"vmap: in_dims must contain numbers and None, got {d!r}")
        if not isinstance(x, Value):
            raise ArgumentError(
                f"vmap: in_dims has {d} for an argument that is a {type(x).__name__}, not a Tensor; use None there"
            )
        sizes.append(int(x.array.shape[checked_dim(x, d)]))
    sizes += [x.array.shape[checked_dim(x, 0)] for x in keywords]
    if not sizes:
        raise ArgumentError("vmap: at least one argument must have slices; in_dims is None for all of them")
    if len(set(sizes)) > 1:
        raise ShapeError(f"vmap: arguments have different numbers of slices: {', '.join(map(str, sizes))}")
    return sizes[0]


def checked_dim(x: Any, d: int) -> int:
    """A dim counted from the front."""
    if not x.array.ndim:
        raise ShapeError("vmap: a 0-d tensor has no slices; use None in in_dims for it")
    return wrap_dim("vmap", d, x.array.ndim)


def checked_dims(flat: list[Any], dims: list[Any]) -> list[Any]:
    """Dims counted from the front."""
    return [None if d is None else checked_dim(x, d) for x, d in zip(flat, dims, strict=True)]


def run(
    func: Callable[..., Any],
    args: tuple[Any, ...],
    flat: list[Any],
    dims: list[Any],
    kwargs: dict[str, Any],
    size: int,
    out_dims: Any,
    randomness: str,
) -> Any:
    """Applies the function to all slices together."""
    level = Level(size, randomness, current().level)
    inside = [x if d is None else Batch.apply(x, dim=d, level=level) for x, d in zip(flat, dims, strict=True)]
    words = [Batch.apply(x, dim=0, level=level) if isinstance(x, Value) else x for x in leaves(kwargs)]
    versions = [x._version for x in (*flat, *leaves(kwargs)) if is_tensor(x)]
    try:
        with Setting(level=level):
            result = func(*unflatten(args, inside), **unflatten(kwargs, words))
    except NoRuleError:
        if versions != [x._version for x in (*flat, *leaves(kwargs)) if is_tensor(x)]:
            raise  # changed in place already: not to be done again
        result = loop(func, args, flat, dims, kwargs, level)
    return taken_out(result, out_dims, level, getattr(func, "__name__", "the function"))


def taken_out(result: Any, out_dims: Any, level: Level, name: str) -> Any:
    """The results with their slices along a dim again."""
    prefix = tuple(out_dims) if isinstance(out_dims, list) and isinstance(result, tuple) else out_dims
    outputs = []
    for y, d in zip(leaves(result), broadcast_prefix("vmap: out_dims", prefix, result), strict=True):
        if not isinstance(y, Value):
            raise ArgumentError(f"vmap: {name} must return tensors, it returned a {type(y).__name__}")
        if d is None:
            outputs.append(not_batched(y, level))
            continue
        if isinstance(d, bool) or not isinstance(d, int):
            raise ArgumentError(f"vmap: out_dims must contain numbers, got {d!r}")
        outputs.append(Unbatch.apply(y, dim=wrap_dim("vmap", d, y.array.ndim + 1), level=level))
    return unflatten(result, outputs)


def not_batched(y: Any, level: Level) -> Any:
    """A result that is the same for all slices."""
    from minitorch.func.batch_rules import levels_of

    if level in levels_of(y):
        raise ArgumentError("vmap: out_dims has None for a result that differs from slice to slice")
    return y


def joined(parts: list[Any], out_dims: Any) -> Any:
    """The results of several chunks as one."""
    first = parts[0]
    prefix = tuple(out_dims) if isinstance(out_dims, list) and isinstance(first, tuple) else out_dims
    dims = broadcast_prefix("vmap: out_dims", prefix, first)
    columns = zip(*(leaves(part) for part in parts), strict=True)
    return unflatten(
        first, [ys[0] if d is None else cat(list(ys), d) for ys, d in zip(columns, dims, strict=True)]
    )
