"""Batches: which part goes into the model, which part is compared with its output, and how many samples there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minitorch.errors import ArgumentTypeError
from minitorch.ops import cat
from minitorch.value import Value

TARGETS = ("target", "targets", "label", "labels", "y")


def split(batch: Any, need_targets: bool = True) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
    """Positional and keyword arguments for the model, and the targets.

    - (x, y), or (x1, x2, y): the last one is the targets, the others are the model's arguments;
    - a dict: the one of `TARGETS` that is there is the targets, the others are keyword arguments.

    Without `need_targets`, a tensor or [x] alone will do, and the targets may be None.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if isinstance(batch, dict):
        keys = [key for key in TARGETS if key in batch]
        if len(keys) == 1 or (not keys and not need_targets):
            inputs = {key: value for key, value in batch.items() if key not in keys}
            return (), inputs, batch[keys[0]] if keys else None
        raise ArgumentTypeError(
            f"Trainer: a batch has the keys {sorted(map(str, batch))}, expected exactly one of {', '.join(TARGETS)} "
            "among them; rename it in the dataset, or pass step= to take batches apart yourself"
        )
    if isinstance(batch, (tuple, list)) and len(batch) >= 2:
        return tuple(batch[:-1]), {}, batch[-1]
    if not need_targets:
        return (tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)), {}, None
    raise ArgumentTypeError(
        f"Trainer: a batch is {described(batch)}, expected (inputs, targets) or a dict; pass step= to use others"
    )


def described(value: Any) -> str:
    """A value in a few words: the shape of a tensor, the length of a tuple, the type of anything else.

    >>> import minitorch
    >>> from minitorch.train.batches import described
    >>> described(minitorch.ones(4, 2)), described((1, 2)), described(None)
    ('a tensor of shape (4, 2)', 'a tuple of 2', 'None')
    """
    if isinstance(value, Value):
        return f"a tensor of shape {tuple(value.array.shape)}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "None" if value is None else f"an object of type {type(value).__name__}"


def tensors_in(value: Any) -> Iterator[Any]:
    """The tensors in nested tuples, lists and dicts."""
    if isinstance(value, Value):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(part)


def size_of(batch: Any) -> int:
    """The number of samples: the size of the first dim of the first tensor that has one; 1 if there is none."""
    return next((int(x.shape[0]) for x in tensors_in(batch) if x.ndim), 1)


def joined(outputs: list[Any]) -> Any:
    """The outputs of several batches as those of one: tensors end to end, inside tuples, lists and dicts too."""
    first: Any = outputs[0]
    if isinstance(first, Value):
        return cat([x if x.ndim else x.reshape(1) for x in outputs])
    if isinstance(first, dict):
        return {key: joined([output[key] for output in outputs]) for key in first}
    if isinstance(first, (tuple, list)):
        return tuple(joined(list(parts)) for parts in zip(*outputs, strict=True))
    return outputs


def plain(value: Any) -> Any:
    """A metric's value as numbers, lists and dicts."""
    if isinstance(value, Value):
        return value.tolist()  # type: ignore[attr-defined]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (tuple, list)) else value
