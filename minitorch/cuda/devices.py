"""Which GPUs there are, and which one is current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minitorch.device import device as Device, require
from minitorch.errors import ArgumentError
from minitorch.registry import SERVES, device_backend, registered_devices


def backend() -> Any:
    """The backend of CUDA devices.

    Raises:
        BackendError: without a GPU or its driver.
        MissingDependencyError: without CuPy, or with one that does not fit the driver.
    """
    return device_backend("cuda")


def device_count() -> int:
    """How many GPUs minitorch can compute on here: 0 without a driver, a GPU, or CuPy.

    >>> import minitorch
    >>> minitorch.cuda.device_count() >= 0
    True
    """
    if "cuda" in registered_devices():
        return int(backend().device_count())
    if "cuda" not in SERVES:
        return 0
    from minitorch_cupy import diagnosis

    return diagnosis.device_count()


def is_available() -> bool:
    """Whether minitorch can compute on a GPU here; `minitorch.ones(1).to("cuda")` says what is missing if not.

    >>> import minitorch
    >>> minitorch.device("cuda" if minitorch.cuda.is_available() else "cpu").type in ("cuda", "cpu")
    True
    """
    return device_count() > 0


def index_of(where: Any) -> int:
    """The number of a GPU that is named as PyTorch allows: None for the current one, a number, or a device.

    Raises:
        ArgumentError: for the CPU.
    """
    if where is None:
        return int(backend().current_index())
    found = require(where if isinstance(where, (str, int, Device)) else where.device)
    if found.type != "cuda":
        raise ArgumentError(f"cuda: expected a GPU such as 'cuda:0', got {str(found)!r}")
    return found.index or 0


def current_device() -> int:
    """The number of the GPU that `"cuda"` means just now."""
    return index_of(None)


def set_device(device: Any) -> None:
    """Chooses the GPU that `"cuda"` means from now on in this thread."""
    backend().runtime.use(index_of(device))


class device:
    """A context in which `"cuda"` means a certain GPU.

        with minitorch.cuda.device(1):
            x = minitorch.ones(2, device="cuda")  # on cuda:1

    Args:
        device: its number or name; a negative number changes nothing.
    """

    def __init__(self, device: Any) -> None:
        self._none = device is None or (device.__class__ is int and device < 0)
        self.idx = -1 if self._none else index_of(device)

    def __enter__(self) -> device:
        if not self._none:
            self._context = backend().on(self.idx)
            self._context.__enter__()
        return self

    def __exit__(self, *_: Any) -> None:
        if not self._none:
            self._context.__exit__(None, None, None)


class device_of(device):
    """A context in which `"cuda"` means the GPU of a tensor; a tensor on the CPU changes nothing."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.get_device())


def synchronize(device: Any = None) -> None:
    """Waits until a GPU has done everything that was asked of it."""
    backend().runtime.synchronize(index_of(device))


@dataclass(frozen=True)
class DeviceProperties:
    """What is to be known about a GPU.

    Attributes:
        name: what NVIDIA calls it.
        major: of its compute capability.
        minor: of its compute capability.
        total_memory: in bytes.
        multi_processor_count: how many multiprocessors it has.
        warp_size: how many threads go in step.
        max_threads_per_multi_processor: how many threads one of them holds.
        L2_cache_size: in bytes.
    """

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int
    warp_size: int
    max_threads_per_multi_processor: int
    L2_cache_size: int


def get_device_properties(device: Any = None) -> DeviceProperties:
    """What is to be known about a GPU."""
    return DeviceProperties(**backend().runtime.properties(index_of(device)))


def get_device_name(device: Any = None) -> str:
    """What NVIDIA calls a GPU."""
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The compute capability of a GPU, (9, 0) for instance: which instructions it has."""
    found = get_device_properties(device)
    return found.major, found.minor


def get_arch_list() -> list[str]:
    """The architectures for which there are kernels: those of the GPUs here, since they are compiled on first use."""
    found = {get_device_capability(i) for i in range(device_count())}
    return [f"sm_{major}{minor}" for major, minor in sorted(found)]


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether the current GPU multiplies bfloat16 numbers: from compute capability 8.0 on."""
    return is_available() and get_device_capability() >= (8, 0)


def is_initialized() -> bool:
    """Whether a GPU was used already.

    >>> import minitorch
    >>> minitorch.cuda.is_initialized() in (True, False)
    True
    """
    return "cuda" in registered_devices()


def init() -> None:
    """Loads what computes on GPUs now rather than when it is first needed.

    Raises:
        MinitorchError: if something is missing; the message says what.
    """
    backend()
