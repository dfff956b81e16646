"""Scatter with a choice of how elements that meet in one place are combined: scatter_reduce, index_reduce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, wrap_dim
from minitorch.ops.index import AddAlong, TakeAlong, corner
from minitorch.ops.memory import clone
from minitorch.ops.out import with_out
from minitorch.ops.scatter import Scatter, scatter_products, slices_along, source_along
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ScatterExtreme(Op):
    """y = x, with max(x, v) (or min) at `indices` along `dim`;   equal extremes share the gradient evenly."""

    def forward(self, x: Array, v: Array, *, indices: Array, dim: int, largest: bool) -> Array:
        b = self.backend
        choose = b.maximum if largest else b.minimum
        y = b.copy(x)
        for i in range(indices.shape[dim]):
            at = (slice(None),) * dim + (slice(i, i + 1),)
            places = corner(y, indices[at].shape, dim)
            met = choose(b.take_along_axis(places, indices[at], dim), v[at])
            b.put_along_axis(places, indices[at], met, dim)
        if self.recording:
            ours = x == y
            theirs = v == b.take_along_axis(corner(y, indices.shape, dim), indices, dim)
            count = ours.astype(x.dtype)
            b.add_along_axis(corner(count, indices.shape, dim), indices, theirs.astype(x.dtype), dim)
            self.keep(ours=ours, theirs=theirs, count=b.maximum(count, 1))
            self.indices, self.dim = indices, dim
        return y

    def backward(self, g: Array) -> tuple[Array, Array]:
        saved, dtype = self.saved, array_of(g).dtype
        share = g / saved.count
        theirs = TakeAlong.apply(share, indices=self.indices, dim=self.dim)
        return share * saved.ours.astype(dtype), theirs * saved.theirs.astype(dtype)


def identity_of(reduce: str, x: Any) -> Any:
    """The number that changes nothing in a reduction."""
    if reduce in ("amax", "amin"):
        if x.dtype.is_floating_point:
            return -float("inf") if reduce == "amax" else float("inf")
        if x.array.dtype.kind == "b":
            return reduce == "amin"
        limits = dtypes.iinfo(x.dtype)
        return limits.min if reduce == "amax" else limits.max
    return 1 if reduce == "prod" else 0


@with_out
def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Variable:
    """`input` with the elements of `src` combined into it at `index` along `dim`.

    Args:
        input: what the result starts as.
        dim: along which the indices count.
        index: as many dims as `input`; along other dims than `dim` it may be smaller.
        src: a tensor at least as large as `index`.
        reduce: "sum", "prod", "mean", "amax" or "amin".
        include_self: whether what is there takes part; places that no index names keep it in any case.

    >>> import minitorch
    >>> x, index = minitorch.tensor([1.0, 2.0, 3.0]), minitorch.tensor([0, 0, 2])
    >>> minitorch.scatter_reduce(x, 0, index, minitorch.tensor([5.0, 7.0, 1.0]), "amax")
    tensor([7., 2., 3.])
    """
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise ArgumentError(
            f"scatter_reduce: reduce must be 'sum', 'prod', 'mean', 'amax' or 'amin', got {reduce!r}"
        )
    x, d, indices, v = source_along("scatter_reduce", input, dim, index, src)
    if not indices.size:
        return clone(input)
    return reduce_into(x, d, indices, v, reduce, include_self).reshape(input.shape)


def reduce_into(x: Any, dim: int, indices: Array, v: Any, reduce: str, include_self: bool) -> Any:
    """`scatter_reduce`, after all checks."""
    start = x if include_self else Scatter.apply(x, identity_of(reduce, x), indices=indices, dim=dim)
    if reduce == "prod":
        return scatter_products(start, dim, indices, v)
    if reduce in ("amax", "amin"):
        return ScatterExtreme.apply(start, v, indices=indices, dim=dim, largest=reduce == "amax")
    total = start + AddAlong.apply(v, indices=indices, dim=dim, shape=x.shape)
    if reduce == "sum":
        return total
    ones = v.detach() * 0 + 1
    count = AddAlong.apply(ones, indices=indices, dim=dim, shape=x.shape)
    count = count + 1 if include_self else count + (count == 0)
    return total / count if x.dtype.is_floating_point or x.dtype.is_complex else total // count


@with_out
def index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Variable:
    """`input` with the slices of `source` combined into it at `index` along `dim`.

    Args:
        input: what the result starts as.
        dim: along which the indices count.
        index: a vector, one place for each slice.
        source: the slices.
        reduce: "prod", "mean", "amax" or "amin".
        include_self: whether what is there takes part.

    >>> import minitorch
    >>> x, rows = minitorch.ones(2, 2), minitorch.tensor([[2.0, 3.0], [4.0, 5.0]])
    >>> minitorch.index_reduce(x, 0, minitorch.tensor([0, 0]), rows, "prod")
    tensor([[ 8., 15.],
            [ 1.,  1.]])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ArgumentError(f"index_reduce: reduce must be 'prod', 'mean', 'amax' or 'amin', got {reduce!r}")
    x, key, v = slices_along("index_reduce", input, dim, index, source)
    d = wrap_dim("index_reduce", dim, x.ndim)
    if not v.numel():
        return clone(input)
    if len(key) != d + 1:
        raise ShapeError("index_reduce: index must be a vector")
    at = wrap(key[-1].reshape([-1 if i == d else 1 for i in range(x.ndim)])).expand(v.shape)
    return reduce_into(x, d, at.array, v, reduce, include_self).reshape(input.shape)
