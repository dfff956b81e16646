"""`backends`: switches of PyTorch's libraries, which programs set before they start.

Those of libraries that minitorch does not use may be set, and change nothing, as in a PyTorch for the CPU.  minitorch's
own backends are chosen by `minitorch.use_backend`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from minitorch import cuda as _cuda


def absent() -> bool:
    """That a library is not there."""
    return False


def serves_cuda() -> bool:
    """Whether minitorch can compute on a GPU here."""
    return _cuda.is_available()


def cudnn_version() -> int | None:
    """Of the cuDNN that computes here, 91002 for 9.10.2; None without it, its frontend or a GPU."""
    if not _cuda.is_available():
        return None
    found: int | None = _cuda.devices.backend().runtime.cudnn_version()
    return found


def has_cudnn() -> bool:
    """Whether convolution and attention can go to cuDNN."""
    return cudnn_version() is not None


def library(name: str, **switches: Any) -> ModuleType:
    """The switches of one library; `import minitorch.backends.cudnn` finds them, too."""
    made = ModuleType(f"{__name__}.{name}", f"Switches of {name}.")
    made.__dict__.update(switches)
    sys.modules[made.__name__] = made
    return made


cudnn = library(
    "cudnn",
    enabled=True,
    benchmark=False,
    deterministic=False,
    allow_tf32=True,
    is_available=has_cudnn,
    version=cudnn_version,
)
cuda = library(
    "cuda",
    is_built=serves_cuda,
    matmul=library("cuda.matmul", allow_tf32=False, allow_fp16_reduced_precision_reduction=True),
)
mps = library("mps", is_available=absent, is_built=absent)
mkl = library("mkl", is_available=absent)
mkldnn = library("mkldnn", is_available=absent)
openmp = library("openmp", is_available=absent)
