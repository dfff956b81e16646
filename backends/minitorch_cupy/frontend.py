"""cuDNN through its frontend (the package nvidia-cudnn-frontend): graphs, their plans, and how they are carried out.

Where the package, cuDNN itself or a plan is missing, `plan(...)` is None, and kernels of our own do the work.

Source: NVIDIA, cuDNN frontend, Python API, https://github.com/NVIDIA/cudnn-frontend.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

import cupy as cp

from minitorch import backends as switches
from minitorch.backend import Array
from minitorch_cupy.plans import Plans, contiguous_strides

TYPES = {"float32": "FLOAT", "float16": "HALF", "bfloat16": "BFLOAT16"}

plans = Plans()
one_at_a_time = Lock()  # threads share a handle, which knows one stream


@cache
def loaded() -> tuple[Any, str]:
    """The frontend, if it and cuDNN can be loaded, else None and why not."""
    try:
        import cudnn

        cudnn.backend_version()
    except (ImportError, OSError, RuntimeError, AttributeError, AssertionError) as error:
        return None, f"{type(error).__name__}: {error}"
    return cudnn, ""


def library() -> Any:
    """The frontend, if it and cuDNN can be loaded; None otherwise."""
    return loaded()[0]


def version() -> int | None:
    """Of cuDNN, 91002 for 9.10.2; None without it or its frontend."""
    return None if library() is None else int(library().backend_version())


@cache
def handle(device: int) -> int:
    """cuDNN's handle of a GPU."""
    return int(library().create_handle())


def serves(x: Array) -> bool:
    """Whether cuDNN is there, wanted, and knows the dtype."""
    return x.dtype.name in TYPES and switches.cudnn.enabled and library() is not None


class Graph:
    """A graph that is being built: tensors by the numbers under which memory is handed over later."""

    def __init__(self, kind: str) -> None:
        frontend = library()
        self.kind = getattr(frontend.data_type, TYPES[kind])
        self.single = frontend.data_type.FLOAT
        self.graph = frontend.pygraph(
            handle=handle(cp.cuda.runtime.getDevice()),
            io_data_type=self.kind,
            intermediate_data_type=self.single,
            compute_data_type=self.single,
        )

    def tensor(self, uid: int, shape: tuple[int, ...], single: bool = False) -> Any:
        """A contiguous array that goes in."""
        return self.graph.tensor(
            dim=list(shape),
            stride=contiguous_strides(shape),
            data_type=self.single if single else self.kind,
            uid=uid,
        )

    def output(self, tensor: Any, uid: int, shape: tuple[int, ...], single: bool = False) -> None:
        """A contiguous array that comes out."""
        tensor.set_output(True).set_uid(uid).set_dim(list(shape)).set_stride(contiguous_strides(shape))
        tensor.set_data_type(self.single if single else self.kind)

    def plan(self, exact: bool = False) -> Plan | None:
        """The fastest plan by cuDNN's own estimate, without TF32 if `exact`; None if there is none.

        None of them rounds float32 that goes in to half precision.
        """
        frontend = library()
        try:
            self.graph.validate()
            self.graph.build_operation_graph()
            self.graph.create_execution_plans([frontend.heur_mode.A, frontend.heur_mode.FALLBACK])
            notes = frontend.numerical_note
            unwanted = [notes.DOWN_CONVERT_INPUTS] if self.kind == self.single else []
            unwanted += [notes.TENSOR_CORE] if exact else []
            if unwanted:
                self.graph.deselect_numeric_notes(unwanted)
            self.graph.check_support()
            self.graph.build_plans()
        except (RuntimeError, ValueError, frontend.cudnnGraphNotSupportedError):
            return None
        return Plan(self.graph)


class Plan:
    """A graph that is ready to be carried out."""

    def __init__(self, graph: Any) -> None:
        self.graph, self.workspace = graph, int(graph.get_workspace_size())

    def __call__(self, *arrays: Array) -> None:
        """Carries it out on the current stream, with the arrays of the numbers 1, 2, …."""
        own = handle(cp.cuda.runtime.getDevice())
        scratch = cp.empty(max(self.workspace, 1), "uint8")
        memory = {uid: x.data.ptr for uid, x in enumerate(arrays, 1)}
        with one_at_a_time:
            library().set_stream(handle=own, stream=cp.cuda.get_current_stream().ptr)
            self.graph.execute(memory, scratch.data.ptr, handle=own)
