"""Files of repositories of Hugging Face, through its own library, which keeps them in its own folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from minitorch.checkpoints import sharded
from minitorch.checkpoints.source import Source
from minitorch.errors import ArgumentError, CheckpointError, DownloadError, MissingDependencyError
from minitorch.serialization import load

HUBCONF = "hubconf.py"
INDEX = ".safetensors.index.json"
USUAL = ("model" + INDEX, "model.safetensors", "pytorch_model.bin")
ENDINGS = (".safetensors", ".bin", ".pt", ".pth")


def weights(repository: str, name: str | None, force: bool) -> Any:
    """The state dict in a repository.

    Args:
        repository: owner/name, or owner/name:revision.
        name: of the file, if it has not the usual one.
        force: downloads it again.

    Raises:
        ArgumentError: if it is not clear which file is meant.
        DownloadError: if it does not come.
        CheckpointError: if it holds no state dict.
    """
    found = Repository(repository)
    path = found.file(name or found.usual(force), force)
    if path.name.endswith(INDEX):
        with path.open("rb") as file:
            parts = sharded.parse(Source(file, str(path), mmap=False))
        for part in sorted(set(parts.values())):
            found.file(part, force)
    try:
        values = load(path)
    except CheckpointError as error:
        raise CheckpointError(f"{error}; if it is damaged, force_reload=True downloads it again") from None
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds a {type(values).__name__}, not a state dict")
    return values


def folder(repository: str, force: bool) -> str:
    """A folder with all files of a repository.

    Raises:
        DownloadError: if they do not come.
    """
    return Repository(repository).whole(force)


class Repository:
    """A repository at one revision.

    Raises:
        MissingDependencyError: if huggingface_hub is not installed.
        ArgumentError: for a name that no repository can have.
    """

    def __init__(self, name: str) -> None:
        try:
            import huggingface_hub.errors
            import huggingface_hub.utils
        except ImportError:
            raise MissingDependencyError(
                "hub.load: source='huggingface' needs huggingface_hub, which is not installed; "
                "pip install 'minitorch-edu[hub]'"
            ) from None
        self.library: Any = huggingface_hub
        # What it uses for the network may raise errors of its own kind.
        self.failures = (OSError, ValueError, getattr(self.library.errors, "HTTPError", OSError))
        self.name, _, revision = name.partition(":")
        self.revision = revision or None
        try:
            self.library.utils.validate_repo_id(self.name)
        except ValueError as error:
            raise ArgumentError(
                f"hub.load: expected owner/name or owner/name:revision, got {name!r}: {error}"
            ) from None

    def usual(self, force: bool) -> str:
        """The name of the file that has the weights.

        Raises:
            ArgumentError: if there is none, or several may be meant.
            DownloadError: if the network is needed to know, and is not there.
        """
        if not force and (here := [name for name in USUAL if self.kept(name)]):
            return here[0]
        names = self.ask(self.library.HfApi().list_repo_files, "the list of files")
        if known := [name for name in USUAL if name in names]:
            return known[0]
        possible = [name for name in names if name.endswith(ENDINGS)]
        if len(possible) != 1:
            raise ArgumentError(
                f"hub.load: {self.name!r} has none of {', '.join(USUAL)}, and "
                + (
                    f"several others: {', '.join(possible)}; pass one as weights_file="
                    if possible
                    else "no others"
                )
            )
        return possible[0]

    def kept(self, name: str) -> Path | None:
        """A file that is there already."""
        path = self.library.try_to_load_from_cache(self.name, name, revision=self.revision)
        return Path(path) if isinstance(path, str) else None

    def file(self, name: str, force: bool) -> Path:
        """A file, downloaded unless it is there.

        Raises:
            DownloadError: if it does not come.
        """
        if not force and (path := self.kept(name)):
            return path
        return Path(self.ask(self.library.hf_hub_download, name, filename=name, force_download=force))

    def whole(self, force: bool) -> str:
        """A folder with all files, downloaded unless they are there."""
        if not force and self.kept(HUBCONF):  # where it is, somebody wanted more than the weights
            with suppress(DownloadError):
                return str(self.ask(self.library.snapshot_download, "all files", local_files_only=True))
        return str(self.ask(self.library.snapshot_download, "all files", force_download=force))

    def ask(self, function: Any, what: str, **settings: Any) -> Any:
        """What a function of the library gives for this repository.

        Raises:
            DownloadError: if it fails.
        """
        try:
            return function(repo_id=self.name, revision=self.revision, **settings)
        except self.failures as error:
            reason = str(error).strip().partition("\n")[0]
            raise DownloadError(
                f"hub.load: {what} of {self.name!r} could not be downloaded: {type(error).__name__}: {reason}. Check "
                f"the name and the connection, and for closed repositories that `hf auth login` has been done"
            ) from error
