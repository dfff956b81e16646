"""Embedding: rows of a table, looked up by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError, IndexRangeError, NotSupportedError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import looks_at
from minitorch.ops.index import as_index
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Embedding(Op):
    """y[i] = w[indices[i]];   dw = g·scale, added to the rows that it belongs to."""

    def forward(self, w: Array, *, indices: Array, scale: Array | None = None) -> Array:
        self.indices, self.scale, self.rows = indices, scale, w.shape[0]
        return self.backend.take_rows(w, indices)

    def backward(self, g: Array) -> Array:
        if self.scale is not None:
            g = g * self.scale
        return AddRows.apply(g, indices=self.indices, rows=self.rows)


class AddRows(Op):
    """w = zeros, with x[i] added to row indices[i];   dx[i] = g[indices[i]]."""

    def forward(self, x: Array, *, indices: Array, rows: int) -> Array:
        self.indices = indices
        return self.backend.add_rows(x, indices, rows)

    def backward(self, g: Array) -> Array:
        return Embedding.apply(g, indices=self.indices)


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Variable:
    """The rows of `weight` with the numbers in `input`; gradients of a row that is used twice add up.

    Args:
        input: row numbers.
        weight: the table.
        padding_idx: a row that gets no gradient.
        max_norm: rows used here that are longer than this are shortened to it first, in place.
        norm_type: the p of the norm for `max_norm`.
        scale_grad_by_freq: divide the gradient of each row by how often it is used here.
        sparse: minitorch has no sparse gradients.

    Shape: input (…), weight (rows, D) → (…, D).

    Raises:
        IndexRangeError: for a number that is no row of the table.
        DtypeError: if `input` does not hold int64 or int32.

    >>> import minitorch
    >>> table = minitorch.tensor([[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]])
    >>> minitorch.nn.functional.embedding(minitorch.tensor([2, 0]), table)
    tensor([[2.0000, 2.1000],
            [0.0000, 0.1000]])
    """
    indices = as_index("embedding", input)
    if weight.ndim != 2:
        raise ShapeError(f"embedding: the weight must be a matrix, got shape {tuple(weight.shape)}")
    if sparse:
        raise NotSupportedError("embedding: sparse gradients are not supported; leave sparse=False")
    rows = weight.shape[0]
    check_rows("embedding", indices, weight.shape)
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise ArgumentError(
                f"embedding: padding_idx {padding_idx} is out of range for a weight with {rows} rows"
            )
        padding_idx %= rows
    if max_norm is not None:
        shorten_rows(weight, indices, max_norm, norm_type)
    scale = None
    if padding_idx is not None or scale_grad_by_freq:
        scale = gradient_scale(weight.array, indices, padding_idx, scale_grad_by_freq)
    return Embedding.apply(weight, indices=indices, scale=scale)


def check_rows(op_name: str, indices: Array, shape: tuple[int, ...]) -> None:
    """Refuses numbers that are no rows of a table of this shape."""
    if indices.size and looks_at(indices) and (int(indices.min()) < 0 or int(indices.max()) >= shape[0]):
        wrong = int(indices.min()) if int(indices.min()) < 0 else int(indices.max())
        raise IndexRangeError(
            f"{op_name}: index {wrong} is out of range for a weight with {shape[0]} rows (shape "
            f"{tuple(shape)}); indices must lie between 0 and {shape[0] - 1}"
        )


def gradient_scale(w: Array, indices: Array, padding_idx: int | None, by_frequency: bool) -> Array:
    """For each index the factor of its gradient."""
    backend = backend_of(w)
    scale = backend.full((w.shape[0], 1), 1, w.dtype)
    if by_frequency:
        ones = backend.full((*indices.shape, 1), 1, w.dtype)
        scale = 1 / backend.maximum(backend.add_rows(ones, indices, w.shape[0]), scale)
    if padding_idx is not None:
        scale[padding_idx] = 0
    return scale[indices]


def shorten_rows(weight: Any, indices: Array, max_norm: float, norm_type: float) -> None:
    """Shortens the rows in use that are longer than `max_norm`, in place and unrecorded."""
    backend = backend_of(weight.array)
    w = weight.array
    used = backend.zeros((w.shape[0],), bool)
    used[indices.reshape(-1)] = True
    length = backend.sum(backend.abs(w) ** norm_type, axis=1) ** (1 / norm_type)
    long = used & (length > max_norm)
    if not backend.checks_values:
        w *= backend.where(long, max_norm / (length + 1e-7), 1).reshape(-1, 1).astype(w.dtype)
        weight._version_counter().value += 1
    elif long.any():
        w[long] *= (max_norm / (length[long] + 1e-7)).reshape(-1, 1)
        weight._version_counter().value += 1
