"""The sources of the kernels: where they lie, and what each is compiled with for a dtype."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

try:
    from ml_dtypes import bfloat16 as _bfloat16
except ImportError:  # then there are no such arrays, either
    _bfloat16 = None

STANDARD = "--std=c++17"
_INCLUDE = re.compile(r'^#include "(\w+\.cuh)"$', re.MULTILINE)
_KERNEL = re.compile(r'^extern "C" __global__ void (\w+)\(', re.MULTILINE)


class Variant(NamedTuple):
    """What a dtype is called in CUDA C, the type in which its sums are kept, and the header that defines it."""

    real: str
    accumulator: str
    header: str | None

    @property
    def options(self) -> tuple[str, ...]:
        """For the compiler."""
        names = (f"-DREAL={self.real}", f"-DACC={self.accumulator}")
        return names if self.header is None else (*names, f"-DREAL_HEADER=<{self.header}>")


VARIANTS: dict[Any, Variant] = {
    np.dtype(np.float32): Variant("float", "float", None),
    np.dtype(np.float64): Variant("double", "double", None),
    np.dtype(np.float16): Variant("__half", "float", "cuda_fp16.h"),
}
if _bfloat16 is not None:
    VARIANTS[np.dtype(_bfloat16)] = Variant("__nv_bfloat16", "float", "cuda_bf16.h")


def names() -> list[str]:
    """The files with kernels, without their ending."""
    folder = files("minitorch_cupy") / "kernels"
    return sorted(file.name.removesuffix(".cu") for file in folder.iterdir() if file.name.endswith(".cu"))


@cache
def text(name: str) -> str:
    """A file as it is compiled.

    Our own headers are pasted in: CuPy's cache looks at the text that it is given, and would not notice that a
    header has changed.
    """
    return _INCLUDE.sub(lambda found: header(found[1]), _read(f"{name}.cu"))


def header(name: str) -> str:
    """A header of ours."""
    return _read(name)


def _read(name: str) -> str:
    return (files("minitorch_cupy") / "kernels" / name).read_text("utf-8")


def kernels(name: str) -> list[str]:
    """The names of the kernels of a file."""
    return _KERNEL.findall(text(name))
