"""What distributions share: parameters of a common shape, probabilities and logits, values computed once."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import TYPE_CHECKING, Any

from minitorch import dtypes, ops
from minitorch.creation import tensor
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentTypeError, ShapeError
from minitorch.modes import enable_grad
from minitorch.ranges import tril_indices
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class TypeOfParameter(ArgumentTypeError, ValueError):
    """A parameter is neither a number nor a tensor."""


def broadcast_all(*values: Any) -> tuple[Variable, ...]:
    """Numbers and tensors as tensors of their common shape; numbers get the dtype of the first tensor.

    >>> import minitorch
    >>> from minitorch.distributions.utils import broadcast_all
    >>> [x.shape for x in broadcast_all(minitorch.zeros(2, 1), 0.5, minitorch.ones(3))]
    [minitorch.Size([2, 3]), minitorch.Size([2, 3]), minitorch.Size([2, 3])]
    """
    for value in values:
        if not isinstance(value, (Value, Number)):
            raise TypeOfParameter(
                f"broadcast_all: parameters must be numbers or tensors, got {type(value).__name__}"
            )
    first = next((value for value in values if isinstance(value, Value)), None)
    kind = dtypes.get_default_dtype() if first is None else first.dtype  # type: ignore[attr-defined]
    if not (kind.is_floating_point or kind.is_complex):
        kind = dtypes.get_default_dtype()
    tensors = [value if isinstance(value, Value) else tensor(value, dtype=kind) for value in values]
    return tuple(ops.broadcast_tensors(*tensors))


def sum_rightmost(x: Variable, dims: int) -> Variable:
    """The sum over the last `dims` dims."""
    return x.sum(tuple(range(-dims, 0))) if dims else x


def clamp_probs(probs: Variable) -> Variable:
    """Probabilities kept away from 0 and 1, so that their logarithms are finite."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def clipped_sigmoid(x: Variable) -> Variable:
    """σ(x), kept away from 0 and 1."""
    limits = finfo(x.dtype)
    return x.sigmoid().clamp(min=limits.tiny, max=1.0 - limits.eps)


def probs_to_logits(probs: Variable, is_binary: bool = False) -> Variable:
    """log p, or of a single probability log p/(1 − p)."""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


def logits_to_probs(logits: Variable, is_binary: bool = False) -> Variable:
    """The softmax over the last dim, or of a single logit its sigmoid."""
    return logits.sigmoid() if is_binary else ops.softmax(logits, -1)


class lazy_property:
    """An attribute that a method computes when it is first asked for, even within `no_grad` with its graph."""

    def __init__(self, method: Callable[[Any], Any]) -> None:
        self.method, self.name = method, method.__name__
        self.__doc__ = method.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = instance.__dict__[self.name] = self.method(instance)
        return value


def tril_matrix_to_vec(mat: Variable, diag: int = 0) -> Variable:
    """The elements on and below a diagonal of matrices, row by row.

    >>> import minitorch
    >>> from minitorch.distributions.utils import tril_matrix_to_vec
    >>> tril_matrix_to_vec(minitorch.tensor([[1, 0], [2, 3]]))
    tensor([1, 2, 3])
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ShapeError(f"tril_matrix_to_vec: diag must be in [{-n}, {n - 1}], got {diag}")
    rows, columns = tril_indices(n, n, diag).tolist()
    return mat[..., rows, columns]


def vec_to_tril_matrix(vec: Variable, diag: int = 0) -> Variable:
    """The matrices whose elements on and below a diagonal are `vec`, row by row, and whose others are 0.

    >>> import minitorch
    >>> from minitorch.distributions.utils import vec_to_tril_matrix
    >>> vec_to_tril_matrix(minitorch.tensor([1, 2, 3]))
    tensor([[1, 0],
            [2, 3]])
    """
    count = vec.shape[-1]
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * count + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    n = round(n) if abs(n - round(n)) < 1e-6 else -1
    rows, columns = tril_indices(max(n, 0), max(n, 0), diag).tolist()
    if n < 0 or len(rows) != count:
        raise ShapeError(f"vec_to_tril_matrix: {count} elements do not fill a triangle with diag={diag}")
    places = tensor([n * r + c for r, c in zip(rows, columns, strict=True)], dtype=dtypes.int64)
    flat = vec.new_zeros((*vec.shape[:-1], n * n))
    return flat.index_copy(-1, places, vec).reshape(*vec.shape[:-1], n, n)
