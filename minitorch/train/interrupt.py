"""Ctrl-C as a wish to stop after the present step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def on_interrupt(react: Callable[[], None]) -> Iterator[None]:
    """Inside, the first Ctrl-C calls `react`, and the second one raises KeyboardInterrupt as usual.

    Afterwards the handler is the one from before. Nothing is changed outside of the main thread, where signals
    cannot be handled, nor where Ctrl-C is ignored or handled by a library in C.
    """
    before: Any = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_IGN):
        yield
        return

    def handle(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        react()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
