"""The CUDA kernels, compiled for the CPU: each against the composite that it replaces.

What is proven here is the arithmetic and the launch code; what needs a GPU is in test_cuda_gpu.py.
"""

import inspect

import pytest

pytest.importorskip("minitorch_cupy.launch")
build = pytest.importorskip("cuda_on_cpu.build")

from minitorch.testing.conformance import test_composites as conformance
from minitorch.testing.conformance.fixtures import LAYOUTS, laid_out

pytestmark = pytest.mark.skipif(build.COMPILER is None, reason="no C++ compiler is installed")

from cuda_on_cpu.backend import CudaOnCpu


def overridden() -> list[str]:
    """The composites for which there are kernels."""
    rooms = [room for room in CudaOnCpu.__mro__ if room.__module__.startswith("minitorch_cupy")]
    found = {name for room in rooms for name, value in vars(room).items() if inspect.isfunction(value)}
    return sorted(found & conformance.CALLS.keys())


BACKEND = CudaOnCpu()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", overridden())
def test_a_kernel_and_its_definition(layout, name):
    conformance.test_a_composite_and_its_definition(
        BACKEND, lambda backend, a: laid_out(backend, a, layout), name
    )
