"""Plays cuBLAS: carries out what it would be called with, in the computer's memory, as its documentation says.

Calls arrive as they would on a GPU: through a C function of the declared types, with addresses. Real and complex
numbers go on to a BLAS of the usual kind, SciPy's, in which gemm has the same meaning; half precision to NumPy.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import ml_dtypes
import numpy as np
from scipy.linalg import cython_blas

from minitorch_cupy.matmul import SIGNATURES

# Numbers of library_types.h and cublas_api.h.
DTYPES = {0: "float32", 1: "float64", 2: "float16", 4: "complex64", 5: "complex128", 14: ml_dtypes.bfloat16}
SCALES = {0: "float32", 1: "float64", 2: "float32", 4: "complex64", 5: "complex128", 14: "float32"}
COMPUTES = {0: (68, 77), 1: (70,), 2: (68,), 4: (68, 77), 5: (70,), 14: (68,)}
LETTERS = {0: "s", 1: "d", 4: "c", 5: "z"}

called: list[tuple[str, tuple[int, ...]]] = []


@cache
def fortran(letter: str) -> Any:
    """gemm of SciPy's BLAS, for a type of numbers."""
    capsule = cython_blas.__pyx_capi__[f"{letter}gemm"]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    address = api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))
    return ctypes.CFUNCTYPE(None, *(ctypes.c_void_p,) * 13)(address)


def matrix(address: int, dtype: Any, rows: int, columns: int, leading: int) -> Any:
    """Memory as cuBLAS reads it: element (i, j) stands at i + j·leading."""
    dtype = np.dtype(dtype)
    count = (columns - 1) * leading + rows
    flat = np.frombuffer((ctypes.c_char * (count * dtype.itemsize)).from_address(address), dtype)
    steps = (dtype.itemsize, leading * dtype.itemsize)
    return np.lib.stride_tricks.as_strided(flat, (rows, columns), steps)


def gemm(
    turn_a: int, turn_b: int, m: int, n: int, k: int, alpha: int, a: int, lda: int, b: int, ldb: int, beta: int,
    c: int, ldc: int, kind: int,
) -> None:  # fmt: skip
    """C ← α·op(A)·op(B) + β·C."""
    stored_a, stored_b = (k, m) if turn_a else (m, k), (n, k) if turn_b else (k, n)
    assert turn_a in (0, 1)
    assert turn_b in (0, 1)
    assert min(m, n, k) > 0
    assert lda >= stored_a[0]
    assert ldb >= stored_b[0]
    assert ldc >= m
    if kind in LETTERS:
        flags = [ctypes.c_char(b"NT"[flag : flag + 1]) for flag in (turn_a, turn_b)]
        sizes = [ctypes.c_int(size) for size in (m, n, k, lda, ldb, ldc)]
        at = [ctypes.addressof(size) for size in sizes]
        letters = [ctypes.addressof(flag) for flag in flags]
        fortran(LETTERS[kind])(*letters, *at[:3], alpha, a, at[3], b, at[4], beta, c, at[5])
        return
    assert matrix(alpha, SCALES[kind], 1, 1, 1) == 1
    assert matrix(beta, SCALES[kind], 1, 1, 1) == 0
    left = matrix(a, DTYPES[kind], *stored_a, lda).astype("float32")
    right = matrix(b, DTYPES[kind], *stored_b, ldb).astype("float32")
    product = (left.T if turn_a else left) @ (right.T if turn_b else right)
    matrix(c, DTYPES[kind], m, n, ldc)[...] = product.astype(DTYPES[kind])


def gemm_ex(handle: Any, *rest: Any) -> int:
    """`cublasGemmEx`."""
    turn_a, turn_b, m, n, k, alpha, a, kind, lda, b, kind_b, ldb, beta, c, kind_c, ldc, compute, _ = rest
    assert kind == kind_b == kind_c
    assert compute in COMPUTES[kind]
    gemm(turn_a, turn_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, kind)
    return 0


def gemm_strided_batched_ex(handle: Any, *rest: Any) -> int:
    """`cublasGemmStridedBatchedEx`."""
    turn_a, turn_b, m, n, k, alpha, a, kind, lda, step_a, b, kind_b, ldb, step_b, *rest = rest
    beta, c, kind_c, ldc, step_c, count, compute, _ = rest
    assert kind == kind_b == kind_c
    assert compute in COMPUTES[kind]
    assert min(step_a, step_b) >= 0
    assert step_c >= m * n  # else results lie on one another
    size = np.dtype(DTYPES[kind]).itemsize
    for i in range(count):
        places = a + i * step_a * size, b + i * step_b * size, c + i * step_c * size
        gemm(turn_a, turn_b, m, n, k, alpha, places[0], lda, places[1], ldb, beta, places[2], ldc, kind)
    return 0


FUNCTIONS = {
    name: ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, *SIGNATURES[name])(played)
    for name, played in {
        "cublasGemmEx": gemm_ex,
        "cublasGemmStridedBatchedEx": gemm_strided_batched_ex,
    }.items()
}


def call(name: str, *arguments: int) -> None:
    """Calls a function as `CublasProducts.cublas` does; an error in it is printed by ctypes, and gives no result."""
    called.append((name, arguments))
    status = FUNCTIONS[name](None, *arguments)
    assert status == 0
