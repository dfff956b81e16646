"""Tensors joined and split along the dims that have names of their own, grids and combinations of vectors."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError
from minitorch.ops.common import ndim_of, wrap_dim
from minitorch.ops.join import Split, cat, stack
from minitorch.ops.out import with_out
from minitorch.ops.shape import atleast_1d, atleast_2d, atleast_3d, expand, flip, reshape, transpose
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


@with_out
def hstack(tensors: Any) -> Variable:
    """Tensors joined side by side: along dim 1, vectors along dim 0.

    >>> import minitorch
    >>> minitorch.hstack([minitorch.tensor([1, 2]), minitorch.tensor([3])])
    tensor([1, 2, 3])
    """
    parts = atleast_1d(given("hstack", tensors))
    return cat(parts, 0 if parts[0].ndim == 1 else 1)


@with_out
def vstack(tensors: Any) -> Variable:
    """Tensors joined one below the other, along dim 0; vectors are rows.

    >>> import minitorch
    >>> minitorch.vstack([minitorch.tensor([1, 2]), minitorch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    return cat(atleast_2d(given("vstack", tensors)), 0)


@with_out
def dstack(tensors: Any) -> Variable:
    """Tensors joined one behind the other, along dim 2.

    >>> import minitorch
    >>> minitorch.dstack([minitorch.tensor([1, 2]), minitorch.tensor([3, 4])])
    tensor([[[1, 3],
             [2, 4]]])
    """
    return cat(atleast_3d(given("dstack", tensors)), 2)


@with_out
def column_stack(tensors: Any) -> Variable:
    """Vectors as the columns of a matrix; matrices side by side.

    >>> import minitorch
    >>> minitorch.column_stack([minitorch.tensor([1, 2]), minitorch.tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])
    """
    return cat([reshape(x, -1, 1) if x.ndim < 2 else x for x in given("column_stack", tensors)], 1)


def given(op_name: str, tensors: Any) -> list[Any]:
    """The tensors as a list, which must not be empty."""
    if not isinstance(tensors, (list, tuple)):
        raise ArgumentTypeError(f"{op_name}: expected a list of tensors, got {type(tensors).__name__}")
    if not tensors:
        raise ArgumentError(f"{op_name}: expected at least one tensor, got none")
    return list(tensors)


# Splits ---------------------------------------------------------------------------------------------


def tensor_split(
    input: Any, indices_or_sections: Any = None, dim: int = 0, *, indices: Any = None, sections: Any = None
) -> tuple[Variable, ...]:
    """Parts along `dim`, views: so many of nearly equal size, or those between the given indices.

    >>> import minitorch
    >>> [part.tolist() for part in minitorch.tensor_split(minitorch.arange(5), 2)]
    [[0, 1, 2], [3, 4]]
    >>> [part.tolist() for part in minitorch.tensor_split(minitorch.arange(5), (1, 4))]
    [[0], [1, 2, 3], [4]]
    """
    where = next((w for w in (indices_or_sections, indices, sections) if w is not None), None)
    d = wrap_dim("tensor_split", dim, ndim_of("tensor_split", input))
    if not input.ndim:
        raise ShapeError("tensor_split: a 0-d tensor has no dim to take apart")
    n = input.shape[d]
    if isinstance(where, Value):
        if where.array.dtype.kind != "i" or where.array.ndim > 1:
            raise DtypeError(
                f"tensor_split: indices must be a vector of int64, got {where.array.dtype} "
                f"of shape {tuple(where.array.shape)}"
            )
        where = where.array.tolist()
    if isinstance(where, int):
        if where < 1:
            raise ArgumentError(f"tensor_split: the number of parts must be positive, got {where}")
        small, larger = divmod(n, where)
        sizes = [small + 1] * larger + [small] * (where - larger)
        return Split.apply(input, sizes=tuple(sizes), dim=d)
    if not isinstance(where, (list, tuple)):
        raise ArgumentTypeError(
            f"tensor_split: expected the number of parts, or the indices between them, got {where!r}"
        )
    bounds = [0, *(max(0, min(n, i + n if i < 0 else i)) for i in map(int, where)), n]
    return tuple(
        input[(*(slice(None),) * d, slice(begin, max(begin, end)))]
        for begin, end in itertools.pairwise(bounds)
    )


def hsplit(input: Any, indices_or_sections: Any) -> tuple[Variable, ...]:
    """Parts side by side: along dim 1, of a vector along dim 0; views.

    >>> import minitorch
    >>> [part.tolist() for part in minitorch.hsplit(minitorch.tensor([[1, 2], [3, 4]]), 2)]
    [[[1], [3]], [[2], [4]]]
    """
    return evenly("hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1, 1)


def vsplit(input: Any, indices_or_sections: Any) -> tuple[Variable, ...]:
    """Parts one below the other, along dim 0; views.

    >>> import minitorch
    >>> [part.tolist() for part in minitorch.vsplit(minitorch.tensor([[1, 2], [3, 4]]), 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return evenly("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Any, indices_or_sections: Any) -> tuple[Variable, ...]:
    """Parts one behind the other, along dim 2; views.

    >>> import minitorch
    >>> [tuple(part.shape) for part in minitorch.dsplit(minitorch.ones(1, 2, 4), (1,))]
    [(1, 2, 1), (1, 2, 3)]
    """
    return evenly("dsplit", input, indices_or_sections, 2, 3)


def evenly(op_name: str, input: Any, where: Any, dim: int, ndim: int) -> tuple[Variable, ...]:
    """`tensor_split` into parts of equal size."""
    if input.ndim < ndim:
        raise ShapeError(f"{op_name}: needs at least {ndim} dimensions, got shape {tuple(input.shape)}")
    if isinstance(where, int) and (where < 1 or input.shape[dim] % where):
        raise ArgumentError(
            f"{op_name}: dim {dim} of shape {tuple(input.shape)} cannot be split into {where} equal parts"
        )
    return tensor_split(input, where, dim)


# Grids and combinations -----------------------------------------------------------------------------


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Variable, ...]:
    """The coordinates of a grid, one tensor for each of its axes.

    Args:
        tensors: the values along each axis: vectors, or numbers.
        indexing: "ij" (the default, as for matrices), or "xy", which exchanges the first two dims.

    Shape: of n vectors with sizes a, b, …: n tensors of shape (a, b, …).

    >>> import minitorch
    >>> rows, columns = minitorch.meshgrid(minitorch.tensor([1, 2]), minitorch.tensor([7, 8, 9]), indexing="ij")
    >>> rows, columns
    (tensor([[1, 1, 1],
            [2, 2, 2]]), tensor([[7, 8, 9],
            [7, 8, 9]]))
    """
    axes = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    axes = given("meshgrid", axes)
    if indexing not in (None, "ij", "xy"):
        raise ArgumentError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    if any(x.ndim > 1 for x in axes):
        shapes = [tuple(x.shape) for x in axes]
        raise ShapeError(f"meshgrid: expected vectors or 0-d tensors, got shapes {shapes}")
    if len({x.dtype for x in axes}) > 1:
        raise DtypeError(
            f"meshgrid: all tensors must have one dtype, got {', '.join(str(x.dtype) for x in axes)}"
        )
    swap = indexing == "xy" and len(axes) > 1
    if swap:
        axes[0], axes[1] = axes[1], axes[0]
    size = [x.numel() for x in axes]
    grids = []
    for i, x in enumerate(axes):
        at = [1] * len(axes)
        at[i] = size[i]
        grids.append(expand(reshape(x, *at), *size))
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def cartesian_prod(*tensors: Any) -> Variable:
    """All combinations of one element from each vector, as rows.

    >>> import minitorch
    >>> minitorch.cartesian_prod(minitorch.tensor([1, 2]), minitorch.tensor([4, 5]))
    tensor([[1, 4],
            [1, 5],
            [2, 4],
            [2, 5]])
    """
    axes = given("cartesian_prod", tensors[0] if isinstance(tensors[0], (list, tuple)) else tensors)
    if any(x.ndim != 1 for x in axes):
        raise ShapeError(f"cartesian_prod: expected vectors, got shapes {[tuple(x.shape) for x in axes]}")
    if len(axes) == 1:
        return axes[0]
    return stack([reshape(grid, -1) for grid in meshgrid(*axes, indexing="ij")], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Variable:
    """All ways to choose r elements of a vector, as rows, in the order of `itertools.combinations`.

    >>> import minitorch
    >>> minitorch.combinations(minitorch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    from minitorch.creation import tensor

    if ndim_of("combinations", input) != 1:
        raise ShapeError(f"combinations: expected a vector, got shape {tuple(input.shape)}")
    if r < 0:
        raise ArgumentError(f"combinations: r must not be negative, got {r}")
    if r == 0:
        return input.new_empty(0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen = list(choose(range(len(input)), r))
    places = tensor(chosen, dtype="int64", device=input.device).reshape(-1, r)
    return input[places]


def fliplr(input: Any) -> Variable:
    """The order of dim 1 reversed: left and right exchanged.

    >>> import minitorch
    >>> minitorch.fliplr(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])
    """
    if ndim_of("fliplr", input) < 2:
        raise ShapeError(f"fliplr: needs at least 2 dimensions, got shape {tuple(input.shape)}")
    return flip(input, 1)


def flipud(input: Any) -> Variable:
    """The order of dim 0 reversed: top and bottom exchanged.

    >>> import minitorch
    >>> minitorch.flipud(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([[3, 4],
            [1, 2]])
    """
    if ndim_of("flipud", input) < 1:
        raise ShapeError("flipud: needs at least 1 dimension, got a 0-d tensor")
    return flip(input, 0)


def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Variable:
    """The plane of two dims turned by k quarters, from the first dim towards the second.

    >>> import minitorch
    >>> minitorch.rot90(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise ArgumentError(f"rot90: expected two dims, got {dims}")
    if ndim_of("rot90", input) < 2:
        raise ShapeError(f"rot90: needs at least 2 dimensions, got shape {tuple(input.shape)}")
    first, second = (wrap_dim("rot90", d, input.ndim) for d in dims)
    if first == second:
        raise ArgumentError(f"rot90: the two dims must differ, got {dims}")
    turns = k % 4
    if turns == 0:
        return input.clone()
    if turns == 2:
        return flip(input, first, second)
    if turns == 1:
        return transpose(flip(input, second), first, second)
    return flip(transpose(input, first, second), second)
