"""The exponential of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.linalg.common import adj, check_matrices
from minitorch.op import Op
from minitorch.ops.join import cat

if TYPE_CHECKING:
    from minitorch.variable import Variable


class MatrixExp(Op):
    """Y = e^X;   dX is the upper right block of the exponential of (Xᴴ, G; 0, Xᴴ).

    Source: R. Mathias, "A Chain Rule for Matrix Functions and Applications" (1996), theorem 2.1.
    """

    def forward(self, x: Array) -> Array:
        self.save(x=x)
        return self.backend.matrix_exp(x)

    def backward(self, g: Array) -> Array:
        n = g.shape[-1]
        xh = adj(self.saved.x)
        both = cat([cat([xh, g], -1), cat([xh * 0, xh], -1)], -2)
        return MatrixExp.apply(both)[..., :n, n:]


def matrix_exp(A: Any) -> Variable:
    """e^A = Σ Aᵏ/k!, of square matrices.

    Shape: (…, n, n) → (…, n, n).

    >>> import minitorch
    >>> minitorch.linalg.matrix_exp(minitorch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    check_matrices("linalg.matrix_exp", square=True, A=A)
    return MatrixExp.apply(A)
