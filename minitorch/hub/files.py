"""Files with weights: where they are kept, and how they come there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from minitorch.downloads import cache_folder, fetch, name_in, require_text
from minitorch.errors import ArgumentError
from minitorch.serialization import load

HASH = re.compile(r"-([0-9a-f]{8,})\.")  # in resnet18-f37072fd.pth

_folder: str | None = None


def get_dir() -> str:
    """The folder in which models and weights are kept.

    It is what `set_dir` was given, or else `$MINITORCH_HOME/hub`, or else PyTorch's own folder (`$TORCH_HOME/hub`, by
    default `~/.cache/torch/hub`): the files are the same, and what PyTorch has downloaded need not come again.

    >>> import minitorch, os
    >>> os.environ["MINITORCH_HOME"] = "/data"
    >>> minitorch.hub.get_dir()
    '/data/hub'
    >>> del os.environ["MINITORCH_HOME"]
    """
    if _folder is not None:
        return _folder
    if os.getenv("MINITORCH_HOME"):
        return str(cache_folder("hub"))
    default = os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "torch")
    return os.path.join(os.path.expanduser(os.getenv("TORCH_HOME", default)), "hub")


def set_dir(d: str | os.PathLike[str]) -> None:
    """Keeps models and weights in another folder, which is made when something comes.

    Args:
        d: the folder.
    """
    global _folder
    _folder = os.path.expanduser(d)


def download_url_to_file(
    url: str, dst: str | os.PathLike[str], hash_prefix: str | None = None, progress: bool = True
) -> None:
    """Downloads a file, and gives it its name when it is complete and its hash fits; an older file is replaced then.

    Args:
        url: where it is published.
        dst: its name here; the folder must exist.
        hash_prefix: the first digits of its SHA-256.
        progress: whether a bar shows how far it is, on a terminal.

    Raises:
        DownloadError: if it does not come, or has another hash; what was there before is untouched.
        ArgumentError: if the folder does not exist, or the address is none.
        MissingDependencyError: if pooch is not installed.
    """
    target = Path(dst).expanduser()
    if not target.parent.is_dir():
        raise ArgumentError(
            f"download_url_to_file: the folder {str(target.parent)!r} does not exist; make it first"
        )
    with TemporaryDirectory(prefix=".download-", dir=target.parent) as folder:
        os.replace(fetch(url, folder, target.name, hash_prefix=hash_prefix, progress=progress), target)


def load_state_dict_from_url(
    url: str,
    model_dir: str | os.PathLike[str] | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> Any:
    """What a published file holds, as `minitorch.load` reads it; it is downloaded unless it is there.

    Where it is there, nothing is asked of the network. With `check_hash`, its hash is compared each time: a damaged
    file is never used, but downloaded again.

    Args:
        url: where it is published.
        model_dir: where it is kept, by default in `checkpoints` of `get_dir()`.
        map_location: see `minitorch.load`.
        progress: whether a bar shows how far the download is, on a terminal.
        check_hash: compares its SHA-256 with the digits in its name, as in `resnet18-f37072fd.pth`.
        file_name: its name here, by default the one in the address.
        weights_only: accepted; `minitorch.load` never runs code of a file.

    Raises:
        DownloadError: if it does not come, or has another hash.
        CheckpointError: if it is no checkpoint, or is damaged; the message names it.
        ArgumentError: if there are no such digits, or the address is none.
        MissingDependencyError: if it has to come, and pooch is not installed.

    >>> import minitorch, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     minitorch.save({"weight": minitorch.ones(2)}, f"{folder}/net.pth")
    ...     minitorch.hub.load_state_dict_from_url("https://example.org/net.pth", folder)
    {'weight': tensor([1., 1.])}
    """
    name, other = name_in(url), require_text("file_name", file_name or "")
    prefix = None
    if check_hash:
        found = HASH.search(other) or HASH.search(name)
        if found is None:
            raise ArgumentError(
                f"load_state_dict_from_url: check_hash=True needs the first eight or more digits of the SHA-256 in "
                f"the name, as in resnet18-f37072fd.pth; {other or name!r} has none"
            )
        prefix = found[1]
    folder = Path(get_dir(), "checkpoints") if model_dir is None else Path(model_dir)
    path = fetch(url, folder, file_name, hash_prefix=prefix, progress=progress)
    return load(path, map_location, weights_only=weights_only)
