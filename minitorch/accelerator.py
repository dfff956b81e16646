"""Which kind of accelerator there is, for programs that ask before they use one."""

from __future__ import annotations

from typing import Any

from minitorch import cuda
from minitorch.device import device
from minitorch.errors import BackendError


def is_available() -> bool:
    """Whether there is another device than the CPU.

    >>> import minitorch
    >>> minitorch.accelerator.is_available() == minitorch.cuda.is_available()
    True
    """
    return cuda.is_available()


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator that programs should use, or None.

    >>> import minitorch
    >>> (minitorch.accelerator.current_accelerator() or minitorch.device("cpu")).type in ("cpu", "cuda")
    True
    """
    return device("cuda") if is_available() else None


def device_count() -> int:
    """How many accelerators there are.

    >>> import minitorch
    >>> minitorch.accelerator.device_count() == minitorch.cuda.device_count()
    True
    """
    return cuda.device_count()


def current_device_index() -> int:
    """The number of the accelerator that is used if none is named."""
    return cuda.current_device()


def set_device_index(device: Any) -> None:
    """Chooses it."""
    cuda.set_device(device)


def synchronize(device: Any = None) -> None:
    """Waits until the accelerator has done all its work.

    Raises:
        BackendError: if there is none.
    """
    if not is_available():
        raise BackendError(
            "accelerator.synchronize: there is none; work on the CPU is done when a call returns"
        )
    cuda.synchronize(device)
