"""A linear map and the activation after it in one op: the bias, the activation and the product share one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.ops.activation import gelu, gelu_slope, relu
from minitorch.ops.common import array_of
from minitorch.ops.linalg import Linear, check_same_dtype, linear
from minitorch.ops.products import addmm, check_dims

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LinearRelu(Linear):
    """Y = max(X·Wᵀ + b, 0);   with G where Y ≠ 0, else 0, for G: dX = G·W,  dW = Gᵀ·X,  db = Σ G over rows."""

    def forward(self, x: Array, w: Array, b: Array | None) -> Array:
        y = self.backend.linear_relu(x, w, b)
        self.save(x=x, w=w, output=y)
        return y

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        return super().backward(g * (array_of(self.saved.output) != 0))

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        return super().fused_backward(self.backend.relu_backward(self.saved.output, g))


class LinearGelu(Linear):
    """Y = gelu(Z), Z = X·Wᵀ + b;   with G·gelu′(Z) for G: dX = G·W,  dW = Gᵀ·X,  db = Σ G over rows."""

    def forward(self, x: Array, w: Array, b: Array | None, *, tanh: bool = False) -> Array:
        self.tanh = tanh
        y, z, cdf = self.backend.linear_gelu(x, w, b, tanh)
        self.save(x=x, w=w, b=b)
        self.keep(z=z, cdf=cdf)
        return y

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        z = Linear.apply(self.saved.x, self.saved.w, self.saved.b)
        return super().backward(g * gelu_slope(z, self.tanh))

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        return super().fused_backward(self.backend.gelu_backward(self.saved.z, self.saved.cdf, g, self.tanh))


def linear_activation(input: Any, weight: Any, bias: Any, activation: str) -> Variable:
    """`relu` or `gelu` of `linear(input, weight, bias)`, in one op where the arguments are a layer's.

    Args:
        input: (…, in).
        weight: (out, in).
        bias: (out), or None.
        activation: `"relu"`, `"gelu"`, or `"gelu_tanh"` for gelu's approximation.

    Shape: (…, out).

    >>> import minitorch
    >>> from minitorch.ops.linear_activation import linear_activation
    >>> linear_activation(minitorch.ones(1, 2), minitorch.eye(2), minitorch.tensor([1.0, -3.0]), "relu")
    tensor([[2., 0.]])
    """
    x, w = array_of(input), array_of(weight)
    fits = x.ndim >= 2 and w.ndim == 2 and 0 < x.shape[-1] == w.shape[1] and x.dtype == w.dtype
    if not fits or x.dtype.kind not in "fV" or (bias is not None and array_of(bias).shape != w.shape[:1]):
        y = linear(input, weight, bias)
        return relu(y) if activation == "relu" else gelu(y, "tanh" if activation == "gelu_tanh" else "none")
    rows = input if x.ndim == 2 else input.reshape(-1, w.shape[1])
    if activation == "relu":
        y = LinearRelu.apply(rows, weight, bias)
    else:
        y = LinearGelu.apply(rows, weight, bias, tanh=activation == "gelu_tanh")
    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], w.shape[0])


@kernel
def _addmm_activation(
    input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1, use_gelu: bool = False
) -> Variable:
    """`relu`, or `gelu`, of beta·input + alpha·(mat1 @ mat2).

    In one op where both weights are 1 and the input is a vector: the bias of a linear layer. PyTorch's function of
    this name has no derivative; here it has.

    Args:
        input: broadcasts to the product.
        mat1: (n, k).
        mat2: (k, m).
        beta: the weight of the input.
        alpha: the weight of the product.
        use_gelu: gelu instead of relu.

    Raises:
        ShapeError: if sizes do not fit.

    >>> import minitorch
    >>> minitorch._addmm_activation(minitorch.tensor([1.0, -3.0]), minitorch.ones(1, 2), minitorch.eye(2))
    tensor([[2., 0.]])
    """
    check_dims("_addmm_activation", mat1=(mat1, 2), mat2=(mat2, 2))
    check_same_dtype("_addmm_activation", array_of(input), array_of(mat2))
    if beta == 1 and alpha == 1 and tuple(input.shape) == (mat2.shape[1],):
        return linear_activation(mat1, mat2.mT, input, "gelu" if use_gelu else "relu")
    y = addmm(input, mat1, mat2, beta=beta, alpha=alpha)
    return gelu(y) if use_gelu else relu(y)
