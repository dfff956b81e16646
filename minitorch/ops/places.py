"""Elements by masks and by places in the flattened tensor, and the places of what is not zero."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.ops.common import array_of, ensure_size, looks_at
from minitorch.ops.index import PutItem, as_index, check_range, getitem, setitem
from minitorch.ops.join import cat, stack
from minitorch.ops.memory import clone
from minitorch.ops.out import with_out
from minitorch.ops.scatter import scatter
from minitorch.ops.shape import broadcast_shapes, expand
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def as_mask(op_name: str, mask: Any) -> None:
    """Refuses what is not a tensor of booleans."""
    if array_of(mask).dtype.kind != "b":
        raise DtypeError(
            f"{op_name}: the mask must be bool, got {array_of(mask).dtype}; use a comparison, or .bool()"
        )


@with_out
def masked_select(input: Any, mask: Any) -> Variable:
    """The elements where `mask` holds, as a vector; input and mask broadcast.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, -2.0, 3.0])
    >>> minitorch.masked_select(x, x > 0)
    tensor([1., 3.])
    """
    as_mask("masked_select", mask)
    shape = broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    return getitem(expand(input, shape), expand(mask, shape))


def masked_scatter(input: Any, mask: Any, source: Any) -> Variable:
    """A copy of `input` with the first elements of `source`, in order, where `mask` holds.

    >>> import minitorch
    >>> mask = minitorch.tensor([True, False, True])
    >>> minitorch.masked_scatter(minitorch.zeros(3), mask, minitorch.tensor([1.0, 2.0, 3.0]))
    tensor([1., 0., 2.])
    """
    as_mask("masked_scatter", mask)
    if source.array.dtype != input.array.dtype:
        raise DtypeError(
            f"masked_scatter: the source is {source.dtype} and the input {input.dtype}; convert one of them"
        )
    shape = broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    y, where_true = clone(expand(input, shape)), expand(mask, shape)
    count = int(where_true.array.sum())
    if count > source.numel():
        raise ShapeError(
            f"masked_scatter: the mask holds at {count} places, but the source of shape "
            f"{tuple(source.shape)} has only "
            f"{source.numel()} elements"
        )
    setitem(y, where_true, getitem(source.reshape(-1), slice(count)))
    return y


@with_out
def take(input: Any, index: Any) -> Variable:
    """The elements at `index` of the flattened tensor; negative ones count from the end.

    >>> import minitorch
    >>> minitorch.take(minitorch.tensor([[1, 2], [3, 4]]), minitorch.tensor([3, 0]))
    tensor([4, 1])
    """
    array = as_index("take", index)
    check_range("take", array, input.numel(), 0, (input.numel(),))
    return getitem(input.reshape(-1), index)


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Variable:
    """A copy of `input` with `source` at `index` of the flattened tensor, or added there with `accumulate`.

    >>> import minitorch
    >>> minitorch.put(minitorch.zeros(3), minitorch.tensor([2]), minitorch.tensor([7.0]))
    tensor([0., 0., 7.])
    """
    array = as_index("put", index)
    check_range("put", array, input.numel(), 0, (input.numel(),))
    if source.array.dtype != input.array.dtype:
        raise DtypeError(
            f"put: the source is {source.dtype} and the input {input.dtype}; convert one of them"
        )
    if array.size != source.numel():
        raise ShapeError(
            f"put: {array.size} indices for {source.numel()} elements of the source; give one for each"
        )
    key, flat, v = array.reshape(-1), input.reshape(-1), source.reshape(-1)
    if accumulate:
        y = flat + PutItem.apply(v, index=(key,), shape=tuple(flat.shape), unique=False)
    else:
        y = clone(flat)
        setitem(y, key, v)
    return y.reshape(input.shape)


@with_out
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The indices of all elements that are not zero: one row for each, or one vector per dim with `as_tuple`.

    >>> import minitorch
    >>> minitorch.nonzero(minitorch.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    backend, x = backend_of(input.array), input.array
    places = tuple(wrap(backend.copy(p)) for p in backend.nonzero(x.reshape(-1) if not x.ndim else x))
    if as_tuple:
        return places
    return stack(places, 1) if x.ndim else wrap(backend.zeros((places[0].numel(), 0), dtypes.int64.dtype))


def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Variable:
    """As `nonzero`, with exactly `size` rows: the first ones, or filled up.

    >>> import minitorch
    >>> minitorch.nonzero_static(minitorch.tensor([0, 5, 6]), size=3)
    tensor([[ 1],
            [ 2],
            [-1]])
    """
    if size < 0:
        raise ArgumentError(f"nonzero_static: size must not be negative, got {size}")
    places = nonzero(input)[:size]
    rest = places.new_full((size - places.shape[0], places.shape[1]), fill_value)
    return cat([places, rest])


def unravel_index(indices: Any, shape: Any) -> tuple[Variable, ...]:
    """For places in a flattened tensor the index along each dim of `shape`.

    >>> import minitorch
    >>> minitorch.unravel_index(minitorch.tensor([5, 3]), (2, 3))
    (tensor([1, 1]), tensor([2, 0]))
    """
    size = ensure_size((shape,))
    array = as_index(
        "unravel_index", indices.long() if indices.dtype is dtypes.uint8 else indices, empty_ok=True
    )
    if any(n < 0 for n in size):
        raise ShapeError(f"unravel_index: sizes must not be negative, got {size}")
    check_range("unravel_index", array, math.prod(size), 0, size)
    result: list[Variable] = []
    for n in reversed(size):
        result.append(wrap(array % n))
        array = array // n
    return tuple(reversed(result))


def argwhere(input: Any) -> Variable:
    """The indices of all elements that are not zero, one row for each.

    Shape: (elements that are not zero, dims of `input`).

    >>> import minitorch
    >>> minitorch.argwhere(minitorch.tensor([[0, 5], [6, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return nonzero(input)


def one_hot(tensor: Any, num_classes: int = -1) -> Variable:
    """For each class index a vector of zeros, with a 1 at that place; int64.

    Args:
        tensor: class indices, int64, of any shape.
        num_classes: the length of the vectors; by default one more than the largest index.

    Shape: (…) → (…, num_classes).

    Raises:
        IndexRangeError: for an index that is negative or not below `num_classes`.

    >>> import minitorch
    >>> minitorch.nn.functional.one_hot(minitorch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    if tensor.dtype is not dtypes.int64:
        raise DtypeError(f"one_hot: class indices must be int64, got {tensor.dtype}; use .long()")
    if num_classes == -1:
        if not tensor.numel():
            raise ArgumentError(
                "one_hot: an empty tensor does not tell the number of classes; give num_classes"
            )
        num_classes = max(int(tensor.array.max()), 0) + 1
    if num_classes < 1:
        raise ArgumentError(f"one_hot: num_classes must be positive, got {num_classes}")
    low, high = (
        (int(tensor.array.min()), int(tensor.array.max())) if tensor.numel() and looks_at(tensor) else (0, 0)
    )
    if low < 0 or high >= num_classes:
        raise IndexRangeError(
            f"one_hot: class {low if low < 0 else high} is out of range for {num_classes} classes; "
            f"classes count from 0 to {num_classes - 1}"
        )
    zeros = tensor.new_zeros((*tensor.shape, num_classes))
    return scatter(zeros, -1, tensor.unsqueeze(-1), 1)
