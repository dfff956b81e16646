"""Views by strides: as_strided, and windows that slide along a dim (`Tensor.unfold`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError, ShapeError, VmapError
from minitorch.modes import current
from minitorch.op import Op
from minitorch.ops.common import ensure_size, looks_at, ndim_of, wrap_dim
from minitorch.ops.index import PutItem, Take

if TYPE_CHECKING:
    from minitorch.variable import Variable


class AsStrided(Op):
    """y = the elements at offset + Σ index·stride in x's memory, a view;   dx = g, added up at x's places."""

    view = True

    def forward(
        self, x: Array, *, size: tuple[int, ...], stride: tuple[int, ...], offset: int | None
    ) -> Array:
        memory, own = self.backend.memory_of(x)
        start = own if offset is None else offset
        last = start + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
        if 0 not in size and (last >= memory.size or start < 0):
            raise ShapeError(
                f"as_strided: size {size} with stride {stride} and offset {start} reaches element {last} of a "
                f"memory of {memory.size}"
            )
        y = self.backend.as_strided(memory, size, stride, start)
        if self.recording:
            places = self.backend.arange(memory.size)
            steps = tuple(s // x.itemsize for s in x.strides)
            self.keep(
                ours=self.backend.as_strided(places, x.shape, steps, own),
                theirs=self.backend.as_strided(places, size, stride, start),
                memory_size=memory.size,
            )
        return y

    def backward(self, g: Array) -> Array:
        saved = self.saved
        places = (saved.theirs.reshape(-1),)
        memory = PutItem.apply(g.reshape(-1), index=places, shape=(saved.memory_size,), unique=False)
        dx = Take.apply(memory, index=(saved.ours,))
        shared = self.backend.zeros(saved.memory_size, "int64")
        self.backend.index_add(shared, (saved.ours.reshape(-1),), 1)
        count = shared[saved.ours]  # several elements of x may share one place; each carries its part
        return dx if not count.size or (looks_at(count) and int(count.max()) == 1) else dx / count


class SlidingWindows(Op):
    """y[…, i, …, k] = x[…, i·step + k, …] along a dim, a view;   dx = g, added up where windows overlap."""

    view = True

    def forward(self, x: Array, *, dim: int, size: int, step: int) -> Array:
        self.dim, self.size, self.step, self.length = dim, size, step, x.shape[dim]
        count = (x.shape[dim] - size) // step + 1
        shape = (*x.shape[:dim], count, *x.shape[dim + 1 :], size)
        strides = [s // x.itemsize for s in x.strides]
        strides = [*strides[:dim], strides[dim] * step, *strides[dim + 1 :], strides[dim]]
        return self.backend.as_strided(x, shape, strides)

    def backward(self, g: Array) -> Array:
        from minitorch.ops.shape import movedim

        starts = self.backend.arange(g.shape[self.dim]) * self.step
        places = (starts.reshape(-1, 1) + self.backend.arange(self.size)).reshape(-1)
        last = movedim(g, self.dim, -2)
        rows = last.reshape((*last.shape[:-2], places.size))
        index = (*(slice(None),) * (last.ndim - 2), places)
        dx = PutItem.apply(rows, index=index, shape=(*last.shape[:-2], self.length), unique=False)
        return movedim(dx, -1, self.dim)


def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Variable:
    """A view of the memory behind a tensor: element (i, j, …) lies at offset + i·stride₀ + j·stride₁ + ….

    Args:
        input: whose memory it is.
        size: the shape of the view.
        stride: the step along each dim, counted in elements.
        storage_offset: where the first element lies; None for that of `input`.

    Raises:
        ShapeError: if the view reaches beyond the memory.

    >>> import minitorch
    >>> minitorch.as_strided(minitorch.arange(6), (2, 3), (1, 2))
    tensor([[0, 2, 4],
            [1, 3, 5]])
    """
    ndim_of("as_strided", input)
    shape, steps = ensure_size((size,)), ensure_size((stride,))
    if len(shape) != len(steps):
        raise ShapeError(f"as_strided: size {shape} and stride {steps} must have equally many numbers")
    if any(s < 0 for s in steps):
        raise ArgumentError(f"as_strided: strides must not be negative, got {steps}")
    if current().level is not None:
        raise VmapError(
            "as_strided: inside of vmap a slice has no memory of its own; use views by index instead"
        )
    return AsStrided.apply(input, size=shape, stride=steps, offset=storage_offset)


def unfold_along(input: Any, dimension: int, size: int, step: int) -> Variable:
    """All windows of a size along a dim, `step` apart; the elements of a window form a new last dim; a view.

    Shape: (…, n, …) → (…, ⌊(n − size)/step⌋ + 1, …, size).

    >>> import minitorch
    >>> minitorch.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    d = wrap_dim("unfold", dimension, ndim_of("unfold", input))
    length = input.shape[d] if input.ndim else 1
    if not 0 <= size <= length:
        raise ShapeError(f"unfold: windows of size {size} do not fit into dim {d} of size {length}")
    if step < 1:
        raise ArgumentError(f"unfold: step must be positive, got {step}")
    if not input.ndim:
        return input.reshape(1)[:size]
    return SlidingWindows.apply(input, dim=d, size=size, step=step)
