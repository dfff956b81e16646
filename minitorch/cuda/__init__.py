"""What programs ask about GPUs before they use one: minitorch has no backend for them yet."""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

from minitorch.absent import missing as _missing
from minitorch.registry import registered_devices


def is_available() -> bool:
    """Whether a backend serves CUDA devices here.

    >>> import minitorch
    >>> minitorch.device("cuda" if minitorch.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return "cuda" in registered_devices()


def device_count() -> int:
    """The number of CUDA devices: 0 without a backend that serves them.

    >>> import minitorch
    >>> minitorch.cuda.device_count()
    0
    """
    return int(is_available())


def manual_seed(seed: int) -> None:
    """Seeds the generators of CUDA devices, of which there are none without a backend that serves them."""


def manual_seed_all(seed: int) -> None:
    """As `manual_seed`, for all devices."""


def empty_cache() -> None:
    """Gives back unused memory of CUDA devices, of which there is none without a backend that serves them."""


def __getattr__(name: str) -> Any:
    if name == "amp":
        return _import_module("minitorch.cuda.amp")
    if name.startswith("__"):
        raise AttributeError(name)
    raise _missing("cuda", name)
