"""The safetensors format: named arrays in a file, with a header that tells where each of them lies.

8 bytes: the length n of the header, little-endian
n bytes: JSON, {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__": {…}}
the rest: the arrays, little-endian, in row-major order, without gaps

Reading checks all that the header claims against the size of the file before memory is taken for it.

Source: https://huggingface.co/docs/safetensors, section Format.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from math import prod
from typing import Any, BinaryIO, NamedTuple

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.checkpoints.elements import KINDS
from minitorch.checkpoints.source import Source
from minitorch.errors import CheckpointError
from minitorch.registry import get_backend

CODES = {
    "BOOL": KINDS["bool"],
    "U8": KINDS["uint8"],
    "I8": KINDS["int8"],
    "I16": KINDS["int16"],
    "U16": KINDS["uint16"],
    "I32": KINDS["int32"],
    "U32": KINDS["uint32"],
    "I64": KINDS["int64"],
    "F16": KINDS["float16"],
    "BF16": KINDS["bfloat16"],
    "F32": KINDS["float32"],
    "F64": KINDS["float64"],
    "C64": KINDS["complex64"],
}
CODE_OF = {kind.dtype: code for code, kind in CODES.items() if kind.name == kind.dtype.name and code != "C64"}
HEADER_LIMIT = 100_000_000  # bytes, as in the safetensors library
METADATA = "__metadata__"
OTHERS = {  # by their first bytes
    b"\x93NUMPY": "an array of NumPy's; read it with minitorch.from_numpy(numpy.load(path))",
    b"\x89HDF": "an HDF5 file, perhaps of Keras; read it with h5py, and save its arrays with numpy.savez",
    b"\x1f\x8b": "compressed by gzip; decompress it first",
    b"BZh": "compressed by bzip2; decompress it first",
    b"\xfd7zXZ": "compressed by xz; decompress it first",
    b"GGUF": "a GGUF file, whose tensors are quantized; load the model's safetensors",
}


class Entry(NamedTuple):
    """What the header says of an array."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


def write(file: BinaryIO, arrays: dict[str, Array], metadata: dict[str, str]) -> None:
    """Writes arrays and their header.

    Arrays with large elements come first, so that all of them are aligned in a file mapped into memory.

    Args:
        file: open for writing.
        arrays: by name; of a dtype that has a code.
        metadata: strings by name.

    Raises:
        CheckpointError: if the header would be too long to be read again.
    """
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    header: dict[str, Any] = {METADATA: metadata} if metadata else {}
    offset = 0
    for name in order:
        x = arrays[name]
        header[name] = {
            "dtype": CODE_OF[dtypes.as_dtype(x.dtype)],
            "shape": list(x.shape),
            "data_offsets": [offset, offset + x.nbytes],
        }
        offset += x.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise CheckpointError(
            f"save: the values that are not tensors take {len(text)} bytes, more than {HEADER_LIMIT}; "
            f"store long lists of numbers as tensors"
        )
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for name in order:
        if arrays[name].size:
            file.write(as_bytes(arrays[name]))


def as_bytes(x: Array) -> memoryview:
    """The memory of an array in row-major order, little-endian."""
    if not x.flags.c_contiguous:
        x = get_backend("numpy").copy(x)
    if sys.byteorder == "big":
        x = x.byteswap()
    return memoryview(x.reshape(-1).view("uint8"))


def read_header(file: BinaryIO, size: int, where: str) -> tuple[dict[str, Entry], dict[str, str]]:
    """The entries, in the order in which they lie in the file, and the metadata.

    Args:
        file: open for reading, at its start.
        size: bytes in the file.
        where: names it, for messages.

    Raises:
        CheckpointError: if it is not in the format, or its header does not fit its size.
    """
    lead = file.read(8)
    if len(lead) < 8:
        raise CheckpointError(
            f"{where}: the file has {size} bytes, too few for a checkpoint; it is empty or was cut off. "
            f"Use an earlier checkpoint"
        )
    length = int.from_bytes(lead, "little")
    if length > min(HEADER_LIMIT, size - 8):
        raise CheckpointError(f"{where}: {foreign(lead, length, size)}")
    text = file.read(length)
    if len(text) < length:
        raise CheckpointError(f"{where}: the file ends within its header; it was cut off")
    try:
        header = json.loads(text.decode(), object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{where}: {foreign(lead, length, size)} ({error})") from None
    if not isinstance(header, dict):
        raise CheckpointError(f"{where}: damaged: the header is not a JSON object")
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise CheckpointError(f"{where}: damaged: {METADATA} must hold strings")
    entries = [(name, parse_entry(name, value, where)) for name, value in header.items()]
    entries.sort(key=lambda item: (item[1].start, item[1].stop))
    check_layout(entries, size - 8 - length, where)
    return dict(entries), metadata


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of a JSON object, in which every name must be the only one."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a name occurs twice in the header")
    return result


def foreign(lead: bytes, length: int, size: int) -> str:
    """Says what a file that is no checkpoint seems to be, and what to do."""
    for start, what in OTHERS.items():
        if lead.startswith(start):
            return f"not a checkpoint: this is {what}"
    if lead[:1] == b"\x80":
        return (
            "this is a pickle, which could run any code when loaded; where it was made, write its tensors "
            "with minitorch.save or safetensors instead"
        )
    if length > size - 8:
        return (
            f"not a checkpoint, or cut off: the header should have {length} bytes, and the file has {size} "
            f"in all. Use an earlier checkpoint, or one written by minitorch.save or safetensors"
        )
    return "not a checkpoint: the header is not JSON; expected a file of minitorch.save or safetensors"


def parse_entry(name: str, value: Any, where: str) -> Entry:
    """What the header says of one array, with the right types and a size that fits its shape."""
    try:
        code, shape, (start, stop) = value["dtype"], value["shape"], value["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(
            f"{where}: damaged: the entry of {name!r} needs dtype, shape and data_offsets"
        ) from None
    if (
        not isinstance(code, str)
        or not isinstance(shape, list)
        or not all(type(n) is int and n >= 0 for n in (*shape, start, stop))
    ):
        raise CheckpointError(f"{where}: damaged: the entry of {name!r} is {value!r}")
    if code not in CODES:
        raise CheckpointError(
            f"{where}: {name!r} has dtype {code}, which minitorch does not have; convert it to one of "
            f"{', '.join(CODES)} before it is written"
        )
    needed = prod(shape) * CODES[code].itemsize
    if len(shape) > 64 or stop - start != needed:
        raise CheckpointError(
            f"{where}: damaged: {name!r} of shape {tuple(shape)} and dtype {code} needs {needed} bytes, "
            f"but lies at {start} to {stop}"
        )
    return Entry(code, tuple(shape), start, stop)


def check_layout(entries: Iterable[tuple[str, Entry]], size: int, where: str) -> None:
    """Refuses arrays that overlap, leave gaps, or lie outside of the `size` bytes there are."""
    end = 0
    for name, entry in entries:
        if entry.start != end:
            raise CheckpointError(
                f"{where}: damaged: {name!r} starts at {entry.start}, the array before it ends at {end}"
            )
        end = entry.stop
    if end != size:
        what = "is cut off" if end > size else "has more in it than its header tells"
        raise CheckpointError(
            f"{where}: the file {what}: its tensors take {end} bytes, and there are {size}. "
            f"Use an earlier checkpoint"
        )


def read(source: Source) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays of a file by name, and the metadata.

    Raises:
        CheckpointError: if it is not in the format, or damaged.
    """
    source.file.seek(0)
    entries, metadata = read_header(source.file, source.size, source.where)
    start = source.file.tell()
    return {name: read_array(source, name, entry, start) for name, entry in entries.items()}, metadata


def read_array(source: Source, name: str, entry: Entry, start: int) -> Array:
    """One array, of a file whose arrays begin at `start`."""
    kind = CODES[entry.dtype]
    try:
        if not prod(entry.shape):
            return get_backend("numpy").empty(entry.shape, kind.dtype.dtype)
        return source.array(repr(name), kind, prod(entry.shape), start + entry.start).reshape(entry.shape)
    except (ValueError, OverflowError):  # zero elements, but a dim beyond all bounds
        raise CheckpointError(f"{source.where}: damaged: {name!r} has shape {entry.shape}") from None
