"""What a backend says about devices: the defaults are those of the CPU, and backends for others override them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Array = Any


class Devices:
    """Where arrays lie, and how they get there."""

    copy: Callable[..., Array]

    def device_count(self) -> int:
        """How many devices of its type there are."""
        return 1

    def device_index(self, x: Array) -> int | None:
        """Which of them holds an array; None on the CPU, which is not counted."""
        return None

    def current_index(self) -> int | None:
        """On which of them new arrays are made."""
        return None

    def on(self, index: int | None) -> AbstractContextManager[Any]:
        """A context in which new arrays are made on this one."""
        return nullcontext()

    def from_host(self, x: Any, non_blocking: bool = False) -> Array:
        """A copy of an array of the CPU, on the current device."""
        return self.copy(x)

    def move(self, x: Array, index: int) -> Array:
        """A copy on another device of its type."""
        return self.copy(x)

    def shares_memory(self, x: Array, y: Array) -> bool:
        """Whether two arrays are views of the same memory, however far they lie apart in it."""
        return owner(x) is owner(y)

    def address(self, x: Array) -> int:
        """Where the first element lies in memory."""
        return int(x.ctypes.data)


def owner(array: Array) -> Any:
    """The array at the end of a chain of views."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array
