"""`BatchedArray`: what `vmap` puts in the place of an array.

It holds a whole batch and looks like one slice of it: its shape is a slice's shape.  It has the methods and
operators of an array, and a backend of its own (`batch_backend.py`), so ops compute with it as with any other
array: this is all there is to vectorising.  Several vmaps inside of each other wrap arrays several times, the
innermost outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from minitorch.errors import NoRuleError, VmapError
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.backend import Array


class Level:
    """One running vmap.

    Attributes:
        serial: inner vmaps have higher ones.
        size: how many slices it runs over.
        randomness: "error", "different" or "same".
        outer: the vmap around it, or None.
    """

    serials = count(1)

    def __init__(self, size: int, randomness: str, outer: Level | None) -> None:
        self.serial, self.size = next(self.serials), size
        self.randomness, self.outer = randomness, outer

    def own(self, x: Any) -> Any:
        """A tensor with a place for each slice of this vmap, and of those around it; to be copied."""
        from minitorch.func.batch_ops import Repeat
        from minitorch.func.batch_rules import levels_of

        if self.outer is not None:
            x = self.outer.own(x)
        return x if self in levels_of(x) else Repeat.apply(x, level=self)

    def note_change(self, op_name: str, x: Any) -> None:
        """Told before a tensor is changed in place."""

    def source(self, source: Any) -> Any:
        """A source of random numbers, for draws inside of this vmap."""
        from minitorch.func.batch_random import BatchedSource

        return BatchedSource(source if self.outer is None else self.outer.source(source), self)


class BatchShape(tuple[int, ...]):
    """The shape of a slice, which also says of which vmaps."""

    levels: tuple[Level, ...]


def _binary(name: str, swapped: bool = False) -> Callable[..., Array]:
    def operator(self: BatchedArray, other: Any) -> Array:
        compute = getattr(backend_of(self), name)
        return compute(other, self) if swapped else compute(self, other)

    return operator


def _both(name: str) -> tuple[Callable[..., Array], Callable[..., Array], Callable[..., Array]]:
    """An operator, the same with exchanged sides, and the same in place."""
    plain = _binary(name)

    def in_place(self: BatchedArray, other: Any) -> Array:
        backend_of(self).copyto(self, plain(self, other))
        return self

    return plain, _binary(name, swapped=True), in_place


def _unary(name: str) -> Callable[..., Array]:
    return lambda self: getattr(backend_of(self), name)(self)


def _reduction(name: str) -> Callable[..., Array]:
    def method(self: BatchedArray, axis: Any = None, keepdims: bool = False, **settings: Any) -> Array:
        return getattr(backend_of(self), name)(self, axis=axis, keepdims=keepdims, **settings)

    return method


class BatchedArray:
    """A batch of arrays that looks like one of them.

    Attributes:
        inner: the batch, along its first dim.
        level: the vmap whose slices these are.
        shape: the shape of one slice.
        bound: "min", "max", "any" or "all" if it is that of all elements of an array, else None. An op that asks
            for the number means to check its arguments, or whether it may take a short cut; the answer then is
            about all slices.
    """

    __slots__ = ("__weakref__", "bound", "inner", "level", "shape")
    batched = True

    def __init__(self, inner: Array, level: Level, bound: str | None = None) -> None:
        self.inner, self.level, self.bound = inner, level, bound
        shape = inner.shape
        self.shape = BatchShape(shape[1:])
        self.shape.levels = (*getattr(shape, "levels", ()), level)

    # What arrays say about themselves ---------------------------------------------------------------

    @property
    def dtype(self) -> Any:
        """The dtype of the elements."""
        return self.inner.dtype

    @property
    def ndim(self) -> int:
        """The number of dims of a slice."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements of a slice."""
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return int(self.inner.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        """Bytes of a slice."""
        return self.size * self.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        """The steps in memory along the dims of a slice."""
        return tuple(self.inner.strides[1:])

    @property
    def flags(self) -> Any:
        """Those of the whole batch."""
        return self.inner.flags

    @property
    def ctypes(self) -> Any:
        """Of the whole batch."""
        return self.inner.ctypes

    @property
    def base(self) -> Any:
        """The array that owns the memory."""
        return self.inner if self.inner.base is None else self.inner.base

    @property
    def everything(self) -> Array:
        """The elements of all slices of all vmaps, as one plain array."""
        return getattr(self.inner, "everything", self.inner)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def __repr__(self) -> str:
        return f"BatchedTensor({self.level.size} slices of shape {tuple(self.shape)}, {self.dtype})"

    # What must not depend on the data -----------------------------------------------------------------

    def the_same(self, what: str) -> Any:
        """The number that all slices have in common, or that bounds all of them.

        Raises:
            VmapError: if they differ, or if a slice has not exactly one element.
        """
        if self.size != 1:
            raise VmapError(f"vmap: {what} of an array of shape {tuple(self.shape)} is not defined")
        flat = self.everything.reshape(-1)
        if self.bound is not None and len(flat):
            return getattr(flat, self.bound)()
        if not len(flat) or not bool((flat == flat[0]).all()):
            raise VmapError(
                f"vmap: {what} of a tensor would differ from slice to slice, and the program cannot go two ways "
                f"at once. Compute with tensors, as in minitorch.where(condition, x, y)"
            )
        return flat[0]

    def __bool__(self) -> bool:
        return bool(self.the_same("bool()"))

    def __int__(self) -> int:
        return int(self.the_same("int()"))

    def __float__(self) -> float:
        return float(self.the_same("float()"))

    def __complex__(self) -> complex:
        return complex(self.the_same("complex()"))

    def __index__(self) -> int:
        if self.ndim:
            raise NoRuleError(f"vmap: an array of shape {tuple(self.shape)} is no single index")
        return int(self.the_same("an index"))

    def item(self) -> Any:
        """Not for a user's eyes: it would be the number of one slice."""
        raise VmapError(
            "vmap: a number cannot be taken out of a tensor (item(), bool(), int(), float(), if) inside of vmap: "
            "it would be another one for each slice. Compute with tensors, as in minitorch.where(condition, x, y)"
        )

    def tolist(self) -> Any:
        """Not for a user's eyes."""
        self.item()

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NoRuleError(
            "vmap: values that differ from slice to slice cannot be stored in, or used as, one ordinary array"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        """NumPy's elementwise functions and operators between an array and a batch come here."""
        if method != "__call__" or settings:
            raise NoRuleError(
                f"vmap: {getattr(ufunc, '__name__', 'a function')} cannot store slices of a batch in one array"
            )
        from minitorch.func.batch_rules import elementwise

        return elementwise(ufunc, *inputs)

    # Methods and operators ------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """Methods of arrays: a function of the backend, or the method itself on slice after slice."""
        if name.startswith("__") or not hasattr(self.inner, name):
            raise AttributeError(name)
        from minitorch.func.batch_rules import by_slices

        return lambda *args, **settings: by_slices(
            lambda x, *rest, **kw: getattr(x, name)(*rest, **kw), self, *args, **settings
        )

    @property
    def T(self) -> Array:
        """All dims in reverse order."""
        return self.transpose(tuple(range(self.ndim))[::-1])

    @property
    def real(self) -> Array:
        """The real part, a view."""
        return BatchedArray(self.inner.real, self.level)

    @property
    def imag(self) -> Array:
        """The imaginary part, a view."""
        return BatchedArray(self.inner.imag, self.level)

    def reshape(self, *shape: Any) -> Array:
        """The same elements in another shape."""
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        n = len(self.inner)
        if -1 in sizes and not self.inner.size:
            known = -math.prod(sizes)
            sizes = tuple(self.size // known if s == -1 and known else s for s in sizes)
        return BatchedArray(self.inner.reshape((n, *sizes)), self.level)

    def transpose(self, *axes: Any) -> Array:
        """The dims in another order, a view."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        order = tuple(range(self.ndim))[::-1] if not axes or order is None else order
        shifted = (0, *(a % self.ndim + 1 for a in order))
        return BatchedArray(self.inner.transpose(shifted), self.level)

    def swapaxes(self, a: int, b: int) -> Array:
        """Two dims exchanged, a view."""
        return BatchedArray(self.inner.swapaxes(a % self.ndim + 1, b % self.ndim + 1), self.level)

    def squeeze(self, axis: Any = None) -> Array:
        """Without dims of size 1."""
        return backend_of(self).squeeze(self, axis)

    def astype(self, dtype: Any, copy: bool = True) -> Array:
        """A copy in another dtype."""
        return BatchedArray(self.inner.astype(dtype, copy=copy), self.level)

    def conj(self) -> Array:
        """The complex conjugate."""
        return BatchedArray(self.inner.conj(), self.level)

    conjugate = conj

    def copy(self) -> Array:
        """A copy."""
        return BatchedArray(self.inner.copy(), self.level)

    def view(self, dtype: Any) -> Array:
        """The same bytes as another dtype."""
        if not self.ndim:
            return by_method(self, "view", dtype)
        return BatchedArray(self.inner.view(dtype), self.level)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
        """A diagonal over two dims, as the last dim of the result."""
        n = self.ndim
        return BatchedArray(self.inner.diagonal(offset, axis1 % n + 1, axis2 % n + 1), self.level)

    def __getitem__(self, index: Any) -> Array:
        from minitorch.func.batch_index import get

        return get(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        from minitorch.func.batch_index import put

        put(self, index, value)

    sum, prod, max, min = _reduction("sum"), _reduction("prod"), _reduction("max"), _reduction("min")
    all, any, argmax, argmin = (
        _reduction("all"),
        _reduction("any"),
        _reduction("argmax"),
        _reduction("argmin"),
    )

    __add__, __radd__, __iadd__ = _both("add")
    __sub__, __rsub__, __isub__ = _both("subtract")
    __mul__, __rmul__, __imul__ = _both("multiply")
    __truediv__, __rtruediv__, __itruediv__ = _both("divide")
    __floordiv__, __rfloordiv__, __ifloordiv__ = _both("floor_divide")
    __mod__, __rmod__, __imod__ = _both("remainder")
    __pow__, __rpow__, __ipow__ = _both("power")
    __matmul__, __rmatmul__, _ = _both("matmul")
    __and__, __rand__, __iand__ = _both("bitwise_and")
    __or__, __ror__, __ior__ = _both("bitwise_or")
    __xor__, __rxor__, __ixor__ = _both("bitwise_xor")
    __lshift__, __rlshift__, __ilshift__ = _both("left_shift")
    __rshift__, __rrshift__, __irshift__ = _both("right_shift")
    __eq__, __ne__ = _binary("equal"), _binary("not_equal")
    __lt__, __le__, __gt__, __ge__ = (
        _binary("less"), _binary("less_equal"), _binary("greater"), _binary("greater_equal"),
    )  # fmt: skip
    __neg__, __abs__, __invert__ = _unary("negative"), _unary("abs"), _unary("bitwise_not")
    __hash__ = None  # type: ignore[assignment]  # as arrays


def by_method(x: BatchedArray, name: str, *args: Any) -> Array:
    """A method of arrays, on slice after slice."""
    from minitorch.func.batch_rules import by_slices

    return by_slices(lambda array: getattr(array, name)(*args), x)
