"""Diagonals and triangles of matrices: diagonal, diag, diag_embed, trace, tril, triu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.where import where
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Diagonal(Op):
    """yᵢ = x[i, i + offset] over two dims, the last one of the result, a view;   dx = zeros, with g there."""

    view = True

    def forward(self, x: Array, *, offset: int, dims: tuple[int, int]) -> Array:
        self.input_shape, self.offset, self.dims = x.shape, offset, dims
        return self.backend.diagonal(x, offset, *dims)

    def backward(self, g: Array) -> Array:
        return DiagonalEmbed.apply(g, offset=self.offset, dims=self.dims, shape=self.input_shape)


class DiagonalEmbed(Op):
    """y = zeros, with x on a diagonal;   dx = that diagonal of g."""

    def forward(self, x: Array, *, offset: int, dims: tuple[int, int], shape: tuple[int, ...]) -> Array:
        self.offset, self.dims = offset, dims
        y = self.backend.zeros(shape, x.dtype)
        self.backend.diagonal(y, offset, *dims)[...] = x
        return y

    def backward(self, g: Array) -> Array:
        return Diagonal.apply(g, offset=self.offset, dims=self.dims)


def two_dims(op_name: str, dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    """Two different dims, counted from the front."""
    if ndim < 2:
        raise ShapeError(f"{op_name}: needs at least 2 dimensions, got a tensor of {ndim}")
    first, second = wrap_dim(op_name, dim1, ndim), wrap_dim(op_name, dim2, ndim)
    if first == second:
        raise ShapeError(f"{op_name}: dims {dim1} and {dim2} are the same; a diagonal needs two")
    return first, second


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Variable:
    """The elements on a diagonal of the matrices in two dims, as the last dim; a view.

    Args:
        input: at least two dims.
        offset: how far above the main diagonal; negative ones lie below.
        dim1: the rows.
        dim2: the columns.

    >>> import minitorch
    >>> minitorch.diagonal(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return Diagonal.apply(input, offset=offset, dims=two_dims("diagonal", dim1, dim2, input.ndim))


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Variable:
    """Matrices of zeros, in two new dims, with the vectors of the last dim on a diagonal.

    Shape: (…, n) → (…, n + |offset|, n + |offset|).

    >>> import minitorch
    >>> minitorch.diag_embed(minitorch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    if not input.ndim:
        raise ShapeError("diag_embed: needs at least 1 dimension, got a 0-d tensor")
    dims = two_dims("diag_embed", dim1, dim2, input.ndim + 1)
    n = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for d in sorted(dims):
        shape.insert(d, n)
    return DiagonalEmbed.apply(input, offset=offset, dims=dims, shape=tuple(shape))


@with_out
def diag(input: Any, diagonal: int = 0) -> Variable:
    """Of a vector, the matrix with it on a diagonal; of a matrix, a copy of that diagonal.

    >>> import minitorch
    >>> minitorch.diag(minitorch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise ShapeError(
            f"diag: expected a vector or a matrix, got shape {tuple(input.shape)}; see diagonal()"
        )
    return Diagonal.apply(input, offset=diagonal, dims=(0, 1)).clone()


def diagflat(input: Any, offset: int = 0) -> Variable:
    """The matrix with the elements of a tensor of any shape on a diagonal.

    >>> import minitorch
    >>> minitorch.diagflat(minitorch.tensor([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(input.reshape(-1), offset)


@kernel
def trace(input: Any) -> Variable:
    """The sum of the elements on the main diagonal of a matrix.

    >>> import minitorch
    >>> minitorch.trace(minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(5.)
    """
    if input.ndim != 2:
        raise ShapeError(f"trace: expected a matrix, got shape {tuple(input.shape)}; see diagonal()")
    return diagonal(input).sum()


@with_out
def tril(input: Any, diagonal: int = 0) -> Variable:
    """The lower triangle of matrices, up to and including a diagonal; zeros elsewhere.

    >>> import minitorch
    >>> minitorch.tril(minitorch.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return where(triangle("tril", input, diagonal), input, input.new_zeros(()))


@with_out
def triu(input: Any, diagonal: int = 0) -> Variable:
    """The upper triangle of matrices, from a diagonal on; zeros elsewhere.

    >>> import minitorch
    >>> minitorch.triu(minitorch.ones(2, 2), diagonal=1)
    tensor([[0., 1.],
            [0., 0.]])
    """
    return where(~triangle("triu", input, diagonal - 1), input, input.new_zeros(()))


def triangle(op_name: str, input: Any, diagonal: int) -> Array:
    """Whether an element of a matrix lies on or below a diagonal."""
    if input.ndim < 2:
        raise ShapeError(f"{op_name}: needs at least 2 dimensions, got a tensor of {input.ndim}")
    b = backend_of(array_of(input))
    rows, columns = b.arange(input.shape[-2]), b.arange(input.shape[-1])
    return columns <= rows.reshape(-1, 1) + diagonal
