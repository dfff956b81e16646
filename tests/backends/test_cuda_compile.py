"""Every CUDA kernel compiles for every GPU generation and dtype; NVRTC needs no GPU for that."""

import importlib.util
import struct
from pathlib import Path

import pytest

nvrtc = pytest.importorskip("cupy.cuda.compiler", reason="CuPy, whose compiler is NVRTC's, is not installed")
variants = pytest.importorskip("minitorch_cupy.variants")

from minitorch_cupy.launch import WIDEST  # noqa: E402

ARCHITECTURES = ("sm_80", "sm_90", "sm_100")


def headers() -> Path:
    """Where cuda_fp16.h lies: NVRTC comes without it."""
    spec = importlib.util.find_spec("nvidia.cuda_runtime")
    if spec is None or spec.submodule_search_locations is None:
        pytest.skip("the headers of the CUDA runtime (nvidia-cuda-runtime-cu12) are not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "include"


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("dtype", variants.VARIANTS, ids=str)
def test_all_kernels_compile(dtype, architecture):
    together = "".join(map(variants.text, variants.names()))
    for header in ("common.cuh", "windows.cuh"):  # pasted into many files, and needed once
        first, *others = together.split(variants.header(header))
        together = first + variants.header(header) + "".join(others)
    options = (
        variants.STANDARD,
        "-ftz=true",  # which CuPy adds to all that it compiles
        f"-arch={architecture}",
        f"-I{headers()}",
        *variants.VARIANTS[dtype].options,
    )
    binary, _ = nvrtc._NVRTCProgram(together, "kernels.cu", method="cubin").compile(options)
    found = registers(binary)
    for name in variants.names():
        for kernel in variants.kernels(name):
            threads = 256 if kernel.startswith("attention_") else WIDEST
            assert found[kernel] * threads <= 65536


def registers(binary):
    """How many registers a thread of each kernel takes, by the headers of its section in the ELF file."""
    (start,) = struct.unpack_from("<Q", binary, 0x28)
    size, count, of_names = struct.unpack_from("<HHH", binary, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", binary, start + i * size) for i in range(count)]
    found = {}
    for section in sections:
        name = sections[of_names][4] + section[0]
        title = binary[name : binary.index(b"\0", name)].decode()
        if title.startswith(".text."):
            found[title.removeprefix(".text.")] = (
                section[7] >> 24
            )  # 0 for architectures that note it elsewhere
    return found
