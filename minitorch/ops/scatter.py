"""Gather and scatter: elements read from, and written to, the places that an index tensor names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, looks_at, ndim_of, wrap_dim
from minitorch.ops.index import (
    AddAlong,
    PutItem,
    TakeAlong,
    as_index,
    check_range,
    corner,
    getitem,
    masked_fill,
    setitem,
)
from minitorch.ops.memory import clone
from minitorch.ops.out import with_out
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Scatter(Op):
    """y = x, with v in place of its elements at `indices` along `dim`;   dx = g, 0 there,  dv = g there."""

    def forward(self, x: Array, v: Array, *, indices: Array, dim: int) -> Array:
        self.indices, self.dim = indices, dim
        y = self.backend.copy(x)
        self.backend.put_along_axis(corner(y, indices.shape, dim), indices, v, dim)
        return y

    def backward(self, g: Array) -> tuple[Array | None, Array | None]:
        need_x, need_v = self.needs_input_grad
        indices, dim = self.indices, self.dim
        return (
            Scatter.apply(g, 0.0, indices=indices, dim=dim) if need_x else None,
            TakeAlong.apply(g, indices=indices, dim=dim) if need_v else None,
        )


# Along one dim, with an index for each element ----------------------------------------------------


def index_along(op_name: str, input: Any, dim: int, index: Any) -> tuple[int, Array]:
    """The dim, and the index array, after checking that it fits and stays within the input.

    Raises:
        ShapeError: if it has other dims than the input, or is larger along a dim other than `dim`.
        IndexRangeError: for an index that the dim does not have, also for negative ones.
    """
    d, array, shape = (
        wrap_dim(op_name, dim, ndim_of(op_name, input)),
        as_index(op_name, index, empty_ok=True),
        tuple(input.shape),
    )
    if not array.size:
        return d, array.reshape(array.shape if array.ndim == input.ndim else (0,) * input.ndim)
    if max(array.ndim, 1) != max(input.ndim, 1):
        raise ShapeError(
            f"{op_name}: an index of shape {array.shape} has {array.ndim} dimensions and an input "
            f"of shape {shape} "
            f"{input.ndim}; both need the same number. For whole slices use index_select or index_add"
        )
    for i, (n, m) in enumerate(zip(array.shape, shape, strict=False)):
        if i != d and n > m:
            raise ShapeError(
                f"{op_name}: an index of shape {array.shape} is larger than an input of shape "
                f"{shape} at dim {i}; "
                f"only along dim {d} may it be larger"
            )
    check_bounds(op_name, array, shape, d)
    return d, array


def check_bounds(op_name: str, indices: Array, shape: tuple[int, ...], dim: int) -> None:
    """Refuses indices outside of 0 … size − 1; these ops do not count from the end."""
    n = shape[dim] if shape else 1
    if indices.size and looks_at(indices):
        low, high = int(indices.min()), int(indices.max())
        if low < 0 or high >= n:
            remedy = "; negative indices do not count from the end here" if -n <= low < 0 and high < n else ""
            raise IndexRangeError(
                f"{op_name}: index {low if low < 0 else high} is out of range for dim {dim} of "
                f"size {n} (shape {shape}); "
                f"it must lie between 0 and {n - 1}{remedy}"
            )


@with_out
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Variable:
    """The elements at `index` along `dim`: y[i][j] = x[index[i][j]][j] for dim 0.

    Args:
        input: what to pick from.
        dim: along which the indices count.
        index: as many dims as `input`; along other dims than `dim` it may be smaller.
        sparse_grad: accepted for PyTorch's sake; gradients are dense.

    Shape: the result has the shape of `index`.

    Raises:
        IndexRangeError: for an index out of range; negative ones are, too.
        ShapeError: if the index does not fit the input.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2], [3, 4]])
    >>> minitorch.gather(x, 1, minitorch.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    d, array = index_along("gather", input, dim, index)
    if not array.size:
        return input.new_zeros(array_of(index).shape)
    if not input.ndim or not array.ndim:
        picked = TakeAlong.apply(input.reshape(-1), indices=array.reshape(-1), dim=0)
        return picked.reshape(array_of(index).shape)
    return TakeAlong.apply(input, indices=array, dim=d)


def source_along(op_name: str, input: Any, dim: int, index: Any, src: Any) -> tuple[Any, int, Array, Any]:
    """Input, dim, indices and source of a scatter, after all checks; 0-d ones with one dim."""
    d, array = index_along(op_name, input, dim, index)
    array = array if array.ndim else array.reshape(1)
    if hasattr(src, "array") and not src.ndim:
        src = src.reshape(1)
    value: Any = src
    if not hasattr(src, "array"):
        value = input.array.dtype.type(src)
    else:
        if src.array.dtype != input.array.dtype:
            raise DtypeError(
                f"{op_name}: the source is {src.dtype} and the input {input.dtype}; use src.to(input.dtype)"
            )
        if array.size and (
            src.ndim != array.ndim or any(n > m for n, m in zip(array.shape, src.shape, strict=True))
        ):
            raise ShapeError(
                f"{op_name}: an index of shape {array.shape} is larger than the source of shape "
                f"{tuple(src.shape)}; "
                f"each index needs an element of the source"
            )
        if src.array.shape != array.shape:
            value = getitem(src, tuple(slice(n) for n in array.shape))
    if not input.ndim:
        return input.reshape(1), 0, array.reshape(-1), value.reshape(-1)
    return input, d, array, value


@with_out
def scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Variable:
    """A copy of `input` with `src` at `index` along `dim`: y[index[i][j]][j] = src[i][j] for dim 0.

    Where an index occurs twice, the last one wins; the gradient of `src` is right for unique ones.

    Args:
        input: what the copy is made of.
        dim: along which the indices count.
        index: as many dims as `input`; along other dims than `dim` it may be smaller.
        src: a tensor at least as large as `index`, or a number.
        value: a number in the place of `src`.
        reduce: `"add"` or `"multiply"` to combine with what is there.

    Raises:
        IndexRangeError: for an index out of range; negative ones are, too.
        ShapeError: if index, source and input do not fit.

    >>> import minitorch
    >>> minitorch.scatter(minitorch.zeros(2, 3), 1, minitorch.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    source = value if src is None else src
    if source is None:
        raise ArgumentError("scatter: give src, a tensor or a number")
    x, d, array, v = source_along("scatter", input, dim, index, source)
    if not array.size:
        return clone(input)
    if reduce is None:
        y = Scatter.apply(x, v if isinstance(v, Value) else v.reshape(()).item(), indices=array, dim=d)
    elif reduce == "add":
        y = x + AddAlong.apply(whole(v, array), indices=array, dim=d, shape=x.shape)
    elif reduce == "multiply":
        y = scatter_products(x, d, array, whole(v, array))
    else:
        raise ArgumentError(f"scatter: reduce must be None, 'add' or 'multiply', got {reduce!r}")
    return y.reshape(input.shape)


def whole(v: Any, indices: Array) -> Any:
    """A source of the indices' shape: itself, or a number repeated."""
    return v if isinstance(v, Value) else wrap(backend_of(indices).full(indices.shape, v, v.dtype))


def scatter_products(x: Any, dim: int, indices: Array, v: Any) -> Any:
    """What is there times the source: one slice after the other, since within one no index occurs twice."""
    for i in range(indices.shape[dim]):
        at = (slice(None),) * dim + (slice(i, i + 1),)
        factors = getitem(v, at) * TakeAlong.apply(x, indices=indices[at], dim=dim)
        x = Scatter.apply(x, factors, indices=indices[at], dim=dim)
    return x


@kernel
@with_out
def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Variable:
    """`input` with the elements of `src` added at `index` along `dim`; duplicates add up.

    >>> import minitorch
    >>> index = minitorch.tensor([0, 0, 2])
    >>> minitorch.scatter_add(minitorch.zeros(3), 0, index, minitorch.tensor([1.0, 2.0, 3.0]))
    tensor([3., 0., 3.])
    """
    x, d, array, v = source_along("scatter_add", input, dim, index, src)
    if not array.size:
        return clone(input)
    y = x + AddAlong.apply(whole(v, array), indices=array, dim=d, shape=x.shape)
    return y.reshape(input.shape)


# Along one dim, with an index for each slice ------------------------------------------------------


def slices_along(
    op_name: str, input: Any, dim: int, index: Any, source: Any
) -> tuple[Any, tuple[Any, ...], Any]:
    """Input, key and source of an operation on whole slices, after all checks; 0-d ones with one dim."""
    d, array = wrap_dim(op_name, dim, ndim_of(op_name, input)), as_index(op_name, index)
    if array.ndim > 1:
        raise ShapeError(f"{op_name}: index must be a vector, got shape {array.shape}")
    array = array.reshape(-1)
    check_bounds(op_name, array, tuple(input.shape), d)
    if source.array.dtype != input.array.dtype:
        raise DtypeError(
            f"{op_name}: the source is {source.dtype} and the input {input.dtype}; convert one of them"
        )
    x = input if input.ndim else input.reshape(1)
    v = source if source.ndim or not input.ndim else source.reshape(1)
    v = v if v.ndim else v.reshape(1)
    expected = (*x.shape[:d], array.size, *x.shape[d + 1 :])
    if tuple(v.shape) != expected:
        raise ShapeError(
            f"{op_name}: a source of shape {tuple(source.shape)} does not fit an input of shape "
            f"{tuple(input.shape)} and "
            f"{array.size} indices along dim {d}; expected {expected}"
        )
    return x, (slice(None),) * d + (array,), v


@with_out
def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Variable:
    """`input` with `alpha` times the slices of `source` added at `index` along `dim`; duplicates add up.

    >>> import minitorch
    >>> x, rows = minitorch.zeros(2, 2), minitorch.ones(3, 2)
    >>> minitorch.index_add(x, 0, minitorch.tensor([0, 1, 1]), rows)
    tensor([[1., 1.],
            [2., 2.]])
    """
    x, key, v = slices_along("index_add", input, dim, index, source)
    v = v if alpha == 1 else v * alpha
    y = x + PutItem.apply(v, index=key, shape=tuple(x.shape), unique=False)
    return y.reshape(input.shape)


@kernel
@with_out
def index_copy(input: Any, dim: int, index: Any, source: Any) -> Variable:
    """A copy of `input` with the slices of `source` at `index` along `dim`.

    >>> import minitorch
    >>> x, row = minitorch.zeros(2, 2), minitorch.ones(1, 2)
    >>> minitorch.index_copy(x, 0, minitorch.tensor([1]), row)
    tensor([[0., 0.],
            [1., 1.]])
    """
    x, key, v = slices_along("index_copy", input, dim, index, source)
    y = clone(x)
    setitem(y, key, v)
    return y.reshape(input.shape)


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Variable:
    """A copy of `input` with `value` in all slices at `index` along `dim`.

    >>> import minitorch
    >>> minitorch.index_fill(minitorch.zeros(2, 2), 1, minitorch.tensor([1]), 5)
    tensor([[0., 5.],
            [0., 5.]])
    """
    d, array = wrap_dim("index_fill", dim, ndim_of("index_fill", input)), as_index("index_fill", index)
    if array.ndim > 1:
        raise ShapeError(f"index_fill: index must be a vector, got shape {array.shape}")
    if isinstance(value, Value) and value.array.ndim:
        raise ShapeError(f"index_fill: value must be a number or a 0-d tensor, got shape {value.array.shape}")
    backend = backend_of(input.array)
    x = input if input.ndim else input.reshape(1)
    check_range("index_fill", array, x.shape[d], d, x.shape)
    filled = backend.zeros(x.shape[d], bool)
    filled[array.reshape(-1)] = True
    return masked_fill(x, filled.reshape((-1,) + (1,) * (x.ndim - 1 - d)), value).reshape(input.shape)
