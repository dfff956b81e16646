"""Shapes: reshape, transpose, expand, cat, stack, split, flip, roll, pad. Views where PyTorch gives views."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import ensure_size, ndim_of, not_a_tensor, wrap_dim, wrap_dims

if TYPE_CHECKING:
    from minitorch.variable import Variable


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


class Cat(Op):
    """Arrays joined along `dim`;   dxᵢ = the i-th piece of g."""

    promotes = True

    def forward(self, *xs: Array, dim: int) -> Array:
        self.dim, self.sizes = dim, [x.shape[dim] for x in xs]
        return self.backend.concatenate(xs, axis=dim)

    def backward(self, g: Array) -> tuple[Array, ...]:
        pieces, start = [], 0
        for size in self.sizes:
            pieces.append(narrow(g, self.dim, start, size))
            start += size
        return tuple(pieces)


class Stack(Op):
    """Arrays of one shape, along a new `dim`;   dxᵢ = the i-th slice of g."""

    promotes = True

    def forward(self, *xs: Array, dim: int) -> Array:
        self.dim = dim
        return self.backend.stack(xs, axis=dim)

    def backward(self, g: Array) -> tuple[Array, ...]:
        return tuple(select(g, self.dim, i) for i in range(len(self.edges)))


class Narrow(Op):
    """A stretch of `length` elements along `dim`, a view;   dx = g, surrounded by zeros."""

    view = True

    def forward(self, x: Array, *, dim: int, start: int, length: int) -> Array:
        self.dim, self.before, self.after = dim, start, x.shape[dim] - start - length
        return x[(slice(None),) * dim + (slice(start, start + length),)]

    def backward(self, g: Array) -> Array:
        widths = [(0, 0)] * g.ndim
        widths[self.dim] = (self.before, self.after)
        return ConstantPad.apply(g, widths=tuple(widths), value=0)


class Split(Op):
    """Consecutive stretches along `dim`, views;   dx = the pieces of g, joined."""

    view = True

    def forward(self, x: Array, *, sizes: tuple[int, ...], dim: int) -> tuple[Array, ...]:
        self.dim, pieces, start = dim, [], 0
        for size in sizes:
            pieces.append(x[(slice(None),) * dim + (slice(start, start + size),)])
            start += size
        return tuple(pieces)

    def backward(self, *gs: Array) -> Array:
        return Cat.apply(*gs, dim=self.dim)


class Unbind(Op):
    """The slices along `dim`, views;   dx = the pieces of g, stacked."""

    view = True

    def forward(self, x: Array, *, dim: int) -> tuple[Array, ...]:
        self.dim = dim
        lead = (slice(None),) * dim
        return tuple(
            x[(*lead, slice(i, i + 1))].reshape(x.shape[:dim] + x.shape[dim + 1 :])
            for i in range(x.shape[dim])
        )

    def backward(self, *gs: Array) -> Array:
        return Stack.apply(*gs, dim=self.dim)


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


class ConstantPad(Op):
    """A constant around x (negative widths cut off);   dx = g without the border."""

    def forward(self, x: Array, *, widths: tuple[tuple[int, int], ...], value: float) -> Array:
        self.widths = widths
        return self.backend.pad(x, widths, value)

    def backward(self, g: Array) -> Array:
        return ConstantPad.apply(g, widths=tuple((-a, -b) for a, b in self.widths), value=0)


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
    """`view` in the shape of `other`."""
    return view(input, *other.shape)


def reshape_as(input: Any, other: Any) -> Variable:
    """`reshape` to the shape of `other`."""
    return reshape(input, *other.shape)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Variable:
    """The dims from `start_dim` to `end_dim` joined into one."""
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
    """One dim taken apart into several; one size may be −1."""
    d = wrap_dim("unflatten", dim, ndim_of("unflatten", input))
    sizes = infer_shape("unflatten", tuple(sizes), input.shape[d], (input.shape[d],))
    return reshape(input, *input.shape[:d], *sizes, *input.shape[d + 1 :])


def ravel(input: Any) -> Variable:
    """All elements in one dimension."""
    return reshape(input, -1)


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
    """Two dims exchanged, a view."""
    a = wrap_dim("transpose", dim0, ndim_of("transpose", input))
    b = wrap_dim("transpose", dim1, ndim_of("transpose", input))
    if not input.ndim:
        return Permute.apply(input, dims=())
    order = list(range(input.ndim))
    order[a], order[b] = b, a
    return Permute.apply(input, dims=tuple(order))


def t(input: Any) -> Variable:
    """The transpose of a matrix, a view; vectors and 0-d tensors as they are."""
    if input.ndim > 2:
        raise ShapeError(
            f"t: needs at most 2 dimensions, got shape {tuple(input.shape)}; use transpose(dim0, dim1) or .mT"
        )
    return transpose(input, 0, 1) if input.ndim == 2 else input


def movedim(input: Any, source: Any, destination: Any) -> Variable:
    """Dims moved to other places, the rest kept in order."""
    n = input.ndim
    sources, targets = wrap_dims("movedim", source, n), wrap_dims("movedim", destination, n)
    if len(sources) != len(targets):
        raise ArgumentError(f"movedim: {len(sources)} source dims, {len(targets)} destination dims")
    order = [d for d in range(n) if d not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        order.insert(target, origin)
    return Permute.apply(input, dims=tuple(order))


def squeeze(input: Any, dim: Any = None) -> Variable:
    """Without the dims of size 1, or without those among `dim`; a view."""
    drop = {d for d in wrap_dims("squeeze", dim, ndim_of("squeeze", input)) if input.shape[d] == 1}
    return Reshape.apply(input, shape=tuple(n for i, n in enumerate(input.shape) if i not in drop))


def unsqueeze(input: Any, dim: int) -> Variable:
    """With a new dim of size 1 at `dim`; a view."""
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
    """`expand` to the shape of `other`."""
    return expand(input, *other.shape)


def broadcast_to(input: Any, size: Sequence[int]) -> Variable:
    """`expand` to `size`."""
    return expand(input, *size)


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape to which all shapes broadcast.

    Raises:
        ShapeError: if they do not broadcast.
    """
    from minitorch.arguments import broadcast_message

    result: list[int] = []
    width = max(map(len, shapes), default=0)
    for i in range(-width, 0):
        sizes = {s[i] for s in shapes if len(s) >= -i} - {1}
        if len(sizes) > 1:
            raise ShapeError(broadcast_message("broadcast_shapes", [tuple(s) for s in shapes]))
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def broadcast_tensors(*tensors: Any) -> tuple[Variable, ...]:
    """All tensors expanded to their common shape."""
    shape = broadcast_shapes(*(x.shape for x in tensors))
    return tuple(expand(x, *shape) for x in tensors)


def cat(tensors: Sequence[Any], dim: int = 0) -> Variable:
    """Tensors joined along an existing dim.

    >>> import minitorch
    >>> minitorch.cat([minitorch.tensor([1, 2]), minitorch.tensor([3])])
    tensor([1, 2, 3])
    """
    tensors = list(tensors)
    if not tensors:
        raise ArgumentError("cat: expected at least one tensor, got none")
    if not all(hasattr(x, "shape") for x in tensors):
        raise not_a_tensor("cat", *tensors)
    kept = [x for x in tensors if tuple(x.shape) != (0,)] or tensors[:1]
    if kept[0].ndim == 0:
        raise ShapeError("cat: 0-d tensors cannot be joined; use stack")
    d = wrap_dim("cat", dim, kept[0].ndim)
    for i, x in enumerate(kept):
        same = x.ndim == kept[0].ndim and all(
            n == m for k, (n, m) in enumerate(zip(x.shape, kept[0].shape, strict=True)) if k != d
        )
        if not same:
            raise ShapeError(
                f"cat: tensor {i} of shape {tuple(x.shape)} does not fit tensor 0 of shape "
                f"{tuple(kept[0].shape)}; all sizes but that of dim {d} must be equal"
            )
    return Cat.apply(*kept, dim=d)


def stack(tensors: Sequence[Any], dim: int = 0) -> Variable:
    """Tensors of one shape joined along a new dim."""
    tensors = list(tensors)
    if not tensors:
        raise ArgumentError("stack: expected at least one tensor, got none")
    if not all(hasattr(x, "shape") for x in tensors):
        raise not_a_tensor("stack", *tensors)
    for i, x in enumerate(tensors):
        if tuple(x.shape) != tuple(tensors[0].shape):
            raise ShapeError(
                f"stack: tensor {i} has shape {tuple(x.shape)}, tensor 0 has shape {tuple(tensors[0].shape)}; "
                f"all shapes must be equal"
            )
    return Stack.apply(*tensors, dim=wrap_dim("stack", dim, tensors[0].ndim + 1))


def narrow(input: Any, dim: int, start: int, length: int) -> Variable:
    """`length` elements along `dim`, from `start` on; a view."""
    d = wrap_dim("narrow", dim, ndim_of("narrow", input))
    if not input.ndim:
        raise ShapeError("narrow: a 0-d tensor has no dim to narrow")
    begin = start + input.shape[d] if start < 0 else start
    if begin < 0 or length < 0 or begin + length > input.shape[d]:
        raise IndexRangeError(
            f"narrow: elements {start} to {start + length} do not lie within dim {d} of shape {tuple(input.shape)}"
        )
    return Narrow.apply(input, dim=d, start=begin, length=length)


def select(input: Any, dim: int, index: int) -> Variable:
    """The slice at `index` along `dim`, without that dim; a view."""
    d = wrap_dim("select", dim, ndim_of("select", input))
    n = input.shape[d] if input.ndim else 0
    if not -n <= index < n:
        raise IndexRangeError(
            f"select: index {index} is out of range for dim {d} of shape {tuple(input.shape)}"
        )
    return narrow(input, d, index % n, 1).reshape(input.shape[:d] + input.shape[d + 1 :])


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Variable, ...]:
    """Stretches along `dim`: of one size (the last may be smaller), or of the given sizes; views.

    >>> import minitorch
    >>> [len(part) for part in minitorch.arange(5).split(2)]
    [2, 2, 1]
    """
    d = wrap_dim("split", dim, ndim_of("split", tensor))
    n = tensor.shape[d] if tensor.ndim else 0
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0 or (size == 0 and n):
            raise ArgumentError(f"split: the size of a part must be positive, got {size}")
        sizes = [min(size, n - i) for i in range(0, n, size or 1)] or [0]
    else:
        sizes = [int(s) for s in split_size_or_sections]
        if any(size < 0 for size in sizes):
            raise ShapeError(f"split: sizes must not be negative, got {sizes}")
        if sum(sizes) != n:
            raise ArgumentError(f"split: sizes {sizes} add up to {sum(sizes)}, but dim {d} has size {n}")
    return Split.apply(tensor, sizes=tuple(sizes), dim=d)


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Variable, ...]:
    """At most `chunks` stretches of equal size along `dim` (the last may be smaller); views."""
    if chunks < 1:
        raise ArgumentError(f"chunk: chunks must be at least 1, got {chunks}")
    d = wrap_dim("chunk", dim, ndim_of("chunk", input))
    if not input.ndim:
        raise ShapeError("chunk: a 0-d tensor has no dim to take apart")
    n = input.shape[d]
    return split(input, max(-(-n // chunks), 1), d) if n else split(input, [0] * chunks, d)


def unbind(input: Any, dim: int = 0) -> tuple[Variable, ...]:
    """All slices along `dim`, without that dim; views."""
    if not input.ndim:
        raise IndexRangeError("unbind: a 0-d tensor has no dim to take apart")
    return Unbind.apply(input, dim=wrap_dim("unbind", dim, ndim_of("unbind", input)))


def flip(input: Any, *along: Any, dims: Any = None) -> Variable:
    """The order along the given dims reversed; a copy.

    >>> import minitorch
    >>> minitorch.flip(minitorch.tensor([[1, 2], [3, 4]]), dims=(1,))
    tensor([[2, 1],
            [4, 3]])
    """
    return Flip.apply(input, dims=wrap_dims("flip", ensure_size(along, dims), ndim_of("flip", input)))


def roll(input: Any, shifts: Any, dims: Any = None) -> Variable:
    """Elements moved by `shifts` along `dims`, coming in again at the start; without dims, flattened."""
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if dims is None or dims == ():
        if len(moves) != 1:
            raise ArgumentError("roll: several shifts need as many dims")
        return Roll.apply(reshape(input, -1), shifts=moves, dims=(0,)).reshape(input.shape)
    along = wrap_dims("roll", dims, ndim_of("roll", input))
    if len(moves) != len(along):
        raise ArgumentError(f"roll: {len(moves)} shifts for {len(along)} dims")
    return Roll.apply(input, shifts=moves, dims=along)


def repeat(input: Any, *times: Any, repeats: Any = None) -> Variable:
    """The tensor laid side by side so many times along each dim; a copy.

    >>> import minitorch
    >>> minitorch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    counts = ensure_size(times, repeats)
    extra = len(counts) - input.ndim
    if extra < 0:
        raise ShapeError(f"repeat: {len(counts)} counts given for a tensor of shape {tuple(input.shape)}")
    shape = (1,) * extra + tuple(input.shape)
    spaced = reshape(input, *(m for n in shape for m in (1, n)))
    spread = expand(spaced, *(m for count, n in zip(counts, shape, strict=True) for m in (count, n)))
    return reshape(spread, *(count * n for count, n in zip(counts, shape, strict=True))).clone()


def tile(input: Any, *times: Any, dims: Any = None) -> Variable:
    """As `repeat`; missing leading counts are 1."""
    counts = ensure_size(times, dims)
    return repeat(input, *(1,) * (input.ndim - len(counts)), *counts)


def repeat_interleave(input: Any, repeats: Any, dim: int | None = None) -> Variable:
    """Each element repeated `repeats` times in place, along `dim` or flattened."""
    from minitorch.ops.index import index_select

    if dim is None:
        input, dim = reshape(input, -1), 0
    d = wrap_dim("repeat_interleave", dim, ndim_of("repeat_interleave", input))
    counts = repeats.tolist() if hasattr(repeats, "tolist") else repeats
    if isinstance(counts, int):
        counts = [counts] * input.shape[d]
    if len(counts) == 1:
        counts = counts * input.shape[d]
    if any(count < 0 for count in counts):
        raise ShapeError(f"repeat_interleave: counts must not be negative, got {min(counts)}")
    if len(counts) != input.shape[d]:
        raise ShapeError(f"repeat_interleave: {len(counts)} counts for a dim of size {input.shape[d]}")
    index = [i for i, count in enumerate(counts) for _ in range(count)]
    return index_select(input, d, input.new_tensor(index, dtype=dtypes.int64))


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Variable:
    """A border around the last dims.

    Args:
        input: any shape; for the modes other than `"constant"` at least as many dims as are padded.
        pad: (before, after) of the last dim, then of the one before it, and so on; negative cuts off.
        mode: `"constant"`, `"reflect"` (without the edge), `"replicate"` (the edge) or `"circular"`.
        value: the constant, 0 by default.

    >>> import minitorch
    >>> minitorch.nn.functional.pad(minitorch.tensor([1.0, 2.0]), (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    from minitorch.ops.index import index_select

    widths = tuple(int(w) for w in pad)
    if len(widths) % 2 or len(widths) // 2 > input.ndim:
        raise ArgumentError(
            f"pad: needs a pair of widths for each of the last dims, got {widths} for shape {tuple(input.shape)}"
        )
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)]
    for i, (before, after) in enumerate(pairs):
        if input.shape[-1 - i] + before + after < 0:
            raise ShapeError(
                f"pad: widths {(before, after)} cut more than dim {-1 - i} of {tuple(input.shape)} has"
            )
    if mode == "constant":
        full = [(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1]
        return ConstantPad.apply(input, widths=tuple(full), value=0 if value is None else value)
    for i, (before, after) in enumerate(pairs):
        n = input.shape[-1 - i]
        index = [source_index(k, n, mode, (before, after)) for k in range(-before, n + after)]
        if index != list(range(n)):
            input = index_select(input, input.ndim - 1 - i, input.new_tensor(index, dtype=dtypes.int64))
    return input


def source_index(k: int, n: int, mode: str, widths: tuple[int, int]) -> int:
    """Which element stands at place `k` of a padded dim of size `n`."""
    limit = {"reflect": n - 1, "replicate": math.inf if n else 0, "circular": n}.get(mode)
    if limit is None:
        raise ArgumentError(
            f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}"
        )
    if max(widths) > limit:
        raise ShapeError(f"pad: mode {mode!r} with widths {widths} needs a larger dim than {n}")
    if mode == "circular":
        return k % n
    if mode == "replicate":
        return min(max(k, 0), n - 1)
    return -k if k < 0 else 2 * (n - 1) - k if k >= n else k


def atleast_1d(*tensors: Any) -> Any:
    """Tensors with at least one dim."""
    return _at_least(tensors, lambda x: reshape(x, 1) if x.ndim == 0 else x)


def atleast_2d(*tensors: Any) -> Any:
    """Tensors with at least two dims."""
    return _at_least(tensors, lambda x: reshape(x, 1, -1) if x.ndim < 2 else x)


def _at_least(tensors: tuple[Any, ...], change: Any) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
        return change(tensors[0])
    if not tensors:
        raise ArgumentTypeError("expected at least one tensor")
    return tuple(change(x) for x in (tensors[0] if isinstance(tensors[0], (tuple, list)) else tensors))
