"""What linear algebra has of its own beside the functions of `minitorch` itself: cross, diagonal, vander."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, DtypeError
from minitorch.ops.common import check_not_bool, require_tensors
from minitorch.ops.diagonal import diagonal as diagonal_along
from minitorch.ops.out import with_out
from minitorch.ops.products import cross_along, powers

if TYPE_CHECKING:
    from minitorch.variable import Variable


@with_out
def cross(input: Any, other: Any, *, dim: int = -1) -> Variable:
    """The cross product of vectors of size 3 along a dim, the last one by default; both inputs broadcast.

    >>> import minitorch
    >>> minitorch.linalg.cross(minitorch.tensor([1, 0, 0]), minitorch.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    require_tensors("linalg.cross", input=input, other=other)
    return cross_along("linalg.cross", input, other, dim)


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Variable:
    """The elements on a diagonal of matrices, the last two dims by default, as the last dim; a view.

    >>> import minitorch
    >>> minitorch.linalg.diagonal(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return diagonal_along(A, offset, dim1, dim2)


def vander(x: Any, *, N: int | None = None) -> Variable:
    """The powers x⁰, x¹, …, x^(N−1) of each element, along a new last dim.

    Args:
        x: (…, n); a 0-d tensor counts as a vector of one.
        N: how many powers; n by default.

    Raises:
        ArgumentError: for N ≤ 1.

    >>> import minitorch
    >>> minitorch.linalg.vander(minitorch.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [1, 2, 4],
            [1, 3, 9]])
    """
    require_tensors("linalg.vander", x=x)
    check_not_bool("linalg.vander", x.array)
    if x.dtype in dtypes.HALVES:
        raise DtypeError(f"linalg.vander: not defined for {x.dtype}; use x.float()")
    x = x.reshape(1) if not x.ndim else x
    if N is not None and N <= 1:
        raise ArgumentError(f"linalg.vander: N must be larger than 1, got {N}")
    return powers(x, x.shape[-1] if N is None else N)
