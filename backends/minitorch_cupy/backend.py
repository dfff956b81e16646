"""`CupyBackend`: every primitive is CuPy's function of the same meaning, on the GPU that holds its arrays."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, ClassVar

import cupy as cp
import cupyx.scipy.special as special
import numpy as np
from cupy.cuda.compiler import CompileException

from minitorch.backend import Array, Calls
from minitorch_cupy import bits, memory, runtime
from minitorch_cupy.activation import CupyActivationKernels
from minitorch_cupy.batch_norm import CupyBatchNormKernels
from minitorch_cupy.cublas import CublasProducts
from minitorch_cupy.cudnn_attention import CupyCudnnAttentionKernels
from minitorch_cupy.cudnn_conv import CupyCudnnConvKernels
from minitorch_cupy.embedding import CupyEmbeddingKernels
from minitorch_cupy.linalg import CupyLinalgKernels
from minitorch_cupy.normalize import CupyNormKernels
from minitorch_cupy.optim import CupyOptimizerKernels
from minitorch_cupy.random import Generator
from minitorch_cupy.recurrent import CupyRecurrentKernels
from minitorch_cupy.softmax import CupySoftmaxKernels
from minitorch_cupy.sources import CupyLaunches
from minitorch_cupy.special import CupySpecialFunctions
from minitorch_cupy.windows import CupyPoolKernels
from minitorch_numpy.namespace import NamespaceBackend, fourth_or_cube

NUMBERS = (bool, int, float, complex, np.generic)
ADDED_AS = {"b": "int32", "i": "int32", "u": "uint32"}  # for what is smaller: CUDA adds no smaller integers


class DeviceCalls(Calls):
    """Runs functions with the GPU of their first array as the current one, where there are several."""

    def run(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Calls `function`."""
        for x in args:
            if x.__class__ is cp.ndarray:
                index = x.data.device_id
                if index != cp.cuda.runtime.getDevice():
                    with cp.cuda.Device(index):
                        return function(*args, **kwargs)
                break
        return function(*args, **kwargs)


class CupyPrimitives(NamespaceBackend, xp=cp):
    """CuPy's functions by their names, below the kernels of CupyBackend."""


class CupyBackend(
    CupyLaunches,
    CublasProducts,
    CupyActivationKernels,
    CupyCudnnAttentionKernels,
    CupyBatchNormKernels,
    CupyCudnnConvKernels,
    CupyEmbeddingKernels,
    CupyNormKernels,
    CupyOptimizerKernels,
    CupyPoolKernels,
    CupyRecurrentKernels,
    CupySoftmaxKernels,
    CupySpecialFunctions,
    CupyLinalgKernels,
    CupyPrimitives,
):
    """Arrays are `cupy.ndarray`; they lie on the GPU, and functions return before they are done."""

    name = "cupy"
    device_type = "cuda"
    array_type = cp.ndarray
    checks_values = False
    computes_bfloat16 = True
    # the very classes: CUDA's errors derive from RuntimeError; a ValueError about shapes comes again in float32
    refusals = (TypeError, ValueError, NotImplementedError, RuntimeError, CompileException)
    calls: ClassVar[Any] = Calls()
    runtime: ClassVar[Any] = runtime

    sum, prod = staticmethod(cp.sum), staticmethod(cp.prod)
    max, min = staticmethod(cp.amax), staticmethod(cp.amin)
    all, any = staticmethod(cp.all), staticmethod(cp.any)
    cumsum, cumprod = staticmethod(cp.cumsum), staticmethod(cp.cumprod)
    broadcast_to = staticmethod(cp.broadcast_to)
    to_numpy = staticmethod(memory.to_host)
    from_host = staticmethod(memory.from_host)
    random_generator = staticmethod(Generator)

    def __init__(self) -> None:
        if self.device_count() > 1:
            type(self).calls = DeviceCalls()

    def describe(self) -> dict[str, str]:
        """CuPy, its CUDA and the GPUs."""
        names = [cp.cuda.runtime.getDeviceProperties(i)["name"].decode() for i in range(self.device_count())]
        return {
            "CuPy": cp.__version__,
            "CUDA": str(cp.cuda.runtime.runtimeGetVersion()),
            "GPUs": ", ".join(names),
        }

    @staticmethod
    def erf(x: Array) -> Array:
        """The error function; CuPy's own makes float64 of float16, and float32 of bfloat16."""
        return special.erf(x).astype(x.dtype, copy=False)

    def replays(self) -> Array | None:
        """While a graph is captured: where the GPU finds how often it was replayed."""
        if not memory.capture.active:
            return None
        memory.capture.counts = True
        return memory.capture.replays

    # Devices --------------------------------------------------------------------------------------------

    @staticmethod
    def device_count() -> int:
        """How many GPUs there are."""
        return int(cp.cuda.runtime.getDeviceCount())

    @staticmethod
    def device_index(x: Array) -> int:
        """The number of the GPU that holds an array."""
        return int(x.data.device_id)

    @staticmethod
    def current_index() -> int:
        """The number of the GPU on which new arrays are made."""
        return int(cp.cuda.runtime.getDevice())

    @staticmethod
    def on(index: int | None) -> AbstractContextManager[Any]:
        """A context in which new arrays are made on this GPU."""
        device: AbstractContextManager[Any] = cp.cuda.Device(index)
        return device

    @staticmethod
    def move(x: Array, index: int) -> Array:
        """A copy on another GPU."""
        with cp.cuda.Device(index):
            return cp.array(x, order="K")

    @staticmethod
    def address(x: Array) -> int:
        """Where the first element lies."""
        return int(x.data.ptr)

    # Memory ----------------------------------------------------------------------------------------------

    @staticmethod
    def asarray(value: Any, dtype: Any = None) -> Array:
        """An array of `value`: itself where it is one; numbers are written by the GPU, and need no copy."""
        if isinstance(value, cp.ndarray):
            return value if dtype is None else value.astype(dtype, copy=False)
        if isinstance(value, NUMBERS):
            return cp.full((), value, dtype or np.asarray(value).dtype)
        return memory.from_host(np.asarray(value, dtype))

    @staticmethod
    def from_buffer(buffer: Any, dtype: Any, count: int, offset: int) -> Array:
        """A vector with a copy of an object's bytes: the GPU cannot share them."""
        return memory.from_host(np.frombuffer(buffer, dtype, count, offset))

    @staticmethod
    def memory_of(x: Array) -> tuple[Array, int]:
        """The whole memory that a view shows a part of, as a vector, and where in it x begins."""
        owner = x if x.base is None else x.base
        if not owner.flags.forc:  # made by as_strided: the memory it was made of, with what rounds it up
            memory = cp.cuda.MemoryPointer(x.data.mem, 0)
            size = x.data.mem.size
        else:
            memory, size = owner.data, owner.nbytes
        whole = cp.ndarray((size // x.itemsize,), x.dtype, memory)
        return whole[:], (x.data.ptr - memory.ptr) // x.itemsize

    def as_strided(self, x: Array, shape: Any, strides: Any, offset: int = 0) -> Array:
        """A view; CuPy's own does not know that it is one."""
        return super().as_strided(x, shape, strides, offset)[...]

    @staticmethod
    def shares_memory(x: Array, y: Array) -> bool:
        """Whether two arrays are views of the same memory."""
        return x.data.mem is y.data.mem

    @staticmethod
    def is_whole(x: Array) -> bool:
        """Whether `x` owns its memory."""
        return x.base is None and x.flags.forc

    # Where CuPy has it otherwise ---------------------------------------------------------------------------

    @staticmethod
    def power(x: Any, y: Any) -> Array:
        """xʸ; cubes and fourth powers as products."""
        if y.__class__ is int and 2 < y < 5 and isinstance(x, cp.ndarray) and x.dtype.kind == "f":
            return fourth_or_cube(cp.square, x, y)
        return cp.power(x, y)

    @staticmethod
    def where(condition: Array, x: Any, y: Any) -> Array:
        """x where the condition holds, else y."""
        return bits.where(cp, condition, x, y)

    @staticmethod
    def sort(x: Array, axis: int = -1) -> Array:
        """Sorted along an axis."""
        return cp.sort(x.view("uint8"), axis).view("bool") if x.dtype.kind == "b" else cp.sort(x, axis)

    @staticmethod
    def argsort(x: Array, axis: int = -1) -> Array:
        """The indices that sort along an axis; equal elements as they stand."""
        return cp.argsort(x.view("uint8") if x.dtype.kind == "b" else x, axis)

    @staticmethod
    def index_add(x: Array, index: Any, values: Any) -> None:
        """x[index] += values in place; duplicates add up, in any order."""
        if not isinstance(values, cp.ndarray):
            values = CupyBackend.asarray(values, x.dtype)
        if x.dtype.char in "efdFDiIQ":
            cp.add.at(x, index, values)
        elif x.dtype == np.int64:  # a sum modulo 2⁶⁴ is the same for both
            whole = x if x.flags.c_contiguous else x.copy()
            cp.add.at(whole.view("uint64"), index, values.astype("int64").view("uint64"))
            if whole is not x:
                x[...] = whole
        else:
            wide = x.astype(ADDED_AS.get(x.dtype.kind, "float32"))  # which is for bfloat16
            cp.add.at(wide, index, values.astype(wide.dtype))
            x[...] = wide.astype(x.dtype)
