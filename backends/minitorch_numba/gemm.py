"""`gemm`: a product of matrices inside of a kernel, by NumPy's own BLAS, in the thread that calls it.

    @product_kernel(parallel_from=1 << 20)
    def products(a, b, c):                    # batches of matrices
        for i in prange(len(a)):
            gemm(1, a[i], False, b[i], False, 0, c[i])

Where NumPy's BLAS is not an OpenBLAS (`AVAILABLE` is False), kernels that need it cannot be used.

With NUMBA_DISABLE_JIT=1 the product is NumPy's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import binding
from numba import types
from numba.extending import overload

from minitorch.backend import Array
from minitorch_numba import threads
from minitorch_numba.jit import DISABLED, Kernel
from minitorch_numpy.blas import open_blas

ROW_MAJOR, AS_IT_IS, TRANSPOSED = 101, 111, 112

_library = open_blas()
AVAILABLE = _library is not None


def get_threads() -> int:
    """How many threads a product of BLAS uses."""
    return 1 if _library is None else int(_library.get_num_threads())


def set_threads(count: int) -> None:
    """Sets it."""
    if _library is not None:
        _library.set_num_threads(count)


if _library is not None:
    integer = types.int64 if _library.wide else types.int32
    externals = {}
    for kind, real in (("s", types.float32), ("d", types.float64)):
        address = ctypes.cast(_library.function(f"cblas_{kind}gemm"), ctypes.c_void_p).value
        binding.add_symbol(f"minitorch_{kind}gemm", address)  # cached kernels find it by this name
        pointer = types.CPointer(real)
        externals[real] = types.ExternalFunction(
            f"minitorch_{kind}gemm",
            types.void(
                types.int32, types.int32, types.int32, integer, integer, integer,
                real, pointer, integer, pointer, integer, real, pointer, integer,
            ),
        )  # fmt: skip
    sgemm, dgemm = externals[types.float32], externals[types.float64]


def gemm(alpha: float, a: Array, transpose_a: bool, b: Array, transpose_b: bool, beta: Any, c: Array) -> None:
    """c ← alpha·op(a)·op(b) + beta·c, where op transposes if asked to.

    The rows of all three lie one after the other in memory, as a whole or as a slice of columns of a wider matrix.
    With beta = 0 what was in c does not matter, not even NaN.
    """
    product = (a.T if transpose_a else a) @ (b.T if transpose_b else b)
    c[...] = product * alpha + (c * beta if beta else 0)


@overload(gemm)  # type: ignore[untyped-decorator]
def gemm_in_kernels(
    alpha: float, a: Array, transpose_a: bool, b: Array, transpose_b: bool, beta: Any, c: Array
) -> Any:
    """The call of cblas_sgemm or cblas_dgemm."""
    external = sgemm if a.dtype == types.float32 else dgemm
    scalar = np.float32 if a.dtype == types.float32 else np.float64

    def call(
        alpha: float, a: Array, transpose_a: bool, b: Array, transpose_b: bool, beta: Any, c: Array
    ) -> Any:
        m, n = c.shape
        k = a.shape[0] if transpose_a else a.shape[1]
        if m and n:
            external(
                ROW_MAJOR,
                TRANSPOSED if transpose_a else AS_IT_IS,
                TRANSPOSED if transpose_b else AS_IT_IS,
                m, n, k,
                scalar(alpha), a.ctypes, width(a), b.ctypes, width(b), scalar(beta), c.ctypes, width(c),
            )  # fmt: skip

    return call


def width(x: Array) -> Any:
    """How many elements lie between the beginnings of two rows."""
    return x.strides[0] // x.itemsize


@overload(width)  # type: ignore[untyped-decorator]
def width_in_kernels(x: Array) -> Any:
    """Of a single row any number does that is not less than its length."""

    def count(x: Array) -> Any:
        return max(x.strides[0] // x.itemsize, x.shape[1], 1)

    return count


class ProductKernel(Kernel):
    """A kernel with products inside, each of which runs in the thread that calls it.

    BLAS is told so for the time of the call. Where several Python threads compute at once, one may be done while
    another is at work, and a product of the latter may run in several threads: that costs time, and changes nothing.
    """

    def __call__(self, work: int, *args: Any) -> Any:
        """As `Kernel`."""
        threads.get_num_threads()  # which takes over what BLAS was given, and not the 1 that it is told below
        before = get_threads()
        if before == 1 or DISABLED:
            return super().__call__(work, *args)
        set_threads(1)
        try:
            return super().__call__(work, *args)
        finally:
            set_threads(before)


def product_kernel(
    parallel_from: int, math: str = "contract"
) -> Callable[[Callable[..., Any]], ProductKernel]:
    """As `kernel`, for loops that call `gemm`."""
    return lambda plain: ProductKernel(plain, set(math.split()), parallel_from)
