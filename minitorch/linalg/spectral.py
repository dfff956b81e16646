"""Singular values and eigenvalues: svd, svdvals, eigh, eigvalsh, eig, eigvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.linalg.common import (
    adj,
    check_matrices,
    check_phase,
    complex_kind,
    diagonal_matrix,
    diagonal_of,
    imag_part,
    mm,
    real_of,
)
from minitorch.linalg.solve import Solve
from minitorch.op import Op
from minitorch.ops.common import array_of, conj
from minitorch.ops.out import with_out
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable


def skew(x: Any) -> Any:
    """X − Xᴴ."""
    return x - adj(x)


class SVD(Op):
    """X = U·diag(s)·Vᴴ with s falling.

    With E_jk = s_k² − s_j², 1 on the diagonal, P = UᴴG_U and Q = Vᴴ·G_V,
    dX = U·[(P − Pᴴ)/E·diag(s) + diag(s)·(Q − Qᴴ)/E + diag(g_s) + i·Im diag(P)/s]·Vᴴ
         + (1 − UUᴴ)·G_U·diag(1/s)·Vᴴ + U·diag(1/s)·G_Vᴴ·(1 − VVᴴ).
    Complex singular vectors have an arbitrary phase; the loss must not depend on it.

    Source: J. Townsend, "Differentiating the Singular Value Decomposition" (2016); Z.-Q. Wan, S.-X. Zhang,
    "Automatic Differentiation for Complex Valued SVD" (2019) for the imaginary term.
    """

    materialize = False

    def forward(self, x: Array, *, full: bool) -> tuple[Array, Array, Array]:
        u, s, vh = self.backend.svd(x, full)
        self.save(u=u, s=s, vh=vh)
        return u, s, vh

    def backward(self, g_u: Array | None, g_s: Array | None, g_vh: Array | None) -> Any:
        s = self.saved.s
        k = s.shape[-1]
        u, vh = self.saved.u[..., :k], self.saved.vh[..., :k, :]
        if g_u is None and g_vh is None:
            return mm(u * g_s[..., None, :], vh)  # type: ignore[index]
        gaps = (s[..., None, :] - s[..., :, None]) * (s[..., None, :] + s[..., :, None])
        gaps = gaps + self.backend.eye(k, k, array_of(s).dtype)
        middle, phase, outside = 0.0 if g_s is None else diagonal_matrix(g_s), 0.0, 0.0
        if g_u is not None:
            g_u = g_u[..., :k]
            p = mm(adj(u), g_u)
            middle = middle + skew(p) / gaps * s[..., None, :]
            if array_of(u).dtype.kind == "c":
                phase = imag_part(diagonal_of(p))
                middle = middle + diagonal_matrix(phase / s)
            if u.shape[-2] > k:
                scaled = g_u / s[..., None, :]
                outside = mm(scaled - mm(u, mm(adj(u), scaled)), vh)
        if g_vh is not None:
            g_vh = g_vh[..., :k, :]
            q = mm(vh, adj(g_vh))
            middle = middle + s[..., :, None] * (skew(q) / gaps)
            if array_of(vh).dtype.kind == "c":
                phase = phase + imag_part(diagonal_of(q))
            if vh.shape[-1] > k:
                scaled = g_vh / s[..., :, None]
                outside = outside + mm(u, scaled - mm(mm(scaled, adj(vh)), vh))
        if array_of(u).dtype.kind == "c":
            check_phase("linalg.svd", phase)
        return mm(mm(u, middle), vh) + outside


class SingularValues(Op):
    """s of X = U·diag(s)·Vᴴ;   dX = U·diag(g)·Vᴴ, with vectors that are computed when they are needed."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.svdvals(x)

    def backward(self, g: Array) -> Array:
        u, _, vh = SVD.apply(self.saved.x, full=False)
        return mm(u * g[..., None, :], vh)


class Eigh(Op):
    """X = V·diag(w)·Vᴴ for Hermitian X;   dX = V·[diag(g_w) + (P − Pᴴ)/(2·E)]·Vᴴ.

    E_jk = w_k − w_j and P = Vᴴ·G_V, whose Hermitian part would lead away from unitary V. With `upper`, X is read
    from its upper triangle.

    Source: M. Giles (2008), section 3.1.
    """

    materialize = False

    def forward(self, x: Array, *, upper: bool) -> tuple[Array, Array]:
        w, v = self.backend.eigh(adj(x) if upper else x)
        self.save(w=w, v=v)
        return w, v

    def backward(self, g_w: Array | None, g_v: Array | None) -> Array:
        w, v = self.saved.w, self.saved.v
        if g_v is None:
            return mm(v * g_w[..., None, :], adj(v))  # type: ignore[index]
        p = mm(adj(v), g_v)
        if array_of(v).dtype.kind == "c":
            check_phase("linalg.eigh", imag_part(diagonal_of(p)))
        one = self.backend.eye(w.shape[-1], w.shape[-1], array_of(w).dtype)
        middle = skew(p) / 2 / (w[..., None, :] - w[..., :, None] + one) * (1 - one)
        if g_w is not None:
            middle = middle + diagonal_matrix(g_w)
        return mm(v, middle, adj(v))


class Eigvalsh(Op):
    """w of X = V·diag(w)·Vᴴ;   dX = V·diag(g)·Vᴴ, with vectors that are computed when they are needed."""

    def forward(self, x: Array, *, upper: bool) -> Array:
        self.upper = upper
        self.save(x=x)
        return self.backend.eigvalsh(adj(x) if upper else x)

    def backward(self, g: Array) -> Array:
        _, v = Eigh.apply(self.saved.x, upper=self.upper)
        return mm(v * g[..., None, :], adj(v))


class Eig(Op):
    """X = V·diag(w)·V⁻¹ with columns of length 1 in V.

    With E_jk = w_k − w_j and P = VᴴG_V,  dX = V⁻ᴴ·[diag(g_w) + (P − VᴴV·diag(Re diag P))/conj(E)]·Vᴴ.

    Source: C. Boeddeker et al., "On the Computation of Complex-valued Gradients with Application to
    Statistically Optimum Beamforming" (2017), section 4.
    """

    materialize = False

    def forward(self, x: Array) -> tuple[Array, Array]:
        w, v = self.backend.eig(x)
        w, v = w.astype(complex_kind(x)), v.astype(complex_kind(x))
        self.save(w=w, v=v)
        self.real = x.dtype.kind != "c"
        return w, v

    def backward(self, g_w: Array | None, g_v: Array | None) -> Array:
        w, v = self.saved.w, self.saved.v
        vh = adj(v)
        middle = 0.0 if g_w is None else diagonal_matrix(g_w)
        if g_v is not None:
            p = mm(vh, g_v)
            check_phase("linalg.eig", imag_part(diagonal_of(p)))
            one = self.backend.eye(w.shape[-1], w.shape[-1], array_of(w).dtype)
            gaps = conj(w[..., None, :] - w[..., :, None]) + one
            middle = middle + (p - mm(vh, v) * real_of(diagonal_of(p))[..., None, :]) / gaps * (1 - one)
        dx = Solve.apply(vh, mm(middle, vh))[0]
        return dx.real if self.real else dx


class Eigvals(Op):
    """w of X = V·diag(w)·V⁻¹;   dX = V⁻ᴴ·diag(g)·Vᴴ, with vectors that are computed when they are needed."""

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        self.real = x.dtype.kind != "c"
        return self.backend.eigvals(x).astype(complex_kind(x))

    def backward(self, g: Array) -> Array:
        _, v = Eig.apply(self.saved.x)
        vh = adj(v)
        dx = Solve.apply(vh, g[..., :, None] * vh)[0]
        return dx.real if self.real else dx


@kernel
@with_out
def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """The singular value decomposition A = U·diag(S)·Vh.

    Args:
        A: (…, m, n).
        full_matrices: all m columns of U and n rows of Vh, or the first min(m, n) only.
        driver: not supported; there is one.

    Returns:
        `U`, `S` (falling) and `Vh`. Vectors are determined up to a sign (or a phase), and gradients exist where
        singular values differ.

    Raises:
        LinAlgError: if the iteration does not converge.

    >>> import minitorch
    >>> minitorch.linalg.svd(minitorch.tensor([[0.0, 2.0], [1.0, 0.0]])).S
    tensor([2., 1.])
    """
    check_matrices("linalg.svd", A=A)
    no_driver("linalg.svd", driver)
    return named("linalg_svd", "U", "S", "Vh")(*SVD.apply(A, full=full_matrices))


def no_driver(op_name: str, driver: str | None) -> None:
    """Refuses the drivers of CUDA."""
    if driver is not None:
        raise ArgumentError(f"{op_name}: driver={driver!r} is for CUDA; leave it out")


@kernel
@with_out
def svdvals(A: Any, *, driver: str | None = None) -> Variable:
    """The singular values, falling.

    Shape: (…, m, n) → (…, min(m, n)).

    >>> import minitorch
    >>> minitorch.linalg.svdvals(minitorch.tensor([[0.0, 2.0], [1.0, 0.0]]))
    tensor([2., 1.])
    """
    check_matrices("linalg.svdvals", A=A)
    no_driver("linalg.svdvals", driver)
    return SingularValues.apply(A)


def is_upper(op_name: str, A: Any, UPLO: str) -> bool:
    """Whether the upper triangle shall be read, after checking the arguments."""
    check_matrices(op_name, square=True, A=A)
    if str(UPLO).upper() not in ("L", "U"):
        raise ArgumentError(f"{op_name}: UPLO must be 'L' or 'U', got {UPLO!r}")
    return UPLO.upper() == "U"


@kernel
@with_out
def eigh(A: Any, UPLO: str = "L") -> Any:
    """The eigenvalues and eigenvectors of symmetric (or Hermitian) matrices, A = V·diag(w)·Vᴴ.

    Args:
        A: (…, n, n); one triangle is read.
        UPLO: which one: "L" or "U".

    Returns:
        `eigenvalues`, rising, and `eigenvectors`, in columns.

    Raises:
        LinAlgError: if the iteration does not converge.

    >>> import minitorch
    >>> minitorch.linalg.eigh(minitorch.tensor([[2.0, 1.0], [1.0, 2.0]])).eigenvalues
    tensor([1., 3.])
    """
    return named("linalg_eigh", "eigenvalues", "eigenvectors")(
        *Eigh.apply(A, upper=is_upper("linalg.eigh", A, UPLO))
    )


@kernel
@with_out
def eigvalsh(A: Any, UPLO: str = "L") -> Variable:
    """The eigenvalues of symmetric (or Hermitian) matrices, rising.

    >>> import minitorch
    >>> minitorch.linalg.eigvalsh(minitorch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])
    """
    return Eigvalsh.apply(A, upper=is_upper("linalg.eigvalsh", A, UPLO))


@kernel
@with_out
def eig(A: Any) -> Any:
    """The eigenvalues and eigenvectors of square matrices, A = V·diag(w)·V⁻¹; complex, in no particular order.

    Returns:
        `eigenvalues` and `eigenvectors`, in columns of length 1.

    Raises:
        LinAlgError: if the iteration does not converge.

    >>> import minitorch
    >>> minitorch.linalg.eig(minitorch.tensor([[0.0, -1.0], [1.0, 0.0]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    check_matrices("linalg.eig", square=True, A=A)
    return named("linalg_eig", "eigenvalues", "eigenvectors")(*Eig.apply(A))


@kernel
@with_out
def eigvals(A: Any) -> Variable:
    """The eigenvalues of square matrices; complex, in no particular order.

    >>> import minitorch
    >>> minitorch.linalg.eigvals(minitorch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    tensor([0.+1.j, 0.-1.j])
    """
    check_matrices("linalg.eigvals", square=True, A=A)
    return Eigvals.apply(A)
