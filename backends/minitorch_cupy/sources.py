"""The files of `kernels/`, compiled by NVRTC when a kernel of theirs is first used.

CuPy keeps what was compiled in the user's cache folder, by the text and the GPU's architecture.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cupy as cp

from minitorch_cupy.launch import ByValue, Launches, Shape
from minitorch_cupy.variants import STANDARD, VARIANTS, text


@cache
def function(file: str, name: str, dtype: Any = None) -> Any:
    """A kernel, ready to be launched as `kernel(grid, block, arguments)`; CuPy loads it on each GPU that uses it."""
    return module(file, dtype).get_function(name)


@cache
def module(file: str, dtype: Any = None) -> Any:
    """A file's kernels, for a dtype if there are variants of them."""
    options = (STANDARD,) if dtype is None else (STANDARD, *VARIANTS[dtype].options)
    return cp.RawModule(code=text(file.removesuffix(".cu")), options=options)


class CupyLaunches(Launches):
    """Launches on the current stream of the current GPU."""

    def launch(self, file: str, kernel: str, dtype: Any, shape: Shape, *args: Any) -> None:
        """Starts a kernel, and does not wait for it."""
        values = tuple(arg.values if arg.__class__ is ByValue else arg for arg in args)
        function(file, kernel, dtype)((shape.blocks,), (shape.threads,), values)
