"""What keeps this machine from computing on a GPU: no driver, no GPU, no CuPy, or CuPy for another CUDA.

The driver is asked directly, through its C interface: CuPy need not be there for that, and programs that only ask
whether there is a GPU do not wait for CuPy to load.

Source: NVIDIA, CUDA Driver API, sections "Initialization" and "Version Management".
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from typing import Any

from minitorch.errors import BackendError, MissingDependencyError

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE


class Driver:
    """What the driver says.

    Attributes:
        version: the newest CUDA that it serves, 12040 for 12.4.
        error: the number of the error with which it refused to start, 0 if it did not.
        count: of GPUs.
    """

    def __init__(self, library: Any) -> None:
        version, count = ctypes.c_int(0), ctypes.c_int(0)
        self.error = int(library.cuInit(0))
        library.cuDriverGetVersion(ctypes.byref(version))
        if not self.error:
            library.cuDeviceGetCount(ctypes.byref(count))
        self.version, self.count = version.value, count.value


@cache
def driver() -> Driver | None:
    """The NVIDIA driver of this machine; None without one."""
    try:
        return Driver(ctypes.CDLL(LIBRARY))
    except (OSError, AttributeError):
        return None


def install_line(version: int) -> str:
    """What installs the CuPy that fits a driver."""
    return f'pip install "minitorch-edu[cuda{13 if version >= 13000 else 12}]"'


def written(version: int) -> str:
    """A CUDA version as people write it.

    >>> from minitorch_cupy.diagnosis import written
    >>> written(12040)
    '12.4'
    """
    return f"{version // 1000}.{version % 1000 // 10}"


def cupy_version() -> int | None:
    """The CUDA for which the installed CuPy was built; None without CuPy.

    Raises:
        MissingDependencyError: if CuPy is there, but cannot be loaded.
    """
    if find_spec("cupy") is None:
        return None
    try:
        from cupy.cuda import runtime
    except Exception as error:  # CuPy raises what it likes where CUDA's libraries are missing
        raise MissingDependencyError(
            f"cuda: CuPy is installed, but cannot be loaded ({error}); reinstall it with its libraries: "
            f"{install_line(found.version if (found := driver()) else 12000)}"
        ) from error
    return int(runtime.runtimeGetVersion())


def problem(found: Driver | None, built_for: int | None) -> str | None:
    """What is missing, with the line that installs it; None if nothing is.

    Args:
        found: the driver.
        built_for: the CUDA for which CuPy was built.
    """
    if found is None:
        return (
            f"cuda: there is no NVIDIA driver here ({LIBRARY} cannot be loaded). On a machine with an NVIDIA GPU "
            f"install its driver (nvidia.com/drivers), then: {install_line(12000)}. "
            f"Without a GPU leave tensors on 'cpu'"
        )
    if found.error == NO_DEVICE or (not found.error and not found.count):
        return (
            "cuda: the NVIDIA driver finds no GPU; nvidia-smi lists those it sees, and CUDA_VISIBLE_DEVICES may hide "
            "them. Without a GPU leave tensors on 'cpu'"
        )
    if found.error:
        return (
            f"cuda: the NVIDIA driver does not start (its error {found.error}); nvidia-smi may tell why, and a restart "
            f"may help after an update of the driver"
        )
    if built_for is None:
        return (
            f"cuda: there is a GPU, but CuPy is not installed; for this driver (CUDA {written(found.version)}): "
            f"{install_line(found.version)}"
        )
    if built_for // 1000 > found.version // 1000:
        return (
            f"cuda: CuPy is for CUDA {built_for // 1000}, and this driver serves CUDA up to {written(found.version)}; "
            f"pip uninstall cupy-cuda{built_for // 1000}x, then: {install_line(found.version)}"
        )
    return None


def device_count() -> int:
    """How many GPUs minitorch can compute on: 0 if anything is missing."""
    found = driver()
    if found is None or not found.count or find_spec("cupy") is None:
        return 0
    try:
        return found.count if problem(found, cupy_version()) is None else 0
    except MissingDependencyError:
        return 0


def require_device() -> None:
    """Raises what is missing.

    Raises:
        MissingDependencyError: without CuPy, or with one that cannot be used here.
        BackendError: without a driver or a GPU.
    """
    found = driver()
    if found is None or not found.count:
        raise BackendError(str(problem(found, None)))
    text = problem(found, cupy_version())
    if text is not None:
        raise MissingDependencyError(text)
