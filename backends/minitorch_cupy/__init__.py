"""The backend for NVIDIA GPUs: CuPy's arrays, and kernels in CUDA C.

Importing this package needs neither a GPU nor CuPy; `CupyBackend` does, and says what is missing.
"""

from typing import Any

__all__ = ["CupyBackend"]


def __getattr__(name: str) -> Any:
    if name == "CupyBackend":
        from minitorch_cupy.diagnosis import require_device

        require_device()
        from minitorch_cupy.backend import CupyBackend

        return CupyBackend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
