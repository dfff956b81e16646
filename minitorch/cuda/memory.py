"""The memory of GPUs: how much is in use, and memory of the CPU from which they copy by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.cuda.devices import backend, index_of, is_initialized
from minitorch.device import device_of
from minitorch.errors import BackendError, MinitorchError
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


def memory_allocated(device: Any = None) -> int:
    """Bytes of a GPU that tensors hold just now; 0 if no GPU was used yet."""
    return backend().runtime.memory(index_of(device)).allocated() if is_initialized() else 0


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors held at a time since the last `reset_peak_memory_stats`.

    Counting takes a little time at each allocation, so it begins with that call; before it, this is the most that was
    reserved, which is at least as much.
    """
    return backend().runtime.memory(index_of(device)).peak() if is_initialized() else 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Begins to count anew for `max_memory_allocated`."""
    if is_initialized():
        backend().runtime.memory(index_of(device)).reset_peak()


def memory_reserved(device: Any = None) -> int:
    """Bytes of a GPU that this program holds, with what it keeps for later."""
    return backend().runtime.memory(index_of(device)).reserved() if is_initialized() else 0


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that this program held at a time."""
    return backend().runtime.memory(index_of(device)).peak_reserved() if is_initialized() else 0


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and total bytes of a GPU, whoever uses it."""
    return backend().runtime.free_and_total(index_of(device))


def empty_cache() -> None:
    """Gives back what is kept for later, so that other programs can have it.

    >>> import minitorch
    >>> minitorch.cuda.empty_cache()  # without a GPU there is nothing to do
    """
    if is_initialized():
        backend().runtime.empty_cache()


def pin(x: Any) -> Variable:
    """A copy of a tensor in pinned memory of the CPU; itself if it lies there.

    Raises:
        BackendError: for a tensor on a GPU, or without one.
    """
    where = device_of(x.array)
    if where.type != "cpu":
        raise BackendError(f"pin_memory: only memory of the CPU can be pinned, and this tensor is on {where}")
    try:
        runtime = backend().runtime
    except MinitorchError as error:
        raise BackendError(f"pin_memory: this is for copies to a GPU, and there is none. {error}") from None
    return x if is_pinned(x) else wrap(runtime.pinned(x.array))


def is_pinned(x: Any) -> bool:
    """Whether a tensor lies in pinned memory."""
    return is_initialized() and device_of(x.array).type == "cpu" and backend().runtime.is_pinned(x.array)
