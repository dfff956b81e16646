"""The ops that lead into a vmap and out of it again; gradients pass through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from minitorch.func.batch import BatchedArray, Level
from minitorch.func.batch_rules import (
    collect,
    is_sequence,
    join,
    levels_of,
    rebuilt,
    require_one_shape,
    slice_of,
    split,
)
from minitorch.op import Op
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.backend import Array


ways_in: WeakSet[Op] = WeakSet()  # the recorded ops through which a walk comes from plain values to batches


class Batch(Op):
    """The slices of x along `dim`, as a batch;   dx = the slices of g, put together."""

    view = True

    def forward(self, x: Array, *, dim: int, level: Level) -> Array:
        self.dim, self.level = dim, level
        y = join(moved(x, dim, 0), level)
        self.backend = backend_of(y)
        return y

    def backward(self, g: Array) -> Array:
        return Unbatch.apply(g, dim=self.dim, level=self.level)


class Unbatch(Op):
    """A batch as one array, with its slices along `dim`;   dx = the slices of g."""

    view = True

    def forward(self, x: Array, *, dim: int, level: Level) -> Array:
        self.dim, self.level = dim, level
        if level in levels_of(x):
            batch = split(x, level)
        else:
            batch = backend_of(x).broadcast_to(x, (level.size, *x.shape))
        self.backend = backend_of(batch)
        note_way_in(self)
        return moved(batch, 0, dim)

    def backward(self, g: Array) -> Array:
        return Batch.apply(g, dim=self.dim, level=self.level)


class SumBatch(Op):
    """y = Σ over the slices of x;   dx = g, for each slice, by the walk."""

    def forward(self, x: Array, *, level: Level) -> Array:
        y = split(x, level).sum(0)
        self.backend = backend_of(y)
        note_way_in(self)
        return self.backend.asarray(y)

    def backward(self, g: Array) -> Array:
        return g


class Repeat(Op):
    """The same x for each slice;   dx = Σ g over the slices, by the walk, unless it runs inside of this vmap."""

    def forward(self, x: Array, *, level: Level) -> Array:
        y = join(backend_of(x).broadcast_to(x, (level.size, *x.shape)), level)
        self.backend = backend_of(y)
        return y

    def backward(self, g: Array) -> Array:
        return g


class Slice(Op):
    """y = the i-th slice of x;   dx = zeros, with g in the place of the i-th slice."""

    def forward(self, x: Array, *, level: Level, i: int) -> Array:
        self.level, self.i = level, i
        y = slice_of(x, level, i)
        self.backend = backend_of(y)
        note_way_in(self)
        return y

    def backward(self, g: Array) -> Array:
        zeros = g * 0
        gs = [g if i == self.i else zeros for i in range(self.level.size)]
        return Collect.apply(*gs, level=self.level)


class Collect(Op):
    """Arrays as the slices of a batch;   dxᵢ = the i-th slice of g."""

    def forward(self, *xs: Array, level: Level) -> Array:
        self.level = level
        lead = next((x for x in xs if x.__class__ is BatchedArray), xs[0])
        y = join(backend_of(lead).stack(xs, 0), level)
        self.backend = backend_of(y)
        return y

    def backward(self, g: Array) -> tuple[Array, ...]:
        return tuple(Slice.apply(g, level=self.level, i=i) for i in range(self.level.size))


def note_way_in(op: Op) -> None:
    """Remembers an op whose gradient is a batch though its result is none."""
    if op.recording:
        ways_in.add(op)


def moved(x: Array, source: int, destination: int) -> Array:
    """One dim in another place, a view."""
    order = [i for i in range(x.ndim) if i != source]
    order.insert(destination, source)
    return x.transpose(tuple(order))


def take(x: Any, level: Level, i: int) -> Any:
    """The i-th slice of an array, or of a Variable, whose gradient then flows back to it; also inside of tuples."""
    if isinstance(x, Value):
        return Slice.apply(x, level=level, i=i) if level in levels_of(x) else x
    if is_sequence(x):
        return rebuilt(x, [take(v, level, i) for v in x])
    if x.__class__ is dict:
        return {key: take(v, level, i) for key, v in x.items()}
    return slice_of(x, level, i)


def gather(results: list[Any], level: Level) -> Any:
    """Results for all slices as a batch, Variables or arrays; also of tuples."""
    first = results[0]
    if isinstance(first, (tuple, list)):
        parts = [gather(list(part), level) for part in zip(*results, strict=True)]
        return parts if isinstance(first, list) else tuple(parts)
    if any(isinstance(r, Value) for r in results):
        require_one_shape([tuple(r.array.shape) for r in results])
        return Collect.apply(*results, level=level)
    if any(r is None for r in results):
        return None
    return collect(results, level)
