"""Tensors joined, taken apart and laid side by side: cat, stack, narrow, split, repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import ensure_size, ndim_of, not_a_tensor, wrap_dim
from minitorch.ops.out import with_out
from minitorch.ops.pad import ConstantPad
from minitorch.ops.shape import expand, reshape
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Cat(Op):
    """Arrays joined along `dim`;   dxᵢ = the i-th piece of g."""

    promotes = True

    def forward(self, *xs: Array, dim: int) -> Array:
        self.dim, self.sizes = dim, [x.shape[dim] for x in xs]
        y = self.backend.concatenate(xs, axis=dim)
        return y if y.flags.c_contiguous else self.backend.copy(y)

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


@with_out
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


@with_out
def stack(tensors: Sequence[Any], dim: int = 0) -> Variable:
    """Tensors of one shape joined along a new dim.

    Args:
        tensors: one or more, all of the same shape.
        dim: where the new dim stands in the result; negative numbers count from its end.

    Raises:
        ShapeError: if shapes differ.
        ArgumentError: without any tensor.

    >>> import minitorch
    >>> x, y = minitorch.tensor([1, 2]), minitorch.tensor([3, 4])
    >>> minitorch.stack([x, y], dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
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


def place_of(start: Any) -> int:
    """The int of an int or a 0-d tensor of integers.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if isinstance(start, Value) and (start.array.ndim or start.array.dtype.kind not in "iu"):
        raise ArgumentTypeError(
            f"narrow: start must be an int or a 0-d tensor of integers, got {start.array.dtype} of shape "
            f"{tuple(start.array.shape)}"
        )
    return int(start)


def narrow(input: Any, dim: int, start: int, length: int) -> Variable:
    """`length` elements along `dim`, from `start` on; a view.

    Raises:
        IndexRangeError: if the stretch does not lie within the dim.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> minitorch.narrow(x, 1, 1, 2)  # x[:, 1:3]
    tensor([[2, 3],
            [5, 6]])
    """
    d, start = wrap_dim("narrow", dim, ndim_of("narrow", input)), place_of(start)
    if not input.ndim:
        raise ShapeError("narrow: a 0-d tensor has no dim to narrow")
    begin = start + input.shape[d] if start < 0 else start
    if begin < 0 or length < 0 or begin + length > input.shape[d]:
        raise IndexRangeError(
            f"narrow: elements {start} to {start + length} do not lie within dim {d} of shape {tuple(input.shape)}"
        )
    return Narrow.apply(input, dim=d, start=begin, length=length)


def select(input: Any, dim: int, index: int) -> Variable:
    """The slice at `index` along `dim`, without that dim; a view.

    Raises:
        IndexRangeError: if there is no such index.

    >>> import minitorch
    >>> x = minitorch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> minitorch.select(x, 1, -1)  # x[:, -1]
    tensor([3, 6])
    """
    d = wrap_dim("select", dim, ndim_of("select", input))
    n = input.shape[d] if input.ndim else 0
    if not -n <= index < n:
        raise IndexRangeError(
            f"select: index {index} is out of range for dim {d} of shape {tuple(input.shape)}"
        )
    return narrow(input, d, index % n, 1).reshape(input.shape[:d] + input.shape[d + 1 :])


def split(
    tensor: Any, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None
) -> tuple[Variable, ...]:
    """Stretches along `dim`: of one size (the last may be smaller), or of the given sizes; views.

    Args:
        tensor: any shape.
        split_size_or_sections: the size of a part, or the sizes of all.
        dim: along which to split.
        split_size: the same, as the method calls it.

    >>> import minitorch
    >>> [len(part) for part in minitorch.arange(5).split(2)]
    [2, 2, 1]
    """
    split_size_or_sections = split_size if split_size_or_sections is None else split_size_or_sections
    if split_size_or_sections is None:
        raise ArgumentTypeError("split: expected the size of a part, or a list of sizes, got None")
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


def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Variable, ...]:
    """Stretches of the given sizes along `dim`, views.

    >>> import minitorch
    >>> [part.tolist() for part in minitorch.split_with_sizes(minitorch.arange(3), [1, 2])]
    [[0], [1, 2]]
    """
    return split(input, list(split_sizes), dim)


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Variable, ...]:
    """At most `chunks` stretches of equal size along `dim` (the last may be smaller); views.

    Raises:
        ArgumentError: unless `chunks` is positive.

    >>> import minitorch
    >>> [part.tolist() for part in minitorch.chunk(minitorch.arange(5), 3)]
    [[0, 1], [2, 3], [4]]
    >>> [part.tolist() for part in minitorch.chunk(minitorch.arange(4), 3)]  # two of size 2 are enough
    [[0, 1], [2, 3]]
    """
    if chunks < 1:
        raise ArgumentError(f"chunk: chunks must be at least 1, got {chunks}")
    d = wrap_dim("chunk", dim, ndim_of("chunk", input))
    if not input.ndim:
        raise ShapeError("chunk: a 0-d tensor has no dim to take apart")
    n = input.shape[d]
    return split(input, max(-(-n // chunks), 1), d) if n else split(input, [0] * chunks, d)


def unbind(input: Any, dim: int = 0) -> tuple[Variable, ...]:
    """All slices along `dim`, without that dim; views.

    >>> import minitorch
    >>> first, second = minitorch.tensor([[1, 2], [3, 4]]).unbind(dim=1)
    >>> first, second
    (tensor([1, 3]), tensor([2, 4]))
    """
    if not input.ndim:
        raise IndexRangeError("unbind: a 0-d tensor has no dim to take apart")
    return Unbind.apply(input, dim=wrap_dim("unbind", dim, ndim_of("unbind", input)))


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
    """As `repeat`; missing leading counts are 1.

    >>> import minitorch
    >>> minitorch.tile(minitorch.tensor([[1, 2]]), (2,))  # as (1, 2)
    tensor([[1, 2, 1, 2]])
    """
    counts = ensure_size(times, dims)
    return repeat(input, *(1,) * (input.ndim - len(counts)), *counts)


def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Variable:
    """Each element repeated `repeats` times in place, along `dim` or flattened.

    Args:
        input: what is repeated.
        repeats: one count for all elements, or a tensor with one for each; without it, `input` holds the counts, and
            the indices themselves are repeated.
        dim: without it, the flattened tensor is repeated.
        output_size: the size of the result along `dim`, which is checked.

    Raises:
        ShapeError: for negative counts, or another number of counts than elements.

    >>> import minitorch
    >>> minitorch.repeat_interleave(minitorch.tensor([1, 2]), 2)  # `repeat` would give 1, 2, 1, 2
    tensor([1, 1, 2, 2])
    >>> minitorch.repeat_interleave(minitorch.tensor([7, 8]), minitorch.tensor([1, 3]))
    tensor([7, 8, 8, 8])
    """
    from minitorch.ops.index import index_select

    if repeats is None:
        input, repeats = wrap(backend_of(input.array).arange(input.numel())), input
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
    if output_size is not None and sum(counts) != output_size:
        raise ArgumentError(
            f"repeat_interleave: output_size is {output_size}, but the counts add up to {sum(counts)}"
        )
    index = [i for i, count in enumerate(counts) for _ in range(count)]
    return index_select(input, d, input.new_tensor(index, dtype=dtypes.int64))
