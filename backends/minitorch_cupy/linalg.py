"""Linear algebra by NumPy on the CPU: right for every dtype and every failure, at the price of two copies.

The sizes for which cuSOLVER pays are beyond what minitorch is for; products of matrices are not computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cupy as cp

from minitorch_cupy import memory


def on_the_cpu(name: str) -> Callable[..., Any]:
    """NumPy's method `name`, with what goes in copied to the CPU and what comes out copied back."""

    def call(self: Any, *args: Any, **keywords: Any) -> Any:
        from minitorch.registry import get_backend

        function = getattr(get_backend("numpy"), name)
        results = function(
            *[memory.to_host(x) if isinstance(x, cp.ndarray) else x for x in args],
            **{key: memory.to_host(x) if isinstance(x, cp.ndarray) else x for key, x in keywords.items()},
        )
        if isinstance(results, tuple):
            return tuple([self.asarray(y) for y in results])
        return self.asarray(results)

    call.__name__ = name
    return call


class CupyLinalgKernels:
    """`minitorch.backend_linalg.LinalgKernels`, with NumPy's factorizations."""

    inv, solve, cholesky = on_the_cpu("inv"), on_the_cpu("solve"), on_the_cpu("cholesky")
    det, slogdet, qr, geqrf = on_the_cpu("det"), on_the_cpu("slogdet"), on_the_cpu("qr"), on_the_cpu("geqrf")
    svd, svdvals = on_the_cpu("svd"), on_the_cpu("svdvals")
    eig, eigvals = on_the_cpu("eig"), on_the_cpu("eigvals")
    eigh, eigvalsh = on_the_cpu("eigh"), on_the_cpu("eigvalsh")
