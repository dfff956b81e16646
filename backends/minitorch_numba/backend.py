"""`NumbaBackend`: NumPy's, with compiled kernels for what takes most of the time."""

from __future__ import annotations

from minitorch_numba import threads
from minitorch_numba.activation import NumbaActivationKernels
from minitorch_numba.dropout import NumbaDropoutKernels
from minitorch_numba.normalize import NumbaNormKernels
from minitorch_numba.optim import NumbaOptimizerKernels
from minitorch_numba.products import NumbaProductKernels
from minitorch_numba.softmax import NumbaSoftmaxKernels
from minitorch_numpy import NumpyBackend


class NumbaBackend(
    NumbaActivationKernels,
    NumbaDropoutKernels,
    NumbaNormKernels,
    NumbaOptimizerKernels,
    NumbaProductKernels,
    NumbaSoftmaxKernels,
    NumpyBackend,
):
    """Arrays are `numpy.ndarray`; a method that finds no kernel for a layout or a dtype does as NumpyBackend."""

    name = "numba"

    def get_num_threads(self) -> int:
        """How many threads a kernel shares its work among."""
        return threads.get_num_threads()

    def set_num_threads(self, count: int) -> None:
        """Sets it, and the same for the products of NumPy."""
        super().set_num_threads(count)
        threads.set_num_threads(count)
