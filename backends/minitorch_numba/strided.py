"""Kernels for matrices whose rows lie anywhere in memory, such as the heads of attention in a wider matrix.

Numba compiles a kernel anew for each combination of arrays that are contiguous and such that are not. A
`strided_kernel` is compiled once, for arrays of any strides; where it goes along a row that is known to be
contiguous, it says so with `dense`, and the loop becomes SIMD code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic, overload

from minitorch.backend import Array
from minitorch_numba.gemm import ProductKernel
from minitorch_numba.jit import DISABLED


def dense(x: Array) -> Array:
    """The same vector, whose elements are known to lie one after the other."""
    return x


@overload(dense)  # type: ignore[untyped-decorator]
def dense_in_kernels(x: Array) -> Any:
    """A change of the type alone."""

    def call(x: Array) -> Array:
        return retyped(x)

    return call


@intrinsic  # type: ignore[untyped-decorator]
def retyped(typing: Any, x: Any) -> Any:
    """The array as one of Numba's contiguous type."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return impl_ret_borrowed(context, builder, signature.return_type, args[0])

    return x.copy(layout="C")(x), generate


def any_strides(x: Any) -> Any:
    """Numba's type of an argument, that of an array without what it knows about the order of elements."""
    found = numba.typeof(x)
    return found.copy(layout="A", readonly=False) if isinstance(x, np.ndarray) else found


class StridedKernel(ProductKernel):
    """A kernel that is compiled once for each dtype of its first argument."""

    def __init__(self, plain: Callable[..., Any], math: set[str], parallel_from: int) -> None:
        super().__init__(plain, math, parallel_from)
        self.entries: dict[str, dict[Any, Any]] = {}

    def is_compiled(self, build: str) -> bool:
        """As `Kernel`."""
        return bool(self.entries.get(build))

    def __getattr__(self, name: str) -> Any:
        """As `Kernel`; what is called is the machine code itself, which asks for no types."""
        dispatcher = super().__getattr__(name)
        if DISABLED:
            return dispatcher
        entries = self.entries.setdefault(name, {})

        def call(*args: Any) -> Any:
            entry = entries.get(args[0].dtype)
            if entry is None:
                entry = entries[args[0].dtype] = dispatcher.compile(tuple(map(any_strides, args)))
            return entry(*args)

        setattr(self, name, call)
        return call


def strided_kernel(
    parallel_from: int, math: str = "contract"
) -> Callable[[Callable[..., Any]], StridedKernel]:
    """As `product_kernel`."""
    return lambda plain: StridedKernel(plain, set(math.split()), parallel_from)


def in_rows(x: Array) -> Array:
    """Matrices whose rows are contiguous and do not overlap, as products need them; copied unless they are."""
    *_, step, inner = x.strides
    *_, rows, columns = x.shape
    if (inner == x.itemsize or columns == 1) and (step >= columns * x.itemsize or rows == 1):
        return x
    return np.ascontiguousarray(x)
