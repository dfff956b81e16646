"""`NumpyBackend`: every primitive is NumPy's function of the same meaning."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any, ClassVar

import numpy as np

from minitorch.backend import Array, Calls, is_foreign
from minitorch_numpy import blas, dlpack, random, special
from minitorch_numpy.activation import NumpyActivationKernels
from minitorch_numpy.attention import NumpyAttentionKernels
from minitorch_numpy.conv import NumpyConvKernels
from minitorch_numpy.embedding import NumpyEmbeddingKernels
from minitorch_numpy.linalg import NumpyLinalgKernels
from minitorch_numpy.memory import keep_freed_memory
from minitorch_numpy.namespace import NamespaceBackend, fourth_or_cube
from minitorch_numpy.normalize import NumpyNormKernels
from minitorch_numpy.optim import NumpyOptimizerKernels
from minitorch_numpy.order import NumpyOrderKernels
from minitorch_numpy.pool import NumpyPoolKernels
from minitorch_numpy.recurrent import NumpyRecurrentKernels
from minitorch_numpy.special_functions import NumpySpecialFunctions


class ForeignCalls(Calls):
    """Calls what users write in the context of its caller: it may print, and notebooks tell cells apart by context."""

    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Calls `function`."""
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)


class QuietCalls(threading.local):
    """For each thread a context in which NumPy's floating-point warnings are off.

    Running a function in a ready-made context costs some ten nanoseconds; entering np.errstate costs half a
    microsecond. All other context variables are as old as that context.
    """

    run_foreign = ForeignCalls().run

    def __init__(self) -> None:
        context = copy_context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


def index_add(x: Array, index: Any, values: Array) -> None:
    """x[index] += values; `np.add.at` is several times as fast on flat arrays, if they are not tiny."""
    values = np.asarray(values)
    if values.size < 1000 or not x.flags.c_contiguous or x.dtype != values.dtype:
        np.add.at(x, index, values)
        return
    places = np.arange(x.size).reshape(x.shape)[index]
    np.add.at(x.reshape(-1), places.reshape(-1), np.broadcast_to(values, places.shape).reshape(-1))


def _sort(x: Array, axis: int = -1) -> Array:
    return np.sort(x, axis=axis)  # nothing shows in which order equal ones are


def _argsort(x: Array, axis: int = -1) -> Array:
    return np.argsort(x, axis=axis, kind="stable")


def power(x: Any, y: Any) -> Array:
    """xʸ; cubes and fourth powers as products: the library's pow takes up to fifty times as long for x < 0."""
    if y.__class__ is int and 2 < y < 5 and isinstance(x, np.ndarray) and x.dtype.char in "fd":
        return np.asarray(fourth_or_cube(np.square, x, y))
    return np.asarray(np.power(x, y))


class NumpyPrimitives(NamespaceBackend, xp=np):
    """NumPy's functions by their names, below the kernels of NumpyBackend."""


class NumpyBackend(
    NumpyConvKernels,
    NumpyPoolKernels,
    NumpyNormKernels,
    NumpyEmbeddingKernels,
    NumpyActivationKernels,
    NumpyOptimizerKernels,
    NumpyRecurrentKernels,
    NumpyAttentionKernels,
    NumpySpecialFunctions,
    NumpyOrderKernels,
    NumpyLinalgKernels,
    NumpyPrimitives,
):
    """Arrays are `numpy.ndarray`; nothing is compiled."""

    name = "numpy"
    array_type = np.ndarray
    scalar_types = (np.generic,)
    calls: ClassVar[Any] = QuietCalls()

    power, erf = staticmethod(power), staticmethod(special.erf)

    sum, prod = np.add.reduce, np.multiply.reduce
    max, min = np.maximum.reduce, np.minimum.reduce
    all, any = np.logical_and.reduce, np.logical_or.reduce
    cumsum, cumprod = np.add.accumulate, np.multiply.accumulate
    sort, argsort = staticmethod(_sort), staticmethod(_argsort)

    asarray, to_numpy = staticmethod(np.asarray), staticmethod(np.asarray)
    from_dlpack, to_dlpack = staticmethod(dlpack.from_dlpack), staticmethod(dlpack.to_dlpack)
    index_add = staticmethod(index_add)
    random_generator = staticmethod(random.Generator)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if is_foreign(cls):
            cls.calls = ForeignCalls()

    def __init__(self) -> None:
        keep_freed_memory()

    def get_num_threads(self) -> int:
        """How many threads a product of matrices uses; everything else runs in one."""
        return blas.get_num_threads() or 1

    def set_num_threads(self, count: int) -> None:
        """Sets it for the whole process."""
        blas.set_num_threads(count)

    def describe(self) -> dict[str, str]:
        """NumPy and its BLAS."""
        return {"NumPy": np.__version__, "BLAS": blas.describe()}

    def hints(self) -> list[str]:
        """About the kernels that BLAS has chosen."""
        return blas.hints()

    def quiet(self) -> AbstractContextManager[Any]:
        """A context without NumPy's floating-point warnings."""
        return np.errstate(all="ignore")

    @staticmethod
    def broadcast_to(x: Array, shape: Any) -> Array:
        """A view whose dims of size 1 are repeated; as writable as `x`."""
        y = np.broadcast_to(x, shape)
        y.flags.writeable = x.flags.writeable
        return y

    @staticmethod
    def is_whole(x: Array) -> bool:
        """Whether `x` owns its memory, and may be written to."""
        return x.base is None and x.flags.writeable

    def diagonal(self, x: Array, offset: int, axis1: int, axis2: int) -> Array:
        """A view on a diagonal; NumPy's own may not be written to."""
        y = x.diagonal(offset, axis1, axis2)
        y.flags.writeable = x.flags.writeable
        return y

    @staticmethod
    def from_buffer(buffer: Any, dtype: Any, count: int, offset: int) -> Array:
        """A vector over the bytes of an object."""
        return np.frombuffer(buffer, dtype, count, offset)

    @staticmethod
    def memory_of(x: Array) -> tuple[Array, int]:
        """The whole memory that a view shows a part of, as a vector, and where in it x begins."""
        owner: Any = x
        base: Any = x
        while (
            base := getattr(base, "base", None)
        ) is not None:  # as_strided puts an object of its own between
            owner = base if isinstance(base, np.ndarray) else owner
        memory = owner.ravel(order="K").view(x.dtype)
        if not np.may_share_memory(memory, x):  # the owner has gaps itself: it came from elsewhere
            return x.ravel(), 0
        return memory, (x.ctypes.data - memory.ctypes.data) // x.itemsize


if np.dtype(np.intp).itemsize < 8:
    from minitorch_numpy.narrow import widen  # where it is needed, and nowhere else

    widen(NumpyBackend)
