"""Memory that a worker process and the main process share: batches are written into it, and read where they lie.

Each worker has a file without a name, in memory, which goes away with the processes that have it open, however they
end. The worker divides it into slots and puts each batch into a free one. In the main process tensors use the memory of
the slot directly; when the last of them is gone, the slot goes back to the worker, whose pages are in place already. A
batch that fits into no free slot gets a new one; so whoever keeps all batches has
them all, and one who keeps none has a ring of a few slots.
"""

from __future__ import annotations

import mmap
import os
import pickle
import sys
import tempfile
import weakref
from collections import deque
from collections.abc import Iterable
from io import BytesIO
from math import prod
from multiprocessing import reduction
from typing import Any

from minitorch.dtypes import as_dtype
from minitorch.errors import GradientError
from minitorch.registry import current_backend
from minitorch.value import Value, wrap

SMALLEST = 2**16  # bytes of a slot; also what places in files must be multiples of, on some systems
ALIGNED = 64  # each array begins at a multiple, for the processor's sake
AVAILABLE = sys.platform != "win32"  # there, batches are pickled as they are


class File:
    """Memory with a descriptor, which can be handed to a process that is being started."""

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = new_descriptor() if descriptor is None else descriptor

    def __reduce__(self) -> Any:
        return opened, (reduction.DupFd(self.descriptor),)

    def map(self, size: int, offset: int = 0, private: bool = False, populate: bool = False) -> mmap.mmap:
        """A part of it as memory; what is written to a private one is not seen by others.

        Populated memory has all its pages at once, which takes less time than one after the other.
        """
        flags = mmap.MAP_PRIVATE if private else mmap.MAP_SHARED
        if populate:
            flags |= getattr(mmap, "MAP_POPULATE", 0)
        return mmap.mmap(self.descriptor, size, flags=flags, offset=offset)

    def __del__(self) -> None:
        os.close(self.descriptor)


def opened(descriptor: Any) -> File:
    """The file, in the process that it was handed to."""
    return File(descriptor.detach())


def new_descriptor() -> int:
    """Opens a new file in memory, or, where there is no such thing, one on the disk whose name is deleted at once."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("minitorch-batches", os.MFD_CLOEXEC)
    descriptor, name = tempfile.mkstemp()
    os.unlink(name)
    return descriptor


def aligned(size: int) -> int:
    """So many bytes, or a few more, so that the next array begins well."""
    return -(-size // ALIGNED) * ALIGNED


class Slots:
    """The worker's side: finds a place for each batch."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.end = 0
        self.maps: dict[int, mmap.mmap] = {}  # by the offset in the file
        self.free: list[int] = []
        self.open: int | None = None  # the slot in which arrays of the batch have been made
        self.used = 0  # bytes of it
        self.laid: dict[int, tuple[Any, int]] = {}  # the arrays by their id, with the places
        self.made: dict[int, list[weakref.ref[Any]]] = {}  # by the slot, those that may still be in use here

    def begin(self, returned: Iterable[int] = ()) -> None:
        """Prepares for another batch; some slots are free again, unless somebody here holds on to what lay there."""
        if self.open is not None:
            returned = [*returned, self.open]
        self.open, self.used = None, 0
        self.laid.clear()
        for offset in returned:
            if all(reference() is None for reference in self.made.pop(offset, ())):
                self.free.append(offset)

    def lay_out(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """A new array of the batch, where it need not be copied to; None if it is too small for that, or too large."""
        count = prod(shape)
        size = count * dtype.itemsize
        if size < SMALLEST:
            return None
        if self.open is None:
            self.open = self.take(size)
        slot = self.maps[self.open]
        if self.used + size > len(slot):
            return None
        array = current_backend().from_buffer(slot, dtype, count, self.used)
        self.made.setdefault(self.open, []).append(weakref.ref(array))
        array = array.reshape(shape)
        self.laid[id(array)] = (array, self.used)
        self.used += aligned(size)
        return array

    def put(
        self, buffers: list[memoryview], starts: list[int | None]
    ) -> tuple[int, int, list[tuple[int, int]]]:
        """Copies the bytes into a slot, but for those that lie there; returns its offset and size, and the places."""
        missing = sum(aligned(x.nbytes) for x, start in zip(buffers, starts, strict=True) if start is None)
        if self.open is None or self.used + missing > len(self.maps[self.open]):
            offset, used = self.take(sum(aligned(x.nbytes) for x in buffers)), 0
            starts = [None] * len(buffers)
        else:
            offset, used, self.open = self.open, self.used, None
        slot, places = self.maps[offset], []
        for start, buffer in zip(starts, buffers, strict=True):
            if start is None:
                start, used = used, used + aligned(buffer.nbytes)
                slot[start : start + buffer.nbytes] = buffer
            places.append((start, buffer.nbytes))
        return offset, len(slot), places

    def take(self, size: int) -> int:
        """The offset of a slot that has room."""
        fitting = [offset for offset in self.free if len(self.maps[offset]) >= size]
        if fitting:
            offset = min(fitting, key=lambda place: len(self.maps[place]))
            self.free.remove(offset)
            return offset
        if self.free:  # too small, now as perhaps later: its pages serve the new one better
            self.retire(min(self.free, key=lambda place: len(self.maps[place])))
        offset = self.end
        length = (
            size + size // 8
        ) // SMALLEST * SMALLEST + SMALLEST  # some more, as the next may be a little larger
        self.end += length
        os.ftruncate(self.file.descriptor, self.end)
        self.maps[offset] = self.file.map(length, offset, populate=True)
        return offset

    def retire(self, offset: int) -> None:
        """Gives the memory of a free slot back to the system."""
        self.free.remove(offset)
        slot = self.maps.pop(offset)
        if hasattr(mmap, "MADV_REMOVE"):
            slot.madvise(mmap.MADV_REMOVE)
        slot.close()


class Window:
    """The main process's side: sees the batches in a worker's slots, and notices when one is not used any more."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.maps: dict[int, mmap.mmap] = {}
        self.lent: dict[int, weakref.ref[Any]] = {}
        self.returned: deque[int] = deque()

    def view(self, offset: int, size: int, places: Iterable[tuple[int, int]]) -> list[memoryview]:
        """The bytes of a batch, each part by itself."""
        slot = self.maps.get(offset)
        if slot is None:
            slot = self.maps[offset] = self.file.map(size, offset)
        # All that uses the memory holds on to this vector, so it goes when the last of them has gone.
        whole = current_backend().from_buffer(slot, "uint8", size, 0)
        returned = self.returned
        self.lent[offset] = weakref.ref(whole, lambda _: returned.append(offset))
        memory = memoryview(whole)
        return [memory[start : start + count] for start, count in places]

    def take_returned(self) -> list[int]:
        """Slots that have become free since this was asked last."""
        found = []
        while self.returned:
            found.append(self.returned.popleft())
        return found


class _Packer(pickle.Pickler):
    """Pickles a batch, with the memory of tensors beside it."""

    def __init__(self, stream: BytesIO, buffers: list[Any], laid: dict[int, tuple[Any, int]]) -> None:
        super().__init__(stream, 5, buffer_callback=buffers.append)
        self.laid = laid
        self.starts: dict[int, int] = {}  # by the id of the buffer

    def reducer_override(self, x: Any) -> Any:
        if type(x) is not Value.variable_class:
            return NotImplemented
        if x.grad_fn is not None:
            raise GradientError(
                "DataLoader: a sample has a history of operations that require grad, which cannot leave the worker "
                "process; use detach() in the dataset"
            )
        backend = current_backend()
        array = x.array if x.is_contiguous() else backend.copy(x.array)
        buffer = pickle.PickleBuffer(array)
        if id(array) in self.laid:
            self.starts[id(buffer)] = self.laid[id(array)][1]
        return unpacked, (buffer, x.dtype.name, tuple(x.shape), x.requires_grad)


def unpacked(buffer: Any, dtype: str, shape: tuple[int, ...], requires_grad: bool) -> Any:
    """The tensor that was packed."""
    kind = as_dtype(dtype).dtype
    backend = current_backend()
    if memoryview(buffer).nbytes:
        array = backend.from_buffer(buffer, kind, -1, 0).reshape(shape)
    else:
        array = backend.empty(shape, kind)
    x = wrap(array)
    return x.requires_grad_() if requires_grad else x


def pack(batch: Any, slots: Slots | None) -> tuple[bytes, list[memoryview], list[int | None]]:
    """A batch as its pickled structure, the memory of its tensors, and where in the open slot that lies already."""
    buffers: list[Any] = []
    stream = BytesIO()
    packer = _Packer(stream, buffers, slots.laid if slots else {})
    packer.dump(batch)
    return stream.getvalue(), [x.raw() for x in buffers], [packer.starts.get(id(x)) for x in buffers]


def unpack(structure: bytes, buffers: list[memoryview]) -> Any:
    """The batch, with tensors that use the memory given."""
    return pickle.loads(structure, buffers=buffers)
