"""Least squares, the pseudoinverse, the rank: pinv, lstsq, matrix_rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.linalg.common import adj, check_matrices, check_same, epsilon, mm
from minitorch.linalg.spectral import SingularValues, eigvalsh
from minitorch.op import Op
from minitorch.ops.common import array_of, require_tensors
from minitorch.ops.out import with_out
from minitorch.registry import backend_of
from minitorch.return_types import named
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class PseudoInverse(Op):
    """Y = X⁺ by the SVD;   dX = −YᴴGYᴴ + (1 − XY)·Gᴴ·YYᴴ + YᴴY·Gᴴ·(1 − YX).

    Source: G. Golub, V. Pereyra, "The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems
    Whose Variables Separate" (1973), equation 4.12.
    """

    def forward(self, x: Array, *, cutoff: Array, hermitian: bool = False) -> Array:
        b = self.backend
        u, s, vh = signed_svd(b, x) if hermitian else b.svd(x, False)
        large = b.abs(s) > cutoff[..., None]
        inverse = b.where(large, 1 / b.where(large, s, s.dtype.type(1)), s.dtype.type(0))
        y = b.matmul(adj(vh) * inverse[..., None, :], adj(u))
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        yh, gh = adj(y), adj(g)
        left, right = mm(gh, y, yh), mm(yh, y, gh)
        return left - mm(x, mm(y, left)) + right - mm(mm(right, y), x) - mm(yh, g, yh)


def signed_svd(b: Any, x: Array) -> tuple[Array, Array, Array]:
    """V, w, Vᴴ of a Hermitian matrix, whose singular values are |w|."""
    w, v = b.eigh(x)
    return v, w, adj(v)


def tolerances(op_name: str, A: Any, s: Any, atol: Any, rtol: Any) -> Array:
    """max(atol, rtol·s_max) for each matrix; rtol is max(m, n)·ε unless one of them is given and positive."""
    b = backend_of(A.array)
    for name, value in (("atol", atol), ("rtol", rtol)):
        if hasattr(value, "array") and value.is_complex():
            raise DtypeError(f"{op_name}: {name} must be real, got {value.dtype}")
    values = array_of(s)
    largest = b.max(values, axis=-1) if values.shape[-1] else b.zeros(values.shape[:-1], values.dtype)
    absolute = array_of(0.0 if atol is None else atol)
    default = max(A.shape[-2:]) * epsilon(values)
    if rtol is None:
        relative = b.where(b.asarray(absolute) > 0, 0.0, default)
    else:
        relative = array_of(rtol)
    return b.asarray(b.maximum(absolute, relative * largest))


@kernel
@with_out
def matrix_rank(
    A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Variable:
    """The number of singular values above max(atol, rtol·the largest).

    Args:
        A: (…, m, n).
        tol: the older name of atol, with rtol = 0.
        hermitian: A is Hermitian: use eigenvalues.
        atol: a number, or a tensor with one for each matrix; 0 by default.
        rtol: the same; by default max(m, n)·ε if atol is not given or not positive, else 0.

    Shape: (…, m, n) → (…), int64.

    >>> import minitorch
    >>> minitorch.linalg.matrix_rank(minitorch.ones(3, 3))
    tensor(1)
    """
    check_matrices("linalg.matrix_rank", square=hermitian, A=A)
    if tol is not None:
        atol, rtol = tol, 0.0
    s = eigvalsh(A.detach()).abs() if hermitian else SingularValues.apply(A.detach())
    cutoff = tolerances("linalg.matrix_rank", A, s, atol, rtol)
    return wrap(backend_of(A.array).asarray((s.array > cutoff[..., None]).sum(-1)))


@with_out
def pinv(
    A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Variable:
    """The pseudoinverse of Moore and Penrose: V·diag(1/s)·Uᴴ, without the singular values that count as zero.

    Args:
        A: (…, m, n).
        rcond: the older name of rtol.
        hermitian: A is Hermitian: use eigenvalues.
        atol: singular values up to max(atol, rtol·the largest) count as zero.
        rtol: as for `matrix_rank`.

    Shape: (…, m, n) → (…, n, m).

    >>> import minitorch
    >>> minitorch.linalg.pinv(minitorch.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])
    """
    check_matrices("linalg.pinv", square=hermitian, A=A)
    if rcond is not None:
        rtol = rcond
    if not A.numel():
        return A.mT.clone()
    b = backend_of(A.array)
    # The very values that `forward` will compare with the cutoff: a shorter way to them rounds otherwise.
    s = b.abs(signed_svd(b, A.array)[1] if hermitian else b.svd(A.array, False)[1])
    cutoff = tolerances("linalg.pinv", A, s, atol, rtol)
    return PseudoInverse.apply(A, cutoff=cutoff, hermitian=hermitian)


@kernel
@with_out
def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """The X of least length with the least ‖A·X − B‖.

    Args:
        A: (…, m, n).
        B: (…, m, k), or a batch of vectors (…, m).
        rcond: singular values up to rcond·the largest count as zero; max(m, n)·ε by default.
        driver: "gelsy" (the default), "gelsd", "gelss" or "gels": what PyTorch returns with the solution depends on
            it, the solution here does not: it is computed by the SVD.

    Returns:
        `solution`; `residuals`, the squared lengths of A·X − B where A is tall and of full rank, else empty; `rank`,
        empty for "gels"; `singular_values`, for "gelsd" and "gelss" only.

    >>> import minitorch
    >>> minitorch.linalg.lstsq(minitorch.tensor([[1.0], [1.0]]), minitorch.tensor([[1.0], [3.0]])).solution
    tensor([[2.0000]])
    """
    check_matrices("linalg.lstsq", A=A)
    require_tensors("linalg.lstsq", B=B)
    check_same("linalg.lstsq", A, B)
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise ArgumentError(
            f"linalg.lstsq: driver must be 'gels', 'gelsy', 'gelsd' or 'gelss', got {driver!r}"
        )
    vector = B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1])
    b = B.unsqueeze(-1) if vector else B
    if b.ndim < 2 or b.shape[-2] != A.shape[-2]:
        raise ShapeError(
            f"linalg.lstsq: A of shape {tuple(A.shape)} does not fit B of shape {tuple(B.shape)}"
        )
    m, n = A.shape[-2:]
    backend = backend_of(A.array)
    s = SingularValues.apply(A.detach())
    cutoff = tolerances("linalg.lstsq", A, s, None, rcond)
    rank = wrap(backend.asarray((s.array > cutoff[..., None]).sum(-1)))
    x = mm(PseudoInverse.apply(A, cutoff=cutoff), b)
    residuals = A.new_empty(0, dtype=s.dtype)
    if m > n and driver != "gelsy" and bool((rank.array == n).all()):
        residuals = ((mm(A, x) - b).abs() ** 2).sum(-2)
    empty = wrap(backend.empty((0,), "int64"))
    return named("linalg_lstsq", "solution", "residuals", "rank", "singular_values")(
        x.squeeze(-1) if vector else x,
        residuals.squeeze(-1) if vector and residuals.ndim > 1 else residuals,
        empty if driver == "gels" else rank.to(dtypes.int64),
        s if driver in ("gelsd", "gelss") else A.new_empty(0, dtype=s.dtype),
    )
