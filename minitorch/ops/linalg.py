"""Products: matmul, linear, einsum and their relatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import casts, kernel
from minitorch.backend import Array
from minitorch.errors import DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, conj, not_a_tensor, require_tensors
from minitorch.ops.out import with_out

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Matmul(Op):
    """Z = X·Y for matrices, or stacks of them;   dX = G·Yᴴ,  dY = Xᴴ·G."""

    broadcasts = True

    def forward(self, x: Array, y: Array) -> Array:
        if self.recording:
            to_x, to_y = self.edges
            self.save(x=None if to_y is None else x, y=None if to_x is None else y)
        if x.dtype.char == "e":  # sums of halves lose too much
            return self.backend.matmul(x.astype("float32"), y.astype("float32")).astype(x.dtype)
        return self.backend.matmul(x, y)

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        x, y = self.saved.x, self.saved.y
        return (
            None if y is None else Matmul.apply(g, conj(y).swapaxes(-1, -2)),
            None if x is None else Matmul.apply(conj(x).swapaxes(-1, -2), g),
        )


class Linear(Op):
    """Y = X·Wᵀ + b;   dX = G·W,  dW = Gᵀ·X,  db = Σ G over rows."""

    optional = True

    def forward(self, x: Array, w: Array, b: Array | None) -> Array:
        if self.recording:
            need_x, need_w, _ = self.needs_input_grad
            self.save(x=x if need_w else None, w=w if need_x else None)
        return self.backend.linear(x, w, b)

    def backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        need_x, need_w, need_b = self.needs_input_grad
        return (
            Matmul.apply(g, conj(self.saved.w)) if need_x else None,
            Matmul.apply(g.swapaxes(0, 1), conj(self.saved.x)) if need_w else None,
            g.sum(0) if need_b else None,
        )

    def fused_backward(self, g: Array) -> tuple[Array | None, Array | None, Array | None]:
        need_x, need_w, need_b = self.needs_input_grad
        return (
            Matmul.apply(g, conj(self.saved.w)) if need_x else None,
            Matmul.apply(g.swapaxes(0, 1), conj(self.saved.x)) if need_w else None,
            self.backend.sum(g, axis=0) if need_b else None,
        )


def check_inner(op_name: str, x: Any, y: Any) -> None:
    """Refuses matrices whose inner sizes differ, and guesses the remedy."""
    inner = y.shape[-2] if y.ndim > 1 else y.shape[0]
    if x.shape[-1] != inner:
        remedy = ""
        if y.ndim > 1 and y.shape[-1] == x.shape[-1]:
            remedy = " Did you mean the transpose of the second, y.mT?"
        elif x.ndim > 1 and x.shape[-2] == inner:
            remedy = " Did you mean the transpose of the first, x.mT?"
        raise ShapeError(
            f"{op_name}: {tuple(x.shape)} @ {tuple(y.shape)}: inner sizes {x.shape[-1]} and {inner} differ.{remedy}"
        )
    check_same_dtype(op_name, array_of(x), array_of(y))
    if array_of(x).dtype.kind == "b" and array_of(x).size and array_of(y).size:
        raise DtypeError(f"{op_name}: not defined for booleans; use x.int() @ y.int() > 0")


def check_same_dtype(op_name: str, x: Array, y: Array) -> None:
    """Products do not promote dtypes, as in PyTorch; in autocast their inputs are cast later."""
    if x.dtype is not y.dtype and x.dtype != y.dtype and not casts(x):
        raise DtypeError(
            f"{op_name}: dtypes {x.dtype} and {y.dtype} differ; convert one, as in x.to(y.dtype)"
        )


@with_out
def matmul(input: Any, other: Any) -> Variable:
    """The product of matrices, of stacks of them (leading dims broadcast), or of vectors.

    Shape: (…, n, k) @ (…, k, m) → (…, n, m); (k) @ (k) → (); (…, n, k) @ (k) → (…, n).

    Raises:
        ShapeError: if the inner sizes differ; the message names them.

    >>> import minitorch
    >>> minitorch.matmul(minitorch.tensor([[1.0, 2.0]]), minitorch.tensor([3.0, 4.0]))
    tensor([11.])
    """
    try:
        dimensions = min(input.ndim, other.ndim)
    except AttributeError:
        raise not_a_tensor("matmul", input, other) from None
    if not dimensions:
        raise ShapeError("matmul: 0-d tensors cannot be multiplied as matrices; use *")
    check_inner("matmul", input, other)
    if input.ndim == 1 and other.ndim == 1 and not casts(array_of(input)):
        return (input * other).sum(dtype=input.dtype)
    if other.ndim == 1:
        return matmul(input, other.unsqueeze(-1)).squeeze(-1)
    if input.ndim == 1:
        return matmul(input.unsqueeze(0), other).squeeze(-2)
    if input.ndim > 2 and other.ndim == 2:  # one large product instead of many small ones
        rows = Matmul.apply(input.reshape(-1, input.shape[-1]) if input.numel() else input, other)
        return rows.reshape(*input.shape[:-1], other.shape[-1])
    return Matmul.apply(input, other)


def rmatmul(input: Any, other: Any) -> Variable:
    """The product `other @ input`.

    >>> import minitorch
    >>> a = minitorch.tensor([[0.0, 1.0], [0.0, 0.0]])
    >>> minitorch.ops.rmatmul(a, a.T)  # a.T @ a
    tensor([[0., 0.],
            [0., 1.]])
    """
    return matmul(other, input)


@with_out
def mm(input: Any, mat2: Any) -> Variable:
    """The product of two matrices, without broadcasting.

    Raises:
        ShapeError: for anything but matrices whose inner sizes agree.
        DtypeError: if dtypes differ.

    >>> import minitorch
    >>> minitorch.mm(minitorch.tensor([[1.0, 2.0]]), minitorch.tensor([[3.0], [4.0]]))
    tensor([[11.]])
    """
    if input.ndim != 2 or mat2.ndim != 2:
        raise ShapeError(
            f"mm: expected two matrices, got shapes {tuple(input.shape)} and {tuple(mat2.shape)}"
        )
    return matmul(input, mat2)


@with_out
def bmm(input: Any, mat2: Any) -> Variable:
    """The products of two stacks of matrices, (b, n, k) and (b, k, m).

    Raises:
        ShapeError: for other shapes.

    >>> import minitorch
    >>> x, y = minitorch.ones(10, 2, 3), minitorch.ones(10, 3, 4)
    >>> minitorch.bmm(x, y).shape
    minitorch.Size([10, 2, 4])
    """
    if input.ndim != 3 or mat2.ndim != 3 or input.shape[0] != mat2.shape[0]:
        raise ShapeError(
            f"bmm: expected (b, n, k) and (b, k, m) with the same b, got {tuple(input.shape)} and {tuple(mat2.shape)}"
        )
    return matmul(input, mat2)


@kernel
@with_out
def mv(input: Any, vec: Any) -> Variable:
    """The product of a matrix and a vector.

    Raises:
        ShapeError: for other numbers of dims, or inner sizes that differ.

    >>> import minitorch
    >>> minitorch.mv(minitorch.tensor([[1.0, 2.0], [3.0, 4.0]]), minitorch.tensor([1.0, -1.0]))
    tensor([-1., -1.])
    """
    if input.ndim != 2 or vec.ndim != 1:
        raise ShapeError(
            f"mv: expected a matrix and a vector, got {tuple(input.shape)} and {tuple(vec.shape)}"
        )
    return matmul(input, vec)


@kernel
@with_out
def dot(input: Any, tensor: Any) -> Variable:
    """The inner product of two vectors, Σ xᵢ·yᵢ.

    Raises:
        ShapeError: for anything but two vectors of one size.

    >>> import minitorch
    >>> minitorch.dot(minitorch.tensor([1.0, 2.0]), minitorch.tensor([3.0, 4.0]))
    tensor(11.)
    """
    if input.ndim != 1 or tensor.ndim != 1:
        raise ShapeError(f"dot: expected two vectors, got {tuple(input.shape)} and {tuple(tensor.shape)}")
    return matmul(input, tensor)


@with_out
def outer(input: Any, vec2: Any) -> Variable:
    """The outer product of two vectors.

    Shape: (n), (m) → (n, m).

    Raises:
        ShapeError: for anything but two vectors.

    >>> import minitorch
    >>> minitorch.outer(minitorch.tensor([1.0, 2.0]), minitorch.tensor([3.0, 4.0, 5.0]))
    tensor([[ 3.,  4.,  5.],
            [ 6.,  8., 10.]])
    """
    if input.ndim != 1 or vec2.ndim != 1:
        raise ShapeError(f"outer: expected two vectors, got {tuple(input.shape)} and {tuple(vec2.shape)}")
    return input.unsqueeze(1) * vec2


@with_out
def linear(input: Any, weight: Any, bias: Any = None) -> Variable:
    """`input @ weightᵀ + bias`.

    Shape: input (…, in), weight (out, in), bias (out) → (…, out).

    Raises:
        ShapeError: if the sizes of input and weight differ.

    >>> import minitorch
    >>> w, b = minitorch.tensor([[1.0, 2.0]]), minitorch.tensor([0.5])
    >>> minitorch.nn.functional.linear(minitorch.tensor([3.0, 4.0]), w, b)
    tensor([11.5000])
    """
    require_tensors("linear", input=input, weight=weight)
    x, w = array_of(input), array_of(weight)
    if w.ndim == 1:
        y = matmul(input, weight)
        return y if bias is None else y + bias
    if not x.ndim or x.shape[-1] != w.shape[-1]:
        raise ShapeError(
            f"linear: an input of shape {x.shape} does not fit a weight of shape {w.shape}: expected "
            f"(…, {w.shape[-1]})" + (". Flatten the input first" if x.ndim > 2 else "")
        )
    check_same_dtype("linear", x, w)
    if bias is not None and array_of(bias).shape != w.shape[:1]:
        return matmul(input, weight.mT) + bias
    if x.ndim == 2:
        return Linear.apply(input, weight, bias)
    rows = Linear.apply(input.reshape(-1, w.shape[1]) if w.shape[1] else input, weight, bias)
    return rows.reshape(*x.shape[:-1], w.shape[0])


@kernel
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Variable:
    """`input1 · weight[k] · input2ᵀ + bias[k]` for each output k.

    Shape: (…, in1), (…, in2), weight (out, in1, in2), bias (out) → (…, out).

    Raises:
        ShapeError: if the sizes of the inputs and the weight differ.

    >>> import minitorch
    >>> x, y, w = minitorch.ones(8, 2), minitorch.ones(8, 3), minitorch.ones(5, 2, 3)
    >>> minitorch.nn.functional.bilinear(x, y, w).shape
    minitorch.Size([8, 5])
    """
    fits = weight.ndim == 3 and input1.ndim == input2.ndim > 0 and input1.shape[:-1] == input2.shape[:-1]
    if not fits or (input1.shape[-1], input2.shape[-1]) != tuple(weight.shape[1:]):
        raise ShapeError(
            f"bilinear: inputs of shapes {tuple(input1.shape)} and {tuple(input2.shape)} do not fit a weight of "
            f"shape {tuple(weight.shape)}: expected (…, in1), (…, in2) and (out, in1, in2)"
        )
    out, in1, in2 = weight.shape
    joined = weight.permute(1, 0, 2).reshape(in1, out * in2)
    rows = matmul(input1, joined).reshape(*input1.shape[:-1], out, in2)
    y = matmul(rows, input2.unsqueeze(-1)).squeeze(-1)
    return y if bias is None else y + bias
