"""Compiles kernels as C++, and calls them with NumPy arrays."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from minitorch_cupy.launch import ByValue, Shape
from minitorch_cupy.source import VARIANTS, kernels, text

HERE = Path(__file__).parent
COMPILER = shutil.which("g++") or shutil.which("clang++")
FLAGS = ("-std=c++17", "-O1", "-shared", "-fPIC", "-Wall", "-Wno-unknown-pragmas", "-Wno-sign-compare", "-Werror")


@cache
def library(file: str, dtype: Any) -> ctypes.CDLL:
    """A file compiled for a dtype, kept in the folder for temporary files for the next run."""
    assert COMPILER is not None
    source = text(file) + "".join(f"\nEXPORT({name})" for name in kernels(file)) + "\n"
    command = [COMPILER, *FLAGS, *VARIANTS[dtype].options[:2], f"-I{HERE}"]
    everything = source + (HERE / "cuda_on_cpu.h").read_text() + " ".join(command)
    folder = Path(tempfile.gettempdir()) / "minitorch-cuda-on-cpu"
    folder.mkdir(exist_ok=True)
    target = folder / f"{file}-{hashlib.sha256(everything.encode()).hexdigest()[:16]}.so"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            (Path(scratch) / "kernel.cpp").write_text(source)
            built = Path(scratch) / "kernel.so"
            done = subprocess.run(
                [*command, "-o", built, Path(scratch) / "kernel.cpp"], capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            built.replace(target)  # at once, since other tests may be after the same file
    return ctypes.CDLL(str(target))


def run(file: str, kernel: str, dtype: Any, shape: Shape, *args: Any) -> None:
    """Launches a kernel, as `CupyBackend.launch` does on a GPU."""
    values = [as_c(arg) for arg in args]
    pointers = (ctypes.c_void_p * len(values))(*(ctypes.addressof(value) for value in values))
    function = library(file, np.dtype(dtype))[f"run_{kernel}"]
    function(ctypes.c_longlong(shape.blocks), ctypes.c_longlong(shape.threads), pointers)


def as_c(value: Any) -> Any:
    """An argument in memory, as a kernel finds it."""
    if isinstance(value, ByValue):
        raw = value.values.tobytes()
        return (ctypes.c_char * len(raw)).from_buffer_copy(raw)
    if value is None or isinstance(value, np.ndarray):
        assert value is None or value.flags.c_contiguous
        return ctypes.c_void_p(None if value is None else value.ctypes.data)
    assert type(value) in (int, float), f"{value!r} is not what kernels take"
    return ctypes.c_longlong(value) if isinstance(value, int) else ctypes.c_double(value)
