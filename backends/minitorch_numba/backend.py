"""`NumbaBackend`: NumPy's, with compiled kernels for what takes most of the time."""

from __future__ import annotations

from typing import Any

import numba

from minitorch_numba import jit, threads
from minitorch_numba.activation import NumbaActivationKernels
from minitorch_numba.arithmetic import NumbaArithmeticKernels
from minitorch_numba.attention import NumbaAttentionKernels
from minitorch_numba.batch_norm import NumbaBatchNormKernels
from minitorch_numba.buffers import is_lent
from minitorch_numba.conv import NumbaConvKernels
from minitorch_numba.depthwise import NumbaDepthwiseKernels
from minitorch_numba.dropout import NumbaDropoutKernels
from minitorch_numba.embedding import NumbaEmbeddingKernels
from minitorch_numba.jit import DISABLED, folder_in_use
from minitorch_numba.linear_activation import NumbaLinearActivationKernels
from minitorch_numba.normalize import NumbaNormKernels
from minitorch_numba.optim import NumbaOptimizerKernels
from minitorch_numba.pool import NumbaPoolKernels
from minitorch_numba.products import NumbaProductKernels
from minitorch_numba.recurrent import NumbaRecurrentKernels
from minitorch_numba.softmax import NumbaSoftmaxKernels
from minitorch_numba.warmup import warm_up
from minitorch_numpy import NumpyBackend


class NumbaBackend(
    NumbaActivationKernels,
    NumbaArithmeticKernels,
    NumbaAttentionKernels,
    NumbaBatchNormKernels,
    NumbaDepthwiseKernels,  # of convolutions those with one channel in each group, before those with any
    NumbaConvKernels,
    NumbaDropoutKernels,
    NumbaEmbeddingKernels,
    NumbaLinearActivationKernels,
    NumbaNormKernels,
    NumbaOptimizerKernels,
    NumbaPoolKernels,
    NumbaProductKernels,
    NumbaRecurrentKernels,
    NumbaSoftmaxKernels,
    NumpyBackend,
):
    """Arrays are `numpy.ndarray`; a method that finds no kernel for a layout or a dtype does as NumpyBackend."""

    name = "numba"

    @staticmethod
    def is_whole(x: Any) -> bool:
        """Whether `x` owns its memory, or has a block of its own, and may be written to."""
        return x.flags.writeable and (x.base is None or is_lent(x))

    def get_num_threads(self) -> int:
        """How many threads a kernel shares its work among."""
        return threads.get_num_threads()

    def warmup(self, dtype: Any) -> None:
        """Compiles every kernel, or finds it where an earlier program has kept it."""
        warm_up(self, dtype)

    def describe(self) -> dict[str, str]:
        """Numba, its threads and where machine code is kept."""
        place = "off: NUMBA_DISABLE_JIT is set" if DISABLED else str(folder_in_use() or "not kept")
        return {
            **super().describe(),
            "Numba": numba.__version__,
            "threads of kernels": f"{self.get_num_threads()}, by {threads.layer()}",
            "machine code": place,
        }

    def hints(self) -> list[str]:
        """About what is switched off, and about cores that are not used."""
        found = super().hints()
        if DISABLED:
            found.append("NUMBA_DISABLE_JIT is set: kernels are plain Python, and slow")
        if jit.threshold != 1:
            found.append(
                f"MINITORCH_NUMBA_THRESHOLD={jit.threshold:g}: kernels are used where NumPy may be faster"
            )
        if self.get_num_threads() < threads.available():
            found.append(
                f"kernels use {self.get_num_threads()} of {threads.available()} cores: "
                "minitorch.set_num_threads, OMP_NUM_THREADS and OPENBLAS_NUM_THREADS set how many"
            )
        return found

    def set_num_threads(self, count: int) -> None:
        """Sets it, and the same for the products of NumPy."""
        super().set_num_threads(count)
        threads.set_num_threads(count)
