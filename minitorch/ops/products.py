"""Products with something added, of more than two factors, and of other kinds: addmm, kron, cross, multi_dot, …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.arguments import broadcasts_to
from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError
from minitorch.ops.common import array_of, check_floating, check_not_bool, require_tensors, wrap_dim
from minitorch.ops.einsum import tensordot
from minitorch.ops.join import cat
from minitorch.ops.linalg import check_same_dtype, dot, matmul, mv, outer
from minitorch.ops.out import with_out
from minitorch.ops.shape import expand, flip, roll
from minitorch.registry import backend_of, current_backend
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def added(op_name: str, input: Any, product: Any, shape: Sequence[int], beta: Any, alpha: Any) -> Variable:
    """`beta·input + alpha·product`, where the input broadcasts to the shape; with beta = 0 it is not looked at.

    Weights of integers are cut off to integers.
    """
    if input.dtype.category < dtypes.FLOATING:
        beta, alpha = int(beta), int(alpha)
    check_same_dtype(op_name, array_of(input), array_of(product))
    own = tuple(input.shape)
    if not broadcasts_to(own, shape):
        raise ShapeError(f"{op_name}: input of shape {own} does not broadcast to the product, {tuple(shape)}")
    y = product if alpha == 1 else product * alpha
    if not beta:
        return y
    return (input if beta == 1 else input * beta) + y


def check_dims(op_name: str, **wanted: tuple[Any, int]) -> None:
    """Refuses tensors with other numbers of dims than the ones given with them."""
    for name, (x, ndim) in wanted.items():
        require_tensors(op_name, **{name: x})
        if x.ndim != ndim:
            raise ShapeError(f"{op_name}: {name} must have {ndim} dims, got shape {tuple(x.shape)}")


@kernel
@with_out
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Variable:
    """beta·input + alpha·(mat1 @ mat2), for matrices.

    Args:
        input: broadcasts to the product; not looked at if beta is 0.
        mat1: (n, k).
        mat2: (k, m).
        beta: the weight of the input.
        alpha: the weight of the product.

    Raises:
        ShapeError: if sizes do not fit.

    >>> import minitorch
    >>> minitorch.addmm(minitorch.ones(1), minitorch.eye(2), minitorch.eye(2), alpha=3)
    tensor([[4., 1.],
            [1., 4.]])
    """
    check_dims("addmm", mat1=(mat1, 2), mat2=(mat2, 2))
    return added("addmm", input, matmul(mat1, mat2), (mat1.shape[0], mat2.shape[1]), beta, alpha)


@kernel
@with_out
def addmv(input: Any, mat: Any, vec: Any, *, beta: Any = 1, alpha: Any = 1) -> Variable:
    """beta·input + alpha·(mat @ vec), for a matrix and a vector.

    >>> import minitorch
    >>> minitorch.addmv(minitorch.tensor([1.0, 0.0]), minitorch.eye(2), minitorch.ones(2))
    tensor([2., 1.])
    """
    check_dims("addmv", mat=(mat, 2), vec=(vec, 1))
    return added("addmv", input, mv(mat, vec), mat.shape[:1], beta, alpha)


@kernel
@with_out
def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Variable:
    """beta·input + alpha·(vec1 ⊗ vec2), the outer product; dtypes are promoted.

    >>> import minitorch
    >>> minitorch.addr(minitorch.zeros(2, 2), minitorch.tensor([1.0, 2.0]), minitorch.ones(2))
    tensor([[1., 1.],
            [2., 2.]])
    """
    check_dims("addr", vec1=(vec1, 1), vec2=(vec2, 1))
    common = dtypes.promote_types(input.dtype, dtypes.promote_types(vec1.dtype, vec2.dtype))
    product = outer(vec1.to(common), vec2.to(common))
    if common.category < dtypes.FLOATING and any(isinstance(v, (float, complex)) for v in (beta, alpha)):
        raise DtypeError(f"addr: beta and alpha must be integers for tensors of {common}")
    if common is dtypes.bool_:
        return (input & bool(beta)) | (product & bool(alpha))
    return added("addr", input.to(common), product, product.shape, beta, alpha)


@kernel
@with_out
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Variable:
    """beta·input + alpha·Σᵢ batch1[i] @ batch2[i], the sum of a stack of products.

    >>> import minitorch
    >>> minitorch.addbmm(minitorch.zeros(1, 1), minitorch.ones(5, 1, 2), minitorch.ones(5, 2, 1))
    tensor([[10.]])
    """
    product = checked_bmm("addbmm", batch1, batch2).sum(0, dtype=batch1.dtype)
    return added("addbmm", input, product, product.shape, beta, alpha)


@kernel
@with_out
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Variable:
    """beta·input + alpha·(batch1 @ batch2), for stacks of matrices.

    >>> import minitorch
    >>> minitorch.baddbmm(minitorch.ones(1), minitorch.ones(2, 1, 3), minitorch.ones(2, 3, 1))
    tensor([[[4.]],
    <BLANKLINE>
            [[4.]]])
    """
    product = checked_bmm("baddbmm", batch1, batch2)
    return added("baddbmm", input, product, product.shape, beta, alpha)


def checked_bmm(op_name: str, x: Any, y: Any) -> Variable:
    """The products of two stacks of as many matrices."""
    check_dims(op_name, batch1=(x, 3), batch2=(y, 3))
    if x.shape[0] != y.shape[0]:
        raise ShapeError(f"{op_name}: stacks of {x.shape[0]} and of {y.shape[0]} matrices")
    return matmul(x, y)


@kernel
@with_out
def vdot(input: Any, other: Any) -> Variable:
    """Σ conj(xᵢ)·yᵢ of two vectors.

    >>> import minitorch
    >>> minitorch.vdot(minitorch.tensor([1j, 2 + 0j]), minitorch.tensor([1j, 1 + 0j]))
    tensor(3.+0.j)
    """
    check_dims("vdot", input=(input, 1), other=(other, 1))
    return matmul(input.conj(), other)


@with_out
def inner(input: Any, other: Any) -> Variable:
    """Σ of products over the last dims of both; a 0-d tensor multiplies.

    Shape: (…, n), (*, n) → (…, *).

    >>> import minitorch
    >>> minitorch.inner(minitorch.tensor([1.0, 2.0]), minitorch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([11.,  2.])
    """
    require_tensors("inner", input=input, other=other)
    if not input.ndim or not other.ndim:
        return input * other
    if input.ndim == other.ndim == 1:
        return dot(input, other)
    check_same_dtype("inner", input.array, other.array)
    if input.shape[-1] != other.shape[-1]:
        raise ShapeError(
            f"inner: the last dims of {tuple(input.shape)} and {tuple(other.shape)} differ in size"
        )
    return tensordot(input, other, ([-1], [-1]))


@kernel
@with_out
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Variable:
    """Σ conj(x)·y along a dim of both, which broadcast.

    >>> import minitorch
    >>> minitorch.linalg.vecdot(minitorch.ones(2, 3), minitorch.tensor([1.0, 2.0, 3.0]))
    tensor([6., 6.])
    """
    require_tensors("linalg.vecdot", x=x, y=y)
    check_same_dtype("linalg.vecdot", x.array, y.array)
    check_floating("linalg.vecdot", x.array)
    return (x.conj() * y).sum(wrap_dim("linalg.vecdot", dim, max(x.ndim, y.ndim)), dtype=x.dtype)


@kernel
@with_out
def multi_dot(tensors: Sequence[Any]) -> Variable:
    """The product of several matrices, multiplied in the order that costs least.

    Args:
        tensors: two matrices or more; the first and the last may be vectors.

    Raises:
        ArgumentError: for fewer than two.
        ShapeError: if neighbours do not fit.

    Source: T. C. Hu, M. T. Shing, "Computation of Matrix Chain Products" (1982), has the problem; this is the
    textbook's dynamic programming in n³ steps.

    >>> import minitorch
    >>> a, b, c = minitorch.ones(2, 9), minitorch.ones(9, 3), minitorch.ones(3)
    >>> minitorch.linalg.multi_dot([a, b, c])
    tensor([27., 27.])
    """
    factors = list(tensors)
    if len(factors) < 2:
        raise ArgumentError(f"linalg.multi_dot: needs at least two tensors, got {len(factors)}")
    for i, x in enumerate(factors):
        ends = (1, 2) if i in (0, len(factors) - 1) else (2,)
        if x.ndim not in ends:
            raise ShapeError(f"linalg.multi_dot: tensor {i} must be a matrix, got shape {tuple(x.shape)}")
        check_same_dtype("linalg.multi_dot", factors[0].array, x.array)
    first, last = factors[0].ndim == 1, factors[-1].ndim == 1
    if first:
        factors[0] = factors[0].unsqueeze(0)
    if last:
        factors[-1] = factors[-1].unsqueeze(-1)
    y: Any = chain(factors)
    y = y.squeeze(-1) if last else y
    return y.squeeze(0) if first else y


def chain(factors: list[Any]) -> Variable:
    """The product of matrices; `best[i, j]` is the cost of those from i to j, and where to split them."""
    sizes = [factors[0].shape[0], *(x.shape[1] for x in factors)]
    best: dict[tuple[int, int], tuple[int, int]] = {(i, i): (0, i) for i in range(len(factors))}
    for length in range(1, len(factors)):
        for i in range(len(factors) - length):
            j = i + length
            best[i, j] = min(
                (best[i, k][0] + best[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )

    def product(i: int, j: int) -> Any:
        if i == j:
            return factors[i]
        k = best[i, j][1]
        return matmul(product(i, k), product(k + 1, j))

    return product(0, len(factors) - 1)


@kernel
def chain_matmul(*matrices: Any, out: Any = None) -> Variable:
    """The product of several matrices, multiplied in the order that costs least; `linalg.multi_dot` is newer.

    >>> import minitorch
    >>> minitorch.chain_matmul(minitorch.ones(1, 2), minitorch.ones(2, 3), minitorch.ones(3, 1))
    tensor([[6.]])
    """
    if not matrices:
        raise ArgumentError("chain_matmul: needs at least one matrix")
    check_dims("chain_matmul", **{f"matrix {i}": (x, 2) for i, x in enumerate(matrices)})
    if len(matrices) == 1:
        return matrices[0].clone()
    return multi_dot(matrices) if out is None else multi_dot(matrices, out=out)


@with_out
def kron(input: Any, other: Any) -> Variable:
    """The Kronecker product: every element of the first times the whole second, block by block.

    Shape: (n₁, …), (m₁, …) → (n₁·m₁, …); missing leading dims count as 1.

    >>> import minitorch
    >>> minitorch.kron(minitorch.tensor([[1, 2]]), minitorch.tensor([[1], [3]]))
    tensor([[1, 2],
            [3, 6]])
    """
    require_tensors("kron", input=input, other=other)
    n = max(input.ndim, other.ndim)
    left, right = (1,) * (n - input.ndim) + input.shape, (1,) * (n - other.ndim) + other.shape
    x = input.reshape([size for own in left for size in (own, 1)])
    y = other.reshape([size for own in right for size in (1, own)])
    return (x * y).reshape([a * b for a, b in zip(left, right, strict=True)])


@kernel
@with_out
def cross(input: Any, other: Any, dim: int | None = None) -> Variable:
    """The cross product of vectors of size 3.

    Args:
        input: the first vectors.
        other: the second ones; both broadcast.
        dim: along which the vectors lie; None for the first dim of size 3.

    Raises:
        ShapeError: unless both have size 3 there.

    >>> import minitorch
    >>> minitorch.cross(minitorch.tensor([1, 0, 0]), minitorch.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    require_tensors("cross", input=input, other=other)
    if dim is None:
        if 3 not in input.shape:
            raise ShapeError(f"cross: no dim of size 3 in shape {tuple(input.shape)}")
        dim = input.shape.index(3)
    return cross_along("cross", input, other, dim)


def cross_along(op_name: str, x: Any, y: Any, dim: int) -> Variable:
    """x × y along a dim: zᵢ = xᵢ₊₁·yᵢ₊₂ − xᵢ₊₂·yᵢ₊₁, indices counted round."""
    if x.ndim != y.ndim:
        raise ShapeError(f"{op_name}: both tensors must have as many dims, got {x.ndim} and {y.ndim}")
    dim = wrap_dim(op_name, dim, x.ndim)
    if x.ndim == 0 or (x.shape[dim], y.shape[dim]) != (3, 3):
        raise ShapeError(
            f"{op_name}: size 3 is needed at dim {dim}, got shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    check_same_dtype(op_name, x.array, y.array)
    check_not_bool(op_name, x.array)
    return roll(x, -1, dim) * roll(y, -2, dim) - roll(x, -2, dim) * roll(y, -1, dim)


@with_out
def matrix_power(input: Any, n: int) -> Variable:
    """The n-th power of square matrices, by repeated squaring; of the inverse for negative n.

    Shape: (…, m, m) → (…, m, m).

    >>> import minitorch
    >>> minitorch.matrix_power(minitorch.tensor([[1, 1], [0, 1]]), 10)
    tensor([[ 1, 10],
            [ 0,  1]])
    """
    if input.ndim < 2 or input.shape[-1] != input.shape[-2]:
        raise ShapeError(f"matrix_power: expected square matrices, got shape {tuple(input.shape)}")
    if not isinstance(n, int):
        raise ArgumentTypeError(f"matrix_power: n must be an int, got {type(n).__name__}")
    if n not in (0, 1):
        check_not_bool("matrix_power", input.array)
    if n == 0:
        b = backend_of(input.array)
        one = wrap(b.eye(input.shape[-1], input.shape[-1], input.array.dtype))
        return expand(one, *input.shape).clone()
    if n < 0:
        check_floating("matrix_power", input.array)
        from minitorch.linalg import inv

        input, n = inv(input), -n
    y: Any = None
    while True:
        if n & 1:
            y = input if y is None else matmul(y, input)
        n >>= 1
        if not n:
            return y.clone() if y is input else y
        input = matmul(input, input)


def block_diag(*tensors: Any) -> Variable:
    """Matrices along the diagonal of a large one, zeros elsewhere; vectors count as rows.

    >>> import minitorch
    >>> minitorch.block_diag(minitorch.tensor([[1, 2]]), minitorch.tensor(3))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    if not tensors:
        return wrap(current_backend().zeros((1, 0), dtypes.get_default_dtype().dtype))
    for i, x in enumerate(tensors):
        require_tensors("block_diag", **{f"tensor {i}": x})
        if x.ndim > 2:
            raise ShapeError(f"block_diag: tensor {i} has {x.ndim} dims, at most 2 are taken")
    blocks = [x.reshape(1, -1) if x.ndim < 2 else x for x in tensors]
    width, before, rows = sum(x.shape[1] for x in blocks), 0, []
    for x in blocks:
        height, own = x.shape
        left, right = x.new_zeros(height, before), x.new_zeros(height, width - before - own)
        rows.append(cat([left, x, right], 1))
        before += own
    return cat(rows, 0)


@with_out
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Variable:
    """The powers of the elements of a vector, one column for each exponent, from N − 1 down to 0.

    Args:
        x: a vector.
        N: how many columns; as many as rows by default.
        increasing: from 0 up to N − 1 instead.

    >>> import minitorch
    >>> minitorch.vander(minitorch.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [4, 2, 1],
            [9, 3, 1]])
    """
    if x.ndim != 1:
        raise ShapeError(f"vander: expected a vector, got shape {tuple(x.shape)}")
    if N is not None and N < 0:
        raise ArgumentError(f"vander: N must not be negative, got {N}")
    y = powers(x, len(x) if N is None else N)
    return y if increasing else flip(y, (-1,))


def powers(x: Any, count: int) -> Variable:
    """x⁰ … along a new last dim."""
    x = x.long() if x.dtype.category < dtypes.FLOATING else x
    columns = [x.new_ones(x.shape)]
    while len(columns) < count:
        columns.append(columns[-1] * x)
    columns = [c.unsqueeze(-1) for c in columns[:count]]
    return cat(columns, -1) if columns else x.new_zeros((*x.shape, 0))
