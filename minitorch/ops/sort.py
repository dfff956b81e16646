"""Order: sort, argsort, msort, topk, kthvalue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import IndexRangeError
from minitorch.op import Op
from minitorch.ops.common import check_ordered, ndim_of, wrap_dim
from minitorch.ops.index import TakeAlong
from minitorch.ops.join import narrow
from minitorch.ops.out import with_out
from minitorch.return_types import named

if TYPE_CHECKING:
    from minitorch.variable import Variable

SortResult, TopkResult, KthvalueResult = (
    named(name, "values", "indices") for name in ("sort", "topk", "kthvalue")
)


class Argsort(Op):
    """The indices that put x in order along `dim`, equal elements as they stand; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, dim: int, descending: bool) -> Array:
        b = self.backend
        return b.argsort_descending(x, dim) if descending else b.argsort(x, axis=dim)


class Top(Op):
    """The indices of the k largest or smallest elements along `dim`, in order; it has no derivative."""

    differentiable = False

    def forward(self, x: Array, *, k: int, dim: int, largest: bool) -> Array:
        y = self.backend.topk(x, k, dim, largest)
        return y if y.flags.c_contiguous else self.backend.copy(y)


def order(op_name: str, input: Any, dim: int, descending: bool) -> Any:
    """The indices that sort `input`."""
    check_ordered(op_name, input.array)
    if not input.ndim:
        return input.new_zeros((), dtype=dtypes.int64)
    return Argsort.apply(input, dim=dim, descending=descending)


def pick(input: Any, indices: Any, dim: int) -> Any:
    """The elements of `input` at `indices` along `dim`."""
    return TakeAlong.apply(input, indices=indices.array, dim=dim)


@with_out
def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The elements in order along `dim`, and the indices at which they stood; NaN counts as largest.

    Args:
        input: any shape.
        dim: along which to sort.
        descending: largest first.
        stable: accepted for PyTorch's sake; equal elements always keep their order.

    >>> import minitorch
    >>> values, indices = minitorch.sort(minitorch.tensor([3, 1, 2]))
    >>> values, indices
    (tensor([1, 2, 3]), tensor([1, 2, 0]))
    """
    d = wrap_dim("sort", dim, ndim_of("sort", input))
    indices = order("sort", input, d, descending)
    return SortResult(pick(input, indices, d) if input.ndim else input.clone(), indices)


@with_out
def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Variable:
    """The indices that put the elements in order along `dim`; arguments as for `sort`.

    >>> import minitorch
    >>> minitorch.argsort(minitorch.tensor([3, 1, 2]), descending=True)
    tensor([0, 2, 1])
    """
    d = wrap_dim("argsort", dim, ndim_of("argsort", input))
    return order("argsort", input, d, descending)


@with_out
def msort(input: Any) -> Variable:
    """The elements in order along the first dim.

    >>> import minitorch
    >>> minitorch.msort(minitorch.tensor([[3, 1], [2, 4]]))
    tensor([[2, 1],
            [3, 4]])
    """
    values: Variable = sort(input, 0).values
    return values


@with_out
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest elements along `dim`, largest first, and the indices at which they stood.

    Args:
        input: any shape.
        k: how many.
        dim: along which to choose.
        largest: False for the smallest ones, smallest first.
        sorted: accepted for PyTorch's sake; results are always in order.

    Raises:
        IndexRangeError: if there are fewer than `k` elements.

    >>> import minitorch
    >>> minitorch.topk(minitorch.tensor([1.0, 5.0, 3.0]), 2).indices
    tensor([1, 2])
    """
    d = wrap_dim("topk", dim, ndim_of("topk", input))
    n = input.shape[d] if input.ndim else 1
    if not 0 <= k <= n:
        raise IndexRangeError(f"topk: k is {k}, but dim {d} of shape {tuple(input.shape)} has {n} elements")
    check_ordered("topk", input.array)
    if not input.ndim:
        return (
            TopkResult(*sort(input))
            if k
            else TopkResult(input.new_zeros(0), input.new_zeros(0, dtype=dtypes.int64))
        )
    indices = Top.apply(input, k=k, dim=d, largest=largest)
    return TopkResult(pick(input, indices, d), indices)


@with_out
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The `k`-th smallest element along `dim`, counted from 1, and the index at which it stood.

    Raises:
        IndexRangeError: if there are fewer than `k` elements.

    >>> import minitorch
    >>> minitorch.kthvalue(minitorch.tensor([1.0, 5.0, 3.0]), 2).values
    tensor(3.)
    """
    d = wrap_dim("kthvalue", dim, ndim_of("kthvalue", input))
    n = input.shape[d] if input.ndim else 1
    if not 1 <= k <= n:
        raise IndexRangeError(
            f"kthvalue: k is {k}, but must lie between 1 and {n} for dim {d} of shape {tuple(input.shape)}"
        )
    if not input.ndim:
        return KthvalueResult(*sort(input))
    check_ordered("kthvalue", input.array)
    indices = narrow(Top.apply(input, k=k, dim=d, largest=False), d, k - 1, 1).contiguous()
    values = pick(input, indices, d)
    return KthvalueResult(*((values, indices) if keepdim else (values.squeeze(d), indices.squeeze(d))))
