"""`NumpyBackend`: every primitive is NumPy's function of the same meaning."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minitorch.backend import Array, Backend
from minitorch_numpy import blas, dlpack, random, special
from minitorch_numpy.activation import NumpyActivationKernels
from minitorch_numpy.attention import NumpyAttentionKernels
from minitorch_numpy.conv import NumpyConvKernels
from minitorch_numpy.embedding import NumpyEmbeddingKernels
from minitorch_numpy.fourier import NumpyFourierKernels
from minitorch_numpy.linalg import NumpyLinalgKernels
from minitorch_numpy.memory import keep_freed_memory
from minitorch_numpy.normalize import NumpyNormKernels
from minitorch_numpy.optim import NumpyOptimizerKernels
from minitorch_numpy.order import NumpyOrderKernels
from minitorch_numpy.pool import NumpyPoolKernels
from minitorch_numpy.recurrent import NumpyRecurrentKernels
from minitorch_numpy.special_functions import NumpySpecialFunctions


class QuietCalls(threading.local):
    """For each thread a context in which NumPy's floating-point warnings are off.

    Running a function in a ready-made context costs some ten nanoseconds; entering np.errstate costs half a
    microsecond.
    """

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
        square = np.square(x)
        return np.asarray(square * (x if y == 3 else square))
    return np.asarray(np.power(x, y))


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
    NumpyFourierKernels,
    Backend,
):
    """Arrays are `numpy.ndarray`; nothing is compiled."""

    name = "numpy"
    array_type = np.ndarray
    scalar_types = (np.generic,)
    calls = QuietCalls()

    negative, abs, sign, rint = np.negative, np.absolute, np.sign, np.rint
    floor, ceil, trunc = np.floor, np.ceil, np.trunc
    exp, exp2, expm1, log, log2, log10, log1p = (
        np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p,
    )  # fmt: skip
    sqrt, square = np.sqrt, np.square
    sin, cos, tan, asin, acos, atan = np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan
    sinh, cosh, tanh, asinh, acosh, atanh = (
        np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh,
    )  # fmt: skip
    erf = staticmethod(special.erf)
    conj, isnan, isinf, isfinite = np.conjugate, np.isnan, np.isinf, np.isfinite
    logical_not, bitwise_not = np.logical_not, np.bitwise_not

    add, subtract, multiply, divide = np.add, np.subtract, np.multiply, np.true_divide
    floor_divide, remainder, fmod = np.floor_divide, np.remainder, np.fmod
    power = staticmethod(power)
    maximum, minimum, atan2 = np.maximum, np.minimum, np.arctan2
    hypot, copysign, nextafter = np.hypot, np.copysign, np.nextafter
    logaddexp, logaddexp2, gcd, lcm = np.logaddexp, np.logaddexp2, np.gcd, np.lcm
    signbit, frexp = np.signbit, np.frexp
    equal, not_equal = np.equal, np.not_equal
    less, less_equal, greater, greater_equal = np.less, np.less_equal, np.greater, np.greater_equal
    logical_and, logical_or, logical_xor = np.logical_and, np.logical_or, np.logical_xor
    bitwise_and, bitwise_or, bitwise_xor = np.bitwise_and, np.bitwise_or, np.bitwise_xor
    left_shift, right_shift = np.left_shift, np.right_shift
    where = staticmethod(np.where)

    sum, prod = np.add.reduce, np.multiply.reduce
    max, min = np.maximum.reduce, np.minimum.reduce
    all, any = np.logical_and.reduce, np.logical_or.reduce
    argmax, argmin = staticmethod(np.argmax), staticmethod(np.argmin)
    cumsum, cumprod = np.add.accumulate, np.multiply.accumulate
    sort, argsort = staticmethod(_sort), staticmethod(_argsort)

    matmul = np.matmul
    einsum = staticmethod(np.einsum)

    empty, zeros, full = staticmethod(np.empty), staticmethod(np.zeros), staticmethod(np.full)
    arange, linspace = staticmethod(np.arange), staticmethod(np.linspace)
    asarray, to_numpy = staticmethod(np.asarray), staticmethod(np.asarray)
    from_dlpack, to_dlpack = staticmethod(dlpack.from_dlpack), staticmethod(dlpack.to_dlpack)
    copyto = staticmethod(np.copyto)

    reshape, transpose, squeeze = (
        staticmethod(np.reshape), staticmethod(np.transpose), staticmethod(np.squeeze),
    )  # fmt: skip
    expand_dims = staticmethod(np.expand_dims)
    flip, roll, repeat = staticmethod(np.flip), staticmethod(np.roll), staticmethod(np.repeat)
    concatenate, stack = staticmethod(np.concatenate), staticmethod(np.stack)

    nonzero, isin = staticmethod(np.nonzero), staticmethod(np.isin)
    take_along_axis = staticmethod(np.take_along_axis)
    put_along_axis = staticmethod(np.put_along_axis)
    index_add = staticmethod(index_add)

    random_generator = staticmethod(random.Generator)

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
    def eye(n: int, m: int, dtype: Any) -> Array:
        """Ones on the diagonal of an n × m matrix."""
        return np.eye(n, m, dtype=dtype)

    @staticmethod
    def broadcast_to(x: Array, shape: Any) -> Array:
        """A view whose dims of size 1 are repeated; as writable as `x`."""
        y = np.broadcast_to(x, shape)
        y.flags.writeable = x.flags.writeable
        return y

    @staticmethod
    def copy(x: Array) -> Array:
        """A contiguous copy."""
        return np.array(x, order="C")

    @staticmethod
    def astype(x: Array, dtype: Any) -> Array:
        """A copy in another dtype; of complex numbers the real part."""
        if x.dtype.kind == "c" and np.dtype(dtype).kind not in "cb":
            x = x.real
        return x.astype(dtype)

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        """x @ wᵀ + b, with b added in place: fresh memory costs more than the sum."""
        y: Array = self.matmul(x, w.T)
        if b is not None:
            y += b
        return y

    @staticmethod
    def add_into(x: Array, y: Array) -> None:
        """x += y, in x's memory."""
        np.add(x, y, out=x)

    @staticmethod
    def is_whole(x: Array) -> bool:
        """Whether `x` owns its memory, and may be written to."""
        return x.base is None and x.flags.writeable

    @staticmethod
    def pad(x: Array, widths: Any, value: Any = 0) -> Array:
        """Surrounds `x` with a constant; negative widths cut off."""
        inner, region, shape = [], [], []
        for n, (before, after) in zip(x.shape, widths, strict=True):
            inner.append(slice(max(-before, 0), n - max(-after, 0)))
            start = max(before, 0)
            region.append(slice(start, start + n - max(-before, 0) - max(-after, 0)))
            shape.append(n + before + after)
        y = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
        y[tuple(region)] = x[tuple(inner)]
        return y

    def diagonal(self, x: Array, offset: int, axis1: int, axis2: int) -> Array:
        """A view on a diagonal; NumPy's own may not be written to."""
        y = x.diagonal(offset, axis1, axis2)
        y.flags.writeable = x.flags.writeable
        return y

    @staticmethod
    def add_along_axis(x: Array, indices: Array, values: Array, axis: int) -> None:
        """x[…, indices, …] += values along `axis`; duplicate indices add up."""
        grid = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
        grid[axis] = indices
        np.add.at(x, tuple(grid), values)

    @staticmethod
    def from_buffer(buffer: Any, dtype: Any, count: int, offset: int) -> Array:
        """A vector over the bytes of an object."""
        return np.frombuffer(buffer, dtype, count, offset)

    @staticmethod
    def as_strided(x: Array, shape: Any, strides: Any, offset: int = 0) -> Array:
        """A view from an element of the vector x on (or from the first of any x), by strides counted in elements."""
        start = x[offset:] if offset else x
        return as_strided(start, shape, [s * x.itemsize for s in strides])

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

    @staticmethod
    def sliding_windows(x: Array, sizes: Any, strides: Any, dilations: Any) -> Array:
        """All windows over the last dimensions, as a view.

        Shape: (…, H, W) → (…, Ho, Wo, kh, kw), for any number of spatial dimensions.
        """
        k = len(sizes)
        lead, spatial = x.shape[:-k], x.shape[-k:]
        steps = x.strides[-k:]
        counts = tuple(
            (n - d * (size - 1) - 1) // s + 1
            for n, size, s, d in zip(spatial, sizes, strides, dilations, strict=True)
        )
        return as_strided(
            x,
            (*lead, *counts, *sizes),
            (
                *x.strides[:-k],
                *(step * s for step, s in zip(steps, strides, strict=True)),
                *(step * d for step, d in zip(steps, dilations, strict=True)),
            ),
            writeable=False,
        )
