"""The `.cu` files beside this one, compiled by NVRTC when a kernel of theirs is first used.

CuPy keeps what was compiled in the user's cache folder, by the text and the GPU's architecture.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cupy as cp

FOLDER = Path(__file__).parent
OPTIONS = ("--std=c++17",)


@cache
def text(file: str) -> str:
    """The text of a file of kernels."""
    return (FOLDER / file).read_text(encoding="utf-8")


@cache
def function(file: str, name: str) -> Any:
    """A kernel, ready to be launched as `kernel(grid, block, arguments)`; CuPy loads it on each GPU that uses it."""
    return module(file).get_function(name)


@cache
def module(file: str) -> Any:
    """A file's kernels."""
    return cp.RawModule(code=text(file), options=OPTIONS)
