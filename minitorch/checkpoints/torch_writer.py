"""Writes PyTorch's zip format: `torch.load(path, weights_only=True)` reads it, and so does `minitorch.load`.

The pickle is written instruction by instruction, with only those that `torch_values` and PyTorch's own strict
unpickler know.  Tensors and their views keep their common memory: it is written once, whole.

Source: `torch/serialization.py` and `torch/_weights_only_unpickler.py` of PyTorch; see also `torch_zip`.
"""

from __future__ import annotations

import struct
import sys
from collections import Counter, OrderedDict
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.checkpoints.nested import check_container, kind_of, place_name
from minitorch.checkpoints.torch_values import STORAGES
from minitorch.checkpoints.unpickler import KEY_PARTS, check_key, check_nesting
from minitorch.errors import ArgumentTypeError
from minitorch.registry import backend_of
from minitorch.value import Value

ROOT = "archive/"
ALIGNMENT = 64
DATE = (1980, 1, 1, 0, 0, 0)  # the same file for the same values
STORAGE_OF = {kind: name for name, kind in STORAGES.items()}


class TorchWriter:
    """Takes nested values apart: into a pickle, and the pieces of memory that it points to."""

    def __init__(self, obj: Any) -> None:
        self.pieces: list[Array] = []
        self._keys: dict[Any, str] = {}  # by the identity of the memory
        self._memo: dict[int, int] = {}
        self._alive: list[Any] = []
        self._open: set[int] = set()
        self._out = bytearray(b"\x80\x02")
        self._value(obj, ())
        try:
            check_nesting(obj)  # what stands in two places is written once, perhaps where it is less deep
        except ValueError as error:
            raise ArgumentTypeError(f"save: {error}") from None
        self.pickle = bytes(self._out + b".")

    def write(self, file: BinaryIO) -> None:
        """Writes the archive."""
        with ZipFile(file, "w", ZIP_STORED) as archive:
            put_entry(archive, "data.pkl", self.pickle)
            put_entry(archive, "byteorder", sys.byteorder.encode())
            for key, memory in enumerate(self.pieces):
                put_entry(archive, f"data/{key}", memoryview(memory.view("uint8")) if memory.size else b"")
            put_entry(archive, "version", b"3\n")

    def _value(self, value: Any, place: tuple[Any, ...]) -> None:
        kind = type(value)
        if value is None or kind is bool:
            self._out += b"N" if value is None else b"\x88" if value else b"\x89"
        elif kind is int:
            self._integer(value)
        elif kind is float:
            self._out += b"G" + struct.pack(">d", value)
        elif kind is str:
            text = value.encode("utf-8", "surrogatepass")
            self._out += b"X" + struct.pack("<I", len(text)) + text
        elif kind is complex:
            self._call("builtins complex", (value.real, value.imag), place)
        elif kind is bytes:
            self._call("_codecs encode", (value.decode("latin1"), "latin1"), place)
        elif isinstance(value, dtypes.dtype):
            self._global(f"torch {value.name}")
        elif id(value) in self._memo and id(value) not in self._open:
            self._out += b"j" + struct.pack("<I", self._memo[id(value)])
        elif isinstance(value, Value):
            self._tensor(value, place)
        else:
            self._container(value, place)

    def _integer(self, value: int) -> None:
        if -(2**31) <= value < 2**31:
            self._out += b"J" + struct.pack("<i", value)
            return
        digits = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        short = len(digits) < 256
        self._out += (
            (b"\x8a" if short else b"\x8b") + struct.pack("<B" if short else "<I", len(digits)) + digits
        )

    def _global(self, name: str) -> None:
        module, name = name.split()
        self._out += f"c{module}\n{name}\n".encode()

    def _call(self, name: str, arguments: tuple[Any, ...], place: tuple[Any, ...]) -> None:
        self._global(name)
        self._plain_tuple(arguments, place)
        self._out += b"R"

    def _plain_tuple(self, items: tuple[Any, ...], place: tuple[Any, ...]) -> None:
        self._out += b"("
        for item in items:
            self._value(item, place)
        self._out += b"t"

    def _remember(self, value: Any) -> None:
        self._alive.append(value)  # so that no other value has its identity
        self._memo[id(value)] = len(self._memo)
        self._out += b"r" + struct.pack("<I", self._memo[id(value)])

    # Containers -------------------------------------------------------------------------------------

    def _container(self, value: Any, place: tuple[Any, ...]) -> None:
        from minitorch.variable import Size

        kind = type(value)
        check_container(value, place, self._open)
        self._open.add(id(value))
        if kind is Size:
            self._call("torch Size", (tuple(value),), place)
        elif isinstance(value, dict):
            self._mapping(value, place)
        elif kind is list:
            self._out += b"]"
            self._remember(value)
            self._items(value, place, b"e")
        else:
            self._items(value, place, b"t")
            self._remember(value)
        self._open.discard(id(value))

    def _items(self, items: Any, place: tuple[Any, ...], end: bytes) -> None:
        self._out += b"("
        for k, item in enumerate(items):
            self._value(item, (*place, k))
        self._out += end

    def _mapping(self, value: dict[Any, Any], place: tuple[Any, ...]) -> None:
        if type(value) is Counter:
            self._global("collections Counter")
            self._out += b"}"
            self._pairs(value, place)
            self._out += b"\x85R"
            self._remember(value)
            return
        if type(value) is OrderedDict:
            self._global("collections OrderedDict")
            self._out += b")R"
        else:
            self._out += b"}"
        self._remember(value)
        self._pairs(value, place)
        if type(value) is OrderedDict and hasattr(value, "_metadata"):  # the versions in a state dict
            self._out += b"}("
            self._value("_metadata", place)
            self._value(value._metadata, (*place, "_metadata"))
            self._out += b"ub"

    def _pairs(self, value: dict[Any, Any], place: tuple[Any, ...]) -> None:
        self._out += b"("
        for key, item in value.items():
            try:
                check_key(key)
            except TypeError:
                raise ArgumentTypeError(
                    f"save: a key of {place_name(place) or 'the dict'} is {type(key).__name__}; keys must be "
                    f"strings, numbers, or tuples of at most {KEY_PARTS} of them"
                ) from None
            self._value(key, place)
            self._value(item, (*place, key))
        self._out += b"u"

    # Tensors ----------------------------------------------------------------------------------------

    def _tensor(self, x: Any, place: tuple[Any, ...]) -> None:
        parameter = kind_of(x, place) == "Parameter"
        memory, offset, strides = layout_of(x.array)
        key = self._key(memory)
        if parameter:
            self._global("torch._utils _rebuild_parameter")
            self._out += b"("
        self._global("torch._utils _rebuild_tensor_v2")
        self._out += b"(("
        self._value("storage", place)
        self._global(f"torch {STORAGE_OF[x.dtype.name]}Storage")
        for part in (key, "cpu", int(memory.size)):
            self._value(part, place)
        self._out += b"tQ"
        self._value(offset, place)
        self._plain_tuple(tuple(map(int, x.array.shape)), place)
        self._plain_tuple(strides, place)
        self._value(False if parameter else bool(x.requires_grad), place)
        self._no_hooks()
        if parameter:
            self._value(bool(x.requires_grad), place)
            self._no_hooks()
        self._remember(x)

    def _no_hooks(self) -> None:
        """An empty OrderedDict, which ends the arguments of both calls."""
        self._global("collections OrderedDict")
        self._out += b")RtR"

    def _key(self, memory: Array) -> str:
        identity = (memory.ctypes.data, memory.nbytes, memory.dtype) if memory.size else len(self.pieces)
        if identity not in self._keys:
            self._keys[identity] = str(len(self.pieces))
            self.pieces.append(memory)  # alive until it is written, so that no two have the same address
        return self._keys[identity]


def layout_of(array: Array) -> tuple[Array, int, tuple[int, ...]]:
    """The memory that an array looks at, as a vector, where in it the array begins, and its strides in elements."""
    backend = backend_of(array)
    array = backend.to_numpy(array)
    memory, offset = backend_of(array).memory_of(array)
    size = array.itemsize
    strides = tuple(s // size for s in array.strides)
    last = offset + sum((n - 1) * s for n, s in zip(array.shape, strides, strict=True))
    if (
        not array.size
        or any(s % size or s < 0 for s in array.strides)
        or not (memory.flags.c_contiguous and 0 <= offset <= last < memory.size)
        or memory.ctypes.data + offset * size != array.ctypes.data
    ):
        memory, offset = array.copy(order="C"), 0
        strides = tuple(s // size for s in memory.strides)
        memory = memory.reshape(-1)
    return memory, int(offset), strides


def put_entry(archive: ZipFile, name: str, data: Any) -> None:
    """Writes an entry, its data aligned, as files mapped into memory want it."""
    info = ZipInfo(ROOT + name, DATE)
    large = len(data) >= 2**31
    assert archive.fp is not None
    header = (
        30 + len(info.filename) + (20 if large else 0) + 4
    )  # 20 for lengths of 64 bits, 4 before the padding
    padding = -(archive.fp.tell() + header) % ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    info.file_size = len(data)
    with archive.open(info, "w", force_zip64=large) as entry:
        entry.write(data)
