"""A model in several safetensors files, and the index that tells which tensor is in which.

    {"metadata": {…}, "weight_map": {"layer.weight": "model-00001-of-00002.safetensors", …}}

Source: https://huggingface.co/docs/safetensors, and the files that the `transformers` library writes.
"""

from __future__ import annotations

import json
import os
from typing import Any

from minitorch import tensorfile
from minitorch.checkpoints.source import Source
from minitorch.errors import CheckpointError
from minitorch.value import wrap


def read(source: Source, path: str | None, mmap: bool | None) -> dict[str, Any]:
    """The tensors of all the files that an index names.

    Raises:
        CheckpointError: if the index and the files do not fit together.
    """
    where = source.where
    files = parse(source)
    if path is None:
        raise CheckpointError(
            f"{where}: this is an index of safetensors files; give its path, to find them beside it"
        )
    found: dict[str, Any] = {}
    for name in sorted(set(files.values())):
        shard = os.path.join(os.path.dirname(path), name)
        if not os.path.isfile(shard):
            raise CheckpointError(f"{where}: the index names the file {name!r}, which is not beside it")
        with open(shard, "rb") as file:
            arrays, _ = tensorfile.read(Source(file, f"{where}: {name}", mmap))
        wanted = {key for key, at in files.items() if at == name}
        if wanted != set(arrays):
            differing = sorted(wanted ^ set(arrays))
            raise CheckpointError(
                f"{where}: {name!r} and the index differ in {len(differing)} tensors, such as {differing[0]!r}; "
                f"they are of different saves"
            )
        found |= arrays
    return {key: wrap(found[key]) for key in files}


def parse(source: Source) -> dict[str, str]:
    """The index: names of files by names of tensors."""
    where = source.where
    if source.size > tensorfile.HEADER_LIMIT:
        raise CheckpointError(f"{where}: not a checkpoint: {source.size} bytes of JSON")
    try:
        index = json.loads(source.head(source.size).decode(), object_pairs_hook=tensorfile.without_duplicates)
        files = index["weight_map"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(
            f"{where}: not a checkpoint: it begins like JSON, and is no index of safetensors files "
            f"({type(error).__name__}: {error})"
        ) from None
    if not isinstance(files, dict) or not all(type(name) is str for name in files.values()):
        raise CheckpointError(f"{where}: damaged: weight_map should give the name of a file for each tensor")
    for name in files.values():
        if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
            raise CheckpointError(f"{where}: the index names {name!r}; it may name files beside itself only")
    return files
