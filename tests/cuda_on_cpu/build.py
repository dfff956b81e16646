"""Compiles kernels as C++, and calls them with NumPy arrays."""

from __future__ import annotations

import ctypes
import hashlib
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from minitorch_cupy.launch import ByValue, Shape, accumulator
from minitorch_cupy.variants import VARIANTS, kernels, text

HERE = Path(__file__).parent
COMPILER = shutil.which("g++") or shutil.which("clang++")
MOST_BLOCKS = 1 << 31  # tests lower it
FLAGS = ("-std=c++17", "-O1", "-Wall", "-Wno-unknown-pragmas", "-Wno-sign-compare", "-Werror")


@cache
def library(file: str, dtype: Any = None) -> ctypes.CDLL:
    """A file compiled, for a dtype if it has variants, kept in the folder for temporary files for the next run."""
    assert COMPILER is not None
    source = text(file) + "".join(f"\nEXPORT({name})" for name in kernels(file)) + "\n"
    options = () if dtype is None else VARIANTS[dtype].options[:2]
    command = [COMPILER, *FLAGS, "-shared", "-fPIC", *options, f"-I{HERE}"]
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
    assert 1 <= shape.blocks < 1 << 31, f"CUDA refuses {kernel} with {shape}"
    assert 1 <= shape.threads <= 1024, f"CUDA refuses {kernel} with {shape}"
    dtype = None if dtype is None else np.dtype(dtype)
    types = signature(file, kernel)
    assert len(types) == len(args), f"{kernel} takes {types}"
    values = [as_c(arg, of_type, dtype) for arg, of_type in zip(args, types, strict=True)]
    pointers = (ctypes.c_void_p * len(values))(*(ctypes.addressof(value) for value in values))
    function = library(file, dtype)[f"run_{kernel}"]
    blocks = min(shape.blocks, MOST_BLOCKS)
    function(ctypes.c_longlong(blocks), ctypes.c_longlong(shape.threads), pointers)


def run_program(source: str) -> subprocess.CompletedProcess[str]:
    """Compiles a program, and runs it."""
    assert COMPILER is not None
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "program.cpp"
        path.write_text(source)
        subprocess.run([COMPILER, "-std=c++17", f"-I{HERE}", "-o", path.with_suffix(""), path], check=True)
        return subprocess.run([path.with_suffix("")], capture_output=True, text=True, check=False)


@cache
def signature(file: str, kernel: str) -> list[str]:
    """The types of a kernel's arguments, as "REAL *" or "Index"."""
    source = text(file)
    for name, words in re.findall(r"^#define (HEAD) (.*)$", source, re.MULTILINE):
        source = source.replace(name + ")", words + ")").replace(name + ",", words + ",")
    found = re.search(
        rf"^extern \"C\" __global__ void {kernel}\((.*?)\) \{{", source, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    arguments = [" ".join(argument.split()) for argument in found[1].split(",")]
    return [re.sub(r"^const |\w+$", "", argument).strip() for argument in arguments]


def as_c(value: Any, of_type: str, dtype: Any) -> Any:
    """An argument in memory, as a kernel finds it, if it is of the type that the kernel expects."""
    if isinstance(value, ByValue):
        raw = value.values.tobytes()
        return (ctypes.c_char * len(raw)).from_buffer_copy(raw)
    if value is None or isinstance(value, np.ndarray):
        assert of_type.endswith("*"), of_type
        if value is not None:
            expected = {
                "REAL": dtype,
                "ACC": accumulator(dtype),
                "Index": np.int64,
                "double": np.float64,
                "bool": np.bool_,
                "float": np.float32,
                "u64": np.uint64,
            }
            assert value.flags.c_contiguous
            assert value.dtype == expected[of_type.removesuffix("*").strip()]
        return ctypes.c_void_p(None if value is None else value.ctypes.data)
    if isinstance(value, np.generic):
        assert not of_type.endswith("*"), of_type
        return (ctypes.c_char * value.itemsize).from_buffer_copy(value.tobytes())
    assert type(value) is {"Index": int, "double": float}[of_type], f"{value!r} is not {of_type}"
    return ctypes.c_longlong(value) if isinstance(value, int) else ctypes.c_double(value)
