"""Every CUDA kernel compiles for every GPU generation and dtype; NVRTC needs no GPU for that."""

import importlib.util
from pathlib import Path

import pytest

nvrtc = pytest.importorskip("cupy.cuda.compiler", reason="CuPy, whose compiler is NVRTC's, is not installed")
variants = pytest.importorskip("minitorch_cupy.variants")

ARCHITECTURES = ("sm_80", "sm_90", "sm_100")


def headers() -> Path:
    """Where cuda_fp16.h lies: NVRTC comes without it."""
    spec = importlib.util.find_spec("nvidia.cuda_runtime")
    if spec is None or spec.submodule_search_locations is None:
        pytest.skip("the headers of the CUDA runtime (nvidia-cuda-runtime-cu12) are not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "include"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("dtype", variants.VARIANTS, ids=str)
def test_all_kernels_compile(dtype, architecture):
    together = "".join(map(variants.text, variants.names()))
    for header in ("common.cuh", "windows.cuh"):  # pasted into many files, and needed once
        first, *others = together.split(variants.header(header))
        together = first + variants.header(header) + "".join(others)
    options = (
        variants.STANDARD,
        f"-arch={architecture}",
        f"-I{headers()}",
        *variants.VARIANTS[dtype].options,
    )
    binary, _ = nvrtc._NVRTCProgram(together, "kernels.cu", method="cubin").compile(options)
    for name in variants.names():
        for kernel in variants.kernels(name):
            assert f".text.{kernel}".encode() in binary
