"""`backends`: switches of PyTorch's libraries, which programs set before they start.

They choose among implementations for GPUs that minitorch does not have, so they may be set, and change nothing, as in a
PyTorch for the CPU.  minitorch's own backends are chosen by `minitorch.use_backend`.
"""

from __future__ import annotations

from types import SimpleNamespace

from minitorch.registry import registered_devices


def absent() -> bool:
    """That a library is not there."""
    return False


def serves_cuda() -> bool:
    """Whether a backend serves CUDA devices."""
    return "cuda" in registered_devices()


cudnn = SimpleNamespace(
    enabled=True,
    benchmark=False,
    deterministic=False,
    allow_tf32=True,
    is_available=absent,
    version=lambda: None,
)
cuda = SimpleNamespace(
    is_built=serves_cuda,
    matmul=SimpleNamespace(allow_tf32=False, allow_fp16_reduced_precision_reduction=True),
)
mps = SimpleNamespace(is_available=absent, is_built=absent)
mkl = SimpleNamespace(is_available=absent)
mkldnn = SimpleNamespace(is_available=absent)
openmp = SimpleNamespace(is_available=absent)
