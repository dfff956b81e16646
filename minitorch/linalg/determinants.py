"""Determinants: det, slogdet, logdet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.linalg.common import adj, check_matrices, epsilon, imag_part, mm
from minitorch.linalg.solve import Inverse
from minitorch.linalg.spectral import SVD
from minitorch.op import Op
from minitorch.ops.common import array_of, conj
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import log
from minitorch.ops.reduce import exclusive_product
from minitorch.ops.shape import flip
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Det(Op):
    """y = det X;   dX = g·conj(y)·X⁻ᴴ = g·adj(X)ᴴ, the adjugate, which singular matrices have, too.

    Source: M. Giles (2008), section 2.2.4; G. W. Stewart, "On the Adjugate Matrix" (1998) for singular ones.
    """

    def forward(self, x: Array) -> Array:
        y = self.backend.asarray(self.backend.det(x))
        self.save(x=x, output=y)
        return y

    def backward(self, g: Array) -> Array:
        x, y = self.saved.x, self.saved.output
        if not array_of(x).size:
            return x * g[..., None, None]
        if self.regular(array_of(x)):
            return (g * conj(y))[..., None, None] * adj(Inverse.apply(x)[0])
        return g[..., None, None] * adj(adjugate(x))

    def regular(self, x: Array) -> bool:
        """Whether every matrix is far enough from a singular one for its inverse to be of use."""
        s = self.backend.svdvals(x)
        return bool((s[..., -1] > s[..., 0] * s.shape[-1] * epsilon(s)).all())


def adjugate(x: Any) -> Any:
    """adj X = det(U·Vᴴ)·V·diag(Π of the other singular values)·Uᴴ."""
    u, s, vh = SVD.apply(x, full=False)
    before = exclusive_product(s, s.ndim - 1)
    after = flip(exclusive_product(flip(s, (s.ndim - 1,)), s.ndim - 1), (s.ndim - 1,))
    return Det.apply(mm(u, vh))[..., None, None] * mm(adj(vh) * (before * after)[..., None, :], adj(u))


class Slogdet(Op):
    """s = det X/|det X| and y = ln |det X|;   dX = (g_y − i·Im(conj(g_s)·s))·X⁻ᴴ."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        sign, y = map(self.backend.asarray, self.backend.slogdet(x))
        self.save(x=x, sign=sign)
        return sign, y

    def backward(self, g_sign: Array, g: Array) -> Array:
        x, sign = self.saved.x, self.saved.sign
        if array_of(x).dtype.kind == "c":
            g = g - imag_part(conj(g_sign) * sign)
        return g[..., None, None] * adj(Inverse.apply(x)[0])


@with_out
def det(A: Any) -> Variable:
    """The determinants of square matrices.

    Shape: (…, n, n) → (…).

    Raises:
        ShapeError: for matrices that are not square.

    >>> import minitorch
    >>> minitorch.linalg.det(minitorch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor(6.)
    """
    check_matrices("linalg.det", square=True, A=A)
    return Det.apply(A)


@with_out
def slogdet(A: Any) -> Any:
    """The sign of determinants, and the logarithm of their size, which does not overflow.

    Returns:
        `sign`, of size 1 (0 for singular matrices), and `logabsdet` (−inf for them).

    >>> import minitorch
    >>> minitorch.linalg.slogdet(minitorch.eye(2) * -1e30).logabsdet
    tensor(138.1551)
    """
    check_matrices("linalg.slogdet", square=True, A=A)
    return named("linalg_slogdet", "sign", "logabsdet")(*Slogdet.apply(A))


def logdet(input: Any) -> Variable:
    """ln det X; NaN for negative determinants, −inf for 0.

    >>> import minitorch
    >>> minitorch.logdet(minitorch.eye(2) * 2)
    tensor(1.3863)
    """
    check_matrices("logdet", square=True, input=input)
    sign, y = Slogdet.apply(input)
    return log(sign) + y if sign.is_complex() else y + log(sign.detach())
