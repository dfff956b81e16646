"""`matmul` as calls of cuBLAS, in the dtype of the operands; sums are kept in single precision or better.

What each call says is computed here, without a GPU; a backend supplies `cublas`, which carries it out.

Source: NVIDIA, cuBLAS Library, sections "cublasGemmEx" and "cublasGemmStridedBatchedEx".
"""

from __future__ import annotations

from ctypes import c_int, c_longlong, c_void_p
from typing import Any, NamedTuple

import numpy as np

from minitorch import backends as switches
from minitorch.backend import Array
from minitorch.errors import ShapeError
from minitorch_cupy.products import LARGEST, Gemm, product, shape_of_product
from minitorch_cupy.variants import VARIANTS

# Arguments after the handle: flags and sizes, a factor and A, B, another factor and C, and how to compute.
SIGNATURES: dict[str, tuple[Any, ...]] = {
    "cublasGemmEx": (
        *(c_int,) * 5,
        *(c_void_p, c_void_p, c_int, c_int),
        *(c_void_p, c_int, c_int),
        *(c_void_p, c_void_p, c_int, c_int),
        *(c_int, c_int),
    ),
    "cublasGemmStridedBatchedEx": (
        *(c_int,) * 5,
        *(c_void_p, c_void_p, c_int, c_int, c_longlong),
        *(c_void_p, c_int, c_int, c_longlong),
        *(c_void_p, c_void_p, c_int, c_int, c_longlong),
        *(c_int, c_int, c_int),
    ),
}


class Numbers(NamedTuple):
    """What cuBLAS calls a dtype, how it computes with it, and the addresses of a 1 and a 0."""

    kind: int
    compute: int
    one: int
    zero: int


_factors: list[Any] = []  # kept, since cuBLAS gets their addresses


def numbers(kind: int, compute: int, scale: str) -> Numbers:
    """With factors of a dtype."""
    made = np.array([1, 0], scale)
    _factors.append(made)
    return Numbers(kind, compute, made.ctypes.data, made.ctypes.data + made.itemsize)


# Of library_types.h and cublas_api.h.
IN_SINGLE, IN_DOUBLE, WITH_TF32 = 68, 70, 77
DEFAULT_ALGORITHM = -1
BY_NAME = {
    "float32": numbers(0, IN_SINGLE, "float32"),
    "float64": numbers(1, IN_DOUBLE, "float64"),
    "float16": numbers(2, IN_SINGLE, "float32"),
    "bfloat16": numbers(14, IN_SINGLE, "float32"),
    "complex64": numbers(4, IN_SINGLE, "complex64"),
    "complex128": numbers(5, IN_DOUBLE, "complex128"),
}
KINDS = {dtype: BY_NAME[dtype.name] for dtype in (*VARIANTS, np.dtype("complex64"), np.dtype("complex128"))}
TENSOR_FLOATS = {
    np.dtype(name): BY_NAME[name]._replace(compute=WITH_TF32) for name in ("float32", "complex64")
}


def request(call: Gemm, how: Numbers, size: int, a: int, b: int, c: int) -> tuple[str, tuple[int, ...]]:
    """The function of cuBLAS, and its arguments after the handle.

    Args:
        call: places and distances, in elements.
        how: cuBLAS's names for the dtype.
        size: bytes of an element.
        a: the address of the second operand, which is cuBLAS's first.
        b: of the first one.
        c: of the result.
    """
    flags = int(call.transpose_a), int(call.transpose_b), call.m, call.n, call.k
    first = how.one, a + call.a * size, how.kind, call.lda
    second = b + call.b * size, how.kind, call.ldb
    result = how.zero, c + call.c * size, how.kind, call.ldc
    if call.products == 1:
        return "cublasGemmEx", (*flags, *first, *second, *result, how.compute, DEFAULT_ALGORITHM)
    return "cublasGemmStridedBatchedEx", (
        *flags, *first, call.step_a, *second, call.step_b, *result, call.step_c, call.products,
        how.compute, DEFAULT_ALGORITHM,
    )  # fmt: skip


class CupyProducts:
    """Products of matrices of real and complex numbers; those of integers are the array library's."""

    copy: Any
    empty: Any
    zeros: Any
    address: Any

    def cublas(self, name: str, *arguments: int) -> None:
        """Calls a function of cuBLAS on the current stream."""
        raise NotImplementedError

    def matmul(self, x: Array, y: Array) -> Array:
        """x @ y, with NumPy's rules for dims."""
        how = KINDS.get(x.dtype)
        if how is None or y.dtype != x.dtype or not (x.ndim and y.ndim):
            return super().matmul(x, y)  # type: ignore[misc]
        if not (x.size and y.size):
            return self.zeros(shape_of_product(x.shape, y.shape), x.dtype)
        if x.ndim == 1 or y.ndim == 1:
            z = self.matmul(x[None] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y)
            z = z.squeeze(-1) if y.ndim == 1 else z
            return z.squeeze(-2 if y.ndim > 1 else -1) if x.ndim == 1 else z
        if x.shape[-1] != y.shape[-2]:
            return super().matmul(x, y)  # type: ignore[misc]  # says what does not fit
        if y.ndim == 2 and x.ndim > 2 and x.flags.c_contiguous:  # one product of many rows
            rows = self.matmul(x.reshape(-1, x.shape[-1]), y)
            return rows.reshape(*x.shape[:-1], y.shape[-1])
        if max(*x.shape[-2:], y.shape[-1]) > LARGEST:
            raise ShapeError(
                f"matmul: matrices of shapes {x.shape} and {y.shape} have dims of more than {LARGEST:,}, which cuBLAS "
                f"does not count; multiply parts of them"
            )
        size = x.itemsize
        plan = product(*lies(x, size), *lies(y, size))
        if not plan.calls:
            x, y = (self.copy(z) if of_it else z for z, of_it in zip((x, y), plan.copies, strict=True))
            plan = product(*lies(x, size), *lies(y, size))
        if switches.cuda.matmul.allow_tf32:
            how = TENSOR_FLOATS.get(x.dtype, how)
        z = self.empty(plan.shape, x.dtype)
        for call in plan.calls:
            name, arguments = request(call, how, size, self.address(y), self.address(x), self.address(z))
            self.cublas(name, *arguments)
        return z


def lies(x: Array, size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape and strides of an array, in elements."""
    return x.shape, tuple([step // size for step in x.strides])
