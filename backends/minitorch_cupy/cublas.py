"""Products of matrices by cuBLAS, in the dtype of the operands; sums are kept in single precision or better."""

from __future__ import annotations

from typing import Any, NamedTuple

import cupy as cp
import numpy as np
from cupy_backends.cuda import libs  # loads cuBLAS when it is first used

from minitorch import backends as switches
from minitorch.backend import Array
from minitorch_cupy.products import Product, product, shape_of_product
from minitorch_cupy.variants import VARIANTS

LARGEST = 2**31 - 1  # a size in cuBLAS


class Numbers(NamedTuple):
    """What cuBLAS calls a dtype, how it computes with it, and where 1 and 0 stand in memory."""

    kind: int
    compute: int
    one: Any
    zero: Any


def numbers(kind: int, compute: int, scale: Any = np.float32) -> Numbers:
    """With factors of a dtype."""
    return Numbers(kind, compute, np.ones((), scale), np.zeros((), scale))


# Of library_types.h and cublas_api.h.
IN_SINGLE, IN_DOUBLE, WITH_TF32 = 68, 70, 77
DEFAULT_ALGORITHM = -1
SINGLE = numbers(0, IN_SINGLE)
TENSOR_FLOAT = numbers(0, WITH_TF32)
BY_NAME = {
    "float32": SINGLE,
    "float64": numbers(1, IN_DOUBLE, np.float64),
    "float16": numbers(2, IN_SINGLE),
    "bfloat16": numbers(14, IN_SINGLE),
}
BY_DTYPE = {dtype: BY_NAME[dtype.name] for dtype in VARIANTS}


def matmul(x: Array, y: Array) -> Array:
    """x @ y, with NumPy's rules for dims; other dtypes go to CuPy."""
    kind = BY_DTYPE.get(x.dtype)
    if kind is None or y.dtype != x.dtype or not (x.ndim and y.ndim):
        return cp.matmul(x, y)
    if not (x.size and y.size):
        return cp.zeros(shape_of_product(x.shape, y.shape), x.dtype)
    if x.ndim == 1 or y.ndim == 1:
        z = matmul(x[None] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y)
        z = z.squeeze(-1) if y.ndim == 1 else z
        return z.squeeze(-2 if y.ndim > 1 else -1) if x.ndim == 1 else z
    if x.shape[-1] != y.shape[-2] or max(*x.shape[-2:], y.shape[-1]) > LARGEST:
        return cp.matmul(x, y)
    lead = x.shape[:-1]
    if y.ndim == 2 and x.ndim > 2 and x.flags.c_contiguous:  # one product of many rows
        return matmul(x.reshape(-1, x.shape[-1]), y).reshape(*lead, y.shape[-1])
    plan = planned(x, y)
    if not isinstance(plan, Product):
        x = cp.ascontiguousarray(x) if plan[0] else x
        y = cp.ascontiguousarray(y) if plan[1] else y
        plan = planned(x, y)
        assert isinstance(plan, Product)
    z = cp.empty(plan.shape, x.dtype)
    if kind is SINGLE and switches.cuda.matmul.allow_tf32:
        kind = TENSOR_FLOAT
    multiply(plan, x, y, z, kind)
    return z


def planned(x: Array, y: Array) -> Product | tuple[bool, bool]:
    """How to multiply two arrays."""
    size = x.itemsize
    steps_x, steps_y = (tuple(step // size for step in array.strides) for array in (x, y))
    return product(x.shape, steps_x, y.shape, steps_y)


def multiply(plan: Product, x: Array, y: Array, z: Array, kind: Numbers) -> None:
    """z = x @ y, in z's memory, on the current stream."""
    handle, size = cp.cuda.device.get_cublas_handle(), x.itemsize
    one, zero = kind.one.ctypes.data, kind.zero.ctypes.data
    flags = int(plan.b.transposed), int(plan.a.transposed)
    a, b, c = x.data.ptr, y.data.ptr, z.data.ptr
    for call in plan.calls():
        libs.cublas.gemmStridedBatchedEx(
            handle, *flags, plan.columns, plan.rows, plan.inner, one,
            b + call.b * size, kind.kind, plan.b.leading, call.step_b,
            a + call.a * size, kind.kind, plan.a.leading, call.step_a, zero,
            c + call.c * size, kind.kind, plan.columns, call.step_c,
            call.products, kind.compute, DEFAULT_ALGORITHM,
        )  # fmt: skip
