"""cuBLAS through its C interface: CuPy's own wrapper of it refuses every call while a graph is captured.

A handle belongs to one GPU and one thread at a time, and to each stream in which it works a workspace, so that what two
streams compute side by side never meets there. A capture has workspaces of its own, in the memory of its graph.

Source: NVIDIA, cuBLAS Library, sections "cublasMath_t", "cublasSetStream", "cublasSetWorkspace" and "CUDA Graphs
support".
"""

from __future__ import annotations

import ctypes
import sys
import threading
from ctypes import byref, c_int, c_size_t, c_void_p
from functools import cache
from typing import Any

import cupy as cp

from minitorch.errors import BackendError, MissingDependencyError
from minitorch_cupy.diagnosis import install_line
from minitorch_cupy.matmul import SIGNATURES, CupyProducts

WORKSPACE = 32 << 20  # bytes: what NVIDIA recommends for Hopper, and more than others need
MOST_STREAMS = 8  # for which workspaces are kept
# Partial sums of one number may be rounded to half precision otherwise, where they can overflow.
DISALLOW_REDUCED_PRECISION_REDUCTION = 16  # of cublasMath_t
STATUS = {
    1: ("NOT_INITIALIZED", "cuBLAS did not start: the driver is missing, or the GPU's memory is full"),
    3: (
        "ALLOC_FAILED",
        "the GPU's memory is full; give some back, for example with minitorch.cuda.empty_cache()",
    ),
    7: ("INVALID_VALUE", "an argument was refused"),
    8: ("ARCH_MISMATCH", "this GPU does not compute in this dtype; bfloat16 needs compute capability 8.0"),
    11: ("MAPPING_ERROR", "the GPU's memory could not be reached"),
    13: (
        "EXECUTION_FAILED",
        "the GPU failed; an earlier kernel may have, run with CUDA_LAUNCH_BLOCKING=1 to see",
    ),
    14: (
        "INTERNAL_ERROR",
        "cuBLAS failed; an earlier kernel may have, run with CUDA_LAUNCH_BLOCKING=1 to see",
    ),
    15: ("NOT_SUPPORTED", "this GPU or this version of cuBLAS does not compute this; try float32"),
    16: ("LICENSE_ERROR", "cuBLAS found its licence missing"),
}


def file_names(version: int, platform: str = sys.platform) -> list[str]:
    """What cuBLAS is called where the loader finds libraries by themselves.

    >>> file_names(12090, "linux"), file_names(13000, "win32")
    (['libcublas.so.12', 'libcublas.so'], ['cublas64_13.dll'])
    """
    major = version // 1000
    return [f"cublas64_{major}.dll"] if platform == "win32" else [f"libcublas.so.{major}", "libcublas.so"]


def place(version: int) -> str | None:
    """Where cuBLAS lies according to NVIDIA's own search (wheels, conda, the system), which CuPy follows, too."""
    try:
        from cuda import pathfinder
    except ImportError:
        return None
    try:
        found: str | None = pathfinder.load_nvidia_dynamic_lib("cublas").abs_path
    except RuntimeError:  # what its errors are; their text lists all folders that were searched
        return None
    return found


def load(version: int) -> ctypes.CDLL:
    """The library, for a version of CUDA as CuPy writes it.

    Raises:
        MissingDependencyError: without it.
    """
    found = place(version)
    for name in [found] if found is not None else file_names(version):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.cublasCreate_v2.argtypes = [c_void_p]
        library.cublasSetMathMode.argtypes = [c_void_p, c_int]
        library.cublasSetStream_v2.argtypes = [c_void_p, c_void_p]
        library.cublasSetWorkspace_v2.argtypes = [c_void_p, c_void_p, c_size_t]
        for function, types in SIGNATURES.items():
            getattr(library, function).argtypes = [c_void_p, *types]
        return library
    raise MissingDependencyError(
        f"matmul: cuBLAS, which multiplies matrices on the GPU, cannot be loaded (looked for "
        f"{found or ' and '.join(file_names(version))}); it comes with {install_line(version)}"
    )


@cache
def library() -> ctypes.CDLL:
    """The library that goes with CuPy."""
    return load(int(cp.cuda.runtime.runtimeGetVersion()))


def check(name: str, status: int, arguments: tuple[Any, ...] = ()) -> None:
    """Raises what a status says.

    Raises:
        BackendError: if it is not that of success.
    """
    if status:
        title, meaning = STATUS.get(status, (f"status {status}", "NVIDIA's documentation of cuBLAS lists it"))
        asked = f", called with {arguments}" if arguments else ""
        raise BackendError(f"matmul: {name} of cuBLAS says {title}: {meaning}{asked}")


class Handle:
    """cuBLAS on one GPU, for one thread at a time.

    Attributes:
        workspaces: for each stream, by its address, memory that the products in it may use.
        stream: in which it works.
    """

    def __init__(self) -> None:
        self.pointer = c_void_p()
        check("cublasCreate", library().cublasCreate_v2(byref(self.pointer)))
        status = library().cublasSetMathMode(self.pointer, DISALLOW_REDUCED_PRECISION_REDUCTION)
        check("cublasSetMathMode", status)
        self.workspaces: dict[int, Any] = {}
        self.stream: int | None = None

    def on(self, stream: int) -> c_void_p:
        """The handle, set to a stream."""
        if stream != self.stream:
            workspace = self.workspaces.get(stream)
            if workspace is None:
                if len(self.workspaces) == MOST_STREAMS:
                    # The pool keeps what it gets back for the stream that had it: work in it is done before.
                    del self.workspaces[next(iter(self.workspaces))]
                workspace = self.workspaces[stream] = cp.cuda.alloc(WORKSPACE)
            self.stream = None
            check("cublasSetStream", library().cublasSetStream_v2(self.pointer, stream))
            # A change of the stream takes the workspace away.
            status = library().cublasSetWorkspace_v2(self.pointer, workspace.ptr, WORKSPACE)
            check("cublasSetWorkspace", status)
            self.stream = stream
        return self.pointer


_idle: dict[int, list[Handle]] = {}  # of threads that have ended


class Handles:
    """The handles of a thread, by their GPU; when it ends they wait for the next one."""

    def __init__(self) -> None:
        self.of: dict[int, Handle] = {}

    def current(self) -> Handle:
        """That of the current GPU."""
        device = cp.cuda.runtime.getDevice()
        handle = self.of.get(device)
        if handle is None:
            try:
                handle = _idle[device].pop()
            except (KeyError, IndexError):
                handle = Handle()
            self.of[device] = handle
        return handle

    def __del__(self, idle: dict[int, list[Handle]] = _idle) -> None:
        for device, handle in self.of.items():
            idle.setdefault(device, []).append(handle)


class Mine(threading.local):
    """What belongs to this thread."""

    def __init__(self) -> None:
        self.handles = Handles()


_mine = Mine()


class Borrowed:
    """The thread's handles during a capture, with workspaces that come from the graph's memory, and return there."""

    def __init__(self) -> None:
        _mine.handles.current()  # which is not to be made inside of the capture
        self.before = {device: handle.workspaces for device, handle in _mine.handles.of.items()}
        self._change({})

    def give_back(self) -> None:
        """Ends it."""
        self._change(self.before)

    @staticmethod
    def _change(workspaces: dict[int, dict[int, Any]]) -> None:
        for device, handle in _mine.handles.of.items():
            handle.workspaces, handle.stream = workspaces.get(device, {}), None


class CublasProducts(CupyProducts):
    """Products by cuBLAS."""

    @staticmethod
    def cublas(name: str, *arguments: int) -> None:
        """Calls a function of cuBLAS on the current stream; nothing waits for it.

        Raises:
            BackendError: if it refuses.
        """
        handle = _mine.handles.current().on(cp.cuda.get_current_stream().ptr)
        check(name, getattr(library(), name)(handle, *arguments), arguments)
