"""From a list of samples to a batch: the tensors of all samples stacked, in the samples' own structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from contextlib import suppress
from copy import copy
from operator import attrgetter
from typing import Any

from minitorch.creation import as_tensor, tensor
from minitorch.dtypes import float64
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.ops import stack
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

lay_out: Callable[[tuple[int, ...], Any], Any] | None = (
    None  # a worker process says where large arrays are made
)
array_of, shape_of, dtype_of = attrgetter("array"), attrgetter("shape"), attrgetter("dtype")
REMEDY = "pad or crop them in the dataset, or pass the DataLoader a collate_fn"


def default_collate(batch: Sequence[Any]) -> Any:
    """A batch of samples in their own structure, with a new first dim in every tensor.

    Tensors, arrays and numbers are stacked; strings and bytes come as a list; of dicts, lists, tuples and
    named tuples each entry is treated in the same way (plain tuples give a list).

    Args:
        batch: the samples, all of the same structure.

    Raises:
        ShapeError: if tensors have different shapes, or sequences different lengths; the message tells
            where, and of which samples.
        ArgumentTypeError: for other things.

    >>> import minitorch
    >>> minitorch.utils.data.default_collate([("a", 1), ("b", 2)])
    [('a', 'b'), tensor([1, 2])]
    """
    if not len(batch):
        raise ArgumentError("default_collate: the batch is empty; a sampler gave no indices")
    return collate(batch, "")


def collate(batch: Sequence[Any], place: str) -> Any:
    """As `default_collate`, for what is found at `place` in each sample."""
    first = batch[0]
    if isinstance(first, Value):
        return stacked(batch, place)
    if isinstance(first, (str, bytes)):
        return batch
    if is_array(first):
        if not has_numbers(first):
            raise ArgumentTypeError(
                f"default_collate: cannot make a tensor of an array of {first.dtype}{at(place)}"
            )
        return stacked([as_tensor(x) for x in batch], place)
    if isinstance(first, (bool, int, float, complex)):
        return numbers(batch, place)
    if isinstance(first, Mapping):
        for position, sample in enumerate(batch):
            if not isinstance(sample, Mapping) or any(key not in sample for key in first):
                found = sorted(map(str, sample)) if isinstance(sample, Mapping) else type(sample).__name__
                raise ArgumentError(
                    f"default_collate: sample {position}{at(place)} lacks keys of sample 0: it has {found}, "
                    f"expected {sorted(map(str, first))}"
                )
        return rebuild_mapping(
            first, {key: collate([x[key] for x in batch], f"{place}[{key!r}]") for key in first}
        )
    if isinstance(first, Sequence):
        kind = type(first)
        lengths = [len(x) if type(x) is kind or isinstance(x, Sequence) else -1 for x in batch]
        if len(set(lengths)) > 1:
            raise ShapeError(
                f"default_collate: each element in a batch should be of equal size, but{at(place)} "
                f"{differences('length', lengths)}; {REMEDY}"
            )
        columns = [collate(column, f"{place}[{k}]") for k, column in enumerate(zip(*batch, strict=True))]
        return rebuild_sequence(first, columns)
    raise ArgumentTypeError(
        f"default_collate: a batch must contain tensors, arrays, numbers, strings, dicts or sequences; "
        f"found {type(first).__name__}{at(place)}; pass the DataLoader a collate_fn for it"
    )


def default_convert(data: Any) -> Any:
    """A sample with tensors in place of arrays, and everything else as it is.

    >>> import minitorch
    >>> minitorch.utils.data.default_convert({"x": minitorch.ones(2).numpy(), "name": "a"})
    {'x': tensor([1., 1.]), 'name': 'a'}
    """
    if isinstance(data, (Value, str, bytes)):
        return data
    if is_array(data):
        return as_tensor(data) if has_numbers(data) else data
    if isinstance(data, Mapping):
        return rebuild_mapping(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, range):
        return rebuild_sequence(data, [default_convert(value) for value in data])
    return data


def is_array(x: Any) -> bool:
    """Whether it is an array, or one of an array library's numbers."""
    return hasattr(x, "__array__") and hasattr(x, "dtype")


def has_numbers(array: Any) -> bool:
    """Whether its elements have a dtype of minitorch, or one that tensors of one can be made of."""
    return array.dtype.kind in "biufc" or array.dtype.name == "bfloat16"


def numbers(batch: Sequence[Any], place: str) -> Any:
    """A tensor of Python numbers: float64 if they are floats."""
    others = {kind for kind in set(map(type, batch)) if not issubclass(kind, (bool, int, float, complex))}
    for position, x in enumerate(batch if others else ()):
        if type(x) in others:
            raise ArgumentTypeError(
                f"default_collate: sample {position}{at(place)} is {type(x).__name__}, sample 0 is a number"
            )
    return tensor(list(batch), dtype=float64 if isinstance(batch[0], float) else None)


def stacked(batch: Sequence[Any], place: str) -> Any:
    """The tensors along a new first dim."""
    with suppress(AttributeError):
        arrays = list(map(array_of, batch))
        alike = len(set(map(shape_of, arrays))) == 1 == len(set(map(dtype_of, arrays)))
        if alike and not any(x.requires_grad for x in batch):
            return wrap(joined(arrays))
    for position, x in enumerate(batch):
        if not isinstance(x, Value):
            raise ArgumentTypeError(
                f"default_collate: sample {position}{at(place)} is {type(x).__name__}, sample 0 is a tensor"
            )
    shapes = [tuple(x.array.shape) for x in batch]
    if len(set(shapes)) > 1:
        raise ShapeError(
            f"default_collate: stack expects each tensor to be of equal size, but{at(place)} "
            f"{differences('shape', shapes)}; {REMEDY}"
        )
    return stack(list(batch))


def joined(arrays: list[Any]) -> Any:
    """Arrays of one shape and dtype along a new first dim."""
    backend, shape = backend_of(arrays[0]), arrays[0].shape
    if not shape:
        return backend.stack(arrays)
    whole = (len(arrays), *shape)
    result = lay_out(whole, arrays[0].dtype) if lay_out else None
    if result is None:
        return backend.concatenate(arrays).reshape(whole)
    backend.concatenate(arrays, 0, result.reshape((-1, *shape[1:])))
    return result


def at(place: str) -> str:
    """Names a place in the samples, for messages."""
    return f" at {place} of the sample" if place else ""


def differences(what: str, values: Sequence[Any]) -> str:
    """Says which samples of a batch differ from the first one."""
    odd = [k for k, value in enumerate(values) if value != values[0]]
    shown = ", ".join(f"sample {k} {values[k]}" for k in odd[:3])
    more = f" and {len(odd) - 3} more samples differ" if len(odd) > 3 else ""
    return f"sample 0 has {what} {values[0]}, {shown}{more}"


def rebuild_mapping(like: Any, items: dict[Any, Any]) -> Any:
    """`items` in a mapping of the class of `like`, or in a dict if that cannot be made."""
    return attempt(lambda: refilled_mapping(like, items), items)


def refilled_mapping(like: Any, items: dict[Any, Any]) -> Any:
    """A mapping of the same class, with the same settings (such as a default factory)."""
    if isinstance(like, MutableMapping):
        result = copy(like)
        result.update(items)
        return result
    return type(like)(items)


def rebuild_sequence(like: Any, items: list[Any]) -> Any:
    """`items` in a sequence of the class of `like`; plain tuples give a list, as in PyTorch."""
    if isinstance(like, tuple):
        return type(like)(*items) if hasattr(like, "_fields") else items
    return attempt(lambda: refilled_sequence(like, items), items)


def refilled_sequence(like: Any, items: list[Any]) -> Any:
    """A sequence of the same class, with the same settings."""
    if isinstance(like, MutableSequence):
        result = copy(like)
        for k, item in enumerate(items):
            result[k] = item
        return result
    return type(like)(items)


def attempt(make: Callable[[], Any], otherwise: Any) -> Any:
    """What `make` gives, or `otherwise` where a class cannot be made from its items."""
    try:
        return make()
    except TypeError:
        return otherwise
