"""What programs ask about the CPU in the words in which they ask about GPUs."""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

from minitorch.absent import missing as _missing


def is_available() -> bool:
    """True: there always is one.

    >>> import minitorch
    >>> minitorch.cpu.is_available()
    True
    """
    return True


def device_count() -> int:
    """The number of CPU devices, whatever its cores: 1.

    >>> import minitorch
    >>> minitorch.cpu.device_count()
    1
    """
    return 1


def current_device() -> str:
    """The name of the device.

    >>> import minitorch
    >>> minitorch.cpu.current_device()
    'cpu'
    """
    return "cpu"


def synchronize(device: Any = None) -> None:
    """Waits for nothing: operations on a CPU are done when they return."""


def __getattr__(name: str) -> Any:
    if name == "amp":
        return _import_module("minitorch.cpu.amp")
    if name.startswith("__"):
        raise AttributeError(name)
    raise _missing("cpu", name)
