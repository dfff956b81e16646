"""Bags of embeddings: rows of a table, added up, averaged, or compared for the largest, bag by bag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import (
    ArgumentError,
    DtypeError,
    IndexRangeError,
    NotSupportedError,
)
from minitorch.ops.common import array_of, check_floating, check_real, require_tensors
from minitorch.ops.embedding import AddRows, check_rows, embedding, shorten_rows
from minitorch.ops.index import TakeAlong, as_index
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Variable:
    """For each bag of row numbers the sum, mean or largest of these rows of `weight`; zeros for no rows.

    Args:
        input: row numbers; a matrix has a bag in each row.
        weight: the table.
        offsets: where each bag begins, if `input` is one long vector.
        max_norm: rows used here that are longer than this are shortened to it first, in place.
        norm_type: the p of the norm for `max_norm`.
        scale_grad_by_freq: divide the gradient of each row by how often it is used here.
        mode: `"sum"`, `"mean"` or `"max"`.
        sparse: minitorch has no sparse gradients.
        per_sample_weights: what each row is multiplied by, for sums only.
        include_last_offset: the last offset is where the last bag ends, not where one begins.
        padding_idx: a row that is left out, and gets no gradient.

    Shape: input (B, N), or (n) with offsets (B); weight (rows, D) → (B, D).

    Raises:
        IndexRangeError: for a number that is no row of the table.
        ArgumentError, ShapeError: for settings or shapes that do not go together.

    >>> import minitorch
    >>> table = minitorch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    >>> words, begins = minitorch.tensor([0, 1, 2]), minitorch.tensor([0, 2])
    >>> minitorch.nn.functional.embedding_bag(words, table, begins, mode="sum")
    tensor([[ 3., 30.],
            [ 3., 30.]])
    """
    require_tensors("embedding_bag", input=input, weight=weight)
    check_floating("embedding_bag", array_of(weight))
    check_real("embedding_bag", array_of(weight))
    check_settings(input, weight, mode, scale_grad_by_freq, sparse, per_sample_weights)
    indices = as_index("embedding_bag", input)
    check_rows("embedding_bag", indices, weight.shape)
    begins, end = bounds(indices, offsets, include_last_offset)
    bags, backend = len(begins), backend_of(indices)
    indices = indices.reshape(-1)[:end]
    bag = bag_numbers(begins, end)
    if max_norm is not None:
        shorten_rows(weight, indices, max_norm, norm_type)
    scale = None if per_sample_weights is None else per_sample_weights.reshape(-1)[:end]
    if padding_idx is not None:
        rows = weight.shape[0]
        if not -rows <= padding_idx < rows:
            raise ArgumentError(
                f"embedding_bag: padding_idx {padding_idx} is out of range for a weight with {rows} rows"
            )
        kept = indices != padding_idx % rows
        indices, bag = indices[kept], bag[kept]
        scale = None if scale is None else scale[wrap(kept)]
    if mode == "max":
        return largest(weight, indices, bag, bags)
    chosen = embedding(wrap(indices), weight, scale_grad_by_freq=scale_grad_by_freq)
    if scale is not None:
        chosen = chosen * scale.unsqueeze(-1)
    total: Variable = AddRows.apply(chosen, indices=bag, rows=bags)
    if mode == "sum":
        return total
    dtype = array_of(weight).dtype
    counts = backend.add_rows(backend.full((len(bag), 1), 1, dtype), bag, bags)
    return total / wrap(backend.maximum(counts, dtype.type(1)))


def check_settings(input: Any, weight: Any, mode: str, by_frequency: bool, sparse: bool, scale: Any) -> None:
    """Refuses settings that do not go together."""
    if scale is not None and scale.shape != input.shape:
        raise ArgumentError(
            f"embedding_bag: per_sample_weights {tuple(scale.shape)} must have the shape of the input "
            f"{tuple(input.shape)}"
        )
    if weight.ndim != 2:
        raise ArgumentError(f"embedding_bag: the weight must be a matrix, got shape {tuple(weight.shape)}")
    if mode not in ("sum", "mean", "max"):
        raise ArgumentError(f"embedding_bag: mode must be 'sum', 'mean' or 'max', got {mode!r}")
    if mode == "max" and by_frequency:
        raise ArgumentError("embedding_bag: scale_grad_by_freq does not go with mode='max'")
    if sparse:
        raise NotSupportedError("embedding_bag: sparse gradients are not supported; leave sparse=False")
    if scale is not None and mode != "sum":
        raise NotSupportedError(f"embedding_bag: per_sample_weights needs mode='sum', got mode={mode!r}")
    if scale is not None and scale.dtype is not weight.dtype:
        raise DtypeError(
            f"embedding_bag: per_sample_weights are {scale.dtype}, the weight is {weight.dtype}; convert one"
        )


def bounds(indices: Array, offsets: Any, include_last: bool) -> tuple[Array, int]:
    """Where each bag begins, and where the last one ends."""
    if indices.ndim == 2:
        if offsets is not None:
            raise ArgumentError(
                "embedding_bag: a matrix has one bag in each row, so offsets must be None; "
                "for bags of different sizes give one long vector and offsets"
            )
        count, size = indices.shape
        return backend_of(indices).arange(count) * size, indices.size
    if indices.ndim != 1:
        raise ArgumentError(
            f"embedding_bag: the input must be a matrix, or a vector with offsets, got {indices.ndim} dims"
        )
    if offsets is None or offsets.ndim != 1:
        raise ArgumentError("embedding_bag: for an input of 1 dim, offsets must be a tensor of 1 dim")
    begins, end = as_index("embedding_bag", offsets), len(indices)
    if len(begins) and int(begins[0]):
        raise ArgumentError(
            f"embedding_bag: the first bag must begin at 0, got offsets[0] = {int(begins[0])}"
        )
    if len(begins) and int(begins[-1]) > end:
        raise ArgumentError(
            f"embedding_bag: offsets[-1] = {int(begins[-1])} lies behind the end of the input of length {end}"
        )
    if not include_last:
        return begins, end if len(begins) else 0
    if not len(begins):
        raise ArgumentError("embedding_bag: include_last_offset needs at least one offset")
    return begins[:-1], int(begins[-1])


def bag_numbers(begins: Array, end: int) -> Array:
    """For each place before `end` the number of its bag."""
    if (begins[1:] < begins[:-1]).any():
        raise IndexRangeError(f"embedding_bag: offsets must not decrease, got {begins.tolist()}")
    backend = backend_of(begins)
    steps = backend.zeros((end + 1,), "int64")
    backend.index_add(steps, begins[1:], backend.full((max(len(begins) - 1, 0),), 1, "int64"))
    return backend.cumsum(steps, 0)[:end]


def largest(weight: Any, indices: Array, bag: Array, bags: int) -> Any:
    """The largest element of each bag in each column; of equal ones, the first gets the gradient."""
    w = array_of(weight)
    backend = backend_of(w)
    counts = backend.zeros((bags,), "int64")
    backend.index_add(counts, bag, backend.full(bag.shape, 1, "int64"))
    if not indices.size:
        return AddRows.apply(weight[:0], indices=bag, rows=bags)
    ends = backend.cumsum(counts, 0)
    place = backend.arange(int(counts.max()))
    inside = place < counts[:, None]
    rows = indices[backend.where(inside, (ends - counts)[:, None] + place, 0)]  # (bags, longest)
    values = backend.where(inside[..., None], w[rows], -float("inf"))
    winners = backend.take_along_axis(rows, backend.argmax(values, axis=1), 1)  # (bags, D)
    return TakeAlong.apply(weight, indices=winners, dim=0) * (counts > 0)[:, None]
