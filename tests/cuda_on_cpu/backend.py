"""`CudaOnCpu`: NumPy's primitives, with the kernels and the launch code of `minitorch_cupy`.

So the conformance suite compares every kernel with the composite that it replaces, in all layouts, without a GPU.
"""

from __future__ import annotations

from typing import Any

from cuda_on_cpu import blas, build
from minitorch_cupy.activation import CupyActivationKernels
from minitorch_cupy.attention import CupyAttentionKernels
from minitorch_cupy.batch_norm import CupyBatchNormKernels
from minitorch_cupy.conv import CupyConvKernels
from minitorch_cupy.embedding import CupyEmbeddingKernels
from minitorch_cupy.launch import Shape
from minitorch_cupy.matmul import CupyProducts
from minitorch_cupy.normalize import CupyNormKernels
from minitorch_cupy.optim import CupyOptimizerKernels
from minitorch_cupy.recurrent import CupyRecurrentKernels
from minitorch_cupy.softmax import CupySoftmaxKernels
from minitorch_cupy.windows import CupyPoolKernels
from minitorch_numpy import NumpyBackend

launched: set[tuple[str, str]] = set()  # files and kernels, in all tests so far


class CudaOnCpu(
    CupyProducts,
    CupyActivationKernels,
    CupyAttentionKernels,
    CupyBatchNormKernels,
    CupyConvKernels,
    CupyEmbeddingKernels,
    CupyNormKernels,
    CupyOptimizerKernels,
    CupyRecurrentKernels,
    CupySoftmaxKernels,
    CupyPoolKernels,
    NumpyBackend,
):
    """What `CupyBackend` is on a GPU, with NumPy arrays."""

    name = "cuda-on-cpu"

    @staticmethod
    def address(x: Any) -> int:
        """Where the first element lies."""
        return int(x.ctypes.data)

    cublas = staticmethod(blas.call)

    def launch(self, file: str, kernel: str, dtype: Any, shape: Shape, *args: Any) -> None:
        """Runs a kernel compiled for the CPU."""
        launched.add((file, kernel))
        build.run(file, kernel, dtype, shape, *args)
