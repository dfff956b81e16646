"""Systems of linear equations and inverses: solve, inv, solve_triangular, tensorsolve, tensorinv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ShapeError
from minitorch.linalg.common import adj, check_info, check_matrices, check_same, lower, mm, upper
from minitorch.op import Op
from minitorch.ops.common import require_tensors, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.shape import permute
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable

SINGULAR = "is singular: pivot {} is zero, so there is no {{}}; see linalg.lstsq and linalg.pinv"


class Inverse(Op):
    """Y = X⁻¹, and info;   dX = −Yᴴ·G·Yᴴ.

    Source: M. Giles, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic
    Differentiation" (2008), section 2.2.3.
    """

    materialize = False

    def forward(self, x: Array) -> tuple[Array, Array]:
        y, info = self.backend.inv(x)
        self.save(output=y)
        return y, info

    def backward(self, g: Array, _: None) -> Array:
        yh = adj(self.saved.output)
        return -mm(yh, g, yh)


class Solve(Op):
    """X with A·X = B, and info;   dB = A⁻ᴴ·G,  dA = −dB·Xᴴ.

    Source: M. Giles (2008), section 2.3.1.
    """

    broadcasts = True
    materialize = False

    def forward(self, a: Array, b: Array) -> tuple[Array, Array]:
        x, info = self.backend.solve(a, b)
        self.save(a=a, output=x)
        return x, info

    def backward(self, g: Array, _: None) -> tuple[Array | None, Array]:
        db = Solve.apply(adj(self.saved.a), g)[0]
        return -mm(db, adj(self.saved.output)) if self.needs_input_grad[0] else None, db


class SolveTriangular(Op):
    """X with A·X = B for a triangular A;   dB = A⁻ᴴ·G,  dA = −(dB·Xᴴ) in the triangle."""

    broadcasts = True

    def forward(self, a: Array, b: Array, *, upper: bool, unit: bool) -> Array:
        self.upper, self.unit = upper, unit
        x = self.backend.solve_triangular(a, b, upper, unit)
        x = x if x.flags.c_contiguous else self.backend.copy(x)  # an upper one is solved backwards
        self.save(a=a, output=x)
        return x

    def backward(self, g: Array) -> tuple[Array | None, Array]:
        db = SolveTriangular.apply(adj(self.saved.a), g, upper=not self.upper, unit=self.unit)
        if not self.needs_input_grad[0]:
            return None, db
        da = -mm(db, adj(self.saved.output))
        return (upper(da, int(self.unit)) if self.upper else lower(da, -int(self.unit))), db


@kernel
@with_out
def inv_ex(A: Any, *, check_errors: bool = False) -> Any:
    """The inverses of square matrices, and a number for each that tells whether it has one.

    Args:
        A: (…, n, n).
        check_errors: raise an error for a matrix that has none.

    Returns:
        `inverse`, with NaN where there is none, and `info`: 0, or which pivot is zero.

    >>> import minitorch
    >>> minitorch.linalg.inv_ex(minitorch.zeros(2, 2)).info
    tensor(1, dtype=minitorch.int32)
    """
    return inverse("linalg.inv_ex", A, check_errors)


def inverse(op_name: str, A: Any, check_errors: bool) -> Any:
    """The inverses and infos, under the name of the function that asks."""
    check_matrices(op_name, square=True, A=A)
    y, info = Inverse.apply(A)
    if check_errors:
        check_info(op_name, info.array, SINGULAR.replace("{{}}", "inverse"))
    return named("linalg_inv_ex", "inverse", "info")(y, info)


@kernel
@with_out
def inv(A: Any) -> Variable:
    """The inverses of square matrices, A⁻¹.

    Shape: (…, n, n) → (…, n, n).

    Raises:
        LinAlgError: for a singular matrix.
        ShapeError: for matrices that are not square.

    >>> import minitorch
    >>> minitorch.linalg.inv(minitorch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return inverse("linalg.inv", A, True).inverse


@with_out
def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> Any:
    """The solutions of systems of linear equations, and a number for each that tells whether there is one.

    Args:
        A: (…, n, n).
        B: (…, n, k), or vectors, as for `solve`.
        left: False for X·A = B.
        check_errors: raise an error for a singular matrix.

    Returns:
        `result`, with NaN where there is none, and `info`: 0, or which pivot is zero.

    >>> import minitorch
    >>> minitorch.linalg.solve_ex(minitorch.eye(2), minitorch.ones(2)).result
    tensor([1., 1.])
    """
    return solution("linalg.solve_ex", A, B, left, check_errors)


@kernel
@with_out
def solve(A: Any, B: Any, *, left: bool = True) -> Variable:
    """The solution X of A·X = B, for square matrices A.

    Args:
        A: (…, n, n).
        B: (…, n, k), or a vector (n), or a batch of vectors (…, n) of the same batch shape as A.
        left: False for X·A = B.

    Raises:
        LinAlgError: for a singular matrix.
        ShapeError: if sizes do not fit.

    >>> import minitorch
    >>> minitorch.linalg.solve(minitorch.tensor([[2.0, 0.0], [0.0, 4.0]]), minitorch.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    return solution("linalg.solve", A, B, left, True).result


def solution(op_name: str, A: Any, B: Any, left: bool, check_errors: bool) -> Any:
    """The solutions and infos, under the name of the function that asks."""
    check_matrices(op_name, square=True, A=A)
    require_tensors(op_name, B=B)
    check_same(op_name, A, B)
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape[:-1]))
    if vector:
        if not left:
            raise ShapeError(f"{op_name}: left=False needs matrices as B, got vectors {tuple(B.shape)}")
        b = B.unsqueeze(-1)
    else:
        b = B if left else B.mT
    if b.ndim < 2 or b.shape[-2] != A.shape[-1]:
        raise ShapeError(f"{op_name}: A of shape {tuple(A.shape)} does not fit B of shape {tuple(B.shape)}")
    x, info = Solve.apply(A if left else A.mT, b)
    if check_errors:
        check_info(op_name, info.array, SINGULAR.replace("{{}}", "solution"))
    x = x.squeeze(-1) if vector else x if left else x.mT
    return named("linalg_solve_ex", "result", "info")(x, info)


@with_out
def solve_triangular(
    A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Variable:
    """The solution X of A·X = B for triangular matrices A; their other triangle is not looked at.

    Args:
        A: (…, n, n).
        B: (…, n, k); leading dims broadcast.
        upper: whether A is an upper triangle.
        left: False for X·A = B.
        unitriangular: take the diagonal of A for ones.

    Raises:
        ShapeError: if sizes do not fit.

    >>> import minitorch
    >>> a = minitorch.tensor([[1.0, 0.0], [1.0, 2.0]])
    >>> minitorch.linalg.solve_triangular(a, minitorch.tensor([[1.0], [5.0]]), upper=False)
    tensor([[1.],
            [2.]])
    """
    check_matrices("linalg.solve_triangular", square=True, A=A)
    check_matrices("linalg.solve_triangular", B=B)
    check_same("linalg.solve_triangular", A, B)
    if B.shape[-2 if left else -1] != A.shape[-1]:
        raise ShapeError(
            f"linalg.solve_triangular: A of shape {tuple(A.shape)} does not fit B of shape {tuple(B.shape)}"
        )
    if not left:
        return SolveTriangular.apply(A.mT, B.mT, upper=not upper, unit=unitriangular).mT
    return SolveTriangular.apply(A, B, upper=upper, unit=unitriangular)


@kernel
@with_out
def tensorinv(A: Any, ind: int = 2) -> Variable:
    """The inverse of a tensor for `tensordot`: its first `ind` dims are rows of a square matrix, the others columns.

    >>> import minitorch
    >>> a = minitorch.eye(6).reshape(6, 2, 3)
    >>> minitorch.linalg.tensorinv(a, ind=1).shape
    minitorch.Size([2, 3, 6])
    """
    require_tensors("linalg.tensorinv", A=A)
    if ind <= 0:
        raise ArgumentError(f"linalg.tensorinv: ind must be positive, got {ind}")
    rows, columns = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if math.prod(rows) != math.prod(columns):
        raise ShapeError(
            f"linalg.tensorinv: {math.prod(rows)} rows and {math.prod(columns)} columns in shape "
            f"{tuple(A.shape)} with ind={ind}; they must be as many"
        )
    return inv(A.reshape(math.prod(rows), math.prod(columns))).reshape(*columns, *rows)


@kernel
@with_out
def tensorsolve(A: Any, B: Any, dims: Sequence[int] | None = None) -> Variable:
    """The solution X of `tensordot(A, X, X.ndim) = B`.

    Args:
        A: of shape B.shape + X.shape.
        B: the right side.
        dims: dims of A that are moved to its end first.

    >>> import minitorch
    >>> a = minitorch.eye(6).reshape(2, 3, 2, 3)
    >>> minitorch.linalg.tensorsolve(a, minitorch.ones(2, 3)).shape
    minitorch.Size([2, 3])
    """
    require_tensors("linalg.tensorsolve", A=A, B=B)
    if dims is not None:
        last = [wrap_dim("linalg.tensorsolve", d, A.ndim) for d in dims]
        A = permute(A, *[d for d in range(A.ndim) if d not in last], *last)
    shape = tuple(A.shape[B.ndim :])
    if math.prod(shape) != B.numel() or A.numel() != B.numel() ** 2:
        raise ShapeError(
            f"linalg.tensorsolve: A of shape {tuple(A.shape)} does not fit B of shape {tuple(B.shape)}"
        )
    return solve(A.reshape(-1, math.prod(shape)), B.reshape(-1)).reshape(*shape)
