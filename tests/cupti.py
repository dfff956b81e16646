"""The calls of CUDA that a program makes, as NVIDIA's own library for profilers, CUPTI, reports them.

So nothing is hidden: neither what CuPy calls from compiled code, nor what cuBLAS and cuDNN call.

Source: NVIDIA, CUPTI documentation, sections "Callback API" and "Modules" (cupti_callbacks.h).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

DRIVER, RUNTIME = 1, 2  # CUPTI_CB_DOMAIN_DRIVER_API, …
ENTER = 0  # CUPTI_API_ENTER


class CallbackData(ctypes.Structure):
    """The beginning of CUpti_CallbackData."""

    _fields_ = (("site", ctypes.c_int), ("name", ctypes.c_char_p))


Callback = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.POINTER(CallbackData)
)


@cache
def library() -> Any:
    """CUPTI, from the wheel nvidia-cuda-cupti or the system; None without it."""
    found = [path for folder in sys.path for path in Path(folder or ".").glob("nvidia/*/lib/libcupti.so.*")]
    for name in (*map(str, found), "libcupti.so"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


@contextmanager
def calls() -> Iterator[list[str]]:
    """A context that fills the list which it gives with the names of the calls made in it.

    Raises:
        RuntimeError: where CUPTI refuses, as it does while another profiler listens.
    """
    names: list[str] = []

    def note(_: Any, domain: int, number: int, data: Any) -> None:
        if data.contents.site == ENTER:
            names.append(data.contents.name.decode())

    callback, subscriber = Callback(note), ctypes.c_void_p()
    cupti = library()
    checked(cupti.cuptiSubscribe, ctypes.byref(subscriber), callback, None)
    try:
        for domain in (DRIVER, RUNTIME):
            checked(cupti.cuptiEnableDomain, ctypes.c_uint32(1), subscriber, ctypes.c_int(domain))
        yield names
    finally:
        checked(cupti.cuptiUnsubscribe, subscriber)


def checked(function: Callable[..., int], *args: Any) -> None:
    """Calls a function of CUPTI."""
    if status := function(*args):
        raise RuntimeError(f"{function.__name__} ended with {status}")  # type: ignore[attr-defined]
