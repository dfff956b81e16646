"""`save` and `load`: state dicts and what else a training run keeps, in a file that holds no code.

A checkpoint is a safetensors file, unless PyTorch's format is asked for; `minitorch.checkpoints` has the formats.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from typing import Any, BinaryIO

from minitorch import tensorfile
from minitorch.absent import refuser as _refuser
from minitorch.atomic import replace_file
from minitorch.checkpoints import sharded, torch_legacy
from minitorch.checkpoints.nested import STRUCTURE, Reader, Writer, moved
from minitorch.checkpoints.source import Source
from minitorch.errors import ArgumentError, ArgumentTypeError, CheckpointError
from minitorch.value import wrap


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
    *,
    format: str | None = None,
) -> None:
    """Writes a state dict, or other nested values, to a file.

    There are two formats: safetensors, which other libraries read too (the tensors; the other values are JSON in
    its header), and PyTorch's own, which `torch.load(path, weights_only=True)` reads as a whole.

    The file is written beside its target, synced to the disk, and then renamed: if anything goes wrong, the
    target is what it was.  Tensors that share all of their memory are stored once, and share it again when
    they are loaded; other views become tensors of their own in safetensors, and stay views in PyTorch's format,
    which stores the whole memory that they look at.

    Args:
        obj: tensors, numbers, strings, bytes, booleans, None, dtypes, shapes, and dicts, lists and tuples
            of these.
        f: a path, or a file open for writing bytes.
        pickle_module: accepted for PyTorch's sake; nothing is pickled.
        pickle_protocol: likewise.
        _use_new_zipfile_serialization: likewise.
        _disable_byteorder_record: likewise.
        format: `"safetensors"` or `"torch"`. If it is not given, paths that end in `.pt` or `.pth` mean
            `"torch"`, and everything else `"safetensors"`, also `.bin`, `.tar` and `.ckpt`, which many formats
            share.

    Raises:
        ArgumentTypeError: for anything else; the message tells where in `obj` it is.
        ArgumentError: for another format, and for a path that ends in `.npz` or `.npy` without one.
        CheckpointError: if the file cannot be written.

    >>> import io, minitorch
    >>> file = io.BytesIO()
    >>> minitorch.save({"weight": minitorch.ones(2), "epoch": 3}, file)
    >>> _ = file.seek(0)
    >>> minitorch.load(file)
    {'weight': tensor([1., 1.]), 'epoch': 3}

    In PyTorch's format, views share memory when they come back:

    >>> x, file = minitorch.zeros(3), io.BytesIO()
    >>> minitorch.save([x, x[1:]], file, format="torch")
    >>> _ = file.seek(0)
    >>> whole, part = minitorch.load(file)
    >>> _ = part.fill_(1)
    >>> whole
    tensor([0., 1., 1.])
    """
    if isinstance(f, io.TextIOBase):
        raise ArgumentTypeError("save: the file was opened as text; open it with mode 'wb'")
    path = None if hasattr(f, "write") else as_path("save", f)
    write = writer_of(obj, path, format)
    if path is None:
        write(f)
        return
    try:
        replace_file(path, write)
    except OSError as error:
        folder = os.path.dirname(path) or "."
        hint = "" if os.path.isdir(folder) else f"; the folder {folder!r} does not exist, make it first"
        raise CheckpointError(
            f"save: cannot write {path!r}: {error}{hint}. What was there before is untouched"
        ) from error


def writer_of(obj: Any, path: str | None, format: str | None) -> Callable[[BinaryIO], None]:
    """What writes values to an open file, in the format asked for; they are checked before a file is touched.

    Raises:
        ArgumentTypeError: if they cannot be stored.
        ArgumentError: if there is no such format, or the name promises one that is not written.
    """
    if format is None:
        name = (path or "").lower()
        if name.endswith((".npz", ".npy")):
            raise ArgumentError(
                f"save: {path!r} has the name of a file of NumPy, which is not written; name it .safetensors or .pt, "
                "or write it with numpy.savez, of x.numpy()"
            )
        format = "torch" if name.endswith((".pt", ".pth")) else "safetensors"
    if format == "torch":
        from minitorch.checkpoints.torch_writer import TorchWriter

        return TorchWriter(obj).write
    if format != "safetensors":
        raise ArgumentError(f"save: format {format!r} is none; it is 'safetensors' or 'torch'")
    writer = Writer()
    metadata = {STRUCTURE: json.dumps(writer.encode(obj, ()))}
    return lambda file: tensorfile.write(file, writer.arrays, metadata)


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Reads tensors and other values from a file, in whatever of these formats its content is.

    - what `save` wrote;
    - safetensors: a dict of the tensors by name, also from the index (`….safetensors.index.json`) of several files;
    - PyTorch's `.pt` and `.pth`, both the zip archives of today and the files from before version 1.6: tensors,
      parameters, numbers, strings, and dicts, lists, tuples and sets of these; views share memory as they did;
    - NumPy's `.npz`: a dict of the tensors by name.

    Nothing in a file is ever run as code: of a pickle, an interpreter of minitorch's own understands what plain
    values need; whatever else is in it, such as classes of your own, is refused with its name.

    Unsigned integers of 16 and 32 bits become int32 and int64: every value stays what it is.

    Large files are mapped into memory: their tensors are read when they are first used. They can be changed,
    and the file stays as it is; but do not let another program write into it while it is in use (a `save` that
    replaces it is safe).

    Args:
        f: a path, or a file open for reading bytes.
        map_location: the device for tensors, by default the CPU; or a function of memory and its place, such as
            `lambda storage, place: storage`, which must give the memory back.
        weights_only: accepted; there is never anything but values in a checkpoint.
        pickle_module: accepted for PyTorch's sake; it is never used.
        mmap: whether the file is mapped into memory; by default if it has 64 MiB or more.
        **pickle_load_args: likewise accepted.

    Raises:
        CheckpointError: if the file is not a checkpoint, is damaged or cut off, or holds more than values.
        ArgumentError: with `mmap=True` for what is no file on a disk.
        FileNotFoundError: if there is none.

    >>> import io, minitorch
    >>> file = io.BytesIO()
    >>> minitorch.save([minitorch.arange(3), "text", None], file)
    >>> _ = file.seek(0)
    >>> minitorch.load(file)
    [tensor([0, 1, 2]), 'text', None]
    """
    device = as_device(map_location)
    if hasattr(f, "read"):
        return read(f, "load", device, mmap=mmap)
    path = as_path("load", f)
    with open(path, "rb") as file:
        return read(file, f"load: {path}", device, path, mmap)


def as_path(name: str, f: Any) -> str:
    """A path as a string."""
    try:
        return os.fsdecode(f)
    except TypeError:
        raise ArgumentTypeError(
            f"{name}: expected a path or a file open for bytes, got {type(f).__name__}"
        ) from None


def as_device(map_location: Any) -> Any:
    """The device meant by `map_location`.

    Raises:
        BackendError: if no backend serves the device.
    """
    from minitorch.device import require

    if callable(map_location):
        return map_location
    if isinstance(map_location, dict):
        map_location = map_location.get("cpu")
    return None if map_location is None else require(map_location)


def read(file: BinaryIO, where: str, device: Any, path: str | None = None, mmap: bool | None = None) -> Any:
    """What is in an open file, whatever its format: the first bytes tell it.

    Raises:
        CheckpointError: if it is in none of the formats, or damaged.
    """
    if isinstance(file, io.TextIOBase):
        raise ArgumentTypeError(f"{where}: the file was opened as text; open it with mode 'rb'")
    source = Source(file, where, mmap)
    head = source.head(16)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return read_archive(source, device)
    if torch_legacy.is_legacy(head):
        return torch_legacy.read(source, lambda x: moved(x, device))
    if head.lstrip()[:1] == b"{" and b"\0" not in head:
        return all_moved(sharded.read(source, path, mmap), device)
    arrays, metadata = tensorfile.read(source)
    if STRUCTURE not in metadata:
        return all_moved({name: wrap(array) for name, array in arrays.items()}, device)
    try:
        structure = json.loads(metadata[STRUCTURE])
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{where}: damaged: the values are not JSON ({error})") from None
    return Reader(arrays, where, device).decode(structure)


def read_archive(source: Source, device: Any) -> Any:
    """What is in a zip archive, of PyTorch or of NumPy."""
    from minitorch.checkpoints import archive, npz, torch_zip

    entries = archive.Archive(source)
    if (root := torch_zip.root_of(entries)) is not None:
        return torch_zip.read(entries, root, lambda x: moved(x, device))
    if npz.is_npz(entries):
        return all_moved(npz.read(entries), device)
    raise CheckpointError(
        f"{source.where}: not a checkpoint: this is a zip archive that is neither a file of PyTorch nor an .npz of "
        f"NumPy"
    )


def all_moved(tensors: dict[str, Any], device: Any) -> dict[str, Any]:
    """Tensors by name, on the device asked for."""
    return {name: moved(x, device) for name, x in tensors.items()}


__getattr__ = _refuser("serialization")
