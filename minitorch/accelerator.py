"""Which kind of accelerator there is, for programs that ask before they use one."""

from __future__ import annotations

from minitorch.device import device
from minitorch.errors import BackendError
from minitorch.registry import registered_devices


def is_available() -> bool:
    """Whether a backend serves another device than the CPU.

    >>> import minitorch
    >>> minitorch.accelerator.is_available()
    False
    """
    return bool(registered_devices() - {"cpu"})


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator that programs should use, or None.

    >>> import minitorch
    >>> minitorch.accelerator.current_accelerator() or "cpu"
    'cpu'
    """
    others = sorted(registered_devices() - {"cpu"})
    return device(others[0]) if others else None


def device_count() -> int:
    """How many accelerators there are.

    >>> import minitorch
    >>> minitorch.accelerator.device_count()
    0
    """
    return int(is_available())


def synchronize() -> None:
    """Waits until the accelerator has done all its work.

    Raises:
        BackendError: if there is none.
    """
    if not is_available():
        raise BackendError(
            "accelerator.synchronize: there is none; work on the CPU is done when a call returns"
        )
