"""Shapes: reshape, permute, squeeze, expand, flip, roll. Views where PyTorch gives views."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.arguments import broadcast_message
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import ensure_size, ndim_of, not_a_tensor, wrap_dim, wrap_dims

if TYPE_CHECKING:
    from minitorch.variable import Size, Variable


class Reshape(Op):
    """The same elements in another shape, a view where memory allows;   dx = g, reshaped back."""

    view = True

    def forward(self, x: Array, *, shape: tuple[int, ...]) -> Array:
        self.input_shape = x.shape
        return x.reshape(shape)

    def backward(self, g: Array) -> Array:
        return g.reshape(self.input_shape)


class Permute(Op):
    """Dims in another order, a view;   dx = g, with the order undone."""

    view = True

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        self.dims = dims
        return x.transpose(dims)

    def backward(self, g: Array) -> Array:
        undo = sorted(range(len(self.dims)), key=self.dims.__getitem__)
        return Permute.apply(g, dims=tuple(undo))


class Expand(Op):
    """Dims of size 1 repeated without copying, a view;   dx = Σ g over the repeats (by the engine)."""

    view = broadcasts = True

    def forward(self, x: Array, *, shape: tuple[int, ...]) -> Array:
        return self.backend.broadcast_to(x, shape)

    def backward(self, g: Array) -> Array:
        return g


class Flip(Op):
    """The order along some dims reversed, a copy;   dx = g, reversed."""

    def forward(self, x: Array, *, dims: tuple[int, ...]) -> Array:
        self.dims = dims
        return self.backend.copy(self.backend.flip(x, dims))

    def backward(self, g: Array) -> Array:
        return flip(g, self.dims)


class Roll(Op):
    """Elements moved along dims, coming in again at the start;   dx = g, moved back."""

    def forward(self, x: Array, *, shifts: tuple[int, ...], dims: tuple[int, ...]) -> Array:
        self.shifts, self.dims = shifts, dims
        return self.backend.roll(x, shifts, dims)

    def backward(self, g: Array) -> Array:
        return Roll.apply(g, shifts=tuple(-s for s in self.shifts), dims=self.dims)


def infer_shape(op_name: str, shape: tuple[int, ...], numel: int, from_shape: Any) -> tuple[int, ...]:
    """Fills in a size of −1, and checks that the number of elements stays the same."""
    unknown = [i for i, n in enumerate(shape) if n == -1]
    known = math.prod(n for n in shape if n != -1)
    invalid = any(n < -1 for n in shape) or len(unknown) > 1
    if unknown and not invalid and known:
        filled = list(shape)
        filled[unknown[0]] = numel // known
        shape = tuple(filled)
    if invalid or math.prod(shape) != numel or (unknown and not known):
        raise ShapeError(
            f"{op_name}: a tensor of shape {tuple(from_shape)} has {numel} elements and does not fit into "
            f"shape {shape}" + (f" of {known} elements" if not unknown else "; one size may be −1")
        )
    return shape


def reshape(input: Any, *sizes: Any, shape: Any = None) -> Variable:
    """The same elements in another shape; one size may be −1. A view where memory allows, else a copy.

    >>> import minitorch
    >>> minitorch.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if not hasattr(input, "shape"):
        raise not_a_tensor("reshape", input)
    size = infer_shape("reshape", ensure_size(sizes, shape), math.prod(input.shape), input.shape)
    return Reshape.apply(input, shape=size)


def view(input: Any, *sizes: Any, size: Any = None, dtype: Any = None) -> Variable:
    """As `reshape`, but never copies; with a dtype, the same bytes read as another type.

    Raises:
        ShapeError: if memory does not allow a view; `reshape` copies then.

    >>> import minitorch
    >>> x = minitorch.zeros(4)
    >>> x.view(2, 2)[0, 0] = 1.0
    >>> x, x.view(dtype=minitorch.int32)  # one memory, read as floats and as integers
    (tensor([1., 0., 0., 0.]), tensor([1065353216,          0,          0,          0], dtype=minitorch.int32))
    """
    if len(sizes) == 1 and isinstance(sizes[0], dtypes.dtype):
        dtype = sizes[0]
    if dtype is not None:
        return ViewDtype.apply(input, dtype=dtypes.as_dtype(dtype))
    shape = infer_shape("view", ensure_size(sizes, size), math.prod(input.shape), input.shape)
    result = Reshape.apply(input, shape=shape)
    if result._view is None and math.prod(shape) > 0:
        raise ShapeError(
            f"view: a tensor of shape {tuple(input.shape)} and strides {input.stride()} cannot be seen as shape "
            f"{shape} without copying; use reshape(), or contiguous().view()"
        )
    return result


class ViewDtype(Op):
    """The same bytes read as another dtype; it has no derivative."""

    view, differentiable = True, False

    def forward(self, x: Array, *, dtype: dtypes.dtype) -> Array:
        return x.view(dtype.dtype)


def view_as(input: Any, other: Any) -> Variable:
    """`view` in the shape of `other`.

    >>> import minitorch
    >>> minitorch.arange(4).view_as(minitorch.ones(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return view(input, *other.shape)


def reshape_as(input: Any, other: Any) -> Variable:
    """`reshape` to the shape of `other`.

    >>> import minitorch
    >>> minitorch.arange(4).reshape_as(minitorch.ones(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return reshape(input, *other.shape)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Variable:
    """The dims from `start_dim` to `end_dim` joined into one.

    Raises:
        ArgumentError: if `start_dim` comes after `end_dim`.

    >>> import minitorch
    >>> minitorch.flatten(minitorch.ones(2, 3, 4), start_dim=1).shape
    minitorch.Size([2, 12])
    """
    n = ndim_of("flatten", input)
    if not n:
        return reshape(input, 1)
    first, last = wrap_dim("flatten", start_dim, n), wrap_dim("flatten", end_dim, n)
    if first > last:
        raise ArgumentError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    if first == last:
        return input
    middle = math.prod(input.shape[first : last + 1])
    return reshape(input, *input.shape[:first], middle, *input.shape[last + 1 :])


def unflatten(input: Any, dim: int, sizes: Sequence[int]) -> Variable:
    """One dim taken apart into several; one size may be −1.

    >>> import minitorch
    >>> minitorch.unflatten(minitorch.ones(2, 12), 1, (3, -1)).shape
    minitorch.Size([2, 3, 4])
    """
    d = wrap_dim("unflatten", dim, ndim_of("unflatten", input))
    sizes = infer_shape("unflatten", tuple(sizes), input.shape[d], (input.shape[d],))
    return reshape(input, *input.shape[:d], *sizes, *input.shape[d + 1 :])


def ravel(input: Any) -> Variable:
    """All elements in one dimension, next to each other in memory.

    >>> import minitorch
    >>> minitorch.ravel(minitorch.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return reshape(input, -1).contiguous()


def permute(input: Any, *order: Any, dims: Any = None) -> Variable:
    """The dims in another order, a view.

    >>> import minitorch
    >>> minitorch.zeros(2, 3, 5).permute(2, 0, 1).shape
    minitorch.Size([5, 2, 3])
    """
    along = wrap_dims("permute", ensure_size(order, dims), ndim_of("permute", input))
    if len(along) != input.ndim:
        raise ArgumentError(f"permute: {len(along)} dims given for a tensor of {input.ndim} dimensions")
    return Permute.apply(input, dims=along)


def transpose(input: Any, dim0: int, dim1: int) -> Variable:
    """Two dims exchanged, a view.

    >>> import minitorch
    >>> minitorch.transpose(minitorch.ones(2, 3, 4), 0, -1).shape
    minitorch.Size([4, 3, 2])
    """
    a = wrap_dim("transpose", dim0, ndim_of("transpose", input))
    b = wrap_dim("transpose", dim1, ndim_of("transpose", input))
    if not input.ndim:
        return Permute.apply(input, dims=())
    order = list(range(input.ndim))
    order[a], order[b] = b, a
    return Permute.apply(input, dims=tuple(order))


def t(input: Any) -> Variable:
    """The transpose of a matrix, a view; vectors and 0-d tensors as they are.

    Raises:
        ShapeError: for more than two dims.

    >>> import minitorch
    >>> minitorch.t(minitorch.tensor([[1, 2, 3], [4, 5, 6]]))
    tensor([[1, 4],
            [2, 5],
            [3, 6]])
    """
    if input.ndim > 2:
        raise ShapeError(
            f"t: needs at most 2 dimensions, got shape {tuple(input.shape)}; use transpose(dim0, dim1) or .mT"
        )
    return transpose(input, 0, 1) if input.ndim == 2 else input


def movedim(input: Any, source: Any, destination: Any) -> Variable:
    """Dims moved to other places, the rest kept in order.

    Args:
        input: the tensor.
        source: one dim or several.
        destination: where each of them stands in the result.

    Raises:
        ArgumentError: unless there are as many destinations as sources.

    >>> import minitorch
    >>> minitorch.movedim(minitorch.ones(8, 32, 48, 3), -1, 1).shape  # images with their channels last
    minitorch.Size([8, 3, 32, 48])
    """
    n = input.ndim
    sources, targets = wrap_dims("movedim", source, n), wrap_dims("movedim", destination, n)
    if len(sources) != len(targets):
        raise ArgumentError(f"movedim: {len(sources)} source dims, {len(targets)} destination dims")
    order = [d for d in range(n) if d not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        order.insert(target, origin)
    return Permute.apply(input, dims=tuple(order))


def squeeze(input: Any, dim: Any = None) -> Variable:
    """Without the dims of size 1, or without those among `dim`; a view.

    >>> import minitorch
    >>> x = minitorch.ones(1, 3, 1)
    >>> minitorch.squeeze(x).shape, minitorch.squeeze(x, 0).shape
    (minitorch.Size([3]), minitorch.Size([3, 1]))
    """
    drop = {d for d in wrap_dims("squeeze", dim, ndim_of("squeeze", input)) if input.shape[d] == 1}
    return Reshape.apply(input, shape=tuple(n for i, n in enumerate(input.shape) if i not in drop))


def unsqueeze(input: Any, dim: int) -> Variable:
    """With a new dim of size 1 at `dim`; a view.

    >>> import minitorch
    >>> x = minitorch.tensor([1, 2, 3])
    >>> minitorch.unsqueeze(x, 0).shape, minitorch.unsqueeze(x, -1).shape
    (minitorch.Size([1, 3]), minitorch.Size([3, 1]))
    """
    d = wrap_dim("unsqueeze", dim, ndim_of("unsqueeze", input) + 1)
    return Reshape.apply(input, shape=(*input.shape[:d], 1, *input.shape[d:]))


def expand(input: Any, *sizes: Any, size: Any = None) -> Variable:
    """Dims of size 1 repeated to a larger size without copying; −1 leaves a size as it is.

    >>> import minitorch
    >>> minitorch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    shape = ensure_size(sizes, size)
    extra = len(shape) - input.ndim
    if extra < 0:
        raise ShapeError(f"expand: {len(shape)} sizes given for a tensor of shape {tuple(input.shape)}")
    full = []
    for i, n in enumerate(shape):
        own = input.shape[i - extra] if i >= extra else None
        if n == -1 and own is None:
            raise ShapeError(f"expand: size −1 at the new dim {i} of {shape} has nothing to keep")
        wanted = own if n == -1 else n
        if own is not None and own not in (1, wanted):
            raise ShapeError(
                f"expand: dim {i - extra} of shape {tuple(input.shape)} has size {own} and cannot become {n}; "
                f"only dims of size 1 can be expanded"
            )
        full.append(wanted)
    return Expand.apply(input, shape=tuple(full))


def expand_as(input: Any, other: Any) -> Variable:
    """`expand` to the shape of `other`.

    >>> import minitorch
    >>> minitorch.tensor([1, 2]).expand_as(minitorch.ones(3, 2))
    tensor([[1, 2],
            [1, 2],
            [1, 2]])
    """
    return expand(input, *other.shape)


def broadcast_to(input: Any, size: Sequence[int]) -> Variable:
    """`expand` to `size`.

    >>> import minitorch
    >>> minitorch.broadcast_to(minitorch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return expand(input, *size)


def broadcast_shapes(*shapes: Sequence[int] | int) -> Size:
    """The shape to which all shapes broadcast.

    Raises:
        ShapeError: if they do not broadcast.

    >>> import minitorch
    >>> minitorch.broadcast_shapes((3, 1), (5, 1, 4))
    minitorch.Size([5, 3, 4])
    """
    from minitorch.variable import Size

    sizes_of = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    result: list[int] = []
    width = max(map(len, sizes_of), default=0)
    for i in range(-width, 0):
        sizes = {s[i] for s in sizes_of if len(s) >= -i} - {1}
        if len(sizes) > 1:
            raise ShapeError(broadcast_message("broadcast_shapes", sizes_of))
        result.append(sizes.pop() if sizes else 1)
    return Size(result)


def broadcast_tensors(*tensors: Any) -> tuple[Variable, ...]:
    """All tensors expanded to their common shape.

    >>> import minitorch
    >>> x, y = minitorch.broadcast_tensors(minitorch.ones(3, 1), minitorch.ones(4))
    >>> x.shape, y.shape
    (minitorch.Size([3, 4]), minitorch.Size([3, 4]))
    """
    shape = broadcast_shapes(*(x.shape for x in tensors))
    return tuple(expand(x, *shape) for x in tensors)


def flip(input: Any, *along: Any, dims: Any = None) -> Variable:
    """The order along the given dims reversed; a copy.

    >>> import minitorch
    >>> minitorch.flip(minitorch.tensor([[1, 2], [3, 4]]), dims=(1,))
    tensor([[2, 1],
            [4, 3]])
    """
    return Flip.apply(input, dims=wrap_dims("flip", ensure_size(along, dims), ndim_of("flip", input)))


def roll(input: Any, shifts: Any, dims: Any = None) -> Variable:
    """Elements moved by `shifts` along `dims`, coming in again at the start; without dims, flattened.

    Args:
        input: the tensor.
        shifts: by how many places; negative numbers move towards the start.
        dims: one for each shift.

    Raises:
        ArgumentError: unless there are as many dims as shifts.

    >>> import minitorch
    >>> minitorch.roll(minitorch.tensor([1, 2, 3, 4]), 1)
    tensor([4, 1, 2, 3])
    >>> minitorch.roll(minitorch.tensor([[1, 2], [3, 4], [5, 6]]), -1, dims=0)
    tensor([[3, 4],
            [5, 6],
            [1, 2]])
    """
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if dims is None or dims == ():
        if len(moves) != 1:
            raise ArgumentError("roll: several shifts need as many dims")
        return Roll.apply(reshape(input, -1), shifts=moves, dims=(0,)).reshape(input.shape)
    along = wrap_dims("roll", dims, ndim_of("roll", input))
    if len(moves) != len(along):
        raise ArgumentError(f"roll: {len(moves)} shifts for {len(along)} dims")
    return Roll.apply(input, shifts=moves, dims=along)


def atleast_1d(*tensors: Any) -> Any:
    """Tensors with at least one dim.

    >>> import minitorch
    >>> minitorch.atleast_1d(minitorch.tensor(3))
    tensor([3])
    """
    return _at_least(tensors, lambda x: reshape(x, 1) if x.ndim == 0 else x)


def atleast_2d(*tensors: Any) -> Any:
    """Tensors with at least two dims.

    >>> import minitorch
    >>> minitorch.atleast_2d(minitorch.tensor([1, 2]))
    tensor([[1, 2]])
    """
    return _at_least(tensors, lambda x: reshape(x, 1, -1) if x.ndim < 2 else x)


def atleast_3d(*tensors: Any) -> Any:
    """Tensors with at least three dims: a vector becomes (1, n, 1), a matrix (n, m, 1).

    >>> import minitorch
    >>> minitorch.atleast_3d(minitorch.ones(2, 3)).shape
    minitorch.Size([2, 3, 1])
    """

    def change(x: Any) -> Any:
        if x.ndim > 2:
            return x
        return unsqueeze(x, -1) if x.ndim == 2 else reshape(x, 1, -1, 1)

    return _at_least(tensors, change)


def _at_least(tensors: tuple[Any, ...], change: Any) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
        return change(tensors[0])
    if not tensors:
        raise ArgumentTypeError("expected at least one tensor")
    return tuple(change(x) for x in (tensors[0] if isinstance(tensors[0], (tuple, list)) else tensors))
