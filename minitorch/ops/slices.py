"""Copies with a part replaced, and views made copies: `select_scatter`, `diagonal_copy` and their families."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.common import ndim_of, wrap_dim
from minitorch.ops.diagonal import diagonal
from minitorch.ops.index import getitem
from minitorch.ops.join import narrow, select, split, split_with_sizes, unbind
from minitorch.ops.memory import Alias, clone
from minitorch.ops.out import with_out
from minitorch.ops.shape import expand, permute, squeeze, t, transpose, unsqueeze, view
from minitorch.ops.strided import as_strided, unfold_along

if TYPE_CHECKING:
    from minitorch.variable import Variable


def fill_region(op_name: str, input: Any, src: Any, region: Callable[[Any], Any]) -> Variable:
    """A copy of `input` with `src` where `region`, a function that takes views, looks.

    Raises:
        ShapeError: unless `src` has the shape of the region.
    """
    y = clone(input)
    part = region(y)
    if tuple(part.shape) != tuple(src.shape):
        raise ShapeError(
            f"{op_name}: src of shape {tuple(src.shape)} cannot fill a region of shape {tuple(part.shape)}"
        )
    part.copy_(src)
    return y


@with_out
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Variable:
    """A copy of `input` with `src` as its slice at `index` along `dim`.

    >>> import minitorch
    >>> minitorch.select_scatter(minitorch.zeros(2, 2), minitorch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    return fill_region("select_scatter", input, src, lambda x: select(x, dim, index))


@with_out
def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Variable:
    """A copy of `input` with `src` in the place of `input[start:end:step]` along `dim`.

    >>> import minitorch
    >>> minitorch.slice_scatter(minitorch.zeros(4), minitorch.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])
    """
    d = wrap_dim("slice_scatter", dim, ndim_of("slice_scatter", input))
    if step < 1:
        raise ArgumentError(f"slice_scatter: step must be positive, got {step}")
    at = (*(slice(None),) * d, slice(start, end, step))
    return fill_region("slice_scatter", input, src, lambda x: getitem(x, at))


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Variable:
    """A copy of `input` with `src` on a diagonal.

    >>> import minitorch
    >>> minitorch.diagonal_scatter(minitorch.zeros(2, 2), minitorch.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    return fill_region("diagonal_scatter", input, src, lambda x: diagonal(x, offset, dim1, dim2))


def as_strided_scatter(
    input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None
) -> Variable:
    """A copy of `input` with `src` where `as_strided` looks.

    >>> import minitorch
    >>> minitorch.as_strided_scatter(minitorch.zeros(4), minitorch.ones(2), (2,), (2,))
    tensor([1., 0., 1., 0.])
    """
    return fill_region(
        "as_strided_scatter", input, src, lambda x: as_strided(x, size, stride, storage_offset)
    )


def copying(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that copies what a function with views as results shows."""

    def copy(*args: Any, **kwargs: Any) -> Any:
        views = function(*args, **kwargs)
        return tuple(map(clone, views)) if isinstance(views, tuple) else clone(views)

    copy.__name__ = copy.__qualname__ = name
    copy.__doc__ = f"As `{name.removesuffix('_copy')}`, with copies instead of views."
    return with_out(copy)


def slice_copy(
    input: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Variable:
    """A copy of `input[start:end:step]` along `dim`.

    >>> import minitorch
    >>> minitorch.slice_copy(minitorch.arange(5), start=1, step=2)
    tensor([1, 3])
    """
    d = wrap_dim("slice_copy", dim, ndim_of("slice_copy", input))
    return clone(getitem(input, (*(slice(None),) * d, slice(start, end, step))))


alias_copy = copying("alias_copy", Alias.apply)
as_strided_copy = copying("as_strided_copy", as_strided)
diagonal_copy = copying("diagonal_copy", diagonal)
expand_copy = copying("expand_copy", expand)
narrow_copy = copying("narrow_copy", narrow)
permute_copy = copying("permute_copy", permute)
select_copy = copying("select_copy", select)
split_copy = copying("split_copy", split)
split_with_sizes_copy = copying("split_with_sizes_copy", split_with_sizes)
squeeze_copy = copying("squeeze_copy", squeeze)
t_copy = copying("t_copy", t)
transpose_copy = copying("transpose_copy", transpose)
unbind_copy = copying("unbind_copy", unbind)
unfold_copy = copying("unfold_copy", unfold_along)
unsqueeze_copy = copying("unsqueeze_copy", unsqueeze)
view_copy = copying("view_copy", view)
