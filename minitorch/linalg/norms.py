"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError
from minitorch.linalg.common import check_matrices
from minitorch.linalg.solve import inv_ex
from minitorch.linalg.spectral import svdvals
from minitorch.ops.common import Dims, check_floating, reduced_dims, require_tensors, wrap_dims
from minitorch.ops.norm import norm as p_norm
from minitorch.ops.out import with_out
from minitorch.ops.shape import permute
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable

ORDERS = ("fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf)


def in_dtype(op_name: str, x: Any, dtype: Any) -> Any:
    """The tensor, cast to the dtype in which a norm shall be computed.

    Raises:
        DtypeError: if that would lose something.
    """
    require_tensors(op_name, A=x)
    check_floating(op_name, x.array)
    if dtype is None:
        return x
    if dtype.category < dtypes.FLOATING or dtype.is_complex is not x.is_complex():
        raise DtypeError(f"{op_name}: dtype {dtype} does not fit an input of {x.dtype}")
    if dtypes.promote_types(x.dtype, dtype) is not dtype:
        raise DtypeError(f"{op_name}: an input of {x.dtype} would be narrowed to dtype={dtype}")
    return x.to(dtype)


@kernel
@with_out
def vector_norm(
    x: Any, ord: Any = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None
) -> Variable:
    """(Σ |x|ᵖ)^(1/p), of all elements or along some dims.

    Args:
        x: the values.
        ord: p: a number, inf or −inf for the largest or smallest |x|, 0 for the number that are not 0.
        dim: one dim or several; None for all.
        keepdim: keep the reduced dims at size 1.
        dtype: cast to this first; it must not be a narrower one.

    Raises:
        DtypeError: for integers.

    >>> import minitorch
    >>> minitorch.linalg.vector_norm(minitorch.tensor([[3.0, 4.0], [0.0, 1.0]]), dim=1)
    tensor([5., 1.])
    """
    if isinstance(ord, (str, complex)):
        raise ArgumentTypeError(f"linalg.vector_norm: ord must be a number, got {ord!r}")
    x = in_dtype("linalg.vector_norm", x, dtype)
    if ord < 0 or ord == math.inf:
        for d in reduced_dims("linalg.vector_norm", dim, x.ndim):
            if not x.shape[d]:
                raise ShapeError(
                    f"linalg.vector_norm: ord={ord} of no elements is not defined, and dim {d} of shape "
                    f"{tuple(x.shape)} is empty"
                )
    return p_norm(x, ord, dim, keepdim)


@kernel
@with_out
def matrix_norm(
    A: Any, ord: Any = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Variable:
    """A norm of matrices.

    Args:
        A: at least two dims.
        ord: "fro" for √Σ |a|²; "nuc" for the sum of singular values, 2 for the largest, −2 for the smallest; 1 for
            the largest sum of |a| in a column, −1 for the smallest; inf and −inf for the same of rows.
        dim: the two dims of the matrices.
        keepdim: keep them at size 1.
        dtype: cast to this first; it must not be a narrower one.

    Raises:
        ArgumentError: for another ord.
        ShapeError: for fewer dims.

    >>> import minitorch
    >>> minitorch.linalg.matrix_norm(minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]), 1)
    tensor(6.)
    """
    A = in_dtype("linalg.matrix_norm", A, dtype)
    if A.ndim < 2 or isinstance(dim, int) or len(dim) != 2:
        raise ShapeError(
            f"linalg.matrix_norm: needs matrices in two dims, got shape {tuple(A.shape)} and dim={dim}"
        )
    rows, columns = wrap_dims("linalg.matrix_norm", dim, A.ndim)
    if isinstance(ord, bool) or ord not in ORDERS:
        raise ArgumentError(f"linalg.matrix_norm: ord must be one of {ORDERS}, got {ord!r}")
    if ord == "fro":
        return p_norm(A, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        others = [d for d in range(A.ndim) if d not in (rows, columns)]
        if not A.shape[rows] * A.shape[columns] and ord != "nuc":
            raise ShapeError(
                f"linalg.matrix_norm: ord={ord} of empty matrices, {tuple(A.shape)}, is not defined"
            )
        s = svdvals(permute(A, *others, rows, columns))
        y: Any = s.sum(-1) if ord == "nuc" else s.amax(-1) if ord == 2 else s.amin(-1)
        return y.reshape([1 if d in (rows, columns) else n for d, n in enumerate(A.shape)]) if keepdim else y
    summed, chosen = (columns, rows) if ord in (math.inf, -math.inf) else (rows, columns)
    sums = A.abs().sum(summed, keepdim=True)
    if not A.shape[chosen]:
        raise ShapeError(f"linalg.matrix_norm: ord={ord} of empty matrices, {tuple(A.shape)}, is not defined")
    y = sums.amax(chosen, keepdim=True) if ord > 0 else sums.amin(chosen, keepdim=True)
    return y if keepdim else y.squeeze((rows, columns))


@with_out
def norm(A: Any, ord: Any = None, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Variable:
    """A norm of vectors or of matrices: see `vector_norm` and `matrix_norm`.

    Args:
        A: the values.
        ord: which norm; None for 2 of all elements, or of the vectors or matrices in `dim`.
        dim: one dim for vectors, two for matrices; None: what A itself is.
        keepdim: keep the reduced dims at size 1.
        dtype: cast to this first; it must not be a narrower one.

    >>> import minitorch
    >>> minitorch.linalg.norm(minitorch.tensor([[3.0, 0.0], [0.0, 4.0]])), minitorch.linalg.norm(minitorch.eye(3), 2)
    (tensor(5.), tensor(1.))
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    require_tensors("linalg.norm", A=A)
    dims = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    count = A.ndim if dims is None else len(dims)
    if count not in (1, 2):
        raise ShapeError(
            f"linalg.norm: with ord={ord!r} it is defined for vectors and matrices, got shape {tuple(A.shape)} "
            f"and dim={dim}"
        )
    if count == 2:
        return matrix_norm(A, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise ArgumentError(f"linalg.norm: ord={ord!r} is a norm of matrices; give two dims")
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


@kernel
@with_out
def cond(A: Any, p: Any = None) -> Variable:
    """‖A‖ₚ·‖A⁻¹‖ₚ: how much the solution of A·x = b amplifies errors; infinite for singular matrices.

    Args:
        A: (…, m, n); square unless p is None, 2 or −2.
        p: which norm, as for `matrix_norm`; None for 2: the largest singular value over the smallest.

    >>> import minitorch
    >>> minitorch.linalg.cond(minitorch.tensor([[1.0, 0.0], [0.0, 4.0]]))
    tensor(4.)
    """
    check_matrices("linalg.cond", square=p not in (None, 2, -2), A=A)
    if p is not None and p not in ORDERS:
        raise ArgumentError(f"linalg.cond: p must be None or one of {ORDERS}, got {p!r}")
    if not A.numel():
        return svdvals(A).sum(-1)
    if p in (None, 2, -2):
        s = svdvals(A)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    inverse, info = inv_ex(A)
    y = matrix_norm(A, p) * matrix_norm(where(info.array[..., None, None] != 0, 0.0, inverse), p)
    return where(info.array != 0, math.inf, y)
